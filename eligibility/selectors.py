"""Questions about coverage and their answers, as far as the scope may see them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import OuterRef, Q, QuerySet, Subquery
from msgspec.structs import replace

from eligibility.choices import InquiryState
from eligibility.models import BY_PAYER, OPEN, EligibilityInquiry, EligibilityResponse, ManualVerification
from eligibility.rules.answers import Answer, Entity, Member
from eligibility.rules.applying import Offer, OnFile, offers
from eligibility.rules.words import CoverageStatus, Outcome
from patients.choices import Relationship
from patients.models import Coverage, Patient
from patients.selectors import PatientFilters, patients_to_export, patients_visible_to
from reference.models import Payer
from reference.selectors import payer_for_remittance
from tenancy.access import NotFound
from tenancy.scope import Scope

_PERSON = (
    "member_number", "last_name", "first_name", "birth_date", "dependent_last_name", "dependent_first_name",
    "dependent_birth_date",
)  # fmt: skip
NEAR = timedelta(days=30)


def inquiries(scope: Scope) -> QuerySet[EligibilityInquiry]:
    """Newest first. Of people without a record everybody sees all, who may see part of the practice only their own."""
    rows = _all_inquiries()
    if scope.payer_ids is not None:
        rows = rows.filter(Q(payer__isnull=True) | Q(payer__in=scope.payer_ids))
    if scope.location_ids is not None or scope.payer_ids is not None:
        own = Q(patient__isnull=True, asked_by_id=scope.person_id)
        rows = rows.filter(own | Q(patient__in=patients_visible_to(scope)))
    return rows.order_by("-asked_at", "-id")


def inquiries_to_export(
    locations: frozenset[UUID] | None, payers: frozenset[UUID] | None
) -> QuerySet[EligibilityInquiry]:
    """Newest first, within the locations and payers of the grant the export was ordered under."""
    rows = _all_inquiries()
    if payers is not None:
        rows = rows.filter(Q(payer__isnull=True) | Q(payer__in=payers))
    if locations is not None or payers is not None:
        seen = patients_to_export(PatientFilters(), locations).order_by()
        rows = rows.filter(patient__in=seen.values("id"))
    return rows.order_by("-asked_at", "-id")


def _all_inquiries() -> QuerySet[EligibilityInquiry]:
    return EligibilityInquiry.objects.select_related("payer", "patient", "coverage").defer("content")


def with_status(rows: QuerySet[EligibilityInquiry]) -> QuerySet[EligibilityInquiry]:
    """With `last_status`, what the newest answer says; none where there is no answer."""
    newest = EligibilityResponse.objects.filter(BY_PAYER, inquiry=OuterRef("pk"))
    newest = newest.order_by("-received_at", "-id")
    return rows.annotate(last_status=Subquery(newest.values("status")[:1]))


def inquiry_for(scope: Scope, inquiry_id: UUID) -> EligibilityInquiry:
    found = inquiries(scope).filter(id=inquiry_id).first()
    if found is None:
        raise NotFound
    return found


def responses_of(inquiry: EligibilityInquiry) -> QuerySet[EligibilityResponse]:
    """Newest first, silences left out."""
    return inquiry.responses.filter(BY_PAYER).order_by("-received_at", "-id")


def newest_answers(inquiries: Iterable[EligibilityInquiry]) -> dict[UUID, EligibilityResponse]:
    """By inquiry, without the bytes and what they were read as."""
    rows = EligibilityResponse.objects.filter(BY_PAYER, inquiry__in=list(inquiries))
    rows = rows.defer("content", "answer")
    newest = rows.order_by("inquiry_id", "-received_at", "-id").distinct("inquiry_id")
    return {one.inquiry_id: one for one in newest}


def newest_answer(inquiry: EligibilityInquiry) -> EligibilityResponse | None:
    return responses_of(inquiry).first()


def verification_of(inquiry: EligibilityInquiry) -> ManualVerification | None:
    return inquiry.verifications.select_related("verified_by").defer("evidence").first()


def asked_about(inquiry: EligibilityInquiry) -> tuple[Member, Member | None]:
    """The person as asked about, and the subscriber where the person is a dependent."""
    subscriber = Member(
        number=inquiry.member_number,
        last_name=inquiry.last_name,
        first_name=inquiry.first_name,
        birth_date=inquiry.birth_date,
        sex=inquiry.sex,
    )
    if not (inquiry.relationship or inquiry.dependent_last_name or inquiry.dependent_first_name):
        return subscriber, None
    dependent = Member(
        last_name=inquiry.dependent_last_name,
        first_name=inquiry.dependent_first_name,
        birth_date=inquiry.dependent_birth_date,
        sex=inquiry.dependent_sex,
        is_subscriber=False,
        relationship=inquiry.relationship,
    )
    return dependent, subscriber


def is_to_register(inquiry: EligibilityInquiry) -> bool:
    """Asked about somebody who is not on file, of a payer who is; test payers know nobody."""
    return inquiry.patient_id is None and inquiry.payer_id is not None and not inquiry.is_test


def named_in(inquiry: EligibilityInquiry) -> Answer:
    """The newest answer where it names the person, else what was asked as if it were one."""
    response = newest_answer(inquiry)
    answer = response.read() if response else None
    if (
        answer is not None
        and answer.outcome is Outcome.ANSWERED
        and answer.member
        and answer.member.last_name
    ):
        return answer
    member, subscriber = asked_about(inquiry)
    return Answer(
        Outcome.NO_ANSWER,
        CoverageStatus.UNDETERMINED,
        "",
        member=member,
        subscriber=subscriber,
        group_number=inquiry.group_number,
    )


def known_as(coverage: Coverage) -> str:
    """Under which id its payer was last asked about the coverage, else the payer's own."""
    asked = EligibilityInquiry.objects.filter(coverage=coverage, is_test=False).order_by("-asked_at").first()
    return asked.payer_identifier if asked else coverage.payer.payer_identifier


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
    # The few questions first: asked for at once, PostgreSQL may walk through all answers of the practice instead.
    before = list(same.exclude(id=inquiry.id).values_list("id", flat=True))
    if not before:
        return None
    answers = EligibilityResponse.objects.filter(inquiry__in=before, outcome=Outcome.ANSWERED)
    return answers.order_by("-received_at", "-id").first()


