"""The front desk's list and a stored answer, in a practice of 100,000 checks among a million, against a small one."""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.database import administrator, connected_to, create_database
from bench.registry import Figure, benchmark, progress
from bench.seeding import DAY, MOMENT, Place, copy_rows, loading, make_place, sizes

if TYPE_CHECKING:
    import psycopg

SMALL, LARGE = "rcm_bench_few_checks", "rcm_bench_many_checks"
PRACTICES, CHECKS, LARGEST, SMALL_CHECKS = 50, 1_000_000, 100_000, 10_000
CHECKS_A_PATIENT = 10
REPEATS, CALLS = 5, 8
TEST_PAYERS = ("00001", "000031", "000039")


@benchmark("eligibility.page", limit=1.5, needs_database=True)
def page() -> Figure:
    """The slower of the two pages, by its ratio."""
    large, small = [], []
    for _ in range(REPEATS):
        large.append(page_times(LARGE))
        small.append(page_times(SMALL))
    lists = [statistics.median(one[0] for one in times) for times in (large, small)]
    answers = [statistics.median(one[1] for one in times) for times in (large, small)]
    words = " ms, ".join(
        f"{name} {of_large * 1000:.1f} ms, of a small practice {of_small * 1000:.1f}"
        for name, (of_large, of_small) in (("list", lists), ("answer", answers))
    )
    return Figure(max(lists[0] / lists[1], answers[0] / answers[1]), f"{words} ms")


def page_times(name: str) -> tuple[float, float]:
    """Seconds of the list and of an answer as a browser gets them; the fastest of some calls."""
    practice, person_id, inquiry_id = filled(name)
    with connected_to(name):
        browser = _signed_in(person_id, practice)
        front = f"/p/{practice}/eligibility/"
        return _fastest(browser, front), _fastest(browser, f"{front}{inquiry_id}/")


def _fastest(browser: Any, address: str) -> float:
    taken = []
    for call in range(CALLS + 2):
        begun = time.perf_counter()
        answer = browser.get(address)
        if call >= 2:
            taken.append(time.perf_counter() - begun)
        if answer.status_code != 200:
            raise RuntimeError(f"{address} answers {answer.status_code}")
    return min(taken)


def _signed_in(person_id: UUID, practice: UUID) -> Any:
    from django.test import Client

    from tenancy.models import Person

    browser = Client()
    browser.force_login(Person.objects.get(pk=person_id), backend="django.contrib.auth.backends.ModelBackend")
    session = browser.session
    session["purpose"] = "HPAYMT"
    session["practice"] = str(practice)
    session.save()
    return browser


@cache
def filled(name: str) -> tuple[UUID, UUID, UUID]:
    """A database of its own with its practices; the first, who looks at it, and an inquiry in its middle."""
    create_database(name)
    is_large = name == LARGE
    counts = list(sizes(CHECKS, PRACTICES, LARGEST)) if is_large else [SMALL_CHECKS]
    with connected_to(name):
        places = [make_place(number, checks) for number, checks in enumerate(counts)]
        _let_in(places[0])
        says = answers()
    show = progress("a million checks" if is_large else "ten thousand checks", sum(counts))
    with administrator(name) as connection, loading(connection):
        for place in places:
            middle = _fill_place(connection, place, says)
            if place is places[0]:
                looked_at = middle
            show(place.rows)
    return places[0].organization_id, places[0].person_id, looked_at


def _let_in(place: Place) -> None:
    from tenancy.models import Organization, Person
    from tenancy.scope import organization_scope
    from tenancy.services import grant_role

    with organization_scope(place.organization_id):
        grant_role(
            person=Person.objects.get(pk=place.person_id),
            practice=Organization.objects.get(pk=place.organization_id),
            role="FRONT_DESK",
            starts_on=date(2026, 1, 1),
            reason="benchmark",
        )


def answers() -> list[tuple[bytes, dict[str, Any]]]:
    """What some test payers say, as it came and as the columns of a response."""
    from clearinghouse.services import questions
    from eligibility.models import stored
    from eligibility.rules.asking import Person, Question, inquiry_content
    from eligibility.rules.normalising import Asked, normalise

    found = []
    for payer in TEST_PAYERS:
        who = Person("Doeone", "Johnone", date(1880, 1, 2), "", "0000000000")
        question = Question("Test payer", payer, "Bench Clinic", "1760854442", who, None, "", ("30",), DAY)
        envelope = questions.own_envelope("E0000001", at=MOMENT)
        content = inquiry_content(question, envelope, trace="E0000001", assigned_by="9000000001")
        came = questions.ask_test_payer(content).content or b""
        answer = normalise(came, Asked(DAY, ("30",), "E0000001", "9000000001"))
        said = {"outcome": answer.outcome.value, "status": answer.status.value, "answer": stored(answer)}
        found.append((came, said | {"answer": json.dumps(said["answer"])}))
    return found


def _fill_place(
    connection: psycopg.Connection[Any], place: Place, says: list[tuple[bytes, dict[str, Any]]]
) -> UUID:
    """The id of the inquiry in the middle."""
    from eligibility.models import EligibilityInquiry, EligibilityResponse
    from patients.models import Patient
    from tenancy.ids import uuid7

    patients = [uuid7() for _ in range(max(1, place.rows // CHECKS_A_PATIENT))]
    inquiries = [uuid7() for _ in range(place.rows)]
    copy_rows(connection, Patient, place, (_patient(one, number) for number, one in enumerate(patients)))
    copy_rows(connection, EligibilityInquiry, place, _inquiries(place, inquiries, patients))
    copy_rows(connection, EligibilityResponse, place, _responses(inquiries, says))
    return inquiries[place.rows // 2]


def _patient(patient_id: UUID, number: int) -> dict[str, Any]:
    names = {
        "last_name": f"Patient{number}",
        "first_name": "Sample",
        "search_name": f"PATIENT{number} SAMPLE",
    }
    return {"id": patient_id, "mrn": f"M{number:07}", "mrn_normalized": f"M{number:07}", **names}


def _inquiries(place: Place, ids: list[UUID], patients: list[UUID]) -> Iterator[dict[str, Any]]:
    for number, one in enumerate(ids):
        yield {
            "id": one,
            "patient_id": patients[number % len(patients)],
            "coverage_id": None,
            "provider_id": None,
            "payer_id": place.payers[number % len(place.payers)],
            "payer_identifier": "60054",
            "provider_name": "Bench Clinic",
            "provider_npi": "1760854442",
            "member_number": f"W{number:07}",
            "last_name": f"Patient{number % len(patients)}",
            "first_name": "Sample",
            "service_types": "{30}",
            "service_on": DAY,
            "trace_number": f"E{number:010}",
            "fingerprint": hashlib.sha256(b"%d" % number).hexdigest(),
            "state": "ANSWERED",
            "content": b"ISA*",
            "asked_at": MOMENT - timedelta(minutes=number),
        }


def _responses(inquiries: list[UUID], says: list[tuple[bytes, dict[str, Any]]]) -> Iterator[dict[str, Any]]:
    from tenancy.ids import uuid7

    for number, one in enumerate(inquiries):
        content, said = says[number % len(says)]
        yield {
            "id": uuid7(),
            "inquiry_id": one,
            "content": content,
            "sha256": hashlib.sha256(content).hexdigest(),
            "received_at": MOMENT - timedelta(minutes=number),
            **said,
        }
