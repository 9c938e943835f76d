from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.seals import SealFile
from audit.verification import Verifier


class Command(BaseCommand):
    help = "Check every seal of the audit trail; name each row that was changed, lost or slipped in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--file", type=Path, default=settings.AUDIT_SEALS_FILE, help="the seals kept outside"
        )
        parser.add_argument("--public-key", help="hex; default: the one in the file's first line")

    def handle(self, *args: Any, **options: Any) -> None:
        file = SealFile(options["file"])
        if not file.path.exists():
            raise CommandError(f"{file.path} is not there: without it a cut tail cannot be seen")
        key = options["public_key"]
        verifier = Verifier(
            file=file, key=Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)) if key else None
        )
        verdict = verifier.verify(self._progress)
        self.stderr.write("")
        for finding in verdict.findings:
            self.stdout.write(self.style.ERROR(str(finding)))
        until = verdict.verified_until.isoformat(timespec="seconds") if verdict.verified_until else "never"
        summary = f"{verdict.rows} rows under {verdict.seals} seals until {until}; {verdict.unsealed} not yet sealed"
        if not verdict.is_whole:
            raise CommandError(f"{len(verdict.findings)} findings; {summary}")
        self.stdout.write(self.style.SUCCESS(f"whole: {summary}"))

    def _progress(self, done: int, total: int) -> None:
        share = done / total if total else 1.0
        self.stderr.write(f"\r[{'#' * round(share * 40):<40}] {done}/{total}", ending="")
