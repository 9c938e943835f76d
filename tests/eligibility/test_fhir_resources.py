"""Questions and answers as FHIR resources: true to the models, to the required codes, and to what the payer said."""

from __future__ import annotations

import base64
import datetime
import json

import pytest
from fhir.resources.coverageeligibilityrequest import CoverageEligibilityRequest as RequestR5
from fhir.resources.coverageeligibilityresponse import CoverageEligibilityResponse as ResponseR5
from fhir.resources.R4B.coverageeligibilityrequest import CoverageEligibilityRequest as RequestR4
from fhir.resources.R4B.coverageeligibilityresponse import CoverageEligibilityResponse as ResponseR4

from clearinghouse.services.questions import ask_test_payer
from eligibility.fhir.faces import FACES
from eligibility.fhir.manners import FhirRenderer
from eligibility.fhir.systems import HL7
from eligibility.models import stored
from eligibility.rules.answers import Answer, BenefitKey, BenefitRow, BenefitValue
from eligibility.rules.asking import Person
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome
from tests.eligibility.fhir_support import PAYERS, answered, asked, both, faults_of, written

MODELS = {"R4": (RequestR4, ResponseR4), "R5": (RequestR5, ResponseR5), "compat": (RequestR4, ResponseR4)}
CHILD = Person("doeone", "johntwo", datetime.date(2010, 1, 2))


@pytest.mark.parametrize("face", MODELS)
@pytest.mark.parametrize("payer_id", PAYERS)
def test_every_answer_is_a_true_resource_and_comes_back_the_same(payer_id, face):
    for resource, model in zip(both(payer_id, face), MODELS[face], strict=True):
        read = model.model_validate(resource)
        again = json.loads(read.model_dump_json())
        assert again == resource
        assert faults_of(resource) == []


@pytest.mark.parametrize("face", MODELS)
def test_a_dependent_and_a_procedure_are_true_resources_too(face):
    for options in ({"dependent": CHILD}, {"procedure": "HC:97110:59"}):
        for resource, model in zip(both("00009", face, **options), MODELS[face], strict=True):
            assert json.loads(model.model_validate(resource).model_dump_json()) == resource
            assert faults_of(resource) == []


@pytest.mark.parametrize("face", MODELS)
@pytest.mark.parametrize(
    ("sent", "instead"),
    [
        (b"EB*C*IND*48*", b"EB*C*IND *4 8 *"),
        (b"EB*C*IND*48*", b"EB*C* * *"),
        (b"EB*C*IND*48*", b"EB**\x01*\x01*"),
        (b"*23*500*", b"* *500.005*"),
        (b"*23*500*", b"*23**.5*VS*99999999999*"),
        (b"BEDROCK PLAN", b" \x07 "),
        (b"DOEONE*JOHNONE", b" * "),
    ],
    ids=["blanks", "nothing but blanks", "signs", "fractions", "huge count", "bell", "no name"],
)
def test_whatever_a_payer_sends_the_resource_is_true(sent, instead, face):
    inquiry = asked("000039")
    content = ask_test_payer(bytes(inquiry.content)).content
    assert sent in content
    resource = written(FACES[face].response(answered(inquiry, content.replace(sent, instead))))
    MODELS[face][1].model_validate(resource)
    assert faults_of(resource) == []


@pytest.mark.parametrize("face", MODELS)
def test_what_a_person_was_told_is_a_true_resource_without_a_file(face):
    """Nobody wrote a 270, nothing came back, no provider is named, and no amount has a segment."""
    inquiry = asked("00001")
    inquiry.content, inquiry.provider_name, inquiry.provider_npi = b"", "", ""
    response = answered(inquiry, b"HTML")
    copay = BenefitRow(
        BenefitKey("98", BenefitKind.COPAY, Network.IN, Level.INDIVIDUAL, ""), BenefitValue(cents=2500), (0,)
    )
    told = Answer(Outcome.ANSWERED, CoverageStatus.ACTIVE, "Verified by telephone.", benefits=(copay,))
    response.content, response.answer = b"", json.loads(json.dumps(stored(told)))
    shape = FACES[face]
    rendered = [written(shape.request(inquiry)), written(shape.response(response))]
    for resource, model in zip(rendered, MODELS[face], strict=True):
        assert json.loads(model.model_validate(resource).model_dump_json()) == resource
        assert faults_of(resource) == []


