"""Each part of a real workbench killed in turn while remittances come in: nothing lost, doubled or left running."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections import Counter

import psycopg
import pytest

from rcm_site.demo.profiles import RIVERSIDE
from rcm_site.engines import session_cluster
from rcm_site.engines.keys import kept
from rcm_site.engines.places import PROJECT, SOCKET_PORT
from rcm_site.engines.processes import is_alive, wait_until
from rcm_site.management.commands.demo import LEFT_TO_SEND, SENT
from tests.engines.conftest import home, processes_of  # noqa: F401
from tests.factories.era import Era

FILES, CLAIMS, PAID_CENTS = 8, 40, 20_00
PATIENCE, TELLING = 120, 900
COMPLETE, CLAIMS_OF_A_YEAR = "the demonstration year is complete", 2000


def processes():
    """(pid, parent's pid, command) of everything that runs."""
    listing = subprocess.run(
        ["ps", "-ww", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True
    ).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    return [(int(pid), int(parent), command) for pid, parent, command in rows]


def child_of(parent, word=""):
    return next(pid for pid, above, command in processes() if above == parent and word in command)


class House:
    """`manage.py workbench` on servers and a folder of its own, started as often as it is killed."""

    def __init__(self, engines, folder):
        self.engines, self.var, self.said = engines, folder / "var", folder / "said.log"
        self.process, self.brought = None, 0
        session_cluster.copied_cluster(print).rename(engines)
        self.environment = {
            **os.environ,
            "RCM_ENGINES_DIR": str(engines),
            "RCM_DATABASE_NAME": session_cluster.TEMPLATE,
            "RCM_VAR_DIR": str(self.var),
            "PYTHONUNBUFFERED": "1",
        }

    def start(self):
        command = [sys.executable, "manage.py", "workbench", "--port", "8950"]
        begun = time.monotonic()
        with self.said.open("wb") as said:
            self.process = subprocess.Popen(
                command, cwd=PROJECT, env=self.environment, stdout=said, stderr=said, start_new_session=True
            )
        assert wait_until(self.address, seconds=PATIENCE), self.words()
        return time.monotonic() - begun

    def words(self):
        return self.said.read_text()

    def address(self):
        lines = [line for line in self.words().splitlines() if "open http://" in line]
        return lines[0].split()[-1] if lines else ""

    def is_answering(self):
        try:
            with urllib.request.urlopen(f"{self.address()}healthz", timeout=5) as answer:
                return answer.status == 200
        except OSError:
            return False

    def family(self):
        """Every process that came of the workbench, by its command."""
        everything, kin, found = processes(), {self.process.pid}, {}
        for _ in range(4):
            found = {pid: command for pid, parent, command in everything if parent in kin}
            kin |= set(found)
        return found

    def part(self, word):
        """The child of the workbench whose command has that word."""
        return next(
            pid for pid, parent, command in processes() if parent == self.process.pid and word in command
        )

    def ask(self, question, *values):
        """As the one who may see everything: no lock of the product stands between the test and the truth."""
        with psycopg.connect(
            host=str(self.engines / "run"),
            port=SOCKET_PORT,
            user="rcm_supervisor",
            password=kept(self.engines, "rcm_supervisor.password"),
            dbname=session_cluster.TEMPLATE,
        ) as server:
            return server.execute(question, values).fetchall()

    def bring(self):
        """More remittances in the inbox folder, as a partner's program leaves them."""
        inbox = self.var / "inbox" / "riverside"
        inbox.mkdir(parents=True, exist_ok=True)
        quiet = time.time() - 60
        for number in range(self.brought, self.brought + FILES):
            era = Era(f"KILL{number}", payee=("FI", RIVERSIDE.tax_identifier), control=f"{number + 1:09d}")
            for claim in range(CLAIMS):
                era.paid(f"K{number}-{claim}", "100.00 20.00 CO-197=80.00", icn=f"I{number}-{claim}")
            path = inbox / f"kill{number}.835"
            path.with_suffix(".part").write_bytes(era.bytes())
            os.utime(path.with_suffix(".part"), (quiet, quiet))
            path.with_suffix(".part").rename(path)
        self.brought += FILES

    def begin_work(self):
        """Bring files and wait until the first of them is in the books: the rest is under way."""
        self.bring()
        self.wait_for(self.brought - FILES + 1)

    def claims(self):
        return self.ask("SELECT count(*) FROM claims_claim")[0][0]

    def posted(self):
        """How often each remittance stands in the books."""
        rows = self.ask(
            "SELECT trace_number FROM remittances_remittance WHERE trace_number LIKE 'KILL%%' AND state = 'POSTED'"
        )
        return Counter(trace for (trace,) in rows)

    def wait_for(self, posted):
        """Until so many are posted and the page answers. Returns the seconds it took."""
        begun = time.monotonic()

        def is_done():
            try:
                return self.posted().total() >= posted and self.is_answering()
            except psycopg.OperationalError:
                return False

        assert wait_until(is_done, seconds=PATIENCE, every=0.2), self.words()
        return time.monotonic() - begun

    def check(self):
        """Each remittance once and to the cent, the books proved, the seals whole."""
        assert self.posted() == Counter({f"KILL{number}": 1 for number in range(self.brought)})
        files = self.ask("SELECT count(*) FROM clearinghouse_exchangefile WHERE name LIKE 'kill%%'")
        assert files == [(self.brought,)]
        cleared = self.ask(
            "SELECT balance_cents FROM ledger_accountbalance b JOIN remittances_remittance r"
            "    ON b.subject_id = r.id AND b.organization_id = r.organization_id"
            " WHERE b.account = 'ERA_CLEARING' AND r.trace_number LIKE 'KILL%%'"
        )
        assert cleared == [(CLAIMS * PAID_CENTS,)] * self.brought
        for command in (["verify_ledger", "--organization", "riverside"], ["verify_audit"]):
            proof = subprocess.run(
                [sys.executable, "manage.py", *command],
                cwd=PROJECT,
                env=self.environment,
                capture_output=True,
                text=True,
            )
            assert proof.returncode == 0, proof.stdout + proof.stderr

    def kill(self):
        """The workbench itself, by SIGKILL. Nothing it started may live on."""
        kin = self.family()
        self.process.kill()
        self.process.wait()
        assert wait_until(lambda: not self.leftovers(kin), seconds=60), self.leftovers(kin)

    def leftovers(self, kin):
        return [pid for pid in kin if is_alive(pid)] + processes_of(self.engines)

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()


@pytest.fixture
def house(home, tmp_path):  # noqa: F811
    built = House(home, tmp_path)
    yield built
    built.stop()


def postgres(house):
    return int((house.engines / "data" / "postmaster.pid").read_text().split()[0])


def valkey(house):
    return next(
        pid for pid, _, command in processes() if "valkey" in command and str(house.engines) in command
    )


def keeper(house):
    return next(
        pid
        for pid, _, command in processes()
        if "engines.keeper" in command and str(house.engines) in command
    )


# What the house mends itself, and what ends it with a word about why, so that a new start is needed.
MENDED = {
    "PostgreSQL": postgres,
    "a session of PostgreSQL": lambda house: child_of(postgres(house), "rcm_"),
    "Valkey": valkey,
    "a process of the worker": lambda house: child_of(house.part(" worker ")),
    "a process of the web": lambda house: child_of(house.part("gunicorn")),
}
ENDING = {
    "worker": (lambda house: house.part(" worker "), "worker was killed by SIGKILL"),
    "web": (lambda house: house.part("gunicorn"), "web was killed by SIGKILL"),
    "keeper": (keeper, "the private servers ended"),
}


@pytest.mark.soak
@pytest.mark.worker
def test_whatever_is_killed_nothing_is_lost_doubled_or_left_running(house, figures):
    took = {"first page": house.start()}
    assert wait_until(lambda: house.claims() > 100, seconds=PATIENCE, every=0.2), house.words()
    told = house.claims()
    house.kill()
    took["after the workbench was killed in its demonstration"] = house.start()
    assert house.claims() >= told
    assert wait_until(lambda: COMPLETE in house.words(), seconds=TELLING, every=1), house.words()
    assert house.claims() == CLAIMS_OF_A_YEAR + sum(SENT.values()) + len(SENT) * LEFT_TO_SEND

    for name, victim in MENDED.items():
        house.begin_work()
        os.kill(victim(house), signal.SIGKILL)
        took[name] = house.wait_for(house.brought)
        house.check()

    house.begin_work()
    house.kill()
    took["the workbench"] = house.start() + house.wait_for(house.brought)
    house.check()

    for name, (victim, words) in ENDING.items():
        house.begin_work()
        kin = house.family()
        os.kill(victim(house), signal.SIGKILL)
        assert house.process.wait(60) == 1
        assert words in house.words()
        assert wait_until(lambda kin=kin: not house.leftovers(kin), seconds=60), house.leftovers(kin)
        took[f"{name}, by a new start"] = house.start() + house.wait_for(house.brought)
        house.check()

    kin = house.family()
    house.stop()
    assert house.process.returncode == 0
    assert wait_until(lambda: not house.leftovers(kin), seconds=60), house.leftovers(kin)
    figures("kills, seconds to recover", **{name: round(seconds) for name, seconds in took.items()})
