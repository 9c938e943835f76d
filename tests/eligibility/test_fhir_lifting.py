"""What an answer contains becomes records: a patient and a coverage, found or registered, never overwritten."""

from __future__ import annotations

import datetime

import pytest
from fhir.resources.coverage import Coverage as CoverageR5
from fhir.resources.R4B.coverage import Coverage as CoverageR4
from fhir.resources.R4B.organization import Organization as OrganizationR4
from fhir.resources.R4B.parameters import Parameters
from fhir.resources.R4B.patient import Patient as PatientR4

from audit.models import AuditEvent
from eligibility.models import EligibilityInquiry
from eligibility.rules.asking import Person
from patients.models import Coverage, Patient
from tenancy.scope import organization_scope
from tests.eligibility.fhir_support import answered, asked, faults_of
from tests.eligibility.test_api_checks import ask
from tests.factories.patients import make_coverage, make_patient, make_payer

CHILD = Person("doeone", "johntwo", datetime.date(2010, 1, 2))


@pytest.fixture
def program(sign_in):
    return sign_in("FRONT_DESK")


def on_file(practice, payer_id="000039", **options):
    """An answer of a payer on file, about nobody on file."""
    with organization_scope(practice.pk):
        inquiry = asked(payer_id, **options)
        inquiry.organization_id = practice.pk
        inquiry.is_test, inquiry.payer, inquiry.state = False, make_payer(), "ANSWERED"
        inquiry.fingerprint = payer_id
        inquiry.save()
        response = answered(inquiry)
        response.save()
        return response


def lift(who, response):
    return who.post(f"/fhir/R4/CoverageEligibilityResponse/{response.pk}/$lift")


def told(answer):
    assert answer.status_code == 200, answer.content
    Parameters.model_validate(answer.json())
    listed = answer.json()["parameter"]
    named = {one["name"]: one["valueReference"]["reference"] for one in listed if "valueReference" in one}
    return named, [one["valueString"] for one in listed if one["name"] == "created"]


def test_a_person_nobody_knew_is_registered_with_the_coverage(program, practice):
    response = on_file(practice)
    named, created = told(lift(program, response))

    patient = program.get(f"/fhir/R4/{named['patient']}").json()
    coverage = program.get(f"/fhir/R4/{named['coverage']}").json()
    insurer = program.get(f"/fhir/R4/{named['insurer']}").json()
    for model, resource in ((PatientR4, patient), (CoverageR4, coverage), (OrganizationR4, insurer)):
        model.model_validate(resource)
        assert faults_of(resource) == []
    CoverageR5.model_validate(program.get(f"/fhir/R5/{named['coverage']}").json())
    assert created == ["Patient", "Coverage"]
    assert patient["name"] == [{"family": "DOEONE", "given": ["JOHNONE"]}]
    assert (patient["birthDate"], coverage["subscriberId"]) == ("1880-01-02", "0000000000")
    assert coverage["period"] == {"start": "2026-01-01"}
    with organization_scope(practice.pk):
        assert Coverage.objects.get().verified_at is not None
        inquiry = EligibilityInquiry.objects.get()
        assert AuditEvent.objects.filter(verb="eligibility.inquiry.filed", subject_id=inquiry.id).count() == 1

    resource = program.get(f"/fhir/R4/CoverageEligibilityResponse/{response.pk}").json()
    assert (resource["patient"]["reference"], resource["meta"]["versionId"]) == (named["patient"], "2")
    assert resource["meta"]["lastUpdated"] > resource["created"]
    found = program.get(f"/fhir/R4/CoverageEligibilityRequest?patient={named['patient']}").json()
    assert found["entry"][0]["resource"]["meta"]["versionId"] == "2"


def test_the_same_again_finds_what_is_there(program, practice):
    response = on_file(practice)
    first, _ = told(lift(program, response))
    assert told(lift(program, response)) == (first, [])
    with organization_scope(practice.pk):
        EligibilityInquiry.objects.update(patient=None, coverage=None, filed_at=None)
    assert told(lift(program, response)) == (first, [])
    with organization_scope(practice.pk):
        assert (Patient.objects.count(), Coverage.objects.count()) == (1, 1)


def test_a_patient_on_file_is_found_and_not_overwritten(program, practice):
    response = on_file(practice)
    with organization_scope(practice.pk):
        patient = make_patient(
            last_name="Doeone", first_name="Johnone", birth_date=datetime.date(1880, 1, 2), mrn="R1"
        )
        coverage = make_coverage(patient, member_id="0000000000", plan_name="Ours")
    named, created = told(lift(program, response))

    assert (named["patient"], named["coverage"], created) == (
        f"Patient/{patient.pk}",
        f"Coverage/{coverage.pk}",
        [],
    )
    with organization_scope(practice.pk):
        patient.refresh_from_db()
        coverage.refresh_from_db()
        assert (patient.last_name, coverage.plan_name, coverage.starts_on) == ("Doeone", "Ours", None)


def test_a_dependent_is_the_patient_under_the_subscribers_coverage(program, practice):
    told(lift(program, on_file(practice, "00009", dependent=CHILD)))
    with organization_scope(practice.pk):
        coverage = Coverage.objects.select_related("patient").get()
        assert coverage.patient.first_name == "JOHNTWO"
        assert (coverage.relationship, coverage.subscriber_first_name) == ("CHILD", "JOHNONE")
        assert coverage.member_id == "0000000000"


@pytest.mark.parametrize("payer_id", ["00004", "000002", "00006"])
def test_an_answer_that_names_nobody_is_not_put_on_file(payer_id, program, practice):
    answer = lift(program, on_file(practice, payer_id))
    assert (answer.status_code, answer.json()["issue"][0]["code"]) == (422, "business-rule")
    with organization_scope(practice.pk):
        assert not Patient.objects.exists()


def test_test_payers_put_nobody_on_file(program, practice):
    ask(program)
    bundle = program.get("/fhir/R4/CoverageEligibilityResponse").json()
    answer = program.post(
        f"/fhir/R4/CoverageEligibilityResponse/{bundle['entry'][0]['resource']['id']}/$lift"
    )
    assert (answer.status_code, "test payer" in answer.json()["issue"][0]["diagnostics"]) == (422, True)


def test_who_may_not_edit_records_lifts_nothing_and_a_stranger_finds_nothing(practice, reader, stranger):
    response = on_file(practice)
    assert lift(reader, response).status_code == 403
    assert lift(stranger, response).status_code == 404
    with organization_scope(practice.pk):
        assert not Patient.objects.exists()
