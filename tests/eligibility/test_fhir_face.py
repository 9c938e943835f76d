"""Programs read and search the eligibility resources over HTTP, and hear of every refusal as an OperationOutcome."""

from __future__ import annotations

import datetime

import pytest
from fhir.resources.bundle import Bundle as BundleR5
from fhir.resources.capabilitystatement import CapabilityStatement as StatementR5
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.capabilitystatement import CapabilityStatement
from fhir.resources.R4B.operationoutcome import OperationOutcome

from audit.models import AuditEvent
from eligibility.models import EligibilityInquiry
from tenancy.scope import organization_scope
from tests.eligibility.test_api_checks import ask
from tests.factories.patients import make_coverage, make_patient

R4 = "/fhir/R4"


@pytest.fixture
def program(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def told(program):
    return ask(program, payerId="000039").json()


def found(who, kind, query="", face="R4"):
    answer = who.get(f"/fhir/{face}/{kind}?{query}")
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "application/fhir+json"
    return answer.json()


def ids(bundle):
    return [one["resource"]["id"] for one in bundle.get("entry", [])]


def test_a_question_and_its_answer_are_read_by_id(program, told, practice):
    question = program.get(f"{R4}/CoverageEligibilityRequest/{told['id']}")
    answers = found(
        program, "CoverageEligibilityResponse", f"request=CoverageEligibilityRequest/{told['id']}"
    )
    answer = program.get(f"{R4}/CoverageEligibilityResponse/{ids(answers)[0]}")

    assert question.json()["identifier"][0]["value"] == told["trace_number"]
    assert answer.json() == answers["entry"][0]["resource"]
    assert answer.json()["insurance"][0]["inforce"] is True
    assert answer.headers["ETag"] == 'W/"1"'
    head = program.head(f"{R4}/CoverageEligibilityRequest/{told['id']}")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", 'W/"1"')
    with organization_scope(practice.pk):
        seen = AuditEvent.objects.filter(verb="eligibility.eligibilityinquiry.viewed", subject_id=told["id"])
        assert {"as": "R4"} in seen.values_list("data", flat=True)


def test_a_question_about_a_patient_on_file_is_found_by_the_patient(program, told, practice):
    with organization_scope(practice.pk):
        coverage = make_coverage(make_patient(mrn="R1"))
        EligibilityInquiry.objects.update(patient=coverage.patient, coverage=coverage)
    for kind in ("CoverageEligibilityRequest", "CoverageEligibilityResponse"):
        for value in (
            f"Patient/{coverage.patient_id}",
            coverage.patient_id,
            f"http://x/fhir/R4/Patient/{coverage.patient_id}",
        ):
            [entry] = found(program, kind, f"patient={value}")["entry"]
            assert entry["resource"]["patient"] == {"reference": f"Patient/{coverage.patient_id}"}
        assert not ids(found(program, kind, f"patient=Patient/{told['id']}"))

    patient = program.get(f"{R4}/Patient/{coverage.patient_id}").json()
    its = program.get(f"{R4}/Coverage/{coverage.id}").json()
    payer = program.get(f"{R4}/{its['payor'][0]['reference']}").json()
    assert (patient["name"], patient["birthDate"]) == ([{"family": "Rivera", "given": ["Ana"]}], "1980-02-14")
    assert its["beneficiary"] == {"reference": f"Patient/{coverage.patient_id}"}
    assert payer["name"] == "Great Plains Health"


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("created=2026-11-03", True),
        ("created=eq2026-11", True),
        ("created=2026", True),
        ("created=ne2026-11-03", False),
        ("created=ge2026-11-03", True),
        ("created=gt2026-11-03", False),
        ("created=gt2026-11-02", True),
        ("created=lt2026-11-03", False),
        ("created=le2026-11-03", True),
        ("created=lt2026-11-03T15:00:01Z", True),
        ("created=ge2026-11-03T15:00:00Z&created=lt2026-11-03T15:01:00Z", True),
        ("created=2026-11-03T10:00:00-05:00", True),
        ("created=2026-11-03T15:01Z", False),
        ("_lastUpdated=ge2026-11-03", True),
        ("_lastUpdated=gt2026-11-03", False),
        ("status=active", True),
        ("status=http://hl7.org/fhir/fm-status|active", True),
        ("status=cancelled", False),
        ("status=cancelled,active", True),
        ("identifier=TRACE", True),
        ("identifier=urn:rcm-workbench:trace-number|TRACE", True),
        ("identifier=https://terminology.zapehr.com/rcm-control-number|TRACE", True),
        ("identifier=http://hl7.org/fhir/sid/us-npi|TRACE", False),
        ("identifier=E0", False),
    ],
)
def test_what_searches_find(query, is_found, program, told, practice):
    at = datetime.datetime(2026, 11, 3, 15, tzinfo=datetime.UTC)
    with organization_scope(practice.pk):
        EligibilityInquiry.objects.update(asked_at=at)
    bundle = found(program, "CoverageEligibilityRequest", query.replace("TRACE", told["trace_number"]))
    assert ids(bundle) == ([told["id"]] if is_found else [])


