"""Open items of claims that their edits stop."""

from __future__ import annotations

from uuid import UUID

from claims.models import Claim, ClaimVersion, EditRun
from claims.selectors.editing import latest_runs
from tenancy.scope import Scope
from workbench.models import WorkItem
from workbench.querysets import narrowing_of

KIND = "CLAIM_EDITS"


def items_stopped_by(scope: Scope, rule_id: str) -> list[WorkItem]:
    """Those whose claim this rule stops, whatever else does; the most pressing first."""
    return [one for one, run in _stopped(scope) if rule_id in run.blocked_by]


def runs_stopping(scope: Scope) -> dict[UUID, EditRun]:
    """By claim, the run that stops it."""
    return {one.subject_id: run for one, run in _stopped(scope) if one.subject_id}


def _stopped(scope: Scope) -> list[tuple[WorkItem, EditRun]]:
    rows = WorkItem.objects.within(narrowing_of(scope)).filter(kind=KIND, is_open=True)
    items = list(rows.order_by("priority_order", "id"))
    claims = Claim.objects.filter(id__in=[one.subject_id for one in items])
    numbers = dict(claims.values_list("id", "current_version"))
    versions = ClaimVersion.objects.filter(claim_id__in=numbers).values_list("id", "claim_id", "number")
    version_of = {claim_id: one_id for one_id, claim_id, number in versions if numbers[claim_id] == number}
    runs = latest_runs(version_of.values())
    judged = {claim_id: runs[one_id] for claim_id, one_id in version_of.items() if one_id in runs}
    return [(one, judged[one.subject_id]) for one in items if one.subject_id in judged]


def claims_of(items: list[WorkItem]) -> list[Claim]:
    """Their claims, in the order of the items."""
    rows = Claim.objects.select_related("payer", "encounter").in_bulk([one.subject_id for one in items])
    return [rows[one.subject_id] for one in items if one.subject_id in rows]
