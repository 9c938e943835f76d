"""How claims fare, by day and payer."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import services as audit
from claims.rules.states import REJECTED, State
from claims.rules.trends import CLEAN_TARGET, WORDS
from claims.selectors.dashboard import SPAN, Dashboard, dashboard
from tenancy.access import Request, requires
from tenancy.urls import practice_url
from workbench import worklist

FAILED = (*REJECTED, State.EDITING_FAILED, State.HELD)


@requires("claims.view_claim")
@require_GET
def claims_dashboard(request: Request) -> HttpResponse:
    shown = dashboard(request.scope, on=worklist.today(request))
    audit.record_search(kind="claims.dashboard", count=len(shown.payers))
    context = {
        "shown": shown,
        "span": SPAN,
        "rule": WORDS,
        "target": f"{100 * CLEAN_TARGET:.0f} %",
        "rows": [_row(one.payer.id, one) for one in shown.payers],
        "failed_url": _list(submission=FAILED),
        "decided_url": _list(submission=(State.ADJUDICATED,)),
        "bars": _bars(shown),
    }
    return render(request, "claims/dashboard.html", context)


def _row(payer_id: Any, one: Any) -> dict[str, Any]:
    return {
        "payer": one.payer,
        "compared": one.compared,
        "url": _list(payer=(payer_id,)),
        "failed_url": _list(payer=(payer_id,), submission=FAILED),
    }


def _list(**filters: Any) -> str:
    return f"{practice_url('claims:claims')}?{urlencode(filters, doseq=True)}"


def _bars(shown: Dashboard) -> list[tuple[Any, str, tuple[int, int, int]]]:
    """Of each day: the day, what it says in words, and accepted, rejected and waiting."""
    return [
        (
            day,
            f"{day:%b} {day.day}: {one.sent} sent, {one.accepted} accepted, {one.rejected} rejected, "
            f"{one.waiting} not answered",
            (one.accepted, one.rejected, one.waiting),
        )
        for day, one in shown.days
    ]
