"""Loops that the 270 and the 271 share."""

from __future__ import annotations

from x12.grammar.model import Loop, Use, loop, use

PAYERS = "2B 36 GP P5 PR"
RECEIVERS = "1P 2B 36 80 FA GP P5 PR"
RECEIVER_NUMBERS = "0B 1C 1D 1J 4A CT EL EO HPI JD N5 N7 Q4 SY TJ"
PERSON_NUMBERS = "18 1L 1W 3H 49 6P CE CT EA EJ F6 GH HJ IF IG ML MRC N6 NQ Q4 SY Y4"


def named(id: str, name: str, codes: str, *rest: Use) -> Loop:
    return loop(id, name, "R", 1, use("NM1", name, "R", 1, codes), *rest)


def receiver(*rest: Use) -> Loop:
    return named(
        "2100B", "Information receiver", RECEIVERS,
        use("REF", "Receiver number", "S", 9, RECEIVER_NUMBERS),
        use("N3", "Receiver address", "S"),
        use("N4", "Receiver city", "S"),
        *rest,
        use("PRV", "Receiver specialty", "S"),
    )  # fmt: skip


def person(id: str, name: str, code: str, dates: Use, *rejections: Use) -> Loop:
    """2100C or 2100D."""
    return named(
        id, name, code,
        use("REF", "Person's number", "S", 9, PERSON_NUMBERS),
        use("N3", "Address", "S"),
        use("N4", "City", "S"),
        *rejections,
        use("PRV", "Provider", "S"),
        use("DMG", "Birth date and sex", "S"),
        use("INS", "Relationship", "S"),
        use("HI", "Diagnoses", "S"),
        dates,
        use("MPI", "Military information", "S"),
    )  # fmt: skip
