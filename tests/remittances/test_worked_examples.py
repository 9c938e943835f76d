"""The worked examples, each through a real file, to the cent: what is in the books and what the denials app is told."""

import pytest

from ledger.models import AccountBalance
from ledger.selectors import balance_differences, claim_balances, trial_balance, unbalanced_entries
from remittances.models import AdjudicationFact, RemitClaim
from remittances.services.settling import charges_of
from tests.factories.era import Era, claim, payer, post

pytestmark = pytest.mark.usefixtures("in_practice")


def stands(one):
    """(insurance by rank, patient, contractual, other adjustments, paid) of a claim, zero ranks left out."""
    balance = claim_balances({one.id: sorted(charges_of([one.id])[one.id])})[one.id]
    ranks = {rank: cents for rank, cents in balance.insurance_by_rank.items() if cents}
    return ranks, balance.patient_cents, balance.contractual_cents, balance.adjusted_cents, balance.paid_cents


def books(account, reference=None):
    rows = AccountBalance.objects.filter(account=account)
    if reference is not None:
        rows = rows.filter(reference=reference)
    return sum(rows.values_list("balance_cents", flat=True))


def facts():
    return sorted(AdjudicationFact.objects.values_list("kind", "denied_cents"))


@pytest.fixture(autouse=True)
def proof(in_practice):
    yield
    assert balance_differences() == []
    assert unbalanced_entries() == []
    assert sum(cents for _, _, cents in trial_balance()) == 0


def test_1_all_to_the_deductible_is_no_denial():
    one = claim("C1", "150.00")
    post(Era().paid("C1", "150.00 0 CO-45=50.00 PR-1=100.00"))
    assert stands(one) == ({}, 10_000, 5_000, 0, 0)
    assert facts() == []
    one.refresh_from_db()
    assert (one.adjudication_state, one.responsibility) == ("PATIENT_RESP_ONLY", "PATIENT")


def test_1_with_a_second_coverage_the_share_goes_there():
    one = claim("C1", "150.00", secondary=True)
    post(Era().paid("C1", "150.00 0 CO-45=50.00 PR-1=100.00"))
    assert stands(one) == ({2: 10_000}, 0, 5_000, 0, 0)
    one.refresh_from_db()
    assert one.responsibility == "INSURANCE_SECONDARY"


def test_2_no_authorization_is_a_denial_and_moves_no_money():
    one = claim("C2", "150.00")
    remittance = post(Era().paid("C2", "150.00 0 CO-197=150.00", remarks=("N385",)))
    assert stands(one) == ({1: 15_000}, 0, 0, 0, 0)
    assert facts() == [("DENIED", 15_000)]
    assert remittance.denied_count == 1
    one.refresh_from_db()
    assert one.adjudication_state == "DENIED"


def test_3_a_part_denied_stays_open():
    one = claim("C3", "300.00")
    post(Era().paid("C3", "300.00 112.00 CO-45=90.00 CO-151=70.00 PR-2=28.00", remarks=("N362",)))
    assert stands(one) == ({1: 7_000}, 2_800, 9_000, 0, 11_200)
    assert facts() == [("PARTLY_DENIED", 7_000)]
    one.refresh_from_db()
    assert one.adjudication_state == "PAID_PARTIAL"


def test_4_a_short_payment_is_posted_as_paid():
    one = claim("C4", "200.00")
    post(Era().paid("C4", "200.00 60.00 CO-45=120.00 PR-3=20.00"))
    assert stands(one) == ({}, 2_000, 12_000, 0, 6_000)
    assert facts() == []


def test_5_unprocessable():
    one = claim("C5", "200.00")
    post(Era().paid("C5", "200.00 0 CO-16=200.00", remarks=("M51",), claim_remarks="MA130"))
    assert stands(one) == ({1: 20_000}, 0, 0, 0, 0)
    assert facts() == [("DENIED", 20_000)]
    assert RemitClaim.objects.get().remark_codes == ["MA130"]


def test_6_and_7_medicare_with_the_federal_cut_then_the_second_payer():
    one = claim("C6", "200.00", secondary=True)
    post(Era().paid("C6", "200.00 94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92"))
    assert stands(one) == ({2: 2_400}, 0, 8_000, 192, 9_408)
    second = ("SECOND HEALTH", "EX002")
    post(Era("T2", payer=second).paid("C6", "200.00 24.00 OA-23=176.00", status="2", icn="S6"))
    assert stands(one) == ({}, 0, 8_000, 192, 11_808), "what the first payer did is never posted again"
    assert facts() == []


def test_8_capitated_is_an_encounter():
    one = claim("C8", "120.00", of=payer(is_capitated=True))
    post(Era().paid("C8", "120.00 0 CO-24=120.00"))
    assert stands(one) == ({}, 0, 0, 12_000, 0)
    assert facts() == []


def test_9_not_capitated_is_a_denial():
    one = claim("C9", "120.00")
    post(Era().paid("C9", "120.00 0 CO-24=120.00"))
    assert stands(one) == ({1: 12_000}, 0, 0, 0, 0)
    assert facts() == [("DENIED", 12_000)]


