"""The proof that a remittance adds up: at each line, at each claim, and for the whole payment, to the cent.

005010X221A1 section 1.10.2: charge less adjustments is payment, and the payment is the claims less the PLB.
AMT, QTY, MIA, MOA and CLP05 stand outside it: CLP05 is compared and only reported.
A caller that streams claims uses `prove_claim` on each and `prove_payment` at the end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from reference.rules.codes import KNOWN_GROUPS
from remittances.rules.facts import (
    PREDETERMINATION,
    AdjustmentFacts,
    ProviderAdjustmentFacts,
    RemitClaimFacts,
    RemitLineFacts,
    RemittanceFacts,
)


class Level(StrEnum):
    LINE = "LINE"
    CLAIM = "CLAIM"
    PAYMENT = "PAYMENT"


class WarningKind(StrEnum):
    PATIENT_RESPONSIBILITY = "PATIENT_RESPONSIBILITY"
    LINE_CHARGES = "LINE_CHARGES"
    REVERSAL_SIGN = "REVERSAL_SIGN"
    NEGATIVE_CHARGE = "NEGATIVE_CHARGE"
    REVERSAL_GROUP = "REVERSAL_GROUP"
    UNKNOWN_GROUP = "UNKNOWN_GROUP"
    PREDETERMINATION_PAID = "PREDETERMINATION_PAID"
    NEGATIVE_PAYMENT = "NEGATIVE_PAYMENT"
    DEBIT = "DEBIT"
    NO_PAYMENT_METHOD = "NO_PAYMENT_METHOD"


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the payment: ordinals count from 1; None means the whole."""

    claim: int | None = None
    line: int | None = None
    patient_control_number: str = ""

    def __str__(self) -> str:
        if self.claim is None:
            return "payment"
        number = f" ({self.patient_control_number})" if self.patient_control_number else ""
        line = f", line {self.line}" if self.line is not None else ""
        return f"claim {self.claim}{number}{line}"


@dataclass(frozen=True, slots=True)
class Imbalance:
    """`expected_cents` follows from charges and adjustments, `stated_cents` is what the payer wrote."""

    level: Level
    place: Place
    expected_cents: int
    stated_cents: int
    rule: str
    hint: str = ""

    @property
    def difference_cents(self) -> int:
        return self.stated_cents - self.expected_cents

    def __str__(self) -> str:
        words = (
            f"{self.place}: {self.rule} gives {dollars(self.expected_cents)}, the file says "
            f"{dollars(self.stated_cents)}: off by {dollars(self.difference_cents)}."
        )
        return f"{words} {self.hint}" if self.hint else words


@dataclass(frozen=True, slots=True)
class BalanceWarning:
    kind: WarningKind
    place: Place
    message: str
    difference_cents: int = 0


@dataclass(frozen=True, slots=True)
class Proof:
    imbalances: tuple[Imbalance, ...] = ()
    warnings: tuple[BalanceWarning, ...] = ()

    @property
    def is_balanced(self) -> bool:
        return not self.imbalances


def dollars(cents: int) -> str:
    """As sentences say it."""
    sign = "-" if cents < 0 else ""
    return f"{sign}${abs(cents) // 100:,}.{abs(cents) % 100:02d}"


def prove(remittance: RemittanceFacts) -> Proof:
    imbalances: list[Imbalance] = []
    warnings: list[BalanceWarning] = []
    for claim in remittance.claims:
        proof = prove_claim(claim)
        imbalances.extend(proof.imbalances)
        warnings.extend(proof.warnings)
    whole = prove_payment(
        payment_cents=remittance.payment_cents,
        claims_paid_cents=sum(claim.paid_cents for claim in remittance.claims),
        provider_adjustments=remittance.provider_adjustments,
        credit_or_debit=remittance.credit_or_debit,
        method=remittance.method,
    )
    return Proof((*imbalances, *whole.imbalances), (*warnings, *whole.warnings))


def prove_claim(claim: RemitClaimFacts) -> Proof:
    """Levels one and two: every line of the claim, then the claim itself."""
    imbalances = [found for line in claim.lines if (found := line_imbalance(claim, line))]
    if found := claim_imbalance(claim):
        imbalances.append(found)
    return Proof(tuple(imbalances), tuple(claim_warnings(claim)))


def line_imbalance(claim: RemitClaimFacts, line: RemitLineFacts) -> Imbalance | None:
    expected = line.charge_cents - adjusted_cents(line.adjustments)
    if expected == line.paid_cents:
        return None
    return Imbalance(
        Level.LINE, _place(claim, line), expected, line.paid_cents, "SVC02 less the line's adjustments"
    )


def claim_imbalance(claim: RemitClaimFacts) -> Imbalance | None:
    at_claim = adjusted_cents(claim.adjustments)
    at_lines = sum(adjusted_cents(line.adjustments) for line in claim.lines)
    expected = claim.charge_cents - at_claim - at_lines
    if expected == claim.paid_cents:
        return None
    hint = ""
    # X12 RFI 358: an adjustment stands at the claim or at a line, never the same money at both.
    if at_claim and claim.paid_cents - expected == at_claim:
        hint = "The claim's adjustments repeat money already adjusted at its lines."
    return Imbalance(
        Level.CLAIM, _place(claim), expected, claim.paid_cents, "CLP03 less all adjustments", hint
    )


