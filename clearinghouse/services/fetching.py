"""Taking files out of partners' folders: stored here first, then removed there where the partner wants that."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import BinaryIO, cast
from uuid import UUID

from django.db import transaction

from audit import services as audit
from clearinghouse import lines
from clearinghouse.choices import ExchangeProblem, FileState, Source, Trouble
from clearinghouse.lines import Place
from clearinghouse.models import (
    Connection,
    ExchangeFile,
    FetchAttempt,
    FetchedFile,
    FileContent,
    TradingPartner,
)
from clearinghouse.rules.looking import LOOKED_AT, TAIL, has_end, refusal_of
from clearinghouse.selectors.files import kinds_within, open_file
from clearinghouse.selectors.partners import wires
from clearinghouse.services.delivering import note_line
from clearinghouse.services.doors import LASTING, adapter_of, door_of, wire_of
from clearinghouse.services.files import mark_file, measured, store_inbound
from clearinghouse.services.partners import ExchangeRefused
from clearinghouse.services.problems import close_problem, close_problems_of, open_problem
from clearinghouse.transports.outcome import Listed, NotDelivered, OpenFolder
from tenancy.choices import ActorKind
from tenancy.ids import uuid7
from tenancy.jobs import enqueue, hasten
from tenancy.scope import organization_scope

AT_A_TIME = 200
KEPT_IN_MEMORY = 8 << 20
GIVEN_UP_AFTER = timedelta(minutes=10)
OWN = "999"


def bring_in(*, name: str, content: bytes | BinaryIO, source: str, at: datetime) -> ExchangeFile:
    """Keep a partner's file and leave a fact for each kind of transaction in it; acknowledgements are read here."""
    file, is_new = store_inbound(name=name, content=content, source=source, at=at)
    if file.state == FileState.REFUSED:
        open_problem(ExchangeProblem.UNREADABLE, subject=file, title=f"{file.name} cannot be read", at=at)
        return file
    known = set(FileContent.objects.filter(file=file).values_list("kind", flat=True))
    kinds = kinds_within(file)
    fresh = [kind for kind in kinds if kind not in known]
    _leave_facts(file, fresh, at)
    if is_new or fresh:
        enqueue("clearinghouse.notice_unknown", once_key=str(file.id), file_id=file.id)
    if file.state == FileState.STORED:
        mark_file(file_id=file.id, state=FileState.STORED, kinds=kinds)
    return file


@transaction.atomic
def read_again(*, file: ExchangeFile, at: datetime) -> None:
    """Each room takes the file anew; what it has read already it knows. What cannot be read still is refused."""
    with open_file(file) as source:
        refusal = refusal_of(source.read(LOOKED_AT))
    if refusal:
        raise ExchangeRefused(refusal)
    kinds = kinds_within(file)
    mark_file(file_id=file.id, state=FileState.STORED, kinds=kinds)
    close_problems_of(file, at=at)
    FileContent.objects.filter(file=file).exclude(kind=OWN).update(taken_at=None)
    _leave_facts(file, kinds, at)
    audit.record("clearinghouse.exchangefile.reread", subject=file)


def _leave_facts(file: ExchangeFile, kinds: list[str], at: datetime) -> None:
    """For each kind of transaction in the file; acknowledgements are read here."""
    FileContent.objects.bulk_create(
        [FileContent(file=file, kind=kind, taken_at=at if kind == OWN else None) for kind in kinds],
        ignore_conflicts=True,
    )
    if OWN in kinds:
        enqueue("clearinghouse.read_answers", file_id=file.id)


def order_fetches() -> int:
    """Have the folder of every partner with a wire asked; returns how many. Nobody knocks where a person has to act."""
    count = 0
    for connection in wires().exclude(incoming_folder=""):
        last = connection.fetches.order_by("-started_at", "-id").first()
        if last is None or last.trouble not in LASTING:
            enqueue("clearinghouse.fetch", once_key=str(connection.id), connection_id=connection.id)
            count += 1
    return count


def fetch_now(*, partner: TradingPartner) -> None:
    """A person has mended the connection, or will not wait."""
    connection = wires().filter(partner=partner).first()
    if connection is None:
        raise ExchangeRefused("This partner has no wire: bring its files by hand.")
    lines.end_rest(connection)
    enqueue("clearinghouse.fetch", once_key=str(connection.id), connection_id=connection.id)
    hasten("clearinghouse.fetch", argument="connection_id", among=[connection.id])
    audit.record("clearinghouse.partner.asked", subject=partner)


