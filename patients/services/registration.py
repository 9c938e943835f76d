"""Patients and their guarantors, one at a time."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction

from audit import services as audit
from patients.choices import Relationship, SubjectType
from patients.models import Guarantor, Patient, PatientHistory
from patients.rules.names import normalized_number, search_name
from patients.services.history import Change, Origin, creation, keep
from patients.services.refusals import PatientRefusal
from patients.services.versions import only, write

PATIENT_FIELDS = (
    "mrn",
    "last_name",
    "first_name",
    "middle_name",
    "birth_date",
    "sex",
    "phone",
    "email",
    "address_line",
    "address_line_2",
    "city",
    "state",
    "postal_code",
)
GUARANTOR_FIELDS = (
    "relationship",
    "last_name",
    "first_name",
    "phone",
    "email",
    "address_line",
    "address_line_2",
    "city",
    "state",
    "postal_code",
)


class RecordNumberTaken(PatientRefusal):
    def __init__(self) -> None:
        message = "Another patient has this record number. Open that patient, or give another number."
        super().__init__(message, fields={"mrn": message})


def new_patient(**values: Any) -> Patient:
    """An unsaved patient with its search columns filled."""
    patient = Patient(**only(values, PATIENT_FIELDS))
    fill_search_columns(patient)
    return patient


def fill_search_columns(patient: Patient) -> None:
    patient.search_name = search_name(patient.last_name, patient.first_name)
    patient.mrn_normalized = normalized_number(patient.mrn)


@transaction.atomic
def register_patient(*, origin: Origin, **values: Any) -> Patient:
    patient = new_patient(**values)
    try:
        with transaction.atomic():
            patient.save(force_insert=True)
    except IntegrityError as refusal:
        raise _named(refusal) from refusal
    change = creation(patient, PATIENT_FIELDS, patient_id=patient.id, subject_type=SubjectType.PATIENT)
    keep([change], origin)
    audit.record(
        verb="patients.patient.created", subject=patient, patient_id=patient.id, fields=tuple(change.changes)
    )
    audit.emit("patient.created", subject=patient, data={"source": origin.source})
    return patient


@transaction.atomic
def update_patient(*, patient: Patient, version: int, origin: Origin, **values: Any) -> tuple[str, ...]:
    """Returns the names of the fields that changed."""
    wanted = only(values, PATIENT_FIELDS)
    last, first = wanted.get("last_name", patient.last_name), wanted.get("first_name", patient.first_name)
    derived = {
        "search_name": search_name(last, first),
        "mrn_normalized": normalized_number(wanted.get("mrn", patient.mrn)),
    }
    try:
        with transaction.atomic():
            change = write(
                patient,
                wanted | derived,
                version=version,
                patient_id=patient.id,
                subject_type=SubjectType.PATIENT,
            )
    except IntegrityError as refusal:
        raise _named(refusal) from refusal
    if change is None:
        return ()
    told = {name: pair for name, pair in change.changes.items() if name in PATIENT_FIELDS}
    keep([_replace_changes(change, told)], origin)
    audit.record(verb="patients.patient.updated", subject=patient, patient_id=patient.id, fields=tuple(told))
    audit.emit("patient.updated", subject=patient, data={"fields": sorted(told), "source": origin.source})
    return tuple(told)


def take_what_was_told(*, patient: Patient, told: PatientHistory, origin: Origin) -> tuple[str, ...]:
    """A person takes over what a file said differently."""
    values: dict[str, Any] = {name: pair[1] for name, pair in told.changes.items() if name in PATIENT_FIELDS}
    if "birth_date" in values:
        values["birth_date"] = date.fromisoformat(values["birth_date"])
    return update_patient(patient=patient, version=patient.version, origin=origin, **values)


@transaction.atomic
def name_guarantor(
    *, patient: Patient, origin: Origin, version: int | None = None, **values: Any
) -> Guarantor:
    """The person billed for the patient: the current one is changed, or the first one named."""
    wanted = only(values, GUARANTOR_FIELDS)
    # One at a time for a patient: who comes second meets the first one's guarantor.
    Patient.objects.select_for_update(no_key=True).get(id=patient.id)
    guarantor = Guarantor.objects.filter(patient=patient, is_current=True).first()
    if guarantor is None:
        guarantor = Guarantor.objects.create(patient=patient, **wanted)
        change: Change | None = creation(
            guarantor, GUARANTOR_FIELDS, patient_id=patient.id, subject_type=SubjectType.GUARANTOR
        )
        verb = "patients.guarantor.created"
    else:
        change = write(
            guarantor,
            wanted,
            version=guarantor.version if version is None else version,
            patient_id=patient.id,
            subject_type=SubjectType.GUARANTOR,
        )
        verb = "patients.guarantor.updated"
    if change is not None:
        keep([change], origin)
        audit.record(verb=verb, subject=guarantor, patient_id=patient.id, fields=tuple(change.changes))
        audit.emit(
            "patient.updated", subject=patient, data={"fields": ["guarantor"], "source": origin.source}
        )
    return guarantor


def own_guarantor(patient: Patient) -> Guarantor:
    """An unsaved guarantor for a patient who pays for themselves."""
    shared = {name: getattr(patient, name) for name in GUARANTOR_FIELDS if name != "relationship"}
    return Guarantor(patient=patient, relationship=Relationship.SELF, **shared)


def _named(error: IntegrityError) -> Exception:
    return RecordNumberTaken() if "patient_once_per_record_number" in str(error) else error


def _replace_changes(change: Any, told: dict[str, Any]) -> Any:
    return type(change)(change.patient_id, change.subject_type, change.subject_id, change.action, told)
