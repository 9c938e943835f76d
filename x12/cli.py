"""`python -m x12`: read, show, check, acknowledge or explain X12 files."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec

from x12.ack import acknowledge
from x12.acknowledgement import InterchangeAcknowledgement
from x12.errors import NotX12
from x12.explain import explain
from x12.reading import delimiters, read_all, segments
from x12.records import Envelope, Finding, Position, Severity
from x12.session import SkippedSet

CLEAN, ERRORS, UNREADABLE = 0, 1, 2
COUNTS = {"people": "person_count", "questions": "question_count", "benefits": "benefit_count"}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m x12", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    for verb, words in (
        ("read", "one JSON object per transaction set, a line each"),
        ("json", "the whole typed content as JSON"),
        ("check", "what is wrong, for people"),
        ("ack", "the 999 (and TA1) that answers the file"),
        ("explain", "every segment with its elements named"),
    ):
        chosen = verbs.add_parser(verb, help=words)
        chosen.add_argument("files", nargs="+", type=Path, metavar="FILE")
    ack = verbs.choices["ack"]
    ack.add_argument("--control-number", type=int, default=1)
    ack.add_argument("--date", default="", help="CCYYMMDD of the answer; without it the file's own")
    ack.add_argument("--time", default="", help="HHMM of the answer")
    explained = verbs.choices["explain"]
    explained.add_argument("--first", type=int, default=1, help="ordinal of the first segment shown")
    explained.add_argument("--last", type=int, help="ordinal of the last")
    options = parser.parse_args(arguments)
    return max(_one_file(path, options) for path in options.files)


def _one_file(path: Path, options: argparse.Namespace) -> int:
    try:
        if options.verb == "read":
            return _read(path)
        if options.verb == "json":
            return _json(path)
        if options.verb == "check":
            return _check(path)
        if options.verb == "explain":
            return _explain(path, options.first, options.last)
        answer = acknowledge(
            path, control_number=options.control_number, date=options.date, time=options.time
        )
        for content in answer:
            print(content.decode().replace("~", "~\n"), end="")
        return CLEAN
    except NotX12 as reason:
        print(f"{path}: {reason}", file=sys.stderr)
    except BrokenPipeError:
        return CLEAN
    except OSError as reason:
        print(f"{path}: cannot be opened: {reason.strerror}", file=sys.stderr)
    return UNREADABLE


def _money(value: Decimal | None) -> str | None:
    return None if value is None else f"{value:.2f}"


def _exit_code(findings: tuple[Finding, ...]) -> int:
    return ERRORS if any(finding.severity is Severity.ERROR for finding in findings) else CLEAN


def _sets(path: Path) -> Iterator[tuple[Envelope, Position, Any]]:
    """Envelope, place of the ST and end of every transaction set; of a TA1 its own."""
    start: Any = None
    for record in read_all(path, guided=True):
        if isinstance(record, (SkippedSet, InterchangeAcknowledgement)):
            yield record.envelope, record.position, record
        elif hasattr(record, "envelope"):
            start = record
        elif hasattr(record, "findings") and start is not None:
            yield start.envelope, start.position, record


def _read(path: Path) -> int:
    worst = CLEAN
    for envelope, position, end in _sets(path):
        row = {
            "file": str(path),
            "interchange": position.interchange,
            "group": position.group,
            "transaction": position.transaction,
            "kind": envelope.transaction_code or "TA1",
            "version": envelope.version,
            "control_number": envelope.transaction_control_number or envelope.interchange_control_number,
            "claims": getattr(end, "claim_count", None),
            "lines": getattr(end, "line_count", None),
            "adjustments": getattr(end, "adjustment_count", None),
            "charge_total": _money(getattr(end, "charge_total", None)),
            "paid_total": _money(getattr(end, "paid_total", None)),
            "balanced": getattr(end, "balanced", None),
            "findings": end.findings,
        }
        for further in ("people", "questions", "benefits", "outcome"):
            value = getattr(end, COUNTS.get(further, further), None)
            if value is not None:
                row[further] = value
        print(msgspec.json.encode(row).decode(), flush=True)
        worst = max(worst, _exit_code(end.findings))
    return worst


def _check(path: Path) -> int:
    worst = CLEAN
    for envelope, _, end in _sets(path):
        number = envelope.transaction_control_number or envelope.interchange_control_number
        label = f"{path}: {envelope.transaction_code or 'TA1'} {number}"
        if not end.findings:
            print(f"{label}: nothing to report")
        for finding in end.findings:
            element = f"{finding.element:02}" if finding.element else ""
            loop = f", loop {finding.loop}" if finding.loop else ""
            place = f"segment {finding.position.segment}, {finding.segment}{element}{loop}".rstrip(", ")
            print(f"{label}: {finding.severity} at {place}: {finding.message}")
        worst = max(worst, _exit_code(end.findings))
    return worst


def _json(path: Path) -> int:
    worst = CLEAN
    separator = "["
    for record in read_all(path, guided=True):
        body = msgspec.to_builtins(record, builtin_types=(Decimal,))
        print(separator + msgspec.json.encode({"record": type(record).__name__, **_plain(body)}).decode())
        separator = ","
        worst = max(worst, _exit_code(getattr(record, "findings", ())))
    print("]")
    return worst


def _explain(path: Path, first: int, last: int | None) -> int:
    component = delimiters(path).component
    transaction = ""
    for segment in segments(path, last=last):
        if segment.elements[0].strip() == "ST":
            transaction = segment.elements[1]
        if segment.segment < first:
            continue
        explained = explain(segment, component, transaction)
        print(f"{explained.segment} {explained.tag} {explained.name}".rstrip())
        for element in explained.elements:
            for one in element.components or (element,):
                print(f"    {one.label} {one.name}: {one.value}")
    return CLEAN


def _plain(value: Any, name: str = "") -> Any:
    """Money as a string with two decimals, other numbers as written."""
    if isinstance(value, dict):
        return {key: _plain(inner, key) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(inner, name) for inner in value]
    if isinstance(value, Decimal):
        return _money(value) if name.endswith(("amount", "total")) else format(value, "f")
    return value
