"""`manage.py simulate_clearinghouse`: a clearinghouse and its payers on loopback, until it is told to stop."""

from __future__ import annotations

import logging
import signal
import threading
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from clearinghouse.simulator import process
from clearinghouse.simulator.answering import Pace
from clearinghouse.simulator.behaviours import Temper


class Command(BaseCommand):
    help = (
        "Run a clearinghouse with its payers on loopback: it takes claims by SFTP and HTTPS and answers them "
        "with TA1, 999, 277CA, 277 and 835. It keeps its own files and never looks at the database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="its own files; `clearinghouse` in the var folder")
        parser.add_argument(
            "--account", action="append", default=[], help="a customer's name; may be repeated"
        )
        parser.add_argument("--seed", type=int, default=7)
        parser.add_argument(
            "--claim-trouble",
            type=int,
            default=0,
            help="claims of a hundred that are refused or not answered",
        )
        parser.add_argument(
            "--file-trouble",
            type=int,
            default=0,
            help="files of a hundred that go another way than they should",
        )
        pace = Pace()
        for name, what in (
            ("acknowledged", "until TA1 and 999"),
            ("forwarded", "until the clearinghouse's 277CA"),
            ("accepted", "until the payers' 277CA"),
            ("paid", "until the 835"),
        ):
            parser.add_argument(f"--{name}", type=float, default=getattr(pace, name), help=f"seconds {what}")

    def handle(self, *args: Any, **options: Any) -> None:
        over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: over.set())
        # Callers who hang up or knock by mistake are no news.
        logging.getLogger("paramiko").setLevel(logging.CRITICAL)
        process.run(
            options["folder"] or Path(settings.VAR_DIR) / "clearinghouse",
            options["account"],
            temper=Temper(options["seed"], options["claim_trouble"], options["file_trouble"]),
            pace=Pace(*(options[name] for name in ("acknowledged", "forwarded", "accepted", "paid"))),
            clock=timezone.now,
            over=over,
        )
