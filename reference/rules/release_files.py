"""The files in which code sets are published, row by row, so that a file of millions of rows is never held whole."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Row = tuple[Any, ...]
CODE = re.compile(r"[A-Z0-9]{5}")


class UnreadableRelease(ValueError):
    """The file is not what it is said to be; the text says where."""


@dataclass(frozen=True, slots=True)
class Layout:
    """`columns` are those of the table; `least_rows` and `known` tell a whole file from a piece of one."""

    columns: tuple[str, ...]
    least_rows: int
    known: frozenset[str] = field(default_factory=frozenset)
    key: int = 0


LAYOUTS = {
    "ncci-ptp": Layout(("column_1", "column_2", "starts_on", "stops_on", "indicator"), 100_000),
    "ncci-mue": Layout(("code", "units", "indicator"), 1_000),
    "icd-10-cm": Layout(("code", "is_billable", "description"), 60_000, frozenset({"I10", "E119"})),
    "hcpcs": Layout(("code", "description", "starts_on", "stops_on"), 5_000, frozenset({"J1100", "RT"})),
}


def read_release(kind: str, lines: Iterable[str]) -> Iterator[Row]:
    return _READERS[kind](lines)


def _pairs(lines: Iterable[str]) -> Iterator[Row]:
    """Tab-delimited after some lines of licence and header: column 1, column 2, before 1996, from, to, indicator."""
    has_begun = False
    for number, line in enumerate(lines, start=1):
        cells = [cell.strip() for cell in line.rstrip("\r\n").split("\t")]
        if len(cells) < 6 or not (CODE.fullmatch(cells[0]) and CODE.fullmatch(cells[1])):
            if has_begun and line.strip():
                raise UnreadableRelease(f"Line {number} is no pair of codes.")
            continue
        has_begun = True
        if cells[5] not in ("0", "1", "9"):
            raise UnreadableRelease(f"Line {number}: the modifier indicator is {cells[5]!r}, not 0, 1 or 9.")
        until = None if cells[4] in ("*", "") else _day(cells[4], number)
        yield cells[0], cells[1], _day(cells[3], number), until, cells[5]


def _limits(lines: Iterable[str]) -> Iterator[Row]:
    """Comma-delimited after some lines of licence; the header's cells may hold line breaks. Medicaid's files have no
    adjudication indicator: their limits are of a line."""
    has_begun = False
    for number, cells in enumerate(csv.reader(lines), start=1):
        if not has_begun:
            has_begun = bool(cells) and cells[0].strip().upper().startswith("HCPCS")
            continue
        if not any(cells):
            continue
        code, units = cells[0].strip(), cells[1].strip()
        indicator = (cells[2].strip() if len(cells) > 2 else "")[:1] or "1"
        if not CODE.fullmatch(code) or not units.isdigit() or indicator not in "123":
            raise UnreadableRelease(f"Row {number} is no code with units and an indicator of 1, 2 or 3.")
        yield code, int(units), indicator


def _diagnoses(lines: Iterable[str]) -> Iterator[Row]:
    """Order file: order number in 1-5, code in 7-13, 0 heading or 1 billable in 15, short description in 17-76."""
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if not text.strip():
            continue
        code, flag = text[6:13].strip(), text[14:15]
        if not re.fullmatch(r"[A-Z][A-Z0-9]{2,6}", code) or flag not in ("0", "1"):
            raise UnreadableRelease(f"Line {number} is no line of an ICD-10-CM order file.")
        yield code, flag == "1", text[16:76].strip()


_FIRST_LINES = frozenset({"3", "7"})
_MODIFIER = "7"


def _services(lines: Iterable[str]) -> Iterator[Row]:
    """Records of 320 signs: code in 1-5 (modifiers in 4-5), kind of record in 11, dates in 269-292."""
    for number, line in enumerate(lines, start=1):
        text = line.rstrip("\r\n")
        if not text.strip() or text[10:11] not in _FIRST_LINES:
            continue
        code = text[3:5] if text[10] == _MODIFIER else text[:5]
        if not re.fullmatch(r"[A-Z0-9]{2}|[A-Z]\d{4}", code) or len(text) < 292:
            raise UnreadableRelease(f"Line {number} is no record of a HCPCS file.")
        starts = text[268:276].strip() or text[276:284].strip()
        stops = text[284:292].strip()
        yield code, text[91:119].strip(), _day(starts, number), _day(stops, number) if stops else None


def _day(text: str, number: int) -> date:
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        raise UnreadableRelease(f"Line {number}: {text[:10]!r} is no date.") from None


_READERS = {"ncci-ptp": _pairs, "ncci-mue": _limits, "icd-10-cm": _diagnoses, "hcpcs": _services}
