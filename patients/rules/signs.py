"""Signs that an X12 file cannot carry, found before they reach a claim. Each function answers "" or what is wrong."""

import unicodedata
from collections.abc import Mapping
from typing import Any

_SEPARATORS = frozenset("*~^:")
"""They part the elements, segments, repetitions and components of every file that is written."""


NUMBERS = frozenset({"mrn", "member_id", "group_number"})
TEXTS = frozenset(
    {
        "last_name", "first_name", "middle_name", "subscriber_last_name", "subscriber_first_name", "plan_name",
        "address_line", "address_line_2", "city",
    }
)  # fmt: skip
"""What a claim says of a patient and a coverage, by field."""


def faults_of_signs(values: Mapping[str, Any]) -> dict[str, str]:
    """By field, of those a claim carries."""
    told = {name: str(value) for name, value in values.items() if value}
    numbers = {name: fault_of_number(told[name]) for name in NUMBERS & told.keys()}
    texts = {name: fault_of_text(told[name]) for name in TEXTS & told.keys()}
    return {name: fault for name, fault in sorted((numbers | texts).items()) if fault}


def fault_of_number(value: str) -> str:
    """A number is sent as it stands: nothing of it may be left out or written otherwise."""
    return _fault(sorted({sign for sign in value if sign in _SEPARATORS or not _is_plain(sign)}))


def fault_of_text(value: str) -> str:
    """Accents go and separators become blanks; what has no plain letter would be lost."""
    return _fault(sorted({sign for sign in value if not _is_plain(unicodedata.normalize("NFKD", sign)[:1])}))


def _is_plain(sign: str) -> bool:
    return sign.isascii() and sign.isprintable()


def _fault(signs: list[str]) -> str:
    return f"A claim cannot carry {' '.join(_named(one) for one in signs)}. Take it out." if signs else ""


def _named(sign: str) -> str:
    return (
        sign
        if sign.isprintable() and not sign.isspace()
        else unicodedata.name(sign, f"sign {ord(sign)}").lower()
    )
