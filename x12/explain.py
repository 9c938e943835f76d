"""What a raw segment says, element by element, in our own words: for showing the proof of a number to a person."""

from __future__ import annotations

from msgspec import Struct

from x12.grammar.segments import definition
from x12.records import RawSegment


class ExplainedElement(Struct, frozen=True):
    label: str
    """CLP04, or SVC01-2 for a component."""
    name: str
    """Empty where the guide names nothing here."""
    value: str
    components: tuple[ExplainedElement, ...] = ()


class ExplainedSegment(Struct, frozen=True):
    tag: str
    name: str
    segment: int
    elements: tuple[ExplainedElement, ...]
    """Only those that are not empty."""


def explain(segment: RawSegment, component: str = ":", transaction: str = "") -> ExplainedSegment:
    """Names for the segment and every element it carries; `component` is the file's component separator, `transaction`
    its ST01, which decides where a tag means more than one thing."""
    tag = segment.elements[0].strip()
    known = definition(tag, transaction)
    named = known.elements if known else ()
    elements = []
    for index, value in enumerate(segment.elements[1:], 1):
        if not value:
            continue
        element = named[index - 1] if index <= len(named) else None
        parts: tuple[ExplainedElement, ...] = ()
        if element is not None and element.components and component in value:
            parts = tuple(
                ExplainedElement(f"{tag}{index:02}-{at}", _name(element.components, at), part)
                for at, part in enumerate(value.split(component), 1)
                if part
            )
        elements.append(ExplainedElement(f"{tag}{index:02}", element.name if element else "", value, parts))
    return ExplainedSegment(tag, known.name if known else "", segment.segment, tuple(elements))


def _name(components: tuple[object, ...], at: int) -> str:
    return getattr(components[at - 1], "name", "") if at <= len(components) else ""
