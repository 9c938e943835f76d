"""The verbs of a work item. Each is one conditional update: the database decides who won, then we look."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import Case, F, Value, When
from django.utils.timezone import localdate

from audit import services as audit
from tenancy.bulk import update_models
from tenancy.models import TenantModel
from tenancy.scope import current_scope
from workbench.choices import (
    ALLOWED_FROM,
    LONGEST_SNOOZE_DAYS,
    CloseOutcome,
    ItemState,
    NoteKind,
    SnoozeReason,
    WaitingOn,
)
from workbench.kinds import kind_of
from workbench.models import WorkItem, WorkNote
from workbench.services.queues import ensure_queues
from workbench.services.refusals import ChangedMeanwhile, NotPossible, Refusal


@dataclass(frozen=True)
class ItemDraft:
    """An item to be opened. `cause_key` says what caused it: one cause has at most one open item of a
    kind.
    """

    kind: str
    cause_key: str
    title: str
    occurred_on: date
    subject_type: str = ""
    subject_id: UUID | None = None
    queue: str = ""
    assignee_id: UUID | None = None
    priority: int = 0
    priority_parts: Mapping[str, Any] = field(default_factory=dict)
    due_on: date | None = None
    follow_up_on: date | None = None
    payer_id: UUID | None = None
    location_id: UUID | None = None
    patient_id: UUID | None = None
    amount_cents: int = 0
    category: str = ""
    code: str = ""
    reference: str = ""


def open_item(
    *,
    kind: str,
    cause_key: str,
    title: str,
    occurred_on: date,
    subject: TenantModel | None = None,
    **facts: Any,
) -> WorkItem:
    """Open an item, or return the one already open for this cause. `facts` are the fields of ItemDraft."""
    if subject is not None:
        facts = {"subject_type": subject._meta.label_lower, "subject_id": subject.pk, **facts}
    draft = ItemDraft(kind=kind, cause_key=cause_key, title=title, occurred_on=occurred_on, **facts)
    return WorkItem.objects.get(id=open_items([draft])[draft.kind, draft.cause_key])


def open_items(drafts: Iterable[ItemDraft]) -> dict[tuple[str, str], UUID]:
    """Open many items in a constant number of statements; ids by kind and cause, of new and already open
    ones.
    """
    wanted = {(draft.kind, draft.cause_key): draft for draft in drafts}
    known = _open_by_cause(wanted)
    fresh = [draft for key, draft in wanted.items() if key not in known]
    if not fresh:
        return known
    queues = ensure_queues(draft.queue for draft in fresh)
    rows = [_row(draft, queues) for draft in fresh]
    WorkItem.objects.bulk_create(rows, ignore_conflicts=True, batch_size=2000)
    standing = _open_by_cause({(draft.kind, draft.cause_key): draft for draft in fresh})
    opened = [row for row in rows if standing.get((row.kind, row.cause_key)) == row.id]
    emit_for("workitem.created", opened)
    return known | standing


def emit_for(name: str, items: Iterable[WorkItem]) -> None:
    """One domain event for each of many items, in one statement."""
    audit.emit_many(
        audit.Happening(
            name=name,
            subject_type="workbench.workitem",
            subject_id=item.id,
            data={"kind": item.kind, "category": item.category, "subject_id": str(item.subject_id or "")},
        )
        for item in items
    )


def _row(draft: ItemDraft, queues: Mapping[str, UUID]) -> WorkItem:
    return WorkItem(
        kind=draft.kind,
        cause_key=draft.cause_key,
        title=draft.title[:200],
        occurred_on=draft.occurred_on,
        subject_type=draft.subject_type,
        subject_id=draft.subject_id,
        queue_id=queues.get(draft.queue),
        assignee_id=draft.assignee_id,
        state=ItemState.ASSIGNED if draft.assignee_id else ItemState.UNASSIGNED,
        priority=max(0, min(100, draft.priority)),
        priority_parts=dict(draft.priority_parts),
        due_on=draft.due_on,
        follow_up_on=draft.follow_up_on,
        payer_id=draft.payer_id,
        location_id=draft.location_id,
        patient_id=draft.patient_id,
        amount_cents=draft.amount_cents,
        category=draft.category,
        code=draft.code,
        reference=draft.reference.upper()[:60],
    )


def _open_by_cause(wanted: Mapping[tuple[str, str], ItemDraft]) -> dict[tuple[str, str], UUID]:
    kinds = {kind for kind, _ in wanted}
    causes = [cause for _, cause in wanted]
    rows = WorkItem.objects.filter(is_open=True, kind__in=kinds, cause_key__in=causes)
    found = {(kind, cause): item_id for kind, cause, item_id in rows.values_list("kind", "cause_key", "id")}
    return {key: item_id for key, item_id in found.items() if key in wanted}


def change(
    item: WorkItem, *, verb: str, at: datetime, version: int | None = None, **columns: Any
) -> WorkItem:
    """The one conditional update behind every verb. Answers with the item as it is now, or says why not."""
    rows = WorkItem.objects.filter(id=item.id, state__in=ALLOWED_FROM[verb])
    if version is not None:
        rows = rows.filter(version=version)
    person_id = current_scope().person_id
    if not rows.update(version=F("version") + 1, changed_by_id=person_id, changed_at=at, **columns):
        now = WorkItem.objects.select_related("changed_by").get(id=item.id)
        if version is not None and now.version != version:
            raise ChangedMeanwhile(now)
        raise NotPossible(now, verb)
    return WorkItem.objects.select_related("assignee", "queue", "changed_by", "lease_person").get(id=item.id)


def expect_version(item: WorkItem, version: int | None) -> None:
    """For a verb that changes more than the item: refuse when it has moved on from what the person saw."""
    if version is None:
        return
    now = WorkItem.objects.select_for_update(of=("self",)).select_related("changed_by").get(id=item.id)
    if now.version != version:
        raise ChangedMeanwhile(now)


def recorded(item: WorkItem, *, verb: str, event: str = "", fields: Sequence[str] = (), **data: Any) -> None:
    """The audit line of a verb, and its domain event where the catalogue knows one."""
    audit.record(
        verb=f"workbench.item.{verb}", subject=item, patient_id=item.patient_id, fields=fields, data=data
    )
    if event:
        audit.emit(event, subject=item, data={"kind": item.kind, **data})


def assign_item(
    *, item: WorkItem, assignee_id: UUID | None, at: datetime, version: int | None = None
) -> WorkItem:
    """Give the item to somebody, or to nobody. Waiting items keep waiting."""
    target = ItemState.ASSIGNED if assignee_id else ItemState.UNASSIGNED
    state = Case(
        When(state__in=(ItemState.UNASSIGNED, ItemState.ASSIGNED, ItemState.IN_PROGRESS), then=Value(target)),
        default=F("state"),
    )
    changed = change(
        item, verb="assign", at=at, version=version, assignee_id=assignee_id, state=state,
        lease_person_id=None, lease_until=None,
    )  # fmt: skip
    recorded(
        changed,
        verb="assigned",
        event="workitem.reassigned",
        fields=("assignee",),
        assignee_id=str(assignee_id),
    )
    return changed


def release_item(*, item: WorkItem, at: datetime, version: int | None = None) -> WorkItem:
    changed = change(
        item, verb="release", at=at, version=version, assignee_id=None, state=ItemState.UNASSIGNED,
        lease_person_id=None, lease_until=None,
    )  # fmt: skip
    recorded(changed, verb="released", event="workitem.reassigned", fields=("assignee",))
    return changed


def snooze_item(
    *, item: WorkItem, until: date, reason: str, at: datetime, version: int | None = None
) -> WorkItem:
    """Put the item away until a day; a job wakes it that morning."""
    if until <= localdate(at):
        raise Refusal("Snooze needs a day after today.")
    if (until - localdate(at)).days > LONGEST_SNOOZE_DAYS:
        raise Refusal("Snooze ends within a year.")
    if reason not in SnoozeReason.values:
        raise Refusal("Snooze needs a reason from the list.")
    changed = change(
        item, verb="snooze", at=at, version=version, state=ItemState.SNOOZED, snoozed_until=until,
        snooze_reason=reason, waiting_on="", lease_person_id=None, lease_until=None,
    )  # fmt: skip
    recorded(
        changed,
        verb="snoozed",
        event="workitem.snoozed",
        fields=("snoozed_until",),
        until=until.isoformat(),
        reason=reason,
    )
    return changed


def block_item(*, item: WorkItem, waiting_on: str, at: datetime, version: int | None = None) -> WorkItem:
    """The item waits for somebody outside the team."""
    if waiting_on not in WaitingOn.values:
        raise Refusal("Say whom the item waits for.")
    changed = change(
        item, verb="block", at=at, version=version, state=ItemState.BLOCKED, waiting_on=waiting_on
    )
    recorded(changed, verb="blocked", fields=("waiting_on",), waiting_on=waiting_on)
    return changed


def wake_item(*, item: WorkItem, at: datetime, version: int | None = None) -> WorkItem:
    changed = change(item, verb="wake", at=at, version=version, state=_awake(), waiting_on="", **_NOT_SNOOZED)
    recorded(changed, verb="woken", event="workitem.woken")
    return changed


_NOT_SNOOZED: dict[str, Any] = {"snoozed_until": None, "snooze_reason": ""}


def _awake() -> Case:
    return Case(
        When(assignee__isnull=True, then=Value(ItemState.UNASSIGNED)), default=Value(ItemState.ASSIGNED)
    )


def wake_due_items(*, on: date, at: datetime) -> int:
    """Wake what was snoozed until today. Safe to repeat: only snoozed items are touched."""
    due = list(WorkItem.objects.filter(state=ItemState.SNOOZED, snoozed_until__lte=on).select_for_update())
    WorkItem.objects.filter(id__in=[item.id for item in due]).update(
        state=_awake(),
        follow_up_on=on,
        version=F("version") + 1,
        changed_by=None,
        changed_at=at,
        **_NOT_SNOOZED,
    )
    emit_for("workitem.woken", due)
    return len(due)


def send_to_review(*, item: WorkItem, at: datetime) -> WorkItem:
    """A second person has to decide before the item can go on."""
    changed = change(
        item, verb="review", at=at, state=ItemState.REVIEW, lease_person_id=None, lease_until=None
    )
    recorded(changed, verb="sent_to_review")
    return changed


def end_review(*, item: WorkItem, at: datetime) -> WorkItem:
    changed = change(item, verb="end_review", at=at, state=_awake())
    recorded(changed, verb="returned_from_review")
    return changed


def note_item(
    *,
    item: WorkItem,
    body: str,
    at: datetime,
    kind: str = NoteKind.NOTE,
    follow_up_on: date | None = None,
    contact: str = "",
    contact_reference: str = "",
    form_key: UUID | None = None,
) -> WorkNote:
    """Write a note. A follow-up date is the item's next one; a note alone does not change the item's
    version. Once per form.
    """
    if not body.strip():
        raise Refusal("A note needs words.")
    again = WorkNote.objects.filter(item=item, form_key=form_key).first() if form_key else None
    if again is not None:
        return again
    note = WorkNote.objects.create(
        item=item,
        form_key=form_key,
        author_id=current_scope().person_id,
        kind=kind,
        body=body.strip(),
        contact=contact.strip(),
        contact_reference=contact_reference.strip(),
        follow_up_on=follow_up_on,
        written_at=at,
    )
    if follow_up_on is not None:
        WorkItem.objects.filter(id=item.id).update(follow_up_on=follow_up_on)
    WorkItem.objects.filter(id=item.id).update(changed_at=at, changed_by_id=current_scope().person_id)
    recorded(item, verb="noted", fields=("notes",), note_id=str(note.id), kind=kind)
    return note


def escalate_item(*, item: WorkItem, reason: str, at: datetime, version: int | None = None) -> WorkItem:
    """Put the item before the managers: marked, moved to their queue, and out of the worker's hands."""
    if not reason.strip():
        raise Refusal("Say why this needs a manager.")
    queue_id = ensure_queues(["managers"])["managers"]
    changed = change(
        item, verb="escalate", at=at, version=version, is_escalated=True, queue_id=queue_id, assignee_id=None,
        state=_let_go(),
        lease_person_id=None, lease_until=None,
    )  # fmt: skip
    note_item(item=changed, body=reason, kind=NoteKind.ESCALATION, at=at)
    recorded(changed, verb="escalated", event="workitem.escalated", fields=("queue", "assignee"))
    return changed


