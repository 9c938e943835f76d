from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reference.loading import OFFICIAL_SETS, load_official, load_our_code_sets, unmapped_codes
from reference.rules.code_files import UnreadableCodeList


class Command(BaseCommand):
    help = (
        "Load our own code tables where they changed, and official CARC, RARC or claim status lists your"
        " organization has a licence for. Loading again changes nothing; no code is ever removed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--official", nargs="+", type=Path, default=[], metavar="FILE")
        parser.add_argument(
            "--code-set",
            choices=[str(one) for one in OFFICIAL_SETS],
            default="",
            help="which list the files are",
        )

    def handle(self, *args: Any, official: list[Path], code_set: str, **options: Any) -> None:
        loaded = load_our_code_sets()
        for path in official:
            try:
                loaded.append(load_official(path, code_set=code_set))
            except (OSError, UnreadableCodeList) as problem:
                raise CommandError(f"{path.name}: {problem}") from problem
        for one in loaded:
            self.stdout.write(
                f"{one.get_code_set_display()} from {one.source}: {one.row_count} codes,"
                f" {one.added} new, {one.changed} changed"
            )
        if not loaded:
            self.stdout.write("Our code tables are as they were.")
        for name, codes in unmapped_codes(using="owner").items():
            if codes:
                self.stdout.write(
                    f"{name}: {len(codes)} codes in force are not judged by our table and go to a person:"
                    f" {', '.join(codes[:40])}{' …' if len(codes) > 40 else ''}"
                )
