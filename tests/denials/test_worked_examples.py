"""The worked examples from the file to the denial: what is refused, why, and what to do first."""

import pytest

from denials.models import Denial
from remittances.models import PayerReceivable
from tests.factories import era
from tests.factories.era import Era


def denial_of(take, charge, decided, **payment):
    era.claim("CLM1", charge)
    era.post(Era().paid("CLM1", f"{charge} {decided}", **payment))
    take()
    return Denial.objects.get()


@pytest.mark.parametrize(
    ("charge", "decided", "payment", "cents", "why", "first"),
    [
        pytest.param(
            "150.00", "0 CO-197=150.00", {"remarks": ("N385",)},
            15_000, ("authorization", "auth_late"), "appeal", id="2 authorization too late",
        ),
        pytest.param(
            "300.00", "112.00 CO-45=90.00 CO-151=70.00 PR-2=28.00", {"remarks": ("N362",)},
            7_000, ("medical_necessity", "coding_units"), "correct_resubmit_7", id="3 more units than allowed",
        ),
        pytest.param(
            "200.00", "0 CO-16=200.00", {"remarks": ("M51",), "claim_remarks": "MA130"},
            20_000, ("coding", "coding_cpt"), "rebill_new", id="5 unprocessable",
        ),
        pytest.param(
            "120.00", "0 CO-24=120.00", {},
            12_000, ("cob", "reg_wrong_payer"), "bill_other_payer", id="9 another plan's",
        ),
    ],
)  # fmt: skip
def test_a_refusal_is_worth_what_was_refused_and_says_why(
    take, in_practice, charge, decided, payment, cents, why, first
):
    denial = denial_of(take, charge, decided, **payment)
    assert (denial.denied_cents, denial.is_initial) == (cents, True)
    assert (denial.category, denial.root_cause) == why
    assert denial.next_action == first


def test_3_is_of_the_frequency_of_a_service(take, in_practice):
    denial = denial_of(take, "300.00", "112.00 CO-45=90.00 CO-151=70.00 PR-2=28.00", remarks=("N362",))
    assert (denial.subcategory, denial.paid_cents, denial.billed_cents) == ("frequency", 11_200, 30_000)


def test_5_was_never_adjudicated_and_goes_out_as_a_new_claim(take, in_practice):
    denial = denial_of(take, "200.00", "0 CO-16=200.00", remarks=("M51",), claim_remarks="MA130")
    assert (denial.is_unprocessable, denial.is_appealable, denial.resubmission) == (True, False, "NEW_CLAIM")


def test_10_is_read_by_a_person(take, in_practice):
    denial = denial_of(take, "90.00", "0 CO-45=90.00")
    assert (denial.denied_cents, denial.needs_review, denial.subcategory) == (
        9_000,
        True,
        "full_charge_adjustment",
    )


@pytest.mark.parametrize(("secondary", "first"), [(True, "bill_secondary"), (False, "bill_patient")])
def test_11_goes_to_the_second_payer_before_the_patient(take, in_practice, secondary, first):
    era.claim("CLM1", "180.00", secondary=secondary)
    era.post(Era().paid("CLM1", "180.00 0 PR-204=180.00"))
    take()
    denial = Denial.objects.get()
    assert (denial.denied_cents, denial.category) == (18_000, "noncovered_benefit_max")
    assert (denial.is_patient_liable, denial.next_action) == (True, first)


@pytest.mark.parametrize(
    ("charge", "decided", "payer"),
    [
        pytest.param("150.00", "0 CO-45=50.00 PR-1=100.00", {}, id="1 all to the deductible"),
        pytest.param(
            "200.00", "94.08 CO-45=80.00 PR-2=24.00 CO-253=1.92", {"kind": "medicare_ffs"}, id="6 Medicare"
        ),
        pytest.param("120.00", "0 CO-24=120.00", {"is_capitated": True}, id="8 capitated"),
    ],
)
def test_what_is_no_refusal_makes_no_denial(take, in_practice, charge, decided, payer):
    era.claim("CLM1", charge, of=era.payer(**payer))
    era.post(Era().paid("CLM1", f"{charge} {decided}"))
    take()
    assert not Denial.objects.exists()


def test_c_and_e_what_stands_between_us_and_the_payer_is_closed(in_practice):
    era.claim("CLM1", "600.00")
    era.post(Era("T1").paid("CLM1", "600.00 500.00 CO-45=100.00").adjusted("WO", "C1", "-56.00"))
    assert PayerReceivable.objects.get(reference="C1").open_cents == -5_600
    era.post(Era("T2").adjusted("WO", "C1", "56.00").adjusted("FB", "", "-56.00"))
    era.post(Era("T3").adjusted("WO", "E1", "56.00").adjusted("72", "E1", "-56.00"))
    rows = PayerReceivable.objects.exclude(reference="FB").values_list("reference", "open_cents", "state")
    assert set(rows) == {("C1", 0, "CLEARED"), ("E1", 0, "CLEARED")}
