"""Loops that the 276, the 277 and the 277CA share."""

from __future__ import annotations

from x12.grammar.model import Loop, Use, loop, use


def named(id: str, name: str, codes: str, *rest: Use, limit: int = 1) -> Loop:
    return loop(id, name, "R", limit, use("NM1", name, "R", 1, codes), *rest)


def answered(id: str, name: str, *rest: Use) -> Loop:
    """The answer to a whole level: its trace number and its status."""
    return loop(
        id, name, "S", 0, use("TRN", "Trace", "R"), use("STC", "Status of the level", "S", 0), *rest
    )  # fmt: skip


def line(id: str) -> Loop:
    return loop(
        id, "Line", "S", 0,
        use("SVC", "Service", "R"),
        use("STC", "Status of the line", "S", 0),
        use("REF", "Line number", "S", 3, "FJ XZ"),
        use("DTP", "Service date", "S", 1, "472"),
    )  # fmt: skip
