"""Denials and work items through the API: the same permissions, verbs and refusals as in the browser."""

import datetime
import uuid

import pytest
from django.utils import timezone

from denials.models import Denial
from tenancy.scope import organization_scope
from tests.factories.workbench import make_item

TODAY = timezone.now().date().isoformat()
JSON = {"content_type": "application/json"}


@pytest.fixture
def denial(denied):
    return denied(codes="CO-197")


def url(denial, rest=""):
    return f"/api/v1/denials/{denial.pk}/{rest}"


def state(denial):
    with organization_scope(denial.organization_id):
        return Denial.objects.get(pk=denial.pk).state


def test_who_reads(denial, biller, reader, stranger, admin_person):
    for who, status, count in ((reader, 200, 1), (biller, 200, 1), (stranger, 200, 0)):
        answer = who.get("/api/v1/denials/")
        assert (answer.status_code, len(answer.json()["results"])) == (status, count)
    assert admin_person.get("/api/v1/denials/").status_code == 403
    for who, status in ((stranger, 404), (reader, 200), (biller, 200)):
        answer = who.get(url(denial))
        assert answer.status_code == status
        assert (b"CLM00001" in answer.content) == (status == 200)


def test_one_denial_comes_with_its_chain(denial, reader):
    found = reader.get(url(denial)).json()

    assert found["denial"]["reason_code"] == "197"
    assert [row["kind"] for row in found["occurrences"]] == ["DENIED"]
    assert [row["to_state"] for row in found["transitions"]] == ["DETECTED", "TRIAGED"]
    assert found["item"]["kind"] == "DENIAL"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("category=authorization", 1), ("category=coding", 0), ("is_open=true", 1), ("is_open=false", 0),
        ("reason_code=197", 1), ("state=TRIAGED", 1), ("denied_from_cents=15001", 0), ("denied_after=2026-01-01", 1),
    ],
)  # fmt: skip
def test_filters(denial, reader, query, count):
    assert len(reader.get(f"/api/v1/denials/?{query}").json()["results"]) == count


def test_who_works(denial, biller, reader, poster, stranger):
    for who, status in ((stranger, 404), (reader, 403), (poster, 403), (biller, 200)):
        assert who.post(url(denial, "claim/"), {}, **JSON).status_code == status
    assert state(denial) == "IN_WORK"


def test_a_changed_item_is_refused_with_what_it_is_now(denial, biller, supervisor):
    supervisor.post(url(denial, "claim/"), {"version": 1}, **JSON)
    answer = biller.post(
        url(denial, "snooze/"),
        {
            "version": 1,
            "until": (timezone.now() + datetime.timedelta(days=30)).date().isoformat(),
            "reason": "OTHER",
        },
        **JSON,
    )

    assert answer.status_code == 409
    assert supervisor.person.name in answer.json()["detail"]
    assert answer.json()["item"]["assignee_id"] == str(supervisor.person.pk)


def test_work_is_given_only_to_those_who_may_do_it(denial, biller, reader, stranger):
    for person in (reader.person, stranger.person):
        answer = biller.post(url(denial, "assign/"), {"assignee_id": str(person.pk)}, **JSON)
        assert answer.status_code == 404
    answer = biller.post(url(denial, "assign/"), {"assignee_id": str(biller.person.pk)}, **JSON)
    assert answer.json()["assignee_id"] == str(biller.person.pk)


def test_notes_appeals_and_decisions(denial, biller):
    assert biller.post(url(denial, "note/"), {"body": "Called"}, **JSON).status_code == 200
    assert biller.get(url(denial, "notes/")).json()[0]["body"] == "Called"
    sent = {"form_key": str(uuid.uuid4()), "method": "PORTAL", "sent_on": TODAY}
    assert biller.post(url(denial, "appeal/"), sent, **JSON).status_code == 200
    appeal = biller.get(url(denial)).json()["appeals"][0]
    decided = {"appeal_id": appeal["id"], "outcome": "OVERTURNED", "decided_on": TODAY}
    assert biller.post(url(denial, "appeal-decision/"), decided, **JSON).status_code == 200
    assert state(denial) == "DECIDED"
    for outcome in ("UPHELD", "NOT_A_DENIAL"):
        answer = biller.post(url(denial, "close/"), {"outcome": outcome}, **JSON)
        assert (answer.status_code, "still open in the books" in answer.json()["detail"]) == (409, True)
    assert biller.post(url(denial, "close/"), {"outcome": "CONTRACTUAL"}, **JSON).status_code == 200
    assert state(denial) == "ACCEPTED_CONTRACTUAL"


