"""Every reason of refusal: what became of the question, which field to mend, what to do next, and whether by itself."""

from __future__ import annotations

import datetime

import pytest

from eligibility.rules.answers import Answer
from eligibility.rules.codes import rejection_reasons
from eligibility.rules.next_steps import StepKind, next_steps
from eligibility.rules.normalising import normalise
from eligibility.rules.words import CoverageStatus, Outcome
from tests.eligibility.test_normalising import ABOVE, ASKED, DAY, answer_bytes
from tests.x12.support import fixture

PAYER, PROVIDER, PERSON = ABOVE[:3], ABOVE[:5], ABOVE
START = ["BHT*0022*11*Q1*20261103*0900", "HL*1**20*0"]
FAMILY = [*PERSON[:5], "HL*3*2*22*1", PERSON[7], "HL*4*3*23*0", PERSON[6], "NM1*03*1*OAKES*TESSA"]
PLACES = {
    "2000A": START,
    "2100A": PAYER,
    "2100B": PROVIDER,
    "2100C": PERSON,
    "2110C": [*PERSON, "EB*1**30"],
    "2100D": FAMILY,
}
REJECTED, NOT_FOUND, DOWN = Outcome.REJECTED, Outcome.PERSON_NOT_FOUND, Outcome.PAYER_UNAVAILABLE
CASES = [
    ("04", "2000A", REJECTED, "", StepKind.SET_UP),
    ("15", "2100C", REJECTED, "member_number", StepKind.MEND),
    ("33", "2110C", None, "", StepKind.CALL),
    ("35", "2100C", REJECTED, "", StepKind.ASK_OTHER),
    ("41", "2100B", REJECTED, "", StepKind.ENROL),
    ("42", "2100A", DOWN, "", StepKind.WAIT),
    ("43", "2100B", REJECTED, "provider", StepKind.MEND),
    ("44", "2100B", REJECTED, "provider", StepKind.MEND),
    ("45", "2100B", REJECTED, "provider", StepKind.MEND),
    ("46", "2100B", REJECTED, "provider", StepKind.MEND),
    ("47", "2100B", REJECTED, "provider", StepKind.MEND),
    ("48", "2100B", REJECTED, "", StepKind.CALL),
    ("49", "2100C", REJECTED, "", StepKind.REFERRAL),
    ("50", "2100B", REJECTED, "", StepKind.ENROL),
    ("51", "2100B", REJECTED, "provider", StepKind.ENROL),
    ("52", "2100C", REJECTED, "", StepKind.ENROL),
    ("53", "2110C", None, "service_type", StepKind.MEND),
    ("54", "2110C", None, "", StepKind.SET_UP),
    ("55", "2110C", None, "service_type", StepKind.MEND),
    ("56", "2100C", REJECTED, "service_on", StepKind.MEND),
    ("57", "2100C", REJECTED, "service_on", StepKind.MEND),
    ("58", "2100C", REJECTED, "birth_date", StepKind.MEND),
    ("60", "2100C", REJECTED, "birth_date", StepKind.MEND),
    ("61", "2100C", REJECTED, "service_on", StepKind.MEND),
    ("62", "2100C", REJECTED, "service_on", StepKind.MEND),
    ("63", "2100C", REJECTED, "service_on", StepKind.MEND),
    ("64", "2100D", REJECTED, "member_number", StepKind.MEND),
    ("65", "2100D", REJECTED, "last_name", StepKind.MEND),
    ("66", "2100D", REJECTED, "sex", StepKind.MEND),
    ("67", "2100D", NOT_FOUND, "member_number", StepKind.MEND),
    ("68", "2100D", REJECTED, "birth_date", StepKind.MEND),
    ("69", "2110C", None, "", StepKind.NOTE),
    ("70", "2110C", None, "", StepKind.NOTE),
    ("71", "2100C", REJECTED, "birth_date", StepKind.MEND),
    ("72", "2100C", REJECTED, "member_number", StepKind.MEND),
    ("73", "2100C", REJECTED, "last_name", StepKind.MEND),
    ("74", "2100C", REJECTED, "sex", StepKind.MEND),
    ("75", "2100C", NOT_FOUND, "member_number", StepKind.MEND),
    ("76", "2100C", REJECTED, "birth_date", StepKind.MEND),
    ("77", "2100D", NOT_FOUND, "relationship", StepKind.MEND),
    ("78", "2100C", REJECTED, "group_number", StepKind.MEND),
    ("79", "2000A", REJECTED, "payer", StepKind.SET_UP),
    ("80", "2100A", DOWN, "", StepKind.WAIT),
    ("97", "2100B", REJECTED, "provider", StepKind.MEND),
    ("98", "2110C", None, "", StepKind.NOTE),
    ("AA", "2110C", None, "", StepKind.AUTHORIZATION),
    ("AE", "2110C", None, "", StepKind.REFERRAL),
    ("AF", "2110C", None, "", StepKind.CALL),
    ("AG", "2110C", None, "service_type", StepKind.MEND),
    ("AO", "2110C", None, "", StepKind.CALL),
    ("CI", "2110C", None, "", StepKind.AUTHORIZATION),
    ("E8", "2110C", None, "", StepKind.AUTHORIZATION),
    ("IA", "2110C", None, "", StepKind.AUTHORIZATION),
    ("MA", "2110C", None, "", StepKind.AUTHORIZATION),
    ("T4", "2100A", REJECTED, "payer", StepKind.SET_UP),
    ("ZZ", "2100C", REJECTED, "", StepKind.CALL),
]


