"""What a payer says of the patient or insured that is not what we have (NM1*74)."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Person:
    """The name and member number under which somebody is insured; what is not said is empty."""

    last_name: str = ""
    first_name: str = ""
    member_id: str = ""


def differing(corrected: Person, on_file: Person) -> Person:
    """What the payer corrects, field by field; empty where it says nothing or the same in other letters."""
    return Person(
        _said(corrected.last_name, on_file.last_name),
        _said(corrected.first_name, on_file.first_name),
        _said(corrected.member_id, on_file.member_id),
    )


def _said(corrected: str, on_file: str) -> str:
    return corrected if _key(corrected) and _key(corrected) != _key(on_file) else ""


def _key(text: str) -> str:
    return "".join(letter for letter in text.upper() if letter.isalnum())
