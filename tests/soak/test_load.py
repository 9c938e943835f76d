"""Many browsers at once against the real web server: no error, nobody sees another practice, figures reported."""

import http.client
import random
import statistics
import threading
import time
import uuid
from collections import Counter
from urllib.parse import urlencode

import pytest
from django.db import connection

from claims.models import Claim
from denials.models import Denial
from ledger.selectors import balance_differences
from patients.models import Patient
from remittances.models import Remittance
from tenancy.scope import organization_scope
from tests.conftest import SignedIn, make_person
from tests.soak.web import serving
from tests.stage import set_stage
from workbench.models import WorkItem

CANARIES = ("OWNCANARY", "ZQFOREIGN")
PAGES = (
    "", "counts/", "denials/", "denials/?sort=-amount", "work/", "work/denials/counts/", "claims/", "patients/",
    "remittances/", "work/unmatched-payments/", "ledger/", "files/", "reference/", "search/",
)  # fmt: skip
API = ("claims/", "denials/", "remittances/", "remittances/payments/", "patients/", "work-items/", "payers/")
CSRF = "a" * 32


@pytest.fixture
def web(tmp_path):
    with serving(tmp_path, processes=2) as served:
        yield served.port


def ask(line, method, path, session, form=None):
    headers = {"Cookie": f"sessionid={session}; csrftoken={CSRF}", "X-CSRFToken": CSRF}
    body = None
    if form is not None:
        body = urlencode(form)
        headers |= {"Content-Type": "application/x-www-form-urlencoded", "HX-Request": "true"}
    line.request(method, path, body, headers)
    response = line.getresponse()
    return response.status, response.read()


class Things:
    """What the browsers of one practice open, and what they may not."""

    def __init__(self, practice, canary):
        self.practice, self.canary = practice, canary
        self.foreign = next(one for one in CANARIES if one != canary)
        with organization_scope(practice.pk):
            self.denials = list(Denial.objects.values_list("id", flat=True)[:20])
            self.claims = list(Claim.objects.values_list("id", flat=True)[:20])
            self.patients = list(Patient.objects.values_list("id", flat=True)[:20])
            self.remittances = list(Remittance.objects.values_list("id", flat=True)[:20])
            self.items = list(WorkItem.objects.filter(kind="DENIAL").values_list("id", flat=True)[:20])

    def paths(self, dice):
        """A page, form or answer that is theirs to have."""
        choice = dice.random()
        if choice < 0.4:
            return "GET", self.at(dice.choice(PAGES)), None
        if choice < 0.7:
            room = dice.choice(("denials", "claims", "patients", "remittances"))
            return "GET", self.at(f"{room}/{dice.choice(getattr(self, room))}/"), None
        if choice < 0.85:
            return "GET", f"/api/v1/{dice.choice(API)}", None
        verb, form = dice.choice(
            (
                ("claim", {}),
                ("release", {}),
                ("note", {"body": "seen under load", "form_key": str(uuid.uuid4())}),
            )
        )
        return "POST", self.at(f"work/item/{dice.choice(self.items)}/{verb}/"), form

    def at(self, path):
        return f"/p/{self.practice.pk}/{path}"


class Browser(threading.Thread):
    """One person who clicks without pause, and now and then tries an address of the other practice."""

    def __init__(self, port, session, own, other, seed, until, most):
        super().__init__(daemon=True)
        self.port, self.session, self.own, self.other = port, session, own, other
        self.dice, self.until, self.most = random.Random(seed), until, most
        self.wrong, self.times, self.statuses = [], [], Counter()

    def run(self):
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        while time.monotonic() < self.until and len(self.times) < self.most:
            is_foreign = self.dice.random() < 0.1
            method, path, form = (self.other if is_foreign else self.own).paths(self.dice)
            if is_foreign and path.startswith("/api/"):
                path = f"/api/v1/claims/{self.dice.choice(self.other.claims)}/"
            began = time.perf_counter()
            try:
                status, body = ask(line, method, path, self.session, form)
            except (OSError, http.client.HTTPException) as error:
                self.wrong.append(f"{method} {path}: {error!r}")
                line.close()
                continue
            self.times.append(time.perf_counter() - began)
            self.statuses[status] += 1
            self.judge(method, path, status, body, is_foreign)

    def judge(self, method, path, status, body, is_foreign):
        expected = (404,) if is_foreign else (200, 302, 409)
        if status not in expected:
            self.wrong.append(f"{method} {path}: {status}")
        if self.own.foreign.encode() in body:
            self.wrong.append(f"{method} {path}: another practice's patient")


def browse(port, practices, *, browsers, seconds, most, seed=1):
    """Let them all loose at once. Returns the threads, done."""
    until = time.monotonic() + seconds
    sides = [Things(practice, canary) for practice, canary in zip(practices, CANARIES, strict=True)]
    crowd = []
    for number in range(browsers):
        own, other = sides if number % 2 == 0 else reversed(sides)
        person = SignedIn(make_person(own.practice, "BILLER"), own.practice)
        session = person.cookies["sessionid"].value
        crowd.append(Browser(port, session, own, other, seed * 1_000 + number, until, most))
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    return crowd


def report(crowd, figures, seconds):
    times = sorted(moment * 1000 for one in crowd for moment in one.times)
    figures(
        f"load, {len(crowd)} browsers",
        answers=len(times),
        a_second=round(len(times) / seconds, 1),
        median_ms=round(statistics.median(times)),
        p95_ms=round(times[int(len(times) * 0.95)]),
        slowest_ms=round(times[-1]),
        statuses=dict(sorted(sum((one.statuses for one in crowd), Counter()).items())),
    )


def check(crowd, practices):
    wrong = [one for browser in crowd for one in browser.wrong]
    assert not wrong, "\n".join(wrong[:50])
    assert all(browser.times for browser in crowd)
    for practice in practices:
        with organization_scope(practice.pk):
            assert balance_differences() == []
    connection.close()


def crowd_at(web, practices, figures, **how):
    for practice, canary in zip(practices, CANARIES, strict=True):
        set_stage(practice, canary=canary, claims=24)
    began = time.monotonic()
    crowd = browse(web, practices, **how)
    report(crowd, figures, time.monotonic() - began)
    check(crowd, practices)


@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_a_few_browsers_at_once(web, practice, other_practice, figures):
    crowd_at(web, (practice, other_practice), figures, browsers=6, seconds=60, most=12)


@pytest.mark.soak
@pytest.mark.worker
@pytest.mark.django_db(transaction=True)
def test_many_browsers_at_once(web, practice, other_practice, figures):
    crowd_at(web, (practice, other_practice), figures, browsers=40, seconds=180, most=100_000)
