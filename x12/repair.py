"""Elements that cannot be read as they stand, made readable; what was wrong with each is said."""

from __future__ import annotations

from x12.grammar.segments import definition
from x12.money import is_number

_LONGEST = 30


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
