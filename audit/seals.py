"""Sealing: every few seconds a signed Merkle root over the rows written since, kept here and in a file outside.

Rows are taken in the order (transaction, id) from transactions below the oldest still running one, so that none can
appear later among sealed ones. The key is the sealer's alone; with the public key, the first line of the file, anybody
can check. Ed25519, because whoever checks must not be able to sign.
"""

import dataclasses
import hashlib
import json
import os
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from django.db import connections, transaction

from audit.models import AuditSeal
from audit.rules import merkle

FORMAT = 1
BATCH = 10_000
HEARTBEAT = timedelta(seconds=60)
NO_ROW = uuid.UUID(int=0)
_LOCK = 0x5EA1

# The columns of format 1, in hash order. A later format may add columns; rows sealed in this one keep it.
COLUMNS = {
    "audit_auditevent": (
        "id, organization_id, transaction_id, recorded_at, actor_kind, actor_id, role, on_behalf_of, session_id, verb,"
        " subject_type, subject_id, patient_id, purpose, outcome, request_id, correlation_id, field_names, item_count,"
        " data"
    ),
    "audit_rowchange": (
        "id, organization_id, transaction_id, recorded_at, table_name, operation, row_id, row_ids, row_count,"
        " patient_id, field_names, before, after, person_id, request_id, database_role"
    ),
    "audit_domainevent": (
        "id, organization_id, transaction_id, recorded_at, name, schema_version, occurred_at, actor_kind, actor_id,"
        " role, purpose, subject_type, subject_id, correlation_id, causation_id, idempotency_key, data"
    ),
}


class SealTrouble(RuntimeError):
    """Sealing must not go on: what is in the database and what was written down outside disagree."""


@dataclasses.dataclass(frozen=True, slots=True)
class SealedRow:
    transaction_id: int
    id: uuid.UUID
    recorded_at: datetime
    hash: bytes

    @property
    def leaf(self) -> bytes:
        return self.id.bytes + self.hash


def _select(table: str, columns: str) -> str:
    # Table and columns are the constants above.
    return (
        "SELECT transaction_id, id, recorded_at,"  # noqa: S608
        f" sha256(convert_to('{table}' || ROW({columns})::text, 'UTF8')) FROM {table}"
        " WHERE (transaction_id, id) > (%(after)s, %(after_id)s) AND {upper}"
        " ORDER BY transaction_id, id LIMIT %(limit)s"
    )


_ROWS = " UNION ALL ".join(f"({_select(table, columns)})" for table, columns in COLUMNS.items())
BELOW = "transaction_id < %(below)s"
UP_TO = "(transaction_id, id) <= (%(until)s, %(until_id)s)"


def rows(cursor: Any, *, upper: str, limit: int | None, **bounds: Any) -> list[SealedRow]:
    """Rows after a position, in sealing order, each with the hash of all its columns."""
    cursor.execute(
        f"SELECT * FROM ({_ROWS.format(upper=upper)}) AS row ORDER BY 1, 2 LIMIT %(limit)s",  # noqa: S608 - our own text
        {**bounds, "limit": limit},
    )
    return [SealedRow(row[0], row[1], row[2], bytes(row[3])) for row in cursor.fetchall()]


def statement(seal: AuditSeal) -> dict[str, Any]:
    """What is signed and written down: everything but the leaves, for which the root stands."""
    return {
        "number": seal.number,
        "format": seal.format,
        "sealed_at": seal.sealed_at.isoformat(),
        "visible_from": seal.visible_from,
        "last_transaction_id": seal.last_transaction_id,
        "last_row_id": str(seal.last_row_id),
        "row_count": seal.row_count,
        "total_count": seal.total_count,
        "previous_root": bytes(seal.previous_root).hex(),
        "root": bytes(seal.root).hex(),
    }


def _signed_bytes(seal: AuditSeal) -> bytes:
    return json.dumps(statement(seal), sort_keys=True, separators=(",", ":")).encode()


def private_key(secret: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(b"rcm seal" + secret).digest())


def is_signed(seal: AuditSeal, key: Ed25519PublicKey) -> bool:
    try:
        key.verify(bytes(seal.signature), _signed_bytes(seal))
    except InvalidSignature:
        return False
    return True


