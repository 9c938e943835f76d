"""Starting a child that neither outlives its keeper nor hears the keyboard's Ctrl-C."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from rcm_site.engines.places import Account

PR_SET_PDEATHSIG = 1
LARGEST_LOG = 5_000_000


def dying_with_parent(farewell: signal.Signals) -> Callable[[], None] | None:
    """What a new child runs so that it gets `farewell` when its parent dies, even by SIGKILL.

    macOS has no such request: there the next start adopts what it finds running.
    """
    if not sys.platform.startswith("linux"):
        return None
    # Looked up before the fork: after giving up root the child may not be able to read any library.
    prctl = ctypes.CDLL(None, use_errno=True).prctl
    number, parent = int(farewell), os.getpid()

    def ask() -> None:
        prctl(PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # the parent died before the request was made
            os.kill(os.getpid(), signal.SIGKILL)

    return ask


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    farewell: signal.Signals,
    account: Account | None = None,
    environment: Mapping[str, str] | None = None,
    folder: Path = Path("/"),
) -> subprocess.Popen[bytes]:
    """A child of this process in a session of its own, its output added to `log`."""
    rotate(log)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            env=dict(environment) if environment is not None else None,
            start_new_session=True,
            user=account.uid if account else None,
            group=account.gid if account else None,
            extra_groups=[] if account else None,
            preexec_fn=dying_with_parent(farewell),
        )


def rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".1" + log.suffix))


def last_lines(log: Path, count: int = 15) -> str:
    try:
        with log.open("rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - 20_000))
            text = stream.read().decode(errors="replace")
    except FileNotFoundError:
        return ""
    return "\n".join(text.splitlines()[-count:])


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def wait_until(condition: Callable[[], bool], *, seconds: float, every: float = 0.02) -> bool:
    until = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(every)
    return True
