"""A refusal of the whole claim and one of its single lines are one payer's word: the later takes the other's place."""

import datetime
import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from denials import services
from denials.models import Denial
from ledger.selectors import balance_differences, trial_balance
from remittances.models import Remittance
from remittances.services import unpost_remittance
from tenancy.scope import organization_scope
from tests.conftest import make_person
from tests.factories import era
from tests.factories.era import DAY, Era
from workbench.models import WorkItem


def on(days: int) -> datetime.date:
    return DAY + datetime.timedelta(days=days)


WHOLE = Era("W1", day=on(10)).whole("CLM1", "100.00", "0", "CO-16=100.00", status="4", icn="A1")
LINES = Era("L1", day=on(40)).paid("CLM1", "60.00 0 CO-197=60.00", "40.00 0 CO-50=40.00", icn="A2")
PART = Era("L1", day=on(40)).paid("CLM1", "60.00 0 CO-197=60.00", "40.00 40.00", icn="A2")
BACK = Era("R1", day=on(39)).whole("CLM1", "-100.00", "0", "CO-16=-100.00", status="22", icn="A1")
WHOLE_LATER = Era("W2", day=on(70)).whole("CLM1", "100.00", "0", "CO-29=100.00", status="4", icn="A3")


@pytest.fixture
def claim(in_practice):
    yield era.claim("CLM1", "60.00", "40.00")
    assert balance_differences() == []


def told(take, *files):
    for file in files:
        era.post(file)
        take()


def states():
    rows = Denial.objects.values_list("procedure_code", "reason_code", "state", "denied_cents")
    return sorted(rows)


def in_queue():
    """What stands in the queue: each open item is the one of an open denial, and the other way round."""
    items = WorkItem.objects.filter(kind="DENIAL", is_open=True)
    found = sorted(items.values_list("code", "amount_cents"))
    open_ones = Denial.objects.filter(closed_on=None)
    assert set(open_ones.values_list("work_item_id", flat=True)) == set(items.values_list("id", flat=True))
    return found


@pytest.mark.parametrize(
    "files",
    [(WHOLE, LINES), (LINES, WHOLE), (WHOLE, BACK, LINES), (LINES, WHOLE, BACK)],
    ids=["restated", "restated, lines first", "taken back first", "taken back, lines first"],
)
def test_refusals_of_lines_take_the_place_of_the_whole_claims(claim, take, files):
    told(take, *files)
    assert states() == [
        ("", "16", "CANCELLED", 10000),
        ("99211", "197", "TRIAGED", 6000),
        ("99212", "50", "TRIAGED", 4000),
    ]
    assert in_queue() == [("CO-197", 6000), ("CO-50", 4000)]
    reason = Denial.objects.get(level="CLAIM").transitions.get(to_state="CANCELLED").reason
    assert reason in ("Taken back", "Superseded: the payer refuses single lines of it now")


@pytest.mark.parametrize("files", [(WHOLE, PART), (PART, WHOLE)], ids=["in order", "lines first"])
def test_what_is_paid_of_the_whole_is_recovered_and_the_rest_is_the_lines(claim, take, files):
    told(take, *files)
    assert states() == [("", "16", "RECOVERED_PARTIAL", 10000), ("99211", "197", "TRIAGED", 6000)]
    assert Denial.objects.get(level="CLAIM").recovered_cents == 4000
    assert in_queue() == [("CO-197", 6000)]


@pytest.mark.parametrize(
    "files", [(LINES, WHOLE_LATER), (WHOLE_LATER, LINES)], ids=["in order", "whole first"]
)
def test_a_later_refusal_of_the_whole_takes_the_place_of_the_lines(claim, take, files):
    told(take, *files)
    assert states() == [
        ("", "29", "TRIAGED", 10000),
        ("99211", "197", "CANCELLED", 6000),
        ("99212", "50", "CANCELLED", 4000),
    ]
    assert in_queue() == [("CO-29", 10000)]
    reasons = {
        one.transitions.get(to_state="CANCELLED").reason for one in Denial.objects.filter(level="LINE")
    }
    assert reasons == {"Superseded: the payer refuses the whole claim now"}


@pytest.mark.parametrize("later", [LINES, WHOLE_LATER], ids=["lines", "whole"])
def test_the_later_word_taken_out_of_the_books_brings_the_earlier_back(claim, take, later):
    told(take, WHOLE if later is LINES else LINES)
    before = states(), in_queue()
    told(take, later)
    with transaction.atomic():
        unpost_remittance(
            remittance_id=Remittance.objects.get(trace_number=later.trace).id, at=timezone.now()
        )
        take()
        assert [row for row in states() if row[2] == "TRIAGED"] == before[0]
        assert in_queue() == before[1]
        transaction.set_rollback(True)


def test_who_worked_the_whole_goes_on_with_the_lines(claim, take, practice):
    told(take, WHOLE)
    worker = make_person(practice, "BILLER")
    services.assign(item=WorkItem.objects.get(kind="DENIAL"), assignee_id=worker.id, at=timezone.now())
    told(take, LINES)
    still_open = WorkItem.objects.filter(kind="DENIAL", is_open=True)
    assert list(still_open.values_list("assignee_id", flat=True)) == [worker.id, worker.id]


def test_what_was_given_up_of_the_whole_is_taken_back_for_the_lines(practice, take, sign_in):
    """Otherwise the lines would stand in the queue with nothing open in the books."""
    boss = sign_in("SUPERVISOR", write_off_limit_cents=100000)
    with organization_scope(practice.pk):
        era.claim("CLM1", "60.00", "40.00")
        told(take, WHOLE)
        denial = Denial.objects.select_related("work_item").get()
    given_up = {"amount": "100.00", "reason": "EFFORTS_EXHAUSTED", "form_key": str(uuid.uuid4())}
    answer = boss.post(
        boss.at(f"denials/{denial.pk}/write-off/"), {**given_up, "version": denial.work_item.version}
    )
    assert answer.status_code == 302
    with organization_scope(practice.pk):
        assert states() == [("", "16", "WRITTEN_OFF", 10000)]
        told(take, LINES)
        assert [row[2] for row in states()] == ["CANCELLED", "TRIAGED", "TRIAGED"]
        kept = {account: cents for account, _, cents in trial_balance() if cents}
        assert (kept["AR_INS"], kept.get("WRITEOFF_INS", 0)) == (10000, 0)
        assert len(in_queue()) == 2
