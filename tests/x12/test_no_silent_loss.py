"""Nothing disappears: every segment's values are in a typed value or kept, or a finding stands at its place.

Judged by a tokenizer of the tests' own."""

from __future__ import annotations

import random
import re
from decimal import Decimal, InvalidOperation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import x12
from tests.x12.support import fixture, plain_segments, said, whole

MONEY = ["835_good", "835_reversal_and_correction", "837p_good", "837i_good"]
ELIGIBILITY = ["270_good", "271_good", "271_refused"]
ANSWERS = ["276_good", "277_good", "277ca_good", "999_good"]
GOOD = MONEY + ANSWERS + ELIGIBILITY
ENVELOPE = {"ISA", "GS", "ST", "SE", "GE", "IEA"}
STRUCTURE = {"HL", "LX"}
"""Their numbers are places, not values."""
FIXED = {
    ("CLP", 0),
    ("TRN", 1),
    ("CUR", 1),
    ("PRV", 1),
    ("PRV", 2),
    ("DMG", 1),
    ("SBR", 6),
    ("HI", 0),
    ("LS", 1),
    ("LE", 1),
}
"""Elements that can hold but one code."""


def _missing(segment: list[str], values: set[str], numbers: set[Decimal]) -> list[str]:
    """What the segment says and no record repeats."""
    tag, *elements = segment
    lost = []
    for at, element in enumerate(elements, 1):
        if (tag, at) in FIXED:
            continue
        for part in re.split("[:^]", element):
            if part and part not in values and not (_number(part) in numbers or _date(part) in values):
                lost.append(part)
    return lost


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def _date(text: str) -> str:
    return f"{text[:4]}-{text[4:6]}-{text[6:8]}"


def unaccounted(kind: str, content: bytes) -> list[tuple[int, list[str], list[str]]]:
    records = whole(kind, content)
    values = said(records) | {"405"}  # the only date of an 835 header is the production date
    numbers = {number for number in map(_number, values) if number is not None}
    reported = {finding.position.segment for record in records for finding in getattr(record, "findings", ())}
    return [
        (ordinal, segment, lost)
        for ordinal, segment in enumerate(plain_segments(content), 1)
        if segment[0] not in ENVELOPE | STRUCTURE and ordinal not in reported
        and (lost := _missing(segment, values, numbers))
    ]  # fmt: skip


@pytest.mark.parametrize("name", GOOD)
def test_every_value_of_a_good_file_is_kept(name: str) -> None:
    assert unaccounted(name[:3], fixture(name)) == []


@pytest.mark.parametrize("name", MONEY)
def test_counts_and_sums_equal_those_of_a_simple_tokenizer(name: str) -> None:
    segments = plain_segments(fixture(name))
    *_, end = whole(name[:3], fixture(name))
    tag, line_tags, charge = ("CLP", {"SVC"}, 3) if name[:3] == "835" else ("CLM", {"SV1", "SV2"}, 2)
    claims = [segment for segment in segments if segment[0] == tag]

    assert end.claim_count == len(claims)
    assert end.line_count == sum(segment[0] in line_tags for segment in segments)
    assert end.charge_total == sum(Decimal(segment[charge]) for segment in claims)


@pytest.mark.parametrize("name", ["276_good", "277_good", "277ca_good"])
def test_claims_lines_and_statuses_are_counted_as_a_simple_tokenizer_counts_them(name: str) -> None:
    tags = [segment[0] for segment in plain_segments(fixture(name))]
    records = whole(name[:3], fixture(name))
    claims = [one for one in records if isinstance(one, x12.ClaimStatus)]
    levels = [one for one in records if isinstance(one, x12.LevelStatus)]
    lines = [line for claim in claims for line in claim.lines]

    assert len(claims) + sum(bool(level.trace_number) for level in levels) == tags.count("TRN")
    assert len(lines) == records[-1].line_count == tags.count("SVC")
    assert sum(len(one.statuses) for one in (*claims, *levels, *lines)) == tags.count("STC")


