"""A right to some locations or payers: what it leaves of pages that speak of the whole practice."""

import pytest
from django.utils import timezone

from claims.models import Claim
from ledger.models import JournalEntry
from remittances.models import RemitClaim, Remittance
from tenancy.scope import organization_scope
from tenancy.services import create_location, grant_role
from tests.conftest import SignedIn, make_person
from tests.factories.era import Era, claim, payer, post


@pytest.fixture
def places(practice):
    return [create_location(practice=practice, name=name) for name in ("North", "South")]


@pytest.fixture
def remittance(practice, places):
    """One remittance that pays a claim of each location."""
    with organization_scope(practice.pk):
        for number, place, name in (("N1", places[0], "NORTHMAN"), ("S1", places[1], "SOUTHMAN")):
            made = claim(number, "100.00", last_name=name)
            Claim.objects.filter(pk=made.pk).update(location_id=place.pk)
        era = Era()
        for number in ("N1", "S1"):
            era.paid(number, "100.00 80.00 CO-45=20.00")
        return post(era)


def rows(practice, model, **facts):
    with organization_scope(practice.pk):
        return list(model.objects.filter(**facts))


@pytest.fixture
def narrowed(sign_in, places):
    return sign_in("SUPERVISOR", location_ids=[places[0].pk])


PRACTICE_PAGES = (
    "remittances/{remittance}/",
    "remittances/{remittance}/dry-run/",
    "remittances/files/{file}/",
    "files/",
    "files/{file}/",
    "files/{file}/segments/?at=1&to=40",
    "ledger/",
    "ledger/entries/{entry}/",
)


@pytest.mark.parametrize("page", PRACTICE_PAGES)
def test_pages_of_every_location_are_closed_to_a_right_to_one(
    practice, remittance, narrowed, supervisor, page
):
    [found] = rows(practice, Remittance)
    entry = rows(practice, JournalEntry)[0]
    path = page.format(remittance=found.pk, file=found.file_id, entry=entry.pk)

    assert supervisor.get(supervisor.at(path)).status_code in (200, 409)
    answer = narrowed.get(narrowed.at(path))
    assert answer.status_code in (403, 404)
    assert b"S1" not in answer.content


def test_the_payment_of_ones_own_claim_is_seen_and_the_other_is_not(practice, remittance, narrowed):
    own, other = (
        rows(practice, RemitClaim, claim__patient_control_number=number)[0] for number in ("N1", "S1")
    )

    assert narrowed.get(narrowed.at(f"remittances/payments/{own.pk}/")).status_code == 200
    assert narrowed.get(narrowed.at(f"remittances/payments/{other.pk}/")).status_code == 404


def test_lists_and_totals_tell_nothing_of_the_rest(practice, remittance, narrowed):
    [found] = rows(practice, Remittance)

    listed = narrowed.get(narrowed.at("remittances/")).content.decode()
    assert found.trace_number not in listed
    assert "160.00" not in listed
    assert narrowed.get("/api/v1/remittances/").json()["results"] == []
    assert narrowed.get(f"/api/v1/remittances/{found.pk}/").status_code == 404
    assert [
        one["patient_control_number"]
        for one in narrowed.get("/api/v1/remittances/payments/").json()["results"]
    ] == ["N1"]
    assert (
        found.trace_number.encode()
        not in narrowed.post(narrowed.at("search/"), {"q": found.trace_number}).content
    )


def test_two_rights_narrowed_in_two_ways_do_not_open_everything(practice, remittance, places):
    """North for every payer, and one other payer everywhere, is not every payer everywhere."""
    with organization_scope(practice.pk):
        other = payer("OTHER HEALTH", "OT001")
    person = make_person(practice, "BILLER", location_ids=[places[0].pk])
    with organization_scope(practice.pk):
        grant_role(
            person=person,
            practice=practice,
            role="BILLER",
            payer_ids=[other.pk],
            starts_on=timezone.now().date(),
            reason="a second right",
        )
    client = SignedIn(person, practice)
    [foreign] = rows(practice, Claim, patient_control_number="S1")

    assert client.get(client.at(f"claims/{foreign.pk}/")).status_code == 404
