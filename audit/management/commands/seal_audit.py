import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError, connections

from audit.sealing import VerificationDesk
from audit.seals import Sealer, SealFile, SealTrouble
from rcm_site.engines.addresses import secret

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    help = "Seal the audit trail every few seconds and check the seals when an auditor asks for it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=5.0, help="seconds between two seals (default 5)")
        parser.add_argument("--once", action="store_true", help="seal what there is and end")

    def handle(self, *args: Any, **options: Any) -> None:
        sealer = Sealer(secret=secret("seal"), file=SealFile(settings.AUDIT_SEALS_FILE))
        if options["once"]:
            try:
                made = sealer.seal()
            except SealTrouble as trouble:
                raise CommandError(str(trouble)) from trouble
            self.stdout.write(f"{len(made)} seals, {sum(seal.row_count for seal in made)} rows")
            return
        over = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: over.set())
        checking = threading.Thread(target=_check, args=(sealer.file, options["every"], over), daemon=True)
        checking.start()
        while not over.wait(options["every"]):
            _guarded(sealer.seal)


def _check(file: SealFile, every: float, over: threading.Event) -> None:
    """Beside the sealing, which must not wait while a long trail is read."""
    while not over.wait(every):
        _guarded(VerificationDesk(file).fulfil)


def _guarded(work: Callable[[], object]) -> None:
    """A lost connection or a disagreement is said and tried again; sealing never ends by itself."""
    try:
        work()
    except SealTrouble as trouble:
        logger.critical("audit.seal_trouble %s", trouble)
    except DatabaseError as failure:
        logger.error("audit.seal_failed %s", type(failure).__name__)
        connections["sealer"].close()
