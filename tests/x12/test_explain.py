from __future__ import annotations

import x12
from tests.x12.support import fixture


def test_every_element_of_every_segment_has_a_name() -> None:
    for name in ("835_good", "837p_good", "837i_good"):
        for segment in x12.segments(fixture(name)):
            explained = x12.explain(segment)
            assert explained.name, segment
            assert all(element.name for element in explained.elements), segment


def test_composites_are_explained_part_by_part() -> None:
    explained = x12.explain(x12.RawSegment("", ("SVC", "HC:99213:25", "150", "80", "", "1"), 7))

    assert explained.segment == 7
    procedure, *rest = explained.elements
    assert [(part.label, part.name, part.value) for part in procedure.components] == [
        ("SVC01-1", "Kind of procedure code", "HC"),
        ("SVC01-2", "Procedure code", "99213"),
        ("SVC01-3", "Modifier", "25"),
    ]
    assert [element.label for element in rest] == ["SVC02", "SVC03", "SVC05"]


def test_a_segment_nobody_knows_is_shown_without_names() -> None:
    explained = x12.explain(x12.RawSegment("", ("ZZZ", "A", "", "B"), 3))

    assert (explained.name, [element.label for element in explained.elements]) == ("", ["ZZZ01", "ZZZ03"])


def test_segments_are_found_by_their_ordinal() -> None:
    content = fixture("835_good")

    assert [one.segment for one in x12.segments(content, first=20, last=22)] == [20, 21, 22]
    assert next(x12.segments(content, first=20)).elements[0] == "CLP"
    assert x12.delimiters(content).terminator == "~"
