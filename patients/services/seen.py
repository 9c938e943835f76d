"""Patients as a file of another system tells them: found or created in bulk, never overwritten."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from audit import services as audit
from patients.choices import HistoryAction, Relationship, Sex, SubjectType
from patients.models import Coverage, Guarantor, Patient, PatientHistory
from patients.rules.names import normalized, normalized_number, search_name
from patients.services.history import Change, Origin, as_text, creation, keep
from patients.services.registration import PATIENT_FIELDS, fill_search_columns, own_guarantor
from tenancy.bulk import insert_models

DEMOGRAPHIC_FIELDS = tuple(name for name in PATIENT_FIELDS if name != "mrn")


@dataclass(frozen=True, slots=True)
class GuarantorSeen:
    relationship: str
    last_name: str
    first_name: str = ""
    address_line: str = ""
    address_line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""


@dataclass(frozen=True, slots=True)
class PatientSeen:
    last_name: str
    first_name: str = ""
    middle_name: str = ""
    mrn: str = ""
    member_id: str = ""
    birth_date: date | None = None
    sex: str = Sex.UNKNOWN
    phone: str = ""
    email: str = ""
    address_line: str = ""
    address_line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    guarantor: GuarantorSeen | None = None

    @property
    def search_name(self) -> str:
        return search_name(self.last_name, self.first_name)


@dataclass(slots=True)
class Sighting:
    """Which patient was meant. Without a patient, `conflict` says why a person has to decide."""

    patient: Patient | None
    is_new: bool = False
    conflict: str = ""
    notes: list[str] = field(default_factory=list)


def ensure_patients(seen: Sequence[PatientSeen], origin: Origin) -> list[Sighting]:
    """The patient of each sighting: by record number, else by member id with name and birth date, else a new one.

    Empty fields are filled; what a file says differently is kept beside the record for a person to take.
    """
    register = _Register(seen)
    sightings = [register.place(one) for one in seen]
    register.save(origin)
    return sightings


class _Register:
    """The patients a chunk may mean, read by two queries, and what is to be written about them."""

    def __init__(self, seen: Sequence[PatientSeen]) -> None:
        self.by_mrn: dict[str, Patient] = {}
        self.by_member: dict[str, list[Patient]] = defaultdict(list)
        self.created: dict[UUID, Patient] = {}
        self.guarantors: list[Guarantor] = []
        self.filled: dict[UUID, Change] = {}
        self.changed: dict[UUID, Patient] = {}
        self.differing: dict[UUID, Change] = {}
        numbers = {one.mrn for one in seen if one.mrn}
        self.by_mrn.update((patient.mrn, patient) for patient in Patient.objects.filter(mrn__in=numbers))
        by_id = {patient.id: patient for patient in self.by_mrn.values()}
        members = {normalized_number(one.member_id) for one in seen} - {""}
        for coverage in Coverage.objects.select_related("patient").filter(member_id_normalized__in=members):
            patient = by_id.setdefault(coverage.patient_id, coverage.patient)
            self.by_member[coverage.member_id_normalized].append(patient)

    def place(self, seen: PatientSeen) -> Sighting:
        known = self.by_mrn.get(seen.mrn) if seen.mrn else None
        if known is not None and not _may_be(known, seen):
            return Sighting(
                None,
                conflict=(
                    "The record number belongs to a patient with another last name and another birth date."
                    " Correct the number at its source and send the claim again, or correct the patient."
                ),
            )
        sighting = Sighting(known)
        if known is None:
            self._by_member_or_new(seen, sighting)
        patient = sighting.patient
        if patient is not None and not sighting.is_new:
            self._compare(patient, seen)
        return sighting

    def _by_member_or_new(self, seen: PatientSeen, sighting: Sighting) -> None:
        member = normalized_number(seen.member_id)
        same = [one for one in self.by_member.get(member, ()) if _is(one, seen)]
        for patient in same:
            if not seen.mrn or not patient.mrn:
                sighting.patient = patient
                return
        if same:
            sighting.notes.append(
                "A patient with this member id, name and birth date has another record number: registered apart."
                " If they are one person, correct the number."
            )
        sighting.patient, sighting.is_new = self._create(seen), True
        if member:
            self.by_member[member].append(sighting.patient)

    def _create(self, seen: PatientSeen) -> Patient:
        patient = Patient(**{name: getattr(seen, name) for name in PATIENT_FIELDS})
        fill_search_columns(patient)
        self.created[patient.id] = patient
        if patient.mrn:
            self.by_mrn[patient.mrn] = patient
        self.guarantors.append(_guarantor(patient, seen.guarantor))
        return patient

    def _compare(self, patient: Patient, seen: PatientSeen) -> None:
        filled: dict[str, list[str]] = {}
        differing: dict[str, list[str]] = {}
        for name in PATIENT_FIELDS:
            there, told = getattr(patient, name), getattr(seen, name)
            if not told or told == Sex.UNKNOWN or as_text(there) == as_text(told):
                continue
            if not there or there == Sex.UNKNOWN:
                setattr(patient, name, told)
                filled[name] = ["", as_text(told)]
            elif normalized(as_text(there)) != normalized(as_text(told)):
                differing[name] = [as_text(there), as_text(told)]
        if filled and patient.id not in self.created:
            before = self.filled.get(patient.id)
            so_far: dict[str, Sequence[str]] = {**(before.changes if before else {}), **filled}
            self.filled[patient.id] = _change(patient, HistoryAction.UPDATED, so_far)
            self.changed[patient.id] = patient
            fill_search_columns(patient)
            if patient.mrn:
                self.by_mrn[patient.mrn] = patient
        if differing:
            self.differing[patient.id] = _change(patient, HistoryAction.SEEN_DIFFERENT, differing)

    def save(self, origin: Origin) -> None:
        created = list(self.created.values())
        for patient in created:
            patient.created_at = origin.at
        insert_models(created)
        insert_models(self.guarantors)
        changed = list(self.changed.values())
        for patient in changed:
            patient.version += 1
        Patient.objects.bulk_update(
            changed, [*PATIENT_FIELDS, "search_name", "mrn_normalized", "version"], batch_size=500
        )
        creations = [
            creation(patient, PATIENT_FIELDS, patient_id=patient.id, subject_type=SubjectType.PATIENT)
            for patient in created
        ]
        keep([*creations, *self.filled.values(), *self._not_told_before()], origin)
        _tell("patients.patient.created", "patient.created", creations, origin)
        _tell("patients.patient.updated", "patient.updated", self.filled.values(), origin)

    def _not_told_before(self) -> list[Change]:
        if not self.differing:
            return []
        told = {
            (row.patient_id, tuple(sorted((name, pair[1]) for name, pair in row.changes.items())))
            for row in PatientHistory.objects.filter(
                patient_id__in=self.differing, action=HistoryAction.SEEN_DIFFERENT
            )
        }
        return [
            change
            for change in self.differing.values()
            if (change.patient_id, tuple(sorted((name, pair[1]) for name, pair in change.changes.items())))
            not in told
        ]


def _is(patient: Patient, seen: PatientSeen) -> bool:
    return patient.search_name == seen.search_name and patient.birth_date == seen.birth_date


def _may_be(patient: Patient, seen: PatientSeen) -> bool:
    """People marry, and clerks mistype: only another name together with another birth date is somebody else."""
    same_name = normalized(patient.last_name) == normalized(seen.last_name)
    same_birth = None in (patient.birth_date, seen.birth_date) or patient.birth_date == seen.birth_date
    return same_name or same_birth


def _guarantor(patient: Patient, seen: GuarantorSeen | None) -> Guarantor:
    if seen is None or seen.relationship == Relationship.SELF:
        return own_guarantor(patient)
    return Guarantor(
        patient=patient,
        relationship=seen.relationship,
        last_name=seen.last_name,
        first_name=seen.first_name,
        address_line=seen.address_line,
        address_line_2=seen.address_line_2,
        city=seen.city,
        state=seen.state,
        postal_code=seen.postal_code,
    )


def _change(patient: Patient, action: HistoryAction, changes: Mapping[str, Sequence[str]]) -> Change:
    return Change(patient.id, SubjectType.PATIENT, patient.id, action, changes)


def _tell(verb: str, event: str, changes: Iterable[Change], origin: Origin) -> None:
    changes = list(changes)
    audit.record_many(
        audit.Entry(
            verb=verb,
            subject_type="patients.patient",
            subject_id=change.subject_id,
            patient_id=change.patient_id,
            fields=tuple(change.changes),
        )
        for change in changes
    )
    audit.emit_many(
        audit.Happening(
            name=event,
            subject_type="patients.patient",
            subject_id=change.subject_id,
            data={"fields": sorted(change.changes), "source": origin.source},
        )
        for change in changes
    )
