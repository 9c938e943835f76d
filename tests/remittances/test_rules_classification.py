import pytest
from hypothesis import given
from hypothesis import strategies as st

from reference.rules.codes import PayerFacts
from remittances.rules.classification import (
    AdjustmentClass,
    FindingKind,
    LineResult,
    Treatment,
    expected_sequestration_cents,
    prorated,
)
from tests.remittances.rules_support import CARCS, cents, classified, line

MEDICARE = PayerFacts(kind="medicare_ffs")
CAPITATED = PayerFacts(is_capitated=True)
PI_MAPPED = PayerFacts(treats_pi_45_as_contractual=True)

# number, line (charge, adjustments, paid), payer, result, denied, patient, contractual: the worked examples.
EXAMPLES = [
    (1, ("150.00", "CO-45 50.00, PR-1 100.00", "0.00"), PayerFacts(), "PATIENT_ONLY", 0, 10000, 5000),
    (2, ("150.00", "CO-197 150.00", "0.00"), PayerFacts(), "DENIED", 15000, 0, 0),
    (3, ("300.00", "CO-45 90.00, CO-151 70.00, PR-2 28.00", "112.00"), PayerFacts(), "PARTLY_DENIED", 7000, 2800, 9000),
    (5, ("200.00", "CO-16 200.00", "0.00"), PayerFacts(), "DENIED", 20000, 0, 0),
    (6, ("200.00", "CO-45 80.00, PR-2 24.00, CO-253 1.92", "94.08"), MEDICARE, "PAID_IN_FULL", 0, 2400, 8000),
    (8, ("120.00", "CO-24 120.00", "0.00"), CAPITATED, "ZERO_PAY", 0, 0, 0),
    (9, ("120.00", "CO-24 120.00", "0.00"), MEDICARE, "DENIED", 12000, 0, 0),
    (10, ("90.00", "CO-45 90.00", "0.00"), PayerFacts(), "DENIED", 9000, 0, 0),
    (11, ("180.00", "PR-204 180.00", "0.00"), PayerFacts(), "DENIED", 18000, 0, 0),
]  # fmt: skip


@pytest.mark.parametrize(
    ("number", "written", "payer", "result", "denied", "patient", "contractual"), EXAMPLES
)
def test_worked_examples_to_the_cent(number, written, payer, result, denied, patient, contractual):
    [found] = classified(line(*written), payer=payer).lines
    assert found.result == LineResult[result]
    assert (found.denied_cents, found.patient_cents, found.contractual_cents) == (
        denied,
        patient,
        contractual,
    )


def test_less_than_the_contract_allows_is_paid_short():
    [short] = classified(line("200.00", "CO-45 120.00, PR-3 20.00", "60.00"), expected={1: 9500}).lines
    assert (short.result, short.allowed_cents, short.short_cents) == (LineResult.PAID_SHORT, 8000, 1500)
    [within] = classified(line("200.00", "CO-45 120.00, PR-3 20.00", "60.00"), expected={1: 8100}).lines
    assert (within.result, within.short_cents) == (LineResult.PAID_IN_FULL, 0)
    [stated] = classified(
        line("200.00", "CO-45 120.00, PR-3 20.00", "60.00", allowed_cents=9500), expected={1: 9500}
    ).lines
    assert stated.result == LineResult.PAID_IN_FULL


def test_a_secondary_payer_restates_the_primary_and_nothing_is_posted_of_it():
    [found] = classified(line("200.00", "OA-23 176.00", "24.00"), status="2").lines
    [restated] = found.adjustments
    assert (found.result, found.prior_payer_cents, found.patient_cents) == (LineResult.PAID_IN_FULL, 17600, 0)
    assert restated.kind == AdjustmentClass.PRIOR_PAYER_IMPACT
    assert restated.treatment == Treatment.BALANCING_ONLY
    [nothing] = classified(line("200.00", "OA-23 200.00", "0.00"), status="2").lines
    assert nothing.result == LineResult.ZERO_PAY


