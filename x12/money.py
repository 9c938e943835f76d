"""Exact amounts from text."""

from __future__ import annotations

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow, Rounded

ZERO = Decimal(0)

_TRAPS = [Inexact, InvalidOperation, Overflow, Rounded]

_decimal = Context(prec=18, Emin=-18, Emax=18, traps=_TRAPS).create_decimal


def amount(text: str) -> Decimal:
    """The amount a text stands for. X12 allows 18 digits; more, an exponent beyond that, or text raise
    DecimalException."""
    value = _decimal(text)
    if value.is_finite():
        return value
    raise InvalidOperation(f"{text} is no amount")


def is_number(text: str) -> bool:
    try:
        amount(text)
    except DecimalException:
        return False
    return True


def write_amount(value: Decimal) -> str:
    """As X12 wants it: no exponent, no zeros at the end of the fraction, no sign before zero."""
    text = str(value)
    if "E" in text:
        text = format(value, "f")
    if text[-1] == "0" and "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
