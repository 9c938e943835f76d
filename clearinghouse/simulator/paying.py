"""What payers decide on the claims that reached them, and the 835 that tells it, one for each payer and payee."""

from __future__ import annotations

import dataclasses
import datetime
import random
from collections.abc import Sequence

from clearinghouse.simulator.adjudication import (
    ClaimDecision,
    PayerProfile,
    answer_of,
    correct,
    decide,
    reconsider,
    settle_after_others,
    to_cents,
)
from clearinghouse.simulator.payments import (
    claim_payment,
    end_of,
    first_payments,
    provider_adjustment,
    start_of,
)
from clearinghouse.simulator.scenarios import REPLACEMENT_WEIGHTS, Answer, Outcome
from x12 import ClaimPayment, Party, ProviderAdjustment, SubmittedClaim, write_835

REPLACEMENT, VOID = "7", "8"
"""CLM05-3."""
PRIMARY = "P"
CENT_OFF = "SIMCENT"
"""The payer whose payments say one cent more than their claims add up to."""
ADJUSTING = "SIMPLB"
ADJUSTMENTS = (("L6", -1_00), ("WO", 5_00), ("72", -2_50))
"""What that payer adds to each payment and takes off: interest, an overpayment of old, a refund that came back."""
REVERSING_FIRST = "SIMFIRST"
"""The payer whose corrections come before the payments they correct."""


def profile_of(payer: Party, filing_indicator: str, *, seed: int) -> PayerProfile:
    """How a payer nobody has described pays: the same every time."""
    dice = random.Random(f"{seed}:{payer.identifier}")  # noqa: S311 - not a secret
    return PayerProfile(
        payer.name,
        payer.identifier,
        f"99{dice.randrange(10**7):07d}",
        rate=dice.uniform(0.5, 0.8),
        days_to_pay=0,
        sequesters=filing_indicator == "MB",
    )


def filing_indicator(claim: SubmittedClaim) -> str:
    return claim.coverage.filing_indicator if claim.coverage else ""


def decided(claim: SubmittedClaim, *, seed: int) -> ClaimDecision:
    """The decision on a claim that asks for the first time."""
    assert claim.payer is not None
    profile = profile_of(claim.payer, filing_indicator(claim), seed=seed)
    decision = decide(claim, profile, seed=seed)
    if claim.coverage is not None and claim.coverage.responsibility_code != PRIMARY:
        return settle_after_others(decision)
    return decision


def decided_again(earlier: ClaimDecision, claim: SubmittedClaim, *, seed: int) -> ClaimDecision | None:
    """The decision on a corrected claim; none on a void, which only takes the earlier one back."""
    if claim.frequency_code == VOID:
        return None
    answer = answer_of(earlier, REPLACEMENT_WEIGHTS, seed=seed)
    fresh = decide(claim, earlier.payer, seed=seed)
    kept = dataclasses.replace(fresh, control_number=earlier.control_number)
    return reconsider(kept, Answer.REFUSES if answer is Answer.SILENT else answer, seed=seed)


def thought_again(decision: ClaimDecision, *, seed: int) -> ClaimDecision | None:
    """What the payer by itself decides instead later on; none where it stays with what it said."""
    return correct(decision, seed=seed) if decision.outcome is Outcome.CORRECTED_LATER else None


def payments_of(decision: ClaimDecision | None, earlier: ClaimDecision | None) -> list[ClaimPayment]:
    """What stands in the 835 of a claim: its payment, or what is taken back and paid instead."""
    if earlier is None:
        assert decision is not None
        return [] if decision.outcome is Outcome.SILENT else first_payments(decision)
    paid = [claim_payment(earlier, sign=-1)]
    if decision is not None:
        paid.append(claim_payment(decision, replaces=earlier.control_number))
    return paid


def remittance(
    payer: PayerProfile,
    payee: Party,
    claims: Sequence[ClaimPayment],
    *,
    carried_cents: int,
    number: int,
    receiver: str,
    on: datetime.date,
) -> tuple[bytes, int]:
    """The 835, and what the payer is still owed after it: a payment is never below zero (PLB FB)."""
    reference, is_off = f"FB{payer.identifier[:4]}", payer.identifier == CENT_OFF
    adjustments: list[ProviderAdjustment] = []
    if carried_cents:
        adjustments.append(provider_adjustment(payee.identifier, on, "FB", reference, carried_cents))
    total = sum(to_cents(one.paid_amount) for one in claims) - carried_cents
    if payer.identifier == ADJUSTING:
        for reason, cents in ADJUSTMENTS:
            adjustments.append(
                provider_adjustment(payee.identifier, on, reason, f"{payer.identifier}{number}", cents)
            )
            total -= cents
    if total < 0:
        adjustments.append(provider_adjustment(payee.identifier, on, "FB", reference, total))
    start = start_of(
        payer,
        payee,
        paid_on=on,
        trace=f"{payer.identifier[:4]}{number:09d}",
        amount_cents=max(total, 0) + is_off,
        control_number=number,
        receiver=receiver,
    )
    content = b"".join(write_835([start, *claims, end_of(adjustments)], allow_unbalanced=is_off))
    return content, max(-total, 0)
