"""Keeping files: the bytes are stored before anybody reads them."""

import hashlib
import io
import uuid
from datetime import datetime
from pathlib import PurePath
from typing import BinaryIO

from audit import services as audit
from clearinghouse.choices import Direction, FileState, Source
from clearinghouse.models import ExchangeFile, FileArrival, FilePiece
from clearinghouse.rules.looking import LOOKED_AT, kinds_of, refusal_of
from clearinghouse.selectors.files import PIECE_SIZE
from tenancy.ids import uuid7
from tenancy.scope import current_scope


def store_inbound(
    *, name: str, content: bytes | BinaryIO, source: str, at: datetime
) -> tuple[ExchangeFile, bool]:
    """Keep a file whole; returns it and whether it is new. The same bytes are kept once, each arrival is noted.

    What cannot be read as X12 5010 is kept as well, in state REFUSED with a message naming the remedy.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    sha256, size = measured(stream)
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


def measured(stream: BinaryIO) -> tuple[str, int]:
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
    head = stream.read(LOOKED_AT)
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
    _keep_pieces(file, stream)
    return file, True


def store_outbound(*, name: str, content: BinaryIO, kinds: list[str], at: datetime) -> ExchangeFile:
    """Keep what we have written, before anybody sends it."""
    sha256, size = measured(content)
    file: ExchangeFile = ExchangeFile.objects.create(
        direction=Direction.OUTBOUND,
        name=name,
        sha256=sha256,
        size=size,
        source=Source.WRITTEN,
        kinds=kinds,
        received_at=at,
    )
    _keep_pieces(file, content)
    audit.record(
        verb="clearinghouse.exchangefile.written", subject=file, data={"sha256": sha256, "size": size}
    )
    return file


def _keep_pieces(file: ExchangeFile, stream: BinaryIO) -> None:
    stream.seek(0)
    ordinal = 0
    while piece := stream.read(PIECE_SIZE):
        FilePiece.objects.create(file=file, ordinal=ordinal, content=piece)
        ordinal += 1


def mark_file(*, file_id: uuid.UUID, state: str, message: str = "", kinds: list[str] | None = None) -> None:
    """Say what became of a file, once somebody has read it."""
    changed: dict[str, object] = {"state": state, "message": message}
    if kinds is not None:
        changed["kinds"] = kinds
    ExchangeFile.objects.filter(id=file_id).update(**changed)
