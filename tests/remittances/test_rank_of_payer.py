"""As which payer in turn one decided: CLP02 says it, or the coverage that names the payer does."""

import pytest
from django.utils import timezone

from denials.models import Denial
from denials.services import take_facts
from ledger.selectors import balance_differences
from remittances.models import RemitClaim
from remittances.services import detach_payment, match_payment
from tests.factories.era import DAY, Era, claim, post
from tests.remittances.test_worked_examples import stands

SECOND = ("SECOND HEALTH", "EX002")
FIRST = "200.00 94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92"


@pytest.fixture
def one(in_practice):
    yield claim("C1", "200.00", secondary=True)
    assert balance_differences() == []


def refused(number="C1", status="4"):
    return Era("T2", payer=SECOND).paid(number, "200.00 0 OA-23=176.00 CO-31=24.00", status=status, icn="S1")


def rank():
    return RemitClaim.objects.get(remittance__trace_number="T2").rank


@pytest.mark.parametrize("first_comes", ["before", "after"])
def test_denied_by_the_second_payer_is_the_second_payers_denial(one, first_comes):
    files = [Era().paid("C1", FIRST), refused()]
    for file in files if first_comes == "before" else reversed(files):
        post(file)
    take_facts(on=DAY, at=timezone.now())
    one.refresh_from_db()

    assert rank() == 2
    assert stands(one) == ({2: 2_400}, 0, 8_000, 192, 9_408)
    assert (one.adjudication_state, one.responsibility) == ("PAID_PARTIAL", "INSURANCE_SECONDARY")
    assert one.payer_control_number == "ICNC1", "a replacement goes to the first payer under its own number"
    denial = Denial.objects.get()
    assert (denial.payer.name, denial.responsibility_rank, denial.denied_cents) == ("SECOND HEALTH", 2, 2_400)


def test_denied_by_the_first_payer_is_the_first_payers(one):
    post(Era("T2").paid("C1", "200.00 0 CO-31=200.00", status="4"))
    assert rank() == 1


def test_what_the_payer_says_stands(one):
    post(refused(status="1"))
    assert rank() == 1


def test_a_claim_found_by_hand_gives_its_coverages_order(one):
    post(refused(number="OTHER"))
    assert rank() == 1
    match_payment(remit_claim=RemitClaim.objects.get(), claim=one, at=timezone.now())
    assert rank() == 2
    detach_payment(remit_claim=RemitClaim.objects.get(), at=timezone.now())
    match_payment(remit_claim=RemitClaim.objects.get(), claim=claim("C2", "200.00"), at=timezone.now())
    assert rank() == 1
