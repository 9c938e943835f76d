from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from reference.choices import ReleaseKind, ReleaseSetting
from reference.releases import load_release
from reference.rules.release_files import UnreadableRelease

WIDTH = 40


class Command(BaseCommand):
    help = (
        "Load one release of NCCI pairs, NCCI unit limits, ICD-10-CM or HCPCS from the file its publisher gives out."
        " Claims are judged by the release of their day of service; a loaded release is never changed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("kind", choices=ReleaseKind.values)
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--label", required=True, help="the publisher's name of the release, such as v320 or 2026"
        )
        parser.add_argument(
            "--starts-on", required=True, type=date.fromisoformat, help="its first day, YYYY-MM-DD"
        )
        parser.add_argument(
            "--setting", choices=ReleaseSetting.values, default="", help="whose NCCI tables they are"
        )
        parser.add_argument(
            "--sample", action="store_true", help="a few rows; other codes are not judged by it"
        )

    def handle(
        self,
        *args: Any,
        kind: str,
        file: Path,
        label: str,
        starts_on: date,
        setting: str,
        sample: bool,
        **options: Any,
    ) -> None:
        is_ncci = kind in (ReleaseKind.CODE_PAIRS, ReleaseKind.UNIT_LIMITS)
        if is_ncci != bool(setting):
            raise CommandError("NCCI tables need --setting." if is_ncci else f"{kind} has no --setting.")
        try:
            release, is_new = load_release(
                file, kind=kind, label=label, starts_on=starts_on, setting=setting, is_sample=sample,
                progress=self._progress,
            )  # fmt: skip
        except (OSError, UnreadableRelease) as problem:
            raise CommandError(f"{file.name}: {problem}") from problem
        except DatabaseError as problem:
            raise CommandError(f"{file.name}: the rows cannot stand together: {problem}") from problem
        words = "loaded" if is_new else "was loaded before; nothing changed"
        self.stdout.write(f"{release}: {release.row_count} rows, {words}")

    def _progress(self, read: int, size: int) -> None:
        share = read / size if size else 1
        bar = "#" * int(share * WIDTH)
        self.stderr.write(f"\r[{bar:<{WIDTH}}] {share:4.0%}", ending="\n" if read >= size else "")
