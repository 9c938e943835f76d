from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from patients import selectors
from patients.charge_forms import MOST_FORMS, ChargeForm, ChargeFormSet
from patients.choices import EncounterState
from patients.models import Encounter, Patient
from patients.rules.visits import PROFESSIONAL
from patients.services import (
    ChangedMeanwhile,
    KeyUsedOtherwise,
    PatientRefusal,
    cancel_encounter,
    once,
    record_encounter,
    refusal_to_change,
    update_encounter,
)
from patients.views.pages import by_hand, changed_meanwhile, encounter_page, form_page, new_key, refused
from patients.views.visit_drafts import (
    body_of_forms,
    draft_of_forms,
    lines_of_visit,
    lines_to_copy,
    usual_values,
    values_of_visit,
    values_to_copy,
)
from patients.visit_forms import EncounterForm
from tenancy.access import Request, requires
from tenancy.selectors import locations_of
from tenancy.urls import practice_url

TEMPLATE = "patients/encounter_form.html"
LINES = "charges"
NOT_SEEN = (EncounterState.CANCELLED, EncounterState.PLANNED)


@requires("patients.view_patient")
@require_GET
def encounter(request: Request, encounter_id: UUID) -> HttpResponse:
    found = selectors.encounter_for(request.scope, encounter_id)
    audit.record_view(subject=found, patient_id=found.patient_id)
    return encounter_page(request, found)


@requires("patients.edit_charge")
@require_http_methods(["GET", "POST"])
def record(request: Request, patient_id: UUID) -> HttpResponse:
    patient = selectors.patient_for(request.scope, patient_id)
    earlier = selectors.encounters_of(request.scope, patient).exclude(state__in=NOT_SEEN).first()
    form, charges = _forms(request, patient, **_first_values(request, patient, earlier))
    if request.method == "GET":
        audit.record_view(subject=patient, patient_id=patient.id)
        return _page(request, patient, form, charges, earlier=earlier)
    if not _are_valid(form, charges):
        return _page(request, patient, form, charges, earlier=earlier, status=422)
    draft = draft_of_forms(patient, form, charges)

    def make() -> tuple[UUID, dict[str, object]]:
        return record_encounter(draft=draft, origin=by_hand(request)).id, {}

    try:
        encounter_id, _, _ = once(
            endpoint=f"patients.encounter:{patient.id}",
            key=form.cleaned_data["once"] or new_key(),
            body=body_of_forms(form, charges),
            make=make,
        )
    except KeyUsedOtherwise:
        form.add_error(None, "This form was already sent with other values. Open a new one.")
        return _page(request, patient, form, charges, status=422)
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, {"patient": patient, "charges": charges})
    messages.success(request, "Encounter recorded, charges captured.")
    return HttpResponseRedirect(practice_url("patients:encounter", encounter_id))


def _first_values(request: Request, patient: Patient, earlier: Encounter | None) -> dict[str, Any]:
    """Today's visit, by who treated the patient last; with `copy` all that the earlier visit said."""
    is_covered = any(one.rank == 1 for one in selectors.coverages_of([patient.id]))
    initial: dict[str, Any] = {
        "once": new_key(),
        "service_from_on": localdate(request.now),
        "owed_by": "1" if is_covered else "0",
    }
    if earlier is None:
        return {"initial": initial}
    if "copy" in request.GET:
        found = selectors.encounter_for(request.scope, earlier.id)
        return {"initial": values_to_copy(found) | initial, "lines": lines_to_copy(found)}
    return {"initial": usual_values(earlier) | initial}


@requires("patients.edit_charge")
@require_GET
def line(request: Request) -> HttpResponse:
    """One more empty line for a form that has `charges-TOTAL_FORMS` of them."""
    total = request.GET.get(f"{LINES}-TOTAL_FORMS", "")
    number = min(int(total), MOST_FORMS - 1) if total.isdecimal() and len(total) < 5 else 0
    context = {"line": ChargeForm(prefix=f"{LINES}-{number}"), "total": number + 1, "is_last": True}
    return render(request, "patients/_charge_line.html", context)


@requires("patients.edit_charge")
@require_http_methods(["GET", "POST"])
def edit(request: Request, encounter_id: UUID) -> HttpResponse:
    """`claim` in the address: its claim is being corrected, and what will be sent is looked at next."""
    found = selectors.encounter_for(request.scope, encounter_id)
    if refusal := refusal_to_change(found):
        messages.error(request, str(refusal))
        return HttpResponseRedirect(practice_url("patients:encounter", found.id))
    form, charges = _forms(
        request, found.patient, initial=values_of_visit(found), lines=lines_of_visit(found)
    )
    claim_id = _claim_corrected(request)
    context = {"encounter": found, "charges": charges, "claim_id": claim_id}
    if request.method == "GET":
        audit.record_view(subject=found, patient_id=found.patient_id)
        return _page(request, found.patient, form, **context)
    if not _are_valid(form, charges):
        return _page(request, found.patient, form, **context, status=422)
    try:
        update_encounter(
            encounter=found,
            version=form.cleaned_data["version"] or 0,
            draft=draft_of_forms(found.patient, form, charges),
            origin=by_hand(request),
        )
    except ChangedMeanwhile as change:
        context["patient"] = found.patient
        return changed_meanwhile(
            request, TEMPLATE, form, change, context, subject_id=found.id, url=request.get_full_path()
        )
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, {"patient": found.patient, **context})
    if claim_id is not None:
        return HttpResponseRedirect(practice_url("claims:correct", claim_id))
    messages.success(request, "Saved.")
    return HttpResponseRedirect(practice_url("patients:encounter", found.id))


def _claim_corrected(request: Request) -> UUID | None:
    try:
        return UUID(request.GET.get("claim", ""))
    except ValueError:
        return None


@requires("patients.edit_charge")
@require_POST
def cancel(request: Request, encounter_id: UUID) -> HttpResponse:
    found = selectors.encounter_for(request.scope, encounter_id)
    version = request.POST.get("version", "")
    try:
        cancel_encounter(
            encounter=found, version=int(version) if version.isdecimal() else 0, origin=by_hand(request)
        )
        messages.success(request, "Cancelled; its charges left the books.")
    except (ChangedMeanwhile, PatientRefusal) as refusal:
        messages.error(request, f"Not cancelled: {refusal}")
    return HttpResponseRedirect(practice_url("patients:encounter", found.id))


def _forms(
    request: Request, patient: Patient, *, initial: dict[str, Any], lines: list[dict[str, Any]] | None = None
) -> Any:
    locations = locations_of(request.scope.practice_id)
    if request.scope.location_ids is not None:
        locations = locations.filter(id__in=request.scope.location_ids)
    facts: dict[str, Any] = {"locations": locations, "on": localdate(request.now), "born": patient.birth_date}
    if request.method == "GET":
        return (
            EncounterForm(initial=initial, **facts),
            ChargeFormSet(initial=lines or [], prefix=LINES),
        )
    kind = {"kind": request.POST.get("claim_kind") or PROFESSIONAL}
    return (
        EncounterForm(request.POST, **facts),
        ChargeFormSet(request.POST, prefix=LINES, form_kwargs=kind),
    )


def _are_valid(form: EncounterForm, charges: Any) -> bool:
    return all([form.is_valid(), charges.is_valid()]) and charges.agrees_with(form.cleaned_data)


def _page(request: Request, patient: Patient, form: Any, charges: Any, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    return form_page(
        request, TEMPLATE, form, {"patient": patient, "charges": charges, **context}, status=status
    )
