"""Claims a person wants to come back to: one open item a claim, with a note, a day and an owner."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from claims.models import Claim
from tenancy.ids import uuid7
from workbench.choices import BulkAction
from workbench.kinds import kind_of
from workbench.models import BulkRun, WorkItem
from workbench.services import ItemDraft, assign_item, note_item, open_items, request_bulk

KIND = "CLAIM_FOLLOW_UP"
MOST_TICKED = 200
MOST = 5_000
"""Of all that match a filter."""


@transaction.atomic
def follow_up(
    *, claims: Sequence[Claim], body: str, follow_up_on: date, assignee_id: UUID | None, at: datetime
) -> list[WorkItem]:
    """Put claims before a person on a day. What stands open already gets the note, the day and the owner."""
    ids = open_items(_draft(one, follow_up_on, assignee_id, at) for one in claims).values()
    items = list(WorkItem.objects.filter(id__in=ids).order_by("id"))
    for item in items:
        if assignee_id and item.assignee_id != assignee_id:
            assign_item(item=item, assignee_id=assignee_id, at=at)
        note_item(item=item, body=body, follow_up_on=follow_up_on, at=at)
    return items


@transaction.atomic
def follow_up_many(
    *,
    claims: Sequence[Claim],
    body: str,
    follow_up_on: date,
    assignee_id: UUID | None,
    form_key: UUID,
    at: datetime,
) -> BulkRun:
    """The same for a whole selection: the items stand at once, a bulk run writes the notes with a line for each."""
    drafts = [_draft(one, follow_up_on, assignee_id, at) for one in claims]
    items = WorkItem.objects.filter(id__in=open_items(drafts).values()).order_by("id")
    kind = kind_of(KIND)
    others = [one.id for one in items if assignee_id and one.assignee_id != assignee_id]
    if others:
        given = {"assignee_id": str(assignee_id)}
        request_bulk(
            kind=kind, item_ids=others, action=BulkAction.ASSIGN, parameters=given, form_key=uuid7(), at=at
        )
    return request_bulk(
        kind=kind,
        item_ids=[one.id for one in items],
        action=BulkAction.NOTE,
        parameters={"body": body, "follow_up_on": follow_up_on.isoformat()},
        form_key=form_key,
        at=at,
    )


def _draft(claim: Claim, follow_up_on: date, assignee_id: UUID | None, at: datetime) -> ItemDraft:
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"Claim {claim.patient_control_number}: follow up",
        occurred_on=localdate(at),
        subject_type="claims.claim",
        subject_id=claim.id,
        assignee_id=assignee_id,
        due_on=follow_up_on,
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        priority=50,
        reference=claim.patient_control_number,
    )
