"""What each adjustment means for the money, and what happened to each line and claim.

Reversals are read on their mirrored amounts, so that a reversal gets the classes of what it reverses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from reference.rules.codes import CarcRule, PayerFacts, RarcRule
from remittances.rules.adjustments import classify_adjustments
from remittances.rules.classes import (
    DENIED_RESULTS,
    AdjustmentClass,
    ClaimClassification,
    ClassifiedAdjustment,
    Finding,
    FindingKind,
    LineClassification,
    LineResult,
    Treatment,
)
from remittances.rules.facts import FORWARDED_NOT_OURS, PREDETERMINATION, RemitClaimFacts, RemitLineFacts
from remittances.rules.findings import expected_sequestration_cents, line_findings

BUNDLED_SUBCATEGORIES = frozenset(
    {"bundled", "ncci", "newborn", "anesthesia", "payment_window", "snf_consolidated", "readmission"}
)

__all__ = [
    "DENIED_RESULTS",
    "AdjustmentClass",
    "ClaimClassification",
    "ClassifiedAdjustment",
    "Finding",
    "FindingKind",
    "LineClassification",
    "LineResult",
    "Treatment",
    "classify_adjustments",
    "classify_claim",
    "classify_line",
    "expected_sequestration_cents",
    "prorated",
]


def classify_claim(
    claim: RemitClaimFacts,
    *,
    payer: PayerFacts,
    carcs: Mapping[str, CarcRule],
    rarcs: Mapping[str, RarcRule],
    expected_allowed: Mapping[int, int] | None = None,
) -> ClaimClassification:
    """`expected_allowed` gives the contract's cents by line ordinal, where known."""
    expected = expected_allowed or {}
    lines = tuple(
        classify_line(
            line,
            claim=claim,
            payer=payer,
            carcs=carcs,
            rarcs=rarcs,
            expected_cents=expected.get(line.ordinal),
        )
        for line in claim.lines
    )
    if claim.adjustments or not claim.lines:
        whole = classify_line(_claim_as_line(claim), claim=claim, payer=payer, carcs=carcs, rarcs=rarcs)
    else:
        whole = LineClassification(_result_of_status(claim), ())
    denied = sum(line.denied_cents for line in lines) + whole.denied_cents
    result = _claim_result(claim, lines, whole, denied)
    return ClaimClassification(
        result, lines, whole.adjustments, denied, whole.findings if claim.adjustments else ()
    )


def classify_line(
    line: RemitLineFacts,
    *,
    claim: RemitClaimFacts,
    payer: PayerFacts,
    carcs: Mapping[str, CarcRule],
    rarcs: Mapping[str, RarcRule],
    expected_cents: int | None = None,
    prior_paid_cents: int = 0,
) -> LineClassification:
    if claim.is_reversal or line.paid_cents < 0:
        adjustments = classify_adjustments(_mirrored(line), payer=payer, carcs=carcs)
        restored = tuple(
            replace(one, facts=original) for one, original in zip(adjustments, line.adjustments, strict=True)
        )
        return _classification(LineResult.REVERSED, restored, _amounts(restored))
    adjustments = classify_adjustments(line, payer=payer, carcs=carcs)
    amounts = _amounts(adjustments)
    allowed = line.allowed_cents
    if allowed is None:
        allowed = line.paid_cents + amounts[AdjustmentClass.PATIENT_RESPONSIBILITY] + prior_paid_cents
    short = _short_cents(expected_cents, allowed, payer)
    findings = tuple(line_findings(line, claim, payer, carcs, rarcs, adjustments))
    sequestration = next((one.cents for one in findings if one.kind is FindingKind.SEQUESTRATION_DIFFERS), 0)
    result = _line_result(line, claim, adjustments, amounts, short_cents=max(short, sequestration))
    if result is LineResult.PAID_SHORT and short:
        findings = (*findings, Finding(FindingKind.UNDERPAID, "Allowed less than the contract says.", short))
    if result is not LineResult.PAID_SHORT:
        short = 0
    return _classification(
        result,
        adjustments,
        amounts,
        allowed_cents=allowed,
        short_cents=short or (sequestration if result is LineResult.PAID_SHORT else 0),
        findings=findings,
    )


_NOTHING = dict.fromkeys(AdjustmentClass, 0)


def _amounts(adjustments: Iterable[ClassifiedAdjustment]) -> dict[AdjustmentClass, int]:
    sums = _NOTHING.copy()
    for one in adjustments:
        sums[one.kind] += one.amount_cents
    return sums


def _classification(
    result: LineResult,
    adjustments: tuple[ClassifiedAdjustment, ...],
    amounts: Mapping[AdjustmentClass, int],
    **more: Any,
) -> LineClassification:
    return LineClassification(
        result,
        adjustments,
        denied_cents=max(0, _refused(amounts)),
        patient_cents=amounts[AdjustmentClass.PATIENT_RESPONSIBILITY],
        contractual_cents=amounts[AdjustmentClass.CONTRACTUAL],
        prior_payer_cents=amounts[AdjustmentClass.PRIOR_PAYER_IMPACT],
        **more,
    )


