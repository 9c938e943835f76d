"""Questions to test payers and their answers as rows, without a database, and what their resources must hold."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any

from clearinghouse.services.questions import ask_test_payer, own_envelope
from clearinghouse.simulator.test_payers import scripts
from eligibility.fhir.faces import FACES
from eligibility.fhir.manners import FhirRenderer
from eligibility.models import EligibilityInquiry, EligibilityResponse, stored
from eligibility.rules.asking import Person, Question, inquiry_content
from eligibility.rules.normalising import Asked, normalise
from tenancy.ids import uuid7

AT = datetime.datetime(2026, 11, 3, 15, 0, 0, 123000, tzinfo=datetime.UTC)
DAY = AT.date()
TRACE = "E0123456789ABCDEF01"
JOHN = Person("doeone", "johnone", datetime.date(1880, 1, 2), "", "0000000000")
PAYERS = sorted(scripts())

# What FHIR binds as required, by the element it stands in; {resource.element: codes}.
REQUIRED = {
    "CoverageEligibilityRequest.status": {"active", "cancelled", "draft", "entered-in-error"},
    "CoverageEligibilityResponse.status": {"active", "cancelled", "draft", "entered-in-error"},
    "Coverage.status": {"active", "cancelled", "draft", "entered-in-error"},
    "Coverage.kind": {"insurance", "self-pay", "other"},
    "CoverageEligibilityRequest.purpose": {"auth-requirements", "benefits", "discovery", "validation"},
    "CoverageEligibilityResponse.purpose": {"auth-requirements", "benefits", "discovery", "validation"},
    "CoverageEligibilityResponse.outcome": {"queued", "complete", "error", "partial"},
    "Patient.gender": {"male", "female", "other", "unknown"},
    "Organization.telecom.system": {"phone", "fax", "email", "pager", "url", "sms", "other"},
    "Patient.telecom.system": {"phone", "fax", "email", "pager", "url", "sms", "other"},
    "Bundle.type": {"searchset"},
    "Bundle.entry.search.mode": {"match", "include", "outcome"},
    "OperationOutcome.issue.severity": {"fatal", "error", "warning", "information"},
}
CODES = {
    "http://terminology.hl7.org/CodeSystem/benefit-type": {
        "benefit", "deductible", "visit", "room", "copay", "copay-percent", "copay-maximum", "vision-exam",
        "vision-glasses", "vision-contacts", "medical-primarycare", "pharmacy-dispense",
    },
    "http://terminology.hl7.org/CodeSystem/benefit-unit": {"individual", "family"},
    "http://terminology.hl7.org/CodeSystem/benefit-term": {"annual", "day", "lifetime"},
    "http://terminology.hl7.org/CodeSystem/benefit-network": {"in", "out"},
    "http://terminology.hl7.org/CodeSystem/organization-type": {"prov", "pay", "ins"},
    "http://terminology.hl7.org/CodeSystem/coverage-class": {"group", "subgroup", "plan", "subplan", "class"},
    "http://terminology.hl7.org/CodeSystem/subscriber-relationship": {
        "child", "parent", "spouse", "common", "other", "self", "injured",
    },
    "http://terminology.hl7.org/CodeSystem/v2-0203": {"MB", "MR"},
    "http://terminology.hl7.org/CodeSystem/v3-ActReason": {"HTEST"},
    "http://terminology.hl7.org/CodeSystem/ex-benefitcategory": {"1"},
}  # fmt: skip


def asked(
    payer_id: str, *, dependent: Person | None = None, procedure: str = "", **values: Any
) -> EligibilityInquiry:
    types = () if procedure else ("30", "98")
    relationship = "19" if dependent else ""
    question = Question(
        "Test payer", payer_id, "happy doctors group", "0123456789", JOHN, dependent, relationship, types, DAY,
        procedure,
    )  # fmt: skip
    return EligibilityInquiry(
        organization_id=uuid7(),
        payer_identifier=payer_id,
        provider_name=question.provider_name,
        provider_npi=question.provider_npi,
        member_number=JOHN.member_number,
        last_name=JOHN.last_name,
        first_name=JOHN.first_name,
        birth_date=JOHN.birth_date,
        dependent_last_name=dependent.last_name if dependent else "",
        dependent_first_name=dependent.first_name if dependent else "",
        relationship=relationship,
        service_types=list(types),
        procedure=procedure,
        service_on=DAY,
        is_test=True,
        trace_number=TRACE,
        content=inquiry_content(question, own_envelope(TRACE, at=AT), trace=TRACE, assigned_by="9LAKESIDE1"),
        asked_at=AT,
        **values,
    )


def answered(inquiry: EligibilityInquiry, content: bytes | None = None) -> EligibilityResponse:
    content = content or ask_test_payer(bytes(inquiry.content)).content
    assert content is not None
    answer = normalise(content, Asked(DAY, tuple(inquiry.service_types), TRACE, "9LAKESIDE1"))
    return EligibilityResponse(
        organization_id=inquiry.organization_id,
        inquiry=inquiry,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        received_at=AT + datetime.timedelta(seconds=2),
        outcome=answer.outcome.value,
        status=answer.status.value,
        answer=json.loads(json.dumps(stored(answer))),
    )


def written(resource: Any) -> Any:
    """As it stands on the wire."""
    return json.loads(FhirRenderer().render(resource))


def both(payer_id: str, face: str, **options: Any) -> tuple[Any, Any]:
    """The request and the response of one test payer, as they stand on the wire."""
    inquiry = asked(payer_id, **options)
    shape = FACES[face]
    return written(shape.request(inquiry)), written(shape.response(answered(inquiry)))


def faults_of(resource: Any) -> list[str]:
    """What the models let pass: nothing, codes nobody knows, and references that lead nowhere."""
    return [*_empty(resource, resource["resourceType"]), *_unknown(resource), *_astray(resource)]


def _walk(value: Any, path: str) -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        path = value.get("resourceType", path)
        for name, one in value.items():
            yield from _walk(one, f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from _walk(one, path)
    yield path, value


def _empty(resource: Any, path: str) -> Iterator[str]:
    for where, value in _walk(resource, path):
        if value is None or value in ("", [], {}):
            yield f"{where} is empty"
        if isinstance(value, str) and not re.fullmatch(r"[ \r\n\t\S]+", value):
            yield f"{where} has signs that no text may have"


def _unknown(resource: Any) -> Iterator[str]:
    for where, value in _walk(resource, resource["resourceType"]):
        if where in REQUIRED and isinstance(value, str) and value not in REQUIRED[where]:
            yield f"{where} is {value}"
        if not isinstance(value, dict):
            continue
        system, code = str(value.get("system", "")), value.get("code")
        if system.startswith("http://terminology.hl7.org") and code not in CODES.get(system, ()):
            yield f"{where}: {system} has no {code}"
        if value.get("currency", "USD") != "USD":
            yield f"{where} is not in dollars"


def _astray(resource: Any) -> Iterator[str]:
    contained = [one["id"] for one in resource.get("contained", [])]
    if len(contained) != len(set(contained)):
        yield "two contained resources have one id"
    led_to = {
        value[1:]
        for where, value in _walk(resource, resource["resourceType"])
        if where.endswith(".reference") and isinstance(value, str) and value.startswith("#")
    }
    yield from (f"#{one} is not contained" for one in led_to - set(contained))
    yield from (f"nothing refers to #{one}" for one in set(contained) - led_to)
