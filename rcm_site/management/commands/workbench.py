"""Everything at once: servers, migrations, demonstration data, web, worker and beat, until Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import io
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, TextIO

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command, get_commands
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from rcm_site.celery import LINE_THREADS, LINES, QUEUES
from rcm_site.engines.places import PROJECT, EngineTrouble
from rcm_site.engines.processes import dying_with_parent, last_lines, wait_until
from rcm_site.engines.use import EnginesInUse, engines_for_command, is_kept
from rcm_site.fitting import refuse_what_does_not_fit
from rcm_site.management.commands.demo import journals
from rcm_site.supervision import Supervisor

PORTS_TRIED = 20
# Whom the demonstration's practices send their claims to.
CLEARINGHOUSE = (
    "--account", "riverside", "--account", "hillside", "--claim-trouble", "22", "--file-trouble", "12",
)  # fmt: skip


class Command(BaseCommand):
    help = "Run the whole workbench on this machine: servers, migrations, demo data, web, worker, beat."
    requires_system_checks = ()

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(os.environ.get("RCM_PORT", "8000")))
        parser.add_argument("--no-demo", action="store_true", help="leave an empty database empty")
        parser.add_argument("--web-processes", type=int, default=2)
        parser.add_argument("--worker-processes", type=int, default=2)

    def handle(self, *args: Any, **options: Any) -> None:
        self.begun = time.monotonic()
        self.over = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        supervisor = Supervisor(logs=Path(settings.VAR_DIR) / "logs")
        try:
            supervisor.logs.mkdir(parents=True, exist_ok=True)
            self.running = the_only_one(Path(settings.VAR_DIR) / "workbench.lock")
        except OSError as trouble:
            raise CommandError(
                f"{settings.VAR_DIR} cannot be written: {trouble.strerror}. RCM_VAR_DIR names another folder."
            ) from None
        engines = self._servers()
        try:
            self._prepare()
            self._serve(supervisor, engines, options)
        except KeyboardInterrupt:
            self._say("stopping")
        finally:
            supervisor.stop()
            connections.close_all()
            if engines:
                engines.release()
            self._say("stopped")

    def _ask_to_stop(self, *_: object) -> None:
        if self.over.is_set():
            return
        self.over.set()
        raise KeyboardInterrupt

    def _say(self, text: str) -> None:
        self.stdout.write(f"{time.monotonic() - self.begun:6.1f} s  {text}")
        self.stdout.flush()

    def _servers(self) -> EnginesInUse | None:
        try:
            engines = engines_for_command()
        except EngineTrouble as trouble:
            raise CommandError(str(trouble)) from None
        if engines is None:
            self._say("using the database and message servers named in the environment")
        elif engines.started:
            self._say(f"private PostgreSQL and Valkey started in {engines.home}")
        else:
            self._say(f"private PostgreSQL and Valkey were running already in {engines.home}")
        return engines

    def _prepare(self) -> None:
        refuse_what_does_not_fit(connections["owner"])
        executor = MigrationExecutor(connections["owner"])
        waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
        if waiting:
            self._say(f"{waiting} migrations to run")
            counter = _Counter(self, waiting)
            call_command("migrate", database="owner", verbosity=1, interactive=False, stdout=counter)
        self._say("the database is up to date")
        call_command("collectstatic", interactive=False, verbosity=0)

    def _serve(self, supervisor: Supervisor, engines: EnginesInUse | None, options: dict[str, Any]) -> None:
        """The web first, so that there is a page while the demonstration data are still being made. What is
        uploaded meanwhile is read at once; beat waits, for its jobs would do today what the story does in its time.
        """
        port = free_port(options["port"])
        if port != options["port"]:
            self._say(f"port {options['port']} is taken; using {port} (RCM_PORT names another)")
        os.environ.setdefault("RCM_SECRETS_FOLDER", str(Path(settings.VAR_DIR) / "secrets"))
        commands = children(port, options)
        supervisor.start("web", *commands.pop("web"))
        demo = self._begin_demo(options)
        if not demo and not (Path(settings.VAR_DIR) / "clearinghouse").exists():
            del commands["clearinghouse"]
        try:
            address = f"http://127.0.0.1:{port}/"
            self._wait_for_page(supervisor, address)
            if demo:
                self._wait_for_sign_ins(demo)
            self._greet(address)
            beat = commands.pop("beat")
            for name, (command, environment) in commands.items():
                supervisor.start(name, command, environment)
            if demo:
                self._finish_demo(demo, supervisor)
        finally:
            if demo and demo.poll() is None:
                os.killpg(demo.pid, signal.SIGTERM)
                demo.wait(30)
        supervisor.start("beat", *beat)
        self._watch(supervisor, engines)

    def _begin_demo(self, options: dict[str, Any]) -> subprocess.Popen[bytes] | None:
        """In a process of its own, as the worker's role; None where there is nothing to make."""
        from tenancy.models import Organization

        is_empty = not Organization.objects.exists()
        if options["no_demo"] or not (is_empty or journals().exists()):
            return None
        if is_empty:
            self._say("an empty database: making demonstration data")
            self._sign_ins.unlink(missing_ok=True)
        else:
            self._say("the demonstration was interrupted; it is told to its end")
        connections.close_all()
        return subprocess.Popen(
            [sys.executable, "manage.py", "demo"],
            cwd=PROJECT,
            env={**os.environ, "RCM_DATABASE_ROLE": "worker"},
            start_new_session=True,
            preexec_fn=dying_with_parent(signal.SIGTERM),
        )

    @property
    def _sign_ins(self) -> Path:
        return Path(settings.VAR_DIR) / "demo-sign-ins.txt"

    def _wait_for_sign_ins(self, demo: subprocess.Popen[bytes]) -> None:
        wait_until(lambda: self._sign_ins.exists() or demo.poll() is not None, seconds=60, every=0.1)

    def _finish_demo(self, demo: subprocess.Popen[bytes], supervisor: Supervisor) -> None:
        self._say("the demonstration year is still being told; the queues fill meanwhile")
        while demo.poll() is None:
            self.over.wait(0.5)
            ended = supervisor.first_ended()
            if ended:
                raise CommandError(ended.obituary())
        if demo.returncode:
            raise CommandError(
                "no demonstration data could be made; `manage.py workbench --no-demo` starts without"
            )
        self._say("the demonstration year is complete")

    def _wait_for_page(self, supervisor: Supervisor, address: str) -> None:
        until = time.monotonic() + 90
        while True:
            ended = supervisor.first_ended()
            if ended:
                raise CommandError(ended.obituary())
            try:
                with urllib.request.urlopen(f"{address}healthz", timeout=5):  # noqa: S310
                    return
            except urllib.error.HTTPError as answer:
                log = supervisor.logs / "web.log"
                words = f"the web answers {answer.code}. Its last words ({log}):\n{last_lines(log)}"
                raise CommandError(words) from None
            except OSError:
                if time.monotonic() > until:
                    raise CommandError(f"no page after 90 s; see {supervisor.logs}") from None
                time.sleep(0.1)

    def _greet(self, address: str) -> None:
        self._say(f"open {address}")
        self.running.write(address)
        self.running.flush()
        if self._sign_ins.exists():
            self.stdout.write("\n" + self._sign_ins.read_text().rstrip() + "\n")
        self.stdout.write("\nCtrl-C stops everything.")
        self.stdout.flush()

    def _watch(self, supervisor: Supervisor, engines: EnginesInUse | None) -> None:
        while True:
            self.over.wait(0.5)
            if self.over.is_set():
                return
            ended = supervisor.first_ended()
            if ended:
                raise CommandError(ended.obituary())
            if engines and not is_kept(engines.home):
                log = engines.home / "logs" / "keeper.log"
                raise CommandError(f"the private servers ended. Last words ({log}):\n{last_lines(log)}")


