"""What a person does with a denial, moving its work item along. These replace the worklist's own verbs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from audit import services as audit
from denials.choices import APPEAL_STATES, RESOLUTION_STATES, DenialState, Resolution
from denials.models import Denial
from denials.services.transitions import move
from workbench import services as worklist
from workbench.choices import CloseOutcome, ItemState, SnoozeReason
from workbench.models import WorkItem
from workbench.services import Refusal

LIABLE_GROUP = "PR"
STARTS_WORK = (DenialState.DETECTED, DenialState.TRIAGED, DenialState.INFO_NEEDED, DenialState.DECIDED)


def denial_of(item: WorkItem) -> Denial:
    return Denial.objects.select_related("patient", "claim", "payer").get(work_item_id=item.id)


def recorded(denial: Denial, *, verb: str, fields: tuple[str, ...] = ("state",), **data: Any) -> None:
    audit.record(
        verb=f"denials.denial.{verb}", subject=denial, patient_id=denial.patient_id, fields=fields, data=data
    )


def claim(*, item: WorkItem, at: datetime, version: int | None = None) -> WorkItem:
    """Take the denial in hand; the first claim begins the work on it."""
    taken = worklist.claim_item(item=item, at=at, version=version)
    denial = denial_of(item)
    if denial.state in STARTS_WORK:
        move(denial, DenialState.IN_WORK, at=at)
    recorded(denial, verb="claimed", fields=("state", "assignee"))
    return taken


def assign(*, item: WorkItem, assignee_id: UUID | None, at: datetime, version: int | None = None) -> WorkItem:
    given = worklist.assign_item(item=item, assignee_id=assignee_id, at=at, version=version)
    recorded(denial_of(item), verb="assigned", fields=("assignee",), assignee_id=str(assignee_id or ""))
    return given


def block(*, item: WorkItem, waiting_on: str, at: datetime, version: int | None = None) -> WorkItem:
    """Information is needed from somebody else before the denial can be worked on."""
    waiting = worklist.block_item(item=item, waiting_on=waiting_on, at=at, version=version)
    denial = denial_of(item)
    if denial.state in (*STARTS_WORK, DenialState.IN_WORK):
        move(denial, DenialState.INFO_NEEDED, at=at, data={"waiting_on": waiting_on})
    return waiting


def wake(*, item: WorkItem, at: datetime, version: int | None = None) -> WorkItem:
    awake = worklist.wake_item(item=item, at=at, version=version)
    denial = denial_of(item)
    if denial.state == DenialState.INFO_NEEDED:
        move(denial, DenialState.IN_WORK, at=at)
    return awake


def resolve(
    *, item: WorkItem, resolution: str, at: datetime, reason: str = "", version: int | None = None
) -> Denial:
    """End a denial for a reason. The patient is billed only where the payer says the patient is liable."""
    if resolution not in Resolution.values:
        raise Refusal("Say how it was resolved.")
    denial = denial_of(item)
    if resolution == Resolution.BILLED_PATIENT and not may_bill_patient(denial):
        raise Refusal("The payer does not hold the patient liable here; billing the patient is not allowed.")
    if item.state == ItemState.REVIEW:
        raise Refusal("A write-off waits for a second person; it has to be decided first.")
    worklist.close_item(item=item, outcome=CloseOutcome.RESOLVED, at=at, reason=reason, version=version)
    to = RESOLUTION_STATES[Resolution(resolution)]
    if to == DenialState.LOST and denial.recovered_cents:
        to = DenialState.RECOVERED_PARTIAL
    ended = move(denial, to, at=at, reason=Resolution(resolution).label, resolution=resolution)
    recorded(ended, verb="resolved", fields=("state", "resolution"), resolution=resolution)
    return ended


def may_bill_patient(denial: Denial) -> bool:
    """Only where the payer holds the patient liable, and neither contract nor law protects the patient."""
    forbidden = any(one["action"] == "bill_patient" for one in denial.forbidden_actions)
    return denial.is_patient_liable and not forbidden


def close(
    *, item: WorkItem, outcome: str, at: datetime, reason: str = "", version: int | None = None
) -> WorkItem:
    """The worklist's close, for bulk and dialogs: closing a denial is resolving it."""
    resolve(item=item, resolution=outcome, at=at, reason=reason, version=version)
    return WorkItem.objects.get(id=item.id)


def reopen(*, item: WorkItem, at: datetime, reason: str = "", version: int | None = None) -> WorkItem:
    """A closed denial is worked again; what was written off or paid stays in the books."""
    denial = denial_of(item)
    opened = worklist.reopen_item(item=item, reason=reason, at=at, version=version)
    move(denial, DenialState.TRIAGED, at=at, reason=reason, resolution="")
    recorded(denial, verb="reopened")
    return opened


def wait_for_payer(item: WorkItem, *, until: date | None, at: datetime) -> None:
    """After an appeal or a corrected claim the item sleeps until an answer is due."""
    if until is not None and until > at.date():
        worklist.snooze_item(item=item, until=until, reason=SnoozeReason.PENDING_APPEAL, at=at)
    else:
        worklist.block_item(item=item, waiting_on="PAYER", at=at)


def objection(item: WorkItem, asked: Mapping[str, Any]) -> str:
    """Why a bulk action must leave this denial out, or ""."""
    if asked.get("action") != "CLOSE":
        return ""
    if item.state == ItemState.REVIEW:
        return "a write-off waits for a second person"
    billing = asked.get("outcome") == Resolution.BILLED_PATIENT
    if billing and not item.code.startswith(f"{LIABLE_GROUP}-"):
        return "the payer does not hold the patient liable"
    return ""


def is_under_appeal(denial: Denial) -> bool:
    return denial.state in APPEAL_STATES
