"""Taking over into the record what a payer says, as a person ticked it."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction

from audit import services as audit
from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer
from eligibility.rules.applying import Offer, end_of
from eligibility.selectors import Applicable, OtherPayer
from patients.choices import Relationship, Source
from patients.models import Coverage, Patient
from patients.selectors import first_free_rank
from patients.services import add_coverage, update_coverage, update_patient, verify_coverage
from patients.services.coverages import CHANGEABLE_FIELDS
from patients.services.history import Origin


@dataclass(frozen=True, slots=True)
class Versions:
    """Of the records as they were when a person saw what differs."""

    patient: int
    coverage: int


@transaction.atomic
def apply(
    *, what: Applicable, taken: Collection[str], versions: Versions, at: datetime.datetime
) -> tuple[str, ...]:
    """Returns the labels of what was taken. All of it or nothing.

    Raises ChangedMeanwhile where somebody was first, PatientRefusal where a rule of the record refuses.
    """
    inquiry = what.inquiry
    patient, coverage = inquiry.patient, inquiry.coverage
    if patient is None:
        return ()
    origin = Origin(Source.PAYER, at, inquiry.trace_number)
    offers = {one.key: one for one in what.offers if one.key in taken}
    others = [one for one in what.others if one.key in taken and one.payer is not None]
    _take_patient(patient, offers, versions, origin)
    if coverage is not None:
        _take_coverage(coverage, inquiry, offers, versions, origin)
    elif "coverage.new" in offers:
        coverage = _new_coverage(patient, inquiry, what.answer, str(offers["coverage.new"].value), origin)
    for other in others:
        _add_other(patient, other, origin)
    if coverage is not None and (offers or others):
        verify_coverage(coverage=coverage, at=at)
    labels = (*(one.label for one in offers.values()), *(one.label for one in others))
    if labels:
        keys = tuple(sorted({*offers, *(one.key for one in others)}))
        audit.record("eligibility.answer.applied", subject=inquiry, patient_id=patient.id, fields=keys)
    return labels


def _values(offers: Mapping[str, Offer], prefix: str, names: Collection[str]) -> dict[str, Any]:
    return {
        name: offer.value
        for key, offer in offers.items()
        if key.startswith(prefix) and (name := key.removeprefix(prefix)) in names
    }


def _take_patient(patient: Patient, offers: Mapping[str, Offer], versions: Versions, origin: Origin) -> None:
    values = _values(offers, "patient.", ("last_name", "first_name", "birth_date"))
    if values:
        update_patient(patient=patient, version=versions.patient, origin=origin, **values)


def _take_coverage(
    coverage: Coverage, inquiry: EligibilityInquiry, offers: Mapping[str, Offer], versions: Versions, origin: Origin
) -> None:  # fmt: skip
    values = _values(offers, "coverage.", CHANGEABLE_FIELDS)
    number = offers.get("coverage.member_id")
    if number is None:
        if values:
            update_coverage(coverage=coverage, version=versions.coverage, origin=origin, **values)
        return
    kept = {name: getattr(coverage, name) for name in CHANGEABLE_FIELDS}
    ended_on = inquiry.service_on - timedelta(days=1)
    # Another number is another coverage: earlier visits keep the one they were billed with.
    is_before = coverage.starts_on is None or coverage.starts_on <= ended_on
    ending: dict[str, Any] = {"ends_on": ended_on} if is_before else {"rank": None}
    update_coverage(coverage=coverage, version=versions.coverage, origin=origin, **ending)
    renewed = kept | {"starts_on": inquiry.service_on, "ends_on": None} | values
    add_coverage(
        patient=coverage.patient,
        payer_id=coverage.payer_id,
        member_id=str(number.value),
        origin=origin,
        **renewed,
    )


def _new_coverage(
    patient: Patient, inquiry: EligibilityInquiry, answer: Answer, number: str, origin: Origin
) -> Coverage | None:
    if inquiry.payer is None:
        return None
    is_subscriber = not inquiry.relationship
    holder = {} if is_subscriber else {
        "subscriber_last_name": inquiry.last_name,
        "subscriber_first_name": inquiry.first_name,
        "subscriber_birth_date": inquiry.birth_date,
    }  # fmt: skip
    return add_coverage(
        patient=patient,
        payer_id=inquiry.payer.id,
        member_id=number,
        group_number=answer.group_number,
        relationship=RELATIONSHIPS.get(inquiry.relationship, Relationship.OTHER),
        rank=first_free_rank(patient),
        starts_on=inquiry.service_on,
        ends_on=end_of(answer),
        origin=origin,
        **holder,
    )


RELATIONSHIPS = {"": Relationship.SELF, "01": Relationship.SPOUSE, "19": Relationship.CHILD}


def _add_other(patient: Patient, other: OtherPayer, origin: Origin) -> None:
    """Its order beside the others is for a person to settle."""
    assert other.payer is not None
    add_coverage(patient=patient, payer_id=other.payer.id, member_id=other.number, rank=None, origin=origin)
