"""Patients sent and read by another program."""

import datetime
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from django.test import Client

from patients.models import Coverage, Patient, PatientHistory
from tenancy.scope import organization_scope
from tests.factories.patients import make_coverage, make_patient

URL = "/api/v1/patients/"
BODY = {
    "mrn": "R1",
    "last_name": "Rivera",
    "first_name": "Ana",
    "birth_date": "1980-02-14",
    "coverages": [
        {"member_id": "M1001", "payer_name": "Great Plains Health", "payer_identifier": "GP001", "rank": 1}
    ],
}
PERMISSIONS = (
    "patients.view_patient",
    "patients.edit_patient",
    "patients.edit_coverage",
    "claims.view_claim",
)


@pytest.fixture
def program(practice, sign_in):
    """`program("patients.view_patient")`: a client with a token of the practice."""
    from tenancy.services import issue_token

    def client(*permissions, at=practice):
        person = sign_in("API_CLIENT", at).person
        with organization_scope(at.pk):
            _, secret = issue_token(
                practice=at,
                person=person,
                name="registration",
                permissions=permissions,
                created_by=person,
                expires_on=datetime.date(2099, 1, 1),
            )
        return Client(headers={"Authorization": f"Bearer {secret}"})

    return client


def send(client, body, key=None):
    headers = {"Idempotency-Key": key} if key else {}
    return client.post(URL, body, content_type="application/json", headers=headers)


def test_a_patient_is_created_then_left_alone_then_brought_up_to_date(program, practice):
    client = program(*PERMISSIONS)
    created = send(client, BODY)
    assert created.status_code == 201
    answer = created.json()
    assert answer["created"]
    assert len(answer["coverages_created"]) == 1
    assert answer["patient"]["coverages"][0]["source"] == "API"

    same = send(client, BODY)
    assert same.status_code == 200
    assert (same.json()["changed"], same.json()["coverages_created"]) == ([], [])

    changed = send(
        client, {**BODY, "phone": "5550100", "coverages": [{**BODY["coverages"][0], "group_number": "G7"}]}
    )
    assert changed.json()["changed"] == ["phone"]
    assert list(changed.json()["coverages_changed"].values()) == [["group_number"]]
    with organization_scope(practice.pk):
        assert Patient.objects.get().first_name == "Ana"
        assert {row.source for row in PatientHistory.objects.all()} == {"API"}


def test_a_new_member_id_is_a_new_coverage(program, practice):
    client = program(*PERMISSIONS)
    send(client, BODY)
    other = {**BODY["coverages"][0], "member_id": "W-22", "rank": 2}
    answer = send(client, {**BODY, "coverages": [other]})
    assert len(answer.json()["coverages_created"]) == 1
    with organization_scope(practice.pk):
        assert set(Coverage.objects.values_list("member_id", "rank")) == {("M1001", 1), ("W-22", 2)}


def test_without_a_record_number_the_member_id_with_name_and_birth_date_decides(program, practice):
    client = program(*PERMISSIONS)
    body = {name: value for name, value in BODY.items() if name != "mrn"}
    assert send(client, body).status_code == 201
    assert send(client, body).status_code == 200
    assert send(client, {**body, "first_name": "Luz", "birth_date": "2015-01-01"}).status_code == 201
    with organization_scope(practice.pk):
        assert Patient.objects.count() == 2


def test_a_key_makes_one_act(program, practice):
    client = program(*PERMISSIONS)
    first, second = send(client, BODY, "k1"), send(client, BODY, "k1")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    other = send(client, {**BODY, "phone": "1"}, "k1")
    assert other.status_code == 422
    assert "another body" in other.json()["detail"]
    with organization_scope(practice.pk):
        assert Patient.objects.get().phone == ""


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"last_name": ""}, "last_name"),
        ({"birth_date": "14.2.1980"}, "birth_date"),
        ({"sex": "X"}, "sex"),
        ({"nickname": "Annie"}, "nickname"),
        ({"coverages": [{"member_id": "--", "payer_name": "P"}]}, "coverages"),
        ({"coverages": [{"member_id": "M", "payer_name": "P", "rank": 4}]}, "coverages"),
        ({"organization": "x"}, "organization"),
    ],
)
def test_what_cannot_be_is_named_by_field(program, wrong, field):
    answer = send(program(*PERMISSIONS), {**BODY, **wrong})
    assert answer.status_code == 400
    assert field in answer.json()


