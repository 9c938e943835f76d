"""A 271 that answers several questions, cut into one 271 for each trace number it names."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from x12.errors import NotX12
from x12.reading import delimiters

Segment = list[bytes]
PERSON = (b"22", b"23")


@dataclass(frozen=True, slots=True)
class AnswerPart:
    """What one trace number names of a file; without a number, people nobody can be told from."""

    trace_number: str
    content: bytes


@dataclass(slots=True)
class _Level:
    """An HL with the segments below it up to the next."""

    number: bytes
    parent: bytes
    code: bytes
    segments: list[Segment]

    @property
    def traces(self) -> list[bytes]:
        return [one[2] for one in self.segments if one[0] == b"TRN" and len(one) > 2]


@dataclass(slots=True)
class _Set:
    """ST to SE, in its group and interchange."""

    interchange: Segment
    group: Segment
    head: list[Segment]
    levels: list[_Level] = field(default_factory=list)
    end: Segment = field(default_factory=list)

    @property
    def is_whole(self) -> bool:
        stated = self.end[1] if len(self.end) > 1 else b""
        count = len(self.head) + sum(len(one.segments) for one in self.levels) + 1
        return stated.isdigit() and int(stated) == count


def split_271(content: bytes) -> list[AnswerPart]:
    """In the order of the file; nothing where it is no X12.

    A part keeps the payer's segments, with counts and numbers of its own; a wrong count of segments stays wrong.
    """
    try:
        marks = delimiters(content)
    except NotX12:
        return []
    element, end = marks.element.encode("latin-1"), marks.terminator.encode("latin-1")
    segments = [one.strip(b"\r\n").split(element) for one in content.split(end)]
    return [part for one in _sets(segments) for part in _parts(one, element, end)]


def _sets(segments: list[Segment]) -> Iterator[_Set]:
    interchange: Segment = []
    group: Segment = []
    current: _Set | None = None
    for segment in segments:
        tag = segment[0]
        if tag == b"ISA":
            interchange = segment
        elif tag == b"GS":
            group = segment
        elif tag == b"ST":
            current = _Set(interchange, group, [segment])
        elif current is not None and tag == b"SE":
            current.end = segment
            yield current
            current = None
        elif current is not None and tag == b"HL" and len(segment) > 3:
            current.levels.append(_Level(segment[1], segment[2], segment[3], [segment]))
        elif current is not None:
            (current.levels[-1].segments if current.levels else current.head).append(segment)


def _parts(whole: _Set, element: bytes, end: bytes) -> Iterator[AnswerPart]:
    by_number = {one.number: one for one in whole.levels}
    people = [one for one in whole.levels if one.code in PERSON]
    with_dependents = {one.parent for one in people if one.code == b"23"}
    named: dict[bytes, list[_Level]] = {}
    for person in people:
        traces = person.traces
        if not traces and person.number in with_dependents:
            continue
        above = by_number.get(person.parent)
        if not traces and person.code == b"23" and above is not None:
            traces = above.traces
        for trace in traces or [b""]:
            named.setdefault(trace, []).append(person)
    if not people:
        named[_reference(whole)] = []
    for trace, those in named.items():
        yield AnswerPart(
            trace.decode("latin-1"), _written(whole, _kept(whole, those, by_number), element, end)
        )


def _reference(whole: _Set) -> bytes:
    """BHT03, which gives back the question's where the payer refuses it before it comes to a person."""
    return next((one[3] for one in whole.head if one[0] == b"BHT" and len(one) > 3), b"")


def _kept(whole: _Set, people: list[_Level], by_number: dict[bytes, _Level]) -> list[_Level]:
    """The levels of these people, and those above them."""
    wanted = {one.number for one in whole.levels if one.code not in PERSON} if not people else set()
    for person in people:
        level: _Level | None = person
        while level is not None and level.number not in wanted:
            wanted.add(level.number)
            level = by_number.get(level.parent)
    return [one for one in whole.levels if one.number in wanted]


def _written(whole: _Set, levels: list[_Level], element: bytes, end: bytes) -> bytes:
    numbers = {level.number: str(number).encode() for number, level in enumerate(levels, 1)}
    parents = {level.parent for level in levels}
    body = [*whole.head]
    for level in levels:
        head = [*level.segments[0]]
        head[1], head[2] = numbers[level.number], numbers.get(level.parent, b"")
        if len(head) > 4:
            head[4] = b"1" if level.number in parents else b"0"
        body += [head, *level.segments[1:]]
    count = len(body) + 1 if whole.is_whole else 0
    control = {"set": whole.head[0][2:3], "group": whole.group[6:7], "interchange": whole.interchange[13:14]}
    segments = [
        whole.interchange,
        whole.group,
        *body,
        [b"SE", str(count).encode(), *control["set"]],
        [b"GE", b"1", *control["group"]],
        [b"IEA", b"1", *control["interchange"]],
    ]
    return b"".join(element.join(one) + end for one in segments)
