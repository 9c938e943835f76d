"""Where a claim stands after all its payers' decisions that were not taken back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class LiveDecision:
    """One payment of the claim; `is_live` is False for a reversal and for what one took back."""

    is_live: bool
    rank: int
    result: str
    charge_cents: int
    paid_cents: int
    denied_cents: int
    payer_control_number: str
    order: tuple[date, int]


@dataclass(frozen=True, slots=True)
class ClaimStanding:
    state: str
    payer_control_number: str = ""
    decided_on: date | None = None


def claim_standing(total_cents: int, decisions: Sequence[LiveDecision]) -> ClaimStanding:
    live = [one for one in decisions if one.is_live]
    if not live:
        return ClaimStanding("REVERSED" if decisions else "NONE")
    latest = max(live, key=lambda one: one.order)
    # A replacement goes to the payer that answered first in turn, under that payer's number.
    first_rank = min(one.rank for one in live)
    named = max((one for one in live if one.rank == first_rank), key=lambda one: one.order)
    return ClaimStanding(_state(total_cents, live), named.payer_control_number, latest.order[0])


def _state(total_cents: int, live: Sequence[LiveDecision]) -> str:
    first_rank = min(one.rank for one in live)
    decided = sum(one.charge_cents for one in live if one.rank == first_rank)
    if decided < total_cents:
        return "PARTIAL"
    paid = sum(one.paid_cents for one in live)
    denied = sum(one.denied_cents for one in live)
    if denied > 0:
        return "PAID_PARTIAL" if paid > 0 else "DENIED"
    if any(one.result == "PAID_SHORT" for one in live):
        return "PAID_INCORRECTLY"
    if paid == 0 and any(one.result == "PATIENT_ONLY" for one in live):
        return "PATIENT_RESP_ONLY"
    return "PAID"