def test_write_offs_and_the_second_person(denial, sign_in):
    biller = sign_in("BILLER", write_off_limit_cents=0)
    boss = sign_in("SUPERVISOR", write_off_limit_cents=500000)
    asked = {"form_key": str(uuid.uuid4()), "amount_cents": 15000, "reason": "SMALL_BALANCE"}
    assert biller.post(url(denial, "write-off/"), asked, **JSON).json()["state"] == "REVIEW"
    write_off = boss.get(url(denial)).json()["write_offs"][0]
    approval = {"write_off_id": write_off["id"]}
    assert biller.post(url(denial, "write-off-approval/"), approval, **JSON).status_code == 403
    assert boss.post(url(denial, "write-off-approval/"), approval, **JSON).status_code == 200
    assert state(denial) == "WRITTEN_OFF"


def test_the_payers_answer_to_an_appeal(denial, biller, reader):
    sent = {"form_key": str(uuid.uuid4()), "method": "PORTAL", "sent_on": TODAY}
    biller.post(url(denial, "appeal/"), sent, **JSON)
    answer = {"appeal_id": biller.get(url(denial)).json()["appeals"][0]["id"], "state": "INFO_REQUESTED"}
    assert reader.post(url(denial, "appeal-answer/"), answer, **JSON).status_code == 403
    assert (
        biller.post(url(denial, "appeal-answer/"), {**answer, "state": "DECIDED"}, **JSON).status_code == 400
    )
    assert biller.post(url(denial, "appeal-answer/"), answer, **JSON).status_code == 200
    assert state(denial) == "APPEAL_INFO_REQUESTED"


def test_a_write_off_is_refused_with_a_reason_or_taken_back(denial, sign_in):
    biller = sign_in("BILLER", write_off_limit_cents=0)
    boss = sign_in("SUPERVISOR", write_off_limit_cents=500000)

    def ask():
        asked = {"form_key": str(uuid.uuid4()), "amount_cents": 15000, "reason": "SMALL_BALANCE"}
        assert biller.post(url(denial, "write-off/"), asked, **JSON).status_code == 200
        found = boss.get(url(denial)).json()["write_offs"]
        return next({"write_off_id": one["id"]} for one in found if one["state"] == "PENDING")

    asked = ask()
    assert boss.post(url(denial, "write-off-refusal/"), asked, **JSON).status_code == 400
    refusal = {**asked, "note": "Appeal first"}
    assert biller.post(url(denial, "write-off-refusal/"), refusal, **JSON).status_code == 403
    assert boss.post(url(denial, "write-off-refusal/"), refusal, **JSON).status_code == 200
    asked = ask()
    assert boss.post(url(denial, "write-off-withdrawal/"), asked, **JSON).status_code == 409
    assert biller.post(url(denial, "write-off-withdrawal/"), asked, **JSON).status_code == 200
    assert {one["state"] for one in boss.get(url(denial)).json()["write_offs"]} == {"REFUSED", "WITHDRAWN"}


def test_an_appeal_of_another_denial_is_not_found(denial, denied, biller):
    other = denied("CLM00002", trace="T2")
    sent = {"form_key": str(uuid.uuid4()), "method": "PORTAL", "sent_on": TODAY}
    biller.post(url(other, "appeal/"), sent, **JSON)
    appeal = biller.get(url(other)).json()["appeals"][0]
    decided = {"appeal_id": appeal["id"], "outcome": "OVERTURNED", "decided_on": TODAY}
    assert biller.post(url(denial, "appeal-decision/"), decided, **JSON).status_code == 404


class TestWorkItems:
    @pytest.fixture
    def item(self, practice):
        with organization_scope(practice.pk):
            return make_item()

    def test_who(self, item, biller, reader, stranger):
        address = f"/api/v1/work-items/{item.pk}/"
        for who, reads, works in ((stranger, 404, 404), (reader, 200, 403), (biller, 200, 200)):
            assert who.get(address).status_code == reads
            assert who.post(address + "claim/", {}, **JSON).status_code == works
        assert len(reader.get("/api/v1/work-items/?kind=MANAGER&stage=TO_WORK").json()["results"]) == 1

    def test_denials_are_worked_where_denials_are(self, denial, biller):
        address = f"/api/v1/work-items/{denial.work_item_id}/"
        assert biller.get(address).status_code == 200
        assert biller.post(address + "claim/", {}, **JSON).status_code == 404
