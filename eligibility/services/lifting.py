"""Putting on file whom an answer is about: the patient and the coverage are found, else registered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from eligibility.models import EligibilityInquiry, EligibilityResponse
from eligibility.rules.answers import Answer, Member
from eligibility.rules.words import Outcome
from patients.choices import Relationship, Source
from patients.models import Coverage, Patient
from patients.rules.names import normalized_number
from patients.selectors import patients_visible_to
from patients.services import (
    CoverageSeen,
    PatientSeen,
    ensure_coverages,
    ensure_patients,
    update_coverage,
    verify_coverage,
)
from patients.services.history import Origin
from patients.services.once import take_turn
from tenancy.access import NotFound
from tenancy.scope import current_scope

RELATIONSHIPS = {
    "": Relationship.SELF,
    "18": Relationship.SELF,
    "01": Relationship.SPOUSE,
    "19": Relationship.CHILD,
}


class CannotLift(Exception):
    """The answer cannot be put on file; the text says why."""


@dataclass(frozen=True, slots=True)
class Lifted:
    patient_id: UUID
    coverage_id: UUID
    payer_id: UUID
    created: tuple[str, ...]
    """Which of patient and coverage was not on file before."""


@transaction.atomic
def lift(*, response: EligibilityResponse, at: datetime) -> Lifted:
    """The same again finds what is there. Nothing on file is overwritten: what differs is kept for a person to take.

    Raises CannotLift, and NotFound where the person is on file and not for the caller to know of.
    """
    inquiry = EligibilityInquiry.objects.select_for_update(of=("self",)).get(id=response.inquiry_id)
    if inquiry.is_test:
        raise CannotLift("A test payer's answer is about nobody: it stays out of the records.")
    if inquiry.payer_id is None:
        raise CannotLift("The payer who answered is not on file.")
    if inquiry.patient_id and inquiry.coverage_id:
        return Lifted(inquiry.patient_id, inquiry.coverage_id, inquiry.payer_id, ())
    answer = response.read()
    member = _named(answer)
    number = (answer.subscriber.number if answer.subscriber else "") or member.number or inquiry.member_number
    if not normalized_number(number):
        raise CannotLift("The answer names no member id.")
    origin = Origin(Source.PAYER, at, inquiry.trace_number)
    patient, created = _patient(inquiry, member, number, origin)
    coverage, is_new = put_coverage(inquiry, patient, answer, number, origin)
    file_under(inquiry, patient, coverage, at)
    kinds = [("Patient", created), ("Coverage", is_new)]
    return Lifted(patient.id, coverage.id, inquiry.payer_id, tuple(kind for kind, new in kinds if new))


def _named(answer: Answer) -> Member:
    member = answer.member
    if answer.outcome is not Outcome.ANSWERED or member is None or not member.last_name:
        raise CannotLift("The answer names nobody.")
    values = {name: getattr(member, name) for name in ("last_name", "first_name", "city", "address_line")}
    for name, value in values.items():
        if len(value) > getattr(Patient._meta.get_field(name), "max_length", 0):
            raise CannotLift(f"The {name.replace('_', ' ')} in the answer is longer than a record takes.")
    return member


def _patient(
    inquiry: EligibilityInquiry, member: Member, number: str, origin: Origin
) -> tuple[Patient, bool]:
    if inquiry.patient is not None:
        return inquiry.patient, False
    take_turn(f"patient:member:{normalized_number(number)}")
    asked_born = inquiry.birth_date if member.is_subscriber else inquiry.dependent_birth_date
    seen = PatientSeen(
        last_name=member.last_name,
        first_name=member.first_name,
        middle_name=member.middle_name,
        member_id=number,
        birth_date=member.birth_date or asked_born,
        sex=member.sex or "U",
        address_line=member.address_line,
        address_line_2=member.address_line_2,
        city=member.city,
        state=member.state,
        postal_code=member.postal_code,
    )
    [sighting] = ensure_patients([seen], origin)
    patient = sighting.patient
    if patient is None or not patients_visible_to(current_scope()).filter(id=patient.id).exists():
        raise NotFound
    return patient, sighting.is_new


def put_coverage(
    inquiry: EligibilityInquiry, patient: Patient, answer: Answer, number: str, origin: Origin
) -> tuple[Coverage, bool]:
    assert inquiry.payer_id is not None and answer.member is not None
    holder = answer.subscriber
    seen = CoverageSeen(
        patient_id=patient.id,
        payer_id=inquiry.payer_id,
        member_id=number,
        plan_name=next((one.name for one in answer.plans if one.name), "")[:80],
        group_number=answer.group_number,
        relationship=RELATIONSHIPS.get(answer.member.relationship, Relationship.OTHER),
        rank=None if answer.other_payers else 1,
    )
    if holder is not None:
        seen = replace(
            seen,
            subscriber_last_name=holder.last_name,
            subscriber_first_name=holder.first_name,
            subscriber_birth_date=holder.birth_date,
        )
    was_there = Coverage.objects.filter(
        patient=patient, payer_id=inquiry.payer_id, member_id_normalized=normalized_number(number)
    ).exists()
    coverage = ensure_coverages([seen], origin)[seen.key]
    begins_on, ends_on = answer.period.begins_on, answer.period.ends_on
    if not was_there and (begins_on is None or ends_on is None or begins_on <= ends_on):
        update_coverage(
            coverage=coverage, version=coverage.version, origin=origin, starts_on=begins_on, ends_on=ends_on
        )
    if answer.outcome is Outcome.ANSWERED:
        verify_coverage(coverage=coverage, at=origin.at)
    return coverage, not was_there


def file_under(inquiry: EligibilityInquiry, patient: Patient, coverage: Coverage, at: datetime) -> None:
    inquiry.patient, inquiry.coverage, inquiry.filed_at = patient, coverage, at
    inquiry.save(update_fields=["patient", "coverage", "filed_at"])
    audit.record("eligibility.inquiry.filed", subject=inquiry, patient_id=patient.id)
