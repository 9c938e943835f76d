"""Puts a loop's segments into the order of its grammar, and refuses what the grammar has no place for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from x12.errors import CannotWrite
from x12.grammar.model import Loop, Use
from x12.records import Finding, Position, Severity

Segment = list[str]
"""The tag and its elements; trailing empty elements are dropped when it is written."""
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


def arranged(loop: Loop, segments: Iterable[Segment], component: str) -> list[Segment]:
    """The segments in the guide's order. Raises CannotWrite for one without a place, too many, or one missing."""
    uses = list(loop.uses())
    places: list[list[Segment]] = [[] for _ in uses]
    for segment in segments:
        places[_place(loop, uses, places, segment, component)].append(segment)
    for use, found in zip(uses, places, strict=True):
        if use.required and not found:
            message = (
                f"{use.name} ({use.tag}) is missing; the guide requires it in {loop.name}, loop {loop.id}."
            )
            raise cannot(message, loop=loop.id, segment=use.tag, code="write.missing")
    return [segment for found in places for segment in found]


def _place(
    loop: Loop, uses: Sequence[Use], places: Sequence[list[Segment]], segment: Segment, component: str
) -> int:
    full = ""
    for ordinal, use in enumerate(uses):
        if use.tag != segment[0] or (use.codes and _code(segment, use, component) not in use.codes):
            continue
        if use.limit == 0 or len(places[ordinal]) < use.limit:
            return ordinal
        full = f"{use.name} ({use.tag}) may stand at most {use.limit} times in {loop.name}, loop {loop.id}."
    message = (
        full
        or f"{segment[0]}*{segment[1] if len(segment) > 1 else ''} has no place in {loop.name}, loop {loop.id}."
    )
    raise cannot(message, loop=loop.id, segment=segment[0], code="write.misplaced")


def _code(segment: Segment, use: Use, component: str) -> str:
    element = segment[use.code_element] if len(segment) > use.code_element else ""
    return element.split(component, 1)[0]
