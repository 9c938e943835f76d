"""Misfortune by seed: workers killed, connections cut, answers to COMMIT lost, jobs ordered twice, clocks wrong.

Whatever happened, everything that was ordered is done once, the books balance, and nothing waits. Two ways of doing a
job that are known to be wrong go through the same misfortunes, and the kit has to catch them.
"""

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone

from clearinghouse.models import ExchangeFile
from denials.models import Denial
from ledger.models import AccountBalance
from ledger.selectors import balance_differences, unbalanced_entries
from remittances.models import Remittance
from remittances.services import receive_file
from tenancy.choices import MessageState
from tenancy.jobs import enqueue, for_each_organization, retry
from tenancy.models import Location, Organization, OutboxMessage
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim
from tests.soak import nursery
from tests.soak.severed import PORT, Severed
from workbench.models import WorkItem

SEEDS = range(2, 27)
REMITTANCES, CLAIMS, PLACES = 4, 8, 60
CLOCKS = (0, 0, 0, 7_200, -7_200)
PAID, DENIED = 20_00, 80_00


class Nursery:
    """Two workers of one kind, replaced as they are killed."""

    def __init__(self, name, twin, dice):
        self.folder = Path(tempfile.mkdtemp(prefix="rcm-s-", dir="/tmp"))
        address = connection.settings_dict
        self.severed = Severed(self.folder, address["HOST"], address["PORT"])
        self.dice, self.counted = dice, Counter()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.nursery", name, str(self.folder), str(PORT), twin],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "rcm_site.settings"},
            cwd=settings.BASE_DIR,
            text=True,
        )
        assert self.process.stdout.readline() == "ready\n"
        self.workers = [self.start(clock=dice.choice(CLOCKS)) for _ in range(2)]

    def start(self, *, clock):
        self.process.stdin.write(f"start {self.dice.randrange(10**6)} {clock}\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def kill(self):
        place = self.dice.randrange(len(self.workers))
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.workers[place], signal.SIGKILL)
        self.workers[place] = self.start(clock=self.dice.choice(CLOCKS))

    def strike(self):
        fault = self.dice.choice(["kill", "kill", "cut", "lose_commit", "order_again", "beat"])
        self.counted[fault] += 1
        if fault == "kill":
            self.kill()
        elif fault == "cut":
            self.severed.cut()
        elif fault == "lose_commit":
            self.severed.loses_next_commit = True
        elif fault == "order_again":
            order_again(self.dice)
        else:
            for_each_organization("denials.take_facts")

    def close(self):
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()
        self.severed.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def order_again(dice):
    """Somebody sends the same file again, or asks once more for what is ordered or done."""
    rows = OutboxMessage.objects.exclude(name="soak.open_place").order_by("id")
    if not rows:
        return
    message = dice.choice(list(rows))
    with organization_scope(message.organization_id):
        enqueue(message.name, **message.arguments)


@pytest.fixture
def job():
    """The job of the nursery, known here too so that it can be ordered."""
    from tenancy import jobs

    nursery.register()
    yield
    del jobs._jobs["soak.open_place"]


def set_out(practice, remittances):
    Location.objects.filter(name__startswith="place ").update(name=Concat(Value("earlier "), "name"))
    with organization_scope(practice.pk):
        for index in range(remittances):
            era = Era(f"S{index}", control=f"{index + 1:09d}")
            for number in range(CLAIMS):
                claim(f"S{index}-{number}", "100.00")
                era.paid(f"S{index}-{number}", "100.00 20.00 CO-197=80.00", icn=f"I{index}-{number}")
            receive_file(
                name=f"{index}.835", content=era.bytes(), source="UPLOAD", post=True, at=timezone.now()
            )
        for number in range(PLACES):
            enqueue("soak.open_place", name=f"place {number}")


def misfortunes(practice, job, seed, *, strikes, twin="product", remittances=REMITTANCES):
    """Work through the faults of one seed, then let time pass until nothing waits. Returns what happened."""
    dice = random.Random(seed)
    set_out(practice, remittances)
    workers = Nursery(connection.settings_dict["NAME"], twin, dice)
    try:
        for _ in range(strikes):
            time.sleep(dice.uniform(0.02, 0.3))
            workers.strike()
        workers.severed.loses_next_commit = False
        workers.kill()
        let_it_finish(remittances * CLAIMS)
    finally:
        workers.close()
    workers.counted["answers_lost"] = workers.severed.lost_commits
    return workers.counted


