"""From what a program sent to the visit as it is to be written."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from patients import selectors
from patients.api.visits import VISIT_FIELDS, hospital_codes
from patients.models import Encounter, Patient
from patients.services import ChargeDraft, DiagnosisDraft, EncounterDraft, diagnoses_in_order, draft_of
from patients.services.encounters import CHARGE_FIELDS
from patients.visit_forms import DIAGNOSES, HOSPITAL_LISTS


def draft_of_sent(patient: Patient, asked: Mapping[str, Any]) -> EncounterDraft:
    """A new visit. Without `owed_by` its charges go to the first coverage of the day; without one to the patient."""
    first_day = asked["service_from_on"]
    covered = selectors.payer_of_rank(patient, 1, on=first_day)
    blank = EncounterDraft(
        patient.id,
        first_day,
        first_day,
        charges=_lines(asked),
        payer_id=covered,
        payer_rank=1 if covered else 0,
    )
    return draft_with(blank, asked, patient)


def draft_again(there: Encounter, asked: Mapping[str, Any]) -> EncounterDraft:
    """A visit on file with all its charges as they were sent now."""
    draft = replace(draft_of(there), charges=_lines(asked))
    return draft_with(draft, asked, there.patient, there)


def draft_with(
    draft: EncounterDraft, asked: Mapping[str, Any], patient: Patient, there: Encounter | None = None
) -> EncounterDraft:
    """The draft with what was asked for; who owes it is looked up anew, for the first day may be another."""
    begins = asked.get("service_from_on", draft.service_from_on)
    rank = asked.get("owed_by", draft.payer_rank)
    values = {name: asked[name] for name in (*VISIT_FIELDS, "hospital_codes", "state") if name in asked}
    if any(name in asked for name in HOSPITAL_LISTS):
        values["hospital_codes"] = hospital_codes(there, dict(asked))
    return replace(
        draft,
        service_from_on=begins,
        service_to_on=asked.get("service_to_on", max(begins, draft.service_to_on)),
        diagnoses=_diagnoses(draft.diagnoses, asked),
        payer_id=selectors.payer_of_rank(patient, rank, on=begins),
        payer_rank=rank,
        values=values,
    )


def line_of_sent(asked: Mapping[str, Any], number: int, *, first_day: date) -> ChargeDraft:
    told = {name: asked[name] for name in CHARGE_FIELDS if name in asked}
    return ChargeDraft(line_number=number, **{"service_date": first_day, **told})


def _lines(asked: Mapping[str, Any]) -> tuple[ChargeDraft, ...]:
    first_day = asked["service_from_on"]
    return tuple(
        line_of_sent(one, number, first_day=first_day) for number, one in enumerate(asked["charges"], 1)
    )


def _diagnoses(there: Sequence[DiagnosisDraft], asked: Mapping[str, Any]) -> tuple[DiagnosisDraft, ...]:
    """A list that is left out stands as it is."""
    if not any(name in asked for name in DIAGNOSES):
        return tuple(there)
    listed: dict[str, list[str]] = {name: [] for name in DIAGNOSES}
    for one in there:
        listed[selectors.FIELD_OF_QUALIFIER.get(one.qualifier, "diagnoses")].append(one.written)
    codes, admitting, reasons, causes = (asked.get(name, listed[name]) for name in DIAGNOSES)
    return diagnoses_in_order(
        codes, admitting=next(iter(admitting), ""), reasons=tuple(reasons), causes=tuple(causes)
    )