def test_outcomes_tell_answers_from_refusals(program, told):
    refused = ask(program, payerId="00004").json()
    broken = ask(program, payerId="000002").json()

    def requests(outcome):
        entries = found(program, "CoverageEligibilityResponse", f"outcome={outcome}").get("entry", [])
        return {one["resource"]["request"]["reference"].rpartition("/")[2] for one in entries}

    assert requests("complete") == {told["id"]}
    assert requests("error") == {refused["id"], broken["id"]}
    assert requests("queued,partial") == set()


def test_pages_follow_each_other_newest_first(program, told):
    asked = [told["id"], *(ask(program, payerId=one).json()["id"] for one in ("00001", "000031"))]
    first = found(program, "CoverageEligibilityRequest", "_count=2&status=active&_total=accurate")
    links = {one["relation"]: one["url"] for one in first["link"]}
    second = program.get(links["next"]).json()

    assert (ids(first), ids(second)) == (asked[:0:-1], asked[:1])
    assert first["total"] == 3
    assert [one["relation"] for one in second["link"]] == ["self"]
    assert program.get(links["self"]).json() == first
    assert found(program, "CoverageEligibilityRequest", "_summary=count") == {
        "resourceType": "Bundle",
        "type": "searchset",
        "total": 3,
        "link": [
            {"relation": "self", "url": f"http://testserver{R4}/CoverageEligibilityRequest?_summary=count"}
        ],
    }
    Bundle.model_validate(first)
    BundleR5.model_validate(found(program, "CoverageEligibilityResponse", face="R5"))


def test_questions_bring_their_answers_and_answers_their_questions(program, told):
    linked = "CoverageEligibilityResponse:request"
    for kind, name in (("Request", "_revinclude"), ("Response", "_include")):
        bundle = found(program, f"CoverageEligibility{kind}", f"{name}={linked}")
        assert [one["search"]["mode"] for one in bundle["entry"]] == ["match", "include"]
        kinds = {one["resource"]["resourceType"] for one in bundle["entry"]}
        assert kinds == {"CoverageEligibilityRequest", "CoverageEligibilityResponse"}


