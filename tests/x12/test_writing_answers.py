"""Acknowledgements and status reports come back as they were written; what the guide forbids is refused."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import x12
from tests.x12.support import codes, fixture, whole
from tests.x12.test_writing import NOWHERE, said, written

number = st.text("ABCDEFGHJKMNPQRSTUVWXYZ0123456789", min_size=2, max_size=20)
text = st.text("ABCDEFGHIJKLMNOPQRSTUVWXYZ -'", min_size=1, max_size=20).map(str.strip).filter(bool)
dollars = st.integers(0, 10_000_000).map(lambda cents: Decimal(cents) / 100)
day = st.dates(datetime.date(2000, 1, 1), datetime.date(2030, 12, 31)).map(lambda one: one.strftime("%Y%m%d"))
place = st.integers(1, 9999).map(str)


def few(one: st.SearchStrategy[Any], *, least: int = 0) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(one, min_size=least, max_size=3).map(tuple)


contexts = few(
    st.one_of(
        st.builds(x12.ErrorContext, st.just("CLM01"), number, st.just(0)),
        st.builds(
            x12.ErrorContext, st.just("SITUATIONAL TRIGGER"), st.just(""), st.just(0), st.just("CLM"), place,
            st.sampled_from(["", "2300"]), st.sampled_from(["", "5:3"]),
        ),
    )
)  # fmt: skip
element_errors = few(
    st.builds(
        x12.ElementError, st.integers(1, 20).map(str), st.sampled_from(["1", "7", "I10"]), st.just(0),
        component=st.sampled_from(["", "2"]), value=st.one_of(st.just(""), number), contexts=contexts,
    )
)  # fmt: skip
segment_errors = few(
    st.builds(
        x12.SegmentError, st.sampled_from(["CLM", "NM1", "SV1"]), place, st.sampled_from(["", "2300", "2010AA"]),
        st.sampled_from(["3", "8"]), st.just(0), contexts, element_errors,
    )
)  # fmt: skip


@st.composite
def acknowledgements(draw: st.DrawFn) -> list[Any]:
    _, start, *_, end = whole("999", fixture("999_good"))
    answers = [
        x12.SetAcknowledgement(
            ordinal,
            "837",
            f"{ordinal:04}",
            NOWHERE,
            "005010X222A1",
            draw(st.sampled_from("AER")),
            draw(few(st.sampled_from(["4", "5"]))),
            draw(segment_errors),
        )
        for ordinal in range(1, draw(st.integers(1, 4)))
    ]
    end = msgspec.structs.replace(
        end, set_count=len(answers), error_count=sum(len(one.errors) for one in answers)
    )
    return [start, *answers, end]


@settings(max_examples=40)
@given(events=acknowledgements())
def test_acknowledgements_are_read_back_as_written(events: list[Any]) -> None:
    read = whole("999", written(events))

    assert said(read) == said(events)
    assert codes(list(x12.read_all(written(events), guided=True))) == []


status_codes = st.builds(
    x12.StatusCode, st.sampled_from(["A1", "A7", "P3", "F2"]), st.sampled_from(["19", "562"]),
    st.sampled_from(["", "85", "IL"]),
)  # fmt: skip
statuses = st.builds(
    x12.Status, few(status_codes, least=1), st.just(0), day, st.sampled_from(["WQ", "U"]),
    st.one_of(st.none(), dollars), message=st.one_of(st.just(""), text),
)  # fmt: skip
references = few(st.builds(x12.Reference, st.sampled_from(["1K", "D9", "BLT"]), number, st.just(0))).map(
    lambda found: tuple({one.qualifier: one for one in found}.values())
)
service_dates = st.builds(x12.DateValue, st.just("472"), day, st.just(0)).map(lambda one: (one,))


@st.composite
def lines(draw: st.DrawFn, ordinal: int) -> x12.LineStatus:
    return x12.LineStatus(
        ordinal,
        x12.Procedure("HC", draw(number), tuple(draw(few(st.sampled_from(["25", "RT"]))))),
        draw(dollars),
        NOWHERE,
        draw(st.one_of(st.none(), dollars)),
        units=Decimal(draw(st.integers(1, 99))),
        statuses=draw(few(statuses, least=1)),
        references=(x12.Reference("FJ", str(ordinal), 0),),
        dates=draw(service_dates),
    )


@st.composite
def status_reports(draw: st.DrawFn, name: str) -> list[Any]:
    records = whole(name[:3], fixture(name))
    start, end = records[0], records[-1]
    above = [one for one in records if isinstance(one, x12.LevelStatus)][:3]
    patterns = [one for one in records if isinstance(one, x12.ClaimStatus)]
    claims = []
    for ordinal in range(1, draw(st.integers(1, 5))):
        pattern = draw(st.sampled_from(patterns))
        claims.append(
            msgspec.structs.replace(
                pattern,
                ordinal=ordinal,
                trace_number=draw(number),
                statuses=draw(few(statuses, least=1)),
                references=draw(references),
                dates=draw(service_dates),
                lines=tuple(draw(lines(at)) for at in range(1, draw(st.integers(1, 3)))),
            )
        )
    return [start, *above, *claims, end]


@pytest.mark.parametrize("name", ["277_good", "277ca_good"])
@settings(max_examples=40)
@given(data=st.data())
def test_status_reports_are_read_back_as_written(name: str, data: st.DataObject) -> None:
    events = data.draw(status_reports(name))
    read = whole("277", written(events))

    assert said(read[:-1]) == said(events[:-1])
    assert read[-1].claim_count == len([one for one in events if isinstance(one, x12.ClaimStatus)])
    assert codes(list(x12.read_all(written(events), guided=True))) == []


def changed(name: str, kind: type, **values: Any) -> list[Any]:
    records = list(x12.read_all(fixture(name)))
    at = next(at for at, one in enumerate(records) if isinstance(one, kind))
    records[at] = msgspec.structs.replace(records[at], **values)
    return records


@pytest.mark.parametrize(
    ("events", "words"),
    [
        (changed("999_good", x12.SetAcknowledgement, verdict="Q"), "does not list"),
        (changed("999_good", x12.SetAcknowledgement, control_number=""), "is missing"),
        (changed("277ca_good", x12.ClaimStatus, statuses=()), "is missing"),
        (changed("277ca_good", x12.ClaimStatus, subscriber=None), "neither subscriber nor patient"),
        (changed("277ca_good", x12.ClaimStatus, trace_number="A*B"), "delimiter"),
        (changed("277_good", x12.LevelStatus, level_code="19"), "below no level"),
        (
            changed("277_good", x12.ClaimStatus, statuses=(x12.Status((x12.StatusCode("A1"),) * 4, 0),)),
            "at most three",
        ),
    ],
)
def test_what_the_guide_forbids_is_refused(events: list[Any], words: str) -> None:
    with pytest.raises(x12.CannotWrite, match=words):
        written(events)
