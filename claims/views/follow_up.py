"""Putting claims before a person: from the list, many at once, and from the page of one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_POST

from claims import selectors, services
from claims.forms import FollowUpForm
from claims.models import Claim
from claims.services.following_up import KIND, MOST, MOST_TICKED
from tenancy.access import Request, requires
from tenancy.ids import uuid7
from tenancy.selectors import colleagues
from tenancy.urls import practice_url
from workbench import selectors as work
from workbench import worklist
from workbench.models import BulkRun
from workbench.services import Refusal


@dataclass(frozen=True)
class Chosen:
    """Claims ticked one by one, or all that a filter shows, with the number the person saw."""

    claims: list[Claim]
    filter: str = ""
    seen: str = ""

    @property
    def is_everything(self) -> bool:
        return bool(self.seen)


@requires("workbench.work_item")
@require_POST
def follow_up(request: Request) -> HttpResponse:
    """The dialog first; with what was filled in, the deed."""
    chosen = _chosen(request)
    people = colleagues(request.scope.practice_id, request.now, "claims.view_claim", "workbench.work_item")
    on = worklist.today(request)
    if "body" not in request.POST:
        first = {"follow_up_on": on + timedelta(days=7), "assignee_id": str(request.scope.person_id or "")}
        return _dialog(request, chosen, FollowUpForm(people=people, on=on, initial=first))
    form = FollowUpForm(request.POST, people=people, on=on)
    if not chosen.claims or not form.is_valid():
        return _dialog(request, chosen, form, status=422)
    try:
        if chosen.is_everything:
            return _ordered(request, _order(request, chosen, form.cleaned_data))
        services.follow_up(claims=chosen.claims, at=request.now, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _dialog(request, chosen, form, status=409)
    return _done(request, len(chosen.claims))


def _chosen(request: Request) -> Chosen:
    scope = worklist.scope_for(request, "claims.view_claim", "workbench.work_item")
    seen = request.POST.get("everything", "")
    if seen:
        if not request.scope.may("workbench.bulk_work"):
            raise PermissionDenied
        query = request.POST.get("filter", "")
        rows = selectors.claims_matching(scope, selectors.read_claim_filters(QueryDict(query)))
        return Chosen(list(rows.order_by("patient_control_number")[: MOST + 1]), query, seen)
    ids = [found for text in request.POST.getlist("item") if (found := worklist.uuid_or_none(text))]
    rows = selectors.claims_visible_to(scope).filter(id__in=ids[:MOST_TICKED])
    return Chosen(list(rows.order_by("patient_control_number")))


def _order(request: Request, chosen: Chosen, values: dict[str, Any]) -> BulkRun:
    count = len(chosen.claims)
    if count > MOST:
        raise Refusal(f"At most {MOST:,} claims at once; narrow the filter.")
    if chosen.seen != str(count):
        raise Refusal(
            f"The filter showed {chosen.seen} claims; now it shows {count}. Look again, then go on."
        )
    key = worklist.uuid_or_none(request.POST.get("form_key")) or uuid7()
    return services.follow_up_many(claims=chosen.claims, form_key=key, at=request.now, **values)


def _ordered(request: Request, run: BulkRun) -> HttpResponse:
    address = practice_url("workbench:bulk-status", run.id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _dialog(request: Request, chosen: Chosen, form: Any, *, status: int = 200) -> HttpResponse:
    open_now = work.items_in(request.scope).of_kind(KIND).filter(is_open=True)
    standing = open_now.filter(subject_id__in=[one.id for one in chosen.claims])
    context = {
        "claims": chosen.claims,
        "everything": len(chosen.claims) if chosen.is_everything else "",
        "filter": chosen.filter,
        "form_key": request.POST.get("form_key") or uuid7(),
        "cents": sum(one.total_cents for one in chosen.claims),
        "standing": standing.count(),
        "form": form,
        "url": practice_url("claims:follow-up"),
    }
    name = "claims/_follow_up_dialog.html" if request.htmx else "claims/follow_up.html"
    return render(request, name, context, status=status)


def _done(request: Request, count: int) -> HttpResponse:
    words = f"{count} claim{'' if count == 1 else 's'} to follow up. They stand under Work."
    if not request.htmx:
        messages.success(request, words)
        return HttpResponseRedirect(practice_url("claims:claims"))
    response = HttpResponse(status=204)
    events = {"toast": {"message": words, "tone": "good"}, "worklist:changed": {}, "dialog:close": {}}
    response.headers["HX-Trigger"] = json.dumps(events)
    return response
