"""Coverages: one member id with one payer; a new member id is a new coverage, never an overwrite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from audit import services as audit
from patients.choices import PlanType, Relationship, Sex, SubjectType
from patients.models import Coverage, Patient
from patients.rules.names import normalized_number
from patients.services.history import Change, Origin, creation, keep
from patients.services.refusals import PatientRefusal
from patients.services.versions import only, write
from tenancy.bulk import insert_models

COVERAGE_FIELDS = (
    "payer_id",
    "member_id",
    "plan_name",
    "plan_type",
    "group_number",
    "relationship",
    "subscriber_last_name",
    "subscriber_first_name",
    "subscriber_birth_date",
    "subscriber_sex",
    "rank",
    "starts_on",
    "ends_on",
)

# The payer and the member id are the coverage: another one is another coverage.
CHANGEABLE_FIELDS = COVERAGE_FIELDS[2:]


class RankTaken(PatientRefusal):
    def __init__(self) -> None:
        message = "Another coverage has this order on some of these days. End that one first, or choose another order."
        super().__init__(message, fields={"rank": message})


class CoverageKnown(PatientRefusal):
    def __init__(self) -> None:
        message = "This patient already has this member id with this payer. Change that coverage instead."
        super().__init__(message, fields={"member_id": message})


class EndsBeforeItStarts(PatientRefusal):
    def __init__(self) -> None:
        message = "The last day lies before the first."
        super().__init__(message, fields={"ends_on": message})


REFUSALS = {
    "coverage_one_per_rank_and_day": RankTaken,
    "coverage_once_per_member_id": CoverageKnown,
    "coverage_starts_before_it_ends": EndsBeforeItStarts,
}


@dataclass(frozen=True, slots=True)
class CoverageSeen:
    """A coverage as a file tells it: no dates, and an order that holds for the claim it stood in."""

    patient_id: UUID
    payer_id: UUID
    member_id: str
    plan_name: str = ""
    plan_type: str = PlanType.UNKNOWN
    group_number: str = ""
    relationship: str = Relationship.SELF
    subscriber_last_name: str = ""
    subscriber_first_name: str = ""
    subscriber_birth_date: date | None = None
    subscriber_sex: str = Sex.UNKNOWN
    rank: int | None = None

    @property
    def key(self) -> tuple[UUID, UUID, str]:
        return self.patient_id, self.payer_id, normalized_number(self.member_id)


@transaction.atomic
def add_coverage(*, patient: Patient, payer_id: UUID, origin: Origin, **values: Any) -> Coverage:
    coverage = Coverage(
        patient=patient,
        payer_id=payer_id,
        source=origin.source,
        source_at=origin.at,
        **only(values, COVERAGE_FIELDS[1:]),
    )
    coverage.member_id_normalized = normalized_number(coverage.member_id)
    try:
        with transaction.atomic():
            coverage.save(force_insert=True)
    except IntegrityError as refusal:
        raise _named(refusal) from refusal
    _tell_created([coverage], origin)
    return coverage


@transaction.atomic
def update_coverage(*, coverage: Coverage, version: int, origin: Origin, **values: Any) -> tuple[str, ...]:
    """Returns the names of the fields that changed."""
    try:
        with transaction.atomic():
            change = write(
                coverage,
                only(values, CHANGEABLE_FIELDS),
                version=version,
                patient_id=coverage.patient_id,
                subject_type=SubjectType.COVERAGE,
            )
    except IntegrityError as refusal:
        raise _named(refusal) from refusal
    if change is None:
        return ()
    keep([change], origin)
    changed = tuple(change.changes)
    audit.record(
        verb="patients.coverage.updated", subject=coverage, patient_id=coverage.patient_id, fields=changed
    )
    ended = "ends_on" in changed and coverage.ends_on is not None
    name = "coverage.terminated" if ended else "coverage.updated"
    audit.emit(name, subject=coverage, data={"fields": sorted(changed), "source": origin.source})
    return changed


@transaction.atomic
def verify_coverage(*, coverage: Coverage, at: datetime) -> None:
    """Somebody asked the payer, or saw the card."""
    Coverage.objects.filter(id=coverage.id).update(verified_at=at)
    coverage.verified_at = at
    audit.record(verb="patients.coverage.verified", subject=coverage, patient_id=coverage.patient_id)
    audit.emit("coverage.verified", subject=coverage)


def ensure_coverages(seen: Sequence[CoverageSeen], origin: Origin) -> dict[tuple[UUID, UUID, str], Coverage]:
    """The coverage of each sighting, found or created, in two queries and inserts.

    What is on file is not touched. A new coverage takes the order it was seen with unless another one of the
    patient has it: then its order is left for a person to settle.
    """
    patients = {one.patient_id for one in seen}
    known = {
        (coverage.patient_id, coverage.payer_id, coverage.member_id_normalized): coverage
        for coverage in Coverage.objects.filter(patient_id__in=patients)
    }
    ranks: dict[UUID, set[int]] = defaultdict(set)
    for coverage in known.values():
        if coverage.rank is not None:
            ranks[coverage.patient_id].add(coverage.rank)
    created = []
    for one in seen:
        if one.key in known:
            continue
        free = one.rank is not None and one.rank not in ranks[one.patient_id]
        known[one.key] = coverage = _as_seen(one, one.rank if free else None, origin)
        created.append(coverage)
        if coverage.rank is not None:
            ranks[one.patient_id].add(coverage.rank)
    insert_models(created)
    _tell_created(created, origin)
    return known


def _as_seen(seen: CoverageSeen, rank: int | None, origin: Origin) -> Coverage:
    return Coverage(
        patient_id=seen.patient_id,
        payer_id=seen.payer_id,
        member_id=seen.member_id,
        member_id_normalized=normalized_number(seen.member_id),
        plan_name=seen.plan_name,
        plan_type=seen.plan_type,
        group_number=seen.group_number,
        relationship=seen.relationship,
        subscriber_last_name=seen.subscriber_last_name,
        subscriber_first_name=seen.subscriber_first_name,
        subscriber_birth_date=seen.subscriber_birth_date,
        subscriber_sex=seen.subscriber_sex,
        rank=rank,
        source=origin.source,
        source_at=origin.at,
    )


def _tell_created(coverages: Sequence[Coverage], origin: Origin) -> None:
    changes: list[Change] = [
        creation(coverage, COVERAGE_FIELDS, patient_id=coverage.patient_id, subject_type=SubjectType.COVERAGE)
        for coverage in coverages
    ]
    keep(changes, origin)
    audit.record_many(
        audit.Entry(
            verb="patients.coverage.created",
            subject_type="patients.coverage",
            subject_id=coverage.id,
            patient_id=coverage.patient_id,
            fields=tuple(change.changes),
        )
        for coverage, change in zip(coverages, changes, strict=True)
    )
    audit.emit_many(
        audit.Happening(
            name="coverage.created",
            subject_type="patients.coverage",
            subject_id=coverage.id,
            data={"payer_id": str(coverage.payer_id), "source": origin.source},
        )
        for coverage in coverages
    )


def _named(error: IntegrityError) -> Exception:
    refusal = next((kind for name, kind in REFUSALS.items() if name in str(error)), None)
    return refusal() if refusal else error
