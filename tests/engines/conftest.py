"""Servers of their own for tests that kill them: never those of the test session."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rcm_site.engines.places import PROJECT, can_reach, service_account
from rcm_site.engines.processes import wait_until
from rcm_site.engines.use import is_kept


def processes_of(home: Path) -> list[int]:
    """Everything running whose command line names this folder."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.strip().partition(" ") for line in listing.splitlines()]
    return [int(pid) for pid, _, command in rows if str(home) in command and int(pid) != os.getpid()]


@pytest.fixture
def home() -> Iterator[Path]:
    """A short path, for sockets, that the service account can reach; emptied and silenced afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="rcm-e-", dir="/tmp"))
    folder.chmod(0o711)
    place = folder / "engines"
    yield place
    wait_until(lambda: not place.exists() or not is_kept(place), seconds=20)
    for pid in processes_of(place):
        os.kill(pid, signal.SIGKILL)
    shutil.rmtree(folder, ignore_errors=True)


User = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def user(home: Path) -> Iterator[User]:
    """Starts a process that uses the servers of `home` and runs a piece of Python, `engines` in hand."""
    started: list[subprocess.Popen[str]] = []

    def start(body: str, **how: object) -> subprocess.Popen[str]:
        program = (
            "import sys, time, psycopg\n"
            "from pathlib import Path\n"
            "from rcm_site.engines.use import EnginesInUse\n"
            "from rcm_site.engines.addresses import database\n"
            "def connect(role):\n"
            "    d = database(role)\n"
            "    return psycopg.connect(host=d['HOST'], port=d['PORT'], user=d['USER'], password=d['PASSWORD'],\n"
            "                           dbname=d['NAME'], autocommit=True)\n"
            "engines = EnginesInUse()\n" + body
        )
        process = subprocess.Popen(
            [how.pop("python", sys.executable), "-c", program],
            stdout=subprocess.PIPE,
            text=True,
            cwd=PROJECT,
            env={**os.environ, "RCM_ENGINES_DIR": str(home), **how.pop("environment", {})},
            **how,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        process.stdout.close()


@pytest.fixture(scope="session")
def as_somebody_else() -> dict[str, object]:
    """How to start a process as an ordinary user, where the tests themselves run as root."""
    account = service_account()
    if account is None:
        return {}
    for python in (Path(sys.executable).resolve(), Path("/usr/bin/python3")):
        if python.exists() and can_reach(python, account) and can_reach(PROJECT / "x", account):
            packages = [path for path in sys.path if path.endswith("site-packages")]
            return {
                "python": str(python),
                "user": account.uid,
                "group": account.gid,
                "extra_groups": [],
                "environment": {
                    "PYTHONPATH": ":".join(packages),
                    "HOME": "/tmp",
                    "PYTHONDONTWRITEBYTECODE": "1",
                },
            }
    pytest.skip("no Python here that another user may run")