def hand_over_item(
    *,
    item: WorkItem,
    queue: str,
    category: str,
    due_on: date,
    reason: str,
    at: datetime,
    version: int | None = None,
) -> WorkItem:
    """Give the item to another team, with a due date of its own and out of the worker's hands."""
    if not reason.strip():
        raise Refusal("Say what the other team has to know.")
    changed = change(
        item, verb="escalate", at=at, version=version, queue_id=ensure_queues([queue])[queue], category=category,
        due_on=due_on, assignee_id=None, state=_let_go(), lease_person_id=None, lease_until=None,
    )  # fmt: skip
    note_item(item=changed, body=reason, at=at)
    recorded(
        changed, verb="handed_over", event="workitem.reassigned", fields=("queue", "due_on"), queue=queue
    )
    return changed


def _let_go() -> Case:
    in_hand = When(state__in=ALLOWED_FROM["release"], then=Value(ItemState.UNASSIGNED))
    return Case(in_hand, default=F("state"))


def close_item(
    *, item: WorkItem, outcome: str, at: datetime, version: int | None = None, reason: str = ""
) -> WorkItem:
    if outcome not in CloseOutcome.values:
        raise Refusal("Closing needs a reason from the list.")
    if reason.strip():
        note_item(item=item, body=reason, at=at)
    changed = change(
        item, verb="close", at=at, version=version, state=ItemState.DONE, outcome=outcome, closed_at=at,
        lease_person_id=None, lease_until=None, **_NOT_SNOOZED,
    )  # fmt: skip
    recorded(changed, verb="closed", event="workitem.done", fields=("state",), outcome=outcome)
    return changed


