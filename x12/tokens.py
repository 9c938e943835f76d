"""Bytes to segments, a block at a time.

Delimiters are taken from each ISA by counting its separators, never by byte offsets: many senders pad ISA wrongly.
Line breaks are removed unless they are the terminator, wherever they stand, so that files wrapped at 80 columns read.
"""

from __future__ import annotations

import codecs
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from msgspec import Struct

from x12.errors import NotX12
from x12.records import Delimiters, Severity

Source = BinaryIO | Path | str | bytes

BLOCK_BYTES = 1 << 14
"""Small enough that what is built from a block is handed on while it is still in the processor's cache."""
HEADER_REACH = 400
"""Characters within which an ISA, however padded, must show its sixteen separators."""

_HEADER = re.compile(r"ISA([^A-Za-z0-9\s])")
_NOT_X12 = (
    (b"PK\x03\x04", "a zip archive or an Office document; unpack it and give the file inside"),
    (b"\x1f\x8b", "a gzip archive; unpack it and give the file inside"),
    (b"%PDF", "a PDF; ask the payer for the electronic remittance (835) instead of its printout"),
    (b"\xd0\xcf\x11\xe0", "an old Office document; ask for the X12 file"),
    (b"\x89PNG", "an image; ask for the X12 file"),
    (b"\xff\xd8\xff", "an image; ask for the X12 file"),
    (b"-----BEGIN PGP", "an encrypted file; decrypt it first"),
)


class Note(Struct, frozen=True):
    """Something odd about the bytes, found before any segment is read."""

    severity: Severity
    code: str
    message: str


class Chunk(Struct, frozen=True):
    """Whole segments that stand together, all split by the same delimiters, none of them empty."""

    delimiters: Delimiters
    segments: list[str]


def _keep_single_bytes(error: UnicodeError) -> tuple[str, int]:
    """Bytes that are not UTF-8 are read as Windows-1252, else Latin-1: what senders of accented names mean."""
    assert isinstance(error, UnicodeDecodeError)
    broken = error.object[error.start : error.end]
    try:
        return broken.decode("cp1252"), error.end
    except UnicodeDecodeError:
        return broken.decode("latin-1"), error.end


codecs.register_error("x12.single_bytes", _keep_single_bytes)


