"""Registering and editing patients in the browser."""

import datetime

import pytest

from patients.models import Guarantor, Patient, PatientHistory
from tenancy.scope import organization_scope
from tests.factories.patients import make_patient

FORM = {
    "last_name": "Rivera",
    "first_name": "Ana",
    "birth_date": "1980-02-14",
    "sex": "F",
    "mrn": "R1",
    "state": "oh",
}


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        return make_patient(mrn="R1")


def form(person, path, **changes):
    page = person.get(person.at(path))
    assert page.status_code == 200, page.content
    initial = page.context["form"].initial
    return {**FORM, "once": initial.get("once") or "", "version": initial.get("version") or "", **changes}


def test_a_double_click_registers_one_patient(biller, practice):
    sent = form(biller, "patients/new/")
    first = biller.post(biller.at("patients/new/"), sent)
    second = biller.post(biller.at("patients/new/"), sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert first["Location"] == second["Location"]
    with organization_scope(practice.pk):
        patient = Patient.objects.get()
        assert (patient.state, patient.search_name) == ("OH", "RIVERA ANA")
        told = PatientHistory.objects.get()
        assert (told.source, told.person_id) == ("PERSON", biller.person.pk)


def test_the_same_key_with_other_values_is_refused(biller):
    sent = form(biller, "patients/new/")
    biller.post(biller.at("patients/new/"), sent)
    assert biller.post(biller.at("patients/new/"), {**sent, "first_name": "Luz"}).status_code == 422


def test_a_record_number_is_given_once(biller, patient):
    answer = biller.post(biller.at("patients/new/"), form(biller, "patients/new/", last_name="Okafor"))
    assert answer.status_code == 409
    assert "Another patient has this record number" in answer.content.decode()


def test_only_those_who_may_register_and_nobody_from_elsewhere(patient, biller, reader, stranger):
    path = f"patients/{patient.pk}/"
    for who, sees, edits in ((biller, 200, 200), (reader, 200, 403)):
        assert who.get(who.at(path)).status_code == sees
        assert who.get(who.at(f"{path}edit/")).status_code == edits
    for address in (stranger.at(path), biller.at(path)):
        assert stranger.get(address).status_code == 404
        assert stranger.get(f"{address}edit/").status_code == 404


def test_who_comes_second_sees_both_values(biller, supervisor, patient, practice):
    path = f"patients/{patient.pk}/edit/"
    mine, theirs = form(biller, path, phone="111"), form(supervisor, path, phone="222")
    assert supervisor.post(supervisor.at(path), theirs).status_code == 302
    answer = biller.post(biller.at(path), mine)
    assert answer.status_code == 409
    text = answer.content.decode()
    assert "111" in text
    assert "222" in text
    assert supervisor.person.name in text
    assert (
        biller.post(
            biller.at(path), {**mine, "version": answer.context["form"]["version"].value()}
        ).status_code
        == 302
    )
    with organization_scope(practice.pk):
        assert Patient.objects.get().phone == "111"


def test_the_page_says_who_told_what(biller, patient):
    text = biller.get(biller.at(f"patients/{patient.pk}/")).content.decode()
    assert "Rivera, Ana" in text
    assert "entered by hand" in text
    assert "<title>Patient " in text


def test_a_search_is_a_post_and_leaves_no_name_in_an_address(biller, patient, practice):
    for words in ("riv", "Rivera, A", "r1"):
        answer = biller.post(biller.at("patients/"), {"words": words})
        assert "Rivera, Ana" in answer.content.decode(), words
    assert "Rivera" not in biller.post(biller.at("patients/"), {"words": "ana"}).content.decode()
    assert (
        "Rivera, Ana"
        not in biller.get(biller.at("patients/"), {"words": "zzz"}).content.decode().split("rows")[0]
    )


def test_pages_of_patients_are_not_kept_by_browsers(biller, patient):
    assert "no-store" in biller.get(biller.at(f"patients/{patient.pk}/"))["Cache-Control"]


def test_a_guarantor_is_named_and_changed(biller, patient, practice):
    path = f"patients/{patient.pk}/guarantor/"
    sent = {"last_name": "Rivera", "first_name": "Jose", "relationship": "CHILD"}
    assert biller.post(biller.at(path), {**form(biller, path), **sent}).status_code == 302
    assert biller.post(biller.at(path), {**form(biller, path), **sent, "phone": "5"}).status_code == 302
    with organization_scope(practice.pk):
        guarantor = Guarantor.objects.get()
        assert (guarantor.first_name, guarantor.phone, guarantor.version) == ("Jose", "5", 2)


def test_a_place_narrowed_grant_does_not_see_patients_seen_elsewhere(sign_in, practice):
    from patients.services import EncounterDraft, record_encounter
    from tenancy.services import create_location
    from tests.factories.patients import by_hand

    with organization_scope(practice.pk):
        here, there = (create_location(practice=practice, name=name) for name in ("Here", "There"))
        patients = {}
        for place in (here, there):
            patients[place.name] = make_patient(last_name=place.name, mrn=place.name)
            day = datetime.date(2026, 3, 2)
            draft = EncounterDraft(patients[place.name].id, day, day, values={"location_id": place.id})
            record_encounter(draft=draft, origin=by_hand())
    clerk = sign_in("FRONT_DESK", location_ids=[here.pk])
    assert clerk.get(clerk.at(f"patients/{patients['Here'].pk}/")).status_code == 200
    assert clerk.get(clerk.at(f"patients/{patients['There'].pk}/")).status_code == 404


def test_a_person_takes_over_what_a_file_said_differently(biller, reader, practice):
    from tests.factories.claims import Person, SentClaim, import_claims

    with organization_scope(practice.pk):
        import_claims(SentClaim("A1", person=Person(mrn="R1")))
        import_claims(SentClaim("A2", person=Person(mrn="R1", address_line="9 NEW STREET")))
        patient = Patient.objects.get()
        told = PatientHistory.objects.get(action="SEEN_DIFFERENT")
    page = f"patients/{patient.pk}/"
    assert "9 NEW STREET" in biller.get(biller.at(page)).content.decode()
    take = f"{page}take/{told.pk}/"
    assert reader.post(reader.at(take)).status_code == 403
    assert biller.post(biller.at(take)).status_code == 302
    with organization_scope(practice.pk):
        assert Patient.objects.get().address_line == "9 NEW STREET"
    text = biller.get(biller.at(page)).content.decode()
    assert "says otherwise" not in text


def test_the_front_desk_is_not_led_where_it_may_not_go(sign_in, patient):
    clerk = sign_in("FRONT_DESK")
    text = clerk.get(clerk.at(f"patients/{patient.pk}/")).content.decode()
    assert "claims/?patient=" not in text
    assert "Record a visit" not in text


def test_a_patients_page_costs_a_fixed_number_of_queries(biller, practice, django_assert_max_num_queries):
    from tests.factories.claims import Person, SentClaim, import_claims

    with organization_scope(practice.pk):
        import_claims(*[SentClaim(f"A{n}", person=Person(mrn="R1")) for n in range(15)])
        patient = Patient.objects.get()
    with django_assert_max_num_queries(22):
        biller.get(biller.at(f"patients/{patient.pk}/"))


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("birth_date", "2999-01-01", "yet to come"), ("birth_date", "1800-01-01", "Nobody is that old"),
        ("state", "QQ", "Two letters of a state"), ("postal_code", "6x", "Five or nine digits"),
        ("phone", "none", "has digits"),
    ],
)  # fmt: skip
def test_what_cannot_be_true_is_said_at_its_field(biller, field, value, words):
    wrong = {**form(biller, "patients/new/"), "last_name": "Rivera", "email": "nope", field: value}
    answer = biller.post(biller.at("patients/new/"), wrong)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert words in page
    assert "valid email" in page, "everything that is wrong is said at once"


