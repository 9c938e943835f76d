"""Visits to come, entered one by one or by a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods, require_POST

from audit import services as audit
from eligibility import services
from eligibility.rules.tables import CannotRead
from eligibility.services.visit_files import COLUMNS
from eligibility.visit_forms import PlanForm
from patients.choices import EncounterState, Source
from patients.models import Encounter, Patient
from patients.selectors import encounter_for, patient_for, patients_visible_to
from patients.services import (
    ChangedMeanwhile,
    KeyUsedOtherwise,
    PatientRefusal,
    cancel_encounter,
    move_visit,
    once,
    plan_visit,
)
from patients.services.history import Origin
from tenancy.access import NotFound, Request, requires
from tenancy.ids import uuid7
from tenancy.selectors import locations_of
from tenancy.urls import practice_url

LARGEST = 5 * 1024 * 1024


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def plan(request: Request) -> HttpResponse:
    patient = _patient(request)
    if request.method == "GET":
        initial = {"day": request.GET.get("day") or localdate(request.now), "once": str(uuid7())}
        return _page(request, _form(request, patient, initial=initial), patient)
    form = _form(request, patient, request.POST)
    if not form.is_valid() or form.patient is None:
        return _page(request, form, patient, status=422)
    found, day, values = form.patient, form.cleaned_data["day"], form.values()

    def make() -> tuple[UUID, dict[str, object]]:
        return plan_visit(patient_id=found.id, on=day, values=values, origin=_by_hand(request)).id, {}

    try:
        once(
            endpoint=f"eligibility.plan:{found.id}",
            key=form.cleaned_data["once"] or str(uuid7()),
            body={name: str(value) for name, value in form.cleaned_data.items() if name != "once"},
            make=make,
        )
    except (KeyUsedOtherwise, PatientRefusal) as refusal:
        is_used = isinstance(refusal, KeyUsedOtherwise)
        words = "This form was already sent with other values. Open a new one." if is_used else str(refusal)
        form.add_error(None, words)
        return _page(request, form, patient, status=409)
    messages.success(request, "Planned. Its coverage is checked before the visit.")
    return _to_day(day)


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def change(request: Request, encounter_id: UUID) -> HttpResponse:
    visit = _planned(request, encounter_id)
    if request.method == "GET":
        audit.record_view(subject=visit, patient_id=visit.patient_id)
        initial = {
            "day": visit.service_from_on,
            "start_time": visit.start_time,
            "provider": visit.rendering_provider_id,
            "location": visit.location_id,
            "version": visit.version,
        }
        return _page(request, _form(request, visit.patient, initial=initial), visit.patient, visit=visit)
    form = _form(request, visit.patient, request.POST)
    if not form.is_valid():
        return _page(request, form, visit.patient, visit=visit, status=422)
    day = form.cleaned_data["day"]
    try:
        move_visit(
            encounter=visit, version=form.cleaned_data["version"] or 0, on=day, values=form.values(),
            origin=_by_hand(request),
        )  # fmt: skip
    except (ChangedMeanwhile, PatientRefusal) as refusal:
        form.add_error(None, _words(refusal))
        return _page(request, form, visit.patient, visit=visit, status=409)
    messages.success(request, "Changed.")
    return _to_day(day)


@requires("patients.edit_patient")
@require_POST
def cancel(request: Request, encounter_id: UUID) -> HttpResponse:
    """A planned visit has no charges: nothing leaves the books."""
    visit = _planned(request, encounter_id)
    version = request.POST.get("version", "")
    try:
        cancel_encounter(
            encounter=visit, version=int(version) if version.isdecimal() else 0, origin=_by_hand(request)
        )
        messages.success(request, "Cancelled.")
    except (ChangedMeanwhile, PatientRefusal) as refusal:
        messages.error(request, f"Not cancelled: {_words(refusal)}")
    return _to_day(visit.service_from_on)


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def upload(request: Request) -> HttpResponse:
    """A CSV file of visits to come; what is wrong is named by line and column."""
    context: dict[str, Any] = {"columns": COLUMNS, "taken": None, "refusal": ""}
    if request.method == "GET":
        return render(request, "eligibility/visit_upload.html", context)
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > LARGEST:
        context["refusal"] = "Choose a file." if sent is None else "Larger than 5 MB. Send it in parts."
        return render(request, "eligibility/visit_upload.html", context, status=422)
    try:
        context["taken"] = services.take_visits(
            content=sent.read(), patients=patients_visible_to(request.scope), at=request.now
        )
    except CannotRead as reason:
        context["refusal"] = str(reason)
        return render(request, "eligibility/visit_upload.html", context, status=422)
    counts = {str(one): count for one, count in context["taken"].counts.items()}
    audit.record("eligibility.visits.uploaded", data=counts)
    return render(request, "eligibility/visit_upload.html", context)


# -- parts -------------------------------------------------------------------------------------------------------


def _patient(request: Request) -> Patient | None:
    said = request.POST.get("patient") or request.GET.get("patient") or ""
    try:
        return patient_for(request.scope, UUID(said)) if said else None
    except ValueError:
        raise NotFound from None


def _planned(request: Request, encounter_id: UUID) -> Encounter:
    visit = encounter_for(request.scope, encounter_id)
    if visit.state != EncounterState.PLANNED:
        raise NotFound
    return visit


def _form(request: Request, patient: Patient | None, data: Any = None, **options: Any) -> PlanForm:
    locations = locations_of(request.scope.practice_id)
    if request.scope.location_ids is not None:
        locations = locations.filter(id__in=request.scope.location_ids)
    return PlanForm(
        data, patients=patients_visible_to(request.scope), patient=patient, locations=locations,
        today=localdate(request.now), **options,
    )  # fmt: skip


def _page(
    request: Request,
    form: PlanForm,
    patient: Patient | None,
    *,
    visit: Encounter | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {"form": form, "patient": patient, "visit": visit}
    return render(request, "eligibility/plan.html", context, status=status)


def _words(refusal: Exception) -> str:
    if isinstance(refusal, ChangedMeanwhile):
        return "Somebody else changed this visit meanwhile. Open it again from the schedule."
    return str(refusal)


def _by_hand(request: Request) -> Origin:
    return Origin(Source.PERSON, request.now)


def _to_day(day: Any) -> HttpResponse:
    return HttpResponseRedirect(f"{practice_url('eligibility:schedule')}?day={day}")
