"""Test mode: questions to the test payers are answered here, by the bytes of a 271 that is read like any other."""

from __future__ import annotations

import datetime

import pytest

from clearinghouse.services.questions import ask_test_payer, own_envelope
from eligibility.rules.answers import Answer
from eligibility.rules.asking import Person, Question, inquiry_content
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.readings import reading_of
from eligibility.rules.words import CoverageStatus, Outcome

DAY = datetime.date(2026, 11, 3)
AT = datetime.datetime(2026, 11, 3, 15, 0, tzinfo=datetime.UTC)
JOHN = Person("Doeone", "Johnone", datetime.date(1880, 1, 2), "", "0000000000")
TRACE = "E0123456789ABCDEF01"


def answered(
    payer_id: str,
    *,
    who: Person = JOHN,
    npi: str = "0123456789",
    types: tuple[str, ...] = ("30",),
    trace: str = TRACE,
) -> Answer:
    question = Question("Test payer", payer_id, "Happy Doctors Group", npi, who, None, "", types, DAY)
    content = inquiry_content(question, own_envelope(trace, at=AT), trace=trace, assigned_by="9LAKESIDE1")
    found = ask_test_payer(content).content
    assert found is not None
    return normalise(found, Asked(DAY, types, trace, "9LAKESIDE1"), reading_of(payer_id))


@pytest.mark.parametrize(
    ("payer_id", "outcome", "status"),
    [
        ("00001", Outcome.ANSWERED, CoverageStatus.ACTIVE),
        ("000002", Outcome.UNPARSEABLE, CoverageStatus.UNDETERMINED),
        ("00004", Outcome.REJECTED, CoverageStatus.UNDETERMINED),
        ("00006", Outcome.PAYER_UNAVAILABLE, CoverageStatus.UNDETERMINED),
        ("00009", Outcome.ANSWERED, CoverageStatus.ACTIVE),
        ("000031", Outcome.ANSWERED, CoverageStatus.INACTIVE),
        ("000039", Outcome.ANSWERED, CoverageStatus.ACTIVE),
        ("any other payer", Outcome.REJECTED, CoverageStatus.UNDETERMINED),
    ],
)
def test_each_payer_gives_its_own_answer(payer_id: str, outcome: str, status: str) -> None:
    answer = answered(payer_id)

    assert (answer.outcome, answer.status) == (outcome, status), answer


@pytest.mark.parametrize(
    ("who", "npi", "field"),
    [
        (JOHN, "1234567893", "provider"),
        (Person("Doeone", "Johnone", JOHN.birth_date, "", "0000000001"), "0123456789", "member_number"),
        (Person("Roe", "Johnone", JOHN.birth_date, "", "0000000000"), "0123456789", "last_name"),
        (
            Person("Doeone", "Johnone", datetime.date(1980, 1, 2), "", "0000000000"),
            "0123456789",
            "birth_date",
        ),
    ],
    ids=["provider", "member number", "name", "birth date"],
)
def test_a_wrong_test_value_is_named(who: Person, npi: str, field: str) -> None:
    answer = answered("00001", who=who, npi=npi)

    assert answer.outcome is Outcome.REJECTED
    assert [refusal.field for refusal in answer.refusals] == [field]


def test_the_dependent_is_answered_for_not_the_subscriber() -> None:
    answer = answered("00009")

    assert answer.member and answer.subscriber
    assert (answer.member.first_name, answer.member.relationship) == ("JOHNTWO", "19")
    assert answer.subscriber.first_name == "JOHNONE"


@pytest.mark.parametrize("number", range(7))
def test_however_the_answer_is_broken_it_says_nothing_about_coverage(number: int) -> None:
    answer = answered("000002", trace=f"E{number:018X}")

    assert (answer.outcome, answer.status) == (Outcome.UNPARSEABLE, CoverageStatus.UNDETERMINED)
