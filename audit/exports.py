"""The trail as a CSV file a spreadsheet can open without running what somebody typed into it."""

import csv
import io
import json
from collections.abc import Iterable
from typing import Any

from audit.selectors import Line

COLUMNS = (
    "time",
    "person",
    "person_id",
    "role",
    "verb",
    "what",
    "object",
    "object_id",
    "patient_id",
    "purpose",
    "outcome",
    "count",
    "request_id",
    "changes",
    "data",
    "database_role",
)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: Any) -> str:
    """Text that a spreadsheet would take for a formula gets an apostrophe (OWASP, CSV injection)."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def as_csv(lines: Iterable[Line]) -> tuple[bytes, int]:
    """The file and how many lines it has."""
    stream = io.StringIO()
    writer = csv.writer(stream, quoting=csv.QUOTE_ALL)
    writer.writerow(COLUMNS)
    count = 0
    for line in lines:
        writer.writerow([safe_cell(value) for value in _cells(line)])
        count += 1
    return stream.getvalue().encode("utf-8-sig"), count


def _cells(line: Line) -> tuple[Any, ...]:
    changes = {change.field: [change.before, change.after] for change in line.changes}
    return (
        line.at.isoformat(timespec="milliseconds"),
        line.actor,
        line.person_id,
        line.role,
        line.verb,
        line.words,
        line.subject_type,
        line.subject_id,
        line.patient_id,
        line.purpose,
        line.outcome,
        line.count,
        line.request_id,
        json.dumps(changes, default=str) if changes else ",".join(line.field_names),
        json.dumps(line.data) if line.data else "",
        line.database_role,
    )
