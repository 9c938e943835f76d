"""The question a payer is asked: one subscriber or dependent in a 270."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Sequence

from msgspec import Struct

import x12

Event = x12.EligibilityStart | x12.EligibilityLevel | x12.EligibilityPerson | x12.EligibilityEnd
NOWHERE = x12.Position(0, 0, 0, 0)
_UNWANTED = re.compile(r"[^A-Z0-9 '.&/()-]")


class CannotAsk(Exception):
    """The question cannot be put; the text says why, `field` which field of the form to mend."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class Person(Struct, frozen=True):
    """Of a question: the subscriber, or the dependent who is the patient."""

    last_name: str = ""
    first_name: str = ""
    birth_date: datetime.date | None = None
    sex: str = ""
    member_number: str = ""
    group_number: str = ""


class Question(Struct, frozen=True):
    payer_name: str
    payer_identifier: str
    provider_name: str
    provider_npi: str
    subscriber: Person
    dependent: Person | None
    relationship: str
    """INS02 of the dependent."""
    service_types: tuple[str, ...]
    """None where a procedure is asked about."""
    service_on: datetime.date
    procedure: str = ""
    """HC:97110 and modifiers, as in EQ02."""


def fingerprint(question: Question, *, is_test: bool) -> str:
    """The same for questions a payer could not tell apart, whoever asks and however it is spelled."""
    people = [question.subscriber, question.dependent]
    said = [
        question.payer_identifier,
        question.provider_npi,
        *("|".join(map(_folded, _facts(one))) if one else "" for one in people),
        question.relationship,
        "^".join(sorted(question.service_types)) + question.procedure,
        question.service_on.isoformat(),
        "T" if is_test else "P",
    ]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def _facts(person: Person) -> Sequence[str]:
    born = person.birth_date.isoformat() if person.birth_date else ""
    return (
        person.member_number, person.group_number, person.last_name, person.first_name, born, person.sex,
    )  # fmt: skip


def _folded(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def inquiry_content(question: Question, envelope: x12.Envelope, *, trace: str, assigned_by: str) -> bytes:
    """The 270. Raises CannotAsk where the guide forbids it."""
    events: list[Event] = [
        x12.EligibilityStart(
            envelope=envelope,
            position=NOWHERE,
            reference=trace,
            created_on=_day(envelope.group_date),
            created_time=envelope.group_time,
        ),
        x12.EligibilityLevel("20", NOWHERE, "1", _payer(question)),
        x12.EligibilityLevel("21", NOWHERE, "1", _provider(question)),
        *_people(question, x12.Trace("1", trace, assigned_by, 0)),
        x12.EligibilityEnd(NOWHERE),
    ]
    try:
        return b"".join(x12.write_eligibility(events))
    except x12.CannotWrite as refusal:
        raise CannotAsk(str(refusal)) from refusal


def _people(question: Question, trace: x12.Trace) -> list[x12.EligibilityPerson]:
    asked = (x12.Question(NOWHERE, question.service_types, _procedure(question.procedure)),)
    day = x12.DateValue("291", f"{question.service_on:%Y%m%d}", 0)
    subscriber = x12.EligibilityPerson("22", NOWHERE, "0", party=_named("IL", question.subscriber))
    if question.dependent is None:
        subscriber.traces, subscriber.dates, subscriber.questions = (trace,), (day,), asked
        return [subscriber]
    subscriber.has_levels_below = "1"
    dependent = x12.EligibilityPerson("23", NOWHERE, "0", party=_named("03", question.dependent))
    dependent.traces, dependent.dates, dependent.questions = (trace,), (day,), asked
    if question.relationship:
        dependent.relationship = x12.Relationship("N", question.relationship, 0)
    return [subscriber, dependent]


def _procedure(written: str) -> x12.Procedure | None:
    if not written:
        return None
    qualifier, code, *modifiers = written.split(":")
    return x12.Procedure(qualifier, code, tuple(modifiers))


def _named(code: str, person: Person) -> x12.Party:
    number = person.member_number
    party = x12.Party(
        code, "1", _written(person.last_name), _written(person.first_name), "", "", "MI" if number else "", number, 0
    )  # fmt: skip
    party.birth_date, party.sex = person.birth_date, person.sex if person.sex in ("F", "M") else ""
    if person.group_number:
        party.references = (x12.Reference("6P", person.group_number, 0),)
    return party


def _payer(question: Question) -> x12.Party:
    return x12.Party(
        "PR", "2", _written(question.payer_name)[:60], "", "", "", "PI", question.payer_identifier, 0
    )  # fmt: skip


def _provider(question: Question) -> x12.Party:
    return x12.Party(
        "1P", "2", _written(question.provider_name)[:60], "", "", "", "XX", question.provider_npi, 0
    )


def _written(text: str) -> str:
    """In capitals, without what X12 or payers trip over."""
    return " ".join(_UNWANTED.sub(" ", text.upper()).split())


def _day(text: str) -> datetime.date:
    return datetime.date(int(text[:4]), int(text[4:6]), int(text[6:8]))
