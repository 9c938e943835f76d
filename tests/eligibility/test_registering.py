"""Somebody nobody knew is asked about first, and registered from the answer with the check attached."""

from __future__ import annotations

import datetime

import pytest

from eligibility.models import EligibilityInquiry
from patients.models import Coverage, Patient
from tenancy.scope import organization_scope
from tests.eligibility.conftest import TODAY
from tests.eligibility.test_front_desk import said
from tests.factories.patients import make_patient


@pytest.fixture
def asked(front_desk, billing, coverage, payer, practice):
    """About somebody who is not on file."""
    values = said(
        billing, is_test="", test_payer="", payer=str(coverage.payer_id), payer_words="Great Plains Health",
        member_number="W77", last_name="Rivers", first_name="Ann", birth_date="1990-05-06", service_on=str(TODAY),
    )  # fmt: skip
    front_desk.post(front_desk.at("eligibility/check/"), values)
    with organization_scope(practice.pk):
        return EligibilityInquiry.objects.get()


def address(who, asked):
    return who.at(f"eligibility/{asked.pk}/register/")


def form(front_desk, asked, **changes):
    page = front_desk.get(address(front_desk, asked))
    initial = page.context["form"].initial
    return {name: value or "" for name, value in initial.items()} | changes


def filed(practice, asked):
    with organization_scope(practice.pk):
        asked.refresh_from_db()
        return asked.patient, Coverage.objects.filter(pk=asked.coverage_id).first()


def test_the_answer_leads_to_a_form_filled_from_it_and_the_check_is_attached(front_desk, asked, practice):
    card = front_desk.get(front_desk.at(f"eligibility/{asked.pk}/")).content.decode()
    assert "Register this patient" in card
    values = form(front_desk, asked)
    assert values["last_name"] and values["member_id"]
    sent = front_desk.post(
        address(front_desk, asked),
        values | {"last_name": "Rivers", "first_name": "Ann", "mrn": "R77", "email": "ann@example.test"},
    )

    assert (sent.status_code, sent.url) == (302, front_desk.at(f"eligibility/{asked.pk}/"))
    patient, coverage = filed(practice, asked)
    assert (patient.last_name, patient.first_name, patient.mrn) == ("Rivers", "Ann", "R77")
    assert patient.email == "ann@example.test"
    assert (coverage.patient_id, coverage.member_id) == (patient.pk, values["member_id"])
    assert coverage.payer_id == asked.payer_id and coverage.verified_at is not None
    card = front_desk.get(sent.url).content.decode()
    assert "Register this patient" not in card and "Take a payment" in card
    history = front_desk.get(front_desk.at(f"eligibility/of-patient/{patient.pk}/")).content.decode()
    assert str(asked.pk) in history


def test_the_same_form_twice_registers_once(front_desk, asked, practice):
    values = form(front_desk, asked)
    for _ in range(2):
        assert front_desk.post(address(front_desk, asked), values).status_code == 302
    with organization_scope(practice.pk):
        assert Patient.objects.exclude(mrn="R1").count() == 1


def test_somebody_alike_is_shown_and_the_check_put_into_their_record(front_desk, asked, practice):
    values = form(front_desk, asked)
    born = datetime.date.fromisoformat(str(values["birth_date"]))
    with organization_scope(practice.pk):
        known = make_patient(
            mrn="R5", last_name=values["last_name"], first_name=values["first_name"], birth_date=born
        )
    shown = front_desk.post(address(front_desk, asked), values)
    assert shown.status_code == 409 and str(known.pk) in shown.content.decode()

    front_desk.post(address(front_desk, asked), values | {"patient": str(known.pk)})
    patient, coverage = filed(practice, asked)
    assert patient == known and coverage.patient_id == known.pk
    with organization_scope(practice.pk):
        assert Patient.objects.count() == 2


def test_another_person_of_the_same_name_is_registered_after_all(front_desk, asked, practice):
    values = form(front_desk, asked)
    born = datetime.date.fromisoformat(str(values["birth_date"]))
    with organization_scope(practice.pk):
        known = make_patient(
            mrn="R5", last_name=values["last_name"], first_name=values["first_name"], birth_date=born
        )
    front_desk.post(address(front_desk, asked), values | {"is_another": "yes"})

    assert filed(practice, asked)[0] not in (None, known)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"last_name": ""}, "This field is required."),
        ({"birth_date": "2199-01-01"}, "yet to come"),
        ({"member_id": "--"}, "letters or digits"),
        ({"state": "ZZ"}, "Two letters of a state"),
        ({"mrn": "R1"}, "Another patient has this record number"),
        ({"city": "東京"}, "A claim cannot carry"),
        ({"email": "ann"}, "Enter a valid email address."),
    ],
    ids=["name", "birth", "member id", "state", "record number", "signs", "e-mail"],
)
def test_what_cannot_be_is_said_at_its_field_and_nobody_is_registered(
    front_desk, asked, practice, changes, words
):
    answer = front_desk.post(address(front_desk, asked), form(front_desk, asked) | changes)

    assert answer.status_code in (409, 422) and words in answer.content.decode()
    assert filed(practice, asked) == (None, None)


def test_who_may_not_and_who_is_of_another_practice(reader, stranger, asked, front_desk, billing):
    assert reader.get(address(reader, asked)).status_code == 403
    assert stranger.get(address(stranger, asked)).status_code in (403, 404)
    page = front_desk.post(front_desk.at("eligibility/check/"), said(billing)).content.decode()
    assert "Register this patient" not in page  # a test payer's person is nobody
