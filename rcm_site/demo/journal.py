"""How far a story has been told, so that one that was interrupted goes on and says nothing twice."""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from django.db import connection, transaction

Said = TypeVar("Said")


class Journal:
    """Each part of a story is one transaction, and a line here that is written before it is committed.

    The line names the transaction, so that PostgreSQL says of the last one whether it happened. Without a place
    nothing is kept.
    """

    def __init__(self, place: Path | None = None) -> None:
        self._told = deque(_told(place) if place else ())
        self._file = place.open("a", encoding="utf-8") if place else None

    def once(self, tell: Callable[[], Said]) -> Said:
        """What `tell` says, or said when it was told before. It must be something JSON can keep."""
        if self._told:
            said: Said = json.loads(self._told.popleft())["said"]
            return said
        with transaction.atomic():
            said = tell()
            if self._file:
                self._file.write(json.dumps({"transaction": _transaction_number(), "said": said}) + "\n")
                self._file.flush()
                os.fsync(self._file.fileno())
        return said


def _told(place: Path) -> list[str]:
    """The lines of what was committed. Whatever follows them is cut off."""
    if not place.exists():
        return []
    lines = place.read_text(encoding="utf-8").splitlines(keepends=True)
    while lines and not (lines[-1].endswith("\n") and _happened(json.loads(lines[-1])["transaction"])):
        lines.pop()
    place.write_text("".join(lines), encoding="utf-8")
    return lines


def _transaction_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id()::text")
        return str(cursor.fetchone()[0])


def _happened(transaction_number: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_xact_status(%s::xid8)", [transaction_number])
        return bool(cursor.fetchone() == ("committed",))
