"""Reads of patients. `patient_for` and its fellows are the only doors from an id to a record."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from patients.models import Charge, Coverage, Diagnosis, Encounter, Guarantor, Patient, PatientHistory
from patients.rules.names import normalized_number
from tenancy.access import NotFound
from tenancy.scope import Scope


def patient_for(scope: Scope, patient_id: UUID) -> Patient:
    patient = patients_visible_to(scope).filter(id=patient_id).first()
    if patient is None:
        raise NotFound
    return patient


def patients_visible_to(scope: Scope) -> QuerySet[Patient]:
    """A grant narrowed to locations sees patients who were seen there, and those not yet seen anywhere."""
    patients = Patient.objects.all()
    if scope.location_ids is None:
        return patients
    elsewhere = Encounter.objects.exclude(location_id__in=scope.location_ids).filter(
        location_id__isnull=False
    )
    here = Encounter.objects.filter(location_id__in=scope.location_ids)
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
    encounters = Encounter.objects.select_related(
        "patient", "location", "rendering_provider", "billing_provider", "referring_provider"
    ).prefetch_related(
        Prefetch("charges", queryset=Charge.objects.order_by("line_number", "id")),
        Prefetch("diagnoses", queryset=Diagnosis.objects.order_by("ordinal")),
    )
    if scope.location_ids is not None:
        encounters = encounters.filter(location_id__in=scope.location_ids)
    return encounters


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
