"""What the sealer does besides sealing: the checks auditors asked for in the browser."""

import json
import time
import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import connections
from django.utils import timezone

from audit.choices import VerificationState
from audit.seals import SealFile
from audit.verification import Verdict, Verifier

_STALE = timedelta(minutes=30)
_SECONDS_BETWEEN_PROGRESS = 1.0
FINDINGS_KEPT = 200


class VerificationDesk:
    """Fulfils wishes through the sealer's role, in plain SQL: it works across practices and has no scope to open."""

    def __init__(self, file: SealFile, *, using: str = "sealer") -> None:
        self.file = file
        self.using = using

    def fulfil(self) -> int:
        """Check the seals once for all waiting wishes. Returns how many were fulfilled."""
        # Checking is one long read-only transaction; what is said meanwhile needs a connection of its own.
        self.connection = connections.create_connection(self.using)
        try:
            wishes = self._take()
            if wishes:
                verdict = Verifier(file=self.file, using=self.using).verify(_Progress(self, wishes))
                self._finish(wishes, verdict)
            return len(wishes)
        finally:
            self.connection.close()

    def _take(self) -> list[uuid.UUID]:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE audit_sealverification SET state = %s"
                " WHERE state = %s OR (state = %s AND requested_at < %s) RETURNING id",
                [
                    VerificationState.RUNNING,
                    VerificationState.REQUESTED,
                    VerificationState.RUNNING,
                    timezone.now() - _STALE,
                ],
            )
            return [row[0] for row in cursor.fetchall()]

    def say(self, wishes: Sequence[uuid.UUID], done: int, total: int) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE audit_sealverification SET rows_checked = %s, rows_total = %s WHERE id = ANY(%s)",
                [done, total, list(wishes)],
            )

    def _finish(self, wishes: Sequence[uuid.UUID], verdict: Verdict) -> None:
        findings: list[dict[str, Any]] = [finding.as_json() for finding in verdict.findings[:FINDINGS_KEPT]]
        with self.connection.cursor() as cursor:
            cursor.execute(
                "UPDATE audit_sealverification SET state = %s, rows_checked = %s, rows_total = %s,"
                " verified_until = %s, findings = %s, finished_at = %s WHERE id = ANY(%s)",
                [
                    VerificationState.DONE,
                    verdict.rows,
                    verdict.rows,
                    verdict.verified_until,
                    json.dumps(findings),
                    timezone.now(),
                    list(wishes),
                ],
            )


class _Progress:
    def __init__(self, desk: VerificationDesk, wishes: Sequence[uuid.UUID]) -> None:
        self.desk = desk
        self.wishes = wishes
        self.said_at = 0.0

    def __call__(self, done: int, total: int) -> None:
        if time.monotonic() - self.said_at >= _SECONDS_BETWEEN_PROGRESS:
            self.said_at = time.monotonic()
            self.desk.say(self.wishes, done, total)
