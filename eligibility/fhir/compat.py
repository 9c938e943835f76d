"""The shape ZapEHR gives its eligibility resources, for programs that were written for it.

There the contained insurer is the provider who asks, every item has the category medical care, and the service type
stands in the type of the benefit. What it has no place for stands in the complete answer, in its extension.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

import x12
from eligibility.fhir import people, systems
from eligibility.fhir.compat_answer import complete_answer, name_of
from eligibility.fhir.parts import (
    Json,
    coding,
    concept,
    day,
    extension,
    identifier,
    instant,
    present,
    reference,
    text,
)
from eligibility.fhir.resources import version
from eligibility.models import EligibilityInquiry, EligibilityResponse
from eligibility.rules.answers import Answer, Member
from eligibility.rules.words import Outcome
from eligibility.selectors import asked_about

OUTCOMES = {Outcome.ANSWERED: "complete", Outcome.QUEUED: "queued"}
CATEGORY = coding(f"{systems.HL7}/ex-benefitcategory", "1", "Medical Care")


def request(inquiry: EligibilityInquiry) -> Json:
    member, subscriber = asked_about(inquiry)
    return {
        "resourceType": "CoverageEligibilityRequest",
        **_common(inquiry),
        "created": instant(inquiry.asked_at),
        "insurer": reference("#insurer"),
        "insurance": [{"coverage": reference("#coverage")}],
        "extension": [extension(systems.COMPATIBLE_PAYER, valueString=inquiry.payer_identifier)],
        "contained": _contained(inquiry, member, subscriber),
        "id": str(inquiry.id),
        "meta": version(inquiry, inquiry.asked_at),
    }


def response(answered: EligibilityResponse) -> Json:
    inquiry, answer = answered.inquiry, answered.read()
    member, subscriber = people.answered_about(inquiry, answer)
    records = readable(bytes(answered.content))
    whole = complete_answer(answered, records)
    return {
        "resourceType": "CoverageEligibilityResponse",
        **_common(inquiry),
        "created": instant(answered.received_at),
        "request": reference(f"CoverageEligibilityRequest/{inquiry.id}"),
        "outcome": OUTCOMES.get(answer.outcome, "error"),
        **present(error=_errors(answer)),
        "insurer": reference("#insurer"),
        "insurance": [present(coverage=reference("#coverage"), item=list(_items(records)))],
        "contained": _contained(inquiry, member, subscriber),
        "extension": [
            extension(systems.COMPATIBLE_ANSWER, valueString=msgspec.json.encode(whole).decode()),
        ],
        "id": str(answered.id),
        "meta": version(inquiry, answered.received_at),
    }


def readable(content: bytes) -> list[object]:
    """What the codec makes of the answer; nothing of what is no X12."""
    try:
        return list(x12.read_271(content))
    except x12.NotX12:
        return []


def _common(inquiry: EligibilityInquiry) -> Json:
    return {
        "identifier": [identifier(systems.COMPATIBLE_NUMBER, inquiry.trace_number)],
        "status": "active",
        "purpose": ["validation"],
        "patient": reference("#patient"),
    }


def _contained(inquiry: EligibilityInquiry, member: Member, subscriber: Member | None) -> list[Json]:
    number = (subscriber.number if subscriber else "") or member.number or inquiry.member_number
    given = [text(member.first_name)] if text(member.first_name) else []
    name = present(given=given, family=member.last_name)
    return [
        present(
            resourceType="Patient",
            id="patient",
            name=[name] if name else [],
            birthDate=day(member.birth_date),
        ),
        present(
            resourceType="Organization",
            id="insurer",
            identifier=[identifier(systems.NPI, inquiry.provider_npi)] if inquiry.provider_npi else [],
            name=inquiry.provider_name,
        ),
        present(
            resourceType="Coverage",
            id="coverage",
            status="active",
            subscriber=reference("#patient"),
            subscriberId=number,
            beneficiary=reference("#patient"),
            payor=[reference("#insurer")],
        ),
    ]


def _items(records: list[object]) -> Iterator[Json]:
    """One for each service type of each benefit."""
    for person in records:
        if not isinstance(person, x12.EligibilityPerson):
            continue
        for benefit in person.benefits:
            for code in benefit.terms.service_types:
                if not (kind := concept(coding(systems.SERVICE_TYPE, code))):
                    continue
                yield present(
                    name=name_of(benefit.terms.code),
                    category={"coding": [CATEGORY]},
                    benefit=[{"type": kind}],
                )


def _errors(answer: Answer) -> list[Json]:
    if answer.outcome is Outcome.NO_ANSWER:
        return [{"code": concept(text=answer.why)}]
    return [
        {"code": concept(coding(systems.X12_REJECT_REASON, one.reason, one.meaning), text=one.meaning)}
        for one in answer.refusals
    ]
