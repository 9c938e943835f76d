"""The kinds of work this app puts before people."""

from __future__ import annotations

from remittances.choices import WorkCategory, WorkKey
from tenancy.urls import practice_url
from workbench.kinds import WorkKind
from workbench.models import WorkItem


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


LABELS = {category.value: category.label for category in WorkCategory}
KINDS = (
    WorkKind(
        key=WorkKey.UNMATCHED,
        label="payment without a claim",
        plural="Unmatched payments",
        slug="unmatched-payments",
        view_permission="remittances.view_remittance",
        category_labels=LABELS,
        subject_address=subject_address,
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
)
