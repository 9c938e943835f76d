"""Visits that are to become claims, and making the claims of many at once."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from claims import services
from claims.selectors.billing_runs import billing_lines, billing_progress, billing_run_for
from claims.selectors.visits import (
    VisitRow,
    as_visit_rows,
    read_visit_filters,
    visits_chosen,
    visits_matching,
)
from claims.services.billing_runs import MOST
from claims.services.visits import VisitsBilled
from claims.visit_listing import VISIT_LIST
from tenancy.access import Request, requires
from tenancy.ids import uuid7
from tenancy.urls import practice_url
from workbench import record_views, worklist

BUILD = "claims.build_claim"


@dataclass(frozen=True)
class Chosen:
    """Visits ticked one by one, or all that a filter shows, with the number the person saw."""

    rows: list[VisitRow]
    filter: str = ""
    seen: str = ""

    @property
    def free(self) -> list[VisitRow]:
        return [row for row in self.rows if not row.holds]


@requires("claims.view_claim")
@require_GET
def visits(request: Request) -> HttpResponse:
    return record_views.record_list(request, VISIT_LIST, template="claims/visit_list.html")


@requires(BUILD)
@require_POST
def bill(request: Request) -> HttpResponse:
    """What would be made and what would not, first; then what became of it."""
    chosen = _chosen(request)
    if not chosen.rows or "confirmed" not in request.POST:
        return _dialog(request, chosen)
    if chosen.seen:
        return _order(request, chosen)
    billed = services.bill_visits(encounter_ids=[row.visit.id for row in chosen.rows], at=request.now)
    return _done(request, chosen, billed)


def _chosen(request: Request) -> Chosen:
    seen = request.POST.get("everything", "")
    if not seen:
        ids = [found for text in request.POST.getlist("item") if (found := worklist.uuid_or_none(text))]
        return Chosen(as_visit_rows(visits_chosen(request.scope, ids)))
    if not request.scope.may("workbench.bulk_work"):
        raise PermissionDenied
    query = request.POST.get("filter", "")
    matching = visits_matching(request.scope, read_visit_filters(QueryDict(query)), most=MOST + 1)
    return Chosen(as_visit_rows(matching), query, seen)


def _dialog(request: Request, chosen: Chosen, *, status: int = 200, **more: object) -> HttpResponse:
    free = chosen.free
    context = {
        "rows": chosen.rows,
        "everything": len(chosen.rows) if chosen.seen else "",
        "filter": chosen.filter,
        "form_key": request.POST.get("form_key") or uuid7(),
        "free": len(free),
        "held": len(chosen.rows) - len(free),
        "cents": sum(row.cents for row in free),
        "url": practice_url("claims:bill-visits"),
        **more,
    }
    name = "claims/_bill_visits_dialog.html" if request.htmx else "claims/bill_visits.html"
    return render(request, name, context, status=status)


def _order(request: Request, chosen: Chosen) -> HttpResponse:
    """A job with a line for each of the visits that are not on hold."""
    count = len(chosen.rows)
    if count > MOST:
        return _dialog(
            request, chosen, status=409, notice=f"At most {MOST:,} visits at once; narrow the filter."
        )
    if chosen.seen != str(count):
        notice = f"The filter showed {chosen.seen} visits; now it shows {count}. Look again, then go on."
        return _dialog(request, chosen, status=409, notice=notice)
    key = worklist.uuid_or_none(request.POST.get("form_key")) or uuid7()
    run = services.order_billing(visits=[row.visit for row in chosen.free], form_key=key, at=request.now)
    address = practice_url("claims:billing-run", run.id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


@requires(BUILD)
@require_GET
def billing_run(request: Request, run_id: UUID) -> HttpResponse:
    run = billing_run_for(request.scope, run_id)
    count = len(run.visit_ids)
    context = {
        **billing_progress(run),
        "name": f"Make the claims of {count} visit{'' if count == 1 else 's'}",
        "url": practice_url("claims:billing-run", run.id),
    }
    if not request.htmx:
        return render(request, "claims/billing_run.html", context | {"lines": billing_lines(run)})
    status = 286 if context["is_final"] else 200
    return render(request, "claims/billing_run.html#job", context, status=status)


def _made(count: int) -> str:
    return f"{count} claim{'' if count == 1 else 's'} made"


def _done(request: Request, chosen: Chosen, billed: VisitsBilled) -> HttpResponse:
    words = f"{_made(billed.made)}; the edits look at them now."
    if billed.refused:
        told = [(row, billed.refused[row.visit.id]) for row in chosen.rows if row.visit.id in billed.refused]
        response = _dialog(request, chosen, refused=told, words=words)
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
