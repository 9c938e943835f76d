"""Somebody who was asked about before being on file becomes a patient, with the coverage and the check."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer
from eligibility.services.lifting import file_under, put_coverage
from patients.choices import Source
from patients.models import Patient
from patients.services import register_patient
from patients.services.history import Origin


@transaction.atomic
def register(
    *,
    inquiry_id: UUID,
    answer: Answer,
    member_id: str,
    at: datetime,
    patient: Patient | None = None,
    values: Mapping[str, Any] | None = None,
) -> EligibilityInquiry:
    """As a person wrote them, or as the `patient` who is on file. A check that has its patient stays as it is."""
    inquiry = EligibilityInquiry.objects.select_for_update(of=("self",)).get(id=inquiry_id)
    if inquiry.patient_id is not None:
        return inquiry
    if patient is None:
        patient = register_patient(origin=Origin(Source.PERSON, at), **(values or {}))
    coverage, _ = put_coverage(
        inquiry, patient, answer, member_id, Origin(Source.PAYER, at, inquiry.trace_number)
    )
    file_under(inquiry, patient, coverage, at)
    return inquiry
