"""Posting without a person looking first, and what has to wait for one (domain rule: the auto-post gate)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from claims.models import Claim, ClaimLine, ClaimVersion
from ledger.choices import Account
from ledger.models import AccountBalance
from remittances.choices import RemittanceState
from remittances.models import RemitClaim, Remittance
from remittances.rules.balance import dollars
from remittances.rules.gate import AnswerFacts, answers_that_wait, why_all_waits
from remittances.services.books import lock_books
from remittances.services.exceptions import open_review_item
from remittances.services.posting import post_remittance
from remittances.services.refusals import CannotPost
from tenancy.bulk import among, update_models

FIRST_ROUND = 1


class _AllWaits(Exception):
    """Rolls back the posting that was tried."""


def post_if_ready(*, remittance_id: UUID, at: datetime) -> bool:
    """Post what was never posted, unless a person must look first; returns whether it was done now.

    Single claims a person must look at wait in suspense, so that they hold nobody else's money.
    """
    remittance = Remittance.objects.filter(
        id=remittance_id, state=RemittanceState.READY, round=FIRST_ROUND, hold=""
    ).first()
    if remittance is None:
        return False
    try:
        with transaction.atomic():
            _post_what_may(remittance, at)
    except CannotPost:
        return False
    except _AllWaits as reason:
        Remittance.objects.filter(id=remittance_id).update(hold=str(reason)[:300])
        open_review_item(remittance, str(reason))
        return False
    return True


def _post_what_may(remittance: Remittance, at: datetime) -> None:
    answers = _answers(remittance)
    if reason := why_all_waits(
        answers,
        handling_code=remittance.handling_code,
        payment_cents=remittance.payment_cents,
        limit_cents=settings.POST_UNSEEN_LIMIT_CENTS,
    ):
        raise _AllWaits(reason)
    lock_books()
    charged = _charged({one.claim for one in answers if one.claim})
    waiting = answers_that_wait(answers, charged=charged)
    _let_wait(waiting)
    if paid_over := _credits_of_posting(remittance.id, at):
        _let_wait(_behind(paid_over, [one for one in answers if one.id not in waiting]))
        if left := _credits_of_posting(remittance.id, at):
            raise _AllWaits(f"It would pay {dollars(sum(left.values()))} more than was charged.")


def _answers(remittance: Remittance) -> list[AnswerFacts]:
    rows = RemitClaim.objects.filter(remittance=remittance).order_by("ordinal").values_list(
        "id", "patient_control_number", "claim_id", "status_code", "is_reversal", "charge_cents", "paid_cents",
        "remark_codes",
    )  # fmt: skip
    return [AnswerFacts(key, name or "an unnamed claim", *facts) for key, name, *facts in rows]


def _charged(claim_ids: Iterable[UUID]) -> dict[UUID, set[int]]:
    """What we asked for each claim, in any of its versions: a payer may answer an earlier one."""
    totals: dict[UUID, set[int]] = defaultdict(set)
    ids = among(claim_ids)
    for claim_id, cents in Claim.objects.filter(id__in=ids).values_list("id", "total_cents"):
        totals[claim_id].add(cents)
    for claim_id, cents in ClaimVersion.objects.filter(claim_id__in=ids).values_list(
        "claim_id", "total_cents"
    ):
        totals[claim_id].add(cents)
    return totals


def _let_wait(reasons: Mapping[UUID, str]) -> None:
    payments = list(RemitClaim.objects.filter(id__in=among(reasons)).only("hold")) if reasons else []
    for one in payments:
        one.hold = reasons[one.id][:300]
    update_models(payments, ["hold"])


def _credits_of_posting(remittance_id: UUID, at: datetime) -> dict[UUID, int]:
    """Post, unless it would leave more than was charged: by charge or claim, how much more."""
    before = _credits()
    with transaction.atomic():
        post_remittance(remittance_id=remittance_id, at=at)
        made = {
            subject: cents - before.get(subject, 0)
            for subject, cents in _credits().items()
            if cents > before.get(subject, 0)
        }
        if made:
            transaction.set_rollback(True)
    return made


def _credits() -> dict[UUID, int]:
    found: dict[UUID, int] = defaultdict(int)
    rows = AccountBalance.objects.filter(account=Account.CREDIT_BALANCE, balance_cents__lt=0)
    for subject, cents in rows.values_list("subject_id", "balance_cents"):
        found[subject] -= cents
    return found


def _behind(made: Mapping[UUID, int], answers: Iterable[AnswerFacts]) -> dict[UUID, str]:
    """The answers to the claims that would be paid beyond their charge."""
    over: dict[UUID, int] = defaultdict(int, made)
    rows = ClaimLine.objects.filter(charge_id__in=among(made)).values_list("claim_id", "charge_id")
    for claim_id, charge_id in set(rows):
        over[claim_id] += made[charge_id]
    return {
        one.id: f"It would pay {dollars(over[one.claim])} more than was charged."
        for one in answers
        if one.claim in over and not one.is_reversal
    }
