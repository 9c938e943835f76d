"""The list of questions to payers, as the machine of lists shows it: filters, chips with counts, pages, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, QuerySet
from django.http import QueryDict
from django.utils.timezone import make_aware

from eligibility import selectors
from eligibility.choices import STATUSES, InquiryReason, InquiryState
from eligibility.models import EligibilityInquiry
from eligibility.rules.codes import service_type_label
from eligibility.showing import as_row
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.columns import Column
from workbench.criteria import Reader
from workbench.facets import Choice, Facet, shortened
from workbench.keysets import leaf
from workbench.querysets import Narrowing
from workbench.records import ExportRow, RecordList, RecordPage, Row
from workbench.selectors import Totals

ROWS_AT_A_TIME = 500
DAYS = ("from_on", "to_on")
COLUMNS = (
    Column("person", "Person", width=190, is_fixed=True),
    Column("covered", "Covered", width=130),
    Column("payer", "Payer", css="drop-2 long", width=200),
    Column("asked_for", "For", css="drop-4", width=150),
    Column("service_on", "Day of service", css="drop-2", width=110),
    Column("asked_at", "Asked", css="drop-3", width=130),
    Column("reason", "Why", css="drop-4", width=130),
    Column("member", "Member id", width=120, is_extra=True),
)
QUICK = (
    ("All", "all=1"),
    ("Answered", "state=ANSWERED"),
    ("To be mended", "state=REFUSED"),
    ("No answer", "state=FAILED"),
    ("Waiting", "state=WAITING"),
)


@dataclass(frozen=True, slots=True)
class InquiryFilters:
    """What may stand in an address: states, ids and days, never a name."""

    state: tuple[str, ...] = ()
    payer: tuple[UUID, ...] = ()
    patient: UUID | None = None
    from_on: date | None = None
    to_on: date | None = None
    sort: str = ""
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return self != InquiryFilters()

    def without(self, name: str) -> InquiryFilters:
        unset: dict[str, Any] = {name: ()}
        return replace(self, **unset)

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name in ("state", "payer") for value in getattr(self, name)]
        single = ((name, getattr(self, name)) for name in ("patient", *DAYS))
        return [*pairs, *((name, str(value)) for name, value in single if value)]

    def query(self) -> str:
        return urlencode(self.pairs())


def read(query: QueryDict) -> InquiryFilters:
    reader = Reader(query)
    asked = InquiryFilters(
        state=reader.texts("state", allowed=InquiryState.values),
        payer=reader.ids("payer"),
        patient=next(iter(reader.ids("patient")), None),
        from_on=reader.day("from_on"),
        to_on=reader.day("to_on"),
    )
    return replace(asked, problems=reader.problems)


def page(scope: Scope, asked: InquiryFilters, after: str = "", before: str = "") -> RecordPage:
    """Newest first. The place in the list is an inquiry's id."""
    found = leaf(
        selectors.with_status(_filtered(selectors.inquiries(scope), asked)),
        ("asked_at", "id"),
        falling=True,
        after=_place(scope, after),
        before=_place(scope, before),
    )
    return RecordPage(found.rows, **found.edges(lambda inquiry: str(inquiry.id)))


def _place(scope: Scope, text: str) -> tuple[datetime, UUID] | None:
    try:
        last = selectors.inquiries(scope).filter(id=UUID(text)).first() if text else None
    except ValueError:
        return None
    return (last.asked_at, last.id) if last else None


def _filtered(rows: QuerySet[EligibilityInquiry], asked: InquiryFilters) -> QuerySet[EligibilityInquiry]:
    exact = {
        "state__in": asked.state,
        "payer_id__in": asked.payer,
        "patient_id": asked.patient,
        "asked_at__gte": _begins(asked.from_on),
        "asked_at__lt": _begins(asked.to_on + timedelta(days=1)) if asked.to_on else None,
    }
    return rows.filter(**{column: value for column, value in exact.items() if value})


def _begins(day: date | None) -> datetime | None:
    return make_aware(datetime.combine(day, time.min)) if day else None


def present(inquiry: EligibilityInquiry) -> Row:
    url = practice_url("eligibility:inquiry", inquiry.id)
    return Row(f"inquiry-{inquiry.id}", url, 0, as_row(inquiry))


def facets(scope: Scope, asked: InquiryFilters) -> list[Facet]:
    """Each ignores its own choice, so that one can widen it."""
    states = _counted(scope, asked, "state")
    payers = _counted(scope, asked, "payer", "payer__name")
    labels = dict(InquiryState.choices)
    return [
        Facet("state", "State", [Choice(one, labels[one], n, 0, one in asked.state) for one, n in states]),
        Facet("payer", "Payer", shortened(
            [Choice(str(one), name, n, 0, one in asked.payer) for one, name, n in payers if one]
        )),
    ]  # fmt: skip


def _counted(scope: Scope, asked: InquiryFilters, *columns: str) -> list[tuple[Any, ...]]:
    rows = _filtered(selectors.inquiries(scope), asked.without(columns[0])).order_by()
    return list(rows.values_list(*columns).annotate(n=Count("*")).order_by("-n", columns[0]))


def totals(scope: Scope, asked: InquiryFilters) -> Totals:
    return Totals(_filtered(selectors.inquiries(scope), asked).count(), 0)


EXPORT_TITLES = (
    "Asked", "State", "Covered", "Patient", "Record number", "Member id", "Payer", "Payer id", "For", "Day of service",
    "Provider", "Why", "Trace number",
)  # fmt: skip


def export(asked: InquiryFilters, narrowing: Narrowing) -> Iterator[ExportRow]:
    rows = selectors.inquiries_to_export(narrowing.locations, narrowing.payers)
    found = selectors.with_status(_filtered(rows, asked)).iterator(chunk_size=ROWS_AT_A_TIME)
    while chunk := list(islice(found, ROWS_AT_A_TIME)):
        for one in chunk:
            yield ExportRow(_cells(one), patient_id=one.patient_id)


def _cells(inquiry: Any) -> Sequence[Any]:
    return (
        inquiry.asked_at, inquiry.get_state_display(), dict(STATUSES).get(inquiry.last_status, ""), inquiry.whose,
        inquiry.patient.mrn if inquiry.patient else "", inquiry.member_number,
        inquiry.payer.name if inquiry.payer else "", inquiry.payer_identifier,
        ", ".join(service_type_label(code) for code in inquiry.service_types[:1]), inquiry.service_on,
        inquiry.provider_name, InquiryReason(inquiry.reason).label, inquiry.trace_number,
    )  # fmt: skip


INQUIRY_LIST = RecordList(
    key="INQUIRY",
    plural="Eligibility",
    slug="eligibility",
    icon="patch-check",
    queue_route="eligibility:inquiries",
    view_permission="eligibility.view_inquiry",
    columns=COLUMNS,
    row_template="eligibility/_row.html",
    order_words="newest first",
    read=read,
    page=page,
    present=present,
    facets=facets,
    totals=totals,
    quick=QUICK,
    export_titles=EXPORT_TITLES,
    export=export,
    ranges=(("from_on", "to_on", "Asked", "date"),),
    empty_words="Check a patient's coverage before the visit: most denials begin at the front desk.",
    audit_kind="eligibility.inquiries",
    has_money=False,
)