def test_a_case_rate_above_the_charge_is_informational():
    found = classified(charge="10,000.00", cas="CO-94 -2500.00", paid="12500.00")
    [over] = found.adjustments
    assert found.result == LineResult.PAID_IN_FULL
    assert (over.kind, over.amount_cents) == (AdjustmentClass.INFORMATIONAL, -250000)
    assert FindingKind.PAID_ABOVE_CHARGE in {one.kind for one in found.findings}


def test_a_reversal_gets_the_classes_of_what_it_reverses():
    written = "CO-45 90.00, CO-151 70.00, PR-2 28.00"
    mirrored = written.replace(" 90", " -90").replace(" 70", " -70").replace(" 28", " -28")
    [original] = classified(line("300.00", written, "112.00")).lines
    [reversal] = classified(line("-300.00", mirrored, "-112.00"), status="22").lines
    assert reversal.result == LineResult.REVERSED
    assert [one.kind for one in reversal.adjustments] == [one.kind for one in original.adjustments]
    assert [one.amount_cents for one in reversal.adjustments] == [-9000, -7000, -2800]
    assert classified(line("300.00", "CO-45 90.00, CO-151 140.00, PR-2 14.00", "56.00")).denied_cents == 14000


def test_forwarded_and_predetermined_claims_are_not_adjudicated():
    assert classified(charge="10.00", paid="0.00", status="25").result == LineResult.NOT_ADJUDICATED
    assert classified(line("-10.00", "", "-10.00")).result == LineResult.REVERSED
    for status in ("23", "25"):
        assert (
            classified(line("50.00", "CO-197 50.00", "0.00"), status=status).result
            == LineResult.NOT_ADJUDICATED
        )


CLASSES = [
    ("CO-45 10.00", "CONTRACTUAL", "WRITE_OFF"),
    ("CO-59 10.00", "CONTRACTUAL", "WRITE_OFF"),
    ("CO-1 10.00", "CONTRACTUAL", "WRITE_OFF"),
    ("CO-94 10.00", "INFORMATIONAL", "WRITE_OFF"),
    ("OA-45 10.00", "INFORMATIONAL", "SUSPENSE"),
    ("PR-1 10.00", "PATIENT_RESPONSIBILITY", "NEXT_PAYER_OR_PATIENT"),
    ("PR-45 10.00", "PATIENT_RESPONSIBILITY", "NEXT_PAYER_OR_PATIENT"),
    ("OA-23 10.00", "PRIOR_PAYER_IMPACT", "BALANCING_ONLY"),
    ("CO-253 10.00", "PAYER_REDUCTION", "WRITE_OFF"),
    ("CO-104 10.00", "PAYER_REDUCTION", "WRITE_OFF"),
    ("PR-253 10.00", "PAYER_REDUCTION", "WRITE_OFF"),
    ("OA-225 10.00", "INTEREST", "SUSPENSE"),
    ("PR-85 10.00", "PATIENT_RESPONSIBILITY", "NEXT_PAYER_OR_PATIENT"),
    ("OA-133 10.00", "INFORMATIONAL", "STAYS_OPEN"),
    ("OA-257 10.00", "INFORMATIONAL", "STAYS_OPEN"),
    ("OA-B11 10.00", "INFORMATIONAL", "STAYS_OPEN"),
    ("OA-209 10.00", "INFORMATIONAL", "NEXT_PAYER"),
    ("CO-246 10.00", "INFORMATIONAL", "WRITE_OFF"),
    ("CO-97 10.00", "DENIAL", "STAYS_OPEN"),
    ("OA-18 10.00", "DENIAL", "STAYS_OPEN"),
    ("PR-27 10.00", "DENIAL", "STAYS_OPEN"),
    ("PI-45 10.00", "DENIAL", "STAYS_OPEN"),
    ("PI-69 10.00", "INFORMATIONAL", "SUSPENSE"),
    ("CO-B4 10.00", "DENIAL", "STAYS_OPEN"),
    ("CO-193 10.00", "DENIAL", "STAYS_OPEN"),
    ("CO-X99 10.00", "DENIAL", "STAYS_OPEN"),
    ("PR-X99 10.00", "UNKNOWN", "STAYS_OPEN"),
    ("OA-X99 10.00", "UNKNOWN", "STAYS_OPEN"),
    ("CO-A2 10.00", "CONTRACTUAL", "WRITE_OFF"),
    ("OA-71 10.00", "PRIOR_PAYER_IMPACT", "BALANCING_ONLY"),
]


