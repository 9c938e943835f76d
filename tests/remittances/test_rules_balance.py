from hypothesis import given
from hypothesis import strategies as st

from remittances.rules.balance import Level, WarningKind, prove, prove_claim, prove_payment
from remittances.rules.facts import (
    AdjustmentFacts,
    ProviderAdjustmentFacts,
    RemitClaimFacts,
    RemitLineFacts,
    RemittanceFacts,
)
from tests.remittances.rules_support import cents, claim, line


def payment(amount, *claims, plb=(), **fields):
    adjustments = tuple(
        ProviderAdjustmentFacts(number, code, "REF", cents(value))
        for number, (code, value) in enumerate(plb, 1)
    )
    return RemittanceFacts(cents(amount), claims, adjustments, **fields)


def paid(amount, **fields):
    return claim(line(amount, "", amount), **fields)


REVERSAL = claim(line("-300.00", "CO-45 -90.00, CO-151 -70.00, PR-2 -28.00", "-112.00"), status="22")
CORRECTION = claim(line("300.00", "CO-45 90.00, CO-151 140.00, PR-2 14.00", "56.00"), ordinal=2)


def test_interest_is_added_to_the_claims():
    claims = (paid("94.08"), paid("112.00"), paid("60.00"))
    assert prove(payment("267.18", *claims, plb=[("L6", "-1.10")])).is_balanced
    [wrong] = prove(payment("267.17", *claims, plb=[("L6", "-1.10")])).imbalances
    assert (wrong.level, wrong.expected_cents, wrong.stated_cents, wrong.difference_cents) == (
        Level.PAYMENT, 26718, 26717, -1,
    )  # fmt: skip
    assert str(wrong) == (
        "payment: CLP04 of all claims less the PLB gives $267.18, the file says $267.17: off by -$0.01."
    )


def test_takebacks_at_once_and_delayed_balance():
    assert prove(payment("38.08", REVERSAL, CORRECTION, paid("94.08"))).is_balanced
    delayed = payment("94.08", REVERSAL, CORRECTION, paid("94.08"), plb=[("WO", "-56.00")])
    assert prove(delayed).is_balanced
    assert prove(payment("444.00", paid("500.00"), plb=[("WO", "56.00")])).is_balanced


def test_a_balance_carried_forward_leaves_nothing_to_pay():
    reversal = claim(line("-40.00", "", "-40.00"), status="22")
    assert prove(payment("0.00", reversal, plb=[("FB", "-40.00")], method="NON")).is_balanced
    assert prove(payment("60.00", paid("100.00"), plb=[("FB", "40.00")])).is_balanced
    [wrong] = prove(payment("0.00", reversal, method="NON")).imbalances
    assert wrong.difference_cents == 4000
    assert "carries the rest forward" in wrong.hint


def test_our_acknowledged_refund_nets_to_nothing():
    assert prove(payment("100.00", paid("100.00"), plb=[("WO", "56.00"), ("72", "-56.00")])).is_balanced


def test_a_payment_above_the_charge_balances():
    assert prove_claim(claim(charge="10,000.00", cas="CO-94 -2500.00", paid="12500.00")).is_balanced


def test_one_cent_is_named_with_its_claim_and_line():
    broken = claim(
        line("100.00", "CO-45 20.00", "80.00"),
        line("50.00", "CO-45 10.00", "40.01", ordinal=2),
        ordinal=7,
        number="ABC-7",
    )
    at_line, at_claim = prove_claim(broken).imbalances
    assert (at_line.level, str(at_line.place), at_line.difference_cents) == (
        Level.LINE, "claim 7 (ABC-7), line 2", 1,
    )  # fmt: skip
    assert (at_claim.level, at_claim.place.line, at_claim.difference_cents) == (Level.CLAIM, None, 1)


def test_the_same_money_at_claim_and_line_is_recognised():
    [found] = prove_claim(claim(line("100.00", "PR-1 30.00", "70.00"), cas="PR-1 30.00")).imbalances
    assert found.difference_cents == 3000
    assert "repeat money" in found.hint


