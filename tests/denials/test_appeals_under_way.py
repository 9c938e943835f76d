"""While an appeal is out: whose day counts, and what becomes of it when the payer refuses anew in the meantime."""

import datetime
import uuid

import pytest

from denials import services
from denials.choices import DenialState
from denials.models import Denial
from tests.denials.conftest import NOW, TODAY
from tests.factories import era
from workbench.models import WorkItem
from workbench.services import Refusal, wake_due_items

ANSWER_DUE = TODAY + datetime.timedelta(days=45)


@pytest.fixture
def own_rule(in_practice):
    """The payer's own limit: 30 days to appeal."""
    from reference.models import DeadlineRule

    days = {"APPEAL_1": 30, "APPEAL_2": 60}
    for kind, limit in days.items():
        DeadlineRule.objects.create(
            payer=era.payer(),
            kind=kind,
            days=limit,
            basis="REMITTANCE" if kind == "APPEAL_1" else "NOTICE",
            source_note="x",
            confidence="CONFIRMED",
        )


@pytest.fixture
def appealed(own_rule, denied, practice):
    """A denial whose appeal was sent today; the answer is due in 45 days, after the limit to appeal."""
    from tenancy.models import Person
    from tenancy.scope import organization_scope
    from tests.conftest import make_person

    person: Person = make_person(practice, "BILLER")
    denial = denied(remarks=("N385",))
    with organization_scope(practice.pk, person_id=person.pk):
        services.record_appeal(
            denial=denial,
            item=denial.work_item,
            method="FAX",
            sent_on=TODAY,
            decision_due_on=ANSWER_DUE,
            reference="F-77",
            note="",
            form_key=uuid.uuid4(),
            at=NOW,
        )
        yield fresh()


def fresh():
    return Denial.objects.select_related("work_item", "claim").get()


def night(day):
    """What the jobs do in the night before `day`."""
    at = datetime.datetime.combine(day, NOW.timetz())
    wake_due_items(on=day, at=at)
    services.expire_and_rescore(on=day, at=at)


def refuse_again(take, *, days):
    paid_on = era.DAY + datetime.timedelta(days=days)
    era.post(era.Era(trace="T2", day=paid_on).paid("CLM00001", "150.00 0 CO-50=150.00", icn="B2"))
    take()


def decide(denial, outcome="UPHELD"):
    return services.decide_appeal(
        appeal=denial.appeals.get(), item=denial.work_item, outcome=outcome, decided_on=TODAY, at=NOW
    )


def test_the_payers_answer_is_what_is_awaited(appealed):
    assert (appealed.work_item.due_on, appealed.work_item.state) == (ANSWER_DUE, "SNOOZED")


def test_an_appeal_sent_in_time_is_not_overdue_when_the_limit_to_appeal_has_passed(appealed):
    night(appealed.appeal_due_on + datetime.timedelta(days=3))
    denial = fresh()
    assert denial.state == DenialState.APPEAL_SUBMITTED
    assert denial.work_item.due_on == ANSWER_DUE
    assert denial.work_item.priority > 0


def test_an_answer_that_does_not_come_is_overdue_and_urgent(appealed):
    night(ANSWER_DUE + datetime.timedelta(days=2))
    denial = fresh()
    assert (denial.state, denial.work_item.stage) == (DenialState.APPEAL_SUBMITTED, "TO_WORK")
    assert WorkItem.objects.overdue(ANSWER_DUE + datetime.timedelta(days=2)).filter(kind="DENIAL").exists()
    assert denial.work_item.priority > appealed.work_item.priority


def test_nothing_is_due_where_nobody_said_when_the_answer_comes(appealed):
    appealed.appeals.update(decision_due_on=None)
    night(TODAY + datetime.timedelta(days=1))
    assert fresh().work_item.due_on is None


def test_after_the_decision_the_next_level_has_its_own_day(appealed):
    decide(appealed)
    denial = fresh()
    assert denial.work_item.due_on == denial.appeal_due_on == TODAY + datetime.timedelta(days=60)


def test_a_refusal_in_the_meantime_puts_its_own_limit_in_the_place_of_the_answers(appealed, take):
    refuse_again(take, days=20)
    denial = fresh()
    assert (denial.state, denial.sequence) == (DenialState.TRIAGED, 2)
    assert denial.work_item.due_on == denial.appeal_due_on
    assert denial.work_item.due_on > TODAY


def in_hand(denial):
    services.claim(item=denial.work_item, at=NOW)


def waiting_for_records(denial):
    services.block(item=denial.work_item, waiting_on="PROVIDER", at=NOW)


def expired(denial):
    night(denial.appeal_due_on + datetime.timedelta(days=1))


@pytest.mark.parametrize(
    ("then", "state"),
    [
        (lambda denial: None, DenialState.TRIAGED),
        (in_hand, DenialState.IN_WORK),
        (waiting_for_records, DenialState.INFO_NEEDED),
        (expired, DenialState.EXPIRED),
    ],
    ids=["fresh", "in hand", "waiting", "expired"],
)
def test_the_letter_of_an_appeal_is_recorded_though_it_was_refused_anew(appealed, take, then, state):
    refuse_again(take, days=20)
    then(fresh())
    assert fresh().state == state

    decide(fresh())
    denial = fresh()
    assert denial.state == DenialState.DECIDED
    assert denial.work_item.stage == "TO_WORK"
    assert denial.appeals.get().outcome == "UPHELD"
    with pytest.raises(Refusal, match="already decided"):
        decide(denial)


def test_the_payers_receipt_comes_after_the_new_refusal(appealed, take):
    refuse_again(take, days=20)
    denial = fresh()
    services.advance_appeal(appeal=denial.appeals.get(), item=denial.work_item, state="ACKNOWLEDGED", at=NOW)
    denial = fresh()
    assert (denial.state, denial.work_item.due_on) == (DenialState.APPEAL_ACKNOWLEDGED, ANSWER_DUE)
