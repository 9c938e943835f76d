"""What a 270 asks and a 271 answers is read with every element, written strictly, and never guessed."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

import x12
from tests.x12.support import codes, fixture, whole
from tests.x12.test_writing import NOWHERE, said, written


def people(name: str) -> list[x12.EligibilityPerson]:
    return [one for one in whole(name[:3], fixture(name)) if isinstance(one, x12.EligibilityPerson)]


def test_a_question_knows_who_asks_whom_about_whom_and_what() -> None:
    marta, anson, tessa = people("270_good")

    assert (marta.source and marta.source.identifier, marta.receiver and marta.receiver.identifier) == (
        "NM001",
        "1234567893",
    )
    assert (marta.member_number, marta.trace_of("9LAKESIDE1")) == ("NMM4410", "CHK-0001")
    assert [one.service_types for one in marta.questions] == [("98", "33", "UC"), ()]
    assert marta.questions[1].procedure == x12.Procedure("HC", "97110", ("GP",))
    assert marta.dates[0].end_date == datetime.date(2026, 11, 5)
    assert [one.is_asked_about for one in (marta, anson, tessa)] == [True, False, True]
    assert tessa.is_dependent
    assert tessa.subscriber == anson.party
    assert tessa.member_number == "NMM5520"


def test_a_benefit_keeps_every_element_and_the_segment_it_came_from() -> None:
    marta, _, tessa = people("271_good")
    total, remaining, coinsurance, copay, visits = marta.benefits[1:6]

    assert (total.terms.code, total.terms.amount, total.terms.period, total.terms.network) == (
        "C",
        Decimal(1500),
        "23",
        "Y",
    )
    assert (remaining.terms.amount, remaining.terms.period) == (Decimal(900), "29")
    assert (coinsurance.terms.share, coinsurance.terms.amount, coinsurance.terms.network) == (
        Decimal("0.2"),
        None,
        "W",
    )
    assert (copay.terms.service_types, copay.terms.authorization) == (("98", "UC"), "Y")
    assert copay.messages[0].text == "COPAY WAIVED FOR PREVENTIVE VISITS"
    assert [(one.code, one.text) for one in copay.limitations] == [("11", ""), ("", "OFFICE ONLY")]
    assert (visits.deliveries[0].quantity, visits.deliveries[0].unit) == (Decimal(12), "WK")
    assert x12.explain(next(x12.segments(fixture("271_good"), first=copay.segment))).tag == "EB"
    assert [one.name for one in marta.benefits[7].entities] == ["MEDICARE PART B", "VALE"]
    assert marta.benefits[7].entities[0].contacts[0].numbers == (("TE", "8005550199"),)
    assert marta.relationship and marta.relationship.maintenance_reason == "25"
    assert tessa.relationship and (tessa.relationship.code, tessa.relationship.birth_order) == ("19", "2")


def test_a_rejection_says_at_which_level_it_stands() -> None:
    records = whole("271", fixture("271_refused"))
    found = [
        (one.loop, one.reason, one.follow_up) for each in records for one in getattr(each, "rejections", ())
    ]

    assert found == [
        ("2000A", "42", "R"),
        ("2100A", "T4", "P"),
        ("2100B", "50", "N"),
        ("2100C", "75", "C"),
        ("2100C", "71", "C"),
    ]


def test_an_amount_that_cannot_be_read_is_unknown_and_reported_not_zero() -> None:
    records = whole("271", fixture("271_good").replace(b"*29*900*", b"*29*9OO*"))
    remaining = next(one for one in records if isinstance(one, x12.EligibilityPerson)).benefits[2]

    assert remaining.terms.amount is None
    assert [one.code for one in records[-1].findings] == ["element.unreadable"]


def test_empty_address_segments_of_a_payer_are_read() -> None:
    content = (
        fixture("271_good").replace(b"N3*9 BIRCH LANE*APT 3", b"N3*").replace(b"N4*DULUTH*MN*55804", b"N4***")
    )
    marta = next(one for one in x12.read_271(content) if isinstance(one, x12.EligibilityPerson))

    assert marta.party and (marta.party.address_line, marta.party.city) == ("", "")
    assert len(marta.benefits) == 9


@pytest.mark.parametrize("name", ["270_good", "271_good", "271_refused"])
def test_what_is_read_is_written_byte_for_byte(name: str) -> None:
    content = fixture(name).replace(b"~\n", b"~")

    assert written(whole(name[:3], content)) == content
    assert codes(x12.read_all(content, guided=True)) == []


def test_a_batch_of_more_than_99_people_is_refused() -> None:
    start, payer, receiver, marta, *_, end = whole("270", fixture("270_good"))
    batch = [start, payer, receiver, *[marta] * 99, end]

    assert len([one for one in whole("270", written(batch)) if isinstance(one, x12.EligibilityPerson)]) == 99
    with pytest.raises(x12.CannotWrite, match="99 people"):
        written([*batch[:-1], marta, end])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"service_types": ("098",)}, "no service type"),
        ({"service_types": (), "procedure": None}, "service types or a procedure"),
        ({"coverage_level": "XXX"}, "Coverage level"),
    ],
    ids=["service type", "nothing asked", "level"],
)
def test_a_question_the_guide_forbids_is_not_written(change: dict[str, Any], words: str) -> None:
    start, payer, receiver, marta, *_, end = whole("270", fixture("270_good"))
    marta.questions = (replace(marta.questions[0], **change),)

    with pytest.raises(x12.CannotWrite) as refused:
        written([start, payer, receiver, marta, end])
    assert words in str(refused.value)


number = st.text("ABCDEFGHJKMNPQRSTUVWXYZ0123456789", min_size=2, max_size=20)
words = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'", min_size=1, max_size=40).map(str.strip).filter(bool)
maybe_dollars = st.one_of(st.none(), st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100))
types = st.lists(st.sampled_from(["30", "98", "UC", "MH", "1", "AL"]), max_size=6, unique=True).map(tuple)


def few(one: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, max_size=3).map(tuple)


terms = st.builds(
    x12.Terms,
    st.sampled_from(["1", "6", "A", "B", "C", "F", "G", "I", "V"]),
    st.sampled_from(["", "IND", "FAM"]),
    types,
    st.sampled_from(["", "MC", "HM"]),
    st.one_of(st.just(""), words),
    st.sampled_from(["", "23", "29", "27"]),
    maybe_dollars,
    st.one_of(st.none(), st.sampled_from([Decimal("0"), Decimal("0.2"), Decimal("1")])),
    st.sampled_from(["", "VS"]),
    st.one_of(st.none(), st.integers(0, 99).map(Decimal)),
    st.sampled_from(["", "Y", "N", "U"]),
    st.sampled_from(["", "Y", "N", "W"]),
    st.one_of(st.none(), st.just(x12.Procedure("HC", "99213", ("25",)))),
)
benefits = st.builds(
    x12.Benefit,
    terms,
    st.just(0),
    references=few(st.builds(x12.Reference, st.sampled_from(["9F", "18"]), number, st.just(0))),
    messages=few(st.builds(x12.Message, words, st.just(0))),
    limitations=few(st.builds(x12.Limitation, st.just("ZZ"), st.sampled_from(["11", "22"]), st.just(0))),
)


@settings(max_examples=60)
@given(found=st.lists(benefits, max_size=8))
def test_benefits_are_read_back_as_written(found: list[x12.Benefit]) -> None:
    start, payer, receiver, marta, *_, end = whole("271", fixture("271_good"))
    marta.benefits = tuple(found)
    events = [start, payer, receiver, marta, replace(end, person_count=1, benefit_count=len(found))]
    content = written(events)

    assert said(whole("271", content)) == said(events)
    assert codes(x12.read_all(content, guided=True)) == []


one_day = st.dates(datetime.date(2025, 1, 1), datetime.date(2027, 12, 31)).map("{:%Y%m%d}".format)
questions = st.builds(
    x12.Question,
    st.just(NOWHERE),
    types.filter(bool),
    st.one_of(st.none(), st.just(x12.Procedure("HC", "97110", ("GP",)))),
    st.sampled_from(["", "IND", "FAM"]),
    limitations=st.one_of(
        st.just(()), st.just((x12.Limitation("ZZ", "11", 0),)), st.just((x12.Limitation("BK", "E119", 0),))
    ),
    references=st.one_of(st.just(()), st.tuples(st.builds(x12.Reference, st.just("G1"), number, st.just(0)))),
    dates=st.one_of(st.just(()), st.tuples(st.builds(x12.DateValue, st.just("291"), one_day, st.just(0)))),
)


@settings(max_examples=60)
@given(asked=st.lists(questions, min_size=1, max_size=6), is_dependent=st.booleans())
def test_questions_are_read_back_as_written(asked: list[x12.Question], is_dependent: bool) -> None:
    start, payer, receiver, marta, anson, tessa, end = whole("270", fixture("270_good"))
    person = tessa if is_dependent else marta
    person.questions = tuple(asked)
    asked_about = [anson, tessa] if is_dependent else [marta]
    counted = replace(end, person_count=len(asked_about), question_count=len(asked))
    events = [start, payer, receiver, *asked_about, counted]
    content = written(events)

    assert said(whole("270", content)) == said(events)
    assert codes(x12.read_all(content, guided=True)) == []
