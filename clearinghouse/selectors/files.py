"""Reading stored files."""

import io
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db.models import Exists, OuterRef, Q, QuerySet

from clearinghouse.models import ExchangeFile, FileArrival, FilePiece
from clearinghouse.rules.looking import LOOKED_AT, kind_of_segment, refusal_of
from tenancy.access import NotFound
from tenancy.scope import Scope
from x12 import ExplainedSegment, NotX12, RawSegment, Source, delimiters, explain
from x12 import segments as read_segments

PIECE_SIZE = 1 << 20


def file_for(scope: Scope, file_id: uuid.UUID) -> ExchangeFile:
    """The one door from an id to a file, which speaks of every location and payer: a narrowed right has no file."""
    if scope.location_ids is not None or scope.payer_ids is not None:
        raise NotFound
    file = ExchangeFile.objects.filter(id=file_id).first()
    if file is None:
        raise NotFound
    return file


def files_received() -> QuerySet[ExchangeFile]:
    return ExchangeFile.objects.order_by("-received_at", "-id")


class StoredBytes(io.RawIOBase):
    """A stored file as an open one; it holds one piece at a time."""

    def __init__(self, file: ExchangeFile) -> None:
        super().__init__()
        self._file = file
        self._position = 0
        self._ordinal = -1
        self._piece = b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        origin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._file.size}[whence]
        self._position = max(0, origin + offset)
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        if self._position >= self._file.size:
            return 0
        ordinal, start = divmod(self._position, PIECE_SIZE)
        if ordinal != self._ordinal:
            piece = FilePiece.objects.values_list("content", flat=True).get(
                file_id=self._file.id, ordinal=ordinal
            )
            self._piece, self._ordinal = bytes(piece), ordinal
        part = self._piece[start : start + len(buffer)]
        buffer[: len(part)] = part
        self._position += len(part)
        return len(part)


def open_file(file: ExchangeFile) -> BinaryIO:
    """The bytes as they came, to be read inside the scope of the file."""
    return io.BufferedReader(StoredBytes(file), buffer_size=1 << 18)  # type: ignore[type-var]


def content_of(file: ExchangeFile) -> bytes:
    """The whole file at once; for small ones."""
    with open_file(file) as source:
        return source.read()


def refusal_at_the_door(file: ExchangeFile) -> str:
    """Why nobody can read the file, whatever it was meant for; empty when its readers may try."""
    with open_file(file) as source:
        return refusal_of(source.read(LOOKED_AT))


def kinds_within(file: ExchangeFile) -> list[str]:
    """What transactions a file holds, by its groups; a TA1 counts as an acknowledgement (999)."""
    found: dict[str, None] = {}
    try:
        with open_file(file) as source:
            for segment in read_segments(source):
                kind = kind_of_segment(segment.elements)
                if kind:
                    found.setdefault(kind)
    except NotX12:
        return []
    return list(found)


def segments(file: ExchangeFile, first: int, last: int) -> list[RawSegment]:
    """Segments `first` to `last`, counted from 1 over the file."""
    with open_file(file) as source:
        return list(read_segments(source, first=max(1, first), last=last))


PatientFinder = Callable[[uuid.UUID, int, int], Iterable[uuid.UUID]]
_finders: list[PatientFinder] = []


def find_patients_by(finder: PatientFinder) -> None:
    """Called once by each app that knows whom the segments of a file speak of: (file, first, last) to patients."""
    _finders.append(finder)


def patients_within(file_id: uuid.UUID, first: int, last: int) -> set[uuid.UUID]:
    """The patients that segments `first` to `last` speak of, as far as what was read from them is on file."""
    return {patient for finder in _finders for patient in finder(file_id, first, last)}


@dataclass(frozen=True, slots=True)
class ShownSegment:
    """A segment as it came, each element with its name, and the explanation of those that say something."""

    number: int
    explained: ExplainedSegment
    elements: tuple[tuple[str, str], ...]
    """(text, what it is) of every element after the tag, empty ones too."""


def shown_segments(file: ExchangeFile, first: int, last: int) -> list[ShownSegment]:
    """A place in a file for a person's eye; nothing where the file is not X12."""
    transaction = file.kinds[0][:3] if len(file.kinds) == 1 else ""
    with open_file(file) as source:
        return shown_lines(source, transaction=transaction, first=first, last=last)


def shown_lines(
    source: Source, *, transaction: str, first: int = 1, last: int | None = None
) -> list[ShownSegment]:
    """The same of bytes that stand in no file of ours."""
    try:
        component = delimiters(source).component
        if not isinstance(source, (bytes, str, Path)):
            source.seek(0)
        found = read_segments(source, first=max(1, first), last=last)
        return [_shown(segment, explain(segment, component, transaction)) for segment in found]
    except NotX12:
        return []


def _shown(segment: RawSegment, explained: ExplainedSegment) -> ShownSegment:
    words = {one.label: f"{one.label} {one.name}".strip() for one in explained.elements}
    elements = tuple(
        (text, words.get(f"{explained.tag}{index:02}", ""))
        for index, text in enumerate(segment.elements[1:], 1)
    )
    return ShownSegment(segment.segment, explained, elements)


PAGE = 50


def file_page(*, state: str = "", find: str = "", after: str = "") -> tuple[list[ExchangeFile], str]:
    """The newest files and where the next page begins, empty at the end. `find` is a part of any name the file came
    under, or the beginning of its fingerprint.
    """
    rows = files_received()
    if state:
        rows = rows.filter(state=state)
    if find:
        came_as = FileArrival.objects.filter(file_id=OuterRef("id"), name__icontains=find)
        rows = rows.filter(Q(name__icontains=find) | Q(sha256__startswith=find.lower()) | Exists(came_as))
    moment, _, last = after.partition("_")
    try:
        begin, last_id = datetime.fromisoformat(moment), uuid.UUID(last)
        rows = rows.filter(Q(received_at__lt=begin) | Q(received_at=begin, id__lt=last_id))
    except ValueError:
        pass
    page = list(rows[: PAGE + 1])
    more = f"{page[PAGE - 1].received_at.isoformat()}_{page[PAGE - 1].id}" if len(page) > PAGE else ""
    return page[:PAGE], more