def refused(place: str, reason: str, follow_up: str = "R") -> Answer:
    return normalise(answer_bytes(f"AAA*Y**{reason}*{follow_up}", above=PLACES[place]), ASKED)


@pytest.mark.parametrize(
    ("reason", "place", "outcome", "field", "step"), CASES, ids=lambda one: str(one or "-")
)
def test_each_reason_says_what_to_mend_and_what_to_do(
    reason: str, place: str, outcome: Outcome | None, field: str, step: StepKind
) -> None:
    answer = refused(place, reason)
    (refusal,) = answer.refusals
    steps = [one for one in next_steps(answer, on=DAY) if one.segments == (refusal.segment,)]

    assert (refusal.loop, refusal.reason, refusal.field) == (place, reason, field)
    assert refusal.may_retry is (reason in ("42", "80"))
    assert [(one.kind, one.field) for one in steps] == [(step, field)]
    assert steps[0].words
    if outcome is None:  # a benefit was refused, not the question
        assert (answer.outcome, answer.status) == (Outcome.ANSWERED, CoverageStatus.ACTIVE)
    else:
        assert (answer.outcome, answer.status) == (outcome, CoverageStatus.UNDETERMINED)


def test_no_reason_on_the_list_is_left_out() -> None:
    assert {case[0] for case in CASES} == {*rejection_reasons(), "ZZ"}


@pytest.mark.parametrize(
    ("follow_up", "retry", "step", "on"),
    [
        ("R", True, StepKind.WAIT, None),
        ("P", True, StepKind.WAIT, None),
        ("", True, StepKind.WAIT, None),
        ("C", False, StepKind.CALL, None),
        ("N", False, StepKind.CALL, None),
        ("S", False, StepKind.CALL, None),
        ("W", False, StepKind.ASK_LATER, datetime.date(2026, 12, 3)),
        ("X", False, StepKind.ASK_LATER, datetime.date(2026, 11, 13)),
        ("Y", False, StepKind.WAIT, None),
    ],
    ids=[
        "again",
        "as it was",
        "nothing",
        "corrected",
        "never",
        "third party",
        "30 days",
        "10 days",
        "payer answers",
    ],
)
def test_what_may_be_put_again_is_the_payers_to_say(
    follow_up: str, retry: bool, step: StepKind, on: datetime.date | None
) -> None:
    answer = refused("2000A", "42", follow_up)

    assert answer.refusals[0].may_retry is retry
    assert [(one.kind, one.on) for one in next_steps(answer, on=DAY)] == [(step, on)]


@pytest.mark.parametrize(
    ("name", "change", "outcome", "words"),
    [
        ("ta1_alone", (b"", b""), REJECTED, "The partner refused the question's envelope: TA1 024."),
        ("ta1_alone", (b"*R*024", b"*A*000"), Outcome.UNPARSEABLE, "There is no answer in it."),
        ("999_good", (b"", b""), REJECTED, "The partner refused the question's form: 999 5."),
    ],
    ids=["envelope refused", "receipt alone", "form refused"],
)
def test_a_receipt_instead_of_an_answer_says_whose_fault_it_is(
    name: str, change: tuple[bytes, bytes], outcome: Outcome, words: str
) -> None:
    answer = normalise(fixture(name).replace(*change), ASKED)
    (step,) = next_steps(answer, on=DAY)

    assert (answer.outcome, answer.status, answer.warnings) == (
        outcome,
        CoverageStatus.UNDETERMINED,
        (words,),
    )
    assert step.kind is (StepKind.SET_UP if outcome is REJECTED else StepKind.WAIT)


def test_every_refusal_is_told_not_only_the_first() -> None:
    answer = normalise(answer_bytes("AAA*N**72*C", "AAA*N**73*C", "AAA*N**58*C"), ASKED)

    assert [one.field for one in next_steps(answer, on=DAY)] == ["member_number", "last_name", "birth_date"]