def test_10_a_fee_cut_of_the_whole_charge_is_a_hidden_denial():
    one = claim("C10", "90.00")
    post(Era().paid("C10", "90.00 0 CO-45=90.00"))
    assert stands(one) == ({1: 9_000}, 0, 0, 0, 0)
    assert facts() == [("DENIED", 9_000)]
    assert "READ_BY_PERSON" in RemitClaim.objects.get().issues


def test_11_refused_to_the_patients_debit_stays_open():
    one = claim("C11", "180.00")
    post(Era().paid("C11", "180.00 0 PR-204=180.00"))
    assert stands(one) == ({1: 18_000}, 0, 0, 0, 0)
    assert facts() == [("DENIED", 18_000)]


def test_12_a_case_rate_above_the_charge():
    one = claim("C12", "10000.00")
    post(Era().whole("C12", "10000.00", "12500.00", "CO-94=-2500.00"))
    assert stands(one) == ({}, 0, 0, -250_000, 1_250_000)
    assert facts() == []


# -- whole payments -----------------------------------------------------------------------------------------------


def test_a_interest_goes_to_income():
    for number, charge in (("A1", "200.00"), ("A2", "300.00"), ("A3", "200.00")):
        claim(number, charge)
    remittance = post(
        Era()
        .paid("A1", "200.00 94.08 CO-45=105.92")
        .paid("A2", "300.00 112.00 CO-45=188.00")
        .paid("A3", "200.00 60.00 CO-45=140.00")
        .adjusted("L6", "A1", "-1.10")
    )
    assert (remittance.paid_cents, remittance.payment_cents) == (26_608, 26_718)
    assert books("INTEREST_INCOME") == -110
    assert books("ERA_CLEARING") == 26_718


FIRST = "300.00 112.00 CO-45=90.00 CO-151=70.00 PR-2=28.00"
BACK = "-300.00 -112.00 CO-45=-90.00 CO-151=-70.00 PR-2=-28.00"
AGAIN = "300.00 56.00 CO-45=90.00 CO-151=140.00 PR-2=14.00"


def taken_back(trace="T2"):
    return (
        Era(trace)
        .paid("B1", BACK, status="22", icn="ICNB1")
        .paid("B1", AGAIN, icn="ICNB1X", original="ICNB1")
        .paid("B2", "100.00 94.08 CO-45=5.92")
    )


def test_b_an_immediate_takeback():
    one = claim("B1", "300.00")
    claim("B2", "100.00")
    post(Era("T1").paid("B1", FIRST))
    assert stands(one) == ({1: 7_000}, 2_800, 9_000, 0, 11_200)
    remittance = post(taken_back())
    assert remittance.payment_cents == 3_808
    assert stands(one) == ({1: 14_000}, 1_400, 9_000, 0, 5_600)
    assert facts() == [("PARTLY_DENIED", 7_000), ("PARTLY_DENIED", 14_000), ("REVERSED", 0)]
    one.refresh_from_db()
    assert one.payer_control_number == "ICNB1X"


def test_c_a_delayed_takeback():
    claim("B1", "300.00")
    claim("B2", "100.00")
    claim("B3", "600.00")
    post(Era("T1").paid("B1", FIRST))
    remittance = post(taken_back().adjusted("WO", "ICNB1", "-56.00"))
    assert remittance.payment_cents == 9_408
    assert books("PAYER_RECOUP", "ICNB1") == -5_600, "we owe the payer 56.00"
    later = post(Era("T3").paid("B3", "600.00 500.00 CO-45=100.00").adjusted("WO", "ICNB1", "56.00"))
    assert later.payment_cents == 44_400
    assert books("PAYER_RECOUP") == 0
    assert books("SUSPENSE") == 0


def test_d_a_balance_carried_forward():
    claim("D1", "100.00")
    claim("D2", "60.00")
    claim("D3", "150.00")
    post(Era("T1").paid("D1", "100.00 100.00"))
    carried = post(
        Era("T2")
        .paid("D1", "-100.00 -100.00", status="22", icn="ICND1")
        .paid("D2", "60.00 60.00")
        .adjusted("FB", "", "-40.00")
    )
    assert (carried.payment_cents, carried.payment_method) == (0, "NON")
    assert books("PAYER_RECOUP", "FB") == -4_000
    applied = post(Era("T3").paid("D3", "150.00 100.00 CO-45=50.00").adjusted("FB", "", "40.00"))
    assert applied.payment_cents == 6_000
    assert books("PAYER_RECOUP") == 0


def test_e_our_refund_acknowledged():
    claim("E1", "100.00")
    post(
        Era()
        .paid("E1", "100.00 80.00 CO-45=20.00")
        .adjusted("WO", "R1", "56.00")
        .adjusted("72", "R1", "-56.00")
    )
    assert books("PAYER_RECOUP") == 0
    assert books("ERA_CLEARING") == 8_000


def test_f_a_claim_split_in_two():
    one = claim("F1", "300.00", "200.00")
    post(Era("T1").paid("F1", "300.00 200.00 CO-45=100.00", icn="A1"))
    one.refresh_from_db()
    assert one.adjudication_state == "PARTIAL"
    post(Era("T2").whole("F1", "200.00", "150.00", "CO-45=50.00", icn="A2"))
    one.refresh_from_db()
    assert one.adjudication_state == "PAID"
    assert stands(one) == ({}, 0, 15_000, 0, 35_000)
