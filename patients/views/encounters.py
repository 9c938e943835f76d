from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from patients import selectors
from patients.forms import ChargeFormSet, EncounterForm
from patients.models import Encounter, Patient
from patients.services import (
    ChangedMeanwhile,
    ChargeDraft,
    EncounterDraft,
    KeyUsedOtherwise,
    PatientRefusal,
    cancel_encounter,
    diagnoses_in_order,
    once,
    record_encounter,
    refusal_to_change,
    update_encounter,
)
from patients.views.pages import by_hand, changed_meanwhile, encounter_page, form_page, new_key, refused
from tenancy.access import Request, requires
from tenancy.selectors import locations_of
from tenancy.urls import practice_url

TEMPLATE = "patients/encounter_form.html"


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
    is_covered = any(one.rank == 1 for one in selectors.coverages_of([patient.id]))
    initial = {
        "once": new_key(),
        "service_from_on": localdate(request.now),
        "owed_by": "1" if is_covered else "0",
    }
    forms = _forms(request, initial=initial)
    if request.method == "GET":
        audit.record_view(subject=patient, patient_id=patient.id)
        return _page(request, patient, *forms)
    if not _are_valid(*forms):
        return _page(request, patient, *forms, status=422)
    form, charges = forms
    draft = _draft(patient, form, charges)

    def make() -> tuple[UUID, dict[str, object]]:
        return record_encounter(draft=draft, origin=by_hand(request)).id, {}

    try:
        encounter_id, _, _ = once(
            endpoint=f"patients.encounter:{patient.id}",
            key=form.cleaned_data["once"] or new_key(),
            body=_body(form, charges),
            make=make,
        )
    except KeyUsedOtherwise:
        form.add_error(None, "This form was already sent with other values. Open a new one.")
        return _page(request, patient, form, charges, status=422)
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, {"patient": patient, "charges": charges})
    messages.success(request, "Encounter recorded, charges captured.")
    return HttpResponseRedirect(practice_url("patients:encounter", encounter_id))


@requires("patients.edit_charge")
@require_http_methods(["GET", "POST"])
def edit(request: Request, encounter_id: UUID) -> HttpResponse:
    found = selectors.encounter_for(request.scope, encounter_id)
    if refusal := refusal_to_change(found):
        messages.error(request, str(refusal))
        return HttpResponseRedirect(practice_url("patients:encounter", found.id))
    form, charges = _forms(request, initial=_initial(found), lines=_lines(found))
    context = {"encounter": found, "charges": charges}
    if request.method == "GET":
        audit.record_view(subject=found, patient_id=found.patient_id)
        return _page(request, found.patient, form, charges, encounter=found)
    if not _are_valid(form, charges):
        return _page(request, found.patient, form, charges, encounter=found, status=422)
    try:
        update_encounter(
            encounter=found,
            version=form.cleaned_data["version"] or 0,
            draft=_draft(found.patient, form, charges),
            origin=by_hand(request),
        )
    except ChangedMeanwhile as change:
        context["patient"] = found.patient
        return changed_meanwhile(
            request, TEMPLATE, form, change, context, subject_id=found.id, url=request.path
        )
    except PatientRefusal as refusal:
        return refused(request, TEMPLATE, form, refusal, {"patient": found.patient, **context})
    messages.success(request, "Saved.")
    return HttpResponseRedirect(practice_url("patients:encounter", found.id))


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


def _forms(request: Request, *, initial: dict[str, Any], lines: list[dict[str, Any]] | None = None) -> Any:
    locations = locations_of(request.scope.practice_id)
    if request.scope.location_ids is not None:
        locations = locations.filter(id__in=request.scope.location_ids)
    if request.method == "GET":
        return (
            EncounterForm(initial=initial, locations=locations),
            ChargeFormSet(initial=lines or [], prefix="charges"),
        )
    return EncounterForm(request.POST, locations=locations), ChargeFormSet(request.POST, prefix="charges")


def _are_valid(form: EncounterForm, charges: Any) -> bool:
    return all([form.is_valid(), charges.is_valid()])


def _page(request: Request, patient: Patient, form: Any, charges: Any, **context: Any) -> HttpResponse:
    status = context.pop("status", 200)
    return form_page(
        request, TEMPLATE, form, {"patient": patient, "charges": charges, **context}, status=status
    )


def _draft(patient: Patient, form: EncounterForm, charges: Any) -> EncounterDraft:
    cleaned = form.cleaned_data
    rank = int(cleaned["owed_by"])
    filled = [one.cleaned_data for one in charges.forms if not one.is_empty]
    taken = {one["line_number"] for one in filled if one["line_number"]}
    numbers = (number for number in range(1, 1000) if number not in taken)
    return EncounterDraft(
        patient_id=patient.id,
        service_from_on=cleaned["service_from_on"],
        service_to_on=cleaned["service_to_on"],
        diagnoses=diagnoses_in_order(cleaned["diagnoses"]),
        charges=tuple(
            ChargeDraft(
                line_number=one["line_number"] or next(numbers),
                procedure_code=one["procedure_code"],
                modifiers=one["modifiers"],
                units=one["units"] or Decimal(1),
                amount_cents=int(one["amount"] * 100),
                service_date=one["service_date"] or cleaned["service_from_on"],
                diagnosis_pointers=one["diagnosis_pointers"],
            )
            for one in filled
        ),
        payer_id=selectors.payer_of_rank(patient, rank, on=cleaned["service_from_on"]),
        payer_rank=rank,
        values=form.encounter_values(),
    )


def _body(form: EncounterForm, charges: Any) -> dict[str, Any]:
    values = form.encounter_values() | {
        "days": [form.cleaned_data["service_from_on"], form.cleaned_data["service_to_on"]],
        "diagnoses": form.cleaned_data["diagnoses"],
        "owed_by": form.cleaned_data["owed_by"],
    }
    return values | {"charges": [one.cleaned_data for one in charges.forms if not one.is_empty]}


def _initial(found: Encounter) -> dict[str, Any]:
    names = (
        "service_from_on", "service_to_on", "location", "rendering_provider", "billing_provider",
        "referring_provider", "external_id", "place_of_service", "authorization_number", "version",
    )  # fmt: skip
    rank = selectors.rank_owed(found)
    return {name: getattr(found, name) for name in names} | {
        "diagnoses": ", ".join(one.code for one in found.diagnoses.all()),
        "owed_by": str(rank),
    }


def _lines(found: Encounter) -> list[dict[str, Any]]:
    return [
        {
            "line_number": charge.line_number,
            "procedure_code": charge.procedure_code,
            "modifiers": charge.modifiers.replace(":", " "),
            "units": charge.units.normalize(),
            "amount": f"{charge.amount_cents / 100:.2f}",
            "service_date": charge.service_date,
            "diagnosis_pointers": charge.diagnosis_pointers.replace(":", " "),
        }
        for charge in selectors.live_charges(found)
    ]