def cancel_items(*, kind: str, cause_keys: Iterable[str], at: datetime) -> int:
    """The causes are gone: their open items are cancelled. Safe to repeat."""
    rows = WorkItem.objects.filter(kind=kind, cause_key__in=list(cause_keys), is_open=True)
    going = list(rows.select_for_update())
    if not going:
        return 0
    WorkItem.objects.filter(id__in=[item.id for item in going]).update(
        state=ItemState.CANCELLED, outcome=CloseOutcome.CAUSE_GONE, closed_at=at, version=F("version") + 1,
        changed_by_id=current_scope().person_id, changed_at=at, lease_person=None, lease_until=None,
    )  # fmt: skip
    emit_for("workitem.cancelled", going)
    return len(going)


def fix_item(*, item: WorkItem, at: datetime) -> str:
    """What its kind offers to mend it at once; says what a person has to know of it."""
    kind = kind_of(item.kind)
    if not kind.fix_label:
        raise Refusal("This is mended on the page of what it is about.")
    return str(kind.verbs["fix"](item=item, at=at))


def reopen_item(*, item: WorkItem, reason: str, at: datetime, version: int | None = None) -> WorkItem:
    """Open a closed item again, unless its cause has an open item by now."""
    if WorkItem.objects.filter(kind=item.kind, cause_key=item.cause_key, is_open=True).exists():
        raise Refusal("There is already an open item for this cause.")
    changed = change(item, verb="reopen", at=at, version=version, state=_awake(), outcome="", closed_at=None)
    if reason.strip():
        note_item(item=changed, body=reason, at=at)
    recorded(changed, verb="reopened", event="workitem.created", fields=("state",), reopened=True)
    return changed


def reprioritize(changes: Mapping[UUID, Mapping[str, Any]]) -> int:
    """Store new denormalised facts (priority and its parts, due date, amount, category …) for many open
    items.

    Touches neither version nor the last person: a new score is not an edit somebody could collide with.
    """
    columns: set[str] = set()
    changed = []
    items = WorkItem.objects.filter(id__in=list(changes), is_open=True)
    for item in items:
        new = {name: value for name, value in changes[item.id].items() if getattr(item, name) != value}
        for name, value in new.items():
            setattr(item, name, value)
        columns |= new.keys()
        if new:
            changed.append(item)
    update_models(changed, sorted(columns))
    return len(items)
