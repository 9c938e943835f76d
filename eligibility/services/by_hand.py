"""What a payer said in its portal or on the telephone, kept as an answer like any other and marked as told by hand."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audit import services as audit
from eligibility.choices import InquiryReason, InquiryState
from eligibility.models import EligibilityInquiry, ManualVerification
from eligibility.rules.by_hand import Told, answer_of
from eligibility.rules.evidence import kind_of
from eligibility.selectors import known_as
from eligibility.services.checking import keep
from patients.choices import RELATIONSHIP_CODES, Relationship
from patients.models import Coverage
from reference.selectors import providers
from tenancy.ids import uuid7
from tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class Verified:
    """How, from whom and with what proof a person knows it."""

    how: str
    spoke_with: str
    reference_number: str
    evidence: bytes = b""


@transaction.atomic
def record_by_hand(
    *, coverage: Coverage, told: Told, verified: Verified, service_on: date, at: datetime
) -> EligibilityInquiry:
    """Raises NotEvidence for a file that is not kept."""
    media_type, ending = kind_of(verified.evidence) if verified.evidence else ("", "")
    inquiry = _inquiry(coverage, told, service_on=service_on, at=at)
    inquiry.save(force_insert=True)
    ManualVerification.objects.create(
        inquiry=inquiry,
        how=verified.how,
        spoke_with=verified.spoke_with,
        reference_number=verified.reference_number,
        verified_by_id=current_scope().person_id,
        verified_at=at,
        evidence=verified.evidence,
        evidence_type=media_type,
        evidence_name=f"{inquiry.trace_number}.{ending}" if ending else "",
        evidence_sha256=hashlib.sha256(verified.evidence).hexdigest() if verified.evidence else "",
    )
    answer = answer_of(told, payer_name=coverage.payer.name, on=service_on)
    keep(inquiry, b"", answer, at=at)
    audit.record("eligibility.inquiry.recorded", subject=inquiry, patient_id=coverage.patient_id)
    return inquiry


def _inquiry(coverage: Coverage, told: Told, *, service_on: date, at: datetime) -> EligibilityInquiry:
    patient, inquiry_id = coverage.patient, uuid7()
    is_self = coverage.relationship == Relationship.SELF
    provider = providers(current_scope()).filter(bills=True, is_active=True).exclude(npi="").first()
    inquiry = EligibilityInquiry(
        id=inquiry_id,
        provider=provider,
        provider_name=str(provider or "")[:60],
        provider_npi=provider.npi if provider else "",
        patient=patient,
        coverage=coverage,
        payer=coverage.payer,
        payer_identifier=known_as(coverage),
        member_number=coverage.member_id,
        group_number=coverage.group_number,
        last_name=patient.last_name if is_self else coverage.subscriber_last_name,
        first_name=patient.first_name if is_self else coverage.subscriber_first_name,
        birth_date=patient.birth_date if is_self else coverage.subscriber_birth_date,
        service_types=[told.service_type],
        service_on=service_on,
        reason=InquiryReason.BY_HAND,
        trace_number=f"H{inquiry_id.hex[-18:].upper()}",
        fingerprint=hashlib.sha256(inquiry_id.bytes).hexdigest(),
        state=InquiryState.ANSWERED,
        content=b"",
        asked_by_id=current_scope().person_id,
        asked_at=at,
    )
    if not is_self:
        inquiry.relationship = RELATIONSHIP_CODES[Relationship(coverage.relationship)]
        inquiry.dependent_last_name, inquiry.dependent_first_name = patient.last_name, patient.first_name
        inquiry.dependent_birth_date = patient.birth_date
    return inquiry