def test_the_checker_finds_what_the_models_let_pass():
    _, good = both("000039", "R4")
    wrong = {
        "status is bogus": {"status": "bogus"},
        "type is empty": {"contained": [{**good["contained"][0], "type": None}, *good["contained"][1:]]},
        "#nobody is not contained": {"insurer": {"reference": "#nobody"}},
        "nothing refers to #stray": {
            "contained": [{"resourceType": "Patient", "id": "stray"}],
            "insurance": [],
        },
        "has no nonsense": {
            "error": [{"code": {"coding": [{"system": f"{HL7}/benefit-type", "code": "nonsense"}]}}]
        },
    }
    for words, change in wrong.items():
        assert any(words in fault for fault in faults_of(good | change)), words


def test_amounts_networks_and_periods_stand_where_fhir_has_them():
    _, answer = both("000039", "R4")
    insurance = answer["insurance"][0]
    deductible = next(one for one in insurance["item"] if "term" in one and code_of(one["category"]) == "48")

    assert insurance["inforce"] is True
    assert insurance["benefitPeriod"] == {"start": "2026-01-01"}
    assert [code_of(deductible[name]) for name in ("unit", "term", "network")] == [
        "individual",
        "annual",
        "in",
    ]
    [benefit] = deductible["benefit"]
    assert code_of(benefit["type"]) == "deductible"
    assert benefit["allowedMoney"] == {"value": 500, "currency": "USD"}
    assert "usedMoney" not in benefit
    assert "authorizationRequired" not in deductible
    assert "excluded" not in deductible


def test_insurer_and_provider_are_told_apart():
    for face in ("R4", "R5"):
        question, answer = both("00001", face)
        for resource in (question, answer):
            by_id = {one["id"]: one for one in resource["contained"]}
            assert by_id["insurer"]["identifier"] == [
                {"system": "urn:rcm-workbench:payer-id", "value": "00001"}
            ]
            assert by_id["provider"]["identifier"][0]["value"] == "0123456789"
            assert resource["insurer"] == {"reference": "#insurer"}
        assert question["provider"] == answer["requestor"] == {"reference": "#provider"}


def test_a_refusal_is_an_error_with_its_code_and_says_nothing_about_coverage():
    _, answer = both("00004", "R4")

    assert (answer["outcome"], "inforce" in answer["insurance"][0]) == ("error", False)
    [error] = answer["error"]
    assert error["code"]["coding"] == [{"system": "https://codesystem.x12.org/005010/901", "code": "50"}]
    follow_up = next(one for one in error["extension"] if one["url"].endswith("follow-up"))
    assert follow_up["valueCoding"]["code"] == "N"


def test_an_answer_with_one_part_refused_is_partial():
    content = ask_test_payer(bytes(asked("00001").content)).content
    sent = content.replace(b"EB*1**54~SE*27", b"EB*1**54~AAA*N**33*C~SE*28")
    answer = written(FACES["R4"].response(answered(asked("00001"), sent)))
    assert (answer["outcome"], answer["insurance"][0]["inforce"]) == ("partial", True)
    assert code_of(answer["error"][0]["code"]) == "33"


def test_what_cannot_be_read_is_an_error_and_kept_as_it_came():
    _, answer = both("000002", "R4")

    assert answer["outcome"] == "error"
    assert code_of(answer["error"][0]["code"]) == "unparseable"
    assert "cannot be read" in answer["disposition"]
    [raw] = [one["valueAttachment"] for one in answer["extension"] if one["url"].endswith(":x12")]
    assert base64.b64decode(raw["data"]) == bytes(answered(asked("000002")).content)


def test_a_dependent_is_the_patient_and_the_subscriber_stands_beside():
    for face in ("R4", "R5"):
        _, answer = both("00009", face, dependent=CHILD)
        by_id = {one["id"]: one for one in answer["contained"]}
        assert by_id["patient"]["name"][0]["given"] == ["JOHNTWO"]
        assert by_id["subscriber"]["name"][0]["given"] == ["JOHNONE"]
        assert by_id["coverage"]["subscriber"] == {"reference": "#subscriber"}
        assert code_of(by_id["coverage"]["relationship"]) == "child"


def test_a_procedure_asked_about_is_an_item_of_the_request():
    question, _ = both("00001", "R4", procedure="HC:97110:59")
    [item] = question["item"]
    assert item["productOrService"]["coding"] == [
        {"system": "http://www.ama-assn.org/go/cpt", "code": "97110"}
    ]
    assert code_of(item["modifier"][0]) == "59"


def test_amounts_are_written_as_numbers_to_the_cent():
    content = ask_test_payer(bytes(asked("000039").content)).content
    sent = content.replace(b"*500*", b"*500.10*")
    bytes_out = FhirRenderer().render(FACES["R4"].response(answered(asked("000039"), sent)))
    assert b'"allowedMoney":{"value":500.10,"currency":"USD"}' in bytes_out


def code_of(concept):
    return concept["coding"][0]["code"]
