"""Coded values of an institutional visit: as people write them in one line, and as they are stored.

Stored as [kind, code, date or cents]: BG condition, BH occurrence, BE value, BBR and BBQ principal and other procedure.
Written as codes with their day or amount, separated by commas: "11 03/02/2026, A1 03/04/2026".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

MOST_OF_A_KIND = 24
CONDITION, OCCURRENCE, VALUE, PROCEDURES = "BG", "BH", "BE", ("BBR", "BBQ")
_SHORT = re.compile(r"[0-9A-Z]{2}")
_PROCEDURE = re.compile(r"[0-9A-HJ-NP-Z]{7}")
_LARGEST = Decimal("9999999.99")
_DAYS = ("%m/%d/%Y", "%Y-%m-%d", "%m/%d/%y")


class CannotRead(ValueError):
    """What was written is no list of such codes; the text says where and how it is written."""


@dataclass(frozen=True, slots=True)
class HospitalCodes:
    conditions: tuple[str, ...] = ()
    occurrences: tuple[tuple[str, date], ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    procedures: tuple[tuple[str, date], ...] = ()
    """The principal one first."""

    def stored(self) -> list[list[Any]]:
        return [
            *([CONDITION, code] for code in self.conditions),
            *([OCCURRENCE, code, on.isoformat()] for code, on in self.occurrences),
            *([VALUE, code, cents] for code, cents in self.values),
            *(
                [PROCEDURES[bool(place)], code, on.isoformat()]
                for place, (code, on) in enumerate(self.procedures)
            ),
        ]


def read_stored(rows: Sequence[Sequence[Any]]) -> HospitalCodes:
    def dated(*kinds: str) -> tuple[tuple[str, date], ...]:
        return tuple((row[1], date.fromisoformat(row[2])) for row in rows if row[0] in kinds)

    return HospitalCodes(
        conditions=tuple(row[1] for row in rows if row[0] == CONDITION),
        occurrences=dated(OCCURRENCE),
        values=tuple((row[1], int(row[2])) for row in rows if row[0] == VALUE),
        procedures=dated(*PROCEDURES),
    )


# -- as people write them ----------------------------------------------------------------------------------------


def read_conditions(text: str) -> tuple[str, ...]:
    codes = tuple(one for one in re.split(r"[,;\s]+", text.upper()) if one)
    if fault := fault_of_codes(codes):
        raise CannotRead(fault)
    return codes


def read_dated(text: str, *, are_procedures: bool = False) -> tuple[tuple[str, date], ...]:
    example = "02HV33Z 03/02/2026" if are_procedures else "11 03/02/2026"
    pairs = tuple((code, _day(told, example)) for code, told in _pairs(text, example))
    if fault := fault_of_codes([code for code, _ in pairs], are_procedures=are_procedures):
        raise CannotRead(fault)
    return pairs


def read_priced(text: str) -> tuple[tuple[str, int], ...]:
    pairs = tuple((code, _cents(told)) for code, told in _pairs(text, "80 3"))
    if fault := fault_of_codes([code for code, _ in pairs]):
        raise CannotRead(fault)
    return pairs


def write_dated(pairs: Iterable[tuple[str, date]]) -> str:
    return ", ".join(f"{code} {on:%m/%d/%Y}" for code, on in pairs)


def write_priced(pairs: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{code} {cents / 100:.2f}" for code, cents in pairs)


def fault_of_codes(codes: Sequence[str], *, are_procedures: bool = False) -> str:
    form = _PROCEDURE if are_procedures else _SHORT
    wrong = [code for code in codes if not form.fullmatch(code)]
    if wrong:
        words = "seven characters (ICD-10-PCS)" if are_procedures else "two characters"
        return f"Not a code of {words}: {', '.join(wrong)}."
    return f"At most {MOST_OF_A_KIND} of them." if len(codes) > MOST_OF_A_KIND else ""


def _pairs(text: str, example: str) -> Iterable[tuple[str, str]]:
    for one in filter(None, (part.strip() for part in re.split(r"[,;\n]+", text.upper()))):
        parts = one.split()
        if len(parts) != 2:
            raise CannotRead(f"{one}: write each as in {example}, with commas between them.")
        yield parts[0], parts[1]


def _day(told: str, example: str) -> date:
    for form in _DAYS:
        try:
            return datetime.strptime(told, form).date()  # noqa: DTZ007 - a day has no time zone
        except ValueError:
            continue
    raise CannotRead(f"{told} is no day: write each as in {example}.")


def _cents(told: str) -> int:
    try:
        amount = Decimal(told.lstrip("$"))
    except InvalidOperation:
        amount = Decimal(-1)
    if not 0 <= amount <= _LARGEST or amount != round(amount, 2):
        raise CannotRead(f"{told} is no amount: write each as in 80 3, or A1 125.00.")
    return int(amount * 100)
