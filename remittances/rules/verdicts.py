"""Which of a payer's decisions on a claim speak: the latest by its own date, for each line and for the whole.

Parts of a claim may be decided apart (split claims). A later decision therefore replaces an earlier one only where
both together would decide more than was charged.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LineVerdict:
    """`line_id` is the line of the remittance that refuses most, else the first one of this charge."""

    line_id: UUID
    charge_cents: int
    paid_cents: int
    denied_cents: int
    result: str

    def joined(self, other: LineVerdict) -> LineVerdict:
        """A payer may answer for one charge in several lines."""
        first = self if self.denied_cents >= other.denied_cents else other
        return LineVerdict(
            first.line_id,
            self.charge_cents + other.charge_cents,
            self.paid_cents + other.paid_cents,
            self.denied_cents + other.denied_cents,
            first.result,
        )


@dataclass(frozen=True, slots=True)
class Verdict:
    """One payer's decision on a claim. `whole_denied_cents` is what it refuses of the claim without naming a line.

    It is live until its payer takes it back. `carried` are the lines of the replacement (frequency 7) it answers,
    None where it answers none.
    """

    id: UUID
    claim_id: UUID
    payer_id: UUID
    rank: int
    trace: str
    ordinal: int
    decided_on: date
    is_live: bool
    charge_cents: int
    paid_cents: int
    whole_denied_cents: int
    result: str
    payer_control_number: str = ""
    lines: Mapping[str, LineVerdict] = field(default_factory=dict)
    version: int = 0
    carried: frozenset[str] | None = None

    @property
    def order(self) -> tuple[date, str, int]:
        return (self.decided_on, self.trace, self.ordinal)

    @property
    def speaker(self) -> tuple[UUID, int]:
        """Whose word it is: a payer, and in which turn."""
        return (self.payer_id, self.rank)

    def supersedes(self, old: Verdict, key: str | None) -> bool:
        """Whether it answers a replacement that carries a line of the earlier version no longer."""
        return (
            self.is_live
            and self.carried is not None
            and key is not None
            and key not in self.carried
            and self.speaker == old.speaker
            and self.version > old.version
            and self.order > old.order
        )


Part = tuple[UUID, str | None]


def in_force(verdicts: Iterable[Verdict], *, total_cents: int, amounts: Mapping[str, int]) -> frozenset[Part]:
    """Of the live decisions of a claim, the parts nothing later replaces: (decision, line) or (decision, None)."""
    standing: dict[Part, Verdict] = {}
    live = sorted((one for one in verdicts if one.is_live), key=lambda one: one.order)
    for new in live:
        standing = {
            part: old
            for part, old in standing.items()
            if old.speaker != new.speaker or not _replaces(new, old, part[1], total_cents, amounts)
        }
        standing |= {(new.id, key): new for key in (None, *new.lines)}
    return frozenset(standing)


def _replaces(
    new: Verdict, old: Verdict, key: str | None, total_cents: int, amounts: Mapping[str, int]
) -> bool:
    if new.supersedes(old, key):
        return True
    if key is None or not new.lines:
        return old.charge_cents + new.charge_cents > total_cents
    if key not in new.lines:
        return False
    return old.lines[key].charge_cents + new.lines[key].charge_cents > amounts.get(key, 0)
