"""From a visit to its claim."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from claims import selectors, services
from claims.services import CannotBuild
from patients.models import Encounter
from patients.selectors import encounter_for
from tenancy.access import Request, requires
from tenancy.urls import practice_url

BUILD = "claims.build_claim"


@requires("claims.view_claim")
@require_GET
def of_visit(request: Request, encounter_id: UUID) -> HttpResponse:
    return _of_visit(request, encounter_for(request.scope, encounter_id))


@requires(BUILD)
@require_POST
def bill_visit(request: Request, encounter_id: UUID) -> HttpResponse:
    found = encounter_for(request.scope, encounter_id)
    try:
        claim = services.bill_visit(encounter_id=found.id, at=request.now)
    except CannotBuild as refusal:
        return _of_visit(request, found, refusal=str(refusal), status=409)
    messages.success(request, f"Claim {claim.patient_control_number} is made; the edits look at it now.")
    address = practice_url("claims:claim", claim.id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _of_visit(request: Request, encounter: Encounter, *, status: int = 200, **more: Any) -> HttpResponse:
    context = selectors.visit_context(request.scope, encounter) | more
    context["may_build"] = request.scope.may(BUILD)
    name = "claims/_of_visit.html" if request.htmx else "claims/of_visit.html"
    return render(request, name, context, status=status)
