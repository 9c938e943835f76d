"""Giving money up: within a person's limit at once, above it by a second person, always through the
ledger.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from audit import services as audit
from denials.choices import DenialState, WriteOffReason, WriteOffState
from denials.models import Denial, WriteOff
from denials.services.transitions import move
from denials.services.work import recorded
from ledger.choices import Account, EntryKind
from ledger.services import EntryDraft, Leg, post_entries
from tenancy.scope import Scope, current_scope
from workbench import services as worklist
from workbench.choices import CloseOutcome, ItemState
from workbench.models import WorkItem
from workbench.own_kinds import MANAGER
from workbench.services import Refusal


class SamePerson(Refusal):
    """Who asked for a write-off cannot approve it."""


def request_write_off(
    *, denial: Denial, item: WorkItem, amount_cents: int, reason: str, note: str, form_key: UUID, at: datetime
) -> WriteOff:
    """Write off up to one's own limit; above it the amount waits for a second person. Once per form."""
    again = WriteOff.objects.filter(form_key=form_key).first()
    if again is not None:
        return again
    scope = current_scope()
    if scope.person_id is None:
        raise Refusal("Only a person can write off.")
    _check(denial, amount_cents, reason, note)
    needs_approval = amount_cents > scope.write_off_limit_cents
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


def open_amount(denial: Denial) -> int:
    """What is still denied and not given up."""
    return max(0, denial.denied_cents - denial.written_off_cents)


def _ask_a_second_person(write_off: WriteOff, denial: Denial, item: WorkItem, at: datetime) -> None:
    worklist.send_to_review(item=item, at=at)
    worklist.open_item(
        kind=MANAGER,
        cause_key=f"write-off:{write_off.id}",
        title=f"{item.reference}: write-off to approve",
        occurred_on=at.date(),
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


def approve_write_off(*, write_off: WriteOff, item: WorkItem, note: str, at: datetime) -> WriteOff:
    """The second person's yes posts it. Never the one who asked, and within the approver's own limit."""
    scope = _decider(write_off)
    if write_off.amount_cents > scope.write_off_limit_cents:
        raise Refusal(f"Your own limit is ${scope.write_off_limit_cents / 100:,.2f}.")
    denial = Denial.objects.select_related("patient", "claim", "payer").get(id=write_off.denial_id)
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


def refuse_write_off(*, write_off: WriteOff, item: WorkItem, note: str, at: datetime) -> WriteOff:
    """The second person's no: the denial goes back to work, with the reason on it."""
    if not note.strip():
        raise Refusal("Say why you refuse it.")
    _decider(write_off)
    _end_without_posting(write_off, item, WriteOffState.REFUSED, note, at, verb="write_off_refused")
    worklist.note_item(item=item, body=f"Write-off refused: {note.strip()}", at=at)
    return WriteOff.objects.get(id=write_off.id)


def withdraw_write_off(*, write_off: WriteOff, item: WorkItem, at: datetime) -> WriteOff:
    """The requester takes it back."""
    if write_off.requested_by_id != current_scope().person_id:
        raise Refusal("Only the person who asked can withdraw a write-off.")
    _end_without_posting(write_off, item, WriteOffState.WITHDRAWN, "", at, verb="write_off_withdrawn")
    return WriteOff.objects.get(id=write_off.id)


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
    """DR write-off, CR what insurance owed, under a key of its own; what nothing is left of is closed."""
    about: dict[str, Any] = {
        "claim_id": denial.claim_id,
        "charge_id": denial.charge_id,
        "patient_id": denial.patient_id,
        "payer_id": denial.payer_id,
        "rank": denial.responsibility_rank,
    }
    draft = EntryDraft(
        kind=EntryKind.WRITE_OFF,
        effective_on=at.date(),
        idempotency_key=f"write-off:{write_off.id}",
        source_type="denials.writeoff",
        source_id=write_off.id,
        legs=(
            Leg(Account.WRITEOFF_INS, write_off.amount_cents, reference=write_off.reason, **about),
            Leg(Account.AR_INS, -write_off.amount_cents, **about),
        ),
        memo=write_off.get_reason_display(),
    )
    post_entries([draft])
    WriteOff.objects.filter(id=write_off.id).update(journal_entry_id=draft.entry_id)
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