def test_a_search_may_be_posted_so_that_no_address_tells_of_it(program, told):
    sent = f"identifier={told['trace_number']}&_count=1"
    answer = program.post(
        f"{R4}/CoverageEligibilityRequest/_search", sent, content_type="application/x-www-form-urlencoded"
    )
    assert ids(answer.json()) == [told["id"]]
    wrong = program.post(f"{R4}/CoverageEligibilityRequest/_search", "[]", content_type="application/json")
    assert (wrong.status_code, wrong.json()["resourceType"]) == (400, "OperationOutcome")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/CoverageEligibilityRequest?nonsense=1", 400),
        ("/CoverageEligibilityRequest?created=yesterday", 400),
        ("/CoverageEligibilityRequest?created=2026-13-40", 400),
        ("/CoverageEligibilityRequest?created=0001-01-01", 400),
        ("/CoverageEligibilityRequest?patient=Practitioner/1", 400),
        ("/CoverageEligibilityRequest?status=gone", 400),
        ("/CoverageEligibilityRequest?_id=1", 400),
        ("/CoverageEligibilityRequest?_count=-1", 400),
        ("/CoverageEligibilityRequest?_sort=patient", 400),
        ("/CoverageEligibilityRequest?_include=Patient:link", 400),
        ("/CoverageEligibilityRequest?_after=00000000-0000-4000-8000-000000000000", 400),
        ("/CoverageEligibilityRequest?_format=xml", 406),
        ("/CoverageEligibilityRequest/1", 404),
        ("/CoverageEligibilityRequest/00000000-0000-4000-8000-000000000000", 404),
        ("/CoverageEligibilityResponse/00000000-0000-4000-8000-000000000000", 404),
        ("/Patient/00000000-0000-4000-8000-000000000000", 404),
        ("/Organization/00000000-0000-4000-8000-000000000000", 404),
        ("/Observation", 404),
        ("", 404),
    ],
)
def test_every_refusal_is_an_operation_outcome(path, status, program, db):
    answer = program.get(f"{R4}{path}")
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/fhir+json"
    assert OperationOutcome.model_validate(answer.json()).issue[0].diagnostics


def test_what_is_not_offered_and_who_is_not_known(program, told, client):
    there = f"{R4}/CoverageEligibilityRequest/{told['id']}"
    for answer, status in (
        (program.delete(there), 405),
        (program.put(there, "{}", content_type="application/json"), 405),
        (program.post(f"{R4}/metadata"), 405),
        (program.get(there, headers={"Accept": "application/fhir+xml"}), 406),
        (client.get(there), 401),
        (client.get(there, headers={"Authorization": "Bearer nobody"}), 401),
    ):
        assert (answer.status_code, answer.json()["resourceType"]) == (status, "OperationOutcome")
        assert answer.headers["Content-Type"] == "application/fhir+json"


def test_another_practice_finds_nothing_and_who_may_only_read_reads(told, program, reader, stranger, sign_in):
    answer = ids(found(program, "CoverageEligibilityResponse"))[0]
    for face in ("R4", "R5", "compat"):
        for kind, pk in (("CoverageEligibilityRequest", told["id"]), ("CoverageEligibilityResponse", answer)):
            assert reader.get(f"/fhir/{face}/{kind}/{pk}").status_code == 200
            assert stranger.get(f"/fhir/{face}/{kind}/{pk}").status_code == 404
            assert ids(found(stranger, kind, face=face)) == []
            assert sign_in("PRACTICE_ADMIN").get(f"/fhir/{face}/{kind}/{pk}").status_code == 403


@pytest.mark.parametrize(
    ("face", "version", "model"),
    [
        ("R4", "4.0.1", CapabilityStatement),
        ("R5", "5.0.0", StatementR5),
        ("compat", "4.0.1", CapabilityStatement),
    ],
)
def test_the_face_says_what_it_offers(face, version, model, client, db):
    answer = client.get(f"/fhir/{face}/metadata")
    said = model.model_validate(answer.json())
    assert said.fhirVersion == version
    assert {one.type for one in said.rest[0].resource} >= {"CoverageEligibilityRequest", "Patient"}


def test_every_search_that_is_stated_is_offered(program, told):
    said = program.get(f"{R4}/metadata").json()
    for resource in said["rest"][0]["resource"]:
        for one in resource.get("searchParam", ()):
            answer = program.get(f"{R4}/{resource['type']}?{one['name']}=?")
            assert "There is no search parameter" not in answer.content.decode()
