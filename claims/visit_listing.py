"""The list of visits that are to become claims, as the machine of lists shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from claims.selectors import visits
from claims.selectors.visits import VisitFilters, VisitRow
from patients.choices import BillingState
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.columns import Column
from workbench.facets import ColumnFacet, Facet
from workbench.querysets import Narrowing
from workbench.records import ExportRow, RecordList, Row
from workbench.selectors import Totals
from workbench.services import dollars

VISITS = "VISIT"
COLUMNS = (
    Column("visit", "Visit", sort="service", width=90, is_fixed=True),
    Column("patient", "Patient", width=170),
    Column("age", "Age", css="number", width=60),
    Column("payer", "Payer", css="drop-2", width=165),
    Column("kind", "Billed as", css="drop-4", width=110),
    Column("rendering", "Rendering", css="drop-3", width=150),
    Column("location", "Location", css="drop-4", width=140),
    Column("charge", "Charge", css="money", width=95),
    Column("state", "Status", width=160),
    Column("holds", "Held for", css="drop-3 long", width=200),
    Column("number", "Visit number", width=120, is_extra=True),
)
FACETS = (
    ColumnFacet("state", "Status", "billing_state", labels=dict(BillingState.choices)),
    ColumnFacet("location", "Location", "location_id", "location__name"),
)
QUICK = (
    ("All", "all=1"),
    ("Ready", "state=READY"),
    ("Held", "state=HELD"),
    ("Being entered", "state=OPEN"),
    ("Changed after billing", "state=CHANGED"),
)
ROWS_AT_A_TIME = 500


def present(row: VisitRow) -> Row:
    return Row(f"visit-{row.visit.id}", practice_url("patients:encounter", row.visit.id), row.cents, row)


def facets(scope: Scope, asked: VisitFilters) -> list[Facet]:
    """Each facet ignores its own choice, so that one can widen it."""
    return [
        one.of(
            visits.with_cents(visits.visits_to_bill(scope, asked.without(one.name))).order_by(),
            getattr(asked, one.name),
            cents="cents",
        )
        for one in FACETS
    ]


def totals(scope: Scope, asked: VisitFilters) -> Totals:
    return Totals(*visits.visit_totals(scope, asked))


EXPORT_TITLES = (
    "Service from", "Service to", "Visit number", "Record number", "Patient", "Payer", "Billed as", "Rendering",
    "Location", "Charge", "Status", "Held for",
)  # fmt: skip


def export(asked: VisitFilters, narrowing: Narrowing) -> Iterator[ExportRow]:
    rows = visits.visits_to_export(asked, narrowing.locations).iterator(chunk_size=ROWS_AT_A_TIME)
    while chunk := list(islice(rows, ROWS_AT_A_TIME)):
        for row in visits.as_visit_rows(chunk):
            yield ExportRow(_cells(row), row.cents, row.visit.patient_id)


def _cells(row: VisitRow) -> Sequence[Any]:
    visit = row.visit
    return (
        visit.service_from_on, visit.service_to_on, visit.external_id, visit.patient.mrn,
        visit.patient.display_name, row.payer, visit.get_claim_kind_display(),
        visit.rendering_provider.display_name if visit.rendering_provider else "",
        visit.location.name if visit.location else "", dollars(row.cents), visit.get_billing_state_display(),
        ", ".join(row.holds),
    )  # fmt: skip


VISIT_LIST = RecordList(
    key=VISITS,
    plural="Visits to bill",
    slug="visits",
    icon="clipboard-check",
    queue_route="claims:visits",
    view_permission="claims.view_claim",
    columns=COLUMNS,
    row_template="claims/_visit_row.html",
    order_words="by day of service",
    read=visits.read_visit_filters,
    page=visits.visit_page,
    present=present,
    facets=facets,
    totals=totals,
    quick=QUICK,
    export_titles=EXPORT_TITLES,
    export=export,
    ranges=(("from_on", "to_on", "Service", "date"),),
    empty_words="Every visit has its claim. Visits are recorded on the page of their patient.",
    audit_kind="patients.encounters",
    actions=({"name": "BILL", "label": "Make claims", "icon": "file-earmark-plus"},),
    actions_route="claims:bill-visits",
    actions_permission="claims.build_claim",
)
