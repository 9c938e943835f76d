"""Programs ask payers about coverage and read the answer in one shape."""

from __future__ import annotations

import datetime
import hashlib
import re

import pytest
from django.core import signing
from django.utils import timezone

from audit.models import AuditEvent
from clearinghouse.services.partners import add_route, set_connection
from eligibility import services
from eligibility.models import EligibilityInquiry
from reference.services import remember_alias
from tenancy.scope import organization_scope
from tenancy.services import disable_person
from tests.factories.partners import make_partner
from tests.factories.patients import make_coverage, make_patient, make_payer

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
    body, headers = {**BODY, **changes}, changes.pop("headers", None)
    body.pop("headers", None)
    return who.post("/api/v1/eligibility/checks/", body, content_type="application/json", headers=headers)


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

    assert (answer.status_code, answer.json()["detail"]) == (409, "No payer is known under this id.")
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


def test_a_check_is_answered_in_the_shape_that_is_accepted(program):
    told = ask(program).json()
    for accepted, outcome in (
        ("application/fhir+json", "R4"),
        ("application/fhir+json; fhirVersion=4.0, application/json;q=0.5", "R4"),
        ("application/fhir+json; fhirVersion=5.0", "R5"),
        ("application/fhir+json; profile=compat", "compat"),
    ):
        answer = ask(program, headers={"Accept": accepted})
        again = program.get(f"/api/v1/eligibility/checks/{told['id']}/", headers={"Accept": accepted})
        resource = answer.json()
        assert answer.headers["Content-Type"].startswith("application/fhir+json")
        assert again.json() == resource
        assert program.get(f"/fhir/{outcome}/CoverageEligibilityResponse/{resource['id']}").json() == resource
    for accepted in ("*/*", "application/json", "text/html, */*;q=0.1"):
        assert ask(program, headers={"Accept": accepted}).json()["id"] == told["id"]


def test_who_accepts_fhir_is_refused_in_fhir(program):
    fhir = {"Accept": "application/fhir+json"}
    for answer, status in (
        (ask(program, headers=fhir, subscriber={"firstName": "johnone"}), 400),
        (ask(program, headers=fhir, testMode=False), 409),
    ):
        assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
        assert answer.headers["Content-Type"] == "application/fhir+json"


def test_a_procedure_is_asked_about_instead_of_service_types(program, practice):
    procedure = {"code": "97110", "modifiers": ["59"]}
    told = ask(program, procedure=procedure).json()
    with organization_scope(practice.pk):
        sent = bytes(EligibilityInquiry.objects.get(id=told["id"]).content)

    assert b"~EQ**HC:97110:59~" in sent
    assert (told["procedure"], told["service_types"]) == ("HC:97110:59", [])
    assert ask(program).json()["id"] != told["id"]
    assert ask(program, procedure=procedure, serviceTypes=["98"]).status_code == 400


def test_several_service_types_and_a_dependent_are_asked_about(program, practice):
    dependent = {
        "firstName": "johntwo",
        "lastName": "doeone",
        "dateOfBirth": "2010-01-02",
        "relationship": "child",
    }
    told = ask(program, payerId="00009", dependent=dependent, serviceTypes=["98", "30", "98"]).json()
    with organization_scope(practice.pk):
        sent = bytes(EligibilityInquiry.objects.get(id=told["id"]).content)

    assert b"NM1*03*1*DOEONE*JOHNTWO~" in sent
    assert b"EQ*98^30~" in sent
    assert (told["answer"]["member"]["relationship"], told["service_types"]) == ("19", ["98", "30"])


def test_sex_and_group_go_into_the_question(program, practice):
    told = ask(
        program,
        payerId="00009",
        subscriber={**BODY["subscriber"], "gender": "M", "groupNumber": "W0055341"},
        dependent={
            "firstName": "johntwo",
            "lastName": "doeone",
            "gender": "F",
            "dateOfBirth": "2010-01-02",
            "relationship": "child",
        },
        serviceTypes=["AC"],
    ).json()
    with organization_scope(practice.pk):
        sent = bytes(EligibilityInquiry.objects.get(id=told["id"]).content)

    assert b"~NM1*IL*1*DOEONE*JOHNONE****MI*0000000000~REF*6P*W0055341~DMG*D8*18800102*M~" in sent
    assert b"~NM1*03*1*DOEONE*JOHNTWO~DMG*D8*20100102*F~" in sent
    assert b"~EQ*AC~" in sent
    assert ask(program, subscriber={**BODY["subscriber"], "gender": "X"}).status_code == 400


@pytest.mark.parametrize(
    ("code", "status"), [("GF", 200), ("098", 400), ("a1", 400)], ids=["not named here", "long", "small"]
)
def test_every_well_formed_service_type_may_be_asked_about(program, code, status):
    assert ask(program, serviceTypes=[code]).status_code == status


def test_a_check_of_a_coverage_on_file_stands_in_the_patients_record(program, practice, stranger):
    with organization_scope(practice.pk):
        coverage = make_coverage(make_patient(mrn="R1"))
    told = ask(program, coverageId=str(coverage.id)).json()

    assert (told["patient_id"], told["coverage_id"]) == (str(coverage.patient_id), str(coverage.id))
    listed = program.get(f"/api/v1/eligibility/checks/?patient={coverage.patient_id}&is_test=true").json()
    assert [one["id"] for one in listed["results"]] == [told["id"]]
    with organization_scope(practice.pk):
        nobody = make_patient(mrn="R2").id
    assert ask(program, coverageId=str(nobody)).status_code == 404
    other = program.get(f"/api/v1/eligibility/checks/?patient={nobody}").json()
    assert other["results"] == []


