"""Between a visit on file and its form: what the form begins with, and the draft of what was entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from patients import selectors
from patients.models import Charge, Encounter, Patient
from patients.rules.hospital import read_stored, write_dated, write_priced
from patients.services import ChargeDraft, EncounterDraft, diagnoses_in_order
from patients.services.encounters import CHARGE_FIELDS, ENCOUNTER_FIELDS
from patients.visit_forms import DIAGNOSES, PROVIDERS, EncounterForm


def draft_of_forms(patient: Patient, form: EncounterForm, charges: Any) -> EncounterDraft:
    cleaned = form.cleaned_data
    rank = int(cleaned["owed_by"])
    filled = [one.cleaned_data for one in charges.forms if not one.is_empty]
    taken = {one["line_number"] for one in filled if one["line_number"]}
    numbers = (number for number in range(1, 1000) if number not in taken)
    return EncounterDraft(
        patient_id=patient.id,
        service_from_on=cleaned["service_from_on"],
        service_to_on=cleaned["service_to_on"],
        diagnoses=diagnoses_in_order(
            cleaned["diagnoses"],
            admitting=cleaned["admitting_diagnosis"] or "",
            reasons=cleaned["visit_reasons"] or (),
            causes=cleaned["external_causes"] or (),
        ),
        charges=tuple(
            _charge_draft(one, one["line_number"] or next(numbers), cleaned["service_from_on"])
            for one in filled
        ),
        payer_id=selectors.payer_of_rank(patient, rank, on=cleaned["service_from_on"]),
        payer_rank=rank,
        values=form.encounter_values(),
    )


def _charge_draft(line: Mapping[str, Any], number: int, first_day: date) -> ChargeDraft:
    told = {name: line[name] for name in CHARGE_FIELDS if name in line}
    told |= {
        "units": line["units"] or Decimal(1),
        "amount_cents": int(line["amount"] * 100),
        "service_date": line["service_date"] or first_day,
    }
    return ChargeDraft(line_number=number, **told)


def body_of_forms(form: EncounterForm, charges: Any) -> dict[str, Any]:
    values = form.encounter_values()
    values |= {name: form.cleaned_data[name] for name in (*DIAGNOSES, "owed_by")}
    values["days"] = [form.cleaned_data["service_from_on"], form.cleaned_data["service_to_on"]]
    return values | {"charges": [one.cleaned_data for one in charges.forms if not one.is_empty]}


def values_of_visit(found: Encounter) -> dict[str, Any]:
    apart = {"state", "hospital_codes", "patient_paid_cents"}
    values = {name: getattr(found, name) for name in ENCOUNTER_FIELDS if name not in apart}
    values |= {name: getattr(found, f"{name}_id") for name in ("location", *PROVIDERS)}
    hospital = read_stored(found.hospital_codes)
    return values | {
        "version": found.version,
        "patient_paid": f"{found.patient_paid_cents / 100:.2f}" if found.patient_paid_cents else "",
        "condition_codes": ", ".join(hospital.conditions),
        "occurrence_codes": write_dated(hospital.occurrences),
        "value_codes": write_priced(hospital.values),
        "procedures": write_dated(hospital.procedures),
        "owed_by": str(selectors.rank_owed(found)),
        **_written_diagnoses(found),
    }


def _written_diagnoses(found: Encounter) -> dict[str, str]:
    uses = selectors.diagnoses_by_use(found)
    return {name: ", ".join(one.written for one in listed) for name, listed in uses.items()}


def lines_of_visit(found: Encounter) -> list[dict[str, Any]]:
    return [_line(charge) for charge in selectors.live_charges(found)]


def _line(charge: Charge) -> dict[str, Any]:
    return {name: getattr(charge, name) for name in CHARGE_FIELDS} | {
        "line_number": charge.line_number,
        "modifiers": charge.modifiers.replace(":", " "),
        "units": selectors.written_units(charge.units),
        "amount": f"{charge.amount_cents / 100:.2f}",
        "diagnosis_pointers": charge.diagnosis_pointers.replace(":", " "),
        "drug_units": selectors.written_units(charge.drug_units),
    }


# -- from one visit to the next ----------------------------------------------------------------------------------

USUAL = (
    "claim_kind",
    "location",
    "place_of_service",
    "type_of_bill",
    "rendering_provider",
    "billing_provider",
)
OF_ONE_VISIT = ("version", "service_from_on", "service_to_on", "external_id", "patient_paid", "owed_by")
OF_ONE_STAY = (
    "admitted_on",
    "admission_hour",
    "discharge_hour",
    "patient_status",
    "occurrence_codes",
    "procedures",
)
OF_ONE_LINE = ("line_number", "service_date", "service_to_on")


def usual_values(earlier: Encounter) -> dict[str, Any]:
    """Where and by whom the patient was seen last."""
    return {name: getattr(earlier, name) for name in USUAL}


def values_to_copy(earlier: Encounter) -> dict[str, Any]:
    values = values_of_visit(earlier)
    return {name: value for name, value in values.items() if name not in (*OF_ONE_VISIT, *OF_ONE_STAY)}


def lines_to_copy(earlier: Encounter) -> list[dict[str, Any]]:
    return [
        {name: value for name, value in line.items() if name not in OF_ONE_LINE}
        for line in lines_of_visit(earlier)
    ]
