"""Values made once of texts that come again and again."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache, partial
from typing import TypeVar

from x12.money import amount
from x12.records import Procedure
from x12.submission import HealthCode

MOST_REMEMBERED = 8192
Value = TypeVar("Value")


class Remembered(dict[str, Value]):
    """What was made of each text, for texts of which the same few thousand come again and again. Asking costs a quarter
    of a call of a function behind an `lru_cache`."""

    def __init__(self, make: Callable[[str], Value]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, text: str) -> Value:
        if len(self) >= MOST_REMEMBERED:
            self.clear()
        value = self[text] = self._make(text)
        return value


@lru_cache(maxsize=8)
def procedures(component: str) -> Remembered[Procedure]:
    """SV1, SV2, SVC or SVD composites."""

    def read(text: str) -> Procedure:
        parts = text.split(component)
        if len(parts) == 1:
            return Procedure("", parts[0])
        modifiers = tuple(one for one in parts[2:6] if one)
        return Procedure(parts[0], parts[1], modifiers, parts[6] if len(parts) > 6 else "")

    return Remembered(read)


@lru_cache(maxsize=8)
def composites(component: str) -> Remembered[tuple[str, ...]]:
    """Composites of few possible values, such as diagnosis pointers; nothing of an empty one. Where no separator is
    stated, as for what repeats before 5010, each is one part."""
    return Remembered(lambda text: (tuple(text.split(component)) if component else (text,)) if text else ())


@lru_cache(maxsize=8)
def health_codes(component: str) -> Remembered[Callable[[int], HealthCode]]:
    """HI composites, each waiting for the ordinal of its segment."""

    def read(text: str) -> Callable[[int], HealthCode]:
        qualifier, code, date_format, date, value, *parts = text.split(component) + [""] * 9
        worth = amount(value) if value else None
        return partial(HealthCode, qualifier, code, date_format, date, worth, parts[3])

    return Remembered(read)


counts: Remembered[Decimal] = Remembered(amount)
"""Units of service and the amounts of benefits: nearly always the same few."""
