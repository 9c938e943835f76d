"""What a person does with a denial, moving its work item along. These replace the worklist's own verbs."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from denials.choices import RESOLUTION_STATES, DenialState, Resolution
from denials.models import Denial
from denials.selectors import open_amount
from denials.services.books import move_to, take_back
from denials.services.transitions import move
from ledger.choices import Account, EntryKind
from remittances.services import lock_books, settle
from workbench import services as worklist
from workbench.choices import CloseOutcome, ItemState, SnoozeReason
from workbench.models import WorkItem
from workbench.services import Refusal

LIABLE_GROUP = "PR"
STARTS_WORK = (
    DenialState.DETECTED,
    DenialState.TRIAGED,
    DenialState.INFO_NEEDED,
    DenialState.CORRECTED_SUBMITTED,
    DenialState.DECIDED,
)


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
    _tell_owner(denial, before=item.assignee_id, now=taken.assignee_id)
    if denial.state in STARTS_WORK:
        move(denial, DenialState.IN_WORK, at=at)
    recorded(denial, verb="claimed", fields=("state", "assignee"))
    return taken


def assign(*, item: WorkItem, assignee_id: UUID | None, at: datetime, version: int | None = None) -> WorkItem:
    given = worklist.assign_item(item=item, assignee_id=assignee_id, at=at, version=version)
    denial = denial_of(item)
    _tell_owner(denial, before=item.assignee_id, now=assignee_id)
    recorded(denial, verb="assigned", fields=("assignee",), assignee_id=str(assignee_id or ""))
    return given


def _tell_owner(denial: Denial, *, before: UUID | None, now: UUID | None) -> None:
    """A denial is assigned when a person gets it who did not have it before."""
    if now is None or now == before:
        return
    audit.emit(
        "denial.assigned",
        subject=denial,
        data={"assignee_id": str(now), "payer_id": str(denial.payer_id), "code": denial.code},
    )


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
    entry_id = _post(denial, Resolution(resolution), at)
    worklist.close_item(item=item, outcome=CloseOutcome.RESOLVED, at=at, reason=reason, version=version)
    to = RESOLUTION_STATES[Resolution(resolution)]
    if to == DenialState.LOST and denial.recovered_cents:
        to = DenialState.RECOVERED_PARTIAL
    ended = move(
        denial,
        to,
        at=at,
        reason=Resolution(resolution).label,
        resolution=resolution,
        resolution_entry_id=entry_id,
    )
    recorded(ended, verb="resolved", fields=("state", "resolution"), resolution=resolution)
    return ended


STILL_TO_DO = {
    Resolution.NOT_A_DENIAL: "match or post the remittance that pays it, bill the patient where the payer says so, "
    "accept it as correct under the contract, or write it off",
    Resolution.PAID_ELSEWHERE: "post or match the remittance that paid it",
    Resolution.UPHELD: "appeal to the next level, bill the patient where the payer says so, accept it as correct "
    "under the contract, or write it off",
}
POSTED_TO = {
    Resolution.BILLED_PATIENT: (Account.AR_PT, EntryKind.TRANSFER),
    Resolution.CONTRACTUAL: (Account.ADJ_CONTRACTUAL, EntryKind.CONTRACTUAL),
}


def _post(denial: Denial, resolution: Resolution, at: datetime) -> UUID | None:
    """What a resolution says of the money, in the books. That nothing is left to do is believed of the books alone."""
    lock_books()
    cents = open_amount(denial)
    if cents and resolution in STILL_TO_DO:
        raise Refusal(f"${cents / 100:,.2f} of it is still open in the books: {STILL_TO_DO[resolution]}.")
    if resolution not in POSTED_TO or not cents:
        return None
    account, kind = POSTED_TO[resolution]
    entry_id = move_to(
        denial,
        account,
        cents,
        kind=kind,
        key=f"denial:{denial.id}:{denial.version}",
        source=("denials.denial", denial.id),
        memo=resolution.label,
        reference=denial.code if account == Account.ADJ_CONTRACTUAL else "",
        at=at,
    )
    settle({denial.claim_id}, at=at)
    return entry_id


def possible_resolutions(denial: Denial, open_cents: int) -> list[tuple[str, str]]:
    """The resolutions that would not be refused, for a person to choose from."""
    unfit = set(STILL_TO_DO) if open_cents else set()
    if not may_bill_patient(denial):
        unfit.add(Resolution.BILLED_PATIENT)
    return [(one.value, one.label) for one in Resolution if one not in unfit]


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
    """A closed denial is worked again. What its resolution posted is mirrored; a write-off is taken back by itself."""
    lock_books()
    denial = denial_of(item)
    take_back([denial], [], at=at, note="Reopened")
    opened = worklist.reopen_item(item=item, reason=reason, at=at, version=version)
    move(denial, DenialState.TRIAGED, at=at, reason=reason, resolution="")
    recorded(denial, verb="reopened")
    return opened


def wait_for_payer(item: WorkItem, *, until: date | None, at: datetime) -> None:
    """After an appeal or a corrected claim the item sleeps until an answer is due."""
    if until is not None and until > localdate(at):
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
    if asked.get("outcome") in STILL_TO_DO and item.amount_cents > 0:
        return "money is still open in the books"
    return ""