def prove_payment(
    *,
    payment_cents: int,
    claims_paid_cents: int,
    provider_adjustments: Iterable[ProviderAdjustmentFacts] = (),
    credit_or_debit: str = "C",
    method: str = "ACH",
) -> Proof:
    """Level three: BPR02 is the sum of CLP04 less the sum of the PLB amounts."""
    expected = claims_paid_cents - sum(adjustment.amount_cents for adjustment in provider_adjustments)
    stated = -payment_cents if credit_or_debit == "D" else payment_cents
    imbalances: tuple[Imbalance, ...] = ()
    if stated != expected:
        hint = ""
        if expected < 0 <= stated:
            hint = "The claims come to less than nothing and no PLB*FB carries the rest forward."
        imbalances = (
            Imbalance(Level.PAYMENT, Place(), expected, stated, "CLP04 of all claims less the PLB", hint),
        )
    return Proof(imbalances, tuple(_payment_warnings(payment_cents, credit_or_debit, method)))


def claim_warnings(claim: RemitClaimFacts) -> Iterable[BalanceWarning]:
    yield from _sign_warnings(claim)
    yield from _group_warnings(claim)
    if claim.status == PREDETERMINATION and claim.paid_cents:
        yield BalanceWarning(
            WarningKind.PREDETERMINATION_PAID,
            _place(claim),
            "A predetermination carries a payment: it waits for a person. Ask the payer what was paid.",
            claim.paid_cents,
        )
    if found := patient_responsibility_warning(claim):
        yield found
    if claim.lines:
        at_lines = sum(line.charge_cents for line in claim.lines)
        if difference := at_lines - claim.charge_cents:
            # X12 RFI 522: a payer that adjudicates at claim level need not repeat every line.
            yield BalanceWarning(
                WarningKind.LINE_CHARGES,
                _place(claim),
                f"The lines' charges come to {dollars(at_lines)}, the claim's is {dollars(claim.charge_cents)}: "
                "compare the lines with ours, and ask the payer for what is missing or too much.",
                difference,
            )


def patient_responsibility_warning(claim: RemitClaimFacts) -> BalanceWarning | None:
    """X12 RFI 2548: CLP05 is outside balancing, and a reversal does not carry it."""
    stated = claim.patient_responsibility_cents
    if stated is None or claim.is_reversal:
        return None
    levels = (claim.adjustments, *(line.adjustments for line in claim.lines))
    expected = sum(one.amount_cents for level in levels for one in level if one.group == "PR")
    if stated == expected:
        return None
    message = (
        f"CLP05 says {dollars(stated)}, the PR adjustments come to {dollars(expected)}: "
        "what the patient owes is posted from the adjustments."
    )
    return BalanceWarning(WarningKind.PATIENT_RESPONSIBILITY, _place(claim), message, stated - expected)


def adjusted_cents(adjustments: Iterable[AdjustmentFacts]) -> int:
    return sum(adjustment.amount_cents for adjustment in adjustments)


def _sign_warnings(claim: RemitClaimFacts) -> Iterable[BalanceWarning]:
    if claim.is_reversal and (claim.charge_cents > 0 or claim.paid_cents > 0):
        yield BalanceWarning(
            WarningKind.REVERSAL_SIGN,
            _place(claim),
            "A reversal with a positive charge or payment: ask the payer which way the money goes.",
        )
    if not claim.is_reversal and claim.charge_cents < 0:
        yield BalanceWarning(
            WarningKind.NEGATIVE_CHARGE,
            _place(claim),
            "A negative charge outside a reversal (CLP02 is not 22): ask the payer whether it takes a payment back.",
        )


def _group_warnings(claim: RemitClaimFacts) -> Iterable[BalanceWarning]:
    groups = {one.group for one in claim.adjustments}
    groups.update(one.group for line in claim.lines for one in line.adjustments)
    if "CR" in groups:
        # X12 RFI 1147: 5010 reverses under the groups of the original; CR is a habit of 4010.
        yield BalanceWarning(
            WarningKind.REVERSAL_GROUP,
            _place(claim),
            "Group CR belongs to version 4010; it is read as a reversal.",
        )
    for group in sorted(groups - KNOWN_GROUPS):
        yield BalanceWarning(
            WarningKind.UNKNOWN_GROUP,
            _place(claim),
            f"Adjustment group {group!r} is not known: ask the payer who owes it.",
        )


def _payment_warnings(payment_cents: int, credit_or_debit: str, method: str) -> Iterable[BalanceWarning]:
    if payment_cents < 0:
        message = (
            "BPR02 is negative, yet a payer carries what it is owed forward with PLB*FB: "
            "ask how it means to take the money."
        )
        yield BalanceWarning(WarningKind.NEGATIVE_PAYMENT, Place(), message, payment_cents)
    if credit_or_debit == "D":
        yield BalanceWarning(
            WarningKind.DEBIT,
            Place(),
            "BPR03 says debit: the payer takes this money from the account. Look for it on the bank statement.",
        )
    if method == "NON" and payment_cents:
        message = "BPR04 says no payment is made, yet BPR02 is not zero: ask the payer how it was paid."
        yield BalanceWarning(WarningKind.NO_PAYMENT_METHOD, Place(), message, payment_cents)


def _place(claim: RemitClaimFacts, line: RemitLineFacts | None = None) -> Place:
    return Place(claim.ordinal, line.ordinal if line else None, claim.patient_control_number)
