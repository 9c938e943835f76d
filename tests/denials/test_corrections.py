"""A corrected claim goes out: its denials wait for the payer, and come back before their deadline."""

import datetime

import pytest

from denials.choices import DenialState
from denials.models import Denial
from denials.services import claim, expire_and_rescore, follow_corrections, record_appeal
from rcm_site.celery import BEAT
from reference.services import set_deadline_rule
from tenancy.ids import uuid7
from tenancy.jobs import for_each_organization
from tenancy.scope import organization_scope
from tests.denials.conftest import NOW, TODAY
from tests.factories import era
from workbench import services as worklist
from workbench.models import WorkItem

DAY = datetime.timedelta(days=1)


@pytest.fixture
def send_again(in_practice):
    """The claim goes out once more, today unless said otherwise, as a replacement unless said otherwise."""

    def send(denial, *, frequency="7", on=TODAY, rank=1):
        before = denial.claim.versions.order_by("-number").first()
        denial.claim.versions.create(
            number=before.number + 1,
            frequency=frequency,
            payer_rank=rank,
            total_cents=before.total_cents,
            snapshot={},
            sha256=uuid7().hex,
            submitted_on=on,
            recorded_at=NOW - datetime.timedelta(hours=1),
        )
        denial.claim.current_version = before.number + 1
        denial.claim.save(update_fields=["current_version"])

    return send


@pytest.fixture
def deadline(in_practice):
    set_deadline_rule(
        payer=era.payer(),
        values={"kind": "APPEAL_1", "basis": "REMITTANCE", "days": 60, "source_note": "contract"},
    )


def now_of(denial):
    return Denial.objects.select_related("work_item", "claim").get(id=denial.id)


@pytest.mark.parametrize("frequency", ["7", "8"])
def test_a_corrected_claim_moves_its_denial_once(denied, send_again, frequency):
    denial = denied()
    assert follow_corrections(at=NOW) == 0

    send_again(denial, frequency=frequency)
    assert follow_corrections(at=NOW) == 1
    assert follow_corrections(at=NOW) == 0

    moved = now_of(denial)
    assert moved.state == DenialState.CORRECTED_SUBMITTED
    assert moved.work_item.state == "SNOOZED"
    told = moved.transitions.get(to_state=DenialState.CORRECTED_SUBMITTED)
    assert told.reason == "Version 2 sent on Mar 25, 2026"


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param({"frequency": "1"}, id="an original is no correction"),
        pytest.param({"rank": 2}, id="another payer's claim"),
        pytest.param({"on": era.DAY - DAY}, id="sent before the refusal"),
    ],
)
def test_what_does_not_answer_the_refusal_moves_nothing(denied, send_again, sent):
    denial = denied()
    send_again(denial, **sent)
    assert follow_corrections(at=NOW) == 0


def test_it_is_in_the_queue_again_before_its_deadline_and_passes_it_before_a_manager(
    denied, send_again, deadline
):
    denial = denied()
    due_on = denial.appeal_due_on
    send_again(denial, on=due_on - 20 * DAY)
    follow_corrections(at=NOW)
    back_on = now_of(denial).work_item.snoozed_until
    assert back_on == due_on - 7 * DAY

    worklist.wake_due_items(on=back_on, at=NOW)
    assert now_of(denial).work_item.stage == "TO_WORK"
    expire_and_rescore(on=due_on + DAY, at=NOW)
    assert now_of(denial).state == DenialState.EXPIRED
    assert WorkItem.objects.filter(cause_key=f"deadline:{denial.id}", is_open=True).count() == 1
    assert follow_corrections(at=NOW) == 0


def test_a_day_a_person_chose_stays_where_it_is_earlier(denied, send_again):
    denial = denied()
    chosen = TODAY + 5 * DAY
    worklist.snooze_item(item=denial.work_item, until=chosen, reason="PAYER_RESPONSE", at=NOW)
    send_again(denial)
    follow_corrections(at=NOW)
    assert now_of(denial).work_item.snoozed_until == chosen


def test_the_work_goes_on_from_there(practice, biller, denied, send_again):
    """Taken in hand it is in work again, and the same version moves it no more; an appeal may follow at once."""
    first, second = denied("CLM1", trace="T1"), denied("CLM2", trace="T2")
    for denial in (first, second):
        send_again(denial)
    assert follow_corrections(at=NOW) == 2

    with organization_scope(practice.pk, actor_kind="PERSON", person_id=biller.person.pk):
        claim(item=first.work_item, at=NOW)
        record_appeal(
            denial=now_of(second), item=second.work_item, method="FAX", sent_on=TODAY, decision_due_on=None,
            reference="", note="", form_key=uuid7(), at=NOW,
        )  # fmt: skip
    assert follow_corrections(at=NOW) == 0
    assert now_of(first).state == DenialState.IN_WORK
    assert now_of(second).state == DenialState.APPEAL_SUBMITTED


def test_the_clock_asks_for_it_(denied, send_again, run_jobs):
    denial = denied()
    send_again(denial)
    for_each_organization("denials.follow_corrections")
    run_jobs()
    assert now_of(denial).state == DenialState.CORRECTED_SUBMITTED
    assert any(job == "denials.follow_corrections" for job, _ in BEAT)
