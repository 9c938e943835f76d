"""Lines of a CSV file, read column by column: what is wrong is named by line and column and harms no other line."""

from __future__ import annotations

import csv
import datetime
import io
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

MOST_LINES = 5_000
_DAYS = ("%Y-%m-%d", "%m/%d/%Y", "%Y%m%d")
_TIMES = ("%H:%M", "%I:%M %p", "%H:%M:%S")


class CannotRead(ValueError):
    """Of a file, or of what stands in one column; the text says why."""


class Column(Struct, frozen=True):
    name: str
    read: Callable[[str], Any] = str
    is_required: bool = False


class Line(Struct, frozen=True):
    number: int
    """In the file; the heading is line 1."""
    values: Mapping[str, Any]
    faults: Mapping[str, str]
    """By column."""

    @property
    def fault(self) -> str:
        return " ".join(f"{name}: {words}" for name, words in self.faults.items())


def read_lines(content: bytes, columns: Sequence[Column]) -> list[Line]:
    """Empty lines are passed over. Raises CannotRead where the file as a whole is no such table."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise CannotRead("The file is not UTF-8 text. Save it as CSV (UTF-8).") from None
    if "\x00" in text:
        raise CannotRead("The file is no text. Save it as CSV (UTF-8).")
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error as reason:
        raise CannotRead(f"Line {reader.line_num} cannot be read: {reason}.") from None
    if not rows:
        raise CannotRead("The file is empty.")
    heading = [_folded(cell) for cell in rows[0][1]]
    missing = [one.name for one in columns if one.is_required and one.name not in heading]
    if missing:
        raise CannotRead(f"The first line names no column {', '.join(missing)}.")
    if len(rows) - 1 > MOST_LINES:
        raise CannotRead(f"At most {MOST_LINES:,} lines a file; this one has {len(rows) - 1:,}.")
    return [_line(number, dict(zip(heading, row, strict=False)), columns) for number, row in rows[1:]]


def _line(number: int, cells: Mapping[str, str], columns: Sequence[Column]) -> Line:
    values: dict[str, Any] = {}
    faults: dict[str, str] = {}
    for column in columns:
        text = cells.get(column.name, "").strip()
        if not text:
            if column.is_required:
                faults[column.name] = "is empty."
            continue
        try:
            values[column.name] = column.read(text)
        except CannotRead as reason:
            faults[column.name] = str(reason)
    return Line(number, values, faults)


def _folded(name: str) -> str:
    return "_".join(name.strip().lower().replace("-", " ").split())


def read_day(text: str) -> datetime.date:
    for form in _DAYS:
        try:
            return datetime.datetime.strptime(text, form).date()  # noqa: DTZ007 - a day
        except ValueError:
            continue
    raise CannotRead(f"{text[:20]} is no day; write 2026-11-30 or 11/30/2026.")


def read_time(text: str) -> datetime.time:
    for form in _TIMES:
        try:
            return datetime.datetime.strptime(text.upper(), form).time()  # noqa: DTZ007 - a time of day
        except ValueError:
            continue
    raise CannotRead(f"{text[:20]} is no time; write 14:30 or 2:30 PM.")


def text_of(most: int) -> Callable[[str], str]:
    def read(text: str) -> str:
        if len(text) > most:
            raise CannotRead(f"is longer than {most} characters.")
        return text

    return read


def one_of(choices: Mapping[str, Any], words: str) -> Callable[[str], Any]:
    def read(text: str) -> Any:
        if text.upper() not in choices:
            raise CannotRead(f"{text[:20]} is {words}.")
        return choices[text.upper()]

    return read
