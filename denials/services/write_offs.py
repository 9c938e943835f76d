"""Giving money up: within a person's limit at once, above it by a second person, always through the
ledger.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Sum
from django.utils.timezone import localdate

from audit import services as audit
from denials.choices import DenialState, WriteOffReason, WriteOffState
from denials.models import Denial, WriteOff
from denials.selectors import open_amount
from denials.services.books import move_to, take_back
from denials.services.transitions import move
from denials.services.work import recorded
from ledger.choices import Account, EntryKind
from remittances.services import lock_books
from tenancy.scope import Scope, current_scope
from workbench import services as worklist
from workbench.choices import CloseOutcome, ItemState
from workbench.models import WorkItem
from workbench.own_kinds import MANAGER
from workbench.services import Refusal


class SamePerson(Refusal):
    """Who asked for a write-off cannot approve it."""


def request_write_off(
    *,
    denial: Denial,
    item: WorkItem,
    amount_cents: int,
    reason: str,
    note: str,
    form_key: UUID,
    at: datetime,
    version: int | None = None,
) -> WriteOff:
    """Write off up to one's own limit; above it the amount waits for a second person. Once per form."""
    again = WriteOff.objects.filter(form_key=form_key).first()
    if again is not None:
        return again
    scope = current_scope()
    if scope.person_id is None:
        raise Refusal("Only a person can write off.")
    lock_books()
    worklist.expect_version(item, version)
    denial = Denial.objects.select_related("patient", "claim", "payer").get(id=denial.id)
    _check(denial, amount_cents, reason, note)
    alone = given_up_on_claim(denial, requested_by_id=scope.person_id, needs_approval=False)
    needs_approval = amount_cents + alone > scope.write_off_limit_cents
    write_off = WriteOff.objects.create(
        denial=denial,
        amount_cents=amount_cents,
        reason=reason,
        note=note.strip(),
        state=WriteOffState.PENDING if needs_approval else WriteOffState.POSTED,
        needs_approval=needs_approval,
        requested_by_id=scope.person_id,
        requested_at=at,
        form_key=form_key,
    )
    recorded(
        denial,
        verb="write_off_requested",
        write_off_id=str(write_off.id),
        amount_cents=amount_cents,
        reason=reason,
    )
    if needs_approval:
        _ask_a_second_person(write_off, denial, item, at)
    else:
        _post(write_off, denial, item, at)
    return WriteOff.objects.get(id=write_off.id)


def _check(denial: Denial, amount_cents: int, reason: str, note: str) -> None:
    open_cents = open_amount(denial)
    if reason not in WriteOffReason.values:
        raise Refusal("A write-off needs a reason from the list.")
    if reason == WriteOffReason.OTHER and not note.strip():
        raise Refusal("Say in a note what the other reason is.")
    if amount_cents <= 0 or amount_cents > open_cents:
        raise Refusal(f"At most ${open_cents / 100:,.2f} of this denial is still open.")
    if not denial.is_open:
        raise Refusal(f"This denial is {denial.get_state_display().lower()}.")
    if WriteOff.objects.filter(denial=denial, state=WriteOffState.PENDING).exists():
        raise Refusal("A write-off of this denial already waits for a second person.")


def given_up_on_claim(denial: Denial, **by: Any) -> int:
    """What one person has given up on this claim: a limit is one for all pieces of it."""
    rows = WriteOff.objects.filter(denial__claim_id=denial.claim_id, state=WriteOffState.POSTED, **by)
    return rows.aggregate(cents=Sum("amount_cents"))["cents"] or 0


def _ask_a_second_person(write_off: WriteOff, denial: Denial, item: WorkItem, at: datetime) -> None:
    worklist.send_to_review(item=item, at=at)
    worklist.open_item(
        kind=MANAGER,
        cause_key=f"write-off:{write_off.id}",
        title=f"{item.reference}: write-off to approve",
        occurred_on=localdate(at),
        due_on=denial.appeal_due_on,
        subject_type="denials.denial",
        subject_id=denial.id,
        queue="managers",
        priority=70,
        payer_id=denial.payer_id,
        location_id=denial.location_id,
        patient_id=denial.patient_id,
        amount_cents=write_off.amount_cents,
        category="write_off",
        code=item.code,
        reference=item.reference,
    )


def approve_write_off(
    *, write_off: WriteOff, item: WorkItem, note: str, at: datetime, version: int | None = None
) -> WriteOff:
    """The second person's yes posts it. Never the one who asked, and within the approver's own limit."""
    scope = _decider(write_off)
    lock_books()
    worklist.expect_version(item, version)
    denial = Denial.objects.select_related("patient", "claim", "payer").get(id=write_off.denial_id)
    before = given_up_on_claim(denial, decided_by_id=scope.person_id)
    if write_off.amount_cents + before > scope.write_off_limit_cents:
        already = f", and you approved ${before / 100:,.2f} on this claim before" if before else ""
        raise Refusal(f"Your own limit is ${scope.write_off_limit_cents / 100:,.2f}{already}.")
    if write_off.amount_cents > open_amount(denial):
        raise Refusal("Less than this is still open by now; refuse it and ask again.")
    _decide(write_off, WriteOffState.POSTED, note, at)
    worklist.end_review(item=item, at=at)
    _close_manager_item(write_off, at)
    _post(write_off, denial, WorkItem.objects.get(id=item.id), at)
    recorded(
        denial, verb="write_off_approved", write_off_id=str(write_off.id), amount_cents=write_off.amount_cents
    )
    return WriteOff.objects.get(id=write_off.id)


