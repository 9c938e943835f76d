"""One command runs everything, says which part fell over, and leaves nothing behind."""

import os
import signal
import subprocess
import sys
import urllib.request

import pytest

from rcm_site.engines.places import PROJECT
from rcm_site.engines.processes import is_alive, wait_until
from rcm_site.engines.session_cluster import TEMPLATE
from tests.engines.conftest import processes_of


@pytest.fixture
def workbench(home, tmp_path):
    """The command on servers of its own, copied from the session's prepared ones."""
    from rcm_site.engines import session_cluster

    copy = session_cluster.copied_cluster(print)
    copy.rename(home)
    environment = {
        **os.environ,
        "RCM_ENGINES_DIR": str(home),
        "RCM_DATABASE_NAME": TEMPLATE,
        "RCM_VAR_DIR": str(tmp_path / "var"),
        "PYTHONUNBUFFERED": "1",
    }
    process = subprocess.Popen(
        [sys.executable, "manage.py", "workbench", "--no-demo", "--port", "8930", "--web-processes", "1"],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    yield process
    if process.poll() is None:
        process.kill()
    process.wait()
    process.stdout.close()


def address_of(process):
    for line in process.stdout:
        if "open http://" in line:
            return line.split()[-1]
    raise AssertionError("the workbench ended before it had a page")


def children_of(process):
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    return {args: int(pid) for pid, parent, args in rows if int(parent) == process.pid}


def gone(home, kin):
    return wait_until(lambda: not processes_of(home) and not any(is_alive(pid) for pid in kin), seconds=30)


@pytest.mark.worker
def test_it_serves_a_page_and_ctrl_c_stops_all_of_it(workbench, home):
    address = address_of(workbench)
    kin = children_of(workbench).values()
    with urllib.request.urlopen(f"{address}healthz", timeout=10) as answer:
        assert answer.status == 200

    workbench.send_signal(signal.SIGINT)
    said = workbench.communicate(timeout=60)[0]

    assert workbench.returncode == 0
    assert "stopped" in said
    assert gone(home, kin)


@pytest.mark.worker
def test_a_second_one_in_the_same_folder_is_told_where_the_first_is(workbench, home, tmp_path):
    address = address_of(workbench)

    second = subprocess.run(
        [sys.executable, "manage.py", "workbench", "--no-demo"],
        cwd=PROJECT,
        env={**os.environ, "RCM_ENGINES_DIR": str(home), "RCM_VAR_DIR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert second.returncode == 1
    assert f"runs in this folder already: {address}" in second.stderr
    assert "Traceback" not in second.stderr
    assert workbench.poll() is None


@pytest.mark.parametrize("variable", ["RCM_VAR_DIR", "RCM_ENGINES_DIR"])
def test_a_folder_that_cannot_be_written_is_named_with_the_remedy(home, tmp_path, variable):
    (tmp_path / "file").touch()
    folders = {"RCM_ENGINES_DIR": str(home), "RCM_VAR_DIR": str(tmp_path / "var")}

    refused = subprocess.run(
        [sys.executable, "manage.py", "workbench", "--no-demo"],
        cwd=PROJECT,
        env={**os.environ, **folders, variable: str(tmp_path / "file" / "var")},
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert refused.returncode == 1
    assert f"{tmp_path / 'file' / 'var'} cannot be written" in refused.stderr
    assert variable in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.worker
def test_a_part_that_falls_over_is_named_with_its_last_words(workbench, home):
    address_of(workbench)
    assert wait_until(lambda: any(" beat" in args for args in children_of(workbench)), seconds=30)
    kin = children_of(workbench)
    beat = next(pid for args, pid in kin.items() if " beat" in args)

    os.kill(beat, signal.SIGKILL)
    said = workbench.communicate(timeout=60)[0]

    assert workbench.returncode == 1
    assert "beat was killed by SIGKILL. Its last words" in said
    assert gone(home, kin.values())


@pytest.mark.worker
def test_kill_9_of_the_workbench_leaves_nothing_running(workbench, home):
    address_of(workbench)
    kin = children_of(workbench).values()

    workbench.kill()

    assert gone(home, kin)
