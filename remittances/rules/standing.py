"""Where a claim stands after all its payers' decisions that were not taken back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from remittances.rules.verdicts import Verdict, in_force


@dataclass(frozen=True, slots=True)
class ClaimStanding:
    state: str
    payer_control_number: str = ""
    decided_on: date | None = None


def claim_standing(
    total_cents: int, verdicts: Sequence[Verdict], amounts: Mapping[str, int] | None = None
) -> ClaimStanding:
    """`amounts` is what was charged by line."""
    live = [one for one in verdicts if one.is_live]
    if not live:
        return ClaimStanding("REVERSED" if verdicts else "NONE")
    latest = max(live, key=lambda one: one.order)
    # A replacement goes to the payer that answered first in turn, under that payer's number.
    first_rank = min(one.rank for one in live)
    named = max((one for one in live if one.rank == first_rank), key=lambda one: one.order)
    state = _state(total_cents, live, amounts or {})
    return ClaimStanding(state, named.payer_control_number, latest.decided_on)


def _state(total_cents: int, live: Sequence[Verdict], amounts: Mapping[str, int]) -> str:
    first_rank = min(one.rank for one in live)
    decided = sum(one.charge_cents for one in live if one.rank == first_rank)
    if decided < total_cents:
        return "PARTIAL"
    paid = sum(one.paid_cents for one in live)
    denied, results = _said(total_cents, live, amounts)
    if denied > 0:
        return "PAID_PARTIAL" if paid > 0 else "DENIED"
    if "PAID_SHORT" in results:
        return "PAID_INCORRECTLY"
    if paid > 0:
        return "PAID"
    return "PATIENT_RESP_ONLY" if "PATIENT_ONLY" in results else "NOTHING_PAID"


def _said(total_cents: int, live: Sequence[Verdict], amounts: Mapping[str, int]) -> tuple[int, set[str]]:
    """What is refused by the decisions in force, and what they came to."""
    force = in_force(live, total_cents=total_cents, amounts=amounts)
    denied, results = 0, set()
    for one in live:
        if (one.id, None) in force:
            denied += one.whole_denied_cents
        lines = [line for key, line in one.lines.items() if (one.id, key) in force]
        denied += sum(line.denied_cents for line in lines)
        if lines or (one.id, None) in force:
            results.add(one.result)
    return denied, results
