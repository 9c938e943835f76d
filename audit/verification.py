"""Checking the seals: which sealed row was changed, lost or slipped in, and whether the tail was cut."""

import bisect
import dataclasses
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connections, transaction

from audit import seals
from audit.choices import FindingKind
from audit.models import AuditSeal
from audit.rules import merkle

SLACK = timedelta(minutes=5)
_LEAF = 48
PAGE = 200
# A sealer that stood still for long leaves more; they are sealed, then checked.
MOST_UNSEALED = 100_000


@dataclasses.dataclass(frozen=True, slots=True)
class Finding:
    kind: str
    seal: int | None
    row_id: uuid.UUID | None = None
    detail: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "kind": str(self.kind),
            "seal": self.seal,
            "row_id": str(self.row_id) if self.row_id else None,
            "detail": self.detail,
        }

    def __str__(self) -> str:
        where = f"seal {self.seal}" if self.seal else "not yet sealed"
        row = f", row {self.row_id}" if self.row_id else ""
        return f"{FindingKind(self.kind).label} ({where}{row}){': ' + self.detail if self.detail else ''}"


@dataclasses.dataclass(slots=True)
class Verdict:
    findings: list[Finding] = dataclasses.field(default_factory=list)
    seals: int = 0
    rows: int = 0
    unsealed: int = 0
    verified_until: datetime | None = None

    @property
    def is_whole(self) -> bool:
        return not self.findings


@dataclasses.dataclass(slots=True)
class _Horizon:
    """When a transaction of a given number can have begun at the earliest: after the last seal made before it."""

    starts: list[int] = dataclasses.field(default_factory=list)
    moments: list[datetime] = dataclasses.field(default_factory=list)

    def add(self, seal: AuditSeal) -> None:
        self.starts.append(seal.visible_from)
        self.moments.append(seal.sealed_at)

    def earliest(self, transaction_id: int) -> datetime | None:
        at = bisect.bisect_right(self.starts, transaction_id)
        return self.moments[at - 1] - SLACK if at else None


class _Written:
    """The file's lines beside the seals, both by number; years of seals are never held in memory."""

    def __init__(self, file: seals.SealFile, last: int) -> None:
        self.lines = (line for line in file.lines() if 0 < line.get("number", 0) <= last)
        self.current = next(self.lines, None)

    def before(self, number: int | None) -> Iterator[dict[str, Any]]:
        """The lines up to a number, or all that are left: seals the database does not have."""
        while self.current is not None and (number is None or self.current["number"] < number):
            yield self.current
            self.current = next(self.lines, None)

    def take(self, number: int) -> dict[str, Any] | None:
        if self.current is None or self.current["number"] != number:
            return None
        line, self.current = self.current, next(self.lines, None)
        return line


Progress = Callable[[int, int], None]