@pytest.mark.parametrize(("written", "kind", "treatment"), CLASSES, ids=[one[0] for one in CLASSES])
def test_the_class_of_one_adjustment_beside_a_payment(written, kind, treatment):
    [found] = classified(line("100.00", written, "90.00")).lines
    [adjustment] = found.adjustments
    assert (adjustment.kind, adjustment.treatment) == (AdjustmentClass[kind], Treatment[treatment])


def test_pi_45_is_contractual_where_the_practice_says_so():
    [found] = classified(line("100.00", "PI-45 40.00", "60.00"), payer=PI_MAPPED).lines
    assert (found.result, found.contractual_cents) == (LineResult.PAID_IN_FULL, 4000)
    [disputed] = classified(line("100.00", "PI-45 40.00", "60.00")).lines
    assert (disputed.result, disputed.denied_cents, disputed.needs_review) == (
        LineResult.PARTLY_DENIED,
        4000,
        True,
    )


CONDITIONAL = ["78", "147", "169", "172", "186", "203", "215", "B10", "B22", "P1", "P13", "P22", "P28", "P32"]


@pytest.mark.parametrize("code", CONDITIONAL)
def test_conditional_codes_are_denials_only_of_unpaid_lines_and_larger_parts(code):
    assert CARCS[code].is_denial == "conditional"
    assert classified(line("100.00", f"CO-{code} 100.00", "0.00")).denied_cents == 10000
    assert (
        classified(line("100.00", f"CO-45 60.00, CO-{code} 20.00, PR-1 20.00", "0.00")).denied_cents == 2000
    )
    assert classified(line("100.00", f"CO-45 60.00, CO-{code} 19.00, PR-1 21.00", "0.00")).denied_cents == 0
    assert classified(line("100.00", f"CO-{code} 99.00", "1.00")).denied_cents == 0


def test_capitation_is_a_denial_unless_the_contract_is_capitated_even_beside_a_payment():
    assert classified(line("100.00", "CO-24 20.00", "80.00")).denied_cents == 2000
    assert classified(line("100.00", "CO-24 20.00", "80.00"), payer=CAPITATED).denied_cents == 0


def test_bundled_into_another_line():
    [found] = classified(line("80.00", "CO-97 80.00", "0.00")).lines
    assert (found.result, found.is_denied, found.denied_cents) == (LineResult.ZERO_BUNDLED, True, 8000)


def test_a_patient_liable_denial_is_still_a_denial():
    [adjustment] = classified(line("180.00", "PR-204 180.00", "0.00")).lines[0].adjustments
    assert adjustment.is_patient_liable


def test_claims_are_denied_wholly_partly_or_at_their_own_level():
    paid, denied = line("50.00", "", "50.00"), line("60.00", "CO-197 60.00", "0.00", ordinal=2)
    assert classified(denied).result == LineResult.DENIED
    assert classified(paid, denied).result == LineResult.PARTLY_DENIED
    shared = line("40.00", "PR-1 40.00", "0.00", ordinal=3)
    assert classified(denied, shared).result == LineResult.PARTLY_DENIED
    whole = classified(line("110.00", "", "110.00"), cas="CO-29 110.00", paid="0.00")
    assert (whole.result, whole.denied_cents, whole.is_denied) == (LineResult.DENIED, 11000, True)
    assert classified(shared).result == LineResult.PATIENT_ONLY
    assert classified(line("10.00", "PR-X99 10.00", "0.00")).result == LineResult.UNKNOWN
    assert classified(line("0.00", "", "0.00")).result == LineResult.ZERO_PAY


