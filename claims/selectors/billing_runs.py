"""How the claims of many visits come along."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Count, ExpressionWrapper, Q

from claims.models import BillingLine, BillingRun
from tenancy.access import NotFound
from tenancy.scope import Scope

MOST_LINES = 500


def billing_run_for(scope: Scope, run_id: UUID) -> BillingRun:
    """A run is shown to the person who ordered it."""
    run = BillingRun.objects.filter(id=run_id, requested_by_id=scope.person_id).first()
    if run is None:
        raise NotFound
    return run


def billing_progress(run: BillingRun) -> dict[str, Any]:
    counted = BillingLine.objects.filter(run=run).aggregate(
        done=Count("id"), made=Count("id", filter=Q(refusal=""))
    )
    return {
        "run": run,
        "total": len(run.visit_ids),
        "done": counted["done"],
        "made": counted["made"],
        "failures": counted["done"] - counted["made"],
        "is_final": run.finished_at is not None,
    }


def billing_lines(run: BillingRun) -> list[BillingLine]:
    """What was left out stands first."""
    lines = BillingLine.objects.filter(run=run).select_related("visit__patient", "claim")
    is_made = ExpressionWrapper(Q(refusal=""), output_field=BooleanField())
    return list(lines.alias(is_made=is_made).order_by("is_made", "position")[:MOST_LINES])
