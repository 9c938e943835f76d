"""What keeps a visit from being billed, and taking it away."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from patients import selectors, services
from patients.forms import ConsentForm, HoldForm
from patients.services import PatientRefusal
from patients.views.pages import encounter_page
from tenancy.access import Request, requires
from tenancy.urls import practice_url


@requires("patients.edit_charge")
@require_POST
def ready(request: Request, encounter_id: UUID) -> HttpResponse:
    found = selectors.encounter_for(request.scope, encounter_id)
    return _done(request, found.id, "Ready to bill.", lambda: services.mark_ready(encounter_id=found.id))


@requires("patients.edit_charge")
@require_POST
def hold(request: Request, encounter_id: UUID) -> HttpResponse:
    found = selectors.encounter_for(request.scope, encounter_id)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return encounter_page(request, found, hold_form=form, status=422)
    try:
        services.place_hold(encounter_id=found.id, at=request.now, **form.cleaned_data)
    except PatientRefusal as refusal:
        form.add_error("reason", str(refusal))
        return encounter_page(request, found, hold_form=form, status=409)
    messages.success(request, "On hold.")
    return HttpResponseRedirect(practice_url("patients:encounter", found.id))


@requires("patients.edit_charge")
@require_POST
def release(request: Request, hold_id: UUID) -> HttpResponse:
    found = selectors.hold_for(request.scope, hold_id)
    return _done(
        request,
        found.encounter_id,
        "Hold released.",
        lambda: services.release_hold(hold=found, at=request.now),
    )


@requires("patients.edit_charge")
@require_POST
def protection(request: Request, encounter_id: UUID) -> HttpResponse:
    """42 CFR Part 2."""
    found = selectors.encounter_for(request.scope, encounter_id)
    is_sensitive = request.POST.get("is_sensitive") == "on"
    words = "Protected by 42 CFR Part 2." if is_sensitive else "No longer protected."
    return _done(
        request,
        found.id,
        words,
        lambda: services.flag_sensitive(encounter_id=found.id, is_sensitive=is_sensitive, at=request.now),
    )


@requires("patients.edit_charge")
@require_POST
def private(request: Request, encounter_id: UUID) -> HttpResponse:
    """45 CFR 164.522."""
    found = selectors.encounter_for(request.scope, encounter_id)
    is_on = request.POST.get("pays_privately") == "on"
    words = "The patient pays; the plan is told nothing." if is_on else "The plan may be billed again."
    return _done(
        request,
        found.id,
        words,
        lambda: services.flag_private(encounter_id=found.id, pays_privately=is_on, at=request.now),
    )


@requires("patients.edit_charge")
@require_POST
def consent(request: Request, encounter_id: UUID) -> HttpResponse:
    found = selectors.encounter_for(request.scope, encounter_id)
    form = ConsentForm(request.POST)
    if not form.is_valid():
        return encounter_page(request, found, consent_form=form, status=422)
    services.record_consent(patient_id=found.patient_id, values=form.cleaned_data, at=request.now)
    messages.success(request, "Consent recorded.")
    return HttpResponseRedirect(practice_url("patients:encounter", found.id))


@requires("patients.edit_charge")
@require_POST
def revoke(request: Request, consent_id: UUID) -> HttpResponse:
    found = selectors.consent_for(request.scope, consent_id)
    services.revoke_consent(consent=found, at=request.now)
    messages.success(request, "Consent revoked. Protected visits that are not billed wait.")
    return HttpResponseRedirect(practice_url("patients:patient", found.patient_id))


def _done(request: Request, encounter_id: UUID, words: str, act: Callable[[], None]) -> HttpResponse:
    try:
        act()
        messages.success(request, words)
    except PatientRefusal as refusal:
        messages.error(request, str(refusal))
    return HttpResponseRedirect(practice_url("patients:encounter", encounter_id))