def let_it_finish(denials, seconds=120):
    """Leases and waiting times run out now, for the dead and the living; what a person was given is let run again."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        for message in OutboxMessage.objects.filter(state=MessageState.NEEDS_HUMAN):
            retry(message.id)
        waiting = OutboxMessage.objects.filter(state=MessageState.PENDING)
        if not waiting.exists() and not undone(denials):
            return
        waiting.update(due_at=timezone.now(), leased_until=None)
        time.sleep(1)


def undone(denials):
    """Facts without their mark: beat asks for them again."""
    if OutboxMessage.objects.filter(name="denials.take_facts", state=MessageState.PENDING).exists():
        return True
    if taken() == denials:
        return False
    for_each_organization("denials.take_facts")
    return True


def taken():
    count = 0
    for practice in Organization.objects.filter(kind="PRACTICE"):
        with organization_scope(practice.pk):
            count += WorkItem.objects.filter(kind="DENIAL", is_open=True).count()
    return count


def what_is_wrong(practice):
    """Every broken invariant, in words."""
    wrong = []
    states = Counter(OutboxMessage.objects.values_list("state", flat=True))
    if set(states) != {MessageState.DONE}:
        wrong.append(f"the outbox is not drained: {dict(states)}")
    opened = Location.objects.filter(name__startswith="place ").values_list("name", flat=True)
    places = Counter(name.rpartition(" ")[0] for name in opened)
    lost = PLACES - len(places)
    doubled = sum(count - 1 for count in places.values())
    if lost or doubled:
        wrong.append(f"jobs lost {lost}, doubled {doubled}")
    with organization_scope(practice.pk):
        wrong += [f"balance {one}" for one in balance_differences()]
        wrong += [f"entry {one}" for one in unbalanced_entries()]
        if ExchangeFile.objects.count() != REMITTANCES:
            wrong.append(f"{ExchangeFile.objects.count()} files of {REMITTANCES}")
        remittances = Counter(Remittance.objects.values_list("trace_number", "state"))
        if remittances != Counter({(f"S{index}", "POSTED"): 1 for index in range(REMITTANCES)}):
            wrong.append(f"remittances {dict(remittances)}")
        cleared = AccountBalance.objects.filter(account="ERA_CLEARING").exclude(balance_cents=0)
        if sorted(cleared.values_list("balance_cents", flat=True)) != [CLAIMS * PAID] * REMITTANCES:
            wrong.append(f"clearing {list(cleared.values_list('balance_cents', flat=True))}")
        items = Counter(
            WorkItem.objects.filter(kind="DENIAL", is_open=True).values_list("cause_key", flat=True)
        )
        if len(items) != REMITTANCES * CLAIMS or set(items.values()) != {1}:
            wrong.append(
                f"{len(items)} denials in the queue, at most {max(items.values(), default=0)} a cause"
            )
        denied = Denial.objects.values_list("claim__patient_control_number", "denied_cents")
        if {cents for _, cents in denied} != {DENIED}:
            wrong.append(f"denied {Counter(denied)}")
    return wrong


@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_or_doubled_whatever_befalls_the_workers(practice, job, figures):
    figures("faults, seed 1", **misfortunes(practice, job, 1, strikes=8))
    assert what_is_wrong(practice) == []


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_is_lost_or_doubled_by_many_seeds(practice, job, figures, seed):
    figures(f"faults, seed {seed}", **misfortunes(practice, job, seed, strikes=40))
    assert what_is_wrong(practice) == []


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("twin", ["marked_before", "marked_after"])
def test_the_kit_catches_a_worker_known_to_be_wrong(practice, job, figures, twin):
    missed = []
    for seed in SEEDS[:10]:
        misfortunes(practice, job, seed, strikes=20, twin=twin, remittances=0)
        if not any(one.startswith("jobs lost") for one in what_is_wrong(practice)):
            missed.append(seed)
    figures(f"known bad, {twin}", caught=f"{10 - len(missed)} of 10 seeds", missed=missed)
    assert len(missed) < 5
