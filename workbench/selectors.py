"""Reads of the worklist. `work_item_for` is the only door from an id to an item."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Q, QuerySet, Sum, prefetch_related_objects

from tenancy.access import NotFound
from tenancy.scope import Scope
from workbench.choices import Stage, Visibility
from workbench.criteria import DUE_BUCKETS, Criteria
from workbench.cursors import read_cursor, write_cursor
from workbench.keysets import leaf
from workbench.kinds import WorkKind, kind_of
from workbench.models import (
    BulkLine,
    BulkRun,
    ColumnLayout,
    ExportFile,
    SavedView,
    WorkItem,
    WorkNote,
    WorkQueue,
)
from workbench.querysets import Narrowing, WorkItemQuerySet, narrowing_of


@dataclass(frozen=True)
class Page:
    """One keyset page: rows and the cursors of its neighbours ("" where there is none)."""

    items: list[WorkItem]
    rows: Mapping[UUID, Any]
    after: str
    before: str


@dataclass(frozen=True)
class Totals:
    count: int
    cents: int


def work_item_for(scope: Scope, item_id: UUID) -> WorkItem:
    """Raises NotFound for what is not there, not in this practice, or not of a kind this person may see."""
    rows = WorkItem.objects.select_related(
        "payer", "assignee", "queue", "location", "changed_by", "lease_person"
    )
    item = rows.within(narrowing_of(scope)).filter(id=item_id).first()
    if item is None or not scope.may(kind_of(item.kind).view_permission):
        raise NotFound
    return item


def items_in(scope: Scope) -> WorkItemQuerySet:
    return WorkItem.objects.within(narrowing_of(scope))


def open_item_of(*, kind: str, subject_id: UUID) -> WorkItem | None:
    return WorkItem.objects.filter(kind=kind, subject_id=subject_id, is_open=True).order_by("id").first()


def matching(
    *, kind: WorkKind, asked: Criteria, person_id: UUID | None, on: date, narrowed_to: Narrowing
) -> WorkItemQuerySet:
    """Every item the criteria ask for, unordered."""
    rows = WorkItem.objects.filter(kind=kind.key, stage=asked.stage).within(narrowed_to)
    for name in ("category", "code", "state"):
        values = getattr(asked, name)
        if values:
            rows = rows.filter(**{f"{name}__in": values})
    for name in ("payer", "queue", "location"):
        values = getattr(asked, name)
        if values:
            rows = rows.filter(**{f"{name}_id__in": values})
    if asked.owner:
        rows = rows.filter(_owned_by(asked.owner, person_id))
    if asked.due:
        rows = rows.filter(_due_in(asked.due, on))
    return _ranges(rows, asked, on)


def _ranges(rows: WorkItemQuerySet, asked: Criteria, on: date) -> WorkItemQuerySet:
    if asked.minimum_cents is not None:
        rows = rows.filter(amount_cents__gte=asked.minimum_cents)
    if asked.maximum_cents is not None:
        rows = rows.filter(amount_cents__lte=asked.maximum_cents)
    if asked.older_than is not None:
        rows = rows.filter(occurred_on__lt=on - timedelta(days=min(asked.older_than, 36_500)))
    if asked.untouched_for is not None:
        untouched_since = on - timedelta(days=min(asked.untouched_for, 36_500))
        rows = rows.filter(Q(changed_at__isnull=True) | Q(changed_at__date__lt=untouched_since))
    if asked.follow_up == "due":
        rows = rows.filter(follow_up_on__lte=on)
    elif asked.follow_up:
        rows = rows.filter(follow_up_on__isnull=asked.follow_up == "none")
    if asked.escalated:
        rows = rows.filter(is_escalated=True)
    if asked.reference:
        rows = rows.filter(reference__gte=asked.reference, reference__lt=asked.reference + "\uffff")
    if asked.subject:
        rows = rows.filter(subject_id=asked.subject)
    return rows


def _owned_by(owners: Sequence[str], person_id: UUID | None) -> Q:
    wanted = Q()
    for owner in owners:
        if owner == "none":
            wanted |= Q(assignee__isnull=True)
        else:
            wanted |= Q(assignee_id=person_id if owner == "me" else UUID(owner))
    return wanted


def _due_in(buckets: Sequence[str], on: date) -> Q:
    wanted = Q()
    for bucket in buckets:
        wanted |= Q(due_on__isnull=True) if bucket == "none" else due_between(bucket, on)
    return wanted


def due_between(bucket: str, on: date) -> Q:
    _, first, last = DUE_BUCKETS[bucket]
    span = Q(due_on__isnull=False)
    if first is not None:
        span &= Q(due_on__gte=on + timedelta(days=first))
    if last is not None:
        span &= Q(due_on__lte=on + timedelta(days=last))
    return span


def queue_page(
    scope: Scope,
    *,
    kind: WorkKind,
    asked: Criteria,
    on: date,
    after: str = "",
    before: str = "",
) -> Page:
    """One page of a queue, complete with what the kind knows of its rows. Counts nothing."""
    rows = matching(kind=kind, asked=asked, person_id=scope.person_id, on=on, narrowed_to=narrowing_of(scope))
    rows = rows.select_related("payer", "assignee", "lease_person")
    columns = asked.columns
    found = leaf(
        rows,
        columns,
        falling=asked.is_backward,
        after=read_cursor(after, columns),
        before=read_cursor(before, columns),
    )
    return Page(
        items=found.rows,
        rows=kind.hydrate(found.rows) if found.rows else {},
        **found.edges(lambda item: write_cursor(item, columns)),
    )


def queue_totals(scope: Scope, *, kind: WorkKind, asked: Criteria, on: date) -> Totals:
    rows = matching(kind=kind, asked=asked, person_id=scope.person_id, on=on, narrowed_to=narrowing_of(scope))
    found = rows.aggregate(count=Count("*"), cents=Sum("amount_cents"))
    return Totals(count=found["count"], cents=found["cents"] or 0)


def selected_items(
    scope: Scope,
    *,
    kind: WorkKind,
    item_ids: Sequence[UUID] = (),
    asked: Criteria | None = None,
    on: date,
    most: int,
) -> list[WorkItem]:
    """The items a person ticked, or everything the filter shows; at most `most` + 1, so that too many can
    be told.
    """
    if asked is None:
        rows = WorkItem.objects.filter(kind=kind.key, id__in=list(item_ids)).within(narrowing_of(scope))
    else:
        rows = matching(
            kind=kind, asked=asked, person_id=scope.person_id, on=on, narrowed_to=narrowing_of(scope)
        )
    return list(rows.order_by("id")[: most + 1])


def notes_of(item: WorkItem) -> QuerySet[WorkNote]:
    return WorkNote.objects.filter(item=item).select_related("author").order_by("-written_at", "-id")


def saved_views(scope: Scope, kind: str) -> list[SavedView]:
    """This person's views and the team's, own first."""
    mine_or_team = Q(owner_id=scope.person_id) | Q(visibility=Visibility.TEAM)
    views = SavedView.objects.filter(mine_or_team, kind=kind).select_related("owner").order_by("name", "id")
    return sorted(views, key=lambda view: (view.owner_id != scope.person_id, view.name, view.id))


def columns_chosen(scope: Scope, kind: str) -> list[str]:
    """The columns this person wants of a list, in their order; empty for all of them as it was made."""
    layout = ColumnLayout.objects.filter(owner_id=scope.person_id, kind=kind).first()
    return layout.columns if layout else []


def team_queues() -> list[WorkQueue]:
    return list(WorkQueue.objects.filter(is_active=True).order_by("name", "id"))


def bulk_run_for(scope: Scope, run_id: UUID) -> BulkRun:
    """A run is shown to the person who ordered it."""
    run = BulkRun.objects.filter(id=run_id, requested_by_id=scope.person_id).first()
    if run is None:
        raise NotFound
    return run


def bulk_progress(run: BulkRun) -> dict[str, int]:
    counts = BulkLine.objects.filter(run=run).values_list("outcome").annotate(n=Count("id"))
    return dict(counts.order_by("outcome"))


def bulk_lines(run: BulkRun, *, problems_only: bool = False) -> QuerySet[BulkLine]:
    lines = BulkLine.objects.filter(run=run).select_related("item")
    return (lines.exclude(outcome="CHANGED") if problems_only else lines).order_by("position")


def export_for(scope: Scope, export_id: UUID) -> ExportFile:
    """A file is handed to the person who ordered it and to nobody else."""
    export = ExportFile.objects.filter(id=export_id, requested_by_id=scope.person_id).first()
    if export is None:
        raise NotFound
    return export


def exports_of(scope: Scope) -> QuerySet[ExportFile]:
    mine = ExportFile.objects.filter(requested_by_id=scope.person_id).defer("content")
    return mine.order_by("-requested_at", "-id")[:20]


def items_seen(seen: Mapping[str, Narrowing]) -> WorkItemQuerySet:
    """What is left of each kind (`worklist.kinds_seen`), in one query."""
    kinds: dict[Narrowing, list[str]] = {}
    for key, narrowing in seen.items():
        kinds.setdefault(narrowing, []).append(key)
    parts = [WorkItem.objects.filter(kind__in=keys).within(narrowing) for narrowing, keys in kinds.items()]
    return reduce(or_, parts, WorkItem.objects.none()) if len(parts) != 1 else parts[0]


def open_counts(scope: Scope, seen: Mapping[str, Narrowing], *, on: date) -> dict[str, dict[str, int]]:
    """For the rail and the Today page: per kind how many and how much to work, overdue, due this week, mine.

    One grouped pass over the covering index of the open items.
    """
    week = on + timedelta(days=7)
    groups = (
        items_seen(seen)
        .to_work()
        .values("kind")
        .annotate(
            count=Count("id"),
            cents=Sum("amount_cents"),
            overdue=Count("id", filter=Q(due_on__lt=on)),
            due_today=Count("id", filter=Q(due_on=on)),
            due_this_week=Count("id", filter=Q(due_on__gte=on, due_on__lte=week)),
            due_this_week_cents=Sum("amount_cents", filter=Q(due_on__gte=on, due_on__lte=week)),
            mine=Count("id", filter=Q(assignee_id=scope.person_id)),
            follow_up_due=Count("id", filter=Q(follow_up_on__lte=on, assignee_id=scope.person_id)),
        )
        .order_by("kind")
    )
    return {group.pop("kind"): {name: value or 0 for name, value in group.items()} for group in groups}


def occurred_per_day(seen: Mapping[str, Narrowing], *, on: date, days: int) -> dict[str, list[int]]:
    """For the trends of the Today page: per kind how many causes fell on each of the last days, oldest
    first.
    """
    first = on - timedelta(days=days - 1)
    rows = (
        items_seen(seen)
        .filter(stage__in=Stage.values, occurred_on__range=(first, on))
        .values_list("kind", "occurred_on")
        .annotate(count=Count("id"))
        .order_by("kind", "occurred_on")
    )
    trends: dict[str, list[int]] = {}
    for kind, day, count in rows:
        trends.setdefault(kind, [0] * days)[(day - first).days] = count
    return trends


def held_by(item: WorkItem, *, person_id: UUID | None, at: datetime) -> str:
    """The name of a colleague who has the item in hand now, or ""."""
    if item.lease_until and item.lease_until >= at and item.lease_person_id not in (None, person_id):
        return str(item.lease_person)
    return ""


def first_rows_per_practice(scope: Scope, *, kind: WorkKind, each: int) -> list[WorkItem]:
    """The portfolio: the best rows of every practice in the read set, by LATERAL on each one's own index."""
    sql = """
        SELECT found.* FROM unnest(%s::uuid[]) AS practice(id) CROSS JOIN LATERAL (
            SELECT * FROM workbench_workitem
            WHERE organization_id = practice.id AND kind = %s AND stage = 'TO_WORK'
            ORDER BY priority_order, due_order, id LIMIT %s
        ) AS found"""
    found = list(WorkItem.objects.raw(sql, [list(scope.readable), kind.key, each]))
    prefetch_related_objects(found, "payer")
    return found


def practice_totals(scope: Scope, *, kind: WorkKind, on: date) -> list[dict[str, Any]]:
    """Per practice of the read set: how many, how much, how many overdue."""
    rows = WorkItem.objects.filter(kind=kind.key, stage="TO_WORK").values("organization_id")
    totals: list[Any] = list(
        rows.annotate(
            count=Count("id"), cents=Sum("amount_cents"), overdue=Count("id", filter=Q(due_on__lt=on)),
            practice=F("organization__name"),
        ).order_by("practice", "organization_id")
    )  # fmt: skip
    return totals
