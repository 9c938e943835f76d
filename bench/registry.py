"""How a benchmark is declared, and fair ways to time one thing against another."""

from __future__ import annotations

import gc
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

Better = Literal["lower", "higher"]


@dataclass(frozen=True)
class Figure:
    """A measured value with the raw numbers it was made from, for a reader's eye."""

    value: float
    detail: str = ""


@dataclass(frozen=True)
class Benchmark:
    name: str
    limit: float | None  # None: reported without a limit
    better: Better
    needs_database: bool
    measure: Callable[[], Figure | float]

    def is_missed_by(self, value: float) -> bool:
        if self.limit is None:
            return False
        return value > self.limit if self.better == "lower" else value < self.limit


BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(
    name: str, *, limit: float | None, better: Better = "lower", needs_database: bool = False
) -> Callable[[Callable[[], Figure | float]], Callable[[], Figure | float]]:
    """Register a function that measures once, repeats included, and returns its figure.

    With `needs_database`, Django is set up on a private server of this run before the function is called.
    """

    def register(measure: Callable[[], Figure | float]) -> Callable[[], Figure | float]:
        if name in BENCHMARKS:
            raise ValueError(f"two benchmarks are called {name}")
        BENCHMARKS[name] = Benchmark(name, limit, better, needs_database, measure)
        return measure

    return register


def interleaved(
    *runs: Callable[[], object], repeats: int = 5, clock: Callable[[], float] = time.process_time
) -> list[float]:
    """The median seconds of each run, taken in turns so that a slow minute of the machine strikes all alike.

    The clock is this process's CPU time; give `time.perf_counter` where a database works on the other side.
    """
    taken: list[list[float]] = [[] for _ in runs]
    for _ in range(repeats):
        for index, run in enumerate(runs):
            gc.collect()
            begun = clock()
            run()
            taken[index].append(clock() - begun)
    return [statistics.median(times) for times in taken]


def times(numbers: Sequence[float]) -> str:
    return " / ".join(f"{number:.3f} s" for number in numbers)


def progress(name: str, total: int) -> Callable[[int], None]:
    """A bar on standard error for what is built before a measurement; the function it gives takes how many more."""
    done = 0

    def show(more: int) -> None:
        nonlocal done
        done += more
        share = done / total
        print(f"\r{name} [{'#' * round(share * 24):24}] {done:,} of {total:,}", end="", file=sys.stderr)
        if done >= total:
            print(file=sys.stderr, flush=True)

    return show
