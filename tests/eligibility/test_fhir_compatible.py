"""The shape that programs written for ZapEHR expect, member for member."""

from __future__ import annotations

import json

from tests.eligibility.fhir_support import TRACE, both
from tests.eligibility.test_api_checks import BODY, ask

NUMBER = [{"system": "https://terminology.zapehr.com/rcm-control-number", "value": TRACE}]
MEDICAL_CARE = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/ex-benefitcategory",
            "code": "1",
            "display": "Medical Care",
        }
    ]
}
MEMBERS = {
    "CoverageEligibilityRequest": {
        "resourceType", "identifier", "status", "purpose", "patient", "created", "insurer", "insurance", "extension",
        "contained", "id", "meta",
    },
    "CoverageEligibilityResponse": {
        "resourceType", "identifier", "status", "purpose", "patient", "created", "request", "outcome", "insurer",
        "insurance", "contained", "extension", "id", "meta",
    },
}  # fmt: skip
ORGANIZATION = {
    "resourceType": "Organization",
    "id": "insurer",
    "identifier": [{"system": "http://hl7.org/fhir/sid/us-npi", "value": "0123456789"}],
    "name": "happy doctors group",
}
COVERAGE = {
    "resourceType": "Coverage",
    "id": "coverage",
    "status": "active",
    "subscriber": {"reference": "#patient"},
    "subscriberId": "0000000000",
    "beneficiary": {"reference": "#patient"},
    "payor": [{"reference": "#insurer"}],
}
# The members of the complete answer, by place; lists hold what their entries may have.
ANSWER = {
    "": {
        "meta", "controlNumber", "reassociationKey", "tradingPartnerServiceId", "provider", "subscriber",
        "subscriberTraceNumbers", "payer", "planInformation", "planDateInformation", "planStatus",
        "benefitsInformation", "x12",
    },
    "meta": {"senderId", "applicationMode", "traceId"},
    "provider": {"providerName", "entityIdentifier", "entityType", "npi"},
    "subscriber": {
        "healthCareDiagnosisCodes", "memberId", "firstName", "lastName", "entityIdentifier", "entityType",
        "dateOfBirth", "relationToSubscriber", "insuredIndicator", "maintenanceTypeCode", "maintenanceReasonCode",
        "birthSequenceNumber",
    },
    "subscriberTraceNumbers": {
        "traceTypeCode", "traceType", "referenceIdentification", "originatingCompanyIdentifier",
    },
    "payer": {"entityIdentifier", "entityType", "name", "payorIdentification"},
    "planInformation": {"policyNumber"},
    "planDateInformation": {"plan"},
    "planStatus": {"statusCode", "status", "planDetails", "serviceTypeCodes"},
    "benefitsInformation": {
        "code", "name", "serviceTypeCodes", "serviceTypes", "planCoverage", "benefitsAdditionalInformation",
        "benefitsDateInformation",
    },
}  # fmt: skip


def item_of(service_type):
    kind = {"coding": [{"system": "https://x12.org/codes/service-type-codes", "code": service_type}]}
    return {"name": "Active Coverage", "category": MEDICAL_CARE, "benefit": [{"type": kind}]}


def patient_named(first, last):
    name = [{"given": [first], "family": last}]
    return {"resourceType": "Patient", "id": "patient", "name": name, "birthDate": "1880-01-02"}


def test_the_request_has_what_programs_look_for_and_nothing_else():
    request, _ = both("00001", "compat")

    assert set(request) == MEMBERS["CoverageEligibilityRequest"]
    assert set(request["meta"]) == {"versionId", "lastUpdated"}
    assert (request["identifier"], request["status"], request["purpose"]) == (
        NUMBER,
        "active",
        ["validation"],
    )
    assert (request["patient"], request["insurer"]) == ({"reference": "#patient"}, {"reference": "#insurer"})
    assert request["insurance"] == [{"coverage": {"reference": "#coverage"}}]
    assert request["extension"] == [
        {"url": "https://terminology.zapehr.com/rcm-payer-id", "valueString": "00001"}
    ]
    assert request["contained"] == [patient_named("johnone", "doeone"), ORGANIZATION, COVERAGE]


def test_the_response_has_what_programs_look_for_and_nothing_else():
    request, response = both("00001", "compat")

    assert set(response) == MEMBERS["CoverageEligibilityResponse"]
    assert (response["identifier"], response["status"], response["outcome"]) == (NUMBER, "active", "complete")
    assert response["request"]["reference"].startswith("CoverageEligibilityRequest/")
    assert response["contained"] == [patient_named("JOHNONE", "DOEONE"), ORGANIZATION, COVERAGE]
    [insurance] = response["insurance"]
    assert insurance["coverage"] == {"reference": "#coverage"}
    assert insurance["item"] == [item_of(one) for one in ("30", "88", "90", "89", "54")]
    [extension] = response["extension"]
    assert set(extension) == {"url", "valueString"}
    assert extension["url"] == "https://terminology.zapehr.com/change-api-response"


def test_the_complete_answer_has_its_members_and_the_file():
    _, response = both("00001", "compat")
    answer = json.loads(response["extension"][0]["valueString"])

    assert set(answer) == ANSWER[""]
    for place, members in ANSWER.items():
        if place:
            entries = answer[place] if isinstance(answer[place], list) else [answer[place]]
            found = set().union(*entries)
            assert found - {"gender"} == members, place
    assert (answer["controlNumber"], answer["reassociationKey"]) == (TRACE, TRACE)
    assert answer["subscriber"]["healthCareDiagnosisCodes"][1] == {
        "diagnosisTypeCode": "BF",
        "diagnosisCode": "87200",
    }
    assert answer["planStatus"][1] == {
        "statusCode": "1",
        "status": "Active Coverage",
        "serviceTypeCodes": ["88", "90", "89", "54"],
    }
    assert answer["benefitsInformation"][0]["benefitsAdditionalInformation"] == {
        "planNumber": "12345",
        "drugFormularyNumber": "11111",
        "planNetworkIdNumber": "1111111",
    }
    assert answer["x12"].startswith("ISA*00*")
    assert answer["x12"].endswith("~")


def test_a_refusal_keeps_the_shape_and_names_the_error():
    _, response = both("00004", "compat")

    assert set(response) == MEMBERS["CoverageEligibilityResponse"] | {"error"}
    assert response["outcome"] == "error"
    assert response["error"][0]["code"]["coding"][0]["code"] == "50"
    answer = json.loads(response["extension"][0]["valueString"])
    assert [one["code"] for one in answer["errors"]] == ["50"]


def test_the_request_of_the_sample_is_answered_with_the_complete_response(sign_in, practice):
    """Nothing but what the sample sends: payerId, provider, subscriber, testMode."""
    assert set(BODY) == {"payerId", "provider", "subscriber", "testMode"}
    response = ask(sign_in("FRONT_DESK"), headers={"Accept": "application/fhir+json; profile=compat"}).json()
    assert set(response) == MEMBERS["CoverageEligibilityResponse"]
    assert [one["resourceType"] for one in response["contained"]] == ["Patient", "Organization", "Coverage"]
