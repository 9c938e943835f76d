from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from patients import selectors
from patients.forms import GuarantorForm, PatientForm, SearchForm
from patients.listing import PATIENT_LIST
from patients.models import Patient
from patients.services import (
    ChangedMeanwhile,
    KeyUsedOtherwise,
    PatientRefusal,
    name_guarantor,
    once,
    register_patient,
    take_what_was_told,
    update_patient,
)
from patients.services.registration import GUARANTOR_FIELDS, PATIENT_FIELDS
from patients.views.pages import by_hand, changed_meanwhile, form_page, new_key, refused
from tenancy.access import Request, requires
from tenancy.urls import practice_url
from workbench import record_views
from workbench.records import RecordPage

PATIENT_FORM = "patients/patient_form.html"
GUARANTOR_FORM = "patients/guarantor_form.html"
LIST = "patients/patient_list.html"
NOBODY = "A name is found by how it begins, last name first; a member id by the whole of it."
TOO_MANY = "More than 50 fit. Write more of the name, or the record number."
KEY_USED = "This form was already sent with other values. Open a new form to register another patient."


class PerhapsKnown(Exception):
    """Somebody of this name and birth date is on file: a person decides whether it is another."""

    def __init__(self, patients: list[Patient]) -> None:
        self.patients = patients


@requires("patients.view_patient")
@require_http_methods(["GET", "POST"])
def patients(request: Request) -> HttpResponse:
    """The list; a search is a POST, so that no name stands in an address or a log."""
    if request.method == "POST":
        return _search(request)
    return record_views.record_list(request, PATIENT_LIST, template=LIST, form=SearchForm())


def _search(request: Request) -> HttpResponse:
    form = SearchForm(request.POST)
    found = (
        selectors.search_patients(request.scope, form.cleaned_data["words"], 51) if form.is_valid() else []
    )
    audit.record_search(kind="patients.patients", count=len(found), query={"by": "words"})
    return record_views.records_found(
        request,
        PATIENT_LIST,
        RecordPage(selectors.as_rows(found[:50])),
        template=LIST,
        status=200 if form.is_valid() else 422,
        form=form,
        search_words=NOBODY,
        notice=TOO_MANY if len(found) > 50 else "",
    )


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def register(request: Request) -> HttpResponse:
    if request.method == "GET":
        return form_page(
            request, PATIENT_FORM, PatientForm(initial={"once": new_key()}, on=localdate(request.now)), {}
        )
    form = PatientForm(request.POST, on=localdate(request.now))
    if not form.is_valid():
        return form_page(request, PATIENT_FORM, form, {}, status=422)

    def make() -> tuple[UUID, dict[str, object]]:
        alike = [] if "is_another" in request.POST else selectors.patients_alike(request.scope, form.values())
        if alike:
            raise PerhapsKnown(alike)
        return register_patient(origin=by_hand(request), **form.values()).id, {}

    try:
        patient_id, _, _ = once(
            endpoint="patients.register",
            key=form.cleaned_data["once"] or new_key(),
            body=form.values(),
            make=make,
        )
    except KeyUsedOtherwise:
        form.add_error(None, KEY_USED)
        return form_page(request, PATIENT_FORM, form, {}, status=422)
    except PerhapsKnown as known:
        audit.record_search(kind="patients.patients", count=len(known.patients), query={"by": "alike"})
        return form_page(request, PATIENT_FORM, form, {"alike": known.patients}, status=409)
    except PatientRefusal as refusal:
        return refused(request, PATIENT_FORM, form, refusal, {})
    messages.success(request, "Registered.")
    return HttpResponseRedirect(practice_url("patients:patient", patient_id))


@requires("patients.view_patient")
@require_GET
def patient(request: Request, patient_id: UUID) -> HttpResponse:
    found = selectors.patient_for(request.scope, patient_id)
    audit.record_view(subject=found, patient_id=found.id)
    context = selectors.patient_context(request.scope, found) | selectors.payments_context(found)
    return render(request, "patients/patient_detail.html", context)


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def edit(request: Request, patient_id: UUID) -> HttpResponse:
    found = selectors.patient_for(request.scope, patient_id)
    context = {"patient": found}
    if request.method == "GET":
        audit.record_view(subject=found, patient_id=found.id)
        initial = {name: getattr(found, name) for name in (*PATIENT_FIELDS, "version")}
        return form_page(
            request, PATIENT_FORM, PatientForm(initial=initial, on=localdate(request.now)), context
        )
    form = PatientForm(request.POST, on=localdate(request.now))
    if not form.is_valid():
        return form_page(request, PATIENT_FORM, form, context, status=422)
    url = practice_url("patients:patient", found.id)
    try:
        update_patient(
            patient=found, version=form.cleaned_data["version"] or 0, origin=by_hand(request), **form.values()
        )
    except ChangedMeanwhile as change:
        return changed_meanwhile(
            request, PATIENT_FORM, form, change, context, subject_id=found.id, url=f"{url}edit/"
        )
    except PatientRefusal as refusal:
        return refused(request, PATIENT_FORM, form, refusal, context)
    messages.success(request, "Saved.")
    return HttpResponseRedirect(url)


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def guarantor(request: Request, patient_id: UUID) -> HttpResponse:
    found = selectors.patient_for(request.scope, patient_id)
    context: dict[str, object] = {"patient": found}
    current = selectors.guarantor_of(found)
    if request.method == "GET":
        audit.record_view(subject=found, patient_id=found.id)
        source: object = current or found
        initial = {name: getattr(source, name, None) for name in GUARANTOR_FIELDS}
        initial |= {"version": current.version if current else None}
        return form_page(request, GUARANTOR_FORM, GuarantorForm(initial=initial), context)
    form = GuarantorForm(request.POST)
    if not form.is_valid():
        return form_page(request, GUARANTOR_FORM, form, context, status=422)
    try:
        named = name_guarantor(
            patient=found, origin=by_hand(request), version=form.cleaned_data["version"] or 0, **form.values()
        )
    except ChangedMeanwhile as change:
        return changed_meanwhile(
            request, GUARANTOR_FORM, form, change, context, subject_id=change.current.id, url=request.path
        )
    messages.success(request, f"{named.first_name or named.last_name} is billed for what insurance leaves.")
    return HttpResponseRedirect(practice_url("patients:patient", found.id))


@requires("patients.edit_patient")
@require_POST
def take(request: Request, patient_id: UUID, history_id: UUID) -> HttpResponse:
    """Take over what a file said differently."""
    found: Patient = selectors.patient_for(request.scope, patient_id)
    told = selectors.told_differently(found, history_id)
    try:
        take_what_was_told(patient=found, told=told, origin=by_hand(request))
    except PatientRefusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, "Taken over.")
    return HttpResponseRedirect(practice_url("patients:patient", found.id))
