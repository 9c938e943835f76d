from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST

from audit import services as audit
from patients import selectors
from patients.forms import CoverageForm, NewCoverageForm
from patients.services import (
    ChangedMeanwhile,
    KeyUsedOtherwise,
    PatientRefusal,
    add_coverage,
    once,
    update_coverage,
    verify_coverage,
)
from patients.services.coverages import CHANGEABLE_FIELDS
from patients.views.pages import by_hand, changed_meanwhile, form_page, new_key, refused
from tenancy.access import Request, requires
from tenancy.urls import practice_url

TEMPLATE = "patients/coverage_form.html"


@requires("patients.edit_coverage")
@require_http_methods(["GET", "POST"])
def add(request: Request, patient_id: UUID) -> HttpResponse:
    patient = selectors.patient_for(request.scope, patient_id)
    context = {"patient": patient}
    if request.method == "GET":
        audit.record_view(subject=patient, patient_id=patient.id)
        initial = {"once": new_key(), "rank": selectors.first_free_rank(patient)}
        return form_page(request, TEMPLATE, NewCoverageForm(initial=initial), context)
    form = NewCoverageForm(request.POST)
    if not form.is_valid():
        return form_page(request, TEMPLATE, form, context, status=422)

    def make() -> tuple[UUID, dict[str, object]]:
        return add_coverage(patient=patient, origin=by_hand(request), **form.values()).id, {}

    try:
        once(
            endpoint=f"patients.coverage:{patient.id}",
            key=form.cleaned_data["once"] or new_key(),
            body=form.values(),
            make=make,
        )
    except KeyUsedOtherwise:
        form.add_error(None, "This form was already sent with other values. Open a new one.")
        return form_page(request, TEMPLATE, form, context, status=422)
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, context)
    messages.success(request, "Coverage added.")
    return HttpResponseRedirect(practice_url("patients:patient", patient.id))


@requires("patients.edit_coverage")
@require_http_methods(["GET", "POST"])
def edit(request: Request, coverage_id: UUID) -> HttpResponse:
    coverage = selectors.coverage_for(request.scope, coverage_id)
    context = {"patient": coverage.patient, "coverage": coverage}
    if request.method == "GET":
        audit.record_view(subject=coverage, patient_id=coverage.patient_id)
        initial = {name: getattr(coverage, name) for name in (*CHANGEABLE_FIELDS, "version")}
        return form_page(request, TEMPLATE, CoverageForm(initial=initial), context)
    form = CoverageForm(request.POST)
    if not form.is_valid():
        return form_page(request, TEMPLATE, form, context, status=422)
    try:
        update_coverage(
            coverage=coverage,
            version=form.cleaned_data["version"] or 0,
            origin=by_hand(request),
            **form.values(),
        )
    except ChangedMeanwhile as change:
        return changed_meanwhile(
            request, TEMPLATE, form, change, context, subject_id=coverage.id, url=request.path
        )
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, context)
    messages.success(request, "Saved.")
    return HttpResponseRedirect(practice_url("patients:patient", coverage.patient_id))


@requires("patients.edit_coverage")
@require_POST
def verify(request: Request, coverage_id: UUID) -> HttpResponse:
    coverage = selectors.coverage_for(request.scope, coverage_id)
    verify_coverage(coverage=coverage, at=request.now)
    messages.success(request, "Noted as verified.")
    return HttpResponseRedirect(practice_url("patients:patient", coverage.patient_id))
