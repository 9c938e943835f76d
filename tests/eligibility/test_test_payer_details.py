"""What test payers say besides coverage and amounts: each thing with the segment it came from."""

from __future__ import annotations

import datetime

import msgspec
import pytest

from clearinghouse.services.questions import ask_test_payer, own_envelope
from eligibility.rules.answers import Answer, Day, Pattern, Retired, Unread
from eligibility.rules.asking import Question, inquiry_content
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.owing import applying, owed_today
from eligibility.rules.words import BenefitKind, Network, Outcome
from tests.eligibility.expected.first import FIRST
from tests.eligibility.expected.payers import PAYERS, PROGRAMS
from tests.eligibility.expected.services import SERVICES, SHAPES
from tests.eligibility.test_asking_test_payers import AT, DAY, JOHN, TRACE, answered
from tests.x12.test_no_silent_loss import unaccounted

EVERY = (*FIRST, *SERVICES, *SHAPES, *PROGRAMS, *PAYERS)

KINDS = {"ZZ", "BK"}
"""Codes that say what the value beside them is."""


def bytes_of(payer_id: str, trace: str = TRACE) -> bytes:
    question = Question(
        "Test payer", payer_id, "Happy Doctors Group", "0123456789", JOHN, None, "", ("30",), DAY
    )
    content = inquiry_content(question, own_envelope(trace, at=AT), trace=trace, assigned_by="9LAKESIDE1")
    found = ask_test_payer(content).content
    assert found is not None
    return found


def read(content: bytes) -> Answer:
    return normalise(content, Asked(DAY, ("30",), TRACE, "9LAKESIDE1"))


def segments_of(payer_id: str) -> list[str]:
    text = bytes_of(payer_id).decode("utf-8", errors="replace")
    return [one.strip() for one in text.split("~")]


@pytest.mark.parametrize("payer_id", [one for one in EVERY if one not in ("000002", "00005")])
def test_each_row_stands_where_it_says(payer_id: str) -> None:
    answer, segments = answered(payer_id), segments_of(payer_id)

    for row in answer.benefits:
        said = [segments[ordinal - 1].split("*") for ordinal in row.segments]
        assert {one[0] for one in said} == {"EB"}
        assert row.key.service_type in said[0][3].split("^") if len(said[0]) > 3 else not row.key.service_type
    for entity in answer.entities:
        assert segments[entity.segment - 1].startswith(("NM1*", "EB*"))
    for number in answer.numbers:
        assert number.value in segments[number.segment - 1]
    for refusal in answer.refusals:
        assert segments[refusal.segment - 1].split("*")[3] == refusal.reason


@pytest.mark.parametrize("payer_id", [one for one in EVERY if one not in ("000002", "00005")])
def test_nothing_the_payer_sends_disappears(payer_id: str) -> None:
    answer, segments = answered(payer_id), segments_of(payer_id)
    told = msgspec.json.encode(answer).decode()

    assert unaccounted("271", bytes_of(payer_id)) == []
    for ordinal, segment in enumerate(segments, 1):
        tag, *said = segment.split("*")
        if tag == "EB":
            assert any(ordinal in one.segments for one in answer.benefits), segment
        if tag == "REF" and said[0] == "SY":
            continue
        if tag in ("MSG", "AAA", "MPI", "PRV", "REF", "III", "HSD"):
            assert [one for one in said if one and one not in KINDS and json_text(one) not in told] == [], (
                segment
            )


def json_text(text: str) -> str:
    return msgspec.json.encode(text).decode()[1:-1]


@pytest.mark.parametrize("payer_id", EVERY)
def test_an_answer_is_stored_and_read_again_as_it_was(payer_id: str) -> None:
    answer = answered(payer_id)

    assert msgspec.json.decode(msgspec.json.encode(answer), type=Answer) == answer


def test_one_amount_changed_in_the_bytes_changes_the_answer() -> None:
    content = bytes_of("000039").replace(b"EB*C*IND*48***23*500*", b"EB*C*IND*48***23*512.34*")
    (row,) = applying(read(content), BenefitKind.DEDUCTIBLE_TOTAL, "48", Network.IN)

    assert row.value.cents == 51_234


