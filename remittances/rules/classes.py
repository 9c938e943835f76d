"""The words for what an adjustment does and what happened to a line or a claim."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from remittances.rules.facts import AdjustmentFacts


class AdjustmentClass(StrEnum):
    CONTRACTUAL = "CONTRACTUAL"
    PATIENT_RESPONSIBILITY = "PATIENT_RESPONSIBILITY"
    PRIOR_PAYER_IMPACT = "PRIOR_PAYER_IMPACT"
    DENIAL = "DENIAL"
    PAYER_REDUCTION = "PAYER_REDUCTION"
    INTEREST = "INTEREST"
    INFORMATIONAL = "INFORMATIONAL"
    UNKNOWN = "UNKNOWN"


class Treatment(StrEnum):
    """What posting does with the amount. BALANCING_ONLY restates another payer's effect and moves nothing."""

    WRITE_OFF = "WRITE_OFF"
    NEXT_PAYER_OR_PATIENT = "NEXT_PAYER_OR_PATIENT"
    NEXT_PAYER = "NEXT_PAYER"
    STAYS_OPEN = "STAYS_OPEN"
    BALANCING_ONLY = "BALANCING_ONLY"
    SUSPENSE = "SUSPENSE"


class LineResult(StrEnum):
    PAID_IN_FULL = "PAID_IN_FULL"
    PAID_SHORT = "PAID_SHORT"
    PATIENT_ONLY = "PATIENT_ONLY"
    ZERO_PAY = "ZERO_PAY"
    DENIED = "DENIED"
    PARTLY_DENIED = "PARTLY_DENIED"
    ZERO_BUNDLED = "ZERO_BUNDLED"
    REVERSED = "REVERSED"
    NOT_ADJUDICATED = "NOT_ADJUDICATED"
    UNKNOWN = "UNKNOWN"


# A Qualified Medicare Beneficiary, or a bill the No Surprises Act forbids: nothing of it is the patient's.
PROTECTING_REMARKS = frozenset({"N192", "N781", "N830", *(f"N{number}" for number in range(859, 886))})

DENIED_RESULTS = frozenset({LineResult.DENIED, LineResult.PARTLY_DENIED, LineResult.ZERO_BUNDLED})


def protects_patient(remarks: Iterable[str]) -> bool:
    return not PROTECTING_REMARKS.isdisjoint(remarks)


class FindingKind(StrEnum):
    REMARK_MISSING = "REMARK_MISSING"
    GROUP_NOT_ALLOWED = "GROUP_NOT_ALLOWED"
    UNKNOWN_CODE = "UNKNOWN_CODE"
    RETIRED_CODE = "RETIRED_CODE"
    FULL_CHARGE_FEE_CUT = "FULL_CHARGE_FEE_CUT"
    BALANCE_BILLING = "BALANCE_BILLING"
    SEQUESTRATION_DIFFERS = "SEQUESTRATION_DIFFERS"
    RECODED = "RECODED"
    UNDERPAID = "UNDERPAID"
    PAID_ABOVE_CHARGE = "PAID_ABOVE_CHARGE"


@dataclass(frozen=True, slots=True)
class Finding:
    kind: FindingKind
    message: str
    cents: int = 0


@dataclass(frozen=True, slots=True)
class ClassifiedAdjustment:
    facts: AdjustmentFacts
    kind: AdjustmentClass
    treatment: Treatment
    category: str = ""
    subcategory: str = ""
    is_patient_liable: bool = False
    needs_review: bool = False
    reason: str = ""

    @property
    def amount_cents(self) -> int:
        return self.facts.amount_cents


@dataclass(frozen=True, slots=True)
class LineClassification:
    """`allowed_cents` is AMT*B6, or what was paid, what the patient owes and what earlier payers paid."""

    result: LineResult
    adjustments: tuple[ClassifiedAdjustment, ...]
    denied_cents: int = 0
    patient_cents: int = 0
    contractual_cents: int = 0
    prior_payer_cents: int = 0
    allowed_cents: int = 0
    short_cents: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_denied(self) -> bool:
        return self.result in DENIED_RESULTS

    @property
    def needs_review(self) -> bool:
        return any(adjustment.needs_review for adjustment in self.adjustments)


@dataclass(frozen=True, slots=True)
class ClaimClassification:
    """`adjustments` are those of the claim's own CAS; each line carries its own."""

    result: LineResult
    lines: tuple[LineClassification, ...]
    adjustments: tuple[ClassifiedAdjustment, ...]
    denied_cents: int = 0
    findings: tuple[Finding, ...] = ()

    @property
    def is_denied(self) -> bool:
        return self.result in DENIED_RESULTS
