"""What TA1 and 999 together say of an interchange, in whatever order they came."""

from __future__ import annotations

from collections.abc import Collection

from x12 import Outcome

ACCEPTED = (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ERRORS)
SENT_BEFORE = "025"
"""TA105: the partner has had this interchange already, which rejects the copy only."""


def is_refusal(outcome: str, reasons: Collection[str]) -> bool:
    return outcome == Outcome.REJECTED and SENT_BEFORE not in reasons


def standing(*, envelope: Collection[tuple[str, Collection[str]]], sets: Collection[Collection[str]]) -> str:
    """An InterchangeAnswer. `envelope` are outcomes and reasons of its TA1s, `sets` the outcomes said of each set."""
    if any(is_refusal(outcome, reasons) for outcome, reasons in envelope):
        return "REJECTED"
    if not sets or not all(sets):
        return "RECEIVED" if envelope or any(sets) else "WAITING"
    rejected = sum(Outcome.REJECTED in outcomes for outcomes in sets)
    if rejected == len(sets):
        return "REJECTED"
    if rejected:
        return "PARTLY_ACCEPTED"
    return "ACCEPTED" if all(set(outcomes) & set(ACCEPTED) for outcomes in sets) else "RECEIVED"
