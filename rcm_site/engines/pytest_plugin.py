"""Gives every test session servers of its own, with the migrated template database `rcm_template` on them.

Loaded by `-p`, because Django's settings are read before any conftest. The servers are a copy of a
prepared, stopped cluster and vanish with the session, however it ends.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from rcm_site.engines.binaries import chromium_program
from rcm_site.engines.places import PROJECT, EngineTrouble
from rcm_site.engines.session_cluster import TEMPLATE, copied_cluster, forget_addresses
from rcm_site.engines.use import EnginesInUse

_engines: EnginesInUse | None = None

NO_CHROMIUM = "no Chromium was found (apt-get install chromium, or RCM_CHROMIUM=/path/to/chromium)"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(
    early_config: pytest.Config, parser: pytest.Parser, args: list[str]
) -> Generator[None, None, None]:
    # Each worker of xdist too: a transaction or a cached count of one must not be seen by another.
    if not _needs_no_servers(args):
        _start()
    yield


def _needs_no_servers(args: list[str]) -> bool:
    """The codec knows no database; its tests start at once and on a machine without servers."""
    paths = [PROJECT / arg.partition("::")[0] for arg in args if (PROJECT / arg.partition("::")[0]).exists()]
    codec = PROJECT / "tests" / "x12"
    return bool(paths) and all(path == codec or codec in path.parents for path in paths)


def _start() -> None:
    global _engines
    forget_addresses()
    os.environ.pop("RCM_ENGINES_DIR", None)
    try:
        home = copied_cluster(_say)
        _engines = EnginesInUse(home, throwaway=True, discard=True)
    except EngineTrouble as trouble:
        pytest.exit(f"The test database could not be made.\n{trouble}", returncode=1)
    os.environ["RCM_ENGINES_DIR"] = str(home)
    os.environ["RCM_TEST_TEMPLATE"] = TEMPLATE


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not os.environ.get("RCM_SOAK"):
        long_ones = [item for item in items if item.get_closest_marker("soak")]
        config.hook.pytest_deselected(items=long_ones)
        items[:] = [item for item in items if item not in long_ones]
    browser_folder = PROJECT / "tests" / "browser"
    in_browser = [
        item
        for item in items
        if item.get_closest_marker("browser") or browser_folder in Path(item.path).parents
    ]
    if in_browser and chromium_program() is None:
        if os.environ.get("CI"):
            pytest.exit(f"Browser tests must run here, but {NO_CHROMIUM}.", returncode=1)
        for item in in_browser:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = [
        report for report in terminalreporter.getreports("skipped") if NO_CHROMIUM in str(report.longrepr)
    ]
    if skipped:
        terminalreporter.section("LEFT OUT", sep="!", red=True, bold=True)
        terminalreporter.line(
            f"{len(skipped)} browser tests were NOT run: {NO_CHROMIUM}.", red=True, bold=True
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    global _engines
    if _engines:
        _engines.release()
        _engines = None
