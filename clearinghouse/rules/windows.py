"""When a partner takes files, by the clock of the practice."""

from __future__ import annotations

from datetime import datetime, time

SATURDAY = 5


def is_open(
    moment: datetime, *, opens_at: time | None, closes_at: time | None, is_closed_on_weekends: bool
) -> bool:
    """A window may go past midnight; without both ends it never closes."""
    if is_closed_on_weekends and moment.weekday() >= SATURDAY:
        return False
    if opens_at is None or closes_at is None:
        return True
    clock = moment.time()
    if opens_at <= closes_at:
        return opens_at <= clock < closes_at
    return clock >= opens_at or clock < closes_at