def findings(*lines, **fields):
    found = classified(*lines, **fields)
    return {one.kind for one in (*found.findings, *(one for each in found.lines for one in each.findings))}


def test_findings_about_the_payers_own_coding():
    assert FindingKind.REMARK_MISSING in findings(line("10.00", "CO-16 10.00", "0.00"))
    assert FindingKind.REMARK_MISSING in findings(line("10.00", "CO-16 10.00", "0.00", remarks="MA01"))
    assert FindingKind.REMARK_MISSING not in findings(line("10.00", "CO-16 10.00", "0.00", remarks="M51"))
    assert FindingKind.GROUP_NOT_ALLOWED in findings(line("10.00", "CO-18 10.00", "0.00"))
    workers_comp = PayerFacts(kind="workers_comp")
    assert FindingKind.GROUP_NOT_ALLOWED not in findings(
        line("10.00", "CO-18 10.00", "0.00"), payer=workers_comp
    )
    assert FindingKind.FULL_CHARGE_FEE_CUT in findings(line("90.00", "CO-45 90.00", "0.00"))
    assert FindingKind.BALANCE_BILLING in findings(line("90.00", "PR-45 40.00", "50.00"))
    assert FindingKind.RETIRED_CODE in findings(line("90.00", "CO-A2 40.00", "50.00"))
    assert FindingKind.UNKNOWN_CODE in findings(line("90.00", "CO-X99 40.00", "50.00"))
    recoded = line("90.00", "CO-45 40.00", "50.00", procedure_code="99213", submitted_procedure_code="99214")
    assert FindingKind.RECODED in findings(recoded)
    assert findings(line("90.00", "CO-45 40.00, PR-1 10.00", "40.00")) == set()


def test_sequestration_is_two_percent_after_the_patients_share():
    assert expected_sequestration_cents(9600) == 192
    assert expected_sequestration_cents(25) == 1
    [high] = classified(line("200.00", "CO-45 80.00, PR-2 24.00, CO-253 4.00", "92.00")).lines
    assert (high.result, high.short_cents) == (LineResult.PAID_SHORT, 208)
    [low] = classified(line("200.00", "CO-45 80.00, PR-2 24.00, CO-253 0.92", "95.08")).lines
    assert low.result == LineResult.PAID_IN_FULL
    assert [one.cents for one in low.findings] == [-100]


@given(st.integers(-(10**8), 10**8), st.lists(st.integers(0, 10**7), min_size=1, max_size=9))
def test_prorating_keeps_every_cent(amount, weights):
    shares = prorated(amount, tuple(weights))
    assert sum(shares) == (amount if sum(weights) else 0)
    assert all(abs(share) <= abs(amount) for share in shares)


codes = st.sampled_from(sorted(CARCS))
groups = st.sampled_from(["CO", "PR", "OA", "PI"])


@given(st.lists(st.tuples(groups, codes, st.integers(1, 100_00)), max_size=6), st.integers(0, 500_00))
def test_every_adjustment_gets_a_class_and_no_cent_is_lost(written, paid):
    text = ", ".join(f"{group}-{code} {amount / 100:.2f}" for group, code, amount in written)
    charge = paid + sum(amount for *_, amount in written)
    [found] = classified(line(f"{charge / 100:.2f}", text, f"{paid / 100:.2f}")).lines
    assert [one.amount_cents for one in found.adjustments] == [amount for *_, amount in written]
    by_kind = dict.fromkeys(AdjustmentClass, 0)
    for one in found.adjustments:
        by_kind[one.kind] += one.amount_cents
    assert found.denied_cents == by_kind[AdjustmentClass.DENIAL]
    assert found.is_denied == (found.denied_cents > 0)
    assert cents(charge / 100) == paid + sum(by_kind.values())
