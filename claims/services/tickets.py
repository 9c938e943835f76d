"""Tickets for claims that went missing between us and their payer: billing, then support, each with its own day."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from claims.choices import SilenceStage, TicketReason
from claims.models import Claim
from claims.rules.states import MOVES, Evidence, State
from claims.selectors.tickets import KIND, TEAMS, unsent_by_interchange
from clearinghouse.models import Interchange
from workbench.models import WorkItem
from workbench.services import ItemDraft, cancel_items, close_item, hand_over_item, open_items, reprioritize

# Days each side has.
SERVICE_DAYS = {SilenceStage.BILLING: 3, SilenceStage.SUPPORT: 5}
TITLES = {
    TicketReason.SILENT: "no answer",
    TicketReason.NOT_FOUND: "the payer does not know it",
    TicketReason.NO_REMITTANCE: "accepted, and no remittance",
    TicketReason.DECIDED: "decided, and no remittance",
    TicketReason.NOT_EDITED: "its edits did not run",
}
# Where a claim still is what its ticket says.
STILL: dict[str, Collection[str]] = {
    TicketReason.SILENT: (State.STUCK,),
    TicketReason.NOT_FOUND: (State.STUCK,),
    TicketReason.NO_REMITTANCE: (State.STUCK,),
    TicketReason.DECIDED: (*MOVES[Evidence.NO_ANSWER], State.STUCK),
    TicketReason.NOT_EDITED: (State.DRAFT,),
}


@dataclass(frozen=True, slots=True)
class Missing:
    """A claim, why it is looked for, since when, and by how many days that is more than usual."""

    claim: Claim
    reason: TicketReason
    since: date
    beyond: int = 0


def open_tickets(missing: Sequence[Missing], *, at: datetime) -> int:
    """One open ticket a claim; one that is open already says the newer reason. Returns how many are new."""
    known = set(
        WorkItem.objects.filter(
            kind=KIND, is_open=True, cause_key__in=[str(one.claim.id) for one in missing]
        ).values_list("id", flat=True)
    )
    drafts = {str(one.claim.id): _draft(one, at) for one in missing}
    ids = {cause: item_id for (_, cause), item_id in open_items(drafts.values()).items()}
    again = {item_id: drafts[cause] for cause, item_id in ids.items() if item_id in known}
    reprioritize(
        {
            item_id: {"category": one.category, "title": one.title, "priority": one.priority}
            for item_id, one in again.items()
        }
    )
    return _tell_opened([item_id for item_id in ids.values() if item_id not in known])


def open_unsent(interchanges: Iterable[Interchange], *, at: datetime) -> int:
    """One ticket for the claims of an interchange that could not be brought to its partner."""
    unsent = unsent_by_interchange(interchanges)
    ids = open_items(
        ItemDraft(
            kind=KIND,
            cause_key=f"unsent:{one.interchange.id}",
            title=f"{_claims(one.count)} of interchange {one.interchange} could not be sent",
            occurred_on=localdate(at),
            subject_type="clearinghouse.interchange",
            subject_id=one.interchange.id,
            queue=TEAMS[SilenceStage.BILLING],
            category=TicketReason.NOT_SENT,
            due_on=_due(SilenceStage.BILLING, at),
            amount_cents=one.cents,
            priority=60,
            reference=str(one.interchange),
        )
        for one in unsent
    )
    return _tell_opened(list(ids.values()))


def close_tickets(*, at: datetime) -> int:
    """What was heard of, sent or edited since needs nobody; returns how many tickets went. Safe to repeat."""
    rows = list(WorkItem.objects.filter(kind=KIND, is_open=True, subject_id__isnull=False))
    of_claims = [one for one in rows if one.category != TicketReason.NOT_SENT]
    claims = Claim.objects.filter(id__in={one.subject_id for one in of_claims if one.subject_id})
    states = dict(claims.values_list("id", "submission_state"))
    gone = [
        one
        for one in of_claims
        if one.subject_id and states.get(one.subject_id, "") not in STILL.get(one.category, ())
    ]
    of_files = [one for one in rows if one.category == TicketReason.NOT_SENT]
    interchanges = Interchange.objects.filter(id__in=[one.subject_id for one in of_files])
    standing = {one.interchange.id for one in unsent_by_interchange(interchanges)}
    gone += [one for one in of_files if one.subject_id not in standing]
    return end_tickets([one.cause_key for one in gone], at=at)


def end_tickets(cause_keys: Sequence[str], *, at: datetime) -> int:
    """These needs nobody any more; returns how many were open."""
    open_now = WorkItem.objects.filter(kind=KIND, is_open=True, cause_key__in=cause_keys)
    ids = dict(open_now.values_list("cause_key", "id"))
    count = cancel_items(kind=KIND, cause_keys=list(ids), at=at)
    _emit("ticket.resolved", ids.values())
    return count


def resolve(*, item: WorkItem, at: datetime, **said: Any) -> WorkItem:
    """A person says that it is settled."""
    closed = close_item(item=item, at=at, **said)
    _emit("ticket.resolved", [closed.id])
    return closed


def hand_on_overdue(*, at: datetime) -> int:
    """What billing did not settle in its days is support's; returns how many. Safe to repeat: each has one turn."""
    late = WorkItem.objects.select_related("queue").filter(
        kind=KIND, stage="TO_WORK", due_on__lt=localdate(at), queue__code=TEAMS[SilenceStage.BILLING]
    )
    handed = list(late)
    for item in handed:
        days = SERVICE_DAYS[SilenceStage.BILLING]
        hand_to(item=item, stage=SilenceStage.SUPPORT, reason=f"Billing's {days} days are over.", at=at)
    return len(handed)


def hand_to(*, item: WorkItem, stage: str, reason: str, at: datetime, version: int | None = None) -> WorkItem:
    """Give the ticket to the other side, with a due date of its own."""
    side = SilenceStage(stage)
    handed = hand_over_item(
        item=item,
        queue=TEAMS[side],
        category=item.category,
        due_on=_due(side, at),
        reason=reason,
        at=at,
        version=version,
    )
    audit.emit("ticket.escalated", subject=handed, data={"side": side})
    return handed


# -- how ---------------------------------------------------------------------------------------------------------


def _claims(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'}"


def _due(side: SilenceStage, at: datetime) -> date:
    return localdate(at) + timedelta(days=SERVICE_DAYS[side])


def _draft(missing: Missing, at: datetime) -> ItemDraft:
    claim = missing.claim
    return ItemDraft(
        kind=KIND,
        cause_key=str(claim.id),
        title=f"Claim {claim.patient_control_number}: {TITLES[missing.reason]}",
        occurred_on=missing.since,
        subject_type="claims.claim",
        subject_id=claim.id,
        queue=TEAMS[SilenceStage.BILLING],
        category=missing.reason,
        due_on=_due(SilenceStage.BILLING, at),
        payer_id=claim.payer_id,
        location_id=claim.location_id,
        patient_id=claim.patient_id,
        amount_cents=claim.total_cents,
        # The filing limit runs on: the longer beyond the usual, the more pressing.
        priority=min(90, 40 + missing.beyond),
        reference=claim.patient_control_number,
    )


def _tell_opened(item_ids: Sequence[UUID]) -> int:
    _emit("ticket.opened", item_ids)
    return len(item_ids)


def _emit(name: str, item_ids: Iterable[UUID]) -> None:
    audit.emit_many(
        audit.Happening(name=name, subject_type="workbench.workitem", subject_id=one) for one in item_ids
    )
