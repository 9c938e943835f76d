"""The Medicare beneficiary identifier."""

from __future__ import annotations

import re

# Letters without S L O I B Z.
_LETTER, _EITHER = "[AC-HJKMNP-RT-Y]", "[0-9AC-HJKMNP-RT-Y]"
_MBI = re.compile(f"[1-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{_EITHER}[0-9]{_LETTER}{_LETTER}[0-9][0-9]")


def is_mbi(number: str) -> bool:
    """Whether it has the form of one: eleven signs, written without hyphens."""
    return _MBI.fullmatch(number) is not None
