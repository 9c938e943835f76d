"""Two workers at the same remittances, one of them killed in the middle: nothing is lost, nothing doubled."""

import os
import signal
import subprocess
import sys
import time

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from ledger.models import AccountBalance, JournalEntry
from ledger.selectors import balance_differences, unbalanced_entries
from remittances.models import Remittance
from tenancy.choices import MessageState
from tenancy.jobs import enqueue
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, ingest

REMITTANCES, CLAIMS = 4, 30

# A worker without the messenger: it does what the sweeper would ring for, until nothing is pending.
WORKER = """
import os, sys, time
import django
django.setup()
from django.db import connections
for connection in connections.all():
    connection.settings_dict["NAME"] = sys.argv[1]
from django.utils import timezone
from tenancy.jobs import run_message
from tenancy.models import OutboxMessage
print("ready", flush=True)
until = time.monotonic() + 90
while time.monotonic() < until:
    rows = OutboxMessage.objects.filter(state="PENDING", due_at__lte=timezone.now()).values_list("id", flat=True)
    waiting = list(rows)
    if not OutboxMessage.objects.filter(state="PENDING").exists():
        break
    for message in waiting:
        print("taking", message, flush=True)
        run_message(message)
    time.sleep(0.2)
"""


def start(name: str) -> subprocess.Popen:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "rcm_site.settings"}
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, name],
        stdout=subprocess.PIPE,
        env=environment,
        cwd=settings.BASE_DIR,
        text=True,
    )


def wait_for(worker: subprocess.Popen, word: str) -> None:
    for line in worker.stdout:
        if line.startswith(word):
            return


@pytest.mark.django_db(transaction=True)
def test_two_workers_and_a_kill_in_the_middle_of_posting(practice):
    with organization_scope(practice.pk):
        for index in range(REMITTANCES):
            era = Era(f"K{index}")
            for number in range(CLAIMS):
                claim(f"K{index}-{number}", "100.00")
                era.paid(
                    f"K{index}-{number}", "100.00 20.00 CO-45=0.00 CO-197=80.00", icn=f"I{index}-{number}"
                )
            [result] = ingest(era.text().replace("CAS*CO*45*0.00~", ""))
            enqueue("remittances.post_remittance", remittance_id=result.remittance.id)
            enqueue("remittances.post_remittance", remittance_id=result.remittance.id)
    name = connection.settings_dict["NAME"]
    doomed, steady = start(name), start(name)
    wait_for(doomed, "taking")
    time.sleep(0.05)
    os.kill(doomed.pid, signal.SIGKILL)
    doomed.wait()
    steady.communicate(timeout=100)
    OutboxMessage.objects.filter(state=MessageState.PENDING).update(leased_until=None, due_at=timezone.now())
    third = start(name)
    third.communicate(timeout=100)
    assert set(OutboxMessage.objects.values_list("state", flat=True)) == {MessageState.DONE}
    with organization_scope(practice.pk):
        assert set(Remittance.objects.values_list("state", flat=True)) == {"POSTED"}
        assert JournalEntry.objects.filter(kind="CLAIM_PAYMENT").count() == REMITTANCES * CLAIMS
        cleared = AccountBalance.objects.filter(account="ERA_CLEARING").values_list(
            "balance_cents", flat=True
        )
        assert list(cleared) == [CLAIMS * 2_000] * REMITTANCES
        assert balance_differences() == []
        assert unbalanced_entries() == []
