"""Make the demonstration year in an empty database."""

from __future__ import annotations

import datetime
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from rcm_site.demo import people, profiles, story
from tenancy.models import Organization

Thing = TypeVar("Thing")
BAR_WIDTH = 24


class Command(BaseCommand):
    help = "Fill an empty database with two practices, a billing company and about 2,000 claims over a year."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--claims", type=int, default=2000, help="claims of both practices together")
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        if Organization.objects.exists():
            raise CommandError("The database is not empty. `make clean` forgets what is in the private one.")
        today = timezone.localdate(timezone=ZoneInfo(people.TIME_ZONE))
        cast = people.gather(
            profiles.RIVERSIDE, profiles.HILLSIDE, since=today - datetime.timedelta(days=400)
        )
        # First of all, so that somebody can sign in and watch the queues fill.
        self.place("").joinpath("demo-sign-ins.txt").write_text(cast.sign_ins(), encoding="utf-8")
        shares = (
            (cast.riverside, profiles.RIVERSIDE, 0.65, cast.biller),
            (cast.hillside, profiles.HILLSIDE, 0.35, cast.specialist),
        )
        for practice, profile, share, clerk in shares:
            story.know_payers(practice, profiles.PAYERS, profiles.PAYER_KINDS)
            truth = story.tell(
                practice,
                profile,
                profiles.PAYERS,
                claims=int(options["claims"] * share),
                until=today,
                seed=options["seed"],
                staff=story.Staff(clerk, cast.specialist, cast.supervisor),
                progress=self.progress,
            )
            truth.write(self.place("truth") / f"{practice.slug}.json")
        story.finish_jobs(self.progress)

    def place(self, name: str) -> Path:
        folder = Path(settings.VAR_DIR) / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def progress(self, things: Iterable[Thing], what: str, total: int) -> Iterator[Thing]:
        """A bar on a terminal, one line at the end elsewhere."""
        begun = time.monotonic()
        done = 0
        for thing in things:
            yield thing
            done += 1
            if sys.stdout.isatty():
                filled = BAR_WIDTH * done // max(total, 1)
                bar = "█" * filled + "·" * (BAR_WIDTH - filled)
                self.stdout.write(f"\r  {what:<40} {bar} {done}/{total}", ending="")
                self.stdout.flush()
        took = time.monotonic() - begun
        start = "\r" if sys.stdout.isatty() else ""
        self.stdout.write(f"{start}  {what:<40} {done} in {took:.1f} s{' ' * BAR_WIDTH}")