def _refused(amounts: Mapping[AdjustmentClass, int]) -> int:
    """What nobody paid, wrote off or moved on: refused, or by a code that a person has to read."""
    return amounts[AdjustmentClass.DENIAL] + amounts[AdjustmentClass.UNKNOWN]


def _line_result(
    line: RemitLineFacts,
    claim: RemitClaimFacts,
    adjustments: tuple[ClassifiedAdjustment, ...],
    amounts: Mapping[AdjustmentClass, int],
    *,
    short_cents: int,
) -> LineResult:
    if _result_of_status(claim) is LineResult.NOT_ADJUDICATED:
        return LineResult.NOT_ADJUDICATED
    if amounts[AdjustmentClass.DENIAL] > 0 or (line.paid_cents > 0 and _refused(amounts) > 0):
        return _denied_result(line, adjustments)
    if line.paid_cents > 0:
        return LineResult.PAID_SHORT if short_cents > 0 else LineResult.PAID_IN_FULL
    if any(one.kind is AdjustmentClass.UNKNOWN for one in adjustments):
        return LineResult.UNKNOWN
    return (
        LineResult.PATIENT_ONLY
        if amounts[AdjustmentClass.PATIENT_RESPONSIBILITY] > 0
        else LineResult.ZERO_PAY
    )


def _denied_result(line: RemitLineFacts, adjustments: Iterable[ClassifiedAdjustment]) -> LineResult:
    if line.paid_cents > 0:
        return LineResult.PARTLY_DENIED
    denials = [one for one in adjustments if one.kind is AdjustmentClass.DENIAL and one.amount_cents > 0]
    if all(one.subcategory in BUNDLED_SUBCATEGORIES for one in denials):
        return LineResult.ZERO_BUNDLED
    return LineResult.DENIED


def _claim_result(
    claim: RemitClaimFacts,
    lines: tuple[LineClassification, ...],
    whole: LineClassification,
    denied_cents: int,
) -> LineResult:
    if whole.result in {LineResult.REVERSED, LineResult.NOT_ADJUDICATED}:
        return whole.result
    judged = (*lines, whole) if whole.adjustments else lines
    is_unread = any(one.result is LineResult.UNKNOWN for one in judged)
    if is_unread and claim.paid_cents == 0 and not any(one.is_denied for one in judged):
        return LineResult.UNKNOWN
    if denied_cents:
        return LineResult.PARTLY_DENIED if _is_partly_denied(claim, lines, whole) else LineResult.DENIED
    if claim.paid_cents == 0:
        patient = whole.patient_cents + sum(line.patient_cents for line in lines)
        return LineResult.PATIENT_ONLY if patient > 0 else LineResult.ZERO_PAY
    if any(line.result is LineResult.PAID_SHORT for line in lines):
        return LineResult.PAID_SHORT
    return LineResult.PAID_IN_FULL


def _is_partly_denied(
    claim: RemitClaimFacts, lines: tuple[LineClassification, ...], whole: LineClassification
) -> bool:
    if claim.paid_cents > 0:
        return True
    if whole.denied_cents:
        return False
    return not all(line.is_denied and line.result is not LineResult.PARTLY_DENIED for line in lines)


def _result_of_status(claim: RemitClaimFacts) -> LineResult:
    """What CLP02 alone settles; UNKNOWN where it settles nothing, for "processed" does not mean paid."""
    if claim.is_reversal or claim.paid_cents < 0:
        return LineResult.REVERSED
    if claim.status in {FORWARDED_NOT_OURS, PREDETERMINATION}:
        return LineResult.NOT_ADJUDICATED
    return LineResult.UNKNOWN


def _claim_as_line(claim: RemitClaimFacts) -> RemitLineFacts:
    """The claim's own CAS, read as if the claim were one line."""
    return RemitLineFacts(
        ordinal=0,
        charge_cents=claim.charge_cents,
        paid_cents=claim.paid_cents,
        adjustments=claim.adjustments,
        remark_codes=claim.remark_codes,
    )


def _mirrored(line: RemitLineFacts) -> RemitLineFacts:
    return replace(
        line,
        charge_cents=-line.charge_cents,
        paid_cents=-line.paid_cents,
        adjustments=tuple(replace(one, amount_cents=-one.amount_cents) for one in line.adjustments),
    )


def _short_cents(expected_cents: int | None, allowed_cents: int, payer: PayerFacts) -> int:
    if expected_cents is None:
        return 0
    short = expected_cents - allowed_cents
    percent = expected_cents * payer.underpayment_tolerance_percent // 100
    return short if short > max(payer.underpayment_tolerance_cents, percent) else 0


def prorated(cents: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """An amount spread by weight, every cent kept: claim-level adjustments on lines, for analysis only."""
    total = sum(weights)
    if not weights or total == 0:
        return tuple(0 for _ in weights)
    shares = [abs(cents) * weight // total for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(abs(cents) * weights[i] % total), i))
    for index in by_remainder[: abs(cents) - sum(shares)]:
        shares[index] += 1
    return tuple(-share if cents < 0 else share for share in shares)