def fetch(*, organization_id: UUID, connection_id: UUID, at: datetime) -> None:
    """Ask once. Safe to repeat: a file is known by name, size and time, and its bytes are kept once."""
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        connection = wires().filter(id=connection_id).first()
    if connection is None:
        return
    round_ = _Round(organization_id, connection, at)
    with lines.place_on(connection) as place:
        try:
            with wire_of(connection).folder(door_of(connection, connection.incoming_folder)) as folder:
                round_.take(folder)
            place.trouble = ""
        except NotDelivered as failure:
            place.trouble = failure.trouble
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        note_line(connection, place, at=at)
        _note(connection, place, stored=round_.stored, at=at)


# -- how ---------------------------------------------------------------------------------------------------------


@dataclass
class _Round:
    """One look into a folder. Every file is committed by itself; the line is never used inside a transaction."""

    organization_id: UUID
    connection: Connection
    at: datetime
    stored: int = 0

    def take(self, folder: OpenFolder) -> None:
        listed = folder.files()
        known = self._known(listed)
        for one in listed:
            if self.stored == AT_A_TIME:
                return
            row = known.get((one.name, one.size, one.modified_at))
            # What is to be deleted is read again: another file may have come under the same name in the same second.
            if row is None or row.file_id is None or self.connection.removes_fetched:
                with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as spool:
                    content = cast(BinaryIO, spool)
                    folder.read(one.name, into=content)
                    if not self._keep(one, row, content):
                        continue
            if self.connection.removes_fetched:
                folder.remove(one.name)

    def _known(self, listed: list[Listed]) -> dict[tuple[str, int, int], FetchedFile]:
        with organization_scope(self.organization_id, actor_kind=ActorKind.JOB):
            rows = FetchedFile.objects.filter(
                connection=self.connection, name__in={one.name for one in listed}
            )
            return {(row.name, row.size, row.modified_at): row for row in rows}

    def _keep(self, listed: Listed, row: FetchedFile | None, content: BinaryIO) -> bool:
        """Store the file with the note that it was fetched; False while the partner may still be writing it."""
        is_finished = self._is_finished(listed, row, content)
        with organization_scope(self.organization_id, actor_kind=ActorKind.JOB):
            mine, _ = FetchedFile.objects.get_or_create(
                connection=self.connection,
                name=listed.name,
                size=listed.size,
                modified_at=listed.modified_at,
                defaults={"first_seen_at": self.at},
            )
            mine = FetchedFile.objects.select_for_update().get(id=mine.id)
            if is_finished and not (mine.file and _has_bytes(mine.file, content)):
                mine.file = bring_in(name=listed.name, content=content, source=Source.PARTNER, at=self.at)
                mine.save(update_fields=["file"])
                self.stored += 1
            return is_finished

    def _is_finished(self, listed: Listed, row: FetchedFile | None, content: BinaryIO) -> bool:
        """All of it is here and it ends as X12 ends; anything else must have lain there unchanged for a while."""
        size = content.seek(0, 2)
        content.seek(0)
        head = content.read(3)
        content.seek(max(0, size - TAIL))
        tail = content.read()
        if size != listed.size:
            return False
        if head == b"ISA" and has_end(tail):
            return True
        return row is not None and row.first_seen_at + GIVEN_UP_AFTER <= self.at


def _has_bytes(file: ExchangeFile, content: BinaryIO) -> bool:
    return measured(content) == (file.sha256, file.size)


def _note(connection: Connection, place: Place, *, stored: int, at: datetime) -> None:
    """Quiet rounds leave the time only; after what no repetition mends a person is told."""
    trouble = place.trouble or ""
    Connection.objects.filter(id=connection.id).update(asked_at=at)
    last = connection.fetches.order_by("-started_at", "-id").first()
    if trouble or stored or (last is not None and last.trouble):
        FetchAttempt.objects.create(
            connection=connection,
            request_id=uuid7(),
            started_at=at,
            latency_ms=place.latency_ms,
            adapter=adapter_of(connection),
            trouble=trouble,
            stored=stored,
        )
    if trouble in LASTING:
        title = f"{connection.partner} cannot be asked for files: {Trouble(trouble).label.lower()}"
        open_problem(ExchangeProblem.UNREACHABLE, subject=connection.partner, title=title, at=at)
    elif not trouble:
        close_problem(ExchangeProblem.UNREACHABLE, subject=connection.partner, at=at)
