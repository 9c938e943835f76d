"""Visits yet to come, as programs send them: on file without charges, and finished by what was done."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from patients.models import Encounter
from tenancy.scope import organization_scope
from tests.factories.patients import make_coverage, make_patient

URL = "/api/v1/encounters/"
TOMORROW = timezone.localdate() + datetime.timedelta(days=1)
LINE = {"procedure_code": "99213", "amount_cents": 125_00}


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        patient = make_patient(mrn="R1")
        make_coverage(patient)
        return patient


def say(client, path, body):
    return client.post(path, body, content_type="application/json")


def planned(patient, **changes):
    return {
        "patient_id": str(patient.pk), "service_from_on": TOMORROW.isoformat(), "start_time": "09:30",
        "state": "PLANNED", **changes,
    }  # fmt: skip


def test_a_visit_of_a_day_to_come_is_on_file_and_not_to_bill(biller, patient):
    answer = say(biller, URL, planned(patient))

    assert answer.status_code == 201, answer.content
    assert (answer.json()["state"], answer.json()["start_time"], answer.json()["charges"]) == (
        "PLANNED",
        "09:30:00",
        [],
    )
    listed = biller.get(URL, {"state": "PLANNED", "service_from": TOMORROW.isoformat()}).json()["results"]
    assert [one["id"] for one in listed] == [answer.json()["id"]]
    assert "Rivera" not in biller.get(biller.at("claims/visits/")).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"charges": [LINE]}, "charges"),
        ({"state": "FINISHED"}, "charges"),
        ({"state": "CANCELLED"}, "state"),
        ({"state": "FINISHED", "charges": [LINE]}, "service_from_on"),
        ({"start_time": "soon"}, "start_time"),
    ],
    ids=["planned with charges", "none", "another state", "done in the future", "no time"],
)
def test_what_cannot_be_is_named_at_its_field(biller, patient, changes, field):
    answer = say(biller, URL, planned(patient, **changes))

    assert answer.status_code == 400
    assert field in answer.json()


def test_a_planned_visit_moves_and_has_taken_place_once_it_has_charges(biller, patient, practice):
    sent = {"external_id": "V1", "mrn": "R1", "service_from_on": TOMORROW.isoformat(), "state": "PLANNED"}

    def hand_over(**changes):
        answer = say(biller, f"{URL}import/", {"encounters": [sent | changes]}).json()["results"][0]
        return answer["outcome"], answer["detail"]

    assert hand_over() == ("CREATED", "")
    assert hand_over() == ("UNCHANGED", "")
    today = timezone.localdate().isoformat()
    assert hand_over(service_from_on=today, start_time="10:00")[0] == "UPDATED"
    sent.pop("state")
    assert hand_over(service_from_on=today, charges=[LINE])[0] == "UPDATED"
    with organization_scope(practice.pk):
        visit = Encounter.objects.get()
        assert (visit.state, visit.charges.count(), f"{visit.start_time:%H:%M}") == ("FINISHED", 1, "10:00")
    outcome, detail = hand_over(state="PLANNED", charges=[])
    assert (outcome, detail) == ("REFUSED", "This visit has taken place and is planned no more.")


def test_what_is_yet_to_come_has_no_charges(biller, patient):
    visit = say(biller, URL, planned(patient)).json()
    answer = say(biller, f"{URL}{visit['id']}/charges/", {"version": visit["version"], **LINE})

    assert answer.status_code == 409
    assert "yet to come" in answer.json()["detail"]


def test_a_reader_plans_nothing_and_a_stranger_sees_nothing(biller, reader, stranger, patient):
    visit = say(biller, URL, planned(patient)).json()

    assert say(reader, URL, planned(patient)).status_code == 403
    assert stranger.get(f"{URL}{visit['id']}/").status_code == 404
