"""Claims whose earlier payers have decided and whose next payer has not been billed: work until it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.timezone import localdate

from claims.choices import Responsibility, SubmissionState
from claims.models import Claim
from claims.selectors import claims_by_id, with_balances
from remittances.choices import NextDue
from remittances.services.next_payer import CannotBillNext, IsForwarded, bill_next, next_billing
from workbench.models import WorkItem
from workbench.services import ItemDraft, Refusal, cancel_items, open_items, reprioritize

KIND = "NEXT_PAYER"
TURNS = {Responsibility.INSURANCE_SECONDARY: 2, Responsibility.INSURANCE_TERTIARY: 3}
AT_A_TIME = 500
QUEUE = "billing"
WITHIN = timedelta(days=7)
PRIORITY = {NextDue.DUE: 55, NextDue.STOPPED: 50, NextDue.FORWARDED: 20}


def find_next_due(*, at: datetime) -> int:
    """Open an item for every such claim and end those of claims that were billed; returns how many are new.

    Safe to repeat. A claim that a payer forwarded by itself waits in its item until that payer's answer is late.
    """
    on = localdate(at)
    items = WorkItem.objects.filter(kind=KIND, is_open=True)
    gone = items.exclude(Exists(_due().filter(id=OuterRef("subject_id"))))
    cancel_items(kind=KIND, cause_keys=list(gone.values_list("cause_key", flat=True)), at=at)
    _look_again(items.filter(category=NextDue.FORWARDED, follow_up_on__lt=on), on)
    fresh = _due().exclude(Exists(items.filter(subject_id=OuterRef("id")))).order_by("id")
    return len(open_items(_drafts(fresh[:AT_A_TIME], on)))


def bill_item(*, item: WorkItem, at: datetime) -> str:
    """Bill the next payer, as one of many."""
    claim = claims_by_id([item.subject_id]).get(item.subject_id) if item.subject_id else None
    if claim is None:
        raise Refusal("Its claim is not here.")
    try:
        version = bill_next(claim=claim, at=at)
    except CannotBillNext as refusal:
        raise Refusal(str(refusal)) from refusal
    close_billed(claim, at=at)
    return f"Version {version.number} is made for the next payer."


def close_billed(claim: Claim, *, at: datetime) -> None:
    """The next payer has its claim: nobody has to bill it."""
    cancel_items(kind=KIND, cause_keys=[str(claim.id)], at=at)


# -- how ---------------------------------------------------------------------------------------------------------


def _due() -> QuerySet[Claim]:
    """Decided claims of which a later payer owes the rest and has not been billed."""
    turns = Q()
    for responsibility, rank in TURNS.items():
        turns |= Q(responsibility=responsibility, payer_rank__lt=rank)
    return Claim.objects.filter(
        turns, responsibility__in=list(TURNS), submission_state=SubmissionState.ADJUDICATED
    )


def _look_again(items: QuerySet[WorkItem], on: date) -> None:
    waiting = {item.subject_id: item.id for item in items if item.subject_id}
    drafts = _drafts(Claim.objects.filter(id__in=waiting.keys()), on)
    reprioritize(
        {
            waiting[one.subject_id]: {
                "category": one.category,
                "priority": one.priority,
                "follow_up_on": one.follow_up_on,
                "due_on": one.due_on,
            }
            for one in drafts
            if one.subject_id
        }
    )


def _drafts(claims: Iterable[Claim], on: date) -> Sequence[ItemDraft]:
    return [_draft(row.claim, row.insurance_cents, on) for row in with_balances(claims)]


def _draft(claim: Claim, cents: int, on: date) -> ItemDraft:
    category, until = NextDue.DUE, None
    try:
        next_billing(claim, on=on)
    except IsForwarded as forwarded:
        category, until = NextDue.FORWARDED, forwarded.until
    except CannotBillNext:
        category = NextDue.STOPPED
    turn = "tertiary" if claim.responsibility == Responsibility.INSURANCE_TERTIARY else "secondary"
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"Claim {claim.patient_control_number}: {turn} due",
        occurred_on=claim.adjudicated_on or on,
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=QUEUE,
        category=category,
        due_on=(until or on) + WITHIN,
        follow_up_on=until,
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=cents,
        priority=PRIORITY[category],
        reference=claim.patient_control_number,
    )
