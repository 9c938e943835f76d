"""When the acts that answer a denial must have reached the payer."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from reference.rules.deadlines import Deadline, DeadlineFacts, DeadlineRuleFacts, deadline

BUCKETS = ((3, "≤ 3 days"), (7, "≤ 7 days"), (14, "≤ 14 days"), (30, "≤ 30 days"))
APPEAL_LEVELS = ("APPEAL_1", "APPEAL_2", "EXTERNAL_REVIEW")


@dataclass(frozen=True, slots=True)
class DenialDeadlines:
    """None where no rule is known: nothing is then said to be late."""

    appeal: Deadline | None = None
    corrected_claim: Deadline | None = None
    first_claim: Deadline | None = None

    @property
    def earliest(self) -> Deadline | None:
        return min(
            (one for one in (self.appeal, self.corrected_claim) if one),
            key=lambda one: one.due_on,
            default=None,
        )


def denial_deadlines(
    rules: Iterable[DeadlineRuleFacts],
    facts: DeadlineFacts,
    *,
    appeal_level: int = 1,
    holidays: Collection[date] = (),
) -> DenialDeadlines:
    rules = tuple(rules)
    level = APPEAL_LEVELS[min(appeal_level, len(APPEAL_LEVELS)) - 1]
    return DenialDeadlines(
        appeal=deadline(rules, level, facts, holidays=holidays)
        or (deadline(rules, "RECONSIDERATION", facts, holidays=holidays) if appeal_level == 1 else None),
        corrected_claim=deadline(rules, "CORRECTED_CLAIM", facts, holidays=holidays),
        first_claim=deadline(rules, "INITIAL_CLAIM", facts, holidays=holidays),
    )


def urgency_bucket(days_left: int | None) -> str:
    if days_left is None:
        return "no deadline"
    if days_left < 0:
        return "overdue"
    return next((words for most, words in BUCKETS if days_left <= most), "> 30 days")
