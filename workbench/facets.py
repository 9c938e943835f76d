"""The numbers behind the filter chips: a fragment of its own, so that the rows never wait for them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.db.models import Count, QuerySet, Sum

from tenancy.scope import Scope
from workbench.choices import ItemState, Stage
from workbench.criteria import DUE_BUCKETS, Criteria
from workbench.kinds import WorkKind
from workbench.querysets import WorkItemQuerySet, narrowing_of
from workbench.selectors import due_between, matching

MOST_VALUES = 12


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    count: int
    cents: int
    is_chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]

    @property
    def chosen(self) -> str:
        return ", ".join(choice.label for choice in self.choices if choice.is_chosen)


FACET_COLUMNS = {
    "category": ("Category", "category", ""),
    "code": ("Code", "code", ""),
    "payer": ("Payer", "payer_id", "payer__name"),
    "queue": ("Team", "queue_id", "queue__name"),
    "owner": ("Owner", "assignee_id", "assignee__name"),
    "state": ("Status", "state", ""),
}

# What is chosen here is shown as chosen also where nothing has it.
SAY_THEMSELVES = ("category", "code", "state")


def queue_facets(scope: Scope, *, kind: WorkKind, asked: Criteria, on: date) -> list[Facet]:
    """Counts and dollars behind every filter chip; each facet ignores its own choice, so that one can
    widen it.
    """
    narrowed = narrowing_of(scope)
    facets = []
    for name in kind.facets:
        rows = matching(
            kind=kind, asked=asked.without(name), person_id=scope.person_id, on=on, narrowed_to=narrowed
        )
        facets.append(
            _due_facet(rows, asked, on) if name == "due" else _facet(rows, kind, name, asked, scope)
        )
    return facets


def _facet(rows: WorkItemQuerySet, kind: WorkKind, name: str, asked: Criteria, scope: Scope) -> Facet:
    label, column, title = FACET_COLUMNS[name]
    chosen = {str(value) for value in getattr(asked, name)}
    values = []
    for group in grouped(rows, column, title, cents="amount_cents"):
        key = "none" if group.value is None else str(group.value)
        if name == "owner" and group.value == scope.person_id:
            key = "me"
        words = _facet_label(kind, name, group.value, group.title)
        values.append(Choice(key, words, group.count, group.cents, key in chosen))
    values = [each for each in values if each.value not in ("", "none") or name == "owner"]
    if name in SAY_THEMSELVES:
        found = {each.value for each in values}
        values += [
            Choice(value, _facet_label(kind, name, value, value), 0, 0, True)
            for value in sorted(chosen - found)
        ]
    return Facet(name, label, shortened(values))


@dataclass(frozen=True)
class Group:
    value: Any
    title: Any
    count: int
    cents: int


def grouped(rows: QuerySet[Any], column: str, title: str = "", *, cents: str) -> list[Group]:
    """How many rows and dollars stand behind each value of a column, most rows first."""
    groups = rows.values_list(column, *([title] if title else [])).annotate(n=Count("*"), cents=Sum(cents))
    return [
        Group(group[0], group[1] if title else group[0], group[-2], group[-1] or 0)
        for group in groups.order_by("-n", column)
    ]


@dataclass(frozen=True)
class ColumnFacet:
    """The values of one column of a list; their words stand in the column `title` or in `labels`."""

    name: str
    label: str
    column: str
    title: str = ""
    labels: Mapping[str, str] = field(default_factory=dict)

    def of(self, rows: QuerySet[Any], chosen: Collection[Any], *, cents: str) -> Facet:
        taken = {str(value) for value in chosen}
        choices = [
            Choice(str(group.value), self._words(group), group.count, group.cents, str(group.value) in taken)
            for group in grouped(rows, self.column, self.title, cents=cents)
            if group.value is not None
        ]
        return Facet(self.name, self.label, shortened(choices))

    def _words(self, group: Group) -> str:
        return str(self.labels.get(group.value, group.title))


def shortened(values: Sequence[Choice]) -> list[Choice]:
    """The fullest choices, and whatever is chosen."""
    return [each for place, each in enumerate(values) if place < MOST_VALUES or each.is_chosen]


def _facet_label(kind: WorkKind, name: str, value: Any, text: Any) -> str:
    if name == "category":
        return kind.category_label(value)
    if name == "state":
        return str(ItemState(value).label)
    if name == "owner" and value is None:
        return "Nobody"
    return str(value if name == "code" else text)


def _due_facet(rows: WorkItemQuerySet, asked: Criteria, on: date) -> Facet:
    sums: dict[str, Any] = {}
    for bucket in DUE_BUCKETS:
        sums[f"n_{bucket}"] = Count("kind", filter=due_between(bucket, on))
        sums[f"cents_{bucket}"] = Sum("amount_cents", filter=due_between(bucket, on))
    found = rows.aggregate(**sums)
    values = [
        Choice(bucket, label, found[f"n_{bucket}"], found[f"cents_{bucket}"] or 0, bucket in asked.due)
        for bucket, (label, _, _) in DUE_BUCKETS.items()
    ]
    return Facet("due", "Due", [each for each in values if each.count or each.is_chosen])


def stage_counts(scope: Scope, *, kind: WorkKind, asked: Criteria, on: date) -> dict[str, int]:
    """How many the same filter finds in the stages still open; what is closed is not counted, it only
    grows.
    """
    counts: dict[str, int] = {}
    for stage in (Stage.TO_WORK, Stage.WAITING):
        rows = matching(
            kind=kind, asked=replace(asked, stage=stage), person_id=scope.person_id, on=on,
            narrowed_to=narrowing_of(scope),
        )  # fmt: skip
        counts[stage] = rows.count()
    return counts
