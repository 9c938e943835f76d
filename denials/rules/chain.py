"""Where a denial stands after everything its payer has said about the line.

The payer's latest decision by its own date speaks, whichever came to us first; what it took back says nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Link:
    """One decision on the line. `is_in_force` is False once a later one replaces it; `superseded_by` is the version
    of the claim that was answered without the line. It `refuses_otherwise` where it refuses the whole claim instead
    of the line, or single lines instead of the whole.
    """

    decision: UUID
    order: tuple[Any, ...]
    line: UUID | None = None
    denied_cents: int = 0
    paid_cents: int = 0
    is_patients: bool = False
    is_live: bool = True
    is_in_force: bool = True
    superseded_by: int | None = None
    refuses_otherwise: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """`current` is the refusal in force; None means nothing refuses the line any more.

    `answer` is the latest decision after the refusal, where there is one.
    """

    current: Link | None
    recovered_cents: int
    refusals: int
    answer: Link | None = None
    superseded_by: int | None = None

    @property
    def is_denied(self) -> bool:
        return self.current is not None

    @property
    def is_recovered(self) -> bool:
        return self.current is None and self.recovered_cents > 0

    @property
    def is_restated(self) -> bool:
        """The payer goes on refusing, by another name."""
        return self.answer is not None and self.answer.refuses_otherwise


def standing(links: Iterable[Link]) -> Standing:
    said = sorted(links, key=lambda one: one.order)
    refused = [one for one in said if one.denied_cents > 0]
    current = next((one for one in reversed(refused) if one.is_live and one.is_in_force), None)
    # What the first refusal paid beside its refusal, or the payer had paid before it, was never in dispute.
    first = next((one for one in refused if one.is_live), refused[0] if refused else None)
    later = [one for one in said if one.is_live and first is not None and one.order > first.order]
    return Standing(
        current=current,
        recovered_cents=sum(one.paid_cents for one in later),
        refusals=len(refused),
        answer=later[-1] if later and current is None else None,
        superseded_by=None
        if current
        else max((one.superseded_by or 0 for one in refused), default=0) or None,
    )
