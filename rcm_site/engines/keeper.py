"""The process that owns the private servers: `python -m rcm_site.engines.keeper FOLDER`.

Everybody who uses the servers holds a shared lock on one file. The keeper asks for that lock
exclusively and so sleeps until the last user has ended, by whatever death; then it stops the
servers. If the keeper itself is killed, Linux ends the servers cleanly; elsewhere the next keeper
adopts them.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import shutil
import signal
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from rcm_site.engines.places import EngineTrouble
from rcm_site.engines.provision import provision_private
from rcm_site.engines.servers import Layout, Postgres, Server, Valkey, layout_of

RESTARTS_AT_MOST = 5
RESTARTS_WITHIN_SECONDS = 60.0
STARTS_WITHIN_SECONDS = 60.0


class Keeper:
    def __init__(self, layout: Layout, *, discard: bool) -> None:
        self.layout = layout
        self.discard = discard
        self.over = threading.Event()
        self.servers: list[Server] = []
        self.restarts: list[float] = []

    def start(self) -> None:
        self.layout.prepare()
        self.servers = [Postgres(self.layout), Valkey(self.layout)]
        for server in self.servers:
            server.start()
        provision_private(self.layout)

    def watch(self) -> None:
        """Until nobody uses the servers any more; one that fell over is started again."""
        threading.Thread(target=self._wait_for_last_user, daemon=True).start()
        while not self.over.wait(0.5):
            for server in self.servers:
                if not server.is_running():
                    self._restart(server)

    def _restart(self, server: Server) -> None:
        now = time.monotonic()
        self.restarts = [moment for moment in self.restarts if now - moment < RESTARTS_WITHIN_SECONDS]
        if len(self.restarts) >= RESTARTS_AT_MOST:
            raise EngineTrouble(f"{server.name} keeps falling over; see {server.log}")
        self.restarts.append(now)
        print(f"{server.name} ended by itself; starting it again", file=sys.stderr, flush=True)
        while not (server.is_running() or self.over.is_set()):
            try:
                server.start()
            except EngineTrouble as trouble:
                # What the killed one left may be in the middle of long work, and no other may start before it has gone.
                if time.monotonic() - now > STARTS_WITHIN_SECONDS:
                    raise
                print(trouble, file=sys.stderr, flush=True)
                self.over.wait(0.5)

    def _wait_for_last_user(self) -> None:
        with users_file(self.layout.home) as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            self.over.set()
            # Held until the process ends: a newcomer waits for the servers to be gone, then starts his own.
            threading.Event().wait()

    def stop(self) -> None:
        for server in reversed(self.servers):
            server.stop()
        if self.discard:
            shutil.rmtree(self.layout.run, ignore_errors=True)
            shutil.rmtree(self.layout.home, ignore_errors=True)


def users_file(home: Path) -> TextIO:
    return _lock_file(home, "users.lock")


def keeper_file(home: Path) -> TextIO:
    return _lock_file(home, "keeper.lock")


def start_file(home: Path) -> TextIO:
    return _lock_file(home, "start.lock")


def _lock_file(home: Path, name: str) -> TextIO:
    return os.fdopen(os.open(home / name, os.O_RDWR | os.O_CREAT, 0o600), "r+")


def main() -> int:
    parser = argparse.ArgumentParser(description="Keeps the private servers of one folder.")
    parser.add_argument("home", type=Path)
    parser.add_argument("--throwaway", action="store_true")
    parser.add_argument("--discard", action="store_true")
    wanted = parser.parse_args()
    keeper = Keeper(layout_of(wanted.home, throwaway=wanted.throwaway), discard=wanted.discard)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: keeper.over.set())
    with keeper_file(wanted.home) as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        try:
            keeper.start()
            _answer("ready")
            keeper.watch()
        except EngineTrouble as trouble:
            _answer(f"trouble {trouble}")
            print(trouble, file=sys.stderr, flush=True)
            return 1
        finally:
            keeper.stop()
    return 0


def _answer(text: str) -> None:
    """The one message to whoever started us; then the pipe is closed."""
    with suppress(BrokenPipeError):
        os.write(1, text.encode())
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)


if __name__ == "__main__":
    sys.exit(main())
