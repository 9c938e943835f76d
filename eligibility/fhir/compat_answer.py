"""The complete answer in the words of the JSON that ZapEHR hands on: members of a 271, and the 271 itself."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

import x12
from eligibility.fhir.parts import Json, present
from eligibility.models import EligibilityResponse
from eligibility.rules.codes import benefit_meanings, service_type_label

NAMES = {"1": "Active Coverage"}
"""Where programs look for a name; all others go by our own words for them."""
RELATIONSHIPS = {"18": "Self", "01": "Spouse", "19": "Child"}
ENTITIES = {"PR": "Payer", "1P": "Provider", "IL": "Insured or Subscriber", "03": "Dependent"}
PLAN_NUMBERS = {
    "18": "planNumber",
    "FO": "drugFormularyNumber",
    "N6": "planNetworkIdNumber",
    "6P": "groupNumber",
}
PERSON_NUMBERS = {"1L": "policyNumber", "IG": "policyNumber", "18": "planNumber", "6P": "groupNumber"}
DATES = {"291": "plan", "346": "planBegin", "347": "planEnd", "307": "eligibility", "348": "benefitBegin",
         "349": "benefitEnd", "356": "eligibilityBegin", "357": "eligibilityEnd", "292": "benefit",
         "472": "service"}  # fmt: skip
_PARTS = re.compile(r"[^A-Z0-9.]", re.IGNORECASE)
"""Whatever separates the parts of an element in this file."""
FIRST_ACTIVE, LAST_INACTIVE = "1", "8"


def complete_answer(answered: EligibilityResponse, records: Iterable[object]) -> Json:
    inquiry, listed = answered.inquiry, list(records)
    people = [one for one in listed if isinstance(one, x12.EligibilityPerson)]
    person = next((one for one in people if one.is_asked_about), None)
    start = next((one for one in listed if isinstance(one, x12.EligibilityStart)), None)
    number = inquiry.trace_number
    return present(
        meta={
            "senderId": start.envelope.application_sender if start else "",
            "applicationMode": "sandbox" if inquiry.is_test else "production",
            "traceId": str(answered.id),
        },
        controlNumber=number,
        reassociationKey=number,
        tradingPartnerServiceId=inquiry.payer_identifier,
        provider={
            "providerName": inquiry.provider_name,
            "entityIdentifier": ENTITIES["1P"],
            "entityType": "Non-Person Entity",
            "npi": inquiry.provider_npi,
        },
        **(_about(person) if person else {}),
        errors=[
            {"code": one["reason"], "description": one["meaning"]} for one in answered.answer["refusals"]
        ],
    ) | {"x12": bytes(answered.content).decode("utf-8", "replace")}


def name_of(code: str) -> str:
    """Without what our table says of where to look."""
    return NAMES.get(code) or benefit_meanings().get(code, code).partition(":")[0]


def _about(person: x12.EligibilityPerson) -> Json:
    subscriber = person.subscriber if person.is_dependent else person.party
    return present(
        subscriber=_person(subscriber, None if person.is_dependent else person) if subscriber else {},
        dependents=[_person(person.party, person)] if person.is_dependent and person.party else [],
        subscriberTraceNumbers=[_trace(one) for one in person.traces],
        payer=_payer(person.source) if person.source else {},
        planInformation=_numbers(person.party.references if person.party else (), PERSON_NUMBERS),
        planDateInformation=_dates(person.dates),
        planStatus=list(_statuses(person.benefits)),
        benefitsInformation=[_benefit(one) for one in person.benefits],
    )


def _person(party: x12.Party, person: x12.EligibilityPerson | None) -> Json:
    relation = person.relationship if person else None
    return present(
        healthCareDiagnosisCodes=_diagnoses(person) if person else [],
        memberId=party.identifier,
        firstName=party.first_name,
        lastName=party.name,
        entityIdentifier=ENTITIES.get(party.entity_code, party.entity_code),
        entityType="Person",
        dateOfBirth=f"{party.birth_date:%Y%m%d}" if party.birth_date else "",
        gender=party.sex,
        relationToSubscriber=RELATIONSHIPS.get(relation.code, relation.code) if relation else "",
        insuredIndicator=relation.is_subscriber_code if relation else "",
        maintenanceTypeCode=relation.maintenance_type if relation else "",
        maintenanceReasonCode=relation.maintenance_reason if relation else "",
        birthSequenceNumber=relation.birth_order if relation else "",
    )


def _diagnoses(person: x12.EligibilityPerson) -> list[Json]:
    """HI: a question's diagnoses come back as they were sent."""
    sent = [one for segment in person.unmapped if segment.elements[0] == "HI" for one in segment.elements[1:]]
    return [
        {"diagnosisTypeCode": kind, "diagnosisCode": code}
        for kind, code in (_PARTS.split(one)[:2] for one in sent if _PARTS.search(one))
    ]


