"""Records that stand in many loops, as segments."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import groupby

from x12.money import write_amount
from x12.records import (
    Adjustment,
    AmountValue,
    Contact,
    DateValue,
    Party,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
)
from x12.writing.arranging import Segment, cannot

TRIPLES = 6
"""A CAS holds at most six reasons."""


class Levels:
    """The levels (HL) of a transaction set while it is written; `above` names by code the level one hangs on."""

    def __init__(self, above: Mapping[str, str]) -> None:
        self._above = above
        self._numbers: dict[str, int] = {}
        self._count = 0

    def next(self, code: str, has_levels_below: str) -> Segment:
        """The HL of one more level. Raises CannotWrite where the level it hangs on does not stand."""
        above = self._above.get(code)
        if above is not None and above not in self._numbers:
            message = f"A level {code} stands below no level {above}."
            raise cannot(message, segment="HL", element=2, code="write.misplaced")
        self._count += 1
        self._numbers[code] = self._count
        return ["HL", str(self._count), str(self._numbers[above]) if above else "", code, has_levels_below]


def number(value: Decimal | None) -> str:
    """Empty where there is none."""
    return "" if value is None else write_amount(value)


def raw(segments: Iterable[RawSegment]) -> list[Segment]:
    return [list(one.elements) for one in segments]


def references(values: Iterable[Reference]) -> list[Segment]:
    return [["REF", one.qualifier, one.value, one.description] for one in values]


@lru_cache(maxsize=4096)
def day(value: datetime.date | None) -> str:
    """CCYYMMDD."""
    return value.isoformat().replace("-", "") if value else ""


def dates(values: Iterable[DateValue], *, tag: str) -> list[Segment]:
    """DTM has no format element; DTP has."""
    if tag == "DTM":
        return [["DTM", one.qualifier, one.text] for one in values]
    return [["DTP", one.qualifier, one.format, one.text] for one in values]


def amounts(values: Iterable[AmountValue]) -> list[Segment]:
    return [["AMT", one.qualifier, write_amount(one.amount)] for one in values]


def quantities(values: Iterable[QuantityValue]) -> list[Segment]:
    return [["QTY", one.qualifier, write_amount(one.quantity)] for one in values]


def contacts(values: Iterable[Contact]) -> list[Segment]:
    return [
        ["PER", one.function_code, one.name, *(element for pair in one.numbers for element in pair)]
        for one in values
    ]


def adjustments(values: Sequence[Adjustment]) -> list[Segment]:
    """Adjustments of one group that follow each other share a CAS, six at most."""
    segments: list[Segment] = []
    for group, members in groupby(values, key=lambda one: one.group):
        listed = list(members)
        for first in range(0, len(listed), TRIPLES):
            segment = ["CAS", group]
            for one in listed[first : first + TRIPLES]:
                quantity = "" if one.quantity is None else write_amount(one.quantity)
                segment += [one.reason, write_amount(one.amount), quantity]
            segments.append(segment)
    return segments


def procedure(value: Procedure, component: str) -> str:
    """HC:99213:25; the description stands after four modifiers."""
    if not value.code:
        return ""
    if not value.description:
        return component.join((value.qualifier, value.code, *value.modifiers)).rstrip(component)
    modifiers = [*value.modifiers, "", "", "", ""][:4]
    return component.join((value.qualifier, value.code, *modifiers, value.description))


def named(party: Party) -> Segment:
    return [
        "NM1", party.entity_code, party.entity_type, party.name, party.first_name, party.middle_name, party.prefix,
        party.suffix, party.identifier_qualifier, party.identifier,
    ]  # fmt: skip


def address(party: Party) -> list[Segment]:
    segments: list[Segment] = []
    if party.address_line:
        segments.append(["N3", party.address_line, party.address_line_2])
    if party.city or party.state or party.postal_code:
        segments.append(["N4", party.city, party.state, party.postal_code, party.country])
    return segments


def party_segments(party: Party, *, specialty: str = "") -> list[Segment]:
    """NM1 and everything that belongs to the party. `specialty` is the provider code (PRV01) of its taxonomy."""
    segments = [named(party)]
    if party.address_line or party.city or party.state or party.postal_code:
        segments += address(party)
    if party.birth_date is not None:
        segments.append(["DMG", "D8", day(party.birth_date), party.sex])
    if specialty and party.taxonomy_code:
        segments.append(["PRV", specialty, "PXC", party.taxonomy_code])
    if party.references:
        segments += references(party.references)
    if party.contacts:
        segments += contacts(party.contacts)
    if party.unmapped:
        segments += raw(party.unmapped)
    return segments