def test_checks_are_listed_by_day_payer_and_number(program):
    told = ask(program).json()
    day = told["asked_at"][:10]
    for query, is_found in (
        (f"asked_from={day}&asked_to={day}", True), ("asked_to=2026-01-01", False), ("payer_identifier=00001", True),
        (f"trace_number={told['trace_number']}", True), ("payer_identifier=000001", False), ("is_test=false", False),
    ):  # fmt: skip
        listed = program.get(f"/api/v1/eligibility/checks/?{query}").json()["results"]
        assert bool(listed) is is_found, query


def test_an_answer_is_fetched_at_a_signed_address_without_a_sign_in(program, practice, client):
    told = ask(program).json()
    raw = program.get(f"/api/v1/eligibility/checks/{told['id']}/x12/").content

    answer = client.get(told["x12"]["url"])
    assert (answer.status_code, answer.content) == (200, raw)
    assert hashlib.sha256(raw).hexdigest() == told["x12"]["sha256"]
    assert not {"doeone", "johnone", "0000000000", "1880"} & set(
        re.split(r"[^a-z0-9]", told["x12"]["url"].lower())
    )
    with organization_scope(practice.pk):
        seen = AuditEvent.objects.filter(subject_id=told["id"], data__by="signed address")
        assert [one.actor_id for one in seen] == [program.person.pk]
    assert client.post(told["x12"]["url"]).status_code == 405


def test_a_signed_address_ends_and_is_nobodys_to_make(program, practice, client):
    told = ask(program).json()
    url = told["x12"]["url"]
    head, _, token = url.rstrip("/").rpartition("/")
    first, rest = token.split(":", 1)
    assert client.get(f"{head}/{first[:-1]}A:{rest}/").status_code == 404
    assert client.get(f"{head}/{signing.dumps([1, 2, 3, 4])}/").status_code == 404

    with pytest.MonkeyPatch.context() as patch:
        later = timezone.now() + datetime.timedelta(minutes=6)
        patch.setattr("tenancy.middleware.timezone.now", lambda: later)
        ended = client.get(url)
    assert (ended.status_code, "expired" in ended.json()["detail"]) == (410, True)
    with organization_scope(practice.pk):
        disable_person(person=program.person, reason="left")
    assert client.get(url).status_code == 404


def test_payers_are_looked_up_by_name_other_names_and_id(program, practice):
    with organization_scope(practice.pk):
        payer = make_payer("Great Plains Health", "GP001")
        make_payer("Lakeside Mutual", "LM7")
        remember_alias(payer=payer, kind="NAME", written_as="Prairie of Old")
        remember_alias(payer=payer, kind="IDENTIFIER", written_as="77AB1")
    for words in ("plains", "gp001", "GP0", "prairie", "77ab"):
        found = program.get("/api/v1/payers/", {"q": words}).json()["results"]
        assert [one["payer_identifier"] for one in found] == ["GP001"], words
    assert len(program.get("/api/v1/payers/").json()["results"]) == 2
    assert program.get("/api/v1/payers/?q=nobody").json()["results"] == []


def test_who_accepts_fhir_hears_that_nobody_has_answered_yet(program, practice):
    """The payer's line leads nowhere: the question is asked again by itself, and at last given up."""
    with organization_scope(practice.pk):
        partner, payer = make_partner(), make_payer()
        values = {
            "transport": "HTTPS",
            "address": "https://127.0.0.1:9",
            "secret_name": "none",
            "question_path": "/ask",
            "timeout_seconds": 1,
        }
        set_connection(partner=partner, values=values)
        add_route(
            partner=partner,
            payer=payer,
            transaction_kind="270",
            payer_identifier="NM1",
            needs_enrolment=False,
        )
    fhir = {"Accept": "application/fhir+json"}
    answer = ask(program, headers=fhir, testMode=False, payerId=payer.payer_identifier)
    assert (answer.status_code, answer.json()["outcome"]) == (202, "queued")
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
        now = timezone.now()
        services.take(
            inquiry_id=asked.id, exchanged=services.Exchanged(None, None, None, now), at=now
        )  # the way to the payer is gone
    given_up = program.get(f"/api/v1/eligibility/checks/{asked.id}/", headers=fhir)
    assert (given_up.status_code, given_up.json()["outcome"]) == (200, "error")
    plain = program.get(f"/api/v1/eligibility/checks/{asked.id}/").json()
    assert (plain["state"], plain["answer"], plain["x12"]) == ("FAILED", None, None)


def test_a_coverage_with_another_payer_is_not_meant(program, practice):
    with organization_scope(practice.pk):
        coverage = make_coverage(make_patient(mrn="R1"))
        other = make_payer("Lakeside Mutual", "LM7")
    answer = ask(program, testMode=False, payerId=other.payer_identifier, coverageId=str(coverage.id))
    assert (answer.status_code, "another payer" in answer.json()["detail"]) == (409, True)