def children(port: int, options: dict[str, Any]) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Command and environment of each process beside the servers."""
    python = sys.executable
    celery = [python, "-m", "celery", "--app", "rcm_site.celery", "--quiet"]
    alone = ["--without-mingle", "--without-gossip", "--without-heartbeat", "--loglevel", "INFO"]
    queues = ",".join(queue for queue in QUEUES if queue != LINES)
    started = {
        "web": (
            [
                python, "-m", "gunicorn", "rcm_site.wsgi", "--bind", f"127.0.0.1:{port}", "--no-control-socket",
                "--preload", "--workers", str(options["web_processes"]), "--threads", "4", "--timeout", "60",
                "--log-level", "warning",
            ],
            {"RCM_DATABASE_ROLE": "app"},
        ),
        "worker": (
            [
                *celery, "worker", "--concurrency", str(options["worker_processes"]), "--queues", queues, *alone,
            ],
            {"RCM_DATABASE_ROLE": "worker"},
        ),
        "lines": (
            [
                *celery, "worker", "--pool", "threads", "--concurrency", str(LINE_THREADS), "--queues", LINES, *alone,
            ],
            {"RCM_DATABASE_ROLE": "worker"},
        ),
        "clearinghouse": ([python, "manage.py", "simulate_clearinghouse", *CLEARINGHOUSE], {}),
        "beat": ([*celery, "beat", "--loglevel", "WARNING", "--pidfile", ""], {"RCM_DATABASE_ROLE": "worker"}),
    }  # fmt: skip
    if "seal_audit" in get_commands():
        started["sealer"] = ([python, "manage.py", "seal_audit"], {"RCM_DATABASE_ROLE": "app"})
    return started


def free_port(wanted: int) -> int:
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise CommandError(f"ports {wanted} to {wanted + PORTS_TRIED - 1} are all taken; RCM_PORT names another")


def the_only_one(lock: Path) -> TextIO:
    """Held until this process ends; two in one folder would have two beats. It says where the page is."""
    held = lock.open("a+")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        held.seek(0)
        where = held.read().strip() or "it is still starting"
        raise CommandError(
            f"The workbench runs in this folder already: {where}. Stop that one, or name another folder "
            "with RCM_VAR_DIR."
        ) from None
    held.truncate(0)
    return held


class _Counter(io.StringIO):
    """Shows how far `migrate` is, on one line where there is a terminal."""

    def __init__(self, command: Command, total: int) -> None:
        super().__init__()
        self._command, self._total, self._done = command, total, 0

    def write(self, text: str) -> int:
        if " OK" in text:
            self._done += 1
            if self._command.stdout.isatty():
                end = "\n" if self._done == self._total else "\r"
                self._command.stdout.write(f"          {self._done} of {self._total}", ending=end)
                self._command.stdout.flush()
        return len(text)
