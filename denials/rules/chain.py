"""Where a denial stands after everything its payer has said about the line.

A reversal voids what rested on the decision it takes back; a decision told again stands again. Of those that stand,
the payer's latest by its own date speaks for the line, whichever came to us first.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date

DENIED = frozenset({"DENIED", "PARTLY_DENIED"})
REVERSED = "REVERSED"


@dataclass(frozen=True, slots=True)
class Link:
    """One fact of the chain: what was refused and what was paid. `decision` is the payer's claim payment."""

    sequence: int
    kind: str
    decision: Hashable
    amount_cents: int = 0
    paid_cents: int = 0
    decided_on: date = date.min


@dataclass(frozen=True, slots=True)
class Standing:
    """`current` is the refusal in force; None means nothing refuses the line any more."""

    current: Link | None
    recovered_cents: int
    refusals: int

    @property
    def is_denied(self) -> bool:
        return self.current is not None

    @property
    def is_recovered(self) -> bool:
        return self.current is None and self.recovered_cents > 0


def standing(links: Iterable[Link]) -> Standing:
    alive: list[Link] = []
    refusals = set()
    for link in sorted(links, key=lambda one: one.sequence):
        if link.kind == REVERSED:
            alive = [one for one in alive if one.decision != link.decision]
            continue
        if link.kind in DENIED:
            refusals.add(link.decision)
        alive.append(link)
    alive.sort(key=lambda one: (one.decided_on, one.sequence))
    last = alive[-1].decision if alive else None
    # One decision may both pay and refuse a line in part; then the refusal stands.
    current = next((one for one in reversed(alive) if one.decision == last and one.kind in DENIED), None)
    first = next((index for index, one in enumerate(alive) if one.kind in DENIED), -1)
    # What the first refusal paid beside its refusal, or the payer had paid before it, was never in dispute.
    paid = sum(one.paid_cents for one in alive[first + 1 :])
    return Standing(current=current, recovered_cents=paid, refusals=len(refusals))
