"""The kinds of work this app puts before people."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.timezone import localdate

from claims.selectors import claim_for
from claims.selectors.finding import items_not_to_tell
from remittances import selectors
from remittances.choices import NextDue, WorkCategory, WorkKey
from remittances.models import MatchCandidate, RemitClaim
from remittances.services import CannotBillNext, IsForwarded, next_billing, next_due
from tenancy.scope import Scope
from tenancy.urls import practice_url
from workbench.kinds import Column, WorkKind
from workbench.models import WorkItem
from workbench.services import dollars


def subject_address(item: WorkItem) -> str:
    """Where the subject of an item is shown."""
    if item.subject_type == "remittances.remittance":
        return practice_url("remittances:remittance", item.subject_id)
    if item.subject_type == "remittances.remitclaim":
        return practice_url("remittances:payment", item.subject_id)
    if item.subject_type == "clearinghouse.exchangefile":
        return practice_url("clearinghouse:file", item.subject_id)
    if item.subject_type == "claims.claim":
        return practice_url("claims:claim", item.subject_id)
    return ""


UNMATCHED_COLUMNS = (
    Column("title", "Their number, trace", css="long", width=230, is_fixed=True),
    Column("payer", "Payer", css="drop-3", width=165),
    Column("patient", "Patient", width=160),
    Column("service", "Service", css="drop-3", width=75),
    Column("charge", "Charge", css="money drop-2", width=95),
    Column("amount", "Paid", sort="amount", css="money", width=95),
    Column("candidate", "Best candidate", css="long drop-2", width=230),
    Column("age", "Age", sort="age", css="number drop-4", width=60),
    Column("owner", "Owner", css="drop-4", width=120),
    Column("state", "Status", width=120, is_extra=True),
    Column("follow_up", "Follow-up", sort="follow_up", width=90, is_extra=True),
)


@dataclass(frozen=True)
class UnmatchedRow:
    """The payment behind an item and the claim it resembles most."""

    payment: RemitClaim
    best: MatchCandidate | None


def unmatched_rows(items: Sequence[WorkItem]) -> Mapping[UUID, UnmatchedRow]:
    payments = selectors.payments_with_candidates([item.subject_id for item in items if item.subject_id])
    return {
        item.id: UnmatchedRow(payment, max(payment.candidates.all(), key=lambda one: one.score, default=None))
        for item in items
        if item.subject_id and (payment := payments.get(item.subject_id))
    }


def unmatched_panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    payment = selectors.payment_for(scope, item.subject_id) if item.subject_id else None
    return {
        "payment": payment,
        "candidates": selectors.candidates_of(payment) if payment and payment.claim_id is None else [],
        "may_match": scope.may("remittances.match_remittance"),
        "may_see_file": scope.may("clearinghouse.view_file"),
    }


def next_due_panel(scope: Scope, item: WorkItem, at: datetime) -> dict[str, Any]:
    """What the next payer would be told, or why it cannot be billed now."""
    assert item.subject_id is not None
    claim = claim_for(scope, item.subject_id)
    context = {"claim": claim, "may_build": scope.may("claims.build_claim"), "billing": None, "refusal": ""}
    try:
        return context | {"billing": next_billing(claim, on=localdate(at))}
    except IsForwarded as hold:
        return context | {"refusal": str(hold), "is_forwarded": True}
    except CannotBillNext as refusal:
        return context | {"refusal": str(refusal)}


UNMATCHED_EXPORT: tuple[tuple[str, Callable[[WorkItem, UnmatchedRow], Any]], ...] = (
    ("Their number", lambda item, row: row.payment.patient_control_number),
    ("Payer's number", lambda item, row: row.payment.payer_control_number),
    ("Payer", lambda item, row: item.payer),
    ("Patient", lambda item, row: f"{row.payment.patient_last_name}, {row.payment.patient_first_name}"),
    ("Service", lambda item, row: row.payment.service_from_on),
    ("Charge", lambda item, row: dollars(row.payment.charge_cents)),
    ("Paid", lambda item, row: dollars(row.payment.paid_cents)),
    ("Best candidate", lambda item, row: row.best.claim.patient_control_number if row.best else ""),
    ("Score", lambda item, row: row.best.score if row.best else ""),
    ("Owner", lambda item, row: item.assignee),
)
LABELS = {category.value: category.label for category in WorkCategory}
KINDS = (
    WorkKind(
        key=WorkKey.UNMATCHED,
        label="payment without a claim",
        plural="Unmatched payments",
        slug="unmatched-payments",
        icon="question-circle",
        view_permission="remittances.view_remittance",
        columns=UNMATCHED_COLUMNS,
        facets=("payer", "owner", "state"),
        hydrate=unmatched_rows,
        row_template="remittances/_unmatched_row.html",
        panel_template="remittances/_unmatched_panel.html",
        panel_context=unmatched_panel,
        category_labels=LABELS,
        subject_address=subject_address,
        export_columns=UNMATCHED_EXPORT,
        empty_words="Every payment has its claim. What is not found waits here, with the claims it resembles.",
    ),
    WorkKind(
        key=WorkKey.UNBALANCED,
        label="remittance out of balance",
        plural="Unbalanced remittances",
        slug="unbalanced-remittances",
        view_permission="remittances.view_remittance",
        category_labels=LABELS,
        subject_address=subject_address,
    ),
    WorkKind(
        key=WorkKey.EXCEPTION,
        label="remittance exception",
        plural="Remittance exceptions",
        slug="remittance-exceptions",
        view_permission="remittances.view_remittance",
        category_labels=LABELS,
        subject_address=subject_address,
    ),
    WorkKind(
        key=next_due.KIND,
        label="claim for the next payer",
        plural="Secondary due",
        slug="secondary-due",
        icon="layers",
        view_permission="claims.view_claim",
        facets=("category", "due", "payer", "owner", "state"),
        category_labels=dict(NextDue.choices),
        panel_template="remittances/_next_due_panel.html",
        panel_context=next_due_panel,
        verbs={"fix": next_due.bill_item},
        fix_label="Bill next payer",
        fix_icon="send",
        fix_permission="claims.build_claim",
        subject_address=subject_address,
        kept_here=items_not_to_tell,
        empty_words="Every claim whose payer has decided has been billed to the next one, if there is one.",
    ),
)
