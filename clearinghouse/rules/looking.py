"""What the beginning of a file tells before anybody reads it: whether it can be X12 5010 at all, and of which kind."""

from __future__ import annotations

import re
from collections.abc import Sequence

LOOKED_AT = 64 * 1024
_KIND_OF_GROUP = {"HP": "835", "HC": "837", "HB": "271", "HS": "270", "HN": "277", "HR": "276", "FA": "999"}
# What to ask for in place of an older guide, by its number, or by the kind of group where one guide serves all.
_WANTED = {"HP": "X221A1", "X098": "X222A1", "X096": "X223A2", "HB": "X279A1", "HS": "X279A1"}

_ASK = (
    "X12 is plain text that begins with ISA: ask the payer or clearinghouse for the 835 or 837 file itself."
)


def refusal_of(head: bytes) -> str:
    """Why the beginning of a file says that it cannot be read, and what to do about it; empty when it can be."""
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not text:
        return "The file is empty. Download it again from the payer or clearinghouse."
    if head.startswith(b"PK\x03\x04"):
        return "This is a zip archive. Unpack it and upload the X12 files inside."
    if head.startswith(b"\x1f\x8b"):
        return "This is a gzip archive. Unpack it and upload the X12 file inside."
    if head.startswith(b"%PDF"):
        return "This is a PDF. Ask the payer or clearinghouse for the X12 file (835 or 837)."
    beginning = text[:512].lower()
    if beginning.startswith((b"<!doctype", b"<html", b"<?xml", b"<head", b"<body")):
        return "This is a web page or XML, not X12. Sign in at the clearinghouse again and download the file itself."
    if b"\x00" in head:
        return f"This is a binary file, not X12. {_ASK}"
    start = text.find(b"ISA")
    if start < 0:
        return f"No ISA segment was found: this is not X12. {_ASK}"
    return _refusal_of_version(_first_group(text[start:]))


def _refusal_of_version(group: Sequence[str]) -> str:
    version = group[8] if len(group) > 8 else ""
    if not re.match(r"00[34]0\d\d", version):
        return ""
    wanted = _WANTED.get(version[6:10]) or _WANTED.get(group[1], "")
    return (
        f"This file is version {version}, and only 005010 is read."
        f" Ask who sent it to send it as 005010{wanted} instead."
    )


def _first_group(text: bytes) -> list[str]:
    """Elements of the first GS; separators are counted, because many a real ISA is padded wrongly."""
    if len(text) < 4:
        return []
    separator = text[3:4]
    header = text.split(separator, 16)
    if len(header) < 17 or len(header[16]) < 2:
        return []
    terminator = header[16][1:2]
    for segment in text.split(terminator)[1:4]:
        elements = segment.strip().split(separator)
        if elements[0] == b"GS":
            return [one.decode("latin-1").strip() for one in elements]
    return []


def kinds_of(head: bytes) -> list[str]:
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    parts = _first_group(text[max(0, text.find(b"ISA")) :])
    kind = _KIND_OF_GROUP.get(parts[1] if len(parts) > 1 else "")
    return [kind] if kind else []


def kind_of_segment(elements: Sequence[str]) -> str:
    """The kind of transaction that a GS or TA1 announces; empty for every other segment."""
    if elements[0] == "TA1":
        return _KIND_OF_GROUP["FA"]
    if elements[0] == "GS" and len(elements) > 1:
        return _KIND_OF_GROUP.get(elements[1], "")
    return ""


TAIL = 512


def has_end(tail: bytes) -> bool:
    """Whether the last bytes of an X12 file say that it is whole."""
    return b"IEA" in tail
