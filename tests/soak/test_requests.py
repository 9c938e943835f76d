"""The web killed in the middle of a request: it is done or it is not, and asking again does it once.

A visit is billed and a remittance uploaded, as a browser does it; the process that answers is killed by SIGKILL at each
step. Who had no answer asks again, or looks and finds it done.
"""

import os
import signal
import threading

import httpx2
import pytest
from django.utils import timezone

from claims.models import Claim, ClaimVersion
from clearinghouse.models import ExchangeFile
from rcm_site.engines.processes import wait_until
from remittances.models import Remittance
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers, make_visit
from tests.factories.era import Era
from tests.soak.steps import Signpost
from tests.soak.stops import STEPS
from tests.soak.web import serving

CSRF = "a" * 32
KEPT = ("committed, nobody told", "committed, not answered")
SHORT = [("done, not committed", True), ("committed, nobody told", False)]
EVERY = [*((step, True) for step in STEPS), *((step, False) for step in KEPT)]


class Desk:
    """A person at a web server that is killed, and what must come of it."""

    def __init__(self, person, served, folder, run_jobs):
        self.person, self.served, self.run_jobs = person, served, run_jobs
        self.signpost = Signpost(folder)
        self.providers, self.count = None, 0

    def scope(self):
        return organization_scope(self.person.practice.pk)

    def ask(self, path, **form):
        return httpx2.post(
            f"http://127.0.0.1:{self.served.port}{self.person.at(path)}",
            headers={
                "Cookie": f"sessionid={self.person.cookies['sessionid'].value}; csrftoken={CSRF}",
                "X-CSRFToken": CSRF,
            },
            timeout=60,
            **form,
        )

    def killed_at(self, step, path, **form):
        self.signpost.arm(step)
        lost = threading.Thread(target=self._ask_in_vain, args=(path, form))
        lost.start()
        assert wait_until(self.signpost.is_reached, seconds=30), step
        for pid in self.served.children():
            os.kill(pid, signal.SIGKILL)
        lost.join(30)
        self.signpost.release()
        assert wait_until(self.served.answers, seconds=60), step

    def _ask_in_vain(self, path, form):
        try:
            answer = self.ask(path, **form)
        except httpx2.TransportError:
            return
        raise AssertionError(f"an answer came: {answer.status_code}")

    def bill(self, step, again):
        with self.scope():
            self.providers = self.providers or make_providers()
            self.count += 1
            visit = make_visit(self.providers, mrn=f"R{self.count}", on=timezone.localdate())
        self._do(step, again, f"claims/of-visit/{visit.id}/bill/")
        with self.scope():
            versions = ClaimVersion.objects.filter(claim__encounter=visit).values_list("number", flat=True)
            states = Claim.objects.filter(encounter=visit).values_list("submission_state", flat=True)
            return (
                [] if (list(versions), list(states)) == ([1], ["READY"]) else [list(versions), list(states)]
            )

    def upload(self, step, again):
        self.count += 1
        name, trace = f"{self.count}.835", f"T{self.count}"
        era = Era(trace, control=f"{self.count:09}").paid("X1", "100.00 80.00 CO-45=20.00")
        form = {"files": {"files": (name, era.bytes())}, "data": {"post": "on"}}
        self._do(step, again, "remittances/upload/", **form)
        with self.scope():
            kept = ExchangeFile.objects.filter(name=name).count()
            posted = list(Remittance.objects.filter(trace_number=trace).values_list("state", flat=True))
            return [] if (kept, posted) == (1, ["POSTED"]) else [kept, posted]

    def _do(self, step, again, path, **form):
        self.killed_at(step, path, **form)
        if again:
            answer = self.ask(path, **form)
            assert answer.status_code in (200, 302), answer.text
        self.run_jobs()

    def wrong_after(self, moments):
        """What was done twice, by half or not at all."""
        found = []
        for step, again in moments:
            for act in (self.bill, self.upload):
                if wrong := act(step, again):
                    found.append((act.__name__, step, "again" if again else "once", *wrong))
        if OutboxMessage.objects.exclude(state="DONE").exists():
            found.append("something waits")
        return found


@pytest.fixture
def desk(tmp_path, supervisor, run_jobs):
    return lambda served: Desk(supervisor, served, tmp_path, run_jobs)


@pytest.mark.django_db(transaction=True)
def test_some_steps_of_a_request(desk, tmp_path):
    with serving(tmp_path, stops=True) as served:
        assert desk(served).wrong_after(SHORT) == []


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_every_step_of_a_request(desk, tmp_path, figures):
    with serving(tmp_path, stops=True) as served:
        assert desk(served).wrong_after(EVERY) == []
    figures("web killed in a request", steps=len(EVERY), requests="bill, upload")


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_way_known_to_be_wrong_is_caught(desk, tmp_path, figures):
    with serving(tmp_path, stops=True, twin="orders_after_the_commit") as served:
        wrong = desk(served).wrong_after([("committed, nobody told", False)])
    assert [one[0] for one in wrong] == ["bill", "upload"], wrong
    figures("known bad, orders after the commit", caught="web killed")
