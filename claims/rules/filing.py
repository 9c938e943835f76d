"""When people are warned that a claim has to reach its payer."""

from __future__ import annotations

WARNED = (7, 14, 30)
"""Days before the limit."""
PRIORITY = {7: 90, 14: 75, 30: 60}


def warning_at(days_left: int) -> int | None:
    """Which warning is due; none before the first, and none once the limit has passed."""
    if days_left < 0:
        return None
    return next((days for days in WARNED if days_left <= days), None)