def test_somebody_alike_is_shown_before_a_second_record_is_made(biller, practice, stranger):
    known = {"last_name": "Núñez", "first_name": "Ana", "birth_date": "1980-02-14", "mrn": "A1"}
    path = "patients/new/"
    assert biller.post(biller.at(path), {**form(biller, path), **known}).status_code == 302
    again = {**form(biller, path), **known, "mrn": "A2", "last_name": "NUNEZ", "first_name": "A."}
    answer = biller.post(biller.at(path), again)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Is it one of these?" in page
    assert "A1" in page
    assert biller.post(biller.at(path), {**again, "is_another": "yes"}).status_code == 302
    with organization_scope(practice.pk):
        assert Patient.objects.count() == 2
    elsewhere = stranger.post(stranger.at(path), {**form(stranger, path), **known})
    assert elsewhere.status_code == 302, "who is on file in another practice is not told"


def test_the_front_desk_sees_what_a_patient_owes(practice, sign_in):
    from tests.factories.era import Era, claim, post

    with organization_scope(practice.pk):
        patient = claim("OWES1", "100.00").patient
        post(Era().paid("OWES1", "100.00 80.00 PR-2=20.00"))
    desk = sign_in("FRONT_DESK")
    assert "owes $20.00" in desk.get(desk.at(f"patients/{patient.pk}/")).content.decode()
