"""Where the fixtures are, and an independent, simple-minded look at X12 to judge the readers by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

import x12

FIXTURES = Path(__file__).parent.parent / "fixtures" / "x12"


def fixture(name: str) -> bytes:
    return (FIXTURES / f"{name}.edi").read_bytes()


def codes(records: Iterable[Any]) -> list[str]:
    """Codes of all findings, in order."""
    return [finding.code for record in records for finding in getattr(record, "findings", ())]


def plain_segments(content: bytes) -> list[list[str]]:
    """Splits a well-formed file by its own delimiters. Shares no code with the readers."""
    text = content.decode().lstrip("\ufeff")
    separator, terminator = text[3], text[105]
    parts = (part.strip("\r\n") for part in text.split(terminator))
    return [part.split(separator) for part in parts if part]


def leaves(value: Any) -> Iterator[str]:
    """Every string a record holds."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from leaves(inner)
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from leaves(inner)
    elif isinstance(value, str):
        yield value


def said(records: Iterable[Any]) -> set[str]:
    """All values of all records, composites also in parts."""
    found: set[str] = set()
    for text in leaves([msgspec.to_builtins(record) for record in records]):
        found.add(text)
        found.update(text.split(":"))
    return found


ANSWER_READERS = {
    "270": x12.read_270,
    "271": x12.read_271,
    "276": x12.read_276,
    "277": x12.read_277,
    "999": x12.read_999,
}


def whole(kind: str, content: bytes, *, checked: bool = True) -> list[Any]:
    if kind in ANSWER_READERS:
        return list(ANSWER_READERS[kind](content))
    read = x12.read_835 if kind == "835" else x12.read_837
    return list(read(content, checked=checked))
