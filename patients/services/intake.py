"""A patient as another program sends one: created or brought up to date by record number and member id."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db import transaction

from patients.models import Coverage, Patient
from patients.rules.names import normalized, normalized_number
from patients.services.coverages import CHANGEABLE_FIELDS, add_coverage, update_coverage
from patients.services.history import Origin
from patients.services.once import take_turn
from patients.services.refusals import PatientRefusal
from patients.services.registration import register_patient, update_patient
from reference.services import PayerSeen, ensure_payers


class SomebodyElse(PatientRefusal):
    def __init__(self) -> None:
        message = (
            "This record number belongs to a patient with another name or birth date. Nothing was changed:"
            " correct the number, or edit the patient in the workbench. A new last name is taken with the birth"
            " date that is on file; a birth date that is on file is changed in the workbench only."
        )
        super().__init__(message, fields={"mrn": message})


@dataclass(frozen=True, slots=True)
class ReceivedCoverage:
    member_id: str
    payer_name: str
    payer_identifier: str = ""
    values: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReceivedPatient:
    """`values` holds only the fields that were sent: what was left out is left alone."""

    values: Mapping[str, Any]
    coverages: tuple[ReceivedCoverage, ...] = ()


@dataclass(frozen=True, slots=True)
class Receipt:
    patient: Patient
    created: bool
    changed: tuple[str, ...]
    coverages_created: tuple[UUID, ...]
    coverages_changed: dict[str, list[str]]


@transaction.atomic
def receive_patient(*, received: ReceivedPatient, origin: Origin) -> Receipt:
    """Creates or updates; the same again changes nothing. A member id not on file is a new coverage."""
    _take_turns(received)
    patient = _find(received)
    created = patient is None
    changed: tuple[str, ...] = ()
    if patient is None:
        patient = register_patient(origin=origin, **received.values)
    else:
        _refuse_somebody_else(patient, received.values)
        changed = update_patient(patient=patient, version=patient.version, origin=origin, **received.values)
    new: list[UUID] = []
    touched: dict[str, list[str]] = {}
    for one in received.coverages:
        coverage, fields = _receive_coverage(patient, one, origin)
        if fields is None:
            new.append(coverage.id)
        elif fields:
            touched[str(coverage.id)] = list(fields)
    return Receipt(patient, created, changed, tuple(new), touched)


def _take_turns(received: ReceivedPatient) -> None:
    """One call at a time for a record number and member id: the second finds what the first has registered."""
    members = {f"member:{normalized_number(one.member_id)}" for one in received.coverages}
    names = {f"mrn:{mrn}"} if (mrn := received.values.get("mrn")) else members
    for name in sorted(names):
        take_turn(f"patient:{name}")


def _find(received: ReceivedPatient) -> Patient | None:
    """By record number; without one, by a member id together with name and birth date."""
    if mrn := received.values.get("mrn"):
        return Patient.objects.select_for_update().filter(mrn=mrn).first()
    members = {normalized_number(one.member_id) for one in received.coverages} - {""}
    last_name = normalized(received.values.get("last_name", ""))
    birth_date = received.values.get("birth_date")
    coverages = Coverage.objects.select_related("patient").filter(member_id_normalized__in=members)
    for coverage in coverages.order_by("id"):
        patient = coverage.patient
        if normalized(patient.last_name) == last_name and patient.birth_date == birth_date:
            return patient
    return None


def _refuse_somebody_else(patient: Patient, values: Mapping[str, Any]) -> None:
    """A name changes, a birth date is corrected, but never both, be it in two calls: then it is another person."""
    last_name, birth_date = values.get("last_name"), values.get("birth_date")
    other_name = bool(last_name) and normalized(str(last_name)) != normalized(patient.last_name)
    other_birth = None not in (birth_date, patient.birth_date) and birth_date != patient.birth_date
    proved = birth_date is not None and birth_date == patient.birth_date
    if other_birth or (other_name and not proved):
        raise SomebodyElse


def _receive_coverage(
    patient: Patient, received: ReceivedCoverage, origin: Origin
) -> tuple[Coverage, tuple[str, ...] | None]:
    """The coverage, and which of its fields changed; None when it is new."""
    seen = PayerSeen(name=received.payer_name, identifier=received.payer_identifier)
    payer_id = ensure_payers([seen])[seen]
    member = normalized_number(received.member_id)
    known = Coverage.objects.filter(patient=patient, payer_id=payer_id, member_id_normalized=member).first()
    if known is not None:
        values = {name: value for name, value in received.values.items() if name in CHANGEABLE_FIELDS}
        return known, update_coverage(coverage=known, version=known.version, origin=origin, **values)
    created = add_coverage(
        patient=patient, payer_id=payer_id, origin=origin, member_id=received.member_id, **received.values
    )
    return created, None
