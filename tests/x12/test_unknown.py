from __future__ import annotations

import pytest

import x12
from tests.x12.support import fixture


def things(content: bytes, **options: object) -> list[tuple[str, ...]]:
    return [
        (one.kind.value, one.transaction, one.label, one.code, str(one.segment))
        for one in x12.unknown_things(content, **options)
    ]


@pytest.mark.parametrize("name", ["835_good", "837p_good", "837i_good", "999_good", "277ca_good", "277_good"])
def test_what_the_guides_allow_is_not_strange(name: str) -> None:
    assert things(fixture(name)) == []


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (b"\nPLB*", b"\nZZ9*1~\nPLB*", ("SEGMENT", "835", "ZZ9", "")),
        (b"\nPLB*", b"\nSBR*P~\nPLB*", ("SEGMENT", "835", "SBR", "")),
        (b"\nCAS*CO*", b"\nCAS*XX*", ("CODE", "835", "CAS01", "XX")),
        (b"\nN1*PR*", b"\nN1*QQ*", ("CODE", "835", "N101", "QQ")),
        (b"\nST*835*", b"\nST*997*0001~\nAK1*HP*1~\nSE*3*0001~\nST*835*", ("TRANSACTION", "997", "997", "")),
    ],
)  # fmt: skip
def test_what_no_guide_names_is_told_once(before: bytes, after: bytes, said: tuple[str, ...]) -> None:
    content = fixture("835_good")
    assert content.count(before) >= 1
    changed = content.replace(before, after)
    assert [one[:4] for one in things(changed)] == [said]


def test_a_field_the_guide_does_not_use_is_named_without_its_text() -> None:
    [segment] = [one for one in x12.segments(fixture("835_good")) if one.elements[0] == "CLP"][:1]
    text = "*".join(segment.elements).encode()
    longer = text + b"*" * (16 - len(segment.elements)) + b"SMITH"
    assert things(fixture("835_good").replace(text, longer)) == [
        ("FIELD", "835", "CLP16" if longer.count(b"*") == 16 else "CLP15", "", str(segment.segment))
    ]


def test_a_long_text_in_place_of_a_code_is_not_repeated() -> None:
    strange = things(fixture("835_good").replace(b"\nCAS*CO*", b"\nCAS*JOHNSON*"))
    assert [one[:4] for one in strange] == [("FIELD", "835", "CAS01", "")]


def test_adjustment_reasons_are_looked_up_in_the_list_that_is_given() -> None:
    content = fixture("835_good")
    used = {
        one.elements[at]
        for one in x12.segments(content)
        if one.elements[0] == "CAS"
        for at in range(2, len(one.elements), 3)
    }
    assert things(content, reasons=used) == []
    missing = min(used)
    assert [one[:4] for one in things(content, reasons=used - {missing})] == [
        ("CODE", "835", "CAS02", missing)
    ]
