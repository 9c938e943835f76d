"""The most memory that a piece of work takes, in a process of its own that nothing else has made larger."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from bench import database


def peak_of(work: Callable[..., None], *given: object) -> float:
    """In MB, of a fresh process, set up as a worker is, that calls the function with these in words."""
    command = [sys.executable, "-m", "bench.memory", work.__module__, work.__name__, *map(str, given)]
    return int(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout) / 1024


def own_peak() -> int:
    """In KB; getrusage would tell that of the process that started this one, should it be higher."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


if __name__ == "__main__":
    _, module, name, *given = sys.argv
    database.set_up()
    getattr(import_module(module), name)(*given)
    print(own_peak())
