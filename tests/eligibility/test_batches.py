"""Many people asked about at once, by a file or a program: each line by itself, the same order once."""

from __future__ import annotations

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from clearinghouse.models import Connection
from eligibility.models import BatchRow, EligibilityBatch, EligibilityInquiry
from eligibility.services import ask_row, order_file
from tenancy.scope import organization_scope
from tests.eligibility.conftest import TODAY, TOMORROW
from workbench.models import WorkItem

HEADING = "Payer ID,Member ID,Last Name,First Name,Birth Date,Service Date,Service Type,Provider NPI"
PEOPLE = f"""{HEADING}
GP001,M1001,Rivera,Ana,1980-02-14,{TODAY},98,
GP001,X77,Stranger,Sam,02/03/1990,{TODAY},gf,
NOPE,M3,Nobody,Nora,1990-01-01,,,
GP001,,Half,,soon,,XXX,1111111111
"""


def send(client, text, name="people.csv", **more):
    content = text if isinstance(text, bytes) else text.encode()
    file = SimpleUploadedFile(name, content, "text/csv")
    return client.post(client.at("eligibility/batches/upload/"), {"file": file, **more})


def test_a_file_is_asked_line_by_line_and_what_is_bad_is_named(
    front_desk, payer, coverage, practice, run_jobs
):
    answer = send(front_desk, PEOPLE)
    assert answer.status_code == 302
    assert "0 of 4" not in front_desk.get(answer.url).content.decode()
    run_jobs()
    again = send(front_desk, PEOPLE)
    run_jobs()

    assert again.url == answer.url
    assert sorted(payer.asked) == ["M1001", "X77"]
    shown = front_desk.get(answer.url).content.decode()
    assert "Line 4, payer_id: No payer is known under this id." in shown
    assert "birth_date: soon is no day" in shown
    assert "service_type: XXX is no service type code." in shown
    assert "provider_npi: No provider of this number is on file." in shown
    with organization_scope(practice.pk):
        batch = EligibilityBatch.objects.get()
        rows = list(batch.rows.select_related("inquiry").order_by("line_number"))
        assert [row.line_number for row in rows] == [2, 3, 4, 5]
        assert [bool(row.fault) for row in rows] == [False, False, True, True]
        assert (rows[0].inquiry.coverage_id, rows[1].inquiry.coverage_id) == (coverage.pk, None)
        assert not WorkItem.objects.exists()
    sheet = front_desk.get(f"{answer.url}file/")
    lines = sheet.content.decode("utf-8-sig").splitlines()
    assert (sheet["Content-Type"], len(lines)) == ("text/csv; charset=utf-8", 5)
    assert '2,"Rivera, Ana",M1001' in lines[1]
    assert "Active" in lines[1]


def test_the_same_order_is_another_one_on_another_day(practice):
    """A list of people is asked about again next month, unless a program calls it the same."""
    content = b"payer_id,member_id\n00001,0000000000\n"

    def ordered(on, content=content):
        return order_file(
            name="people.csv", content=content, is_test=True, today=on, payer_ids=None, at=timezone.now()
        )

    with organization_scope(practice.pk):
        first, again, later = ordered(TODAY), ordered(TODAY), ordered(TOMORROW)

    assert (first[1], again[1], later[1]) == (True, False, True)
    assert again[0].id == first[0].id != later[0].id


def test_only_what_failed_becomes_work(front_desk, payer, practice, run_jobs):
    payer.refuses("AAA*N**75*C")
    send(front_desk, PEOPLE)
    run_jobs()

    with organization_scope(practice.pk):
        items = WorkItem.objects.filter(kind="ELIGIBILITY_ERROR", is_open=True)
        assert sorted(items.values_list("category", flat=True)) == ["MEND", "MEND"]
    payer.says("EB*1**30")
    send(front_desk, PEOPLE.replace("Stranger,Sam", "Stranger,Sam ").replace("98,", "30,"))
    run_jobs()
    with organization_scope(practice.pk):
        assert not items.exists()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        ("name,day\nRivera,today\n", "names no column payer_id"),
        (b"\xff\xfe\x00", "not UTF-8"),
        ("payer_id\n" + "GP001\n" * 5001, "At most 5,000 lines"),
    ],
    ids=["none", "empty", "other columns", "no text", "too long"],
)
def test_a_file_that_is_none_says_why(front_desk, payer, practice, content, words):
    answer = send(front_desk, content)

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with organization_scope(practice.pk):
        assert not EligibilityBatch.objects.exists()


