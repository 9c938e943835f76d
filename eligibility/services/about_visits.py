"""What a payer is asked about a visit: whom, by whose coverage, for whom who bills."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from eligibility.rules.answers import WHOLE_PLAN
from eligibility.rules.asking import Person, Question
from patients.choices import RELATIONSHIP_CODES, Relationship
from patients.models import Coverage, Encounter
from reference.models import Provider

OFFICE_VISIT = "98"


def question_about(
    coverage: Coverage, provider: Provider, *, on: date, service_type: str = OFFICE_VISIT
) -> Question:
    patient = coverage.patient
    is_self = coverage.relationship == "SELF"
    person = Person(patient.last_name, patient.first_name, patient.birth_date, _sex(patient.sex))
    subscriber = Person(
        patient.last_name if is_self else coverage.subscriber_last_name,
        patient.first_name if is_self else coverage.subscriber_first_name,
        patient.birth_date if is_self else coverage.subscriber_birth_date,
        _sex(patient.sex if is_self else coverage.subscriber_sex),
        coverage.member_id,
        coverage.group_number,
    )
    return Question(
        payer_name=coverage.payer.name,
        payer_identifier="",
        provider_name=str(provider),
        provider_npi=provider.npi,
        subscriber=subscriber,
        dependent=None if is_self else person,
        relationship="" if is_self else RELATIONSHIP_CODES[Relationship(coverage.relationship)],
        service_types=(service_type, WHOLE_PLAN),
        service_on=on,
    )


def _sex(said: str) -> str:
    return said if said in ("F", "M") else ""


def usual_provider() -> Provider | None:
    """Who bills, of those payers know."""
    known = Provider.objects.filter(is_active=True).exclude(npi="")
    return known.order_by("-bills", "kind", "search_name", "id").first()


def provider_of(visit: Encounter, usual: Provider | None) -> Provider | None:
    own = visit.billing_provider
    return own if own and own.npi else usual


def coverage_on(coverages: Iterable[Coverage], day: date) -> Coverage | None:
    """Who pays first on that day; one whose order is not settled after those that have one."""
    standing = [
        one for one in coverages if (one.starts_on or day) <= day <= (one.ends_on or day) and one.member_id
    ]
    return min(standing, key=lambda one: (one.rank or 9, one.id), default=None)
