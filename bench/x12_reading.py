"""How fast the codec reads, against splitting the same file and throwing the pieces away (the floor)."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import x12
from bench.registry import Figure, benchmark, interleaved, times
from bench.x12_files import claim_file, remittance_file
from x12.ack import acknowledge

CLAIMS = 10_000
REPEATS = 9


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="rcm-bench-")


@cache
def _remittances(claims: int) -> Path:
    return remittance_file(Path(_folder().name) / f"{claims}.835", claims)


@cache
def _claims(claims: int) -> Path:
    return claim_file(Path(_folder().name) / f"{claims}.837", claims)


def _floor(path: Path) -> Callable[[], None]:
    def split() -> None:
        for segment in path.read_text().split("~"):
            segment.split("*")

    return split


def _drain(records: Iterable[object]) -> None:
    for _ in records:
        pass


def _against_floor(path: Path, read: Callable[[], Iterable[object]]) -> Figure:
    floor, reading = interleaved(_floor(path), lambda: _drain(read()), repeats=REPEATS)
    return Figure(
        reading / floor, f"{CLAIMS / reading:,.0f} claims/s; floor and reading {times((floor, reading))}"
    )


@benchmark("x12.835.stream", limit=4.0)
def remittance_streamed() -> Figure:
    path = _remittances(CLAIMS)
    return _against_floor(path, lambda: x12.read_835(path, checked=False))


@benchmark("x12.835.checked", limit=8.0)
def remittance_checked() -> Figure:
    path = _remittances(CLAIMS)
    return _against_floor(path, lambda: x12.read_835(path))


@benchmark("x12.837p.stream", limit=3.0)
def claims_streamed() -> Figure:
    path = _claims(CLAIMS)
    return _against_floor(path, lambda: x12.read_837(path, checked=False))


@benchmark("x12.837p.checked", limit=8.0)
def claims_checked() -> Figure:
    path = _claims(CLAIMS)
    return _against_floor(path, lambda: x12.read_837(path))


@benchmark("x12.835.guide", limit=40.0)
def remittance_acknowledged() -> Figure:
    """Everything the guide asks, and the 999."""
    path = _remittances(CLAIMS)
    return _against_floor(path, lambda: acknowledge(path))


@benchmark("x12.837p.guide", limit=40.0)
def claims_acknowledged() -> Figure:
    path = _claims(CLAIMS)
    return _against_floor(path, lambda: acknowledge(path))


@benchmark("x12.837p.write", limit=6.0)
def claims_written() -> Figure:
    """Reading what is written is not counted: the difference of doing both and of reading alone."""
    path = _claims(CLAIMS)
    floor, reading, both = interleaved(
        _floor(path),
        lambda: _drain(x12.read_837(path, checked=False)),
        lambda: _drain(x12.write_837(x12.read_837(path, checked=False))),
        repeats=REPEATS,
    )
    return Figure(
        (both - reading) / floor,
        f"{CLAIMS / (both - reading):,.0f} claims/s; floor, reading and both {times((floor, reading, both))}",
    )


@benchmark("x12.835.growth_50k_10k", limit=5.5)
def growth() -> Figure:
    small, large = _remittances(CLAIMS), _remittances(5 * CLAIMS)
    one, five = interleaved(
        lambda: _drain(x12.read_835(small)), lambda: _drain(x12.read_835(large)), repeats=REPEATS
    )
    return Figure(five / one, f"10,000 and 50,000 claims {times((one, five))}")


# getrusage would tell the peak of the process that started this one, should that be higher.
_READER = """
import sys, x12
for record in x12.read_835(sys.argv[1]): pass
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


@benchmark("x12.835.memory_mb", limit=40.0)
def memory() -> Figure:
    """Of a fresh process that reads 50,000 claims."""
    peaks = [
        int(
            subprocess.run(
                [sys.executable, "-c", _READER, path], capture_output=True, check=True, text=True
            ).stdout
        )
        for path in (str(_remittances(CLAIMS)), str(_remittances(5 * CLAIMS)))
    ]
    return Figure(peaks[1] / 1024, f"peak with 10,000 claims {peaks[0] / 1024:.1f} MB")
