"""Putting claims before a person: from the list, many at once, and from the page of one."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_POST

from claims import selectors, services
from claims.forms import FollowUpForm
from claims.models import Claim
from claims.services.following_up import KIND, MOST
from tenancy.access import Request, requires
from tenancy.selectors import colleagues
from tenancy.urls import practice_url
from workbench import selectors as work
from workbench import worklist
from workbench.services import Refusal


@requires("workbench.work_item")
@require_POST
def follow_up(request: Request) -> HttpResponse:
    """The dialog first; with what was filled in, the deed."""
    chosen = _chosen(request)
    people = colleagues(request.scope.practice_id, "workbench.work_item", request.now)
    on = worklist.today(request)
    if "body" not in request.POST:
        first = {"follow_up_on": on + timedelta(days=7), "assignee_id": str(request.scope.person_id or "")}
        return _dialog(request, chosen, FollowUpForm(people=people, on=on, initial=first))
    form = FollowUpForm(request.POST, people=people, on=on)
    if not chosen or not form.is_valid():
        return _dialog(request, chosen, form, status=422)
    try:
        services.follow_up(claims=chosen, at=request.now, **form.cleaned_data)
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _dialog(request, chosen, form, status=409)
    return _done(request, len(chosen))


def _chosen(request: Request) -> list[Claim]:
    ids = [found for text in request.POST.getlist("item") if (found := worklist.uuid_or_none(text))]
    seen = selectors.claims_visible_to(worklist.scope_for(request, "claims.view_claim"))
    return list(seen.filter(id__in=ids[:MOST]).order_by("patient_control_number"))


def _dialog(request: Request, chosen: list[Claim], form: Any, *, status: int = 200) -> HttpResponse:
    open_now = work.items_in(request.scope).of_kind(KIND).filter(is_open=True)
    standing = open_now.filter(subject_id__in=[one.id for one in chosen])
    context = {
        "claims": chosen,
        "cents": sum(one.total_cents for one in chosen),
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
