"""What a payment at the desk may say."""

from __future__ import annotations

import re
from datetime import date

MOST_CENTS = 10_000_000
_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")


def faults_of_payment(*, cents: int, reference: str, received_on: date, today: date) -> dict[str, str]:
    """By field, in words; empty where it may be taken."""
    faults = {}
    if not 0 < cents <= MOST_CENTS:
        faults["amount"] = "An amount is more than nothing and at most $100,000."
    if received_on > today:
        faults["received_on"] = "That day is yet to come."
    if any(_is_card_number(found) for found in _CARD.findall(reference)):
        faults["reference"] = (
            "This looks like a card's number, which is never kept. Write its last four digits."
        )
    return faults


def _is_card_number(text: str) -> bool:
    """By the check digit cards have (Luhn)."""
    digits = [int(sign) for sign in re.sub(r"\D", "", text)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(digits[::-2])) % 10 == 0
