"""Several people save at the same moment: one is first, the others are told so, and nobody meets an error page."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from patients.models import Coverage, EncounterHold, Guarantor, Patient
from tenancy.scope import organization_scope
from tests.factories.claims import SentClaim, import_claims
from tests.factories.patients import make_patient, make_payer

pytestmark = pytest.mark.django_db(transaction=True)
GUARANTOR = {"last_name": "Rivera", "first_name": "Jose", "relationship": "CHILD"}
COVERAGE = {"rank": "1", "relationship": "SELF", "plan_type": "PPO", "subscriber_sex": "U"}
TOGETHER = 6


def at_once(person, path, bodies, **how):
    """Every body sent by a browser of its own, all at one moment; the answers in the order of their status."""
    ready = threading.Barrier(len(bodies))

    def send(body):
        try:
            browser = type(person)(person.person, person.practice)
            ready.wait(timeout=30)
            return browser.post(path, body, **how)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(bodies)) as pool:
        return sorted(pool.map(send, bodies), key=lambda answer: answer.status_code)


def statuses(answers):
    return [answer.status_code for answer in answers]


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        return make_patient(mrn="R1")


def test_the_first_guarantor_is_the_first_ones_and_the_others_see_both(biller, patient, practice):
    path = biller.at(f"patients/{patient.pk}/guarantor/")
    answers = at_once(biller, path, [{**GUARANTOR, "phone": str(number)} for number in range(TOGETHER)])
    assert statuses(answers) == [302] + [409] * (TOGETHER - 1)
    with organization_scope(practice.pk):
        named = Guarantor.objects.get()
    page = answers[-1].content.decode()
    assert f"<ins>{named.phone}</ins>" in page and f'value="{named.version}"' in page


def test_the_same_guarantor_twice_is_one(biller, patient, practice):
    path = biller.at(f"patients/{patient.pk}/guarantor/")
    assert statuses(at_once(biller, path, [GUARANTOR] * TOGETHER)) == [302] * TOGETHER
    with organization_scope(practice.pk):
        assert Guarantor.objects.get().version == 1


def test_programs_name_one_guarantor(biller, patient, practice):
    path = f"/api/v1/patients/{patient.pk}/guarantor/"
    bodies = [{**GUARANTOR, "phone": str(number)} for number in range(TOGETHER)]
    answers = at_once(biller, path, bodies, content_type="application/json")
    assert set(statuses(answers)) <= {200, 409}
    with organization_scope(practice.pk):
        assert Guarantor.objects.get().version == statuses(answers).count(200)


def test_one_coverage_of_an_order_is_first(biller, patient, practice):
    with organization_scope(practice.pk):
        payers = [make_payer(f"Payer {number}", f"P{number}") for number in range(TOGETHER)]
    bodies = [{**COVERAGE, "payer": str(one.pk), "member_id": "W1", "once": str(one.pk)} for one in payers]
    answers = at_once(biller, biller.at(f"patients/{patient.pk}/coverages/new/"), bodies)
    assert statuses(answers) == [302] + [409] * (TOGETHER - 1)
    assert "Another coverage has this order" in answers[-1].content.decode()
    with organization_scope(practice.pk):
        assert Coverage.objects.count() == 1


def test_a_record_number_is_given_once(biller, practice):
    bodies = [
        {"mrn": "R2", "last_name": f"Name{number}", "birth_date": "1980-02-14", "sex": "F", "once": f"k{number}"}
        for number in range(TOGETHER)
    ]  # fmt: skip
    answers = at_once(biller, biller.at("patients/new/"), bodies)
    assert statuses(answers) == [302] + [409] * (TOGETHER - 1)
    with organization_scope(practice.pk):
        assert Patient.objects.count() == 1


def test_a_visit_number_is_given_once(biller, patient):
    visit = {
        "patient_id": str(patient.pk), "service_from_on": "2026-03-02", "external_id": "V1", "diagnoses": ["I10"],
        "charges": [{"procedure_code": "99213", "amount_cents": 125_00}],
    }  # fmt: skip
    bodies = [{**visit, "place_of_service": f"1{number}"} for number in range(TOGETHER)]
    answers = at_once(biller, "/api/v1/encounters/", bodies, content_type="application/json")
    assert statuses(answers) == [201] + [409] * (TOGETHER - 1)


def test_a_visit_is_held_once_for_a_reason(biller, patient, practice):
    with organization_scope(practice.pk):
        import_claims(SentClaim(number="A1"), tax_id=practice.tax_id)
        visit = Patient.objects.exclude(pk=patient.pk).get().encounters.get()
        type(visit).objects.update(billing_state="OPEN")
    path = biller.at(f"patients/encounters/{visit.pk}/hold/")
    answers = at_once(biller, path, [{"reason": "CODING", "note": str(number)} for number in range(TOGETHER)])
    assert statuses(answers) == [302] + [409] * (TOGETHER - 1)
    with organization_scope(practice.pk):
        assert EncounterHold.objects.count() == 1