def test_patient_responsibility_is_compared_but_never_decides():
    good = claim(line("150.00", "CO-45 50.00, PR-1 100.00", "0.00"), patient_responsibility_cents=10000)
    assert prove_claim(good).warnings == ()
    off = claim(line("150.00", "CO-45 50.00, PR-1 100.00", "0.00"), patient_responsibility_cents=9000)
    proof = prove_claim(off)
    assert proof.is_balanced
    [warning] = proof.warnings
    assert (warning.kind, warning.difference_cents) == (WarningKind.PATIENT_RESPONSIBILITY, -1000)
    reversed_claim = claim(
        line("-150.00", "PR-1 -150.00", "0.00"), status="22", patient_responsibility_cents=0
    )
    assert prove_claim(reversed_claim).warnings == ()


def test_lines_that_do_not_come_to_the_claim_are_a_warning_only():
    whole = claim(line("80.00", "", "80.00"), charge="100.00", paid="80.00", cas="CO-45 20.00")
    proof = prove_claim(whole)
    assert proof.is_balanced
    assert [one.kind for one in proof.warnings] == [WarningKind.LINE_CHARGES]


def test_signs_groups_and_methods_that_do_not_fit_are_warned_of():
    kinds = {
        one.kind
        for remittance in (
            payment("10.00", claim(line("10.00", "", "10.00"), status="22")),
            payment("-10.00", claim(line("-10.00", "", "-10.00"))),
            payment("10.00", claim(line("20.00", "CR-45 10.00", "10.00"))),
            payment("10.00", claim(line("20.00", "ZZ-45 10.00", "10.00"))),
            payment("10.00", claim(line("10.00", "", "10.00"), status="25"), method="NON"),
            payment("10.00", claim(line("-10.00", "", "-10.00"), status="22"), credit_or_debit="D"),
        )
        for one in prove(remittance).warnings
    }
    assert kinds == set(WarningKind) - {WarningKind.PATIENT_RESPONSIBILITY, WarningKind.LINE_CHARGES}


def test_a_debit_takes_the_payment_from_us():
    reversal = claim(line("-10.00", "", "-10.00"), status="22")
    assert prove(payment("10.00", reversal, credit_or_debit="D")).is_balanced


amounts = st.integers(-10_000_00, 10_000_00)


@st.composite
def balanced_lines(draw, ordinal=1):
    cas = draw(st.lists(amounts, max_size=6))
    charge = draw(amounts)
    adjustments = tuple(AdjustmentFacts("CO", "45", amount) for amount in cas)
    return RemitLineFacts(ordinal, charge, charge - sum(cas), adjustments)


@st.composite
def balanced_claims(draw):
    lines = tuple(draw(st.lists(balanced_lines(), min_size=1, max_size=4)))
    cas = tuple(AdjustmentFacts("PR", "1", amount) for amount in draw(st.lists(amounts, max_size=3)))
    charge = sum(one.charge_cents for one in lines)
    taken = sum(one.amount_cents for one in cas)
    return RemitClaimFacts(
        1, "A", "1", charge, sum(one.paid_cents for one in lines) - taken, adjustments=cas, lines=lines
    )


@given(st.lists(balanced_claims(), max_size=4), st.lists(amounts, max_size=4), st.integers(-500, 500))
def test_what_balances_is_found_balanced_and_any_other_cent_is_found(claims, plb, off):
    adjustments = tuple(ProviderAdjustmentFacts(1, "WO", "R", amount) for amount in plb)
    right = sum(one.paid_cents for one in claims) - sum(plb)
    assert prove(RemittanceFacts(right, tuple(claims), adjustments)).is_balanced
    proof = prove(RemittanceFacts(right + off, tuple(claims), adjustments))
    assert [one.difference_cents for one in proof.imbalances] == ([off] if off else [])


def test_streaming_and_whole_agree():
    remittance = payment("38.08", REVERSAL, CORRECTION, paid("94.09"))
    streamed = [found for one in remittance.claims for found in prove_claim(one).imbalances]
    last = prove_payment(
        payment_cents=3808, claims_paid_cents=sum(one.paid_cents for one in remittance.claims)
    )
    assert (*streamed, *last.imbalances) == prove(remittance).imbalances
