"""A thousand checks of coverage with 20 in flight, against a bare client that puts as many questions to the same payer.

The payer is the simulator's HTTPS side in a process of its own; it thinks half a second about each question.
"""

from __future__ import annotations

import os
import signal
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

from bench.registry import Figure, benchmark

CHECKS, IN_FLIGHT, REPEATS = 1_000, 20, 3
THINKS_SECONDS = 0.5
SECRET = "bench"
DAY = date(2026, 3, 10)


@benchmark("eligibility.throughput", limit=1.5, needs_database=True)
def throughput() -> Figure:
    with tempfile.TemporaryDirectory() as name, _payer(Path(name)) as (port, certificate):
        Path(name, SECRET).write_text(SECRET)
        os.environ["RCM_SECRETS_FOLDER"] = name
        practice, payer_id, provider_id = _practice(port, certificate)
        # The first question shows that the line works: until then it has a single place.
        [content] = _checked(practice, payer_id, provider_id, count=1, first=0)
        bare, ours = [], []
        for turn in range(1, REPEATS + 1):
            bare.append(_timed(partial(_bare, port, certificate, content, CHECKS)))
            ours.append(_timed(partial(_checked, practice, payer_id, provider_id, CHECKS, turn * CHECKS)))
    one, other = statistics.median(ours), statistics.median(bare)
    return Figure(
        one / other, f"{CHECKS} checks {one:.1f} s, bare client {other:.1f} s, {IN_FLIGHT} in flight"
    )


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def _checked(practice: UUID, payer_id: UUID, provider_id: UUID, count: int, first: int) -> list[bytes]:
    """Ask about so many people through the service; the questions as they were sent."""

    def one(number: int) -> bytes:
        return _check(practice, payer_id, provider_id, number)

    with ThreadPoolExecutor(IN_FLIGHT, initializer=_no_connection_yet) as threads:
        return list(threads.map(one, range(first, first + count)))


def _check(practice: UUID, payer_id: UUID, provider_id: UUID, number: int) -> bytes:
    from django.utils import timezone

    from eligibility import services
    from eligibility.models import OPEN
    from reference.models import Payer, Provider
    from tenancy.scope import organization_scope

    with organization_scope(practice):
        payer, provider = Payer.objects.get(id=payer_id), Provider.objects.get(id=provider_id)
        inquiry, _, line = services.ask(
            question=_question(number),
            about=services.About(payer=payer, provider=provider),
            is_test=False,
            at=timezone.now(),
        )
    exchanged = services.exchange(inquiry, line, at=timezone.now())
    with organization_scope(practice):
        taken = services.take(inquiry_id=inquiry.id, exchanged=exchanged, at=timezone.now())
        if taken.state in OPEN:
            raise RuntimeError(f"question {number} is {taken.state}")
    return bytes(inquiry.content)


def _no_connection_yet() -> None:
    from django.db import connections

    connections.close_all()


def _question(number: int) -> Any:
    from eligibility.rules.asking import Person, Question

    return Question(
        payer_name="Bench Health", payer_identifier="B1", provider_name="Bench Clinic", provider_npi="1234567893",
        subscriber=Person(f"Bench{number}", "Ann", date(1980, 2, 1), "F", f"W{number:06}"),
        dependent=None, relationship="", service_types=("98",), service_on=DAY,
    )  # fmt: skip


def _bare(port: int, certificate: str, content: bytes, count: int) -> None:
    import httpx2

    from clearinghouse.transports.https import trust

    with (
        httpx2.Client(
            base_url=f"https://127.0.0.1:{port}",
            headers={"Authorization": f"Bearer {SECRET}"},
            verify=trust(certificate),
            trust_env=False,
        ) as session,
        ThreadPoolExecutor(IN_FLIGHT) as threads,
    ):
        for answer in threads.map(lambda _: session.post("/eligibility", content=content), range(count)):
            answer.raise_for_status()


def _practice(port: int, certificate: str) -> tuple[UUID, UUID, UUID]:
    """A practice with one payer it reaches; its id, the payer's and the provider's."""
    from clearinghouse.models import Connection, PayerRoute, TradingPartner
    from reference.models import Payer, Provider
    from tenancy.scope import organization_scope
    from tenancy.services import create_organization

    practice = create_organization(
        kind="PRACTICE", name="Checks Practice", slug="checks", npi="1234567893"
    ).pk
    with organization_scope(practice):
        partner = TradingPartner.objects.create(
            name="Bench Partner", receiver_id="PARTNER", sender_id="BENCH", contact_name="B", contact_phone="2175550100"
        )  # fmt: skip
        Connection.objects.create(
            partner=partner, transport="HTTPS", address="127.0.0.1", port=port, user_name="bench", secret_name=SECRET,
            certificate=certificate, question_path="eligibility",
        )  # fmt: skip
        payer = Payer.objects.create(
            name="Bench Health", name_normalized="BENCH HEALTH", payer_identifier="B1"
        )
        PayerRoute.objects.create(payer=payer, partner=partner, transaction="270", payer_identifier="B1")
        provider = Provider.objects.create(
            kind="ORGANIZATION", organization_name="Bench Clinic", npi="1234567893", tax_id="990000001"
        )
        return practice, payer.id, provider.id


@contextmanager
def _payer(folder: Path) -> Iterator[tuple[int, str]]:
    """Its port and certificate."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        _serve(folder, writing)
    os.close(writing)
    with os.fdopen(reading) as said:
        port, _, certificate = said.read().partition("\n")
    try:
        yield int(port), certificate
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)


def _serve(folder: Path, writing: int) -> None:
    from clearinghouse.simulator import identity
    from clearinghouse.simulator.house import Account, House
    from clearinghouse.simulator.server_https import HttpsServer

    class Payer(House):
        def enter_by_token(self, token: str) -> Account | None:
            time.sleep(THINKS_SECONDS)
            return super().enter_by_token(token)

    certificate, key = identity.certificate(folder, at=datetime.now(UTC))
    server = HttpsServer(Payer([Account("bench", SECRET, folder)]), certificate, key)
    os.write(writing, f"{server.port}\n{server.certificate}".encode())
    os.close(writing)
    while True:
        signal.pause()
