from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denials.rules.deadlines import DenialDeadlines
from denials.rules.priority import (
    DEFAULT_TABLE,
    STARTING_CHANCE,
    ActionFacts,
    PriorityFacts,
    Record,
    WinHistory,
    effort_factor,
    expected_open_cents,
    next_action,
    overturn_chance,
    percentile_table,
    prioritise,
    scaled,
    urgency_factor,
)
from reference.rules.deadlines import Deadline
from tests.denials.test_rules_resolution import resolved

TODAY = date(2026, 3, 10)


def priority_facts(**fields):
    defaults = {
        "expected_cents": 10000,
        "expected_basis": "contract",
        "category": "coding",
        "action": "correct_resubmit_7",
        "due_on": TODAY + timedelta(days=10),
    }
    return PriorityFacts(**{**defaults, **fields})


def test_the_formula_with_its_parts():
    found = prioritise(priority_facts(), on=TODAY, cost_cents=500)
    assert found.expected_recovery_cents == 6500
    assert found.urgency == 1.7358  # 1 + 2/e
    assert (found.minutes, found.effort_factor) == (15, 1.0)
    assert found.raw_cents == round(6500 * 1.7358) - 500 == 10783
    assert found.score == 60
    assert found.parts()["chance"] == 0.65
    slow = prioritise(priority_facts(action="appeal"), on=TODAY)
    assert (slow.effort_factor, slow.raw_cents) == (0.3333, 3261)


def test_a_passed_deadline_scores_nothing_whatever_it_is_worth():
    last = prioritise(priority_facts(expected_cents=10**9, due_on=TODAY), on=TODAY)
    assert (last.score, last.urgency, last.is_expired) == (100, 3.0, False)
    passed = prioritise(
        priority_facts(expected_cents=10**9, due_on=TODAY - timedelta(days=1), boost=50), on=TODAY
    )
    assert (passed.score, passed.raw_cents, passed.is_expired) == (0, 0, True)


def test_without_a_deadline_nothing_is_urgent():
    assert urgency_factor(None) == 1.0
    assert prioritise(priority_facts(due_on=None), on=TODAY).days_left is None


def test_a_small_balance_is_below_the_cost_of_working_it():
    small = prioritise(priority_facts(expected_cents=700), on=TODAY, cost_cents=500)
    assert (small.is_below_cost, small.expected_recovery_cents) == (True, 455)
    assert prioritise(priority_facts(expected_cents=0), on=TODAY).score == 0
    assert not prioritise(priority_facts(expected_cents=770), on=TODAY, cost_cents=500).is_below_cost


def test_chances_start_from_the_guesses():
    guesses = {
        "billing_error": 0.75, "coding": 0.65, "eligibility": 0.35, "cob": 0.60, "authorization": 0.40,
        "medical_necessity": 0.50, "duplicate": 0.15, "timely_filing": 0.15, "noncovered_benefit_max": 0.10,
        "credentialing_network": 0.40, "contractual_bundling": 0.30,
    }  # fmt: skip
    assert guesses == STARTING_CHANCE

    def chance(**fields):
        return overturn_chance(priority_facts(**fields), WinHistory()).value

    assert chance(category="timely_filing", has_filing_proof=True) == 0.60
    assert chance(category="authorization", subcategory="auth_mismatch") == 0.60
    assert chance(category="billing_error", subcategory="documentation") == 0.70


def test_a_practices_own_record_moves_the_chance_level_by_level():
    facts = priority_facts(category="authorization", carc="197", payer_key="P")
    by_category = WinHistory(by_category={"authorization": Record(80, 100)})
    assert overturn_chance(facts, by_category).value == pytest.approx((80 + 20 * 0.4) / 120, abs=1e-4)
    by_payer = WinHistory(
        by_category={"authorization": Record(80, 100)}, by_payer_and_carc={("P", "197"): Record(0, 180)}
    )
    found = overturn_chance(facts, by_payer)
    assert (found.basis, found.decided) == ("payer and code", 180)
    assert found.value == pytest.approx(20 * 88 / 120 / 200, abs=1e-4)
    assert overturn_chance(facts, WinHistory(by_carc={"197": Record(0, 0)})).basis == "starting guess"


def test_what_can_be_expected_is_never_more_than_was_denied():
    assert expected_open_cents(denied_cents=9000, contract_cents=12000) == (9000, "contract")
    assert expected_open_cents(denied_cents=9000, contract_cents=0) == (0, "contract")
    assert expected_open_cents(denied_cents=9000, historical_allowed_cents=4000)[0] == 4000
    assert expected_open_cents(denied_cents=9000, allowed_percent=40)[0] == 3600
    assert expected_open_cents(denied_cents=9000) == (9000, "denied amount")


