"""The day's visits with their coverage, as the front desk sees them before anybody arrives."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from eligibility.models import BatchRow, EligibilityBatch, EligibilityInquiry
from patients.models import Encounter
from patients.services import PaymentTaken, plan_visit, take_payment
from tenancy.scope import organization_scope
from tests.eligibility.conftest import TODAY, TOMORROW
from tests.factories.patients import by_hand, make_coverage, make_patient


def page(client, day=TOMORROW):
    return client.get(client.at(f"eligibility/schedule/?day={day}"))


def check(client, visit, **headers):
    return client.post(client.at(f"eligibility/schedule/visits/{visit.pk}/check/"), headers=headers)


def test_a_visit_is_planned_by_form_and_stands_on_its_day(front_desk, coverage):
    form = {"mrn": "R1", "day": TOMORROW.isoformat(), "start_time": "09:30", "once": "k1"}
    for _ in range(2):
        answer = front_desk.post(front_desk.at("eligibility/schedule/plan/"), form)
        assert answer.status_code == 302

    shown = page(front_desk).content.decode()
    assert shown.count("Rivera, Ana") == 1
    assert "09:30" in shown
    assert "Not checked" in shown
    assert "Nobody is expected" in page(front_desk, TODAY).content.decode()


def test_today_says_who_is_expected_and_leads_to_the_day(front_desk, stranger, planned):
    shown = front_desk.get(front_desk.at()).context["visits"]

    assert {card.name: (card.figure, card.note) for card in shown} == {
        "Visits today": (0, "nobody"),
        "Visits tomorrow": (1, "nothing to settle"),
    }
    assert "Rivera, Ana" in front_desk.get(shown[1].url).content.decode()
    assert stranger.get(stranger.at()).context["visits"] == []


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"mrn": "R9"}, "No patient has this record number"),
        ({"day": "2020-01-01"}, "This day is over."),
        ({"start_time": "soon"}, "Enter a valid time."),
        ({"day": ""}, "This field is required."),
    ],
    ids=["nobody", "past", "no time", "no day"],
)
def test_what_cannot_be_planned_is_named_at_its_field(front_desk, coverage, practice, changes, words):
    form = {"mrn": "R1", "day": TOMORROW.isoformat(), **changes}
    answer = front_desk.post(front_desk.at("eligibility/schedule/plan/"), form)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with organization_scope(practice.pk):
        assert not Encounter.objects.exists()


def test_a_planned_visit_moves_to_another_day_and_is_cancelled(front_desk, planned, practice):
    address = front_desk.at(f"eligibility/schedule/visits/{planned.pk}/change/")
    assert f'value="{TOMORROW}"' in front_desk.get(address).content.decode()
    later = TOMORROW + datetime.timedelta(days=3)
    moved = front_desk.post(address, {"day": later.isoformat(), "start_time": "15:00", "version": 1})
    assert moved.status_code == 302
    assert front_desk.post(address, {"day": TOMORROW.isoformat(), "version": 1}).status_code == 409
    assert "15:00" in page(front_desk, later).content.decode()

    front_desk.post(front_desk.at(f"eligibility/schedule/visits/{planned.pk}/cancel/"), {"version": 2})
    assert "Nobody is expected" in page(front_desk, later).content.decode()
    assert front_desk.get(address).status_code == 404


def test_one_visit_is_checked_while_the_browser_waits(front_desk, planned, payer):
    payer.says("EB*1**30**GOLD PPO", "EB*B**98***27*30*****Y")
    row = check(front_desk, planned, HX_Request="true").content.decode()

    assert "Active" in row
    assert "30.00" in row
    assert payer.asked == ["M1001"]
    whole = check(front_desk, planned)
    assert whole.status_code == 302
    assert "fresh" not in page(front_desk).context["lines"][0].words


def test_a_question_the_payer_refuses_was_asked_and_not_answered(front_desk, planned, payer):
    before = page(front_desk).content.decode()
    payer.refuses("AAA*N**75*C")
    check(front_desk, planned)
    after = page(front_desk).content.decode()

    assert ("never</span>" in before, "without an answer" in before) == (True, False)
    assert ("never</span>" in after, "without an answer" in after) == (False, True)


def test_coverage_that_ends_before_the_visit_is_not_called_active(front_desk, planned, payer):
    payer.says("EB*1**30", f"DTP*349*D8*{TODAY:%Y%m%d}")
    shown = check(front_desk, planned, HX_Request="true").content.decode()

    assert "Ends before" in shown or "Not active" in shown


def test_all_that_are_not_fresh_are_checked_by_one_order(front_desk, planned, payer, practice, run_jobs):
    with organization_scope(practice.pk):
        for number in range(3):
            other = make_patient(mrn=f"S{number}", last_name=f"Vega{number}")
            make_coverage(other, planned.patient.coverages.get().payer, member_id=f"S{number}00")
            plan_visit(patient_id=other.pk, on=TOMORROW, values={}, origin=by_hand())
        uncovered = make_patient(mrn="U1", last_name="Ulm")
        plan_visit(patient_id=uncovered.pk, on=TOMORROW, values={}, origin=by_hand())
    check(front_desk, planned)
    assert page(front_desk).context["not_fresh"] == 3

    for _ in range(2):
        front_desk.post(front_desk.at("eligibility/schedule/check/"), {"day": TOMORROW.isoformat()})
    assert "Payers are being asked" in page(front_desk).content.decode()
    run_jobs()
    run_jobs()

    assert sorted(payer.asked) == ["M1001", "S000", "S100", "S200"]
    with organization_scope(practice.pk):
        batch = EligibilityBatch.objects.get()
        assert (batch.rows.count(), BatchRow.objects.filter(inquiry__state="ANSWERED").count()) == (3, 3)
    card = front_desk.get(front_desk.at(f"eligibility/batches/{batch.pk}/?progress=1"))
    assert card.status_code == 286
    shown = page(front_desk)
    assert shown.context["not_fresh"] == 0
    assert "No coverage" in shown.content.decode()


def test_visits_come_by_file_and_what_is_wrong_is_named_by_line_and_column(front_desk, coverage, practice):
    from django.core.files.uploadedfile import SimpleUploadedFile

    text = (
        "visit_number,mrn,date,time,provider_npi\n"
        f"V1,R1,{TOMORROW},09:30,\n"
        f"V2,R9,{TOMORROW},,\n"
        f"V3,R1,{TOMORROW:%m/%d/%Y},2:30 PM,\n"
        "V4,R1,2020-01-01,,\n"
        "V5,R1,someday,noon,1111111111\n"
    )

    def send(content):
        file = SimpleUploadedFile("visits.csv", content.encode(), "text/csv")
        return front_desk.post(front_desk.at("eligibility/schedule/upload/"), {"file": file})

    shown = send(text).content.decode()
    assert "Recorded <b>2</b>" in shown
    assert "Line 3: mrn: No patient has this record number." in shown
    assert "Line 5: date: This day is over." in shown
    assert "Line 6: date: someday is no day" in shown
    assert "provider_npi: No provider of this number is on file." in shown
    assert "On file as it was sent <b>2</b>" in send(text).content.decode()
    with organization_scope(practice.pk):
        assert Encounter.objects.filter(state="PLANNED").count() == 2
    assert send("visit_number,when\n1,2\n").status_code == 422
    assert send("\x00\x01").status_code == 422


def test_who_may_see_the_schedule_and_who_may_ask(front_desk, reader, stranger, planned, payer, practice):
    assert page(reader).status_code == 200
    assert check(reader, planned).status_code == 403
    assert reader.post(reader.at("eligibility/schedule/plan/"), {}).status_code == 403
    assert reader.post(reader.at("eligibility/schedule/check/"), {}).status_code == 403
    assert "Rivera" not in page(stranger).content.decode()
    assert check(stranger, planned).status_code in (403, 404)
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


def test_a_payer_nobody_reaches_is_said_at_the_visit(front_desk, planned, billing):
    answer = check(front_desk, planned, HX_Request="true")

    assert answer.status_code == 409
    assert "No trading partner is known" in answer.content.decode()


def test_an_older_answer_is_not_fresh(front_desk, planned, payer, practice):
    from eligibility.models import EligibilityResponse

    check(front_desk, planned)
    with organization_scope(practice.pk):
        days = datetime.timedelta(days=4)
        EligibilityResponse.objects.update(received_at=timezone.now() - days)
    assert page(front_desk).context["not_fresh"] == 1


def test_what_is_to_be_collected_is_taken_from_the_schedule_and_stands_there(
    front_desk, planned, payer, practice
):
    payer.says("EB*1**30", "EB*B*IND*98***27*40*****Y")
    check(front_desk, planned)
    shown = page(front_desk).content.decode()
    told = f"Copay, physician office visit, {TOMORROW:%b} {TOMORROW.day}, {TOMORROW.year}"
    assert 'name="amount" value="40.00"' in shown and f'value="{told}"' in shown

    with organization_scope(practice.pk):
        patient = planned.patient
        take_payment(patient=patient, taken=PaymentTaken(4000, "CASH", TODAY, "", told), at=timezone.now())
    assert "$40.00 taken" not in page(front_desk).content.decode()
    with organization_scope(practice.pk):
        Encounter.objects.filter(pk=planned.pk).update(service_from_on=TODAY, service_to_on=TODAY)
    shown = page(front_desk, TODAY).content.decode()
    assert "$40.00 taken" in shown and "Take $40.00" not in shown
