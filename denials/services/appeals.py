"""Appeals that were sent and what the payer said. Writing and sending them happens elsewhere."""

from datetime import date, datetime
from uuid import UUID

from django.db.models import Max
from django.utils.timezone import localdate

from audit import services as audit
from denials.choices import AppealMethod, AppealOutcome, AppealState, DenialState
from denials.models import Appeal, Denial
from denials.rules.priority import MOST_APPEAL_LEVELS
from denials.services.scoring import rescore
from denials.services.transitions import move
from denials.services.work import recorded, wait_for_payer
from reference.rules.deadlines import written_day
from tenancy.scope import current_scope
from workbench import services as worklist
from workbench.choices import LONGEST_SNOOZE_DAYS, ItemState
from workbench.models import WorkItem
from workbench.services import Refusal


def record_appeal(
    *,
    denial: Denial,
    item: WorkItem,
    method: str,
    sent_on: date,
    decision_due_on: date | None,
    reference: str,
    note: str,
    form_key: UUID,
    at: datetime,
    version: int | None = None,
) -> Appeal:
    """Write down that an appeal was sent; the item then sleeps until the decision is due. Once per form."""
    again = Appeal.objects.filter(form_key=form_key).first()
    if again is not None:
        return again
    worklist.expect_version(item, version)
    _check(denial, method, sent_on, decision_due_on, at)
    level = (Appeal.objects.filter(denial=denial).aggregate(last=Max("level"))["last"] or 0) + 1
    if level > MOST_APPEAL_LEVELS:
        raise Refusal("There is no appeal beyond the fifth level.")
    appeal = Appeal.objects.create(
        denial=denial,
        level=level,
        method=method,
        reference=reference.strip(),
        note=note.strip(),
        sent_on=sent_on,
        decision_due_on=decision_due_on,
        recorded_by_id=_person(),
        recorded_at=at,
        form_key=form_key,
    )
    data = {"appeal_id": str(appeal.id), "level": level}
    rescore(move(denial, DenialState.APPEAL_SUBMITTED, at=at, data=data), on=localdate(at))
    wait_for_payer(item, until=decision_due_on, at=at)
    audit.emit(
        "appeal.submitted",
        subject=appeal,
        data={"denial_id": str(denial.id), "level": level, "method": method},
    )
    recorded(denial, verb="appealed", fields=("state", "appeals"), appeal_id=str(appeal.id), level=level)
    return appeal


def _check(denial: Denial, method: str, sent_on: date, decision_due_on: date | None, at: datetime) -> None:
    if not denial.is_appealable:
        raise Refusal("The payer's remark says this claim cannot be appealed; send a new claim instead.")
    if method not in AppealMethod.values:
        raise Refusal("Say how the appeal was sent.")
    if sent_on > localdate(at):
        raise Refusal("An appeal can be recorded once it has been sent, not before.")
    # A remittance may come days before its payment date.
    known_on = min(denial.denied_on, denial.received_on)
    if sent_on < known_on:
        raise Refusal(f"It was refused on {written_day(known_on)}; an appeal cannot have been sent before.")
    if decision_due_on is not None and decision_due_on < sent_on:
        raise Refusal("The decision cannot be due before the appeal was sent.")
    if decision_due_on is not None and (decision_due_on - localdate(at)).days > LONGEST_SNOOZE_DAYS:
        raise Refusal("The decision is due within a year.")
    if Appeal.objects.filter(denial=denial).exclude(state=AppealState.DECIDED).exists():
        raise Refusal("An appeal is already under way; record its decision first.")


def _person() -> UUID:
    person_id = current_scope().person_id
    if person_id is None:
        raise Refusal("Only a person can do this.")
    return person_id


STATE_OF_APPEAL = {
    AppealState.ACKNOWLEDGED: DenialState.APPEAL_ACKNOWLEDGED,
    AppealState.INFO_REQUESTED: DenialState.APPEAL_INFO_REQUESTED,
}


def advance_appeal(
    *, appeal: Appeal, item: WorkItem, state: str, at: datetime, version: int | None = None
) -> Appeal:
    """The payer acknowledged the appeal or asks for more; the latter brings the item back to work."""
    worklist.expect_version(item, version)
    to = STATE_OF_APPEAL.get(AppealState(state))
    changed = (
        Appeal.objects.filter(id=appeal.id).exclude(state=AppealState.DECIDED).update(state=state)
        if to
        else 0
    )
    if not changed or to is None:
        raise Refusal("This appeal is already decided.")
    rescore(move(appeal.denial, to, at=at, data={"appeal_id": str(appeal.id)}), on=localdate(at))
    if state == AppealState.INFO_REQUESTED and item.state in (ItemState.SNOOZED, ItemState.BLOCKED):
        worklist.wake_item(item=item, at=at)
    recorded(appeal.denial, verb="appeal_advanced", fields=("state",), appeal_id=str(appeal.id), to=state)
    return Appeal.objects.get(id=appeal.id)


def decide_appeal(
    *,
    appeal: Appeal,
    item: WorkItem,
    outcome: str,
    decided_on: date,
    at: datetime,
    note: str = "",
    version: int | None = None,
) -> Appeal:
    """Write down the decision, and what is left to do. Money is believed only when a remittance brings it; until
    then the item is open.
    """
    worklist.expect_version(item, version)
    if outcome not in AppealOutcome.values:
        raise Refusal("Say how the appeal was decided.")
    if decided_on < appeal.sent_on or decided_on > localdate(at):
        raise Refusal("The decision lies between the day the appeal was sent and today.")
    changed = (
        Appeal.objects.filter(id=appeal.id)
        .exclude(state=AppealState.DECIDED)
        .update(
            state=AppealState.DECIDED,
            outcome=outcome,
            decided_on=decided_on,
            note=note.strip() or appeal.note,
        )
    )
    if not changed:
        raise Refusal("This appeal is already decided.")
    data = {"appeal_id": str(appeal.id), "outcome": outcome}
    decided = move(appeal.denial, DenialState.DECIDED, at=at, reason=AppealOutcome(outcome).label, data=data)
    rescore(decided, on=localdate(at))
    if item.state in (ItemState.SNOOZED, ItemState.BLOCKED):
        worklist.wake_item(item=item, at=at)
    audit.emit(
        "appeal.decided", subject=appeal, data={"denial_id": str(appeal.denial_id), "outcome": outcome}
    )
    recorded(appeal.denial, verb="appeal_decided", fields=("state",), **data)
    return Appeal.objects.get(id=appeal.id)