def test_rules_refuse_with_409_and_change_nothing(program, practice):
    client = program(*PERMISSIONS)
    send(client, BODY)
    somebody_else = send(client, {**BODY, "last_name": "Ostrowski", "birth_date": "1955-12-01"})
    assert somebody_else.status_code == 409
    clash = send(
        client, {**BODY, "phone": "9", "coverages": [{**BODY["coverages"][0], "member_id": "X", "rank": 1}]}
    )
    assert clash.status_code == 409
    with organization_scope(practice.pk):
        assert Patient.objects.get().phone == ""


def test_permissions_and_practices(program, practice, other_practice, biller, reader, stranger):
    with organization_scope(practice.pk):
        patient = make_patient(mrn="R9")
        make_coverage(patient)
    one = f"{URL}{patient.pk}/"
    viewer = program("patients.view_patient")
    assert viewer.get(one).status_code == 200
    assert send(viewer, BODY).status_code == 403
    assert program("claims.view_claim").get(one).status_code == 403
    foreign = program(*PERMISSIONS, at=other_practice)
    assert foreign.get(one).status_code == 404
    assert foreign.get(URL).json()["results"] == []
    for who, status in ((biller, 200), (reader, 200), (stranger, 404)):
        assert who.get(one).status_code == status
    assert send(program("patients.view_patient", "patients.edit_patient"), BODY).status_code == 403
    assert Client().get(URL).status_code == 401


def test_lists_are_paged(program, practice):
    with organization_scope(practice.pk):
        for number in range(5):
            make_patient(mrn=f"P{number}")
    client = program(*PERMISSIONS)
    page = client.get(URL, {"page_size": 2}).json()
    assert len(page["results"]) == 2
    assert len(client.get(page["next"]).json()["results"]) == 2
    assert len(client.get(URL, {"page_size": 9999}).json()["results"]) == 5


@pytest.mark.parametrize(
    ("field", "value"),
    [("birth_date", "2999-01-01"), ("state", "QQ"), ("postal_code", "6x"), ("phone", "none")],
)
def test_what_cannot_be_true_is_refused_by_field(program, practice, field, value):
    answer = send(program(*PERMISSIONS), {**BODY, field: value})
    assert answer.status_code == 400
    assert set(answer.json()) == {field}
    with organization_scope(practice.pk):
        assert not Patient.objects.exists()


def test_two_calls_do_not_make_somebody_else_of_a_patient(program, practice):
    client = program(*PERMISSIONS)
    send(client, BODY)
    bare = {"mrn": "R1", "last_name": "Ostrowski"}
    assert send(client, bare).status_code == 409
    assert send(client, {"mrn": "R1", "last_name": "Rivera", "birth_date": "1955-12-01"}).status_code == 409
    with organization_scope(practice.pk):
        patient = Patient.objects.get()
    assert (patient.last_name, patient.birth_date) == ("Rivera", datetime.date(1980, 2, 14))


def test_a_new_name_is_taken_with_the_birth_date_on_file(program, practice):
    client = program(*PERMISSIONS)
    send(client, BODY)
    answer = send(client, {"mrn": "R1", "last_name": "Ostrowski", "birth_date": "1980-02-14"})
    assert answer.json()["changed"] == ["last_name"]


@pytest.mark.django_db(transaction=True)
def test_the_same_patient_from_many_at_once_is_one_and_all_are_told(program, practice):
    client = program(*PERMISSIONS)
    headers = dict(client.defaults)

    def one(_):
        try:
            return send(Client(**headers), BODY).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        answers = sorted(pool.map(one, range(8)))
    assert answers == [200] * 7 + [201]


def test_a_patient_is_looked_for_in_the_body_not_in_the_address(program, practice):
    client = program(*PERMISSIONS)
    send(client, BODY)
    for name, value in (("mrn", "R1"), ("member_id", "m-1001")):
        assert client.get(URL, {name: value}).status_code == 400
        found = client.post(f"{URL}search/", {name: value}, content_type="application/json")
        assert [one["mrn"] for one in found.json()["results"]] == ["R1"]
    for body in ({}, {"name": "x"}, {"mrn": ""}):
        assert client.post(f"{URL}search/", body, content_type="application/json").status_code == 400
    none = client.post(f"{URL}search/", {"mrn": "R2"}, content_type="application/json")
    assert none.json()["results"] == []
