"""Whom a question or an answer is about, as resources contained in it."""

from __future__ import annotations

import x12
from eligibility.fhir import systems
from eligibility.fhir.editions import Edition
from eligibility.fhir.parts import (
    Json,
    coding,
    concept,
    day,
    hl7,
    identifier,
    period,
    present,
    reference,
    text,
)
from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer, Entity, Member, Period
from eligibility.selectors import asked_about

PATIENT, SUBSCRIBER, INSURER, PROVIDER, COVERAGE = "patient", "subscriber", "insurer", "provider", "coverage"


def answered_about(inquiry: EligibilityInquiry, answer: Answer) -> tuple[Member, Member | None]:
    """As the payer has them; as asked about where the payer names nobody."""
    return (answer.member, answer.subscriber) if answer.member else asked_about(inquiry)


def patient(member: Member, name: str) -> Json:
    return present(
        resourceType="Patient",
        id=name,
        identifier=[_member_number(text(member.number))] if text(member.number) else [],
        name=[one] if (one := human_name(member.last_name, member.first_name, member.middle_name)) else [],
        gender=systems.GENDERS.get(member.sex),
        birthDate=day(member.birth_date),
        address=[one] if (one := _address(member)) else [],
    )


def human_name(last: str, *given: str) -> Json:
    return present(family=last, given=[text(one) for one in given if text(one)])


def _member_number(number: str) -> Json:
    return {"type": concept(hl7("v2-0203", "MB"), text="Member id"), "value": number}


def _address(member: Member) -> Json:
    return present(
        line=[text(one) for one in (member.address_line, member.address_line_2) if text(one)],
        city=member.city,
        state=member.state,
        postalCode=member.postal_code,
    )


def insurer(payer_id: str, name: str) -> Json:
    return organization(INSURER, "pay", name or payer_id, identifier(systems.PAYER_ID, payer_id))


def provider(inquiry: EligibilityInquiry) -> list[Json]:
    """Nobody where no provider was named."""
    if not inquiry.provider_name and not inquiry.provider_npi:
        return []
    known = identifier(systems.NPI, inquiry.provider_npi)
    return [organization(PROVIDER, "prov", inquiry.provider_name, known)]


def organization(name: str, kind: str, called: str, *identifiers: Json) -> Json:
    return present(
        resourceType="Organization",
        id=name,
        identifier=[one for one in identifiers if one["value"]],
        type=[concept(hl7("organization-type", kind))],
        name=called,
    )


def asked_payer(inquiry: EligibilityInquiry) -> str:
    """As the question names it: on file it may be called otherwise by now. What was asked by hand has no 270."""
    content = bytes(inquiry.content)
    for record in x12.read_270(content) if content else ():
        if isinstance(record, x12.EligibilityLevel) and record.level_code == "20" and record.party:
            return record.party.name
    return inquiry.payer.name if inquiry.payer else ""


def coverage(
    edition: Edition,
    inquiry: EligibilityInquiry,
    member: Member,
    subscriber: Member | None,
    answer: Answer | None,
) -> Json:
    number = (subscriber.number if subscriber else "") or member.number or inquiry.member_number
    code = member.relationship or ("" if subscriber else "18")
    return present(
        resourceType="Coverage",
        id=COVERAGE,
        identifier=[identifier(systems.COVERAGE, str(inquiry.coverage_id))] if inquiry.coverage_id else [],
        status="active",
        type=_insurance_type(answer) if answer else {},
        subscriber=reference(f"#{SUBSCRIBER if subscriber else PATIENT}"),
        beneficiary=reference(f"#{PATIENT}"),
        relationship=relationship(code) if code else {},
        period=period(answer.period) if answer else {},
        class_=_classes(edition, inquiry, answer),
        **edition.insured(f"#{INSURER}", text(number)),
    )


def relationship(code: str) -> Json:
    return concept(hl7("subscriber-relationship", systems.RELATIONSHIPS.get(code, "other")))


def _insurance_type(answer: Answer) -> Json:
    said = {one.insurance_type for one in answer.plans} - {""}
    return concept(coding(systems.X12_INSURANCE_TYPE, said.pop())) if len(said) == 1 else {}


def _classes(edition: Edition, inquiry: EligibilityInquiry, answer: Answer | None) -> list[Json]:
    if answer is None:
        return classes(edition, ("group", inquiry.group_number, ""))
    return classes(
        edition,
        ("group", answer.group_number, answer.group_name),
        ("plan", answer.plan_number, ""),
        *(("plan", name, name) for name in dict.fromkeys(one.name for one in answer.plans)),
    )


def classes(edition: Edition, *told: tuple[str, str, str]) -> list[Json]:
    """Kind, value and name of each; without those that have no value."""
    return [
        present(type=concept(hl7("coverage-class", kind)), value=edition.class_value(text(value)), name=name)
        for kind, value, name in told
        if text(value)
    ]


def other_coverage(edition: Edition, entity: Entity, number: int) -> tuple[Json, Json]:
    """Another payer the answer names, and the person's coverage there."""
    payer = organization(
        f"payer-{number}",
        "pay",
        entity.name or entity.identifier,
        identifier(systems.PAYER_ID, entity.identifier),
    )
    if phone := text(entity.phone):
        payer |= edition.called_at(phone)
    its = present(
        resourceType="Coverage",
        id=f"coverage-{number}",
        status="active",
        type=concept(coding(systems.X12_INSURANCE_TYPE, entity.insurance_type))
        if entity.insurance_type
        else {},
        beneficiary=reference(f"#{PATIENT}"),
        period=period(entity.period) if entity.period != Period() else {},
        **edition.insured(f"#payer-{number}", text(entity.number)),
    )
    return payer, its
