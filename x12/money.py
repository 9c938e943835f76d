"""Exact amounts from text. The same amounts come again and again in a file, so each is converted once."""

from __future__ import annotations

import re
from decimal import Decimal

_NUMBER = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)")
_MOST_DIGITS = 18
"""X12 allows no longer decimal; anything longer would overflow what stores it."""
_MOST_REMEMBERED = 50_000

ZERO = Decimal(0)


class NotANumber(ValueError):
    """Text stands where a number must."""


class _Amounts(dict[str, Decimal]):
    def __missing__(self, text: str) -> Decimal:
        digits = text.strip()
        if not _NUMBER.fullmatch(digits) or len(digits) > _MOST_DIGITS + 2 or not digits.isascii():
            raise NotANumber
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        value = self[text] = Decimal(digits)
        return value


AMOUNTS = _Amounts()
"""AMOUNTS[text] is the amount; raises NotANumber for anything but digits, a sign and a point."""


def is_number(text: str) -> bool:
    try:
        AMOUNTS[text]
    except NotANumber:
        return False
    return True


def write_amount(amount: Decimal) -> str:
    """As X12 wants it: no exponent, no trailing zeros after the point, no leading zero sign."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text
