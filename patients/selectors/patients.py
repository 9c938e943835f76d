"""Reads of patients. `patient_for` and its fellows are the only doors from an id to a record."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Prefetch, QuerySet
from django.http import QueryDict
from django.utils.formats import date_format

from ledger.selectors import charge_balances
from patients.choices import HistoryAction
from patients.models import (
    Charge,
    Consent,
    Coverage,
    Diagnosis,
    Encounter,
    EncounterHold,
    Guarantor,
    Patient,
    PatientHistory,
)
from patients.querysets import PatientQuerySet
from patients.rules.names import normalized, normalized_number, search_name
from tenancy.access import NotFound
from tenancy.scope import Scope
from tenancy.selectors import people_names
from workbench.criteria import Reader
from workbench.keysets import leaf
from workbench.records import RecordPage


def patient_for(scope: Scope, patient_id: UUID) -> Patient:
    patient = patients_visible_to(scope).filter(id=patient_id).first()
    if patient is None:
        raise NotFound
    return patient


def patients_visible_to(scope: Scope) -> PatientQuerySet:
    """A grant narrowed to locations sees patients who were seen there, and those not yet seen anywhere."""
    return _seen_at(scope.location_ids)


def _seen_at(locations: Collection[UUID] | None) -> PatientQuerySet:
    patients: PatientQuerySet = Patient.objects.all()
    if locations is None:
        return patients
    elsewhere = Encounter.objects.exclude(location_id__in=locations).filter(location_id__isnull=False)
    here = Encounter.objects.filter(location_id__in=locations)
    return patients.exclude(
        id__in=elsewhere.exclude(patient_id__in=here.values("patient_id")).values("patient_id")
    )


def coverage_for(scope: Scope, coverage_id: UUID) -> Coverage:
    coverage = Coverage.objects.select_related("patient", "payer").filter(id=coverage_id).first()
    if coverage is None or not patients_visible_to(scope).filter(id=coverage.patient_id).exists():
        raise NotFound
    return coverage


def encounter_for(scope: Scope, encounter_id: UUID) -> Encounter:
    encounter = encounters_visible_to(scope).filter(id=encounter_id).first()
    if encounter is None:
        raise NotFound
    return encounter


def encounters_visible_to(scope: Scope) -> QuerySet[Encounter]:
    return encounters_seen_at(scope.location_ids)


def encounters_seen_at(locations: Collection[UUID] | None) -> QuerySet[Encounter]:
    encounters = Encounter.objects.select_related(
        "patient", "location", "rendering_provider", "billing_provider", "referring_provider"
    ).prefetch_related(
        Prefetch("charges", queryset=Charge.objects.order_by("line_number", "id")),
        Prefetch("diagnoses", queryset=Diagnosis.objects.order_by("ordinal")),
    )
    if locations is not None:
        encounters = encounters.filter(location_id__in=locations)
    return encounters


def charge_for(scope: Scope, charge_id: UUID) -> Charge:
    """A charge with its visit, as the visit's own page reads it."""
    charge = Charge.objects.filter(id=charge_id).first()
    if charge is None:
        raise NotFound
    charge.encounter = encounter_for(scope, charge.encounter_id)
    return charge


def hold_for(scope: Scope, hold_id: UUID) -> EncounterHold:
    hold = EncounterHold.objects.filter(id=hold_id, encounter__in=encounters_visible_to(scope)).first()
    if hold is None:
        raise NotFound
    return hold


def consent_for(scope: Scope, consent_id: UUID) -> Consent:
    consent = Consent.objects.filter(id=consent_id, patient__in=patients_visible_to(scope)).first()
    if consent is None:
        raise NotFound
    return consent


def search_patients(scope: Scope, words: str, limit: int = 10) -> list[Patient]:
    """By the beginning of "Last First" or of the record number, or by a whole member id."""
    number = normalized_number(words)
    if not number:
        return []
    members = Coverage.objects.filter(member_id_normalized=number).values_list("patient_id", flat=True)[
        :limit
    ]
    found = patients_visible_to(scope).search(words, also_ids=members)
    return list(found.order_by("search_name", "id")[:limit])


def patients_alike(scope: Scope, values: Mapping[str, Any]) -> list[Patient]:
    """Patients of the same last name, first letter and birth date: perhaps the same person."""
    born, first = values.get("birth_date"), normalized(str(values.get("first_name", "")))[:1]
    if born is None:
        return []
    name = search_name(str(values["last_name"]), first)
    found = patients_visible_to(scope).filter(search_name__startswith=name, birth_date=born)
    return list(found.order_by("search_name", "id")[:5])


def patients_with_member_id(member_id: str) -> QuerySet[Any]:
    number = normalized_number(member_id)
    return Coverage.objects.filter(member_id_normalized=number).values("patient_id")


