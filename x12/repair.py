"""Elements that cannot be read as they stand, made readable; what was wrong with each is said."""

from __future__ import annotations

import re

from x12.grammar.segments import definition
from x12.money import is_number

_LONGEST = 30
MARK = "\x00"
_NAMES_OF_NO_NUMBER = ("NAN", "SNAN", "INF")
_NAN, _INF = re.compile("NAN"), re.compile("INF")
"""Every block is searched for these; the search of `re` takes half as long as that of `in`."""


def may_hold_no_number(text: str, separator: str) -> bool:
    """A block with an element that begins like NaN or Infinity, which decimals would take for numbers."""
    if any(letter in text for letter in "afins"):
        text = text.upper()
    if not _NAN.search(text) and not _INF.search(text):
        return False
    return any(sign + word in text for word in _NAMES_OF_NO_NUMBER for sign in (separator, "-", "+"))


def marked(segment: str, separator: str) -> str:
    """The segment, behind a MARK if NaN or Infinity stands where a number must: no table knows the tag it then has."""
    elements = segment.split(separator)
    known = definition(elements[0].strip())
    for index, element in enumerate(known.elements if known else (), 1):
        if (
            index < len(elements)
            and element.kind == "R"
            and elements[index].strip(" +-").upper().startswith(_NAMES_OF_NO_NUMBER)
        ):
            return MARK + segment
    return segment


def repaired(tag: str, elements: list[str], transaction: str) -> tuple[list[str], list[tuple[int, str]]]:
    """The elements padded with empty ones, unreadable numbers replaced (0 where one is required), and the faults."""
    mended = [tag, *elements[1:]] + [""] * (_LONGEST - len(elements))
    faults: list[tuple[int, str]] = []
    segment = definition(tag, transaction)
    for index, element in enumerate(segment.elements if segment else (), 1):
        text = mended[index]
        what = f"{element.name} ({tag}{index:02})"
        if element.kind == "R" and text and not is_number(text):
            faults.append((index, f'{what} is "{text[:20]}", which is not a number; it was read as 0.'))
            mended[index] = ""
        elif not text and element.usage == "R":
            faults.append((index, f"{what} is missing. Ask the payer or sender for a corrected file."))
        if element.kind == "R" and element.usage == "R" and not mended[index]:
            mended[index] = "0"
    return mended, faults
