"""How files come in: uploads and the inbox folder are stored first and read by a job."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import BinaryIO
from uuid import UUID

from django.conf import settings
from django.db import transaction

from clearinghouse.choices import Source
from clearinghouse.models import ExchangeFile
from clearinghouse.rules.looking import TAIL, has_end
from clearinghouse.services import store_inbound, take_contents
from remittances.choices import ResultState
from remittances.models import TransactionResult
from remittances.services.posting import is_postable_unseen
from tenancy.jobs import enqueue
from tenancy.models import Organization
from tenancy.scope import current_scope

QUIET_FOR = timedelta(seconds=5)
GIVEN_UP_AFTER = timedelta(minutes=10)
FILES_AT_A_TIME = 20


def receive_file(
    *, name: str, content: bytes | BinaryIO, source: str, post: bool, at: datetime
) -> tuple[ExchangeFile, bool]:
    """Store a file and have it read; with `post`, what balances is posted without waiting for a person."""
    file, created = store_inbound(name=name, content=content, source=source, at=at)
    enqueue("remittances.ingest_file", file_id=file.id, post=post)
    return file, created


def take_fetched(*, at: datetime) -> int:
    """Have the remittances read that were fetched from partners; what balances is posted. Returns how many files."""
    taken = take_contents("835", at=at)
    for file_id in taken:
        enqueue("remittances.ingest_file", file_id=file_id, post=True)
    return len(taken)


def order_posting(results: Iterable[TransactionResult], *, at: datetime) -> list[UUID]:
    """Have the remittances posted that were read at this moment and need no person first; returns the messages' ids.

    What came before is left as it stands: a person may have held it, or taken it out of the books.
    """
    return [
        enqueue("remittances.post_remittance", remittance_id=result.remittance.id)
        for result in results
        if result.remittance is not None
        and (result.state, result.recorded_at) == (ResultState.READ, at)
        and is_postable_unseen(result.remittance)
    ]


def inbox_of(practice: Organization) -> Path:
    return Path(settings.VAR_DIR) / "inbox" / practice.slug


def collect_inbox(*, at: datetime) -> int:
    """Take the finished files of the practice's inbox folder; returns how many. They move to `done` on commit."""
    folder = inbox_of(Organization.objects.get(id=current_scope().practice_id))
    if not folder.is_dir():
        return 0
    finished = [path for path in sorted(folder.iterdir()) if _is_finished(path, at)][:FILES_AT_A_TIME]
    for path in finished:
        with path.open("rb") as content:
            receive_file(name=path.name, content=content, source=Source.INBOX, post=True, at=at)
        transaction.on_commit(partial(_put_away, path, at))
    return len(finished)


def _is_finished(path: Path, at: datetime) -> bool:
    """A file still being written is left alone: it must be quiet for a while and end with IEA."""
    if (
        path.name.startswith(".")
        or path.suffix in (".part", ".tmp")
        or path.is_symlink()
        or not path.is_file()
    ):
        return False
    state = path.stat()
    quiet = at.timestamp() - state.st_mtime
    if quiet < QUIET_FOR.total_seconds():
        return False
    with path.open("rb") as content:
        content.seek(max(0, state.st_size - TAIL))
        return has_end(content.read()) or quiet > GIVEN_UP_AFTER.total_seconds()


def _put_away(path: Path, at: datetime) -> None:
    done = path.parent / "done"
    done.mkdir(exist_ok=True)
    path.rename(done / f"{at:%Y%m%dT%H%M%S}-{path.name}")
