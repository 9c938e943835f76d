"""What happens to a claim after its first answer, through a clearinghouse in a process of its own and real jobs."""

import datetime

import pytest
from django.utils import timezone

from claims.models import Claim
from claims.services import find_silent_claims
from clearinghouse.models import PayerRoute
from ledger.selectors import charge_balances
from patients.models import Charge, Encounter, Patient
from reference.models import Payer
from remittances.models import Remittance
from remittances.services import find_next_due
from tests.factories.patients import make_coverage, make_payer
from workbench.models import WorkItem

KINDS = pytest.mark.parametrize(("kind", "transport"), [("837P", "SFTP"), ("837I", "HTTPS")])
SECOND = ("Second Health", "SH002")


def second_payer():
    payer = make_payer(*SECOND)
    Payer.objects.filter(id=payer.id).update(filing_indicator="CI")
    return payer


def balance(story):
    with story.scope():
        charge = Charge.objects.get()
        return charge_balances([charge.id])[charge.id]


@KINDS
def test_a_paid_claim_is_corrected_then_voided(customer, biller, kind, transport):
    story = customer(kind=kind, transport=transport, payer="SIMPAID")
    claim_id = story.bill()
    story.until_paid()
    with story.scope():
        Encounter.objects.update(authorization_number="AUTH7")
    form = {"reason": "The authorization came late", "version": 1}
    assert biller.post(biller.at(f"claims/{claim_id}/correct/"), form).status_code == 302
    story.until_posted(2)
    assert [one["frequency"] for one in story.deliveries(claim_id)] == ["1", "7"]
    assert balance(story).outstanding_cents == 0
    form = {"reason": "It was another patient", "version": 2}
    assert biller.post(biller.at(f"claims/{claim_id}/void/"), form).status_code == 302
    story.until_state("VOIDED")
    assert [one["frequency"] for one in story.deliveries(claim_id)] == ["1", "7", "8"]
    left = balance(story)
    assert (left.paid_cents, left.outstanding_cents) == (0, 0)


@KINDS
def test_what_the_first_payer_leaves_the_second_pays_to_the_cent(customer, biller, kind, transport):
    story = customer(kind=kind, transport=transport, payer="SIMCOINS")
    claim_id = story.bill()
    with story.scope():
        make_coverage(Patient.objects.get(), second_payer(), member_id="S2", rank=2)
    story.route(second_payer, kind, "SIMPAID")
    story.until_posted(1)
    with story.scope():
        claim = Claim.objects.get()
        assert claim.responsibility == "INSURANCE_SECONDARY"
        assert find_next_due(at=timezone.now()) == 1
        owed = WorkItem.objects.get(kind="NEXT_PAYER").amount_cents
    first = balance(story)
    assert owed == first.outstanding_cents > 0
    assert biller.post(biller.at(f"remittances/next-payer/{claim_id}/")).status_code == 302
    story.until_posted(2)
    assert [one["payer"] for one in story.deliveries(claim_id)] == ["SIMCOINS", "SIMPAID"]
    both = balance(story)
    assert both.paid_cents == first.paid_cents + owed
    assert both.outstanding_cents == 0
    with story.scope():
        assert Remittance.objects.get(payer_name="SECOND HEALTH").payment_cents == owed
        assert not WorkItem.objects.filter(kind="NEXT_PAYER", is_open=True).exists()


@KINDS
def test_a_claim_lost_on_its_way_is_found_sent_again_and_paid(customer, biller, kind, transport):
    story = customer(kind=kind, transport=transport, payer="SIMMUTE")
    story.route(make_payer, "276", "SIMMUTE")
    claim_id = story.bill()
    story.until_state("CH_ACCEPTED")
    with story.scope():
        assert find_silent_claims(at=timezone.now() + datetime.timedelta(days=60)) == 1
        ticket = WorkItem.objects.get(kind="NO_RESPONSE")
        assert ticket.category == "SILENT"
    panel = biller.get(biller.at(f"work/item/{ticket.id}/")).content.decode()
    assert "too few to measure" in panel
    assert biller.post(biller.at(f"claims/{claim_id}/ask/")).status_code == 302
    story.until(lambda: WorkItem.objects.get(kind="NO_RESPONSE").category == "NOT_FOUND")
    with story.scope():
        PayerRoute.objects.filter(transaction=kind).update(payer_identifier="SIMPAID")
    assert biller.post(biller.at(f"claims/no-response/{ticket.id}/send-again/")).status_code in (200, 302)
    story.until_paid()
    assert [one["payer"] for one in story.deliveries(claim_id)] == ["SIMMUTE", "SIMPAID"]
    with story.scope():
        assert not WorkItem.objects.filter(kind="NO_RESPONSE", is_open=True).exists()
