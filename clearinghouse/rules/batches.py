"""The reference of a transaction set (BHT03), by which clearinghouses name it in their answers."""

from __future__ import annotations

import re

_FORM = re.compile(r"(\d{9})-(\d{4,9})")


def batch_reference(interchange: int, transaction_set: int) -> str:
    return f"{interchange:09}-{transaction_set:04}"


def numbers_of(reference: str) -> tuple[int, int] | None:
    """Interchange and set, if the reference is one of ours."""
    found = _FORM.fullmatch(reference.strip())
    return (int(found[1]), int(found[2])) if found else None
