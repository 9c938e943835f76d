"""The private servers live exactly as long as somebody uses them, and lose nothing that was committed."""

import os
import signal
import stat
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import psycopg
import pytest

from rcm_site.engines import binaries
from rcm_site.engines.keys import kept
from rcm_site.engines.places import PROJECT, SOCKET_PORT, Account, EngineTrouble
from rcm_site.engines.processes import is_alive, wait_until
from rcm_site.engines.use import EnginesInUse, is_kept
from tests.engines.conftest import processes_of

WRITE_FOR_EVER = """
owner = connect("owner")
owner.execute("CREATE TABLE IF NOT EXISTS payment (number int PRIMARY KEY)")
for number in range(1_000_000):
    owner.execute("INSERT INTO payment VALUES (%s)", [number])
    print(number, flush=True)
"""
COUNT = 'print(connect("owner").execute("SELECT count(*) FROM payment").fetchone()[0], flush=True)'


KEEPER_THAT_CANNOT_SAY_FAREWELL = """
import os, signal, sys
from pathlib import Path
from rcm_site.engines import processes
processes.dying_with_parent = lambda farewell: None
from rcm_site.engines.keeper import Keeper
from rcm_site.engines.servers import layout_of
Keeper(layout_of(Path(sys.argv[1])), discard=False).start()
os.kill(os.getpid(), signal.SIGKILL)
"""


def gone(home):
    return wait_until(lambda: not processes_of(home), seconds=20)


def read_until(process, number):
    for line in process.stdout:
        if int(line) >= number:
            return


def test_kill_9_of_the_last_user_leaves_no_server_and_loses_no_row(home, user):
    writer = user(WRITE_FOR_EVER)
    read_until(writer, 50)

    writer.send_signal(signal.SIGKILL)
    said = [int(line) for line in writer.communicate()[0].splitlines()]

    assert gone(home)
    counter = user(COUNT)
    committed = int(counter.communicate(timeout=60)[0])
    assert committed >= (max(said) if said else 50) + 1


@pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="only Linux tells a child of its parent's death"
)
def test_kill_9_of_the_keeper_ends_its_servers_cleanly(home, user):
    writer = user(WRITE_FOR_EVER)
    read_until(writer, 20)

    os.kill(keeper_of(home), signal.SIGKILL)

    writer.communicate(timeout=30)
    assert gone(home)
    assert "database system is shut down" in (home / "logs" / "postgres.log").read_text()
    assert int(user(COUNT).communicate(timeout=60)[0]) >= 20


def test_servers_left_by_a_killed_keeper_are_adopted(home):
    """As on systems that do not tell a child of its parent's death."""
    subprocess.run(
        [sys.executable, "-c", KEEPER_THAT_CANNOT_SAY_FAREWELL, str(home)], cwd=PROJECT, check=False
    )
    orphan = postmaster(home)
    assert is_alive(orphan)

    engines = EnginesInUse(home)
    adopted = postmaster(home)
    engines.release()

    assert adopted == orphan
    assert gone(home)


def test_a_server_that_falls_over_is_started_again(home):
    with EnginesInUse(home):
        first = postmaster(home)
        os.kill(first, signal.SIGKILL)

        assert wait_until(lambda: postmaster(home) not in {0, first} and accepts(home, "rcm_app"), seconds=30)
    assert gone(home)


def test_it_is_started_again_however_long_what_the_killed_one_left_lives_on(home, user):
    """A session in the middle of a long statement does not hear at once that its server is gone, and until it is gone
    too no other server may have the folder."""
    session = user('held = connect("owner"); print(held.info.backend_pid, flush=True); time.sleep(60)')
    deaf, first = int(session.stdout.readline()), postmaster(home)
    os.kill(deaf, signal.SIGSTOP)
    os.kill(first, signal.SIGKILL)

    log = home / "logs" / "postgres.log"
    assert wait_until(lambda: log.read_text().count("still in use") > 5, seconds=30)
    os.kill(deaf, signal.SIGCONT)

    assert wait_until(lambda: postmaster(home) not in {0, first} and accepts(home, "rcm_app"), seconds=30)
    session.kill()
    assert gone(home)


def test_the_servers_stay_for_the_second_user_when_the_first_leaves(home):
    first, second = EnginesInUse(home), EnginesInUse(home)
    assert (first.started, second.started) == (True, False)

    first.release()

    assert not wait_until(lambda: not is_kept(home), seconds=1.5)
    assert accepts(home, "rcm_app")
    second.release()
    assert gone(home)


