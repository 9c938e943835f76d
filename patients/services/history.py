"""Who said what of a patient, and when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from patients.choices import HistoryAction, SubjectType
from patients.models import PatientHistory
from tenancy.bulk import insert_models
from tenancy.models import TenantModel
from tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class Origin:
    """Where values come from: a person, a program or a file, at a moment."""

    source: str
    at: datetime
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """`changes` maps a field to what it was and what it is, both as text."""

    patient_id: UUID
    subject_type: str
    subject_id: UUID
    action: str
    changes: Mapping[str, Sequence[str]]


def as_text(value: Any) -> str:
    return "" if value is None or value == [] else str(value)


def creation(
    instance: TenantModel, fields: Iterable[str], *, patient_id: UUID, subject_type: SubjectType
) -> Change:
    values = {name: ["", as_text(getattr(instance, name))] for name in fields}
    told = {name: pair for name, pair in values.items() if pair[1]}
    return Change(patient_id, subject_type, instance.pk, HistoryAction.CREATED, told)


def keep(changes: Iterable[Change], origin: Origin) -> None:
    person_id = current_scope().person_id
    insert_models(
        [
            PatientHistory(
                patient_id=change.patient_id,
                subject_type=change.subject_type,
                subject_id=change.subject_id,
                action=change.action,
                source=origin.source,
                source_reference=origin.reference,
                changes=dict(change.changes),
                person_id=person_id,
                recorded_at=origin.at,
            )
            for change in changes
        ]
    )
