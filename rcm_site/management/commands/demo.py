"""Make the demonstration year in an empty database."""

from __future__ import annotations

import dataclasses
import datetime
import itertools
import os
import shutil
import signal
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from django.utils import timezone

from clearinghouse.choices import Transport
from clearinghouse.simulator.practice_system import PracticeProfile
from rcm_site.demo import people, profiles, story
from rcm_site.demo.calendar import plan_visits
from rcm_site.demo.dispatch import Dispatch, Letter
from rcm_site.demo.journal import Journal
from rcm_site.engines.processes import dying_with_parent, wait_until
from tenancy.models import Organization, Person

Thing = TypeVar("Thing")
BAR_WIDTH = 24
# How long some patients have had a second payer.
COVERED_AGAIN = datetime.timedelta(days=75)
# Visits of the last days that go out at once, by the practice's transport, and those left for whoever presses Send.
SENT, LEFT_TO_SEND = {Transport.SFTP: 56, Transport.HTTPS: 24}, 8


def journals() -> Path:
    """Here while a demonstration is unfinished."""
    return Path(settings.VAR_DIR) / "demo"


@dataclasses.dataclass(frozen=True, slots=True)
class Chapter:
    practice: Organization
    profile: PracticeProfile
    claims: int
    clerk: Person


class Command(BaseCommand):
    help = "Fill an empty database with two practices, a billing company and about 2,000 claims over a year."

    shows_bar = sys.stdout.isatty()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--claims", type=int, default=2000, help="claims of both practices together")
        parser.add_argument("--seed", type=int, default=7)

    def handle(self, *args: Any, **options: Any) -> None:
        if not Organization.objects.exists():
            shutil.rmtree(journals(), ignore_errors=True)
        elif not journals().exists():
            raise CommandError("The database is not empty. `make clean` forgets what is in the private one.")
        journals().mkdir(parents=True, exist_ok=True)
        today = timezone.localdate(timezone=ZoneInfo(people.TIME_ZONE))
        begun = Journal(journals() / "people").once(lambda: self._begin(today))
        today, cast = datetime.date.fromisoformat(begun), people.recall()
        # First of all, so that somebody can sign in and watch the queues fill.
        self.place("").joinpath("demo-sign-ins.txt").write_text(cast.sign_ins(), encoding="utf-8")
        claims = options["claims"]
        # Two practices have nothing in common but the people: the smaller one's year is told in a process beside.
        hillside = Chapter(cast.hillside, profiles.HILLSIDE, claims - int(claims * 0.65), cast.specialist)
        riverside = Chapter(cast.riverside, profiles.RIVERSIDE, claims - hillside.claims, cast.biller)
        connections.close_all()
        beside = get_context("fork").Process(
            target=self._tell_beside,
            args=(dying_with_parent(signal.SIGTERM), hillside, cast, today, options["seed"]),
            daemon=True,
        )
        beside.start()
        self._tell(riverside, cast, today, options["seed"])
        beside.join()
        if beside.exitcode:
            raise CommandError(f"{hillside.practice.name}: its year could not be told.")
        story.take_stock()
        story.finish_jobs()
        for chapter, transport in ((riverside, Transport.SFTP), (hillside, Transport.HTTPS)):
            self._dispatch(chapter, transport, options["seed"])
        shutil.rmtree(journals())

    def _begin(self, today: datetime.date) -> str:
        people.gather(profiles.RIVERSIDE, profiles.HILLSIDE, since=today - datetime.timedelta(days=400))
        return today.isoformat()

    def _dispatch(self, chapter: Chapter, transport: Transport, seed: int) -> None:
        """The last days' visits go to the clearinghouse, where one runs beside; the last of them wait for a person."""
        letter = self._letter_to(chapter.practice)
        if letter is None:
            self.stdout.write(f"  {chapter.practice.name}: no clearinghouse runs here, so nothing is sent")
            return
        dispatch = Dispatch(
            practice=chapter.practice,
            clerk=chapter.clerk,
            sender=chapter.profile.sender,
            filing_indicators=chapter.profile.filing_indicators,
            transport=transport,
            seed=seed,
            at=timezone.now(),
            journal=Journal(journals() / f"{chapter.practice.slug}-sends"),
        )
        dispatch.connect(letter)
        dispatch.journal.once(partial(plan_visits, chapter.practice, at=dispatch.at))
        sent = SENT[transport]
        visits = dispatch.choose(sent + LEFT_TO_SEND)
        billed = self.progress(dispatch.bill(visits), f"{chapter.practice.name}: visits billed", len(visits))
        claims = list(itertools.islice(billed, sent))
        story.finish_jobs()
        dispatch.send()
        dispatch.promise(claims)
        dispatch.bring_in_a_stray()
        for _ in billed:
            pass
        story.finish_jobs()

    def _letter_to(self, practice: Organization) -> Letter | None:
        """From the clearinghouse that the workbench starts beside; it may still be opening its doors."""
        folder = Path(settings.VAR_DIR) / "clearinghouse"
        if "RCM_SECRETS_FOLDER" in os.environ:
            wait_until(lambda: Letter.to(practice.slug, folder) is not None, seconds=60)
            return Letter.to(practice.slug, folder)
        return None

    def _tell_beside(self, stay_with_parent: Callable[[], None] | None, *chapter: Any) -> None:
        if stay_with_parent:
            stay_with_parent()
        self.shows_bar = False
        self._tell(*chapter)

    def _tell(self, chapter: Chapter, cast: people.Cast, today: datetime.date, seed: int) -> None:
        journal = Journal(journals() / chapter.practice.slug)
        journal.once(partial(story.know_payers, chapter.practice, profiles.PAYERS, profiles.PAYER_KINDS))
        truth = story.tell(
            chapter.practice,
            chapter.profile,
            profiles.PAYERS,
            claims=chapter.claims,
            until=today,
            seed=seed,
            staff=story.Staff(chapter.clerk, cast.specialist, cast.supervisor),
            covered_again_since=today - COVERED_AGAIN,
            journal=journal,
            progress=self.progress,
        )
        truth.write(self.place("truth") / f"{chapter.practice.slug}.json")

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
            if self.shows_bar:
                filled = BAR_WIDTH * done // max(total, 1)
                bar = "█" * filled + "·" * (BAR_WIDTH - filled)
                self.stdout.write(f"\r  {what:<40} {bar} {done}/{total}", ending="")
                self.stdout.flush()
        took = time.monotonic() - begun
        start = "\r" if sys.stdout.isatty() else ""
        self.stdout.write(f"{start}  {what:<40} {done} in {took:.1f} s{' ' * BAR_WIDTH}")
