"""One verb for many items: preview first, then a job with a line per item. One bad item stops nothing."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit import services as audit
from tenancy.jobs import enqueue
from tenancy.scope import current_scope
from workbench.choices import (
    ALLOWED_FROM,
    BulkAction,
    CloseOutcome,
    LineOutcome,
    NoteKind,
    RunState,
    SnoozeReason,
)
from workbench.criteria import Criteria
from workbench.kinds import WorkKind, kind_of
from workbench.models import BulkLine, BulkRun, WorkItem
from workbench.services.items import assign_item, close_item, note_item, snooze_item
from workbench.services.refusals import Refusal

logger = logging.getLogger(__name__)

MOST_ITEMS = 10_000
ITEMS_PER_JOB = 100
VERB_OF = {BulkAction.ASSIGN: "assign", BulkAction.SNOOZE: "snooze", BulkAction.CLOSE: "close"}


@dataclass(frozen=True)
class Selection:
    """Rows ticked one by one, or everything the filter shows: then with the number the person saw."""

    item_ids: tuple[UUID, ...] = ()
    criteria: Criteria | None = None
    seen: int | None = None


@dataclass(frozen=True)
class Skip:
    reason: str
    count: int
    cents: int


@dataclass(frozen=True)
class BulkPreview:
    count: int
    cents: int
    changing: tuple[UUID, ...]
    changing_cents: int
    skips: tuple[Skip, ...]


def preview_bulk(
    *, kind: WorkKind, items: Sequence[WorkItem], action: str, parameters: Mapping[str, Any], at: datetime
) -> BulkPreview:
    """What would happen: how many, for how much, and which are left out and why."""
    counts, cents = Counter[str](), Counter[str]()
    changing = []
    for item in items:
        reason = _objection(kind, item, action, parameters, at)
        if reason:
            counts[reason] += 1
            cents[reason] += item.amount_cents
        else:
            changing.append(item)
    return BulkPreview(
        count=len(items),
        cents=sum(item.amount_cents for item in items),
        changing=tuple(item.id for item in changing),
        changing_cents=sum(item.amount_cents for item in changing),
        skips=tuple(Skip(reason, count, cents[reason]) for reason, count in counts.most_common()),
    )


def _objection(
    kind: WorkKind, item: WorkItem, action: str, parameters: Mapping[str, Any], at: datetime
) -> str:
    if action in VERB_OF and item.state not in ALLOWED_FROM[VERB_OF[BulkAction(action)]]:
        return f"is {item.get_state_display().lower()}"
    held = item.lease_until is not None and item.lease_until >= at
    if held and item.lease_person_id != current_scope().person_id and action != BulkAction.NOTE:
        return "a colleague has it in hand"
    if action == BulkAction.ASSIGN and str(item.assignee_id or "") == str(
        parameters.get("assignee_id") or ""
    ):
        return "already theirs"
    return kind.objection(item, {"action": action, **parameters}) if kind.objection else ""


def checked_parameters(
    *, kind: WorkKind, action: str, parameters: Mapping[str, Any], at: datetime
) -> dict[str, Any]:
    """Refuse what no item could accept, before anybody waits for a preview."""
    if action == BulkAction.SNOOZE:
        until = parameters.get("until")
        if not until or date.fromisoformat(str(until)) <= localdate(at):
            raise Refusal("Snooze needs a day after today.")
        if parameters.get("reason") not in SnoozeReason.values:
            raise Refusal("Snooze needs a reason from the list.")
    elif action == BulkAction.NOTE and not str(parameters.get("body", "")).strip():
        raise Refusal("A note needs words.")
    elif action == BulkAction.CLOSE:
        allowed = [value for value, _ in kind.close_reasons] or CloseOutcome.values
        if parameters.get("outcome") not in allowed:
            raise Refusal("Closing needs a reason from the list.")
    elif action not in BulkAction.values:
        raise Refusal("Choose what to do.")
    return {key: value for key, value in parameters.items() if value not in (None, "")}


def request_bulk(
    *,
    kind: WorkKind,
    item_ids: Sequence[UUID],
    action: str,
    parameters: Mapping[str, Any],
    form_key: UUID,
    at: datetime,
) -> BulkRun:
    """Order the run. The same form sent twice is one run."""
    person_id = current_scope().person_id
    if person_id is None:
        raise Refusal("Only a person can order a bulk run.")
    if not item_ids:
        raise Refusal("Nothing in this selection can be changed.")
    if len(item_ids) > MOST_ITEMS:
        raise Refusal(f"At most {MOST_ITEMS:,} items at once; narrow the filter.")
    again = BulkRun.objects.filter(form_key=form_key).first()
    if again is not None:
        return again
    run = BulkRun.objects.create(
        kind=kind.key,
        action=action,
        parameters=dict(parameters),
        item_ids=list(item_ids),
        requested_by_id=person_id,
        requested_at=at,
        form_key=form_key,
    )
    audit.record(
        verb="workbench.bulk_run.requested", subject=run, data={"action": action, "count": len(item_ids)}
    )
    enqueue("workbench.run_bulk", run_id=run.id)
    return run


def run_bulk(*, run_id: UUID, at: datetime) -> bool:
    """Do the next items of a run; True while more remain. Safe to repeat: an item has one line."""
    run = BulkRun.objects.select_for_update().get(id=run_id)
    if run.state in (RunState.DONE, RunState.FAILED):
        return False
    done = set(BulkLine.objects.filter(run=run).values_list("item_id", flat=True))
    waiting = [item_id for item_id in run.item_ids if item_id not in done]
    items = WorkItem.objects.in_bulk(waiting[:ITEMS_PER_JOB])
    for position, item_id in enumerate(waiting[:ITEMS_PER_JOB], start=len(done) + 1):
        outcome, message = _do(run, items[item_id], at)
        BulkLine.objects.create(
            run=run, item_id=item_id, position=position, outcome=outcome, message=message[:200]
        )
    remaining = len(waiting) > ITEMS_PER_JOB
    run.state = RunState.RUNNING if remaining else RunState.DONE
    run.finished_at = None if remaining else at
    run.save(update_fields=["state", "finished_at"])
    return remaining


def _do(run: BulkRun, item: WorkItem, at: datetime) -> tuple[str, str]:
    kind = kind_of(item.kind)
    objection = _objection(kind, item, run.action, run.parameters, at)
    if objection:
        return LineOutcome.SKIPPED, objection
    try:
        with transaction.atomic():
            said = _apply(kind, run, item, at)
    except Refusal as refusal:
        return LineOutcome.SKIPPED, refusal.message
    except Exception:
        logger.exception("workbench.bulk_item_failed run=%s item=%s", run.id, item.id)
        return LineOutcome.FAILED, "An error stopped this item; it is unchanged."
    return LineOutcome.CHANGED, said


def _apply(kind: WorkKind, run: BulkRun, item: WorkItem, at: datetime) -> str:
    """Do it; answers with what a person has to know of it besides, if anything."""
    asked = run.parameters
    if run.action == BulkAction.FIX:
        return str(kind.verbs["fix"](item=item, at=at))
    if run.action == BulkAction.ASSIGN:
        assignee = UUID(asked["assignee_id"]) if asked.get("assignee_id") else None
        kind.verbs.get("assign", assign_item)(item=item, assignee_id=assignee, at=at)
    elif run.action == BulkAction.SNOOZE:
        until = date.fromisoformat(asked["until"])
        kind.verbs.get("snooze", snooze_item)(item=item, until=until, reason=asked["reason"], at=at)
    elif run.action == BulkAction.NOTE:
        follow_up = date.fromisoformat(asked["follow_up_on"]) if asked.get("follow_up_on") else None
        note_item(item=item, body=asked["body"], kind=NoteKind.NOTE, follow_up_on=follow_up, at=at)
    else:
        kind.verbs.get("close", close_item)(
            item=item, outcome=asked["outcome"], reason=asked.get("reason", ""), at=at
        )
    return ""
