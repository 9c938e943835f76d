"""When coverage is asked about again before a visit, and why. Nothing here asks; it only says what is due."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence

from msgspec import Struct

from eligibility.rules.telling import day_told

BEFORE_VISIT, RECURRING, MONTH_START = "BEFORE_VISIT", "RECURRING", "MONTH_START"
COVERAGE_ENDING, HIGH_RISK = "COVERAGE_ENDING", "HIGH_RISK"
LOOKED_AHEAD = datetime.timedelta(days=45)
A_SERIES = 3
"""So many visits to come make a patient recurring."""
CHANGES_OFTEN = ("MEDICAID", "MEDICARE_ADVANTAGE", "HMO")
"""Plans people leave and join within a year, without telling anybody."""


class Rule(Struct, frozen=True):
    trigger: str
    days: int
    budget: int
    """Questions a payer a day."""
    is_active: bool = True


DEFAULTS = (
    Rule(COVERAGE_ENDING, 14, 100),
    Rule(HIGH_RISK, 1, 200),
    Rule(BEFORE_VISIT, 3, 500),
    Rule(MONTH_START, 5, 200),
    Rule(RECURRING, 30, 200),
)
"""In the order they are looked at: the first that is met says why."""
DAYS_MEAN: Mapping[str, str] = {
    COVERAGE_ENDING: "days about the visit in which coverage ends",
    HIGH_RISK: "days before the visit",
    BEFORE_VISIT: "days before the visit",
    MONTH_START: "first days of the month",
    RECURRING: "days since the last answer",
}


class Expected(Struct, frozen=True):
    """What is known of a planned visit and its coverage."""

    visit_on: datetime.date
    plan_type: str = ""
    answered_on: datetime.date | None = None
    """When the payer last said something about the coverage; None: never."""
    ends_on: datetime.date | None = None
    """Of coverage, as the payer says, else as on file."""
    visits_to_come: int = 1


def due(expected: Expected, rules: Sequence[Rule], *, today: datetime.date) -> tuple[Rule, str] | None:
    """The first rule that wants the payer asked today, and why in a sentence."""
    if not today <= expected.visit_on <= today + LOOKED_AHEAD or expected.answered_on == today:
        return None
    for rule in rules:
        reason = _REASONS[rule.trigger](expected, rule, today) if rule.is_active else ""
        if reason:
            return rule, reason
    return None


def _age(expected: Expected, today: datetime.date) -> int:
    """In days; where nobody has answered, longer than any rule waits."""
    return (today - expected.answered_on).days if expected.answered_on else 10_000


def _before_visit(expected: Expected, rule: Rule, today: datetime.date) -> str:
    left = (expected.visit_on - today).days
    if left > rule.days or _age(expected, today) <= rule.days:
        return ""
    if expected.answered_on is None:
        return f"The visit is {_in(left)}, and nobody has checked."
    return f"The visit is {_in(left)}; the last answer is of {day_told(expected.answered_on)}."


def _recurring(expected: Expected, rule: Rule, today: datetime.date) -> str:
    if expected.visits_to_come < A_SERIES or _age(expected, today) < rule.days:
        return ""
    return f"One of {expected.visits_to_come} visits to come; not checked for a month."


def _month_start(expected: Expected, rule: Rule, today: datetime.date) -> str:
    first = today.replace(day=1)
    is_checked = expected.answered_on is not None and expected.answered_on >= first
    is_now = today.day <= rule.days and (expected.visit_on.year, expected.visit_on.month) == (
        today.year,
        today.month,
    )
    if expected.plan_type != "MEDICAID" or is_checked or not is_now:
        return ""
    return "Medicaid is settled month by month; not checked this month."


def _ending(expected: Expected, rule: Rule, today: datetime.date) -> str:
    ends = expected.ends_on
    if ends is None or abs((ends - expected.visit_on).days) > rule.days or _age(expected, today) <= 3:
        return ""
    return f"Coverage ends on {day_told(ends)}; the visit is on {day_told(expected.visit_on)}."


def _high_risk(expected: Expected, rule: Rule, today: datetime.date) -> str:
    left = (expected.visit_on - today).days
    if expected.plan_type not in CHANGES_OFTEN or left > rule.days or _age(expected, today) <= rule.days:
        return ""
    return f"The visit is {_in(left)}, with a plan people often leave."


def _in(days: int) -> str:
    return {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")


_REASONS = {
    BEFORE_VISIT: _before_visit,
    RECURRING: _recurring,
    MONTH_START: _month_start,
    COVERAGE_ENDING: _ending,
    HIGH_RISK: _high_risk,
}
