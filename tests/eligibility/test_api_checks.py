"""Programs ask payers about coverage and read the answer in one shape."""

from __future__ import annotations

import pytest

from eligibility.models import EligibilityInquiry
from tenancy.scope import organization_scope

BODY = {
    "payerId": "00001",
    "provider": {"organizationName": "happy doctors group", "npi": "0123456789"},
    "subscriber": {
        "firstName": "johnone",
        "lastName": "doeone",
        "dateOfBirth": "1880-01-02",
        "memberId": "0000000000",
    },
    "testMode": True,
}


@pytest.fixture
def program(sign_in):
    return sign_in("FRONT_DESK")


def ask(who, **changes):
    return who.post("/api/v1/eligibility/checks/", {**BODY, **changes}, content_type="application/json")


def test_a_test_payer_answers_a_program_at_once(program, practice):
    answer = ask(program)
    told = answer.json()

    assert (answer.status_code, told["state"]) == (200, "ANSWERED")
    assert (told["answer"]["status"], told["answer"]["plans"][0]["name"]) == ("ACTIVE", "BEDROCK PLAN")
    assert {row["key"]["kind"] for row in told["answer"]["benefits"]} == {"COVERED"}
    again = ask(program).json()
    assert again["id"] == told["id"]
    listed = program.get("/api/v1/eligibility/checks/?status=ACTIVE").json()["results"]
    assert [(row["id"], row["status"]) for row in listed] == [(told["id"], "ACTIVE")]
    x12 = program.get(f"/api/v1/eligibility/checks/{told['id']}/x12/")
    assert x12.content.startswith(b"ISA*00*")


def test_what_is_missing_is_named(program, practice):
    answer = ask(program, subscriber={"firstName": "johnone"})

    assert answer.status_code == 400
    assert "memberId" in answer.content.decode()
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


def test_a_payer_nobody_knows_is_asked_nothing(program, practice):
    answer = ask(program, testMode=False)

    assert answer.status_code == 409
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


def test_a_payer_id_is_an_opaque_string(program):
    assert ask(program, payerId="000031").json()["answer"]["status"] == "INACTIVE"
    told = ask(program, payerId="00031").json()["answer"]
    assert (told["outcome"], told["refusals"][0]["field"]) == ("REJECTED", "payer")


def test_who_may_only_read_asks_nothing_and_a_stranger_finds_nothing(program, reader, stranger):
    told = ask(program).json()

    assert ask(reader).status_code == 403
    assert reader.get(f"/api/v1/eligibility/checks/{told['id']}/").status_code == 200
    assert stranger.get(f"/api/v1/eligibility/checks/{told['id']}/").status_code == 404
