"""Which answers wait for a person although the rest is applied: the gate of every way into the books."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from uuid import UUID

from django.db import transaction

from claims.models import Claim, ClaimLine, ClaimVersion
from ledger.choices import Account
from ledger.models import AccountBalance
from remittances.models import RemitClaim, Remittance
from remittances.rules.balance import dollars
from remittances.rules.gate import AnswerFacts, answers_that_wait
from tenancy.bulk import among, update_models


def answers_of(remittance: Remittance, *, claim_id: UUID | None = None) -> list[AnswerFacts]:
    """A remittance's answers, or those to one claim, as the rules read them."""
    found = RemitClaim.objects.filter(remittance=remittance)
    if claim_id is not None:
        found = found.filter(claim_id=claim_id)
    rows = found.order_by("ordinal").values_list(
        "id", "patient_control_number", "claim_id", "status_code", "is_reversal", "charge_cents", "paid_cents",
        "remark_codes",
    )  # fmt: skip
    return [AnswerFacts(key, name or "an unnamed claim", *facts) for key, name, *facts in rows]


def apply_gated(
    answers: Collection[AnswerFacts], apply: Callable[[], object], *, only: Collection[UUID] | None = None
) -> dict[UUID, int]:
    """Apply answers, after letting those wait alone that a person must look at first, of `only` these if given.

    What still would leave more than was charged is not applied but returned: by charge or claim, how much more.
    """
    judged = [one for one in answers if only is None or one.id in only]
    waiting = answers_that_wait(answers, charged=_charged({one.claim for one in answers if one.claim}))
    _let_wait({one.id: waiting[one.id] for one in judged if one.id in waiting})
    paid_over = _credits_made(apply)
    if not paid_over:
        return {}
    _let_wait(_behind(paid_over, [one for one in judged if one.id not in waiting]))
    return _credits_made(apply)


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


def _credits_made(apply: Callable[[], object]) -> dict[UUID, int]:
    """Apply, unless it would leave more than was charged: by charge or claim, how much more."""
    before = _credits()
    with transaction.atomic():
        apply()
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
