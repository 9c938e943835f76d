"""Where a page of a list by day of service begins, as it stands in an address."""

from __future__ import annotations

from datetime import date
from uuid import UUID


def write_place(on: date, row_id: UUID) -> str:
    return f"{on.isoformat()}_{row_id}"


def read_place(cursor: str) -> tuple[date, UUID] | None:
    """A place that cannot be read is the beginning."""
    day, _, row_id = cursor.partition("_")
    try:
        return date.fromisoformat(day), UUID(row_id)
    except ValueError:
        return None