@pytest.mark.parametrize("name", ELIGIBILITY)
def test_questions_benefits_and_rejections_are_counted_as_a_simple_tokenizer_counts_them(name: str) -> None:
    tags = [segment[0] for segment in plain_segments(fixture(name))]
    records = whole(name[:3], fixture(name))
    people = [one for one in records if isinstance(one, x12.EligibilityPerson)]
    levels = [one for one in records if isinstance(one, x12.EligibilityLevel)]
    benefits = [benefit for person in people for benefit in person.benefits]

    assert records[-1].benefit_count == len(benefits) == tags.count("EB")
    assert records[-1].question_count == sum(len(one.questions) for one in people) == tags.count("EQ")
    assert sum(len(one.rejections) for one in (*people, *levels, *benefits)) == tags.count("AAA")
    assert sum(len(one.traces) for one in people) == tags.count("TRN")
    assert sum(len(one.deliveries) for one in benefits) == tags.count("HSD")
    assert sum(len(one.messages) for one in benefits) == tags.count("MSG")


def test_errors_of_an_acknowledgement_are_counted_as_a_simple_tokenizer_counts_them() -> None:
    tags = [segment[0] for segment in plain_segments(fixture("999_good"))]
    answers = [one for one in whole("999", fixture("999_good")) if isinstance(one, x12.SetAcknowledgement)]
    errors = [error for answer in answers for error in answer.errors]
    elements = [element for error in errors for element in error.elements]

    assert len(answers) == tags.count("AK2") == tags.count("IK5")
    assert (len(errors), len(elements)) == (tags.count("IK3"), tags.count("IK4"))
    assert sum(len(one.contexts) for one in (*errors, *elements)) == tags.count("CTX")


def test_every_triple_of_every_adjustment_is_counted() -> None:
    segments = plain_segments(fixture("835_good"))
    triples = [
        (segment[1], segment[at], Decimal(segment[at + 1]))
        for segment in segments
        if segment[0] == "CAS"
        for at in range(2, len(segment) - 1, 3)
    ]
    claims = whole("835", fixture("835_good"))[1:-1]
    read = [
        (one.group, one.reason, one.amount)
        for claim in claims
        for owner in (claim, *claim.service_lines)
        for one in owner.adjustments
    ]

    assert sorted(read) == sorted(triples)


@settings(max_examples=150)
@given(seed=st.integers(0, 10**9), name=st.sampled_from(GOOD), changes=st.integers(1, 4))
def test_however_a_file_is_damaged_nothing_disappears_silently(seed: int, name: str, changes: int) -> None:
    chance = random.Random(seed)
    segments = ["*".join(segment) for segment in plain_segments(fixture(name))]
    inner = range([segment[:2] for segment in segments].index("ST") + 1, len(segments) - 3)
    for _ in range(changes):
        at = chance.choice(inner)
        match chance.randrange(5):
            case 0:
                del segments[at]
            case 1:
                segments.insert(at, segments[at])
            case 2:
                other = chance.choice(inner)
                segments[at], segments[other] = segments[other], segments[at]
            case 3:
                segments.insert(
                    at,
                    chance.choice(
                        [
                            "ZZZ*JUNK",
                            "REF",
                            "NM1*QQ*1*STRANGER",
                            "CAS*CO",
                            "HL*9**99*1",
                            "STC",
                            "TRN*2*X",
                            "IK4",
                            "CTX",
                            "EB",
                            "EB*C****",
                            "AAA",
                            "LS*2120",
                            "NM1*PRP*2*OTHER",
                        ]
                    ),
                )
            case _:
                elements = segments[at].split("*")
                elements[-1] = chance.choice(["", "NaN", "ODD", "-"])
                segments[at] = "*".join(elements)
    content = ("~".join(segments) + "~").encode()

    assert unaccounted(name[:3], content) == []


@settings(max_examples=100)
@given(content=st.binary(max_size=600), name=st.sampled_from(GOOD), at=st.integers(0, 2000))
def test_no_bytes_make_the_readers_fail(content: bytes, name: str, at: int) -> None:
    good = fixture(name)
    for source in (content, good[:at], good[:at] + content, good[:at] + content + good[at:]):
        try:
            for record in x12.read_all(source, guided=True):
                assert record
        except x12.NotX12 as reason:
            assert str(reason)


def test_further_numbers_of_a_reference_are_kept_whole() -> None:
    further = b"REF*G1*AUTH0001**9F:REFERRAL7~"
    records = whole("837", fixture("837p_good").replace(b"REF*G1*AUTH0001~", further))

    assert records[1].authorization_number == "AUTH0001"
    assert ("REF", "G1", "AUTH0001", "", "9F:REFERRAL7") in [one.elements for one in records[1].unmapped]
