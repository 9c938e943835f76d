"""A remittance as the rules see it: frozen, free of Django, amounts in signed cents as sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

REVERSAL = "22"
FORWARDED_NOT_OURS = "23"
PREDETERMINATION = "25"
FORWARDED_CROSSOVER = frozenset({"19", "20", "21"})


@dataclass(frozen=True, slots=True)
class AdjustmentFacts:
    """One reason, amount and quantity of a CAS segment."""

    group: str
    carc: str
    amount_cents: int
    quantity: Decimal | None = None


@dataclass(frozen=True, slots=True)
class RemitLineFacts:
    """One SVC loop. `submitted_*` is what we sent (SVC06, SVC07) where the payer changed it, else empty."""

    ordinal: int
    charge_cents: int
    paid_cents: int
    adjustments: tuple[AdjustmentFacts, ...] = ()
    procedure_code: str = ""
    modifiers: tuple[str, ...] = ()
    submitted_procedure_code: str = ""
    submitted_modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    units: Decimal | None = None
    submitted_units: Decimal | None = None
    line_control_number: str = ""
    service_date: date | None = None
    remark_codes: tuple[str, ...] = ()
    allowed_cents: int | None = None

    @property
    def billed_code(self) -> str:
        return self.submitted_procedure_code or self.procedure_code

    @property
    def billed_modifiers(self) -> tuple[str, ...]:
        return self.submitted_modifiers if self.submitted_procedure_code else self.modifiers

    @property
    def billed_units(self) -> Decimal | None:
        return self.units if self.submitted_units is None else self.submitted_units


@dataclass(frozen=True, slots=True)
class RemitClaimFacts:
    """One CLP loop. `original_payer_control_number` is REF*F8; `remark_codes` are those of MIA and MOA."""

    ordinal: int
    patient_control_number: str
    status: str
    charge_cents: int
    paid_cents: int
    patient_responsibility_cents: int | None = None
    payer_control_number: str = ""
    original_payer_control_number: str = ""
    frequency: str = ""
    filing_indicator: str = ""
    adjustments: tuple[AdjustmentFacts, ...] = ()
    lines: tuple[RemitLineFacts, ...] = ()
    remark_codes: tuple[str, ...] = ()
    member_id: str = ""
    patient_last_name: str = ""
    patient_first_name: str = ""
    rendering_npi: str = ""
    service_from_on: date | None = None
    service_to_on: date | None = None

    @property
    def is_reversal(self) -> bool:
        return self.status == REVERSAL


@dataclass(frozen=True, slots=True)
class ProviderAdjustmentFacts:
    """One pair of a PLB segment; a positive amount lowers the payment."""

    ordinal: int
    code: str
    reference: str
    amount_cents: int


@dataclass(frozen=True, slots=True)
class RemittanceFacts:
    """One ST to SE. `credit_or_debit` is BPR03, `method` BPR04, `handling` BPR01."""

    payment_cents: int
    claims: tuple[RemitClaimFacts, ...] = ()
    provider_adjustments: tuple[ProviderAdjustmentFacts, ...] = ()
    credit_or_debit: str = "C"
    method: str = "ACH"
    handling: str = "I"