def answers(scope: Scope) -> QuerySet[EligibilityResponse]:
    """Every answer to the questions the scope may see, silences among them, with its question."""
    rows = EligibilityResponse.objects.select_related("inquiry")
    if scope.location_ids is None and scope.payer_ids is None:
        return rows
    return rows.filter(inquiry__in=inquiries(scope).order_by().values("id"))


def answer_for(scope: Scope, response_id: UUID) -> EligibilityResponse:
    found = answers(scope).filter(id=response_id).first()
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class OtherPayer:
    """Another payer the answer names. Without `obstacle` it can become a coverage."""

    key: str
    label: str
    number: str
    payer: Payer | None
    obstacle: str = ""


@dataclass(frozen=True, slots=True)
class Applicable:
    """What of an answer a person may take over into the record."""

    inquiry: EligibilityInquiry
    answer: Answer
    offers: tuple[Offer, ...]
    others: tuple[OtherPayer, ...]

    @property
    def count(self) -> int:
        return len(self.offers) + sum(not one.obstacle for one in self.others)


def applicable(scope: Scope, inquiry: EligibilityInquiry, answer: Answer) -> Applicable | None:
    """None where there is no record, or what answered was a test payer."""
    patient = inquiry.patient
    if patient is None or inquiry.is_test:
        return None
    found = offers(answer, _on_file(patient, inquiry.coverage))
    if not scope.may("patients.edit_patient"):
        found = tuple(one for one in found if not one.key.startswith("patient."))
    known = list(Coverage.objects.filter(patient=patient).values_list("payer_id", flat=True))
    others = (_other(number, one) for number, one in enumerate(answer.other_payers) if one.name)
    new = tuple(one for one in others if one.payer is None or one.payer.id not in known)
    return Applicable(inquiry, answer, found, new)


