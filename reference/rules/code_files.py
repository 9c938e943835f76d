"""Reading code tables: our own CSV files, and the official CARC, RARC and claim status lists as published.

An official list is delimited text with a header: code, description (with "Usage:" guidance inside), start, last
modified and stop dates in columns of their own or as "Start: 01/01/1995 | Last Modified: …" in the text, notes.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"
SMALLEST_OFFICIAL_LIST = 100

_DATED = re.compile(r"\b(Start|Last Modified|Modified|Stop):\s*(\d{1,2}/\d{1,2}/\d{4})")
_DATE_PARTS = re.compile(r"[|\s]*\b(?:Start|Last Modified|Modified|Stop):\s*\d{1,2}/\d{1,2}/\d{4}")
_COLUMNS = {
    "code": ("code", "carc", "rarc", "reasoncode", "remarkcode", "statuscode", "claimstatuscode"),
    "description": ("description", "text", "codedescription", "narrative"),
    "starts_on": ("startdate", "start", "effectivedate", "effective"),
    "modified_on": ("lastmodifieddate", "lastmodified", "modified", "modifieddate"),
    "stops_on": ("stopdate", "stop", "deactivationdate", "deactivated", "enddate"),
    "notes": ("notes", "note", "comment"),
    "status": ("status", "codestatus"),
}


class UnreadableCodeList(ValueError):
    """The file is not a code list in a layout we know; the text says what is missing."""


@dataclass(frozen=True, slots=True)
class OfficialCode:
    code: str
    text: str
    usage_note: str
    starts_on: date | None
    modified_on: date | None
    stops_on: date | None
    is_retired: bool


def our_rows(name: str) -> list[dict[str, str]]:
    with (DATA / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_official(text: str) -> list[OfficialCode]:
    lines = text.lstrip("\ufeff").splitlines()
    start = _header_line(lines)
    if start is None:
        raise UnreadableCodeList("No header with a code and a description column was found.")
    delimiter = max("\t,|;", key=lines[start].count)
    reader = csv.DictReader(lines[start:], delimiter=delimiter)
    columns = _columns(reader.fieldnames or ())
    codes = [
        _official_code({name: row.get(column) or "" for name, column in columns.items()}) for row in reader
    ]
    found = [code for code in codes if code]
    if len(found) < SMALLEST_OFFICIAL_LIST:
        raise UnreadableCodeList(f"Only {len(found)} codes were found; an official list has hundreds.")
    twice = len(found) - len({code.code for code in found})
    if twice:
        raise UnreadableCodeList(f"{twice} codes stand in the list more than once.")
    return found


def resembles(codes: Iterable[OfficialCode], known: Iterable[str]) -> float:
    """How much of what we know stands in a list: which list it is shows by its codes. The other way round would not
    tell adjustment reasons from claim statuses, whose longer list holds most of the same numbers.
    """
    ours = set(known)
    return len(ours & {code.code for code in codes}) / len(ours) if ours else 0.0


def parse_date(text: str) -> date | None:
    text = text.strip()
    if match := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
        return date(int(match[3]), int(match[1]), int(match[2]))
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def _official_code(row: Mapping[str, str]) -> OfficialCode | None:
    code = row["code"].strip().upper()
    if not re.fullmatch(r"[A-Z]{0,2}\d{1,4}", code):
        return None
    written = row["description"]
    inside = {name: parse_date(value) for name, value in _DATED.findall(written)}
    text, _, usage = _DATE_PARTS.sub("", written).partition("Usage:")
    stops_on = parse_date(row.get("stops_on", "")) or inside.get("Stop")
    return OfficialCode(
        code=code,
        text=" ".join(text.split()),
        usage_note=" ".join(f"{usage} {row.get('notes', '')}".split()),
        starts_on=parse_date(row.get("starts_on", "")) or inside.get("Start"),
        modified_on=parse_date(row.get("modified_on", ""))
        or inside.get("Last Modified")
        or inside.get("Modified"),
        stops_on=stops_on,
        is_retired=row.get("status", "").strip().lower() == "deactivated" or stops_on is not None,
    )


def _header_line(lines: list[str]) -> int | None:
    """Licence text may stand before the header."""
    for number, line in enumerate(lines[:60]):
        names = {_plain(name) for name in re.split(r"[\t,|;]", line)}
        if names & set(_COLUMNS["code"]) and names & set(_COLUMNS["description"]):
            return number
    return None


def _columns(header: Iterable[str]) -> dict[str, str]:
    by_plain = {_plain(name): name for name in header}
    found: dict[str, str] = {}
    for ours, names in _COLUMNS.items():
        for name in names:
            if name in by_plain:
                found[ours] = by_plain[name]
                break
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z]", "", name.lower())
