"""What a person is told to do after an answer of each kind."""

from __future__ import annotations

import datetime

import pytest

from eligibility.rules.next_steps import StepKind, next_steps
from tests.eligibility.test_asking_test_payers import DAY, answered

A, B, C = StepKind.AUTHORIZATION, StepKind.BILL_OTHER, StepKind.CALL
CASES = {
    "00001": [(StepKind.UPDATE, "The payer corrected what identifies the person: compare the record.")],
    "000002": [
        (
            StepKind.WAIT,
            "The payer is asked once more by itself. If that fails too, call. The answer is kept as it came.",
        )
    ],
    "00004": [(StepKind.ENROL, "Enrol the provider with the payer for eligibility questions.")],
    "00006": [(StepKind.WAIT, "The payer's system is down. It is asked again by itself.")],
    "000011": [(A, "Rehabilitation outpatient: an authorization is needed.")],
    "000026": [(A, "Hospital inpatient: an authorization is needed.")],
    "000029": [(StepKind.MEND, "Correct the provider's NPI, or have it put on file with the payer.")],
    "000031": [
        (StepKind.FIND_COVERAGE, "Ask the patient for other coverage, or treat the visit as self-pay.")
    ],
    "000037": [(B, "Psychiatric outpatient: bill QUIET MIND BEHAVIORAL (8005550137).")],
    "000041": [
        (StepKind.ASK_OTHER, "Check with SUMMIT MUTUAL (8005550141)."),
        (StepKind.FIND_COVERAGE, "Ask the patient for other coverage, or treat the visit as self-pay."),
    ],
    "00036": [
        (B, "Bill SUNRISE MANAGED CARE, the managed care plan, not the state."),
        (StepKind.CHECK_AGAIN, "Covered month by month: check again on December 1, 2026."),
    ],
    "000042": [
        (StepKind.ORDER, "SUMMIT MUTUAL pays first, Medicaid last."),
        (StepKind.CHECK_AGAIN, "Covered month by month: check again on December 1, 2026."),
    ],
    "000043": [(C, "Call HARBOR BENEFITS ADMINISTRATORS (8005550143).")],
    "000069": [(C, "Call CEDAR STATE HEALTH (8005550169).")],
    "000070": [(C, "Call XYZ BENEFITS (8005550100, www.xyzbenefits.example).")],
    "000074": [
        (B, "Dental: bill CONNECTICUT DENTAL PARTNERS (8005550174)."),
        (StepKind.CHECK_AGAIN, "Covered month by month: check again on December 1, 2026."),
    ],
    "000081": [(B, "Bill this plan, not Medicare.")],
    "CMSMED": [
        (StepKind.ORDER, "Settle whether SUMMIT MUTUAL pays first."),
        (StepKind.MEND, "The member id has not the form of a Medicare number (MBI): look at the card."),
    ],
    "CMSMED-MA": [
        (B, "Bill LAKE ADVANTAGE, the Medicare Advantage plan, not Medicare."),
        (StepKind.MEND, "The member id has not the form of a Medicare number (MBI): look at the card."),
    ],
    "000023-MBI": [],
    "ISCAM": [
        (StepKind.COLLECT, "A share of cost of $75.00 comes before the plan pays."),
        (StepKind.CHECK_AGAIN, "Covered month by month: check again on December 1, 2026."),
    ],
    "MEDX": [(StepKind.ORDER, "Medicare pays first, this supplement second.")],
    "TX": [
        (B, "Bill LONE STAR CARE, the managed care plan, not the state."),
        (StepKind.CHECK_AGAIN, "Covered month by month: check again on December 1, 2026."),
    ],
    "TXBCBS": [(StepKind.REFERRAL, "The payer wants a referral.")],
    "000053": [],
}


@pytest.mark.parametrize("payer_id", CASES)
def test_what_follows_an_answer_is_said(payer_id: str) -> None:
    steps = next_steps(answered(payer_id), on=DAY)

    assert [(one.kind, one.words) for one in steps] == CASES[payer_id]


def test_a_step_names_the_day_and_the_segments_it_rests_on() -> None:
    month = next_steps(answered("TX"), on=DAY)[-1]
    bill = next_steps(answered("TX"), on=DAY)[0]

    assert month.on == datetime.date(2026, 12, 1)
    assert bill.segments == (answered("TX").entities[0].segment,)