def test_every_test_answer_calls_itself_one() -> None:
    for payer_id in EVERY:
        if payer_id not in ("000002",):
            content = bytes_of(payer_id)
            assert content[:106].endswith(b"*T*:~")
            assert b"*TESTPAYERS     *" in content[:106]


def test_letters_nobody_can_print_are_counted_and_the_plan_is_that_of_the_plain_answer() -> None:
    odd, plain = answered("00005"), answered("00001")

    assert odd.benefits[0].key.plan == "BEDROCK PLAN"
    assert odd.member and (odd.member.last_name, odd.member.address_line) == ("DOEONE", "12 CAÑON ROAD A")
    assert odd.plans[0].name == plain.plans[0].name
    assert (
        odd.warnings[-1]
        == "9 characters that cannot be printed were left out; the answer as it came keeps them."
    )
    assert b"\x00" in bytes_of("00005")


def test_segments_without_words_of_ours_are_kept_and_fill_in_blanks_change_nothing() -> None:
    answer, plain = answered("00007"), answered("00001")

    assert not answer.warnings
    assert [row.key for row in answer.benefits] == [row.key for row in plain.benefits]
    assert [one.text.split("*")[0] for one in answer.unread] == ["PRV", "PRV", "HI", "MPI"]
    assert answer.unread[-1] == Unread(24, "MPI*C*AO*A")
    assert answer.provider_taxonomy == "207Q00000X"


def test_retired_values_are_carried_as_such_and_no_social_security_number_is() -> None:
    answer = answered("000008")

    assert [(one.place, one.value, one.successor) for one in answer.retired] == [
        ("REF", "123456789A", ""),
        ("REF", "not shown", ""),
        ("DTP", "20261103", "291"),
        ("HI", "8901", "ABK"),
        ("INS09", "F", ""),
        ("INS10", "N", ""),
        ("EB13", "PHYS", ""),
        ("EB13", "8901", ""),
    ]
    assert ("F6", "123456789A") in [(one.kind, one.value) for one in answer.numbers]
    assert isinstance(answer.retired[0], Retired)
    assert answer.member
    assert (answer.member.birth_date, answer.member.sex) == (None, "F")


@pytest.mark.parametrize("payer_id", ["000008", "000014", "000019"])
def test_no_answer_holds_a_social_security_number(payer_id: str) -> None:
    number = f"90000{payer_id[-4:]}"

    assert number in bytes_of(payer_id).decode()
    assert number not in msgspec.json.encode(answered(payer_id)).decode()


def test_what_the_payer_has_of_the_person_is_there_to_be_offered() -> None:
    changed, found = answered("00001").member, answered("000012").member

    assert changed and changed.is_changed_by_payer
    assert found and (found.address_line, found.city, found.birth_date) == (
        "12 LAKE ST",
        "LAKESIDE",
        JOHN.birth_date,
    )


def test_services_that_are_owed_and_not_there_are_named_as_not_reported() -> None:
    assert answered("000024").unreported == ()
    assert answered("000024-PART").unreported == ("33", "35", "88", "AL", "MH", "UC")
    assert answered("000051", types=("98", "A9")).unreported == ("A9",)
    assert answered("000031").unreported == ()


def test_a_benefit_is_tied_to_its_diagnosis() -> None:
    row = next(one for one in answered("000026").benefits if one.key.diagnoses)

    assert (row.key.service_type, row.key.diagnoses, row.needs_authorization) == ("48", ("M1711",), True)


def test_delivery_patterns_places_and_procedures_are_kept() -> None:
    answer = answered("000056")
    copay, first, second = (one for one in answer.benefits if one.key.kind is not BenefitKind.COVERED)

    assert (copay.key.procedure, copay.key.insurance_type, copay.key.plan) == ("HC:99213", "C1", "PLAN TEXT")
    assert (first.key.places, first.patterns) == (
        ("11", "22"),
        (Pattern(17, "12", "VS", "WK", "1", "23", "1"),),
    )
    assert second.patterns == first.patterns
    (exam,) = (one for one in answered("DENTAL").benefits if one.key.procedure)
    assert (exam.key.procedure, exam.patterns[0].quantity, exam.patterns[0].period_count) == (
        "AD:D0120",
        "1",
        "6",
    )