def test_test_payers_are_asked_without_a_line(front_desk, billing, practice, run_jobs):
    text = f"{HEADING}\n00001,0000000000,Doeone,Johnone,1880-01-02,{TODAY},30,\n"
    answer = send(front_desk, text, is_test="1")
    run_jobs()

    assert "Active" in front_desk.get(answer.url).content.decode()
    with organization_scope(practice.pk):
        assert EligibilityInquiry.objects.get().is_test
        assert not Connection.objects.exists()


def test_a_line_is_put_once_however_often_its_job_runs(front_desk, payer, practice, run_jobs):
    send(front_desk, PEOPLE)
    run_jobs()
    with organization_scope(practice.pk):
        ids = list(BatchRow.objects.values_list("id", flat=True))
    for row_id in ids * 2:
        ask_row(organization_id=practice.pk, row_id=row_id, at=timezone.now())

    assert len(payer.asked) == 2


def test_a_payer_that_is_down_holds_nobody_else_back(front_desk, payer, practice, run_jobs):
    payer.close()
    answer = send(front_desk, PEOPLE)
    run_jobs()
    shown = front_desk.get(answer.url)

    assert "Being asked" in shown.content.decode()
    assert (shown.context["progress"].done, shown.context["progress"].total) == (2, 4)
    payer.open()


def test_who_may_order_and_who_may_read(front_desk, reader, stranger, payer, run_jobs):
    address = send(front_desk, PEOPLE).url
    run_jobs()
    place = address.split(f"/p/{front_desk.practice.pk}/")[1]

    assert reader.get(address).status_code == 200
    assert send(reader, PEOPLE).status_code == 403
    assert stranger.get(stranger.at(place)).status_code == 404
    assert stranger.get(stranger.at(f"{place}file/")).status_code == 404
    assert "people.csv" not in stranger.get(stranger.at("eligibility/batches/")).content.decode()


# -- programs --------------------------------------------------------------------------------------------------------

URL = "/api/v1/eligibility/batches/"


def order(client, body):
    return client.post(URL, json.dumps(body), content_type="application/json")


def question(**changes):
    return {
        "payerId": "GP001",
        "provider": {"organizationName": "Riverside Clinic", "npi": "1234567893"},
        "subscriber": {"memberId": "M1001", "lastName": "Rivera", "firstName": "Ana", "dateOfBirth": "1980-02-14"},
        **changes,
    }  # fmt: skip


def test_a_program_orders_many_and_reads_what_they_came_to(biller, payer, practice, run_jobs):
    body = {"reference": "night-1", "checks": [question(), question(payerId="NOPE"), question(provider={})]}
    first, again = order(biller, body), order(biller, body)
    run_jobs()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]
    told = biller.get(f"{URL}{first.json()['id']}/").json()
    assert told["is_final"]
    assert told["counts"] == {"ACTIVE": 1, "BAD": 2}
    assert [row["state"] for row in told["rows"]] == ["ACTIVE", "BAD", "BAD"]
    assert "payerId" in told["rows"][1]["fault"]
    assert "npi" in told["rows"][2]["fault"]
    assert told["rows"][0]["check_id"]
    assert [one["id"] for one in biller.get(URL).json()["results"]] == [told["id"]]


def test_a_program_orders_a_day_of_the_schedule(biller, planned, payer, run_jobs):
    answer = order(biller, {"day": TOMORROW.isoformat()})
    run_jobs()

    assert answer.status_code == 201
    assert payer.asked == ["M1001"]
    assert order(biller, {}).status_code == 400
    assert order(biller, {"day": TOMORROW.isoformat(), "checks": [question()]}).status_code == 400


def test_programs_without_the_right_and_of_others_are_refused(biller, reader, stranger, payer):
    made = order(biller, {"reference": "n", "checks": [question()]}).json()

    assert order(reader, {"reference": "n", "checks": [question()]}).status_code == 403
    assert stranger.get(f"{URL}{made['id']}/").status_code == 404
    assert stranger.get(URL).json()["results"] == []
