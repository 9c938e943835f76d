"""A new answer without a reversal of the old one never pays twice: it waits for a person or for the reversal."""

import pytest
from django.utils import timezone

from ledger.selectors import balance_differences
from remittances.models import AdjudicationFact, RemitClaim
from remittances.services import detach_payment, unpost_remittance
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, post
from tests.remittances.test_worked_examples import AGAIN, BACK, FIRST, books, stands
from workbench.models import WorkItem

WORK = {"kind": "REMITTANCE_EXCEPTION", "category": "SECOND_ANSWER", "is_open": True}


@pytest.fixture
def one(in_practice):
    yield claim("B1", "300.00")
    assert balance_differences() == []


def corrected(trace="T2"):
    return Era(trace).paid("B1", AGAIN, icn="ICNB1X", original="ICNB1")


def test_a_correction_without_a_reversal_waits_and_moves_nothing(one):
    post(Era("T1").paid("B1", FIRST))
    before = stands(one)
    post(corrected())
    assert stands(one) == before
    assert books("SUSPENSE") == -5_600
    payment = RemitClaim.objects.get(remittance__trace_number="T2")
    assert payment.booking == "HELD"
    item = WorkItem.objects.get(**WORK)
    assert item.subject_id == payment.id
    assert set(AdjudicationFact.objects.values_list("remit_claim__payer_control_number", flat=True)) == {
        "ICNB1"
    }


def test_the_reversal_that_comes_later_lets_it_pass(one):
    post(Era("T1").paid("B1", FIRST))
    post(corrected())
    post(Era("T3").paid("B1", BACK, status="22", icn="ICNB1").adjusted("FB", "", "-112.00"))
    assert stands(one) == ({1: 14_000}, 1_400, 9_000, 0, 5_600)
    assert books("SUSPENSE") == 0
    assert not WorkItem.objects.filter(**WORK).exists()


def test_the_older_answer_stands_whichever_came_first(one):
    post(Era("T2").paid("B1", AGAIN, icn="ICNB1X"))
    post(Era("T1").paid("B1", FIRST))
    assert stands(one) == ({1: 7_000}, 2_800, 9_000, 0, 11_200)
    assert RemitClaim.objects.get(booking="HELD").payer_control_number == "ICNB1X"


def test_what_follows_a_refusal_never_waits(one):
    post(Era("T1").paid("B1", "300.00 0 CO-197=300.00"))
    post(corrected())
    assert stands(one) == ({1: 14_000}, 1_400, 9_000, 0, 5_600)
    assert not WorkItem.objects.filter(**WORK).exists()


def test_an_appeal_upheld_after_a_part_payment_never_waits(one):
    post(Era("T1").paid("B1", FIRST))
    post(Era("T2").paid("B1", "300.00 0 OA-18=300.00", icn="ICNB1Y"))
    assert not WorkItem.objects.filter(**WORK).exists()


def test_taking_the_first_answer_out_lets_the_second_stand(one):
    first = post(Era("T1").paid("B1", FIRST))
    post(corrected())
    unpost_remittance(remittance_id=first.id, at=timezone.now())
    assert stands(one) == ({1: 14_000}, 1_400, 9_000, 0, 5_600)
    assert not WorkItem.objects.filter(**WORK).exists()


def test_detaching_the_waiting_answer_leaves_its_money_unapplied(one):
    post(Era("T1").paid("B1", FIRST))
    post(corrected())
    detach_payment(remit_claim=RemitClaim.objects.get(booking="HELD"), at=timezone.now())
    assert (books("SUSPENSE"), books("UNAPPLIED_INS")) == (0, -5_600)
    assert not WorkItem.objects.filter(**WORK).exists()


def test_a_person_lets_an_additional_payment_stand_beside_the_first_and_undoes_it(practice, poster, reader):
    more = "300.00 70.00 CO-45=90.00 OA-B13=140.00"
    with organization_scope(practice.pk):
        one = claim("B1", "300.00")
        post(Era("T1").paid("B1", FIRST))
        before = stands(one)
        post(Era("T2").paid("B1", more, icn="ICNB1Y"))
        payment = RemitClaim.objects.get(booking="HELD")
    page = poster.get(poster.at(f"remittances/payments/{payment.pk}/"))
    assert "no reversal came" in page.content.decode()
    address = f"remittances/payments/{payment.pk}"
    assert reader.post(reader.at(f"{address}/beside/"), {"version": payment.version}).status_code == 403
    done = poster.post(poster.at(f"{address}/beside/"), {"version": payment.version})
    assert done.status_code == 302
    with organization_scope(practice.pk):
        payment.refresh_from_db()
        assert payment.booking == "APPLIED"
        assert stands(one)[4] == before[4] + 7_000
        assert not WorkItem.objects.filter(**WORK).exists()
    undone = poster.post(f"/api/v1/remittances/payments/{payment.pk}/hold/", {"version": payment.version})
    assert (undone.status_code, undone.json()["booking"]) == (200, "HELD")
    with organization_scope(practice.pk):
        assert stands(one) == before
        assert WorkItem.objects.filter(**WORK).exists()
        assert balance_differences() == []
