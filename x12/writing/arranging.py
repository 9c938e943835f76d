"""Puts a loop's segments into the order of its grammar, and refuses what the grammar has no place for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from x12.errors import CannotWrite
from x12.grammar.model import Loop, Use
from x12.records import Finding, Position, Severity

Segment = list[str]
"""The tag and its elements; trailing empty elements are dropped when it is written."""
Shape = list[str]
"""All that decides where some segments stand: their tags, each with its code behind it if it is one of the coded."""
NOWHERE = Position(0, 0, 0, 0)


def cannot(
    message: str, *, loop: str = "", segment: str = "", element: int = 0, code: str = "write"
) -> CannotWrite:
    finding = Finding(
        severity=Severity.ERROR,
        code=code,
        loop=loop,
        segment=segment,
        element=element,
        position=NOWHERE,
        message=message,
    )
    return CannotWrite([finding])


def trimmed(segment: Segment) -> Segment:
    """Without the empty elements at its end."""
    while len(segment) > 1 and not segment[-1]:
        segment = segment[:-1]
    return segment


class Coded(dict[str, int]):
    """Which element decides on the place of a segment, by tag, 0 where none does; no tag has two."""

    def __init__(self, uses: Iterable[Use]) -> None:
        super().__init__()
        for use in uses:
            self[use.tag] = use.code_element if use.codes else self.get(use.tag, 0)

    def __missing__(self, tag: str) -> int:
        return 0


def shape_of(segments: Iterable[Segment], coded: Coded, component: str) -> Shape:
    shape = []
    for segment in segments:
        tag = segment[0]
        shape.append(tag)
        at = coded[tag]
        if at:
            code = segment[at] if at < len(segment) else ""
            shape.append(code if tag != "HI" else code.partition(component)[0])
    return shape


def arranged(loop: Loop, segments: Iterable[Segment], component: str) -> list[Segment]:
    """The segments in the guide's order, for a loop that is not written as a whole."""
    listed = list(segments)
    coded = Coded(loop.uses())
    return [listed[at] for at in in_order(loop, shape_of(listed, coded, component), coded)]


def in_order(loop: Loop, shape: Shape, coded: Coded) -> list[int]:
    """Which segment comes first, second ... in the guide's order. Raises CannotWrite for one without a place, one too
    many, or one missing."""
    uses = list(loop.uses())
    places: list[list[int]] = [[] for _ in uses]
    rest = iter(shape)
    for at, tag in enumerate(rest):
        code = next(rest) if coded[tag] else ""
        places[_place(loop, uses, places, tag, code)].append(at)
    for use, found in zip(uses, places, strict=True):
        if use.required and not found:
            message = (
                f"{use.name} ({use.tag}) is missing; the guide requires it in {loop.name}, loop {loop.id}."
            )
            raise cannot(message, loop=loop.id, segment=use.tag, code="write.missing")
    return [at for found in places for at in found]


def _place(loop: Loop, uses: Sequence[Use], places: Sequence[list[int]], tag: str, code: str) -> int:
    full = ""
    for ordinal, use in enumerate(uses):
        if use.tag != tag or (use.codes and code not in use.codes):
            continue
        if use.limit == 0 or len(places[ordinal]) < use.limit:
            return ordinal
        full = f"{use.name} ({use.tag}) may stand at most {use.limit} times in {loop.name}, loop {loop.id}."
    message = full or f"{tag}*{code} has no place in {loop.name}, loop {loop.id}."
    raise cannot(message, loop=loop.id, segment=tag, code="write.misplaced")
