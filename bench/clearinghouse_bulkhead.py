"""Files for 50 partners of which 10 are dead or slow: do those of the other 40 leave as fast as without them?

Real SFTP on loopback, real bells, and the worker for lines as `make run` starts it, with nothing known of any line.
"""

from __future__ import annotations

import io
import os
import signal
import socket
import statistics
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from bench.registry import Figure, benchmark

GOOD, REFUSING, SILENT, SLOW = 40, 3, 4, 3
FILES, SIZE = 5, 40_000
SLOW_SECONDS, SWEEP_SECONDS, LONGEST_SECONDS = 20, 5, 300
REPEATS = 3
SECRET = "bench"


@benchmark("clearinghouse.bulkhead", limit=1.2, needs_database=True)
def bulkhead() -> Figure:
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        (folder / SECRET).write_text(SECRET)
        port, host_key = stack.enter_context(_partners(folder))
        silent = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(SILENT)]
        practice = _practice()
        good = [_connected(practice, f"good{one}", port, host_key) for one in range(GOOD)]
        slow = [_connected(practice, f"slow{one}", port, host_key) for one in range(SLOW)]
        dead = [
            _connected(practice, f"dead{one}", at, host_key)
            for one, at in enumerate([1] * REFUSING + [one.getsockname()[1] for one in silent])
        ]
        alone, beside = [], []
        for _ in range(REPEATS):
            alone.append(_timed(folder, practice, good, ()))
            beside.append(_timed(folder, practice, good, [*dead, *slow]))
    without, with_them = statistics.median(alone), statistics.median(beside)
    words = f"{GOOD * FILES} files of {GOOD} partners: {without:.1f} s alone, {with_them:.1f} s beside 10 dead or slow"
    return Figure(with_them / without, words)


def _timed(folder: Path, practice: uuid.UUID, good: Sequence[Any], bad: Sequence[Any]) -> float:
    """Seconds until every file for the good is delivered, those for the bad being ordered first."""
    with _worker(folder) as log:
        _deliver(practice, good[:1], files=1, log=log)
        _forget_lines(practice)
        taken = _deliver(practice, good, bad, files=FILES, log=log)
    _forget_orders()
    return taken


def _deliver(
    practice: uuid.UUID, good: Sequence[Any], bad: Sequence[Any] = (), *, files: int, log: Path
) -> float:
    from clearinghouse.models import Interchange
    from tenancy import jobs
    from tenancy.scope import organization_scope

    with organization_scope(practice):
        wanted = [_order(one, round_) for round_ in range(files) for one in [*bad, *good]]
        ids = [one.id for one in wanted if one.partner in good]
    begun = swept = time.perf_counter()
    while True:
        with organization_scope(practice):
            if not Interchange.objects.filter(id__in=ids).exclude(state="SENT").exists():
                return time.perf_counter() - begun
        now = time.perf_counter()
        if now - begun > LONGEST_SECONDS:
            raise RuntimeError(f"files wait for ever: {log.read_text()[-2000:]}")
        if now - swept > SWEEP_SECONDS:
            jobs.sweep()
            swept = now
        time.sleep(0.1)


def _order(partner: Any, round_: int) -> Any:
    from django.utils import timezone

    from clearinghouse.models import Interchange
    from clearinghouse.services.delivering import order_delivery
    from clearinghouse.services.files import store_outbound

    number = Interchange.objects.filter(partner=partner).count() + 1
    content = f"{partner.name} {number} {round_}".ljust(SIZE, ".").encode()
    file = store_outbound(
        name=f"837P_{number:09}.edi", content=io.BytesIO(content), kinds=["837"], at=timezone.now()
    )
    interchange = Interchange.objects.create(
        partner=partner, transaction="837P", control_number=number, group_number=number, file=file,
        sealed_at=timezone.now(),
    )  # fmt: skip
    order_delivery(interchange)
    return interchange


def _practice() -> uuid.UUID:
    from tenancy.services import create_organization

    return create_organization(
        kind="PRACTICE", name="Lines Practice", slug="lines", npi="1234567893", require_second_factor=False
    ).pk


def _connected(practice: uuid.UUID, name: str, port: int, host_key: str) -> Any:
    from clearinghouse.models import Connection, TradingPartner
    from tenancy.scope import organization_scope

    with organization_scope(practice):
        partner = TradingPartner.objects.create(
            name=name,
            receiver_id=name.upper(),
            sender_id="BENCH",
            contact_name="B",
            contact_phone="2175550100",
        )
        Connection.objects.create(
            partner=partner, transport="SFTP", address="127.0.0.1", port=port, user_name=name, secret_name=SECRET,
            host_key=host_key,
        )  # fmt: skip
    return partner


@contextmanager
def _partners(folder: Path) -> Iterator[tuple[int, str]]:
    """The servers of the good and the slow, in a process of their own; a slow one thinks before it takes a file."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _serve(folder, writing)
    with os.fdopen(reading) as said:
        port, host_key = said.readline().split(" ", 1)
    try:
        yield int(port), host_key.strip()
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(folder: Path, writing: int) -> None:
    import logging

    import paramiko

    from clearinghouse.simulator.house import Account, House
    from clearinghouse.simulator.server_sftp import SftpServer

    class Partners(House):
        def writing(self, account: Account, place: Path) -> None:
            if account.name.startswith("slow"):
                time.sleep(SLOW_SECONDS)

    logging.getLogger("paramiko").setLevel(logging.ERROR)
    names = [f"good{one}" for one in range(GOOD)] + [f"slow{one}" for one in range(SLOW)]
    for name in names:
        (folder / name / "in").mkdir(parents=True)
    server = SftpServer(
        Partners(Account(name, SECRET, folder / name) for name in names), paramiko.ECDSAKey.generate()
    )
    os.write(writing, f"{server.port} {server.host_key}\n".encode())
    os.close(writing)
    while True:
        signal.pause()


@contextmanager
def _worker(folder: Path) -> Iterator[Path]:
    """The worker for lines; its log."""
    from rcm_site.engines.places import PROJECT
    from rcm_site.management.commands.workbench import children

    command, environment = children(0, {"web_processes": 1, "worker_processes": 1})["lines"]
    log = folder / "worker.log"
    with log.open("wb") as said:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env={**os.environ, **environment, "RCM_SECRETS_FOLDER": str(folder)},
            stdout=said,
            stderr=said,
        )
    try:
        yield log
    finally:
        process.kill()
        process.wait()


def _forget_lines(practice: uuid.UUID) -> None:
    """As after a loss of Valkey: the worst a run can begin with."""
    import redis
    from django.conf import settings

    client = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    for key in client.scan_iter(f"rcm:{practice}:line:*"):
        client.delete(key)


def _forget_orders() -> None:
    """What the dead and slow have not taken must not disturb the next run."""
    import redis
    from django.conf import settings

    from tenancy.models import OutboxMessage

    OutboxMessage.objects.filter(state="PENDING").update(state="DONE")
    client = redis.Redis.from_url(settings.CACHES["default"]["LOCATION"])
    for key in ("lines", "unacked", "unacked_index", "rcm:lines:in_doubt"):
        client.delete(key)
