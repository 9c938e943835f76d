"""Questions about coverage and their answers, as far as the scope may see them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery

from eligibility.choices import InquiryState
from eligibility.models import OPEN, EligibilityInquiry, EligibilityResponse
from eligibility.rules.words import Outcome
from patients.selectors import patients_visible_to
from tenancy.access import NotFound
from tenancy.scope import Scope

_PERSON = (
    "member_number", "last_name", "first_name", "birth_date", "dependent_last_name", "dependent_first_name",
    "dependent_birth_date",
)  # fmt: skip


def inquiries(scope: Scope) -> QuerySet[EligibilityInquiry]:
    """Newest first. Of people without a record everybody sees all, who may see part of the practice only their own."""
    rows = EligibilityInquiry.objects.select_related("payer", "patient").defer("content")
    if scope.payer_ids is not None:
        rows = rows.filter(Q(payer__isnull=True) | Q(payer__in=scope.payer_ids))
    if scope.location_ids is not None or scope.payer_ids is not None:
        own = Q(patient__isnull=True, asked_by_id=scope.person_id)
        rows = rows.filter(own | Q(patient__in=patients_visible_to(scope)))
    return rows.order_by("-asked_at", "-id")


def with_status(rows: QuerySet[EligibilityInquiry]) -> QuerySet[EligibilityInquiry]:
    """With `last_status`, what the newest answer says; none where there is no answer."""
    newest = EligibilityResponse.objects.filter(inquiry=OuterRef("pk")).order_by("-received_at", "-id")
    return rows.annotate(last_status=Subquery(newest.values("status")[:1]))


def inquiry_for(scope: Scope, inquiry_id: UUID) -> EligibilityInquiry:
    found = inquiries(scope).filter(id=inquiry_id).first()
    if found is None:
        raise NotFound
    return found


def responses_of(inquiry: EligibilityInquiry) -> QuerySet[EligibilityResponse]:
    """Newest first."""
    return inquiry.responses.order_by("-received_at", "-id")


def newest_answer(inquiry: EligibilityInquiry) -> EligibilityResponse | None:
    return responses_of(inquiry).first()


def answer_before(inquiry: EligibilityInquiry) -> EligibilityResponse | None:
    """The newest answer about the same coverage, or the same person where none is on file, for no later day."""
    same = EligibilityInquiry.objects.filter(
        payer_identifier=inquiry.payer_identifier, is_test=inquiry.is_test, service_on__lte=inquiry.service_on
    )
    if inquiry.coverage_id is None:
        same = same.filter(
            patient_id=inquiry.patient_id,
            coverage=None,
            **{name: getattr(inquiry, name) for name in _PERSON},
        )
    else:
        same = same.filter(patient_id=inquiry.patient_id, coverage_id=inquiry.coverage_id)
    answers = EligibilityResponse.objects.filter(inquiry__in=same, outcome=Outcome.ANSWERED)
    return answers.exclude(inquiry=inquiry).order_by("-received_at", "-id").first()


def answers(scope: Scope) -> QuerySet[EligibilityResponse]:
    """Every answer to the questions the scope may see, with its question."""
    rows = EligibilityResponse.objects.select_related("inquiry")
    if scope.location_ids is None and scope.payer_ids is None:
        return rows
    return rows.filter(inquiry__in=inquiries(scope).order_by().values("id"))


def answer_for(scope: Scope, response_id: UUID) -> EligibilityResponse:
    found = answers(scope).filter(id=response_id).first()
    if found is None:
        raise NotFound
    return found


def asked_lately(fingerprint: str, *, since: datetime) -> EligibilityInquiry | None:
    """The same question, still open or answered since."""
    same = EligibilityInquiry.objects.filter(fingerprint=fingerprint)
    return (
        same.filter(Q(state__in=OPEN) | Q(state=InquiryState.ANSWERED, asked_at__gte=since))
        .order_by("-asked_at")
        .first()
    )
