"""Which answers of a payer say a second time what stands already.

A correction follows a reversal of what it corrects (X12 RFI 227). Without one, both answers together would pay and
write off the same charges twice: the later one waits. A refusal moves no money, so that what follows it never waits.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

REPLACEMENT = "7"


@dataclass(frozen=True, slots=True)
class Answer:
    """One payer's live decision on a claim. `moved` is what of which charge its money speaks of: None is the claim."""

    id: UUID
    charge_cents: int
    moved: Mapping[UUID | None, int]
    order: tuple[str, int]
    version: int | None = None
    frequency: str = ""
    is_additional: bool = False


@dataclass(slots=True)
class _Standing:
    charge_cents: int = 0
    moved: dict[UUID | None, int] = field(default_factory=dict)
    newest_version: int = 0

    def add(self, answer: Answer) -> None:
        self.charge_cents += answer.charge_cents
        self.newest_version = max(self.newest_version, answer.version or 0)
        for charge, cents in answer.moved.items():
            self.moved[charge] = self.moved.get(charge, 0) + cents


def answers_to_hold(
    answers: Iterable[Answer], *, total_cents: int, amounts: Mapping[UUID, int]
) -> frozenset[UUID]:
    """Of one payer's answers to one claim, those that wait. A function of the answers, not of their arrival."""
    standing = _Standing()
    held = set()
    for one in sorted(answers, key=lambda answer: answer.order):
        if not one.moved:
            continue
        if not one.is_additional and _is_second(one, standing, total_cents, amounts):
            held.add(one.id)
        else:
            standing.add(one)
    return frozenset(held)


def _is_second(one: Answer, standing: _Standing, total_cents: int, amounts: Mapping[UUID, int]) -> bool:
    if not standing.moved:
        return False
    if one.frequency == REPLACEMENT and one.version and 0 < standing.newest_version < one.version:
        return True
    again = (charge for charge in one.moved if charge is not None and charge in standing.moved)
    if any(standing.moved[charge] + one.moved[charge] > amounts.get(charge, 0) for charge in again):
        return True
    if None in one.moved or None in standing.moved:
        return standing.charge_cents + one.charge_cents > total_cents
    return False