def coverages_of(patient_ids: Iterable[UUID]) -> QuerySet[Coverage]:
    return (
        Coverage.objects.select_related("payer")
        .filter(patient_id__in=list(patient_ids))
        .order_by("patient_id", "rank", "-starts_on", "id")
    )


def guarantor_of(patient: Patient) -> Guarantor | None:
    return Guarantor.objects.filter(patient=patient, is_current=True).first()


def encounters_of(scope: Scope, patient: Patient) -> QuerySet[Encounter]:
    return encounters_visible_to(scope).filter(patient=patient).order_by("-service_from_on", "-id")


def history_of(patient: Patient) -> QuerySet[PatientHistory]:
    return PatientHistory.objects.filter(patient=patient).order_by("-id")


# -- pages --------------------------------------------------------------------------------------------------------

FIELD_WORDS = {
    "mrn": "Record number",
    "last_name": "Last name",
    "first_name": "First name",
    "middle_name": "Middle name",
    "birth_date": "Birth date",
    "sex": "Sex",
    "phone": "Telephone",
    "email": "E-mail",
    "address_line": "Street",
    "address_line_2": "Street, second line",
    "city": "City",
    "state": "State",
    "postal_code": "ZIP code",
}


@dataclass(frozen=True, slots=True)
class PatientRow:
    patient: Patient
    coverages: list[Coverage]


@dataclass(frozen=True, slots=True)
class PatientFilters:
    """What may stand in the address of the list: payers and what is missing, never a name or a birth date."""

    payer: tuple[UUID, ...] = ()
    coverage: tuple[str, ...] = ()
    sort: str = ""
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return bool(self.payer or self.coverage)

    def without(self, name: str) -> PatientFilters:
        unset: dict[str, Any] = {name: ()}
        return replace(self, **unset)

    def pairs(self) -> list[tuple[str, str]]:
        return [(name, str(value)) for name in ("payer", "coverage") for value in getattr(self, name)]

    def query(self) -> str:
        return urlencode(self.pairs())


def read_patient_filters(query: QueryDict) -> PatientFilters:
    reader = Reader(query)
    asked = PatientFilters(
        payer=reader.ids("payer"), coverage=reader.texts("coverage", allowed=("none", "unsettled"))
    )
    return replace(asked, problems=reader.problems)


def patients_matching(scope: Scope, asked: PatientFilters) -> PatientQuerySet:
    return _filtered(patients_visible_to(scope), asked)


def patients_to_export(asked: PatientFilters, locations: frozenset[UUID] | None) -> PatientQuerySet:
    """By name, within the locations of the grant the export was ordered under."""
    found: PatientQuerySet = _filtered(_seen_at(locations), asked).order_by("search_name", "id")
    return found


def _filtered(patients: PatientQuerySet, asked: PatientFilters) -> PatientQuerySet:
    for coverages in (
        Coverage.objects.filter(payer_id__in=asked.payer) if asked.payer else None,
        Coverage.objects.filter(rank__isnull=True) if "unsettled" in asked.coverage else None,
    ):
        if coverages is not None:
            patients = patients.filter(id__in=coverages.values("patient_id"))
    if "none" in asked.coverage:
        patients = patients.exclude(id__in=Coverage.objects.values("patient_id"))
    return patients


def patients_by_payer(scope: Scope, asked: PatientFilters) -> list[tuple[UUID, str, int]]:
    """How many of the list each payer covers, most first."""
    listed = patients_matching(scope, asked.without("payer"))
    rows = (
        Coverage.objects.filter(patient_id__in=listed.values("id"))
        .values_list("payer_id", "payer__name")
        .annotate(count=Count("patient_id", distinct=True))
    )
    return list(rows.order_by("-count", "payer__name"))


@dataclass(frozen=True, slots=True)
class Told:
    """Who last gave a value, and when."""

    who: str
    source: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str
    told: Told | None


def patient_page(scope: Scope, asked: PatientFilters, after: str = "", before: str = "") -> RecordPage:
    """Patients by name. The place in the list is a patient's id: no name stands in an address."""
    found = leaf(
        patients_matching(scope, asked),
        ("search_name", "id"),
        after=_place(scope, after),
        before=_place(scope, before),
    )
    return RecordPage(as_rows(found.rows), **found.edges(lambda patient: str(patient.id)))


def as_rows(patients: Sequence[Patient]) -> list[PatientRow]:
    by_patient: dict[UUID, list[Coverage]] = defaultdict(list)
    for coverage in coverages_of(patient.id for patient in patients):
        by_patient[coverage.patient_id].append(coverage)
    return [PatientRow(patient, by_patient[patient.id]) for patient in patients]