def test_nobody_else_gets_in(home):
    with EnginesInUse(home):
        for folder in (home, home / "run", home / "data", home / "keys"):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder
        assert {stat.S_IMODE(path.stat().st_mode) for path in (home / "keys").iterdir()} == {0o600}
        assert not accepts(home, "rcm_app", password="guess")
        listens = subprocess.run(
            ["ps", "-ww", "-o", "args=", "-p", str(postmaster(home))], capture_output=True, text=True
        )
        assert "listen_addresses= " in listens.stdout


def test_running_roles_have_no_power_and_a_limit(home):
    with EnginesInUse(home), connect(home, "rcm_supervisor") as server:
        roles = server.execute(
            "SELECT rolname, rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication"
            "  FROM pg_roles WHERE rolname LIKE 'rcm%' AND rolname <> 'rcm_supervisor' ORDER BY 1"
        ).fetchall()
        with connect(home, "rcm_app") as app:
            (limit,) = app.execute("SHOW statement_timeout").fetchone()
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute("CREATE TABLE mine (id int)")
    assert roles == [(f"rcm_{role}", False) for role in ("app", "owner", "report", "sealer", "worker")]
    assert limit == "5s"


def test_no_statement_or_parameter_reaches_the_log(home):
    with EnginesInUse(home), connect(home, "rcm_owner") as owner:
        owner.execute("CREATE TABLE person (name text UNIQUE)")
        for _ in range(2):
            with suppress(psycopg.errors.UniqueViolation):
                owner.execute("INSERT INTO person VALUES (%s)", ["Canary Wren"])
    log = (home / "logs" / "postgres.log").read_text()
    assert "duplicate key" in log
    assert "Canary" not in log


def test_an_ordinary_user_runs_them_too(home, user, as_somebody_else):
    if as_somebody_else:
        os.chown(home.parent, as_somebody_else["user"], as_somebody_else["group"])
    process = user(
        'print(connect("app").execute("SELECT current_user").fetchone()[0], flush=True)', **as_somebody_else
    )

    assert process.communicate(timeout=90)[0].strip() == "rcm_app"
    assert gone(home)


def test_a_folder_somebody_else_laid_there_is_refused(home):
    home.mkdir()
    (home / "run").symlink_to("/tmp")

    with pytest.raises(EngineTrouble, match="belongs to another user"):
        EnginesInUse(home)


@pytest.mark.parametrize(
    ("variable", "words"),
    [("RCM_POSTGRES_BIN", "No PostgreSQL 15 or newer"), ("RCM_VALKEY_SERVER", "No Valkey or Redis server")],
)
def test_what_is_missing_is_said_with_its_remedies(home, monkeypatch, variable, words):
    monkeypatch.setenv(variable, "/nowhere/at/all")

    with pytest.raises(EngineTrouble, match=words) as trouble:
        EnginesInUse(home)

    for remedy in (
        "requirements/embedded.txt",
        "apt-get install",
        variable,
        "docs/deployment.md",
        "/nowhere/at/all",
    ):
        assert remedy in str(trouble.value)
    assert not processes_of(home)


def test_programs_behind_a_closed_door_are_copied(tmp_path, monkeypatch):
    """An environment below /root: its folders keep their modes, the service account runs a copy."""
    account = Account("somebody", 12345, 12345)
    closed = tmp_path / "closed"
    program = closed / "valkey" / "valkey-server"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    closed.chmod(0o700)
    monkeypatch.setattr(binaries, "reachable_folder", lambda folder: tmp_path / "open")

    copy = binaries.reachable_valkey(program, account)

    assert copy != program
    assert copy.is_relative_to(tmp_path / "open")
    assert copy.read_text() == program.read_text()
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700
    assert stat.S_IMODE(copy.parent.stat().st_mode) == 0o755


def postmaster(home: Path) -> int:
    try:
        return int((home / "data" / "postmaster.pid").read_text().split()[0])
    except (FileNotFoundError, IndexError):
        return 0


def keeper_of(home: Path) -> int:
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True
    ).stdout
    lines = [line for line in listing.splitlines() if f"rcm_site.engines.keeper {home}" in line]
    return int(lines[0].split()[0])


def connect(home: Path, role: str, password: str = "") -> psycopg.Connection:
    return psycopg.connect(
        host=str(home / "run"),
        port=SOCKET_PORT,
        user=role,
        password=password or kept(home, f"{role}.password"),
        dbname="rcm",
        autocommit=True,
    )


def accepts(home: Path, role: str, password: str = "") -> bool:
    try:
        connect(home, role, password).close()
    except psycopg.OperationalError:
        return False
    return True
