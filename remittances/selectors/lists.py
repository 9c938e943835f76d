"""The list of remittances: its filters, pages and totals."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum
from django.http import QueryDict

from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.selectors.finding import remittances_visible_to
from tenancy.scope import Scope
from workbench.criteria import Reader
from workbench.keysets import leaf
from workbench.records import RecordPage

NEWEST, OLDEST = "-received", "received"
LISTS = ("state", "payer", "issue")
ISSUE_FILTERS = {
    "unmatched": Q(unmatched_count__gt=0),
    "denied": Q(denied_count__gt=0),
    "alert": ~Q(alert=""),
}


@dataclass(frozen=True, slots=True)
class StateTotal:
    state: str
    label: str
    count: int
    cents: int


def state_totals(scope: Scope) -> list[StateTotal]:
    """How many remittances and dollars stand in each state; all four, empty ones too."""
    rows = (
        remittances_visible_to(scope).values("state").annotate(count=Count("id"), cents=Sum("payment_cents"))
    )
    found = {row["state"]: (row["count"], row["cents"]) for row in rows}
    return [
        StateTotal(state.value, state.label, *found.get(state.value, (0, 0)))
        for state in RemittanceState
        if state != RemittanceState.READING
    ]


@dataclass(frozen=True, slots=True)
class RemittanceFilters:
    """What may stand in the address of the list."""

    trace: str = ""
    state: tuple[str, ...] = ()
    payer: tuple[UUID, ...] = ()
    issue: tuple[str, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    sort: str = NEWEST
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort=NEWEST) != RemittanceFilters()

    def without(self, name: str) -> RemittanceFilters:
        unset: dict[str, Any] = {name: ()}
        return replace(self, **unset)

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name in LISTS for value in getattr(self, name)]
        for name in ("trace", "from_on", "to_on"):
            value = getattr(self, name)
            if value:
                pairs.append((name, str(value)))
        return pairs if self.sort == NEWEST else [*pairs, ("sort", self.sort)]

    def query(self) -> str:
        return urlencode(self.pairs())


def read_remittance_filters(query: QueryDict) -> RemittanceFilters:
    reader = Reader(query)
    asked = RemittanceFilters(
        trace=reader.text("trace")[:50],
        state=reader.texts("state", allowed=RemittanceState.values),
        payer=reader.ids("payer"),
        issue=reader.texts("issue", allowed=ISSUE_FILTERS),
        from_on=reader.day("from_on"),
        to_on=reader.day("to_on"),
        sort=reader.one_of("sort", (NEWEST, OLDEST), NEWEST),
    )
    return replace(asked, problems=reader.problems)


def filtered_remittances(rows: QuerySet[Remittance], asked: RemittanceFilters) -> QuerySet[Remittance]:
    exact = {
        "state__in": asked.state,
        "payer_id__in": asked.payer,
        "payment_on__gte": asked.from_on,
        "payment_on__lte": asked.to_on,
    }
    rows = rows.filter(**{column: value for column, value in exact.items() if value})
    for issue in asked.issue:
        rows = rows.filter(ISSUE_FILTERS[issue])
    if asked.trace:
        trace = asked.trace.upper()
        rows = rows.filter(trace_number__gte=trace, trace_number__lt=f"{trace}\U0010ffff")
    return rows


def remittances_matching(scope: Scope, asked: RemittanceFilters) -> QuerySet[Remittance]:
    return filtered_remittances(remittances_visible_to(scope), asked)


def remittance_page(scope: Scope, asked: RemittanceFilters, after: str = "", before: str = "") -> RecordPage:
    """One keyset page by the moment of arrival."""
    found = leaf(
        remittances_matching(scope, asked).select_related("payer"),
        ("received_at", "id"),
        falling=asked.sort == NEWEST,
        after=_cursor(after),
        before=_cursor(before),
    )
    return RecordPage(found.rows, **found.edges(_place))


def count_and_cents(rows: QuerySet[Remittance]) -> tuple[int, int]:
    found = rows.aggregate(count=Count("*"), cents=Sum("payment_cents"))
    return found["count"], found["cents"] or 0


def remittances_to_export(asked: RemittanceFilters, payers: frozenset[UUID] | None) -> QuerySet[Remittance]:
    """In the list's order, of the payers of the grant the export was ordered under."""
    rows = Remittance.objects.all() if payers is None else Remittance.objects.filter(payer_id__in=payers)
    sign = "-" if asked.sort == NEWEST else ""
    found = filtered_remittances(rows, asked).select_related("payer", "file", "posted_by")
    return found.order_by(f"{sign}received_at", f"{sign}id")


def _place(row: Remittance) -> str:
    return f"{row.received_at.isoformat()}_{row.id}"


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    """A place that cannot be read is the beginning."""
    moment, _, last = text.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        return None
