"""Guarantors, visits and charges, read and changed by another program."""

import pytest

from audit.models import AuditEvent
from ledger.selectors import charge_balances
from patients.models import Charge, Encounter, Guarantor, PatientHistory
from tenancy.ids import uuid7
from tenancy.scope import organization_scope
from tests.factories.patients import make_coverage, make_patient

URL = "/api/v1/encounters/"


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        patient = make_patient(mrn="R1")
        make_coverage(patient)
        return patient


def say(client, path, body, **headers):
    return client.post(path, body, content_type="application/json", headers=headers)


def body(patient, **changes):
    return {
        "patient_id": str(patient.pk),
        "service_from_on": "2026-03-02",
        "place_of_service": "11",
        "diagnoses": ["E11.9", "i10"],
        "charges": [
            {"procedure_code": "99213", "amount_cents": 125_00, "modifiers": ["25"], "diagnosis_pointers": [1, 2]},
            {"procedure_code": "85025", "amount_cents": 40_00},
        ],
        **changes,
    }  # fmt: skip


@pytest.fixture
def visit(biller, patient):
    answer = say(biller, URL, body(patient))
    assert answer.status_code == 201, answer.content
    return answer.json()


def owed(practice):
    with organization_scope(practice.pk):
        charges = list(Charge.objects.order_by("line_number", "id"))
        balances = charge_balances([one.id for one in charges])
    return {
        one.procedure_code: (balances[one.id].insurance_cents, balances[one.id].patient_cents)
        for one in charges
    }


def test_a_visit_sent_twice_with_one_key_is_recorded_once(biller, patient, practice):
    first = say(biller, URL, body(patient), **{"Idempotency-Key": "v1"})
    again = say(biller, URL, body(patient), **{"Idempotency-Key": "v1"})
    other = say(biller, URL, body(patient, external_id="V9"), **{"Idempotency-Key": "v1"})
    assert (first.status_code, again.status_code, other.status_code) == (201, 201, 422)
    assert first.json() == again.json()
    visit = first.json()
    assert visit["diagnoses"] == ["E119", "I10"]
    assert [(one["line_number"], one["modifiers"], one["diagnosis_pointers"]) for one in visit["charges"]] == [
        (1, "25", "1:2"), (2, "", ""),
    ]  # fmt: skip
    assert owed(practice) == {"99213": (125_00, 0), "85025": (40_00, 0)}
    with organization_scope(practice.pk):
        assert Encounter.objects.count() == 1
        assert set(PatientHistory.objects.filter(subject_type="ENCOUNTER").values_list("source")) == {
            ("API",)
        }
    assert biller.get(f"{URL}{visit['id']}/").json() == visit
    listed = biller.get(URL, {"patient": str(patient.pk), "service_from": "2026-03-01"}).json()["results"]
    assert [one["id"] for one in listed] == [visit["id"]]


def test_charges_without_coverage_go_to_the_patient(biller, practice):
    with organization_scope(practice.pk):
        bare = make_patient(mrn="N1")
    say(biller, URL, body(bare))
    assert owed(practice) == {"99213": (0, 125_00), "85025": (0, 40_00)}


def test_a_charge_is_added_changed_and_voided_and_the_books_follow(biller, visit, practice):
    more = {"procedure_code": "81002", "amount_cents": 9_00, "version": visit["version"]}
    added = say(biller, f"{URL}{visit['id']}/charges/", more)
    assert added.status_code == 200, added.content
    second_click = say(biller, f"{URL}{visit['id']}/charges/", more)
    assert second_click.status_code == 409
    assert second_click.json()["version"] == added.json()["version"]
    lines = {one["procedure_code"]: one for one in added.json()["charges"]}
    assert lines["81002"]["line_number"] == 3

    changed = say(
        biller,
        f"/api/v1/charges/{lines['99213']['id']}/change/",
        {"procedure_code": "99214", "amount_cents": 180_00, "version": added.json()["version"]},
    )
    assert changed.status_code == 200, changed.content
    voided = say(
        biller, f"/api/v1/charges/{lines['85025']['id']}/void/", {"version": changed.json()["version"]}
    )
    assert [(one["procedure_code"], one["state"]) for one in voided.json()["charges"]] == [
        ("99213", "VOIDED"), ("99214", "BILLABLE"), ("85025", "VOIDED"), ("81002", "BILLABLE"),
    ]  # fmt: skip
    assert owed(practice) == {
        "99213": (0, 0), "99214": (180_00, 0), "85025": (0, 0), "81002": (9_00, 0),
    }  # fmt: skip
    with organization_scope(practice.pk):
        verbs = set(AuditEvent.objects.filter(actor_id=biller.person.pk).values_list("verb", flat=True))
    assert {"patients.encounter.updated", "patients.charge.captured", "patients.charge.voided"} <= verbs


def test_a_charge_voided_once_and_the_last_one_are_refused(biller, visit):
    first, second = (one["id"] for one in visit["charges"])
    once = say(biller, f"/api/v1/charges/{first}/void/", {"version": visit["version"]}).json()
    for charge, words in ((first, "voided already"), (second, "only charge")):
        answer = say(biller, f"/api/v1/charges/{charge}/void/", {"version": once["version"]})
        assert answer.status_code == 409
        assert words in answer.json()["detail"]