class Verifier:
    """Reads every seal and every sealed row once, in order. Needs the sealer's SELECT-only view and the file."""

    def __init__(
        self, *, file: seals.SealFile, key: Ed25519PublicKey | None = None, using: str = "sealer"
    ) -> None:
        self.file = file
        self.key = key or file.public_key()
        self.connection = connections[using]
        self.verdict = Verdict()
        self.horizon = _Horizon()
        self.last_written = 0
        self.begun_at = datetime.min.replace(tzinfo=UTC)

    def verify(self, progress: Progress | None = None) -> Verdict:
        # The file first: a seal made meanwhile is then in the database and not in the file, which is no loss.
        self.last_written = self.file.last_number()
        written = _Written(self.file, self.last_written)
        with transaction.atomic(using=self.connection.alias), self.connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            seals.plain_text(cursor)
            cursor.execute("SELECT now()")
            self.begun_at = cursor.fetchone()[0]
            newest = self._seals().order_by("-number").first()
            total = newest.total_count if newest else 0
            previous: AuditSeal | None = None
            for seal in self._in_order():
                self._check_missing(written.before(seal.number))
                self._check_seal(seal, previous, written.take(seal.number))
                self._check_rows(cursor, seal, previous)
                self.horizon.add(seal)
                self.verdict.seals += 1
                self.verdict.rows += seal.row_count
                self.verdict.verified_until = seal.sealed_at
                if progress:
                    progress(self.verdict.rows, total)
                previous = seal
            self._check_missing(written.before(None))
            self._check_unsealed(cursor, previous)
        return self.verdict

    def _seals(self) -> Any:
        return AuditSeal.objects.using(self.connection.alias)

    def _in_order(self) -> Iterator[AuditSeal]:
        after = 0
        while True:
            page = list(self._seals().filter(number__gt=after).order_by("number")[:PAGE])
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1].number

    def _find(
        self, kind: FindingKind, seal: AuditSeal | None, row_id: uuid.UUID | None = None, detail: str = ""
    ) -> None:
        self.verdict.findings.append(Finding(str(kind), seal.number if seal else None, row_id, detail))

    def _check_seal(
        self, seal: AuditSeal, previous: AuditSeal | None, written: dict[str, Any] | None
    ) -> None:
        if self.key is None or not seals.is_signed(seal, self.key):
            self._find(FindingKind.SEAL_BROKEN, seal, detail="wrong signature")
        leaves = list(_split(bytes(seal.leaves)))
        if merkle.root([row_id.bytes + digest for row_id, digest in leaves]) != bytes(seal.root):
            self._find(FindingKind.SEAL_BROKEN, seal, detail="its leaves do not give its root")
        expected = bytes(previous.root) if previous else merkle.EMPTY_ROOT
        if bytes(seal.previous_root) != expected or seal.number != (previous.number + 1 if previous else 1):
            self._find(FindingKind.SEAL_BROKEN, seal, detail="does not follow the seal before")
        if written is None:
            # The newest ones may be on their way to the file.
            if seal.number < self.last_written or seal.sealed_at < self.begun_at - SLACK:
                self._find(FindingKind.SEAL_UNKNOWN, seal, detail="never written down outside")
        elif {**seals.statement(seal), "signature": bytes(seal.signature).hex()} != written:
            self._find(FindingKind.SEAL_UNKNOWN, seal)

    def _check_rows(self, cursor: Any, seal: AuditSeal, previous: AuditSeal | None) -> None:
        expected = dict(_split(bytes(seal.leaves)))
        present = seals.rows(
            cursor,
            upper=seals.UP_TO,
            limit=None,
            after=previous.last_transaction_id if previous else 0,
            after_id=previous.last_row_id if previous else seals.NO_ROW,
            until=seal.last_transaction_id,
            until_id=seal.last_row_id,
        )
        for row in present:
            digest = expected.pop(row.id, None)
            if digest is None:
                self._find(FindingKind.INSERTED, seal, row.id)
            elif digest != row.hash:
                self._find(FindingKind.EDITED, seal, row.id)
            elif not self._is_timely(row, seal.sealed_at):
                self._find(FindingKind.BACK_DATED, seal, row.id, row.recorded_at.isoformat())
        for row_id in expected:
            self._find(FindingKind.DELETED, seal, row_id)

    def _is_timely(self, row: seals.SealedRow, sealed_at: datetime | None) -> bool:
        earliest = self.horizon.earliest(row.transaction_id)
        if earliest is not None and row.recorded_at < earliest:
            return False
        return sealed_at is None or row.recorded_at <= sealed_at

    def _check_missing(self, lines: Iterator[dict[str, Any]]) -> None:
        for line in lines:
            self.verdict.findings.append(
                Finding(
                    str(FindingKind.SEAL_MISSING),
                    line["number"],
                    detail=f"{line['row_count']} rows sealed at {line['sealed_at']}",
                )
            )

    def _check_unsealed(self, cursor: Any, last: AuditSeal | None) -> None:
        cursor.execute("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
        next_transaction = cursor.fetchone()[0]
        waiting = seals.rows(
            cursor,
            upper="true",
            limit=MOST_UNSEALED,
            after=last.last_transaction_id if last else 0,
            after_id=last.last_row_id if last else seals.NO_ROW,
        )
        for row in waiting:
            if row.transaction_id >= next_transaction:
                self._find(FindingKind.INSERTED, None, row.id, "its transaction has not happened yet")
            elif not self._is_timely(row, None):
                self._find(FindingKind.BACK_DATED, None, row.id, row.recorded_at.isoformat())
        self.verdict.unsealed = len(waiting)


def _split(leaves: bytes) -> Iterator[tuple[uuid.UUID, bytes]]:
    for at in range(0, len(leaves), _LEAF):
        yield uuid.UUID(bytes=leaves[at : at + 16]), leaves[at + 16 : at + _LEAF]
