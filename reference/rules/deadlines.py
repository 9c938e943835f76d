"""How long a payer gives, as the rules see it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID


@dataclass(frozen=True, slots=True)
class DeadlineRuleFacts:
    """Exactly one of days, months and fixed_date is set. Without `payer_id` it is a default for the payer's kind."""

    kind: str
    basis: str
    days: int | None = None
    months: int | None = None
    fixed_date: str = ""
    day_type: str = "CALENDAR"
    cutoff: str = "RECEIVED"
    grace_days: int = 0
    safety_days: int = 7
    payer_id: UUID | None = None
    payer_kind: str = ""
    starts_on: date | None = None
    stops_on: date | None = None
    source_note: str = ""
    is_example: bool = False
    id: UUID | None = None
    version: int = 1