class SealFile:
    """The seals as written down outside the database, one JSON line each after a first line with the public key."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def lines(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open(encoding="ascii") as stream:
            for text in stream:
                # The last line may be half written after a power cut; the sealer writes that seal again.
                if text.endswith("\n"):
                    yield json.loads(text)

    def public_key(self) -> Ed25519PublicKey | None:
        first = next(self.lines(), None)
        return Ed25519PublicKey.from_public_bytes(bytes.fromhex(first["public_key"])) if first else None

    def last_number(self) -> int:
        last = 0
        for line in self.lines():
            last = line.get("number", last)
        return last

    def begin(self, key: Ed25519PublicKey) -> None:
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._append({"public_key": key.public_bytes_raw().hex()})

    def add(self, seal: AuditSeal) -> None:
        self._append({**statement(seal), "signature": bytes(seal.signature).hex()})

    def mend(self) -> None:
        """Cut off a half-written last line."""
        if not self.path.exists():
            return
        content = self.path.read_bytes()
        if content and not content.endswith(b"\n"):
            with self.path.open("r+b") as stream:
                stream.truncate(content.rfind(b"\n") + 1)

    def _append(self, line: dict[str, Any]) -> None:
        with self.path.open("a", encoding="ascii") as stream:
            stream.write(json.dumps(line, sort_keys=True) + "\n")
            stream.flush()
            os.fsync(stream.fileno())


class Sealer:
    """Seals through the sealer's own role. Several may run: an advisory lock lets one work."""

    def __init__(self, *, secret: bytes, file: SealFile, using: str = "sealer") -> None:
        self.key = private_key(secret)
        self.file = file
        self.connection = connections[using]
        self._anchored: int | None = None

    def seal(self) -> list[AuditSeal]:
        """Seal all there is, in batches. Returns the new seals, most often one or none."""
        made: list[AuditSeal] = []
        self._settle_file()
        while True:
            seal = self._seal_batch()
            if seal is None:
                return made
            self.file.add(seal)
            self._anchored = seal.number
            made.append(seal)
            if seal.row_count < BATCH:
                return made

    def _settle_file(self) -> None:
        """A crash between database and file leaves the file one seal short; a file ahead is a cut tail."""
        self.file.begin(self.key.public_key())
        known = self.file.public_key()
        if known is None or known.public_bytes_raw() != self.key.public_key().public_bytes_raw():
            raise SealTrouble(f"{self.file.path} was begun with another key")
        if self._anchored is None:
            self.file.mend()
            self._anchored = self.file.last_number()
        seals = AuditSeal.objects.using(self.connection.alias)
        newest = seals.order_by("-number").values_list("number", flat=True).first() or 0
        if newest < self._anchored:
            raise SealTrouble(
                f"seals {newest + 1} to {self._anchored} are gone from the database: run verify_audit"
            )
        for seal in seals.filter(number__gt=self._anchored).order_by("number"):
            if not is_signed(seal, self.key.public_key()):
                raise SealTrouble(f"seal {seal.number} was not made with this key")
            self.file.add(seal)
            self._anchored = seal.number

    def _seal_batch(self) -> AuditSeal | None:
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return None
            plain_text(cursor)
            cursor.execute(
                "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint, clock_timestamp()"
                " FROM pg_current_snapshot() AS s"
            )
            below, visible_from, now = cursor.fetchone()
            last = AuditSeal.objects.using(self.connection.alias).order_by("-number").first()
            batch = rows(
                cursor,
                upper=BELOW,
                limit=BATCH,
                after=last.last_transaction_id if last else 0,
                after_id=last.last_row_id if last else NO_ROW,
                below=below,
            )
            if not batch and last and now - last.sealed_at < HEARTBEAT:
                return None
            seal = self._made(last, batch, visible_from, now)
            seal.save(using=self.connection.alias, force_insert=True)
            return seal

    def _made(
        self, last: AuditSeal | None, batch: list[SealedRow], visible_from: int, now: datetime
    ) -> AuditSeal:
        seal = AuditSeal(
            number=last.number + 1 if last else 1,
            format=FORMAT,
            sealed_at=now,
            visible_from=visible_from,
            last_transaction_id=batch[-1].transaction_id
            if batch
            else last.last_transaction_id
            if last
            else 0,
            last_row_id=batch[-1].id if batch else last.last_row_id if last else NO_ROW,
            row_count=len(batch),
            total_count=(last.total_count if last else 0) + len(batch),
            previous_root=bytes(last.root) if last else merkle.EMPTY_ROOT,
            root=merkle.root([row.leaf for row in batch]),
            leaves=b"".join(row.leaf for row in batch),
        )
        seal.signature = self.key.sign(_signed_bytes(seal))
        return seal


def plain_text(cursor: Any) -> None:
    """Row hashes are taken over the text of the columns: fix how moments are written."""
    cursor.execute(
        "SET LOCAL TIME ZONE 'UTC'; SET LOCAL DateStyle = 'ISO, YMD'; SET LOCAL bytea_output = 'hex'"
    )
