"""Visits that are to become claims, and making the claims of many at once."""

from __future__ import annotations

import json

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from claims import services
from claims.selectors.visits import VisitRow, as_visit_rows, visits_chosen
from claims.services.visits import VisitsBilled
from claims.visit_listing import VISIT_LIST
from tenancy.access import Request, requires
from tenancy.urls import practice_url
from workbench import record_views, worklist


@requires("claims.view_claim")
@require_GET
def visits(request: Request) -> HttpResponse:
    return record_views.record_list(request, VISIT_LIST, template="claims/visit_list.html")


@requires("claims.build_claim")
@require_POST
def bill(request: Request) -> HttpResponse:
    """What would be made and what would not, first; then what became of it."""
    ids = [found for text in request.POST.getlist("item") if (found := worklist.uuid_or_none(text))]
    rows = as_visit_rows(visits_chosen(request.scope, ids))
    if not rows or "confirmed" not in request.POST:
        return _dialog(request, rows)
    billed = services.bill_visits(encounter_ids=[row.visit.id for row in rows], at=request.now)
    return _done(request, rows, billed)


def _dialog(request: Request, rows: list[VisitRow], **more: object) -> HttpResponse:
    held = [row for row in rows if row.holds]
    context = {
        "rows": rows,
        "free": len(rows) - len(held),
        "held": len(held),
        "cents": sum(row.cents for row in rows if not row.holds),
        "url": practice_url("claims:bill-visits"),
        **more,
    }
    name = "claims/_bill_visits_dialog.html" if request.htmx else "claims/bill_visits.html"
    return render(request, name, context)


def _done(request: Request, rows: list[VisitRow], billed: VisitsBilled) -> HttpResponse:
    words = f"{billed.made} claim{'' if billed.made == 1 else 's'} made; the edits look at them now."
    if billed.refused:
        told = [(row, billed.refused[row.visit.id]) for row in rows if row.visit.id in billed.refused]
        response = _dialog(request, rows, refused=told, words=words)
        response.headers["HX-Trigger"] = "worklist:changed"
        return response
    if not request.htmx:
        messages.success(request, words)
        return HttpResponseRedirect(practice_url("claims:visits"))
    response = HttpResponse(status=204)
    events = {
        "toast": {"message": words, "tone": "good"},
        "worklist:changed": {},
        "worklist:stale": {},
        "dialog:close": {},
    }
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
