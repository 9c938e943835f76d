"""A question and an answer on file as CoverageEligibilityRequest and CoverageEligibilityResponse.

Both are rendered from rows that do not change, and tell the insurer and the provider apart.
"""

from __future__ import annotations

import base64
from datetime import datetime
from typing import Any

import msgspec

from eligibility.fhir import people, systems
from eligibility.fhir.benefits import items_of, procedure, service_type
from eligibility.fhir.editions import Edition
from eligibility.fhir.parts import (
    Json,
    coding,
    concept,
    extension,
    identifier,
    instant,
    period,
    present,
    reference,
    told,
)
from eligibility.models import EligibilityInquiry, EligibilityResponse
from eligibility.rules.answers import Answer, Period, Refusal
from eligibility.rules.words import UNANSWERED, CoverageStatus, Outcome
from eligibility.selectors import asked_about

PURPOSE = ["validation", "benefits"]
IN_FORCE = {CoverageStatus.ACTIVE: True, CoverageStatus.INACTIVE: False}
TEST = [{"system": f"{systems.HL7}/v3-ActReason", "code": "HTEST", "display": "test health data"}]


def request(edition: Edition, inquiry: EligibilityInquiry) -> Json:
    member, subscriber = asked_about(inquiry)
    payer = people.insurer(inquiry.payer_identifier, people.asked_payer(inquiry))
    contained = [
        people.patient(member, people.PATIENT),
        *([people.patient(subscriber, people.SUBSCRIBER)] if subscriber else []),
        payer,
        *people.provider(inquiry),
        people.coverage(edition, inquiry, member, subscriber, None),
    ]
    return present(
        resourceType="CoverageEligibilityRequest",
        id=str(inquiry.id),
        meta=_meta(inquiry, inquiry.asked_at),
        contained=contained,
        identifier=[identifier(systems.TRACE_NUMBER, inquiry.trace_number)],
        status="active",
        purpose=PURPOSE,
        patient=patient_of(inquiry),
        servicedDate=inquiry.service_on.isoformat(),
        created=instant(inquiry.asked_at),
        provider=_provider_of(inquiry),
        insurer=reference(f"#{people.INSURER}"),
        insurance=[{"focal": True, "coverage": reference(f"#{people.COVERAGE}")}],
        item=_asked_items(inquiry),
    )


def response(edition: Edition, answered: EligibilityResponse) -> Json:
    inquiry, answer = answered.inquiry, answered.read()
    member, subscriber = people.answered_about(inquiry, answer)
    others = [
        people.other_coverage(edition, one, number) for number, one in enumerate(answer.other_payers, start=2)
    ]
    contained = [
        people.patient(member, people.PATIENT),
        *([people.patient(subscriber, people.SUBSCRIBER)] if subscriber else []),
        people.insurer(answer.payer_id or inquiry.payer_identifier, _payer_name(answer, inquiry)),
        *people.provider(inquiry),
        people.coverage(edition, inquiry, member, subscriber, answer),
        *(one for pair in others for one in pair),
    ]
    return present(
        resourceType="CoverageEligibilityResponse",
        id=str(answered.id),
        meta=_meta(inquiry, answered.received_at),
        contained=contained,
        extension=_whole(answered),
        identifier=[identifier(systems.TRACE_NUMBER, inquiry.trace_number)],
        status="active",
        purpose=PURPOSE,
        patient=patient_of(inquiry),
        servicedDate=inquiry.service_on.isoformat(),
        created=instant(answered.received_at),
        requestor=_provider_of(inquiry),
        request=reference(f"CoverageEligibilityRequest/{inquiry.id}"),
        outcome=_outcome(answer),
        disposition=answer.why,
        insurer=reference(f"#{people.INSURER}"),
        insurance=[_insurance(answer), *({"coverage": reference(f"#{its['id']}")} for _, its in others)],
        error=_errors(answer),
    )


def version(inquiry: EligibilityInquiry, made_at: datetime) -> Json:
    """The first is what came; there is a second where it was put under a patient afterwards."""
    changed_at = max(made_at, inquiry.filed_at or made_at)
    return {"versionId": "1" if changed_at == made_at else "2", "lastUpdated": instant(changed_at)}


def _meta(inquiry: EligibilityInquiry, made_at: datetime) -> Json:
    return present(**version(inquiry, made_at), tag=TEST if inquiry.is_test else [])


def patient_of(inquiry: EligibilityInquiry) -> Json:
    """On file where there is a record; the person as told stands among what is contained in any case."""
    return reference(f"Patient/{inquiry.patient_id}" if inquiry.patient_id else f"#{people.PATIENT}")


def _provider_of(inquiry: EligibilityInquiry) -> Json:
    return reference(f"#{people.PROVIDER}") if people.provider(inquiry) else {}


def _asked_items(inquiry: EligibilityInquiry) -> list[Json]:
    asked = [{"category": service_type(one)} for one in inquiry.service_types]
    return [*asked, *([procedure(inquiry.procedure)] if inquiry.procedure else [])]


def _payer_name(answer: Answer, inquiry: EligibilityInquiry) -> str:
    return answer.payer_name or people.asked_payer(inquiry)


def _insurance(answer: Answer) -> Json:
    return present(
        coverage=reference(f"#{people.COVERAGE}"),
        inforce=IN_FORCE.get(answer.status),
        benefitPeriod=period(answer.period) if answer.period != Period() else {},
        item=items_of(answer.benefits),
    )


def _outcome(answer: Answer) -> str:
    if answer.outcome is Outcome.QUEUED:
        return "queued"
    if answer.outcome is not Outcome.ANSWERED:
        return "error"
    return "partial" if answer.refusals else "complete"


def _errors(answer: Answer) -> list[Json]:
    if answer.refusals:
        return [_error(one) for one in answer.refusals]
    if answer.outcome in (Outcome.ANSWERED, Outcome.QUEUED):
        return []
    code = coding(systems.OUTCOME, answer.outcome.lower().replace("_", "-"))
    return [{"code": concept(code, text=answer.why)}]


def _error(refusal: Refusal) -> Json:
    said: list[tuple[str, dict[str, Any]]] = [
        (systems.LOOP, {"valueString": refusal.loop}),
        (systems.SEGMENT, {"valuePositiveInt": refusal.segment}),
        (systems.ADVICE, {"valueString": refusal.advice}),
    ]
    if refusal.follow_up:
        said.append((systems.FOLLOW_UP, {"valueCoding": coding(systems.X12_FOLLOW_UP, refusal.follow_up)}))
    return {
        "extension": told(extension(url, **value) for url, value in said),
        "code": concept(coding(systems.X12_REJECT_REASON, refusal.reason), text=refusal.meaning),
    }


def _whole(answered: EligibilityResponse) -> list[Json]:
    """All the payer said: as we read it, and as it came where it came in a file; nothing of a silence."""
    if answered.outcome in UNANSWERED:
        return []
    whole = [extension(systems.ANSWER, valueString=msgspec.json.encode(answered.answer).decode())]
    if content := bytes(answered.content):
        kind = "application/edi-x12" if content.startswith(b"ISA") else "application/octet-stream"
        raw = {"contentType": kind, "data": base64.b64encode(content).decode()}
        whole.append(extension(systems.X12_ANSWER, valueAttachment=raw))
    return whole
