"""When an act must have reached the payer. Every date keeps the rule and the day it was counted from."""

from __future__ import annotations

import calendar
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from uuid import UUID

RECEIPT_PRESUMED_DAYS = 5
SATURDAY = 5


@dataclass(frozen=True, slots=True)
class DeadlineRuleFacts:
    """Exactly one of days, months and fixed_date is set. Without `payer_id` it is a default for the payer's kind."""

    kind: str
    basis: str
    days: int | None = None
    months: int | None = None
    fixed_date: str = ""
    day_type: str = "CALENDAR"
    cutoff: str = "RECEIVED"
    grace_days: int = 0
    safety_days: int = 7
    payer_id: UUID | None = None
    payer_kind: str = ""
    starts_on: date | None = None
    stops_on: date | None = None
    source_note: str = ""
    is_example: bool = False
    id: UUID | None = None
    version: int = 1


@dataclass(frozen=True, slots=True)
class DeadlineFacts:
    """The days deadlines are counted from. A remittance is its own notice unless a letter came."""

    service_from_on: date | None = None
    service_to_on: date | None = None
    admission_on: date | None = None
    discharge_on: date | None = None
    remittance_on: date | None = None
    primary_remittance_on: date | None = None
    notice_on: date | None = None
    payment_on: date | None = None

    def basis(self, name: str) -> date | None:
        notice = self.notice_on or self.remittance_on
        return {
            "SERVICE_FROM": self.service_from_on,
            "SERVICE_THROUGH": self.service_to_on or self.service_from_on,
            "ADMISSION": self.admission_on or self.service_from_on,
            "DISCHARGE": self.discharge_on or self.service_to_on or self.service_from_on,
            "REMITTANCE": self.remittance_on,
            "PRIMARY_REMITTANCE": self.primary_remittance_on,
            "NOTICE": notice,
            "RECEIPT": notice + timedelta(days=RECEIPT_PRESUMED_DAYS) if notice else None,
            "PAYMENT": self.payment_on or self.remittance_on,
        }.get(name)


@dataclass(frozen=True, slots=True)
class Deadline:
    """`internal_due_on` is our own date, a safety margin earlier; `words` show how the date was reached."""

    kind: str
    due_on: date
    internal_due_on: date
    counted_from: date
    basis: str
    words: str
    rule_id: UUID | None
    rule_version: int
    is_example: bool

    def days_left(self, *, on: date) -> int:
        return (self.due_on - on).days

    def is_passed(self, *, on: date) -> bool:
        return on > self.due_on


def deadline(
    rules: Iterable[DeadlineRuleFacts], kind: str, facts: DeadlineFacts, *, holidays: Collection[date] = ()
) -> Deadline | None:
    """The rule in force on the day it counts from; a payer's own before its kind's, its kind's before any."""
    fitting = []
    for rule in rules:
        counted_from = facts.basis(rule.basis) if rule.kind == kind else None
        if counted_from and _is_in_force(rule, counted_from):
            fitting.append((rule, counted_from))
    if not fitting:
        return None
    rule, counted_from = min(fitting, key=lambda one: _preference(one[0]))
    return _counted(rule, counted_from, holidays)


def _counted(rule: DeadlineRuleFacts, counted_from: date, holidays: Collection[date]) -> Deadline:
    due = _due_on(rule, counted_from, holidays) + timedelta(days=rule.grace_days)
    return Deadline(
        kind=rule.kind,
        due_on=due,
        internal_due_on=max(counted_from, due - timedelta(days=rule.safety_days)),
        counted_from=counted_from,
        basis=rule.basis,
        words=_words(rule, counted_from),
        rule_id=rule.id,
        rule_version=rule.version,
        is_example=rule.is_example,
    )


def _due_on(rule: DeadlineRuleFacts, counted_from: date, holidays: Collection[date]) -> date:
    if rule.fixed_date == "END_OF_NEXT_YEAR":
        return date(counted_from.year + 1, 12, 31)
    if rule.fixed_date == "END_OF_YEAR":
        return date(counted_from.year, 12, 31)
    if rule.months is not None:
        return add_months(counted_from, rule.months)
    if rule.day_type == "BUSINESS":
        return add_business_days(counted_from, rule.days or 0, holidays)
    return counted_from + timedelta(days=rule.days or 0)


def add_months(start: date, months: int) -> date:
    """The same day of a later month, or its last: 31 January and one month is the end of February."""
    years, month = divmod(start.month - 1 + months, 12)
    year, month = start.year + years, month + 1
    return date(year, month, min(start.day, calendar.monthrange(year, month)[1]))


def add_business_days(start: date, days: int, holidays: Collection[date] = ()) -> date:
    day = start
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < SATURDAY and day not in holidays:
            days -= 1
    return day


def _is_in_force(rule: DeadlineRuleFacts, on: date) -> bool:
    return (rule.starts_on is None or rule.starts_on <= on) and (rule.stops_on is None or on <= rule.stops_on)


def _preference(rule: DeadlineRuleFacts) -> tuple[bool, bool, bool, int, int]:
    started = rule.starts_on.toordinal() if rule.starts_on else 0
    rule_number = rule.id.int if rule.id else 0
    return (rule.payer_id is None, not rule.payer_kind, rule.is_example, -started, rule_number)


def _words(rule: DeadlineRuleFacts, counted_from: date) -> str:
    if rule.fixed_date:
        length = (
            "the end of the year after" if rule.fixed_date == "END_OF_NEXT_YEAR" else "the end of the year of"
        )
    elif rule.months is not None:
        length = f"{rule.months} months from"
    else:
        length = f"{rule.days} {rule.day_type.lower()} days from"
    grace = f", and {rule.grace_days} days of grace" if rule.grace_days else ""
    basis = rule.basis.lower().replace("_", " ")
    return f"{length} {basis} ({written_day(counted_from)}){grace}"


def written_day(day: date) -> str:
    """A day within a sentence: Mar 10, 2026."""
    return f"{day:%b} {day.day}, {day.year}"
