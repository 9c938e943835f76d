"""A migrated database server to copy: made once per set of migrations, kept stopped in `var`."""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rcm_site.engines.addresses import ROLES, url_variable
from rcm_site.engines.keys import VARIABLES
from rcm_site.engines.places import PROJECT, EngineTrouble, can_reach, reachable_folder, service_account
from rcm_site.engines.processes import wait_until
from rcm_site.engines.use import EnginesInUse, is_kept

TEMPLATE = "rcm_template"
KEPT_CLUSTERS = 3

# Whatever decides what `migrate` leaves in the database.
_DECIDING_FILES = (
    "*/migrations/**/*.py",
    "*/sql/**/*",
    "*/data/**/*",
    "*/*.sql",
    "tenancy/*row_security*/**/*",
    "tenancy/row_security.py",
    "tenancy/context.py",
    "rcm_site/engines/provision.py",
    "rcm_site/engines/servers.py",
)


def copied_cluster(say: Callable[[str], None]) -> Path:
    """A private folder for one test session, holding the migrated template database."""
    shelf = reachable_folder(PROJECT / "var" / "test-cluster")
    shelf.mkdir(parents=True, exist_ok=True)
    with _alone(shelf):
        cached = shelf / cluster_key()
        if not cached.exists():
            _build(shelf, cached, say)
        os.utime(cached)
        _forget_old(shelf)
        return _copy(cached)


def cluster_key() -> str:
    digest = hashlib.sha256()
    paths = {path for pattern in _DECIDING_FILES for path in PROJECT.glob(pattern) if path.is_file()}
    for path in sorted(paths):
        if path.suffix == ".pyc" or path.parts[len(PROJECT.parts)] in {"var", "tests", "node_modules"}:
            continue
        digest.update(str(path.relative_to(PROJECT)).encode() + b"\0" + path.read_bytes() + b"\0")
    # Other people's apps bring migrations too.
    for name in sorted(f"{one.name} {one.version}" for one in importlib.metadata.distributions()):
        digest.update(name.encode() + b"\n")
    return digest.hexdigest()[:16]


def forget_addresses() -> None:
    """A test never speaks to a server that the environment names, nor uses its keys."""
    addresses = [*(url_variable(role) for role in ROLES), "RCM_REDIS_URL", "RCM_DATABASE_NAME"]
    for variable in [*addresses, *VARIABLES.values()]:
        os.environ.pop(variable, None)


@contextmanager
def _alone(shelf: Path) -> Iterator[None]:
    with (shelf / ".lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(shelf: Path, target: Path, say: Callable[[str], None]) -> None:
    for left_over in shelf.glob("draft-*"):
        shutil.rmtree(left_over, ignore_errors=True)
    say("migrations changed or were never run here: building the test database (once)")
    draft = shelf / f"draft-{os.getpid()}"
    with EnginesInUse(draft, throwaway=True):
        environment = {**os.environ, "RCM_ENGINES_DIR": str(draft), "RCM_DATABASE_NAME": TEMPLATE}
        migration = subprocess.run(
            [sys.executable, "manage.py", "migrate", "--database", "owner", "--verbosity", "1"],
            cwd=PROJECT,
            env=environment,
            capture_output=True,
            text=True,
        )
    if not wait_until(lambda: not is_kept(draft), seconds=60):
        raise EngineTrouble(f"the servers in {draft} did not stop")
    if migration.returncode:
        shutil.rmtree(draft, ignore_errors=True)
        raise EngineTrouble(f"migrate failed:\n{migration.stdout[-2000:]}\n{migration.stderr[-6000:]}")
    for unneeded in ("run", "logs"):
        shutil.rmtree(draft / unneeded, ignore_errors=True)
    draft.rename(target)


def _forget_old(shelf: Path) -> None:
    clusters = [path for path in shelf.iterdir() if path.is_dir() and not path.name.startswith("draft-")]
    for old in sorted(clusters, key=lambda path: path.stat().st_mtime, reverse=True)[KEPT_CLUSTERS:]:
        shutil.rmtree(old, ignore_errors=True)


def _copy(cached: Path) -> Path:
    account = service_account()
    folder = Path(tempfile.gettempdir())
    if account and not can_reach(folder / "x", account):
        folder = Path("/tmp")  # noqa: S108 (mkdtemp makes a folder of its own there)
    home = Path(tempfile.mkdtemp(prefix="rcm-test-", dir=folder))
    if account:
        os.chown(home, account.uid, account.gid)
    # `cp` keeps owners and shares blocks where the file system can; shutil does neither.
    subprocess.run(["cp", "-a", f"{cached}/.", str(home)], check=True)  # noqa: S607 (wherever the system has it)
    home.chmod(0o700)
    return home
