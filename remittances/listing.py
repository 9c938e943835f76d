"""The list of remittances, as the machine of lists shows it: columns, chips with counts, CSV."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from remittances import selectors
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.selectors import ISSUE_FILTERS, RemittanceFilters
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.columns import Column
from workbench.facets import Choice, ColumnFacet, Facet
from workbench.querysets import Narrowing
from workbench.records import ExportRow, RecordList, Row
from workbench.selectors import Totals
from workbench.services import dollars

REMITTANCES = "REMITTANCE"
COLUMNS = (
    Column("trace", "Trace", width=150, is_fixed=True),
    Column("payer", "Payer", width=190),
    Column("paid_on", "Paid on", css="drop-3", width=80),
    Column("amount", "Amount", css="money", width=105),
    Column("claims", "Claims", css="number drop-4", width=70),
    Column("unmatched", "Unmatched", css="number drop-2", width=90),
    Column("denied", "Denied", css="number drop-4", width=70),
    Column("state", "State", width=150),
    Column("received", "Received", sort="received", css="drop-3", width=130),
    Column("method", "By", width=70, is_extra=True),
    Column("posted", "Posted", width=130, is_extra=True),
    Column("provider", "Provider adjustments", css="money", width=110, is_extra=True),
)
FACETS = (
    ColumnFacet("state", "State", "state", labels=dict(RemittanceState.choices)),
    ColumnFacet("payer", "Payer", "payer_id", "payer__name"),
)
ISSUES = {
    "unmatched": "With payments without a claim",
    "denied": "With denials",
    "alert": "To be looked at before posting",
}
QUICK = (
    ("All", "all=1"),
    ("Ready to post", f"state={RemittanceState.READY}"),
    ("Does not balance", f"state={RemittanceState.UNBALANCED}"),
    ("Posted", f"state={RemittanceState.POSTED}"),
)
ROWS_AT_A_TIME = 500


def present(row: Remittance) -> Row:
    return Row(f"remittance-{row.id}", practice_url("remittances:remittance", row.id), row.payment_cents, row)


def facets(scope: Scope, asked: RemittanceFilters) -> list[Facet]:
    """Each facet ignores its own choice, so that one can widen it."""
    found = [
        one.of(
            selectors.remittances_matching(scope, asked.without(one.name)),
            getattr(asked, one.name),
            cents="payment_cents",
        )
        for one in FACETS
    ]
    return [*found, _issue_facet(scope, asked)]


def _issue_facet(scope: Scope, asked: RemittanceFilters) -> Facet:
    rows = selectors.remittances_matching(scope, asked.without("issue"))
    choices = [
        Choice(name, ISSUES[name], *selectors.count_and_cents(rows.filter(test)), name in asked.issue)
        for name, test in ISSUE_FILTERS.items()
    ]
    return Facet("issue", "Look at", [one for one in choices if one.count or one.is_chosen])


def totals(scope: Scope, asked: RemittanceFilters) -> Totals:
    return Totals(*selectors.count_and_cents(selectors.remittances_matching(scope, asked)))


EXPORT_TITLES = (
    "Trace", "Payer", "Paid on", "Amount", "By", "State", "Claims", "Unmatched", "Denied", "Paid to claims",
    "Provider adjustments", "Difference", "Received", "Posted", "Posted by", "File",
)  # fmt: skip


def export(asked: RemittanceFilters, narrowing: Narrowing) -> Iterator[ExportRow]:
    for row in selectors.remittances_to_export(asked, narrowing.payers).iterator(chunk_size=ROWS_AT_A_TIME):
        yield ExportRow(_cells(row), row.payment_cents)


def _cells(row: Remittance) -> Sequence[Any]:
    return (
        row.trace_number, row.payer.name if row.payer else row.payer_name, row.payment_on,
        dollars(row.payment_cents), row.payment_method, row.get_state_display(), row.claim_count,
        row.unmatched_count, row.denied_count, dollars(row.paid_cents), dollars(row.provider_adjustment_cents),
        dollars(row.difference_cents), row.received_at, row.posted_at, row.posted_by, row.file.name,
    )  # fmt: skip


REMITTANCE_LIST = RecordList(
    key=REMITTANCES,
    plural="Remittances",
    slug="remittances",
    icon="cash-coin",
    queue_route="remittances:remittances",
    view_permission="remittances.view_remittance",
    columns=COLUMNS,
    row_template="remittances/_row.html",
    order_words="by arrival",
    read=selectors.read_remittance_filters,
    page=selectors.remittance_page,
    present=present,
    facets=facets,
    totals=totals,
    quick=QUICK,
    export_titles=EXPORT_TITLES,
    export=export,
    search=("trace", "Trace number"),
    ranges=(("from_on", "to_on", "Paid on", "date"),),
    empty_words="Drop an 835 file above, or put it into the inbox folder of this practice: it is read and balanced by"
    " itself.",
    audit_kind="remittances.remittance",
)