def _trace(trace: x12.Trace) -> Json:
    whose = "Current" if trace.type_code == "1" else "Referenced"
    return present(
        traceTypeCode=trace.type_code,
        traceType=f"{whose} Transaction Trace Numbers",
        referenceIdentification=trace.number,
        originatingCompanyIdentifier=trace.assigned_by,
    )


def _payer(party: x12.Party) -> Json:
    return present(
        entityIdentifier=ENTITIES["PR"],
        entityType="Non-Person Entity",
        name=party.name,
        payorIdentification=party.identifier,
    )


def _statuses(benefits: Iterable[x12.Benefit]) -> Iterator[Json]:
    """One for each plan and status, with all its service types."""
    types: dict[tuple[str, str], list[str]] = {}
    for one in benefits:
        terms = one.terms
        if FIRST_ACTIVE <= terms.code <= LAST_INACTIVE:
            types.setdefault((terms.code, terms.plan_description), []).extend(terms.service_types)
    for (code, plan), listed in types.items():
        yield present(
            statusCode=code,
            status=name_of(code),
            planDetails=plan,
            serviceTypeCodes=list(dict.fromkeys(listed)),
        )


def _benefit(one: x12.Benefit) -> Json:
    terms = one.terms
    return present(
        code=terms.code,
        name=name_of(terms.code),
        coverageLevelCode=terms.coverage_level,
        serviceTypeCodes=list(terms.service_types),
        serviceTypes=[service_type_label(code) for code in terms.service_types],
        insuranceTypeCode=terms.insurance_type,
        planCoverage=terms.plan_description,
        timeQualifierCode=terms.period,
        benefitAmount=_number(terms.amount),
        benefitPercent=_number(terms.share),
        quantityQualifierCode=terms.quantity_qualifier,
        benefitQuantity=_number(terms.quantity),
        authOrCertIndicator=terms.authorization,
        inPlanNetworkIndicatorCode=terms.network,
        benefitsAdditionalInformation=_numbers(one.references, PLAN_NUMBERS),
        benefitsDateInformation=_dates(one.dates),
        additionalInformation=[{"description": message.text} for message in one.messages],
        benefitsRelatedEntities=[_entity(party) for party in one.entities],
    )


def _entity(party: x12.Party) -> Json:
    return present(
        entityIdentifier=ENTITIES.get(party.entity_code, party.entity_code),
        entityType="Person" if party.entity_type == "1" else "Non-Person Entity",
        entityName=" ".join(filter(None, (party.first_name, party.name))),
        entityIdentificationValue=party.identifier,
    )


def _numbers(references: Iterable[x12.Reference], names: dict[str, str]) -> Json:
    return {names[one.qualifier]: one.value for one in references if one.qualifier in names and one.value}


def _dates(dates: Iterable[x12.DateValue]) -> Json:
    return {DATES[one.qualifier]: one.text for one in dates if one.qualifier in DATES}


def _number(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")
