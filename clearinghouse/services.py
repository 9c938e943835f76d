"""Keeping files: the bytes are stored before anybody reads them."""

import hashlib
import io
import re
import uuid
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from audit import services as audit
from clearinghouse.choices import Direction, FileState
from clearinghouse.models import ExchangeFile, FileArrival, FilePiece
from clearinghouse.selectors import PIECE_SIZE
from tenancy.ids import uuid7
from tenancy.scope import current_scope

_LOOKED_AT = 64 * 1024
_KIND_OF_GROUP = {"HP": "835", "HC": "837", "HB": "271", "HS": "270", "HN": "277", "HR": "276", "FA": "999"}


def store_inbound(
    *, name: str, content: bytes | BinaryIO, source: str, at: datetime
) -> tuple[ExchangeFile, bool]:
    """Keep a file whole; returns it and whether it is new. The same bytes are kept once, each arrival is noted.

    What cannot be read as X12 5010 is kept as well, in state REFUSED with a message naming the remedy.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    sha256, size = _measure(stream)
    name = PurePath(name.replace("\\", "/")).name[:255] or "unnamed"
    file = ExchangeFile.objects.filter(sha256=sha256).first()
    created = False
    if file is None:
        file, created = _store(stream, name, sha256, size, source, at)
    FileArrival.objects.create(
        file=file, name=name, source=source, person_id=current_scope().person_id, arrived_at=at
    )
    verb = "stored" if created else "repeated"
    audit.record(
        verb=f"clearinghouse.exchangefile.{verb}", subject=file, data={"sha256": sha256, "size": size}
    )
    return file, created


def _measure(stream: BinaryIO) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    stream.seek(0)
    while piece := stream.read(PIECE_SIZE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def _store(
    stream: BinaryIO, name: str, sha256: str, size: int, source: str, at: datetime
) -> tuple[ExchangeFile, bool]:
    stream.seek(0)
    head = stream.read(_LOOKED_AT)
    message = refusal_of(head)
    draft = ExchangeFile(
        id=uuid7(),
        direction=Direction.INBOUND,
        name=name,
        sha256=sha256,
        size=size,
        source=source,
        kinds=kinds_of(head),
        state=FileState.REFUSED if message else FileState.STORED,
        message=message,
        received_at=at,
    )
    ExchangeFile.objects.bulk_create([draft], ignore_conflicts=True)
    file = ExchangeFile.objects.get(sha256=sha256)
    if file.id != draft.id:
        return file, False
    stream.seek(0)
    ordinal = 0
    while piece := stream.read(PIECE_SIZE):
        FilePiece.objects.create(file=file, ordinal=ordinal, content=piece)
        ordinal += 1
    return file, True


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
        return "This is a binary file, not X12. X12 is plain text that begins with ISA."
    start = text.find(b"ISA")
    if start < 0:
        return "No ISA segment was found: this is not X12. X12 is plain text that begins with ISA."
    if version := _old_version(text[start:]):
        return (
            f"This file is version {version}, and only 005010 can be posted."
            " Ask the clearinghouse to send 5010 (005010X221A1 for remittances)."
        )
    return ""


def _old_version(text: bytes) -> str:
    parts = _first_group(text)
    version = parts[8] if len(parts) > 8 else ""
    return version if re.match(r"00[34]0\d\d", version) else ""


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


def mark_file(*, file_id: uuid.UUID, state: str, message: str = "", kinds: list[str] | None = None) -> None:
    """Say what became of a file, once somebody has read it."""
    changed: dict[str, object] = {"state": state, "message": message}
    if kinds is not None:
        changed["kinds"] = kinds
    ExchangeFile.objects.filter(id=file_id).update(**changed)
