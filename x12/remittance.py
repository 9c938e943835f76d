"""What an 835 says: a start, claim payments one at a time, an end."""

from __future__ import annotations

import datetime
from decimal import Decimal

from msgspec import Struct

from x12.records import (
    Adjustment,
    AmountValue,
    Contact,
    DateValue,
    Envelope,
    Finding,
    Party,
    Position,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
    Remark,
    first_amount,
    first_date,
    first_reference,
)


class RemittanceStart(Struct, frozen=True):
    """Header of one transaction set (ST to the first LX or CLP): the payment, its trace, payer and payee."""

    envelope: Envelope
    position: Position
    handling_code: str = ""
    payment_amount: Decimal = Decimal(0)
    credit_or_debit: str = ""
    """C for a payment to the provider, D for a debit."""
    payment_method: str = ""
    """ACH, CHK, NON, FWT or BOP."""
    payment_format: str = ""
    sender_bank_qualifier: str = ""
    sender_bank: str = ""
    sender_account_qualifier: str = ""
    sender_account: str = ""
    originating_company: str = ""
    originating_supplement: str = ""
    receiver_bank_qualifier: str = ""
    receiver_bank: str = ""
    receiver_account_qualifier: str = ""
    receiver_account: str = ""
    payment_on: datetime.date | None = None
    """BPR16: settlement date of the transfer or date of the check."""
    trace_number: str = ""
    """TRN02: check or EFT number."""
    payer_trace_identifier: str = ""
    """TRN03: 1 and the payer's tax number."""
    trace_supplement: str = ""
    currency_code: str = ""
    receiver_identifier: str = ""
    system_version: str = ""
    production_on: datetime.date | None = None
    payer: Party | None = None
    payee: Party | None = None
    references: tuple[Reference, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def payee_npi(self) -> str:
        """NPI of the payee, from N1*PE or its references; empty when it was paid under another number."""
        if self.payee is None:
            return ""
        return (
            self.payee.identifier if self.payee.identifier_qualifier == "XX" else self.payee.reference("HPI")
        )

    @property
    def payee_tax_identifier(self) -> str:
        if self.payee is None:
            return ""
        return (
            self.payee.identifier if self.payee.identifier_qualifier == "FI" else self.payee.reference("TJ")
        )


class ServiceLine(Struct, gc=False):
    """SVC and what belongs to it (loop 2110)."""

    ordinal: int
    """Counted from 1 within its claim payment."""
    procedure: Procedure
    charge_amount: Decimal
    paid_amount: Decimal
    position: Position
    revenue_code: str = ""
    units: Decimal = Decimal(1)
    """Paid units; 1 when the payer left the element out, as the guide says."""
    original_procedure: Procedure | None = None
    """SVC06: the code as submitted, where the payer paid under another one."""
    original_units: Decimal | None = None
    adjustments: tuple[Adjustment, ...] = ()
    dates: tuple[DateValue, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    quantities: tuple[QuantityValue, ...] = ()
    remarks: tuple[Remark, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def line_control_number(self) -> str:
        return first_reference(self.references, "6R")

    @property
    def allowed_amount(self) -> Decimal | None:
        return first_amount(self.amounts, "B6")

    @property
    def service_from_on(self) -> datetime.date | None:
        return first_date(self.dates, "472", "150")

    @property
    def service_to_on(self) -> datetime.date | None:
        return first_date(self.dates, "151", "472", "150")

    @property
    def remark_codes(self) -> tuple[str, ...]:
        return tuple(remark.code for remark in self.remarks if remark.qualifier == "HE")


class ClaimPayment(Struct, gc=False):
    """CLP and what belongs to it (loop 2100 with its service lines)."""

    ordinal: int
    """Counted from 1 within the transaction set."""
    patient_control_number: str
    status_code: str
    charge_amount: Decimal
    paid_amount: Decimal
    position: Position
    patient_responsibility_amount: Decimal | None = None
    filing_indicator: str = ""
    payer_control_number: str = ""
    facility_code: str = ""
    frequency_code: str = ""
    patient_status_code: str = ""
    drg_code: str = ""
    drg_weight: Decimal | None = None
    discharge_fraction: Decimal | None = None
    group_number: str = ""
    """LX01 of the header group it stands in, empty when the payer sent no LX."""
    adjustments: tuple[Adjustment, ...] = ()
    """Of the claim itself (CAS in loop 2100), not of its lines."""
    parties: tuple[Party, ...] = ()
    inpatient: RawSegment | None = None
    """MIA, informational."""
    outpatient: RawSegment | None = None
    """MOA, informational."""
    references: tuple[Reference, ...] = ()
    dates: tuple[DateValue, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    quantities: tuple[QuantityValue, ...] = ()
    contacts: tuple[Contact, ...] = ()
    service_lines: tuple[ServiceLine, ...] = ()
    provider_summaries: tuple[RawSegment, ...] = ()
    """TS3 and TS2 that stood before this claim, informational."""
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def remark_codes(self) -> tuple[str, ...]:
        """From MIA05, MIA20 to 23 and MOA03 to 07."""
        codes: list[str] = []
        if self.inpatient is not None:
            codes += (*self.inpatient.elements[5:6], *self.inpatient.elements[20:24])
        if self.outpatient is not None:
            codes += self.outpatient.elements[3:8]
        return tuple(code for code in codes if code)

    def party(self, entity_code: str) -> Party | None:
        return next((one for one in self.parties if one.entity_code == entity_code), None)

    @property
    def patient(self) -> Party | None:
        return self.party("QC")

    @property
    def subscriber(self) -> Party | None:
        """Sent only when the subscriber is not the patient."""
        return self.party("IL")

    @property
    def corrected(self) -> Party | None:
        """NM1*74: the payer's corrected name or member id."""
        return self.party("74")

    @property
    def rendering(self) -> Party | None:
        return self.party("82")

    @property
    def crossover(self) -> Party | None:
        return self.party("TT")

    @property
    def corrected_priority_payer(self) -> Party | None:
        return self.party("PR")

    @property
    def other_subscriber(self) -> Party | None:
        return self.party("GB")

    @property
    def is_reversal(self) -> bool:
        return self.status_code == "22"

    @property
    def service_from_on(self) -> datetime.date | None:
        """DTM*232, else the first date of its lines."""
        own = first_date(self.dates, "232")
        days = [line.service_from_on for line in self.service_lines if line.service_from_on is not None]
        return own or min(days, default=None)

    @property
    def service_to_on(self) -> datetime.date | None:
        own = first_date(self.dates, "233", "232")
        days = [line.service_to_on for line in self.service_lines if line.service_to_on is not None]
        return own or max(days, default=None)

    @property
    def received_on(self) -> datetime.date | None:
        """DTM*050: proof of timely filing."""
        return first_date(self.dates, "050")

    @property
    def coverage_expires_on(self) -> datetime.date | None:
        return first_date(self.dates, "036")


class ProviderAdjustment(Struct, frozen=True, gc=False):
    """One pair of a PLB. A positive amount lowers the payment."""

    provider_identifier: str
    fiscal_period: str
    reason_code: str
    reference: str
    """PLB03-2 and its fellows: usually a claim control number for WO, 72 and L6; may be empty."""
    amount: Decimal
    segment: int
    element: int
    """Element number of the reason within its PLB: 3, 5, 7, 9, 11 or 13."""


class RemittanceEnd(Struct, frozen=True):
    """PLB to SE, with totals and all findings of the transaction set."""

    position: Position
    provider_adjustments: tuple[ProviderAdjustment, ...] = ()
    claim_count: int = 0
    line_count: int = 0
    adjustment_count: int = 0
    charge_total: Decimal = Decimal(0)
    paid_total: Decimal = Decimal(0)
    """Sum of CLP04."""
    provider_adjustment_total: Decimal = Decimal(0)
    segment_count: int = 0
    """Segments found from ST to SE, both included."""
    stated_segment_count: int | None = None
    balanced: bool | None = None
    """Line, claim and payment all agree; None when it was read unchecked or could not be decided."""
    is_complete: bool = False
    """The SE was found."""
    content_hash: str = ""
    """SHA-256 of everything from BPR to the last PLB with delimiters made uniform; empty when unchecked.
    The same payment in a new envelope has the same hash."""
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()
