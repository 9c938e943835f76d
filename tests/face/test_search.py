"""One box for claims, patients and payments; nothing of the words anywhere but in the form."""

from __future__ import annotations

import re
from typing import Any

import pytest

from audit.models import AuditEvent
from tenancy.scope import organization_scope
from tests.factories import era

HTMX = {"HX-Request": "true"}


@pytest.fixture
def on_file(practice: Any) -> Any:
    with organization_scope(practice.pk):
        made = era.claim("RW26000412", "150.00", last_name="ALVAREZ")
        era.claim("RW26000499", "90.00", last_name="ALVAREZ")
        era.post(era.Era(trace="EFT9001").paid("RW26000412", "150.00 0 CO-197=150.00"))
    return made


def ask(person: Any, words: str) -> str:
    return person.post(person.at("search/"), {"q": words}, headers=HTMX).content.decode()


def test_a_number_a_name_and_a_trace_each_find_theirs(biller: Any, on_file: Any) -> None:
    claims = ask(biller, "rw26")
    assert set(re.findall("RW26000[0-9]{3}", claims)) == {"RW26000412", "RW26000499"}
    assert "Claims" in claims
    assert re.search("Patients.*ALVAREZ, JANE", ask(biller, "Alvarez, J"), re.DOTALL)
    assert "Alvarez" not in ask(biller, "Brooks")


def test_the_only_hit_is_opened_at_once(biller: Any, on_file: Any) -> None:
    answer = biller.post(biller.at("search/"), {"q": "RW26000412"}, headers=HTMX)
    assert answer.headers["HX-Redirect"].endswith(f"/claims/{on_file.pk}/")
    trace = biller.post(biller.at("search/"), {"q": "eft9001"}, headers=HTMX)
    assert "/remittances/" in trace.headers["HX-Redirect"]


def test_without_scripts_it_is_a_page_and_its_address_says_nothing(biller: Any, on_file: Any) -> None:
    page = biller.post(biller.at("search/"), {"q": "Alvarez"})
    assert page.status_code == 200
    assert "ALVAREZ, JANE" in page.content.decode()
    assert "Alvarez" not in page.request["QUERY_STRING"]


def test_every_search_is_one_event_and_its_words_are_not_in_it(biller: Any, on_file: Any) -> None:
    ask(biller, "Alvarez")
    with organization_scope(biller.practice.pk):
        event = AuditEvent.objects.get(verb="rcm_site.everything.searched")
    assert event.item_count == 2
    assert "lvarez" not in str(event.data)


def test_a_stranger_finds_nothing_of_another_practice(stranger: Any, on_file: Any) -> None:
    assert "Nothing found" in ask(stranger, "RW26")
    assert "Nothing found" in ask(stranger, "Alvarez")


def test_only_what_the_role_may_see_is_looked_for(sign_in: Any, on_file: Any) -> None:
    found = ask(sign_in("FRONT_DESK"), "Alvarez")
    assert "Patients" in found
    assert "Nothing found" in ask(sign_in("FRONT_DESK"), "RW26")


def test_a_grant_narrowed_to_another_payer_does_not_find_the_claim(
    sign_in: Any, on_file: Any, practice: Any
) -> None:
    with organization_scope(practice.pk):
        other = era.payer("SECOND HEALTH", "EX002")
    assert "RW26000412" not in ask(sign_in("BILLER", payer_ids=[other.pk]), "RW26")


def test_one_letter_is_too_little(biller: Any, on_file: Any) -> None:
    assert "at least two characters" in ask(biller, "A")
