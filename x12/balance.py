"""Does the money of a remittance agree: line, claim, payment. 005010X221A1, 1.10.2.1; exact to the cent."""

from __future__ import annotations

from decimal import Decimal

from x12.findings import FindingList, error, warning
from x12.money import ZERO
from x12.records import Adjustment, Position
from x12.remittance import ClaimPayment

_ASK = "Ask the payer for a corrected remittance."


def total(adjustments: tuple[Adjustment, ...]) -> Decimal:
    return sum((one.amount for one in adjustments), ZERO)


def check_claim(claim: ClaimPayment, findings: FindingList) -> bool:
    """Reports every line and the claim if their money does not agree; true when all of it does."""
    agrees = True
    adjusted = total(claim.adjustments)
    line_charges = line_payments = ZERO
    for line in claim.service_lines:
        taken = ZERO
        for one in line.adjustments:
            taken += one.amount
        adjusted += taken
        line_charges += line.charge_amount
        line_payments += line.paid_amount
        if line.charge_amount - taken != line.paid_amount:
            agrees = False
            due = line.charge_amount - taken
            message = (
                f"Line {line.ordinal} does not balance: charge {line.charge_amount} less adjustments {taken} "
                f"is {due}, but paid says {line.paid_amount}, a difference of {line.paid_amount - due}. {_ASK}"
            )
            findings.add(error("balance.line", line.position, message, loop="2110", segment="SVC", element=3))
    due = claim.charge_amount - adjusted
    if due != claim.paid_amount:
        agrees = False
        message = (
            f"Claim payment {claim.ordinal} does not balance: charge {claim.charge_amount} less adjustments {adjusted} "
            f"is {due}, but paid says {claim.paid_amount}, a difference of {claim.paid_amount - due}. {_ASK}"
        )
        findings.add(error("balance.claim", claim.position, message, loop="2100", segment="CLP", element=4))
    if claim.service_lines and line_charges != claim.charge_amount:
        message = (
            f"Lines of claim payment {claim.ordinal} charge {line_charges} together, "
            f"the claim {claim.charge_amount}: the payer left lines out or added some."
        )
        findings.add(
            warning("balance.charges", claim.position, message, loop="2100", segment="CLP", element=3)
        )
    if claim.patient_responsibility_amount is not None and not claim.is_reversal:
        _check_responsibility(claim, findings)
    return agrees


def _check_responsibility(claim: ClaimPayment, findings: FindingList) -> None:
    """CLP05 stands outside of balancing; a difference is worth knowing, no more."""
    owed = sum((one.amount for one in claim.adjustments if one.group == "PR"), ZERO)
    for line in claim.service_lines:
        for one in line.adjustments:
            if one.group == "PR":
                owed += one.amount
    if owed != claim.patient_responsibility_amount:
        message = (
            f"Claim payment {claim.ordinal} names a patient responsibility of {claim.patient_responsibility_amount}, "
            f"but its PR adjustments sum to {owed}."
        )
        findings.add(
            warning("balance.patient", claim.position, message, loop="2100", segment="CLP", element=5)
        )


def check_payment(
    payment: Decimal,
    claims: Decimal,
    provider_adjustments: Decimal,
    position: Position,
    findings: FindingList,
) -> bool:
    due = claims - provider_adjustments
    if due == payment:
        return True
    message = (
        f"The payment does not balance: claims paid {claims} less provider adjustments {provider_adjustments} "
        f"is {due}, but BPR02 says {payment}, a difference of {payment - due}. {_ASK}"
    )
    findings.add(error("balance.payment", position, message, loop="HEADER", segment="BPR", element=2))
    return False
