"""A file that comes again, to the wrong door, for somebody else, or as a test: what a person decided stands."""

import datetime

import pytest
from django.utils import timezone

from claims.services import import_837
from clearinghouse.models import ExchangeFile
from clearinghouse.services import store_inbound
from reference.models import Provider
from remittances.models import Remittance
from remittances.services import ingest_file, order_posting, unpost_remittance
from tests.factories.claims import SentClaim, file_837
from tests.factories.era import Era, claim, ingest, post

GOOD = Era().paid("C1", "150.00 100.00 CO-45=50.00")
OTHERS_NPI = "1999999992"


@pytest.fixture
def one(in_practice):
    return claim("C1", "150.00")


def arrive(content, run_jobs):
    """As an upload with posting, or the inbox, would have it."""
    now = timezone.now()
    file, _ = store_inbound(name="again.835", content=content, source="INBOX", at=now)
    results = ingest_file(file_id=file.id, at=now)
    order_posting(results, at=now)
    run_jobs()
    return results


def test_what_a_person_took_out_of_the_books_stays_out(one, run_jobs):
    remittance = post(GOOD)
    unpost_remittance(remittance_id=remittance.id, at=timezone.now())
    new_envelope = GOOD.bytes().replace(b"000000001", b"000000077")
    for content in (GOOD.bytes(), new_envelope):
        arrive(content, run_jobs)
        assert Remittance.objects.get().state == "READY"


def test_a_remittance_among_the_claims_is_still_a_remittance(one):
    now = timezone.now()
    file, _ = store_inbound(name="era.835", content=GOOD.bytes(), source="UPLOAD", at=now)
    refused = import_837(file=file, at=now)
    assert (refused.state, "837" in refused.message) == ("REFUSED", True)
    [result] = ingest_file(file_id=file.id, at=now)
    assert result.state == "READ"


def test_claims_among_the_remittances_are_still_claims(in_practice):
    now = timezone.now()
    file, _ = store_inbound(name="claims.837", content=file_837(SentClaim()), source="UPLOAD", at=now)
    [result] = ingest_file(file_id=file.id, at=now)
    assert (result.state, "835" in result.message) == ("REFUSED", True)
    file = ExchangeFile.objects.get()
    assert import_837(file=file, at=now).state == "IMPORTED"


def test_a_payee_that_is_made_known_lets_its_file_in(one):
    foreign = Era(payee=("XX", OTHERS_NPI)).paid("C1", "150.00 150.00").bytes()
    assert ingest(foreign)[0].state == "QUARANTINED"
    Provider.objects.create(
        kind="ORGANIZATION", npi=OTHERS_NPI, organization_name="Second office", search_name="SECOND OFFICE"
    )
    assert ingest(foreign)[0].state == "QUARANTINED"
    Provider.objects.update(bills=True)
    [result] = ingest(foreign)
    assert result.state == "READ"
    assert ExchangeFile.objects.get().state == "READ"


@pytest.mark.parametrize("payee", [("", ""), ("XV", "99999"), ("FI", "123456780")])
def test_a_payee_nobody_knows_is_not_paid_here(one, payee):
    content = Era(payee=payee).paid("C1", "150.00 150.00").bytes()
    [result] = ingest(content)
    assert result.state == "QUARANTINED"
    assert not Remittance.objects.exists()


def test_claims_billed_by_another_practice_stay_out(in_practice):
    content = (
        file_837(SentClaim()).replace(b"1234567893", OTHERS_NPI.encode()).replace(b"990000001", b"990000009")
    )
    now = timezone.now()
    file, _ = store_inbound(name="foreign.837", content=content, source="UPLOAD", at=now)
    refused = import_837(file=file, at=now)
    assert (refused.state, "not known to bill" in refused.message) == ("REFUSED", True)
    assert not Provider.objects.exists()


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        (b"*0*P*:~", b"*0*T*:~", "test"),
        (b"*20260320~", b"*20260230~", "cannot be read"),
        (b"*20260320~", b"*20991231~", "far from today"),
    ],
)
def test_what_may_not_be_real_money_waits_for_a_person(one, run_jobs, before, after, words):
    content = GOOD.bytes()
    assert before in content
    [result] = arrive(content.replace(before, after), run_jobs)
    remittance = Remittance.objects.get(id=result.remittance_id)
    assert remittance.state == "READY"
    assert words in remittance.alert


def test_a_number_with_another_person_and_day_behind_it_is_not_matched(one):
    era = Era().paid("C1", "150.00 100.00 CO-45=50.00", last_name="SOMEBODY", member="OTHER9")
    [result] = ingest(era)
    assert result.remittance.unmatched_count == 1


def test_the_day_of_the_books_is_told_when_it_is_a_guess(one):
    now = timezone.now()
    content = GOOD.bytes().replace(b"*20260320~", b"*20260230~")
    file, _ = store_inbound(name="guess.835", content=content, source="UPLOAD", at=now)
    [result] = ingest_file(file_id=file.id, at=now)
    assert isinstance(result.remittance.payment_on, datetime.date)
    assert f"{result.remittance.payment_on:%Y-%m-%d}" in result.remittance.alert
