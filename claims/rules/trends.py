"""Whether a rate has really become worse: the one rule by which the dashboard marks it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

ENOUGH = 20
"""Claims in each of the two spans; fewer say nothing."""
LEAST_FALL = 0.03
BEYOND_CHANCE = 1.64
"""Standard errors of the difference of two rates: one time in twenty a fall as large is chance."""
CLEAN_TARGET = 0.95
WORDS = (
    "Marked as worse: at least 20 claims in each of the two spans, and a rate at least 3 points lower than in the "
    "28 days before, by more than chance makes likely (1.64 standard errors of the difference)."
)


class Trend(StrEnum):
    WORSE = "WORSE"
    BETTER = "BETTER"
    STEADY = "STEADY"
    UNKNOWN = "UNKNOWN"
    """Too few claims to say."""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def rate(self) -> float | None:
        return self.part / self.whole if self.whole else None

    @property
    def percent(self) -> str:
        return f"{100 * self.part / self.whole:.1f} %" if self.whole else "–"


def trend(now: Share, before: Share) -> Trend:
    if min(now.whole, before.whole) < ENOUGH or now.rate is None or before.rate is None:
        return Trend.UNKNOWN
    difference = now.rate - before.rate
    pooled = (now.part + before.part) / (now.whole + before.whole)
    error = sqrt(pooled * (1 - pooled) * (1 / now.whole + 1 / before.whole))
    if abs(difference) < LEAST_FALL or abs(difference) < BEYOND_CHANCE * error:
        return Trend.STEADY
    return Trend.BETTER if difference > 0 else Trend.WORSE