def _on_file(patient: Patient, coverage: Coverage | None) -> OnFile:
    person = OnFile(patient.last_name, patient.first_name, patient.birth_date)
    if coverage is None:
        return person
    return replace(
        person,
        has_coverage=True,
        is_subscriber=coverage.relationship == Relationship.SELF,
        subscriber_last_name=coverage.subscriber_last_name,
        subscriber_first_name=coverage.subscriber_first_name,
        subscriber_birth_date=coverage.subscriber_birth_date,
        member_id=coverage.member_id,
        plan_name=coverage.plan_name,
        group_number=coverage.group_number,
        ends_on=coverage.ends_on,
    )


def _other(number: int, entity: Entity) -> OtherPayer:
    payer = payer_for_remittance(name=entity.name, identifiers=[entity.identifier]).payer
    obstacle = ""
    if payer is None:
        obstacle = "No payer of the practice goes by this name or id."
    elif not entity.number:
        obstacle = "The payer does not say the member id there: ask the patient for the card."
    return OtherPayer(f"other_payer.{number}", entity.name, entity.number, payer, obstacle)


def inquiries_by_coverage(coverage_ids: Collection[UUID]) -> dict[UUID, EligibilityInquiry]:
    """The newest, whatever became of it."""
    rows = EligibilityInquiry.objects.filter(coverage__in=coverage_ids, is_test=False).defer("content")
    rows = rows.order_by("coverage_id", "-asked_at", "-id").distinct("coverage_id")
    return {one.coverage_id: one for one in rows}


def answers_by_coverage(coverage_ids: Collection[UUID]) -> dict[UUID, EligibilityResponse]:
    """The newest that says something about the person."""
    rows = EligibilityResponse.objects.filter(
        inquiry__coverage__in=coverage_ids, inquiry__is_test=False, outcome=Outcome.ANSWERED
    )
    rows = rows.select_related("inquiry").defer("content", "inquiry__content")
    rows = rows.order_by("inquiry__coverage_id", "-received_at", "-id").distinct("inquiry__coverage_id")
    return {one.inquiry.coverage_id: one for one in rows}


def coverage_by_day(asked: Collection[tuple[UUID, date]]) -> dict[tuple[UUID, date], tuple[bool, date]]:
    """By coverage and day: whether the payer called it active, and of which day it said so.

    The answer about the nearest day counts, at most thirty days off; of several about one day the newest.
    """
    if not asked:
        return {}
    days = [day for _, day in asked]
    rows = EligibilityResponse.objects.filter(
        inquiry__coverage__in={coverage_id for coverage_id, _ in asked},
        inquiry__is_test=False,
        inquiry__service_on__range=(min(days) - NEAR, max(days) + NEAR),
        outcome=Outcome.ANSWERED,
        status__in=(CoverageStatus.ACTIVE, CoverageStatus.INACTIVE),
    )
    said: dict[UUID, dict[date, bool]] = defaultdict(dict)
    columns = ("inquiry__coverage_id", "inquiry__service_on", "status")
    for coverage_id, about, status in rows.order_by("received_at", "id").values_list(*columns):
        said[coverage_id][about] = status == CoverageStatus.ACTIVE
    found = {}
    for coverage_id, day in asked:
        near = [one for one in said.get(coverage_id, ()) if abs(one - day) <= NEAR]
        if near:
            about = min(near, key=lambda one: (abs(one - day), one))
            found[coverage_id, day] = (said[coverage_id][about], about)
    return found


def asked_lately(fingerprint: str, *, since: datetime) -> EligibilityInquiry | None:
    """The same question, still open or answered since."""
    same = EligibilityInquiry.objects.filter(fingerprint=fingerprint)
    return (
        same.filter(Q(state__in=OPEN) | Q(state=InquiryState.ANSWERED, asked_at__gte=since))
        .order_by("-asked_at")
        .first()
    )
