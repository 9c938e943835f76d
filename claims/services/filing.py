"""Warnings that a claim's filing limit is near: thirty, fourteen and seven days before, each once."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from claims.rules.filing import PRIORITY
from claims.selectors.filing import KIND, Near, filing_limits_near, without_proof
from claims.selectors.tickets import KIND as TICKETS
from workbench.models import WorkItem
from workbench.services import ItemDraft, cancel_items, open_items, reprioritize

QUEUE = "billing"
RAISED = (TICKETS, "REJECTION", "CANNOT_SEND", "CLAIM_FOLLOW_UP")
"""Other work on the claim, which becomes as pressing as its limit."""


def warn_of_filing_limits(*, at: datetime) -> int:
    """Returns how many warnings are new. Safe to repeat: a person who closed one is not warned of the same again."""
    _close_proven(at)
    near = filing_limits_near(on=localdate(at))
    ids = [one.claim.id for one in near]
    told = set(
        WorkItem.objects.filter(kind=KIND, subject_id__in=ids).values_list("subject_id", "due_on", "category")
    )
    fresh = [one for one in near if (one.claim.id, one.limit.due_on, str(one.warning)) not in told]
    drafts = {str(one.claim.id): _draft(one, at) for one in fresh}
    items = open_items(drafts.values())
    reprioritize(
        {
            item_id: {
                "title": drafts[cause].title,
                "category": drafts[cause].category,
                "priority": drafts[cause].priority,
                "due_on": drafts[cause].due_on,
            }
            for (_, cause), item_id in items.items()
        }
    )
    _raise(fresh)
    _tell(fresh)
    return len(fresh)


def _close_proven(at: datetime) -> None:
    """What was taken in, decided or closed has no limit any more."""
    rows = WorkItem.objects.filter(kind=KIND, is_open=True, subject_id__isnull=False)
    causes: dict[UUID, str] = {
        claim_id: cause for claim_id, cause in rows.values_list("subject_id", "cause_key") if claim_id
    }
    standing = set(without_proof(causes.keys()).values_list("id", flat=True))
    gone = [cause for claim_id, cause in causes.items() if claim_id not in standing]
    if gone:
        cancel_items(kind=KIND, cause_keys=gone, at=at)


def _draft(near: Near, at: datetime) -> ItemDraft:
    claim, on = near.claim, localdate(at)
    left = near.limit.days_left(on=on)
    words = "ends today" if left == 0 else f"ends in {left} day{'' if left == 1 else 's'}"
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"Claim {claim.patient_control_number}: the time to file {words}",
        occurred_on=on,
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=QUEUE,
        category=str(near.warning),
        due_on=near.limit.due_on,
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        priority=PRIORITY[near.warning],
        reference=claim.patient_control_number,
    )


def _raise(near: Sequence[Near]) -> None:
    wanted = {one.claim.id: PRIORITY[one.warning] for one in near}
    rows = WorkItem.objects.filter(kind__in=RAISED, is_open=True, subject_id__in=wanted)
    reprioritize(
        {
            item_id: {"priority": wanted[subject_id]}
            for item_id, subject_id, priority in rows.values_list("id", "subject_id", "priority")
            if subject_id and priority < wanted[subject_id]
        }
    )


def _tell(near: Sequence[Near]) -> None:
    audit.emit_many(
        audit.Happening(
            name="claim.filing_limit_near",
            subject_type="claims.claim",
            subject_id=one.claim.id,
            data={"limit_on": one.limit.due_on.isoformat(), "warning": one.warning},
        )
        for one in near
    )
