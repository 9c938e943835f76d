"""Puts a loop's segments into the order of its grammar, and refuses what the grammar has no place for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

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
    listed = list(segments)
    coded = _coded(loop)
    shape = tuple([
        (segment[0], _code(segment, coded[segment[0]], component) if segment[0] in coded else "")
        for segment in listed
    ])  # fmt: skip
    return [listed[at] for at in _order(loop, shape)]


@cache
def _coded(loop: Loop) -> dict[str, int]:
    """Which element decides the place, for the tags of which the loop has several or none but certain kinds."""
    return {use.tag: use.code_element for use in loop.uses() if use.codes}


def _code(segment: Segment, at: int, component: str) -> str:
    return segment[at].split(component, 1)[0] if len(segment) > at else ""


@lru_cache(maxsize=8192)
def _order(loop: Loop, shape: tuple[tuple[str, str], ...]) -> tuple[int, ...]:
    """Which segment comes first, second ... Claims have few shapes, so this is looked up more often than found."""
    uses = list(loop.uses())
    places: list[list[int]] = [[] for _ in uses]
    for at, (tag, code) in enumerate(shape):
        places[_place(loop, uses, places, tag, code)].append(at)
    for use, found in zip(uses, places, strict=True):
        if use.required and not found:
            message = (
                f"{use.name} ({use.tag}) is missing; the guide requires it in {loop.name}, loop {loop.id}."
            )
            raise cannot(message, loop=loop.id, segment=use.tag, code="write.missing")
    return tuple(at for found in places for at in found)


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