class Tokens:
    """The chunks of one source. `notes` fill while it is read; `cut` holds a last segment without a terminator."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._seen: set[str] = set()
        self.notes: list[Note] = []
        self.cut: str | None = None

    def chunks(self) -> Iterator[Chunk]:
        stream, owned = _open(self._source)
        try:
            yield from self._split(self._texts(stream))
        finally:
            if owned:
                stream.close()

    def note(self, severity: Severity, code: str, message: str) -> None:
        if code not in self._seen:
            self._seen.add(code)
            self.notes.append(Note(severity, code, message))

    def _texts(self, stream: BinaryIO) -> Iterator[tuple[str, bool]]:
        """Decoded text and whether it is the last; nothing is held but one block."""
        head = stream.read(BLOCK_BYTES)
        encoding, skipped = _encoding(head)
        if encoding != "utf-8":
            self.note(
                Severity.WARNING,
                "file.utf16",
                "The file is UTF-16 text; it was read, but X12 is sent as ASCII.",
            )
        decoder = codecs.getincrementaldecoder(encoding)(
            "x12.single_bytes" if encoding == "utf-8" else "replace"
        )
        block = head[skipped:]
        while True:
            following = stream.read(BLOCK_BYTES)
            text = decoder.decode(block, final=not following)
            if "\x00" in text:
                self.note(Severity.WARNING, "file.nul", "The file holds NUL characters; they were removed.")
                text = text.replace("\x00", "")
            yield text, not following
            if not following:
                return
            block = following

    def _split(self, texts: Iterator[tuple[str, bool]]) -> Iterator[Chunk]:
        """Text to chunks, an interchange after the other: `pending` is what is not whole yet."""
        pending = opening = ""
        delimiters: Delimiters | None = None
        for text, is_last in texts:
            opening = opening or text[:200]
            pending += text
            is_split = False
            while pending and not is_split:
                own_header = 0
                if delimiters is None:
                    delimiters, pending = self._begin(pending, is_last)
                    if delimiters is None:
                        break
                    own_header = HEADER_MINIMUM
                header = _find_header(pending, is_last, after=own_header)
                is_split = header is None or header[1] is None
                body = pending if header is None else pending[: header[0]]
                whole, rest = self._segments(body, delimiters)
                if not is_split and rest.strip():
                    whole.append(rest)
                if whole:
                    yield Chunk(delimiters, whole)
                if is_split:
                    pending = rest + pending[len(body) :]
                else:
                    pending, delimiters = pending[len(body) :], None
        if delimiters is None:
            raise NotX12(_what_it_is(opening))
        if pending.strip():
            self.cut = pending.strip()
            yield Chunk(delimiters, [self.cut])

    def _begin(self, text: str, is_last: bool) -> tuple[Delimiters | None, str]:
        """The delimiters of the ISA that begins here, and the text from it; None while too little has been read."""
        header = _find_header(text, is_last)
        if header is None:
            return None, "" if is_last else text[-HEADER_REACH:]
        self._note_preamble(text[: header[0]])
        return header[1], text[header[0] :]

    def _segments(self, text: str, delimiters: Delimiters) -> tuple[list[str], str]:
        terminator = delimiters.terminator
        if terminator != "\n" and "\n" in text:
            if text.count("\n") > text.count(terminator + "\n") + text.count(terminator + "\r\n") + 1:
                self._note_wrapped(text, terminator)
            text = text.replace("\n", "")
        if terminator != "\r" and "\r" in text:
            text = text.replace("\r", "")
        whole = text.split(terminator)
        rest = whole.pop()
        if not all(whole):
            whole = [one for one in whole if one]
        return whole, rest

    def _note_wrapped(self, text: str, terminator: str) -> None:
        if any(line and not line.rstrip("\r ").endswith(terminator) for line in text.split("\n")[:-1]):
            self.note(
                Severity.WARNING, "file.wrapped", "Line breaks stand inside segments; they were removed."
            )

    def _note_preamble(self, text: str) -> None:
        if text.strip("\ufeff \t\r\n"):
            self.note(
                Severity.WARNING,
                "file.preamble",
                "Text stands before the ISA segment; it was skipped. Check that nothing is missing at the start.",
            )


HEADER_MINIMUM = 16 + 3
"""No ISA is shorter than its tag and sixteen separators."""


def _find_header(text: str, is_last: bool, *, after: int = 0) -> tuple[int, Delimiters | None] | None:
    """Where the next ISA begins and its delimiters, None for those when too little of it has been read yet."""
    if text.rfind("ISA") < 0:  # three times as fast as looking from the start
        return None
    for match in _HEADER.finditer(text, after):
        start = match.start()
        if start and match[1] == text[start - 1]:
            continue
        head = text[start : start + HEADER_REACH]
        pieces = head.split(match[1], 16)
        at_start = not text[:start].strip("\ufeff \t\r\n") if start < 80 else False
        if len(pieces) < 17 or len(pieces[16]) < 2:
            plausible = at_start or len(pieces) < 2 or len(pieces[1].strip()) <= 2
            if not is_last and plausible and len(head) < HEADER_REACH:
                return start, None
            if not is_last or not at_start or len(pieces) < 17 or not pieces[16]:
                continue
        if at_start or _looks_like_header(pieces):
            return start, _delimiters(match[1], pieces)
    return None


def _looks_like_header(pieces: list[str]) -> bool:
    """LISA and her like in a name element are no header: qualifiers are short, dates and versions numeric."""
    return (
        all(len(pieces[index].strip()) <= 2 for index in (1, 3, 5, 7))
        and pieces[9].strip().isdecimal()
        and pieces[12].strip().isdecimal()
    )


def _delimiters(element: str, pieces: list[str]) -> Delimiters:
    tail = pieces[16]
    component, terminator = tail[0], tail[1:2]
    if terminator.isalnum() or not terminator:
        component, terminator = ":", tail[0]
    if terminator == "\r" and tail[2:3] == "\n":
        terminator = "\n"
    repetition = pieces[11].strip()[:1]
    return Delimiters(element, "" if repetition.isalnum() else repetition, component, terminator)


def _encoding(head: bytes) -> tuple[str, int]:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", 3
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le", 2
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be", 2
    if not head.strip():
        raise NotX12("The file is empty. Ask the sender to send it again.")
    for magic, what in _NOT_X12:
        if head.startswith(magic):
            raise NotX12(f"This is not an X12 file: it is {what}.")
    return "utf-8", 0


def _what_it_is(opening: str) -> str:
    start = opening.lstrip("\ufeff \t\r\n")
    if not start:
        return "The file is empty. Ask the sender to send it again."
    if start.startswith("<"):
        return "This is not an X12 file: it is HTML or XML, perhaps a saved web page. Download the file itself again."
    if start.startswith(("{", "[")):
        return "This is not an X12 file: it is JSON. Give the X12 file itself."
    if start.startswith("ISA"):
        return "The file begins with ISA but ends before the ISA segment is complete. Ask the sender to send it again."
    if start.startswith(("GS", "ST")):
        return (
            "The file has no ISA segment: its envelope was removed. Ask the sender for the whole interchange."
        )
    return "This is not an X12 file: no ISA segment was found in it. Give the file as the sender sent it."


def _open(source: Source) -> tuple[BinaryIO, bool]:
    if isinstance(source, bytes):
        return io.BytesIO(source), True
    if isinstance(source, (str, Path)):
        return Path(source).open("rb"), True
    return source, False
