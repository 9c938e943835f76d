"""The list of claims, as the machine of lists shows it: columns, chips with counts, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from claims import selectors
from claims.choices import AdjudicationState, Responsibility, SubmissionState
from claims.selectors import ClaimFilters, ClaimRow
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.columns import Column
from workbench.facets import ColumnFacet, Facet
from workbench.querysets import Narrowing
from workbench.records import ExportRow, RecordList, Row
from workbench.selectors import Totals
from workbench.services import dollars

CLAIMS = "CLAIM"
COLUMNS = (
    Column("claim", "Claim", width=130, is_fixed=True),
    Column("patient", "Patient", width=160),
    Column("payer", "Payer", css="drop-2", width=165),
    Column("service", "Service", sort="service", width=75),
    Column("rendering", "Rendering", css="drop-4", width=150),
    Column("charge", "Charge", css="money", width=95),
    Column("paid", "Paid", css="money drop-3", width=95),
    Column("open", "Open", css="money", width=95),
    Column("decision", "Decision", width=130),
    Column("submission", "Submission", css="drop-3", width=160),
    Column("turn", "Whose turn", css="drop-4", width=140),
    Column("kind", "Kind", width=100, is_extra=True),
    Column("payer_number", "Payer's number", width=140, is_extra=True),
)
FACETS = (
    ColumnFacet("payer", "Payer", "payer_id", "payer__name"),
    ColumnFacet("adjudication", "Decision", "adjudication_state", labels=dict(AdjudicationState.choices)),
    ColumnFacet("submission", "Submission", "submission_state", labels=dict(SubmissionState.choices)),
    ColumnFacet("responsibility", "Whose turn", "responsibility", labels=dict(Responsibility.choices)),
)
QUICK = (
    ("All", "all=1"),
    ("Not decided", "adjudication=NONE"),
    ("Denied", "adjudication=DENIED"),
    ("Partly paid", "adjudication=PAID_PARTIAL"),
    ("Patient's turn", "responsibility=PATIENT"),
)
ROWS_AT_A_TIME = 500


def present(row: ClaimRow) -> Row:
    claim = row.claim
    return Row(f"claim-{claim.id}", practice_url("claims:claim", claim.id), claim.total_cents, row)


def facets(scope: Scope, asked: ClaimFilters) -> list[Facet]:
    """Each facet ignores its own choice, so that one can widen it."""
    return [
        one.of(
            selectors.claims_matching(scope, asked.without(one.name)),
            getattr(asked, one.name),
            cents="total_cents",
        )
        for one in FACETS
    ]


def totals(scope: Scope, asked: ClaimFilters) -> Totals:
    return Totals(*selectors.claim_totals(scope, asked))


EXPORT_TITLES = (
    "Claim", "Version", "Kind", "Record number", "Patient", "Payer", "Member id", "Payer's number", "Service from",
    "Service to", "Rendering", "Charge", "Paid", "Insurance owes", "Patient owes", "Decision", "Submission",
    "Whose turn",
)  # fmt: skip


def export(asked: ClaimFilters, narrowing: Narrowing) -> Iterator[ExportRow]:
    claims = selectors.claims_to_export(asked, narrowing.locations, narrowing.payers)
    rows = claims.iterator(chunk_size=ROWS_AT_A_TIME)
    while chunk := list(islice(rows, ROWS_AT_A_TIME)):
        for row in selectors.with_balances(chunk):
            claim = row.claim
            yield ExportRow(_cells(row), claim.total_cents, claim.patient_id)


def _cells(row: ClaimRow) -> Sequence[Any]:
    claim = row.claim
    return (
        claim.patient_control_number, claim.current_version, claim.get_kind_display(), claim.patient.mrn,
        claim.patient.display_name, claim.payer.name, claim.coverage.member_id, claim.payer_control_number,
        claim.service_from_on, claim.service_to_on,
        claim.rendering_provider.display_name if claim.rendering_provider else "",
        dollars(claim.total_cents), dollars(row.paid_cents), dollars(row.insurance_cents),
        dollars(row.patient_cents), claim.get_adjudication_state_display(), claim.standing[1],
        claim.get_responsibility_display(),
    )  # fmt: skip


CLAIM_LIST = RecordList(
    key=CLAIMS,
    plural="Claims",
    slug="claims",
    icon="file-earmark-medical",
    queue_route="claims:claims",
    view_permission="claims.view_claim",
    columns=COLUMNS,
    row_template="claims/_row.html",
    order_words="by day of service",
    read=selectors.read_claim_filters,
    page=selectors.claim_page,
    present=present,
    facets=facets,
    totals=totals,
    quick=QUICK,
    export_titles=EXPORT_TITLES,
    export=export,
    search=("number", "Number, ours or payer's"),
    ranges=(("from_on", "to_on", "Service", "date"),),
    empty_words="Import the 837 file your billing system exported: patients, coverages and charges come with it.",
    audit_kind="claims.claims",
    actions=({"name": "FOLLOW_UP", "label": "Follow up", "icon": "calendar-check"},),
    actions_route="claims:follow-up",
)