def refuse_write_off(
    *, write_off: WriteOff, item: WorkItem, note: str, at: datetime, version: int | None = None
) -> WriteOff:
    """The second person's no: the denial goes back to work, with the reason on it."""
    worklist.expect_version(item, version)
    if not note.strip():
        raise Refusal("Say why you refuse it.")
    _decider(write_off)
    _end_without_posting(write_off, item, WriteOffState.REFUSED, note, at, verb="write_off_refused")
    worklist.note_item(item=item, body=f"Write-off refused: {note.strip()}", at=at)
    return WriteOff.objects.get(id=write_off.id)


def withdraw_write_off(
    *, write_off: WriteOff, item: WorkItem, at: datetime, version: int | None = None
) -> WriteOff:
    """The requester takes it back."""
    worklist.expect_version(item, version)
    if write_off.requested_by_id != current_scope().person_id:
        raise Refusal("Only the person who asked can withdraw a write-off.")
    _end_without_posting(write_off, item, WriteOffState.WITHDRAWN, "", at, verb="write_off_withdrawn")
    return WriteOff.objects.get(id=write_off.id)


def take_back_write_off(
    *, write_off: WriteOff, item: WorkItem, note: str, at: datetime, version: int | None = None
) -> WriteOff:
    """Undo a posted write-off: its mirror is posted and the denial is worked again."""
    worklist.expect_version(item, version)
    if not note.strip():
        raise Refusal("Say why it is taken back.")
    lock_books()
    found = WriteOff.objects.select_for_update(of=("self",)).get(id=write_off.id)
    if found.state != WriteOffState.POSTED:
        raise Refusal(f"This write-off is not in the books: {found.get_state_display().lower()}.")
    denial = Denial.objects.select_related("patient", "claim", "payer").get(id=found.denial_id)
    take_back([denial], [found], at=at, note=note.strip())
    if denial.state == DenialState.WRITTEN_OFF:
        denial = move(
            denial, DenialState.TRIAGED, at=at, reason="The write-off was taken back", resolution=""
        )
        item = worklist.reopen_item(item=item, reason="", at=at)
    worklist.note_item(item=item, body=f"Write-off taken back: {note.strip()}", at=at)
    worklist.reprioritize({item.id: {"amount_cents": open_amount(denial)}})
    recorded(denial, verb="write_off_taken_back", write_off_id=str(found.id), amount_cents=found.amount_cents)
    return WriteOff.objects.get(id=found.id)


def _end_without_posting(
    write_off: WriteOff, item: WorkItem, state: str, note: str, at: datetime, *, verb: str
) -> None:
    _decide(write_off, state, note, at)
    _close_manager_item(write_off, at)
    if item.state == ItemState.REVIEW:
        worklist.end_review(item=item, at=at)
    recorded(write_off.denial, verb=verb, write_off_id=str(write_off.id))


def _decider(write_off: WriteOff) -> Scope:
    scope = current_scope()
    if scope.person_id is None or scope.person_id == write_off.requested_by_id:
        raise SamePerson("Who asks for a write-off cannot decide on it; a second person must.")
    return scope


def _decide(write_off: WriteOff, state: str, note: str, at: datetime) -> None:
    decided = WriteOff.objects.filter(id=write_off.id, state=WriteOffState.PENDING).update(
        state=state, decided_by_id=current_scope().person_id, decided_at=at, decision_note=note.strip()[:500]
    )
    if not decided:
        raise Refusal("This write-off has already been decided.")


def _close_manager_item(write_off: WriteOff, at: datetime) -> None:
    worklist.cancel_items(kind=MANAGER, cause_keys=[f"write-off:{write_off.id}"], at=at)


def _post(write_off: WriteOff, denial: Denial, item: WorkItem, at: datetime) -> None:
    """Post it under a key of its own; what nothing is left of is closed."""
    entry_id = move_to(
        denial,
        Account.WRITEOFF_INS,
        write_off.amount_cents,
        kind=EntryKind.WRITE_OFF,
        key=f"write-off:{write_off.id}",
        source=("denials.writeoff", write_off.id),
        memo=write_off.get_reason_display(),
        reference=write_off.reason,
        at=at,
    )
    WriteOff.objects.filter(id=write_off.id).update(journal_entry_id=entry_id)
    Denial.objects.filter(id=denial.id).update(
        written_off_cents=F("written_off_cents") + write_off.amount_cents
    )
    denial = Denial.objects.select_related("patient", "claim", "payer").get(id=denial.id)
    if open_amount(denial) == 0:
        worklist.close_item(item=item, outcome=CloseOutcome.NOT_COLLECTIBLE, at=at)
        move(denial, DenialState.WRITTEN_OFF, at=at, reason=write_off.get_reason_display())
    else:
        audit.emit(
            "denial.written_off",
            subject=denial,
            data={"amount_cents": write_off.amount_cents, "open_cents": open_amount(denial)},
        )
        worklist.reprioritize({item.id: {"amount_cents": open_amount(denial)}})
