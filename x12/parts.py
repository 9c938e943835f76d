"""Segments that mean the same in every transaction: names, addresses, references, composites."""

from __future__ import annotations

from decimal import Decimal

from x12.grammar.model import Loop, Use
from x12.grammar.placement import Act
from x12.money import amount
from x12.records import Adjustment, Contact, Party, RawSegment, Reference, parse_date
from x12.session import Builder

BLANKS = [""] * 24
SHORT = [[""] * count for count in range(25)]
"""SHORT[n] fills a segment that is n elements short."""
MOST_REFERENCES = 500
"""Of one party; more are kept whole with what is not mapped."""


def adjustments(elements: list[str], ordinal: int) -> tuple[Adjustment, ...]:
    """The triples of a CAS."""
    group = elements[1]
    if len(elements) == 4:
        return (Adjustment(group, elements[2], amount(elements[3]), None, ordinal, 2),)
    found = []
    for at in range(2, len(elements) - 1, 3):
        reason, text = elements[at], elements[at + 1]
        if not reason and not text:
            continue
        quantity = elements[at + 2] if at + 2 < len(elements) else ""
        units = amount(quantity) if quantity else None
        found.append(Adjustment(group, reason, amount(text or "0"), units, ordinal, at))
    return tuple(found)


def name(elements: list[str], ordinal: int) -> Party:
    """NM1."""
    if len(elements) == 10:
        _, code, kind, last, first, middle, prefix, suffix, qualifier, identifier = elements
        return Party(code, kind, last, first, middle, suffix, qualifier, identifier, ordinal, prefix)
    if len(elements) > 10:
        elements = elements[:10]
    _, code, kind, last, first, middle, prefix, suffix, qualifier, identifier = (
        elements + SHORT[10 - len(elements)]
    )
    return Party(code, kind, last, first, middle, suffix, qualifier, identifier, ordinal, prefix)


def organization(elements: list[str], ordinal: int) -> Party:
    """N1."""
    _, code, text, qualifier, identifier, *_ = elements + BLANKS[:4]
    return Party(code, "", text, "", "", "", qualifier, identifier, ordinal)


def reference(elements: list[str], ordinal: int) -> Reference:
    _, qualifier, value, description, *_ = elements + BLANKS[:3]
    return Reference(qualifier, value, ordinal, description)


def contact(elements: list[str], ordinal: int) -> Contact:
    """PER."""
    padded = elements + BLANKS[:9]
    numbers = tuple([(padded[at], padded[at + 1]) for at in (3, 5, 7) if padded[at] or padded[at + 1]])
    return Contact(padded[1], padded[2], numbers, ordinal)


def optional(text: str) -> Decimal | None:
    return amount(text) if text else None


def keeper(loop: Loop, use: Use) -> Act:
    """The act for a segment that has its place in the guide but no typed value: kept whole with its claim or set."""

    def keep(build: Builder, elements: list[str], ordinal: int) -> None:
        build.keep(RawSegment(loop.id, tuple(elements), ordinal))

    return keep


_REPORTS = {
    "out_of_order": ("segment.order", "stands later than the guide allows; it was read all the same"),
    "unknown_code": ("segment.code", "has a code that names no known party or level; it was kept as it came"),
}


def reporter(what: str, loop: Loop, act: Act) -> Act:
    """The act, with a warning that the segment stands oddly."""
    code, words = _REPORTS[what]

    def report(build: Builder, elements: list[str], ordinal: int) -> object:
        build.session.warn(
            code, ordinal, f"Segment {ordinal} ({elements[0]}, {loop.name.lower()}) {words}.", segment=elements[0],
            loop=loop.id,
        )  # fmt: skip
        return act(build, elements, ordinal)

    return report


def street(party: Party, elements: list[str]) -> None:
    party.address_line = elements[1]
    if len(elements) > 2:
        party.address_line_2 = elements[2]


def town(party: Party, elements: list[str]) -> None:
    _, city, state, postal_code, country, *_ = elements + BLANKS[:4]
    party.city, party.state, party.postal_code, party.country = city, state, postal_code, country


def birth(party: Party, elements: list[str]) -> None:
    """DMG."""
    party.birth_date = parse_date(elements[2])
    if len(elements) > 3:
        party.sex = elements[3]
