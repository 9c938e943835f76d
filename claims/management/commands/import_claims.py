"""`manage.py import_claims FILE… --organization SLUG`: one JSON line for each transaction set."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from claims.choices import ImportState
from claims.models import ClaimImport
from claims.services import import_837
from clearinghouse.choices import Source
from clearinghouse.services import store_inbound
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tenancy.selectors import practice_by_slug

COUNTS = ("claims", "created", "versioned", "unchanged", "refused")


class Command(BaseCommand):
    help = "Import claims from 837 files. Prints one JSON line for each transaction set; exits 1 if a file was refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--organization", required=True, metavar="SLUG", help="the practice that imports")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            practice = practice_by_slug(options["organization"])
        except Organization.DoesNotExist as unknown:
            raise CommandError(
                f"No practice has the short name {options['organization']!r}. See the list under Access."
            ) from unknown
        refused = sum(not self.one_file(practice, Path(name)) for name in options["files"])
        if refused:
            raise SystemExit(1)

    def one_file(self, practice: Organization, path: Path) -> bool:
        """Each file is a transaction of its own: one bad file leaves the others unharmed."""
        now = timezone.now()
        try:
            source = path.open("rb")
        except OSError as fault:
            self.line(
                {"file": path.name, "state": "REFUSED", "message": f"Cannot be opened: {fault.strerror}."}
            )
            return False
        with source, organization_scope(practice.pk):
            file, _ = store_inbound(name=path.name, content=source, source=Source.COMMAND, at=now)
            result = import_837(file=file, at=now)
        self.report(path.name, result)
        return result.state == ImportState.IMPORTED

    def report(self, name: str, result: ClaimImport) -> None:
        head = {"file": name, "file_id": str(result.file_id), "state": result.state}
        if result.message:
            head["message"] = result.message
        for one in result.results or [{}]:
            self.line(head | one)

    def line(self, content: dict[str, Any]) -> None:
        self.stdout.write(json.dumps(content))
