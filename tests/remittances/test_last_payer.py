"""A payer that only restates those before it owes nothing more: the rest goes on, and comes back with its answer."""

import pytest
from django.utils import timezone

from ledger.selectors import balance_differences
from patients.models import Coverage
from remittances.models import RemitClaim
from remittances.services import detach_payment, match_payment, post_remittance, unpost_remittance
from tests.factories.era import Era, claim, payer, post
from tests.remittances.test_worked_examples import stands

SECOND = ("SECOND HEALTH", "EX002")
FIRST = "200.00 94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92"


@pytest.fixture
def one(in_practice):
    yield claim("C1", "200.00", secondary=True)
    assert balance_differences() == []


def restated(trace="T2", *, remarks=(), line="200.00 0 OA-23=200.00"):
    return Era(trace, payer=SECOND).paid("C1", line, status="2", icn="S1", remarks=remarks)


def test_the_rest_is_the_patients_after_the_last_payer(one):
    post(Era().paid("C1", FIRST))
    assert stands(one) == ({2: 2_400}, 0, 8_000, 192, 9_408)
    post(restated())
    assert stands(one) == ({}, 2_400, 8_000, 192, 9_408)
    one.refresh_from_db()
    assert one.responsibility == "PATIENT"


def test_it_goes_to_the_third_payer_where_there_is_one(one):
    third = payer("THIRD HEALTH", "EX003")
    Coverage.objects.create(
        patient=one.patient, payer=third, member_id="T1", member_id_normalized="T1", rank=3
    )
    post(Era().paid("C1", FIRST))
    post(restated())
    assert stands(one) == ({3: 2_400}, 0, 8_000, 192, 9_408)
    post(Era("T3", payer=("THIRD HEALTH", "EX003")).paid("C1", "200.00 0 OA-23=200.00", status="3", icn="R1"))
    assert stands(one) == ({}, 2_400, 8_000, 192, 9_408)


def test_the_second_payer_may_answer_first(one):
    post(restated())
    post(Era().paid("C1", FIRST))
    assert stands(one) == ({}, 2_400, 8_000, 192, 9_408)


@pytest.mark.parametrize("remark", ["N781", "N830", "N862"])
def test_a_patient_whom_law_protects_is_not_billed(one, remark):
    post(Era().paid("C1", FIRST))
    post(restated(remarks=(remark,)))
    assert stands(one) == ({2: 2_400}, 0, 8_000, 192, 9_408)


def test_what_the_second_payer_refuses_itself_stays_with_it(one):
    post(Era().paid("C1", FIRST))
    post(restated(line="200.00 0 OA-23=176.00 CO-197=24.00"))
    assert stands(one) == ({2: 2_400}, 0, 8_000, 192, 9_408)


def test_unposting_and_detaching_take_it_back(one):
    post(Era().paid("C1", FIRST))
    second = post(restated())
    unpost_remittance(remittance_id=second.id, at=timezone.now())
    assert stands(one)[:2] == ({2: 2_400}, 0)
    post_remittance(remittance_id=second.id, at=timezone.now())
    assert stands(one)[:2] == ({}, 2_400)
    payment = RemitClaim.objects.get(remittance=second)
    detach_payment(remit_claim=payment, at=timezone.now())
    assert stands(one)[:2] == ({2: 2_400}, 0)
    match_payment(remit_claim=payment, claim=one, at=timezone.now())
    assert stands(one)[:2] == ({}, 2_400)
