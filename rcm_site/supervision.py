"""Keeping a handful of child processes: started together, watched, stopped together."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rcm_site.engines.places import PROJECT
from rcm_site.engines.processes import last_lines, launch, wait_until

PATIENCE_SECONDS = 20.0


@dataclass
class Child:
    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def has_ended(self) -> bool:
        return self.process.poll() is not None

    def obituary(self) -> str:
        code = self.process.returncode
        how = f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
        return f"{self.name} {how}. Its last words ({self.log}):\n{last_lines(self.log) or '(none)'}"


@dataclass
class Supervisor:
    logs: Path
    children: list[Child] = field(default_factory=list)

    def start(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> Child:
        log = self.logs / f"{name}.log"
        process = launch(
            command,
            log=log,
            farewell=signal.SIGTERM,
            environment={**os.environ, **environment},
            folder=PROJECT,
        )
        child = Child(name, process, log)
        self.children.append(child)
        return child

    def first_ended(self) -> Child | None:
        return next((child for child in self.children if child.has_ended()), None)

    def watch(self, over: threading.Event) -> Child | None:
        """The first child that ended by itself, or None when `over` was set."""
        while not over.wait(0.5):
            ended = self.first_ended()
            if ended:
                return ended
        return None

    def stop(self) -> None:
        """Ask all of them, last started first, then insist. A child leads its own session: its children go with it."""
        for child in reversed(self.children):
            if not child.has_ended():
                child.process.terminate()
        until = time.monotonic() + PATIENCE_SECONDS
        for child in self.children:
            wait_until(child.has_ended, seconds=max(0.0, until - time.monotonic()))
            if not child.has_ended():
                os.killpg(child.process.pid, signal.SIGKILL)
                child.process.wait()
        self.children.clear()
