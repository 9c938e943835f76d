from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denials.rules.deadlines import denial_deadlines, urgency_bucket
from reference.rules.code_files import our_rows
from reference.rules.deadlines import (
    DeadlineFacts,
    DeadlineRuleFacts,
    add_business_days,
    add_months,
    deadline,
)

SERVICE, REMIT = date(2026, 3, 10), date(2026, 3, 10)
PAYER = UUID(int=7)
FACTS = DeadlineFacts(service_from_on=SERVICE, service_to_on=date(2026, 3, 12), remittance_on=REMIT)


def example_rules(payer_kind):
    return [
        DeadlineRuleFacts(
            kind=row["kind"],
            basis=row["basis"],
            days=int(row["days"]) if row["days"] else None,
            months=int(row["months"]) if row["months"] else None,
            fixed_date=row["fixed_date"],
            day_type=row["day_type"],
            payer_kind=row["payer_kind"],
            is_example=True,
        )
        for row in our_rows("example_deadlines")
        if row["payer_kind"] in {payer_kind, ""}
    ]


def rule(kind="APPEAL_1", basis="REMITTANCE", **fields):
    return DeadlineRuleFacts(kind, basis, **(fields or {"days": 10}))


def test_worked_examples():
    medicare = example_rules("medicare_ffs")
    assert deadline(medicare, "INITIAL_CLAIM", FACTS).due_on == date(2027, 3, 10)
    appeal = deadline(medicare, "APPEAL_1", FACTS)
    assert (appeal.counted_from, appeal.due_on) == (date(2026, 3, 15), date(2026, 7, 13))
    commercial = example_rules("commercial_par_generic")
    assert deadline(commercial, "INITIAL_CLAIM", FACTS).due_on == date(2026, 6, 8)


def test_our_own_date_is_a_margin_earlier_but_never_before_the_clock_started():
    found = deadline([rule(days=30)], "APPEAL_1", FACTS)
    assert (found.due_on, found.internal_due_on) == (date(2026, 4, 9), date(2026, 4, 2))
    assert deadline([rule(days=3)], "APPEAL_1", FACTS).internal_due_on == REMIT
    assert found.words == "30 calendar days from remittance (Mar 10, 2026)"


@pytest.mark.parametrize(
    ("basis", "counted_from"),
    [
        ("SERVICE_FROM", date(2026, 3, 10)),
        ("SERVICE_THROUGH", date(2026, 3, 12)),
        ("ADMISSION", date(2026, 3, 10)),
        ("DISCHARGE", date(2026, 3, 12)),
        ("REMITTANCE", date(2026, 3, 10)),
        ("NOTICE", date(2026, 3, 20)),
        ("RECEIPT", date(2026, 3, 25)),
        ("PAYMENT", date(2026, 3, 10)),
        ("PRIMARY_REMITTANCE", None),
    ],
)
def test_every_basis(basis, counted_from):
    facts = DeadlineFacts(SERVICE, date(2026, 3, 12), remittance_on=REMIT, notice_on=date(2026, 3, 20))
    found = deadline([rule(basis=basis, days=10)], "APPEAL_1", facts)
    assert (found and found.counted_from) == counted_from


def test_lengths_of_every_sort():
    def due(**fields):
        return deadline([rule(**fields)], "APPEAL_1", FACTS).due_on

    assert due(months=12) == date(2027, 3, 10)
    assert due(fixed_date="END_OF_NEXT_YEAR") == date(2027, 12, 31)
    assert due(fixed_date="END_OF_YEAR") == date(2026, 12, 31)
    assert due(days=4, day_type="BUSINESS") == date(2026, 3, 16)
    assert due(days=10, grace_days=3) == date(2026, 3, 23)
    assert add_months(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert add_months(date(2027, 11, 30), 3) == date(2028, 2, 29)
    assert add_business_days(date(2026, 11, 25), 1, {date(2026, 11, 26)}) == date(2026, 11, 27)


def test_the_payers_own_rule_in_force_wins():
    general = rule(days=90)
    of_kind = rule(days=60, payer_kind="medicare_ffs")
    example = rule(days=45, payer_id=PAYER, is_example=True)
    old = rule(days=30, payer_id=PAYER, stops_on=date(2026, 3, 9))
    new = rule(days=20, payer_id=PAYER, starts_on=date(2026, 3, 10))
    every = [general, of_kind, example, old, new]
    assert deadline(every, "APPEAL_1", FACTS).due_on == REMIT + timedelta(days=20)
    assert deadline(every[:4], "APPEAL_1", FACTS).due_on == REMIT + timedelta(days=45)
    assert deadline(every[:2], "APPEAL_1", FACTS).due_on == REMIT + timedelta(days=60)
    before = DeadlineFacts(remittance_on=date(2026, 3, 1))
    assert deadline(every, "APPEAL_1", before).due_on == date(2026, 3, 31)
    assert deadline(every, "CORRECTED_CLAIM", FACTS) is None


def test_a_denials_deadlines_by_level_of_appeal():
    found = denial_deadlines(example_rules("medicare_ffs"), FACTS)
    assert found.appeal.due_on == date(2026, 7, 13)
    assert found.corrected_claim.due_on == date(2027, 3, 10)
    assert found.earliest == found.appeal
    second = denial_deadlines(example_rules("medicare_ffs"), FACTS, appeal_level=2)
    assert second.appeal.due_on == date(2026, 3, 15) + timedelta(days=180)
    assert denial_deadlines([], FACTS).earliest is None
    assert denial_deadlines([rule("RECONSIDERATION", days=60)], FACTS).appeal.due_on == date(2026, 5, 9)


def test_urgency_buckets():
    days = [-1, 0, 3, 4, 7, 8, 14, 15, 30, 31, None]
    assert [urgency_bucket(one) for one in days] == [
        "overdue", "≤ 3 days", "≤ 3 days", "≤ 7 days", "≤ 7 days", "≤ 14 days", "≤ 14 days", "≤ 30 days",
        "≤ 30 days", "> 30 days", "no deadline",
    ]  # fmt: skip


def test_the_last_day_itself_is_in_time():
    found = deadline([rule(days=10)], "APPEAL_1", FACTS)
    assert not found.is_passed(on=found.due_on)
    assert found.is_passed(on=found.due_on + timedelta(days=1))
    assert found.days_left(on=REMIT) == 10


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(0, 400))
def test_business_days_skip_weekends_and_never_run_ahead(start, days):
    due = add_business_days(start, days)
    passed = sum(
        1 for step in range(1, (due - start).days + 1) if (start + timedelta(days=step)).weekday() < 5
    )
    assert passed == days
    assert due == start or due.weekday() < 5
