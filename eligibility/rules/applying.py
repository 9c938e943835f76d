"""What a payer's answer says differently from the record, offered one by one for a person to take."""

from __future__ import annotations

import datetime

from msgspec import Struct

from eligibility.rules.answers import Answer, Member
from eligibility.rules.changes import last_day
from eligibility.rules.telling import day_told
from eligibility.rules.words import CoverageStatus, Outcome
from patients.rules.names import normalized, normalized_number

Value = str | datetime.date


class OnFile(Struct, frozen=True):
    """What the record says of the person and, where the question was about a coverage, of that."""

    last_name: str
    first_name: str
    birth_date: datetime.date | None
    has_coverage: bool = False
    is_subscriber: bool = True
    subscriber_last_name: str = ""
    subscriber_first_name: str = ""
    subscriber_birth_date: datetime.date | None = None
    member_id: str = ""
    plan_name: str = ""
    group_number: str = ""
    ends_on: datetime.date | None = None


class Offer(Struct, frozen=True):
    """`key` names a field of the patient or the coverage, or an act: coverage.member_id, coverage.new."""

    key: str
    label: str
    ours: str
    theirs: str
    value: Value | None = None


def offers(answer: Answer, record: OnFile) -> tuple[Offer, ...]:
    """Nothing where the payer did not speak of this person, and nothing for what it does not say."""
    if answer.outcome is not Outcome.ANSWERED or answer.member is None:
        return ()
    found = []
    if answer.member.is_subscriber == record.is_subscriber:
        ours = (record.last_name, record.first_name, record.birth_date)
        found += _of_person("patient.", "", answer.member, ours)
    holder = answer.subscriber or (answer.member if answer.member.is_subscriber else None)
    if record.has_coverage and not record.is_subscriber and holder is not None:
        ours = (record.subscriber_last_name, record.subscriber_first_name, record.subscriber_birth_date)
        found += _of_person("coverage.subscriber_", "Subscriber's ", holder, ours)
    return (*found, *(_of_coverage(answer, record) if record.has_coverage else _new_coverage(answer)))


def as_written(text: str) -> str:
    """Payers shout: ANNE-MARIE is written Anne-Marie."""
    return text.title() if text.isupper() else text


def _of_person(
    prefix: str, whose: str, member: Member, ours: tuple[str, str, datetime.date | None]
) -> list[Offer]:
    last, first, born = ours
    found = []
    for name, label, mine, theirs in (
        ("last_name", "last name", last, member.last_name),
        ("first_name", "first name", first, member.first_name),
    ):
        if theirs and normalized(theirs) != normalized(mine):
            written = as_written(theirs)
            found.append(Offer(prefix + name, (whose + label).capitalize(), mine, written, written))
    if member.birth_date and member.birth_date != born:
        label = (whose + "birth date").capitalize()
        theirs = day_told(member.birth_date)
        found.append(Offer(prefix + "birth_date", label, _day(born), theirs, member.birth_date))
    return found


def _of_coverage(answer: Answer, record: OnFile) -> list[Offer]:
    number, plan, found = _number(answer), _plan_name(answer), []
    if number and normalized_number(number) != normalized_number(record.member_id):
        found.append(Offer("coverage.member_id", "Member id", record.member_id, number, number))
    if plan and normalized(plan) != normalized(record.plan_name):
        found.append(Offer("coverage.plan_name", "Plan", record.plan_name, plan, plan))
    group = answer.group_number
    if group and normalized_number(group) != normalized_number(record.group_number):
        found.append(Offer("coverage.group_number", "Group number", record.group_number, group, group))
    ends_on = end_of(answer)
    if ends_on and ends_on != record.ends_on:
        found.append(Offer("coverage.ends_on", "Last day", _day(record.ends_on), day_told(ends_on), ends_on))
    return found


def _new_coverage(answer: Answer) -> list[Offer]:
    number = _number(answer)
    if not number or answer.status is not CoverageStatus.ACTIVE:
        return []
    theirs = " ".join(filter(None, (answer.payer_name, _plan_name(answer), number)))
    return [Offer("coverage.new", "Coverage", "", theirs, number)]


def end_of(answer: Answer) -> datetime.date | None:
    """Of coverage, or of the plan where its statements have no days of their own."""
    return last_day(answer) or answer.period.ends_on


def _number(answer: Answer) -> str:
    """A dependent without a number of its own has the subscriber's."""
    members = (answer.member, answer.subscriber)
    return next((one.number for one in members if one is not None and one.number), "")


def _plan_name(answer: Answer) -> str:
    """Empty where the payer names none or several."""
    names = {normalized(one.name): one.name for one in answer.plans if one.name}
    return as_written(next(iter(names.values()))) if len(names) == 1 else ""


def _day(day: datetime.date | None) -> str:
    return day_told(day) if day else ""
