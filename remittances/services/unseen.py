"""Posting without a person looking first, and what has to wait for one (domain rule: the auto-post gate)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Sum

from claims.models import Claim, ClaimLine, ClaimVersion
from ledger.choices import Account
from ledger.models import AccountBalance
from remittances.choices import RemittanceState
from remittances.models import RemitClaim, Remittance
from remittances.rules.balance import dollars
from remittances.rules.gate import AnswerFacts, reasons_to_hold
from remittances.services.books import lock_books
from remittances.services.exceptions import open_review_item
from remittances.services.posting import post_remittance
from remittances.services.refusals import CannotPost
from tenancy.bulk import among

FIRST_ROUND = 1


class _MakesCredits(Exception):
    """Rolls back the posting that was tried."""


def post_if_ready(*, remittance_id: UUID, at: datetime) -> bool:
    """Post what was never posted, unless a person must look first; returns whether it was done now."""
    remittance = Remittance.objects.filter(
        id=remittance_id, state=RemittanceState.READY, round=FIRST_ROUND, hold=""
    ).first()
    if remittance is None:
        return False
    reason = _reason(remittance)
    if not reason:
        try:
            with transaction.atomic():
                lock_books()
                before = _credits()
                post_remittance(remittance_id=remittance_id, at=at)
                if (made := _credits() - before) > 0:
                    whose = _whose_credit(remittance_id)
                    raise _MakesCredits(f"It would pay {dollars(made)} more than was charged{whose}.")
        except CannotPost:
            return False
        except _MakesCredits as tried:
            reason = str(tried)
    if not reason:
        return True
    Remittance.objects.filter(id=remittance_id).update(hold=reason[:300])
    open_review_item(remittance, reason)
    return False


def _reason(remittance: Remittance) -> str:
    rows = list(
        RemitClaim.objects.filter(remittance=remittance).only(
            "claim_id", "patient_control_number", "status_code", "is_reversal", "charge_cents", "paid_cents",
            "remark_codes",
        ).order_by("ordinal")
    )  # fmt: skip
    charged = _charged({row.claim_id for row in rows if row.claim_id})
    answers = (
        AnswerFacts(
            name=row.patient_control_number or "an unnamed claim",
            claim=row.claim_id,
            status=row.status_code,
            is_reversal=row.is_reversal,
            charge_cents=row.charge_cents,
            paid_cents=row.paid_cents,
            remark_codes=tuple(row.remark_codes),
        )
        for row in rows
    )
    return reasons_to_hold(
        answers,
        charged=charged,
        handling_code=remittance.handling_code,
        payment_cents=remittance.payment_cents,
        limit_cents=settings.POST_UNSEEN_LIMIT_CENTS,
    )


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


def _credits() -> int:
    rows = AccountBalance.objects.filter(account=Account.CREDIT_BALANCE)
    return -(rows.aggregate(cents=Sum("balance_cents"))["cents"] or 0)


def _whose_credit(remittance_id: UUID) -> str:
    """A claim of this remittance that stands paid beyond its charge."""
    claims = RemitClaim.objects.filter(remittance_id=remittance_id, claim__isnull=False).values("claim_id")
    numbers = dict(Claim.objects.filter(id__in=claims).values_list("id", "patient_control_number"))
    for claim_id, charge_id in ClaimLine.objects.filter(claim_id__in=claims).values_list(
        "claim_id", "charge_id"
    ):
        numbers[charge_id] = numbers[claim_id]
    paid_over = AccountBalance.objects.filter(
        account=Account.CREDIT_BALANCE, balance_cents__lt=0, subject_id__in=list(numbers)
    )
    worst = paid_over.order_by("balance_cents").first()
    return f" on claim {numbers[worst.subject_id]}" if worst else ""
