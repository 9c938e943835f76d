"""National Provider Identifier: ten digits, the last a Luhn check over 80840 and the first nine."""

from __future__ import annotations

ISSUER_PREFIX_SUM = 24  # what the digits 80840 add to the Luhn sum


def is_valid_npi(npi: str) -> bool:
    if len(npi) != 10 or not npi.isascii() or not npi.isdigit() or npi[0] not in "12":
        return False
    total = ISSUER_PREFIX_SUM
    for position, digit in enumerate(reversed(npi)):
        value = int(digit)
        if position % 2:
            value *= 2
        total += value - 9 if value > 9 else value
    return total % 10 == 0