def _place(scope: Scope, text: str) -> tuple[str, UUID] | None:
    try:
        last = patients_visible_to(scope).filter(id=UUID(text)).first() if text else None
    except ValueError:
        return None
    return (last.search_name, last.id) if last else None


def patient_context(scope: Scope, patient: Patient) -> dict[str, Any]:
    """Everything the patient's page shows, in a fixed number of queries."""
    history = list(history_of(patient))
    names = people_names(row.person_id for row in history if row.person_id)
    guarantor = guarantor_of(patient)
    told = _told(history, names)
    coverages = list(coverages_of([patient.id]))
    return {
        "patient": patient,
        "facts": [
            Fact(label, _shown(patient, name), told.get((patient.id, name)))
            for name, label in FIELD_WORDS.items()
        ],
        "guarantor": guarantor,
        "coverages": coverages,
        "coverage_told": [(one, told.get((one.id, "member_id"))) for one in coverages],
        "is_order_open": any(one.rank is None for one in coverages),
        "encounters": list(encounters_of(scope, patient)[:20]),
        "owed_cents": patient_owes(scope, patient),
        "differing": [_differing(row, patient, names) for row in history if _is_open(row, patient)],
        "history": [_entry(row, names) for row in history[:30]],
        "may_edit": scope.may("patients.edit_patient"),
        "may_edit_coverage": scope.may("patients.edit_coverage"),
        "may_charge": scope.may("patients.edit_charge"),
    }


def patient_owes(scope: Scope, patient: Patient) -> int:
    """What the patient owes for the visits one may see."""
    charges = Charge.objects.filter(encounter__in=encounters_of(scope, patient))
    balances = charge_balances(charges.values_list("id", flat=True))
    return sum(balance.patient_cents for balance in balances.values())


def _shown(patient: Patient, name: str) -> str:
    display = getattr(patient, f"get_{name}_display", None)
    if display is not None:
        return str(display())
    value = getattr(patient, name)
    if name == "birth_date" and value:
        return str(date_format(value, "F j, Y"))
    return "" if value is None else str(value)


def _told(history: list[PatientHistory], names: dict[UUID, str]) -> dict[tuple[UUID, str], Told]:
    """The newest word on every field; `history` is newest first."""
    told: dict[tuple[UUID, str], Told] = {}
    for row in history:
        if row.action != HistoryAction.SEEN_DIFFERENT:
            for name in row.changes:
                told.setdefault((row.subject_id, name), _told_by(row, names))
    return told


def _told_by(row: PatientHistory, names: dict[UUID, str]) -> Told:
    who = names.get(row.person_id, "") if row.person_id else ""
    return Told(who, row.get_source_display(), row.recorded_at)


def _is_open(row: PatientHistory, patient: Patient) -> bool:
    """Something said differently, and not what stands there by now."""
    if row.action != HistoryAction.SEEN_DIFFERENT:
        return False
    return any(str(getattr(patient, name) or "") != pair[1] for name, pair in row.changes.items())


def _differing(row: PatientHistory, patient: Patient, names: dict[UUID, str]) -> dict[str, Any]:
    values = [
        {"label": FIELD_WORDS.get(name, name), "there": str(getattr(patient, name) or ""), "told": pair[1]}
        for name, pair in row.changes.items()
        if str(getattr(patient, name) or "") != pair[1]
    ]
    return {"id": row.id, "told": _told_by(row, names), "fields": values}


def _entry(row: PatientHistory, names: dict[UUID, str]) -> dict[str, Any]:
    told = _told_by(row, names)
    fields = ", ".join(FIELD_WORDS.get(name, name.replace("_", " ")).lower() for name in row.changes)
    return {
        "at": row.recorded_at,
        "icon": "pencil" if row.action == HistoryAction.UPDATED else "shape-open",
        "title": f"{row.get_subject_type_display()} {row.get_action_display()}",
        "who": told.who or told.source,
        "text": fields if row.action != HistoryAction.CREATED else "",
    }


def told_differently(patient: Patient, history_id: UUID) -> PatientHistory:
    found = PatientHistory.objects.filter(
        id=history_id, patient=patient, action=HistoryAction.SEEN_DIFFERENT
    ).first()
    if found is None:
        raise NotFound
    return found


def last_change(subject_id: UUID) -> Told | None:
    row = (
        PatientHistory.objects.filter(subject_id=subject_id)
        .exclude(action=HistoryAction.SEEN_DIFFERENT)
        .order_by("-id")
        .first()
    )
    if row is None:
        return None
    told = _told_by(row, people_names([row.person_id]) if row.person_id else {})
    return replace(told, who=told.who or told.source)


def first_free_rank(patient: Patient) -> int | None:
    taken = {one.rank for one in coverages_of([patient.id]) if one.ends_on is None}
    return next((rank for rank in (1, 2, 3) if rank not in taken), None)
