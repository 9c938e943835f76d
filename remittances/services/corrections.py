"""What payers correct of patients and insured (NM1*74): shown as work, taken over by a person, its source kept."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from audit import services as audit
from patients.choices import Relationship, Source
from patients.models import Coverage
from patients.rules.names import normalized_number
from patients.services import PatientRefusal, add_coverage, update_coverage, update_patient
from patients.services.history import Origin
from remittances.choices import WorkKey
from remittances.models import RemitClaim
from remittances.rules.corrections import Person, differing
from remittances.services.exceptions import cause_gone, open_correction_items
from remittances.services.refusals import CannotCorrect, ChangedMeanwhile
from tenancy.bulk import among

COPIED = (
    "plan_name",
    "plan_type",
    "group_number",
    "relationship",
    "subscriber_last_name",
    "subscriber_first_name",
    "subscriber_birth_date",
    "subscriber_sex",
    "starts_on",
    "ends_on",
)
CORRECTED = ~Q(corrected_last_name="") | ~Q(corrected_first_name="") | ~Q(corrected_member_id="")


@dataclass(frozen=True, slots=True)
class Correction:
    """`coverage` is the patient's with this payer; `is_patient` says whether the name corrected is the patient's."""

    payment: RemitClaim
    coverage: Coverage | None
    is_patient: bool
    on_file: Person
    corrected: Person

    @property
    def says_anything(self) -> bool:
        return self.corrected != Person()


def correction_of(payment: RemitClaim) -> Correction | None:
    """What the payer says of the person and we have otherwise; None where there is no claim to compare with."""
    claim = payment.claim
    if claim is None:
        return None
    coverage = _coverage_with(payment)
    is_patient = coverage is None or coverage.relationship == Relationship.SELF
    on_file = Person(
        claim.patient.last_name if is_patient or coverage is None else coverage.subscriber_last_name,
        claim.patient.first_name if is_patient or coverage is None else coverage.subscriber_first_name,
        coverage.member_id if coverage else "",
    )
    said = Person(payment.corrected_last_name, payment.corrected_first_name, payment.corrected_member_id)
    found = differing(said, on_file)
    if coverage is None:
        found = Person(found.last_name, found.first_name)
    return Correction(payment, coverage, is_patient, on_file, found)


def _coverage_with(payment: RemitClaim) -> Coverage | None:
    """The coverage the payer speaks of: the newest of the patient with it and in its order, else the claim's own."""
    claim = payment.claim
    assert claim is not None
    rows = Coverage.objects.filter(patient_id=claim.patient_id, payer_id=payment.remittance.payer_id)
    of_rank = rows.filter(rank=payment.rank).order_by("-id").first()
    if of_rank is not None:
        return of_rank
    return claim.coverage if claim.payer_id == payment.remittance.payer_id else rows.order_by("-id").first()


def open_corrections(remit_claim_ids: Collection[UUID]) -> None:
    """A work item for each payment that corrects a person we have otherwise."""
    rows = RemitClaim.objects.filter(CORRECTED, id__in=among(remit_claim_ids), claim__isnull=False)
    payments = rows.select_related("remittance", "claim", "claim__patient", "claim__coverage")
    found = [one for payment in payments if (one := correction_of(payment)) and one.says_anything]
    open_correction_items([one.payment for one in found])


@transaction.atomic
def take_correction(*, remit_claim: RemitClaim, at: datetime, version: int | None = None) -> RemitClaim:
    """A person takes over what the payer says. A new member number is a new coverage in the order of the old one."""
    payment = (
        RemitClaim.objects.select_for_update(of=("self",))
        .select_related("remittance", "claim", "claim__patient", "claim__coverage")
        .get(id=remit_claim.id)
    )
    if version is not None and payment.version != version:
        raise ChangedMeanwhile(payment)
    found = correction_of(payment)
    if found is None or not found.says_anything:
        raise CannotCorrect("What the payer says of this person is what is on file.")
    origin = Origin(
        Source.REMITTANCE,
        at,
        reference=f"remittance {payment.remittance.trace_number} segment {payment.first_segment}"[:120],
    )
    try:
        fields = _take(found, origin)
    except PatientRefusal as refusal:
        raise CannotCorrect(str(refusal)) from refusal
    claim = payment.claim
    assert claim is not None
    audit.record(
        "remittances.remitclaim.corrected", subject=payment, patient_id=claim.patient_id, fields=fields
    )
    cause_gone(WorkKey.EXCEPTION, [f"corrected:{payment.id}"], at=at)
    return RemitClaim.objects.select_related("remittance").get(id=payment.id)


def _take(found: Correction, origin: Origin) -> tuple[str, ...]:
    names: dict[str, Any] = {}
    if found.corrected.last_name:
        names["last_name"] = found.corrected.last_name
    if found.corrected.first_name:
        names["first_name"] = found.corrected.first_name
    claim, coverage = found.payment.claim, found.coverage
    assert claim is not None
    if names and found.is_patient:
        update_patient(patient=claim.patient, version=claim.patient.version, origin=origin, **names)
    elif names and coverage is not None:
        subscriber = {f"subscriber_{name}": value for name, value in names.items()}
        update_coverage(coverage=coverage, version=coverage.version, origin=origin, **subscriber)
    if found.corrected.member_id and coverage is not None:
        _take_member(coverage, found.corrected.member_id, origin)
        return (*names, "member_id")
    return tuple(names)


def _take_member(coverage: Coverage, member_id: str, origin: Origin) -> None:
    """The number is the coverage: the old one keeps its history and gives up its order."""
    rank = coverage.rank
    update_coverage(coverage=coverage, version=coverage.version, origin=origin, rank=None)
    known = Coverage.objects.filter(
        patient_id=coverage.patient_id,
        payer_id=coverage.payer_id,
        member_id_normalized=normalized_number(member_id),
    ).first()
    if known is not None:
        update_coverage(coverage=known, version=known.version, origin=origin, rank=rank)
        return
    add_coverage(
        patient=coverage.patient,
        payer_id=coverage.payer_id,
        origin=origin,
        member_id=member_id,
        rank=rank,
        **{name: getattr(coverage, name) for name in COPIED},
    )