def test_tiers_and_disclaimers_stay_with_their_benefit() -> None:
    copays = [one for one in answered("BCCTC").benefits if one.key.kind is BenefitKind.COPAY]

    assert [(one.value.cents, one.messages) for one in copays] == [(1_500, ("TIER 1",)), (4_000, ("TIER 2",))]
    assert [one.messages for one in answered("000067").benefits if one.key.kind is BenefitKind.NOTE] == [
        ("THIS IS NOT A GUARANTEE OF PAYMENT", "BENEFITS ARE SUBJECT TO THE TERMS OF THE PLAN"),
    ]


def test_days_of_the_plan_are_kept_with_what_they_are() -> None:
    month = answered("ABHFL")

    assert month.days == (
        Day("356", "Eligibility begins", 14, datetime.date(2026, 11, 1), datetime.date(2026, 11, 1)),
        Day("357", "Eligibility ends", 15, datetime.date(2026, 11, 30), datetime.date(2026, 11, 30)),
    )
    assert (month.period.begins_on, month.period.ends_on) == (
        datetime.date(2026, 11, 1),
        datetime.date(2026, 11, 30),
    )


def test_one_payer_may_mean_otherwise() -> None:
    assert answered("ISCAM").source == "portal"
    assert answered("00001").source == ""


def test_the_service_asked_about_may_be_what_is_not_covered() -> None:
    refused = [
        one.key.service_type
        for one in answered("000068", types=("98", "30")).benefits
        if one.key.kind is BenefitKind.NOT_COVERED
    ]

    assert refused == ["98"]
    assert (
        owed_today(answered("000068", types=("98", "30")), "98").why
        == "The plan does not cover this service."
    )


def test_words_longer_than_the_guide_allows_are_kept_whole() -> None:
    plan, message = "P" * 300, "M" * 5_000
    content = (
        bytes_of("000018")
        .replace(b"BEDROCK PLAN", plan.encode())
        .replace(b"WAIVED IF ADMITTED", message.encode())
    )
    answer = read(content)

    assert (answer.plans[0].name, answer.messages) == (plan, (message,))


def test_ids_are_opaque_and_two_ids_of_one_payer_answer_alike() -> None:
    assert answered("00036").payer_name == "FLORIDA MEDICAID"
    assert answered("000036").payer_name == "TEST PAYER"
    assert answered("COVON").payer_name == "COVENTRY"
    for one, other in (("000083", "HUM"), ("000074", "CT"), ("000023", "MA/MB")):
        first, second = answered(one), answered(other)
        assert (first.payer_id, second.payer_id) == (one, other)
        assert (first.benefits, first.plans, first.entities) == (
            second.benefits,
            second.plans,
            second.entities,
        )


@pytest.mark.parametrize("payer_id", ["@bedrock", "@member-1", "000030 ", "36", "00074"])
def test_what_is_no_test_payer_is_refused(payer_id: str) -> None:
    assert answered(payer_id).outcome is Outcome.REJECTED


def test_the_nearest_service_decides_what_is_owed_and_zero_is_not_silence() -> None:
    deductibles = {
        code: applying(answered("000039"), BenefitKind.DEDUCTIBLE_TOTAL, code, Network.IN)[0].value.cents
        for code in ("30", "48", "33", "50")
    }
    assert deductibles == {"30": 150_000, "48": 50_000, "33": 25_000, "50": 150_000}
    assert owed_today(answered("000052"), "98").cents == 0
    assert owed_today(answered("000052-ABSENT"), "98").cents is None
    assert owed_today(answered("000053"), "98").cents is None
    assert owed_today(answered("000051"), "33").cents == 3_000
    assert owed_today(answered("000051"), "50").cents is None