def test_scaling_is_the_percentile_among_the_practices_own():
    assert [scaled(raw, (0, 10, 20, 30)) for raw in (-1, 0, 10, 29, 30, 99)] == [0, 25, 50, 75, 100, 100]
    assert percentile_table(range(100)) == tuple(range(0, 100, 5))
    assert percentile_table(range(5)) == ()
    assert len(DEFAULT_TABLE) == 20


def window(days_left):
    due = TODAY + timedelta(days=days_left)
    return Deadline("X", due, due, TODAY, "REMITTANCE", "", None, 1, False)


def deadlines(appeal=None, corrected=None, first=None):
    return DenialDeadlines(*(None if one is None else window(one) for one in (appeal, corrected, first)))


def test_the_first_suggested_action_that_can_be_done():
    plain = next_action(resolved("CO-16 50", "M51"), ActionFacts(TODAY, deadlines(30, 30)))
    assert (plain.action, plain.remaining) == ("correct_resubmit_7", ())


def test_a_closed_correction_window_turns_to_the_appeal_while_it_is_open():
    found = next_action(resolved("CO-97 50"), ActionFacts(TODAY, deadlines(appeal=5, corrected=-1)))
    assert (found.action, found.needs_manager) == ("appeal", False)
    assert [one.action for one in found.skipped if "corrected-claim window" in one.because] == [
        "correct_resubmit_7"
    ]
    only_correction = next_action(
        resolved("CO-16 50", "M51"), ActionFacts(TODAY, deadlines(appeal=5, corrected=-1))
    )
    assert only_correction.action == "appeal"
    barred = next_action(
        resolved("CO-16 50", "M51 MA44"), ActionFacts(TODAY, deadlines(appeal=5, corrected=-1))
    )
    assert (barred.action, barred.needs_manager) == ("write_off", True)


def test_when_every_window_is_closed_a_manager_looks():
    found = next_action(resolved("CO-97 50"), ActionFacts(TODAY, deadlines(appeal=-1, corrected=-1)))
    assert (found.action, found.needs_manager) == ("write_off", True)


def test_filing_proof_turns_a_late_filing_denial_to_the_appeal():
    late = resolved("CO-29 50")
    assert next_action(late, ActionFacts(TODAY, deadlines(30), has_filing_proof=True)).action == "appeal"
    assert next_action(late, ActionFacts(TODAY, deadlines(-1), has_filing_proof=True)).action == "write_off"


def test_what_is_missing_stands_in_the_way_only_where_known_to_be_missing():
    patient = resolved("PR-204 50")
    assert next_action(patient, ActionFacts(TODAY, has_other_coverage=False)).action == "bill_patient"
    assert next_action(patient, ActionFacts(TODAY, has_other_coverage=True)).action == "bill_secondary"
    assert next_action(patient, ActionFacts(TODAY)).action == "bill_secondary"
    records = resolved("CO-226 50", "M127")
    waiting = next_action(records, ActionFacts(TODAY, has_records=False))
    assert (waiting.action, waiting.needs_manager) == ("attach_records", False)
    either = resolved("CO-163 50, CO-50 60")
    assert either.actions == ("appeal", "attach_records", "write_off")
    assert next_action(either, ActionFacts(TODAY, has_records=False)).remaining == (
        "attach_records",
        "write_off",
    )
    unprocessable = resolved("CO-16 50", "M51 MA130")
    assert next_action(unprocessable, ActionFacts(TODAY, deadlines(first=-1))).needs_manager


money = st.integers(0, 10**9)


@given(money, money, st.integers(-30, 400), st.sampled_from(sorted(STARTING_CHANCE)))
def test_more_money_never_ranks_lower_and_scores_stay_in_range(first, second, days, category):
    due = TODAY + timedelta(days=days)
    scores = [
        prioritise(priority_facts(expected_cents=one, due_on=due, category=category), on=TODAY).score
        for one in sorted((first, second))
    ]
    assert 0 <= scores[0] <= scores[1] <= 100
    assert days >= 0 or scores == [0, 0]


@given(st.integers(0, 300), st.integers(0, 300))
def test_the_nearer_deadline_is_never_less_urgent(first, second):
    near, far = sorted((first, second))
    assert 3.0 >= urgency_factor(near) >= urgency_factor(far) >= 1.0
    assert effort_factor(15) == 1.0 >= effort_factor(16)


def test_ids_play_no_part():
    assert (
        prioritise(priority_facts(payer_key=str(UUID(int=1))), on=TODAY).score
        == prioritise(priority_facts(payer_key=str(UUID(int=2))), on=TODAY).score
    )