def test_a_visit_changes_in_what_was_sent_and_nothing_else(biller, visit, practice):
    path = f"{URL}{visit['id']}/change/"
    answer = say(
        biller, path, {"place_of_service": "22", "diagnoses": ["J06.9"], "version": visit["version"]}
    )
    assert answer.status_code == 200, answer.content
    after = answer.json()
    assert (after["place_of_service"], after["diagnoses"]) == ("22", ["J069"])
    assert after["charges"] == visit["charges"]
    stale = say(biller, path, {"place_of_service": "11", "version": visit["version"]})
    assert stale.status_code == 409
    assert stale.json()["differing"] == {"place_of_service": ["22", "11"]}


def test_charges_go_to_the_patient_when_one_says_so(biller, visit, practice):
    answer = say(biller, f"{URL}{visit['id']}/change/", {"owed_by": 0, "version": visit["version"]})
    assert answer.status_code == 200, answer.content
    assert sum(one["outstanding_cents"] for one in answer.json()["charges"]) == 165_00
    with organization_scope(practice.pk):
        live = Charge.objects.exclude(state="VOIDED")
        balances = charge_balances([one.id for one in live])
        assert sum(one.patient_cents for one in balances.values()) == 165_00


def test_a_cancelled_visit_owes_nothing_and_stays_as_it_is(biller, visit, practice):
    cancelled = say(biller, f"{URL}{visit['id']}/cancel/", {"version": visit["version"]}).json()
    assert cancelled["state"] == "CANCELLED"
    assert owed(practice) == {"99213": (0, 0), "85025": (0, 0)}
    more = {"procedure_code": "81002", "amount_cents": 9_00, "version": cancelled["version"]}
    assert say(biller, f"{URL}{visit['id']}/charges/", more).status_code == 409


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"diagnoses": ["hello"]}, "diagnoses"),
        ({"service_to_on": "2026-03-01"}, "service_to_on"),
        ({"charges": []}, "charges"),
        ({"charges": [{"procedure_code": "9", "amount_cents": 1}]}, "charges"),
        ({"charges": [{"procedure_code": "99213", "amount_cents": -1}]}, "charges"),
        ({"charges": [{"procedure_code": "99213", "amount_cents": 1, "modifiers": ["LONG"]}]}, "charges"),
        ({"charges": [{"procedure_code": "99213", "amount_cents": 1, "diagnosis_pointers": [99]}]}, "charges"),
        ({"location_id": str(uuid7())}, "location_id"),
        ({"billing_provider_id": str(uuid7())}, "billing_provider_id"),
        ({"owed_by": 4}, "owed_by"),
        ({"nickname": "x"}, "nickname"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_named_by_field(biller, patient, wrong, field):
    answer = say(biller, URL, body(patient, **wrong))
    assert answer.status_code == 400
    assert set(answer.json()) == {field}


def test_a_visit_cannot_be_moved_past_its_end(biller, visit):
    sent = {"service_from_on": "2026-03-05", "version": visit["version"]}
    answer = say(biller, f"{URL}{visit['id']}/change/", sent)
    assert (answer.status_code, set(answer.json())) == (400, {"service_to_on"})


def test_a_guarantor_is_named_and_changed(biller, patient, practice):
    path = f"/api/v1/patients/{patient.pk}/guarantor/"
    assert biller.get(f"/api/v1/patients/{patient.pk}/").json()["guarantor"] is None
    named = say(biller, path, {"last_name": "Rivera", "first_name": "Luz", "relationship": "CHILD"}).json()
    changed = say(biller, path, {"last_name": "Rivera", "phone": "555 0100", "version": named["version"]})
    assert changed.status_code == 200, changed.content
    assert (changed.json()["first_name"], changed.json()["phone"]) == ("Luz", "555 0100")
    stale = say(biller, path, {"last_name": "Rivera", "phone": "555 0199", "version": named["version"]})
    assert stale.status_code == 409
    assert stale.json()["differing"] == {"phone": ["555 0100", "555 0199"]}
    assert say(biller, path, {"last_name": "Rivera", "state": "QQ"}).json().keys() == {"state"}
    assert biller.get(f"/api/v1/patients/{patient.pk}/").json()["guarantor"] == changed.json()
    with organization_scope(practice.pk):
        assert Guarantor.objects.count() == 1


def test_billers_change_readers_read_and_strangers_find_nothing(biller, reader, stranger, patient, visit):
    version = {"version": visit["version"]}
    charge = visit["charges"][0]["id"]
    line = {"procedure_code": "81002", "amount_cents": 9_00, **version}
    acts = [
        (f"/api/v1/patients/{patient.pk}/guarantor/", {"last_name": "Rivera"}, 200),
        (URL, body(patient), 201),
        (f"{URL}{visit['id']}/change/", {**version, "place_of_service": "22"}, 200),
        (f"{URL}{visit['id']}/charges/", {**line, "version": visit["version"] + 1}, 200),
        (f"/api/v1/charges/{charge}/change/", {**line, "version": visit["version"] + 2}, 200),
        (f"{URL}{visit['id']}/cancel/", {"version": visit["version"] + 3}, 200),
    ]
    for path, sent, done in acts:
        for who, status in ((stranger, 404), (reader, 403), (biller, done)):
            assert say(who, path, sent).status_code == status, path
    assert say(stranger, f"/api/v1/charges/{charge}/void/", version).status_code == 404
    for who, status in ((stranger, 404), (reader, 200), (biller, 200)):
        assert who.get(f"{URL}{visit['id']}/").status_code == status
    assert stranger.get(URL).json()["results"] == []
