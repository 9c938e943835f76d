"""`python -m bench`: run the benchmarks, print a table, write var/bench.json."""

from __future__ import annotations

import argparse
import fnmatch
import importlib
import json
import pkgutil
import sys
from typing import Any

import bench
from bench import database
from bench.registry import BENCHMARKS, Benchmark, Figure
from rcm_site.engines.places import PROJECT

HELPERS = {"registry", "database", "memory", "seeding", "__main__"}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", help="a name, or a pattern such as 'era.*'")
    parser.add_argument("--check", action="store_true", help="exit 1 when a limit is missed")
    parser.add_argument("--list", action="store_true", help="names and limits; measure nothing")
    wanted = parser.parse_args()
    chosen = _chosen(wanted.only)
    if wanted.list:
        for one in chosen:
            print(f"{one.name:32} {_limit(one)}")
        return 0
    rows = []
    print(f"{'benchmark':32} {'value':>10} {'limit':>12}   ", flush=True)
    try:
        for one in chosen:
            rows.append(_measured(one))
    finally:
        database.stop()
        _write(rows)
    missed = [row["name"] for row in rows if row["missed"]]
    print(f"{len(rows)} measured, {len(missed)} missed{': ' + ', '.join(missed) if missed else ''}")
    return 1 if wanted.check and missed else 0


def _chosen(only: str | None) -> list[Benchmark]:
    # A module over the database imports its models inside its functions: Django is set up only when needed.
    names = [module.name for module in pkgutil.walk_packages(bench.__path__) if module.name not in HELPERS]
    for name in names:
        importlib.import_module(f"bench.{name}")
    chosen = [one for name, one in sorted(BENCHMARKS.items()) if only is None or fnmatch.fnmatch(name, only)]
    if not chosen:
        sys.exit(f"no benchmark is called {only!r}; there are: {', '.join(sorted(BENCHMARKS)) or 'none'}")
    return chosen


def _measured(one: Benchmark) -> dict[str, Any]:
    if one.needs_database:
        database.start()
    answer = one.measure()
    figure = answer if isinstance(answer, Figure) else Figure(answer)
    missed = one.is_missed_by(figure.value)
    print(
        f"{one.name:32} {figure.value:10.3f} {_limit(one):>12} {'MISSED' if missed else 'ok':6} {figure.detail}",
        flush=True,
    )
    return {
        "name": one.name,
        "value": round(figure.value, 4),
        "limit": one.limit,
        "better": one.better,
        "detail": figure.detail,
        "missed": missed,
    }


def _limit(one: Benchmark) -> str:
    if one.limit is None:
        return "-"
    return f"{'<=' if one.better == 'lower' else '>='} {one.limit:g}"


def _write(rows: list[dict[str, Any]]) -> None:
    """What was measured now replaces its older figure; the others stay."""
    path = PROJECT / "var" / "bench.json"
    path.parent.mkdir(exist_ok=True)
    try:
        kept = {row["name"]: row for row in json.loads(path.read_text())}
    except (FileNotFoundError, ValueError):
        kept = {}
    for row in rows:
        kept[row["name"]] = {key: value for key, value in row.items() if key != "missed"}
    path.write_text(json.dumps([kept[name] for name in sorted(kept)], indent=1) + "\n")


if __name__ == "__main__":
    sys.exit(main())
