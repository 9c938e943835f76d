"""What an 837P or 837I says: a start, submitted claims one at a time, an end."""

from __future__ import annotations

import datetime
from decimal import Decimal

from msgspec import Struct

from x12.records import (
    Adjustment,
    AmountValue,
    DateValue,
    Envelope,
    Finding,
    Party,
    Position,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
    first_amount,
    first_date,
    first_reference,
)

DIAGNOSIS_QUALIFIERS = frozenset({"ABK", "BK", "ABF", "BF"})


class ClaimBatchStart(Struct, frozen=True):
    """Header of one transaction set: ST, BHT, submitter and receiver."""

    envelope: Envelope
    position: Position
    kind: str
    """PROFESSIONAL or INSTITUTIONAL."""
    structure_code: str = ""
    purpose_code: str = ""
    batch_reference: str = ""
    created_on: datetime.date | None = None
    created_time: str = ""
    claim_or_encounter: str = ""
    """BHT06: CH chargeable, RP reporting, 31 subrogation."""
    submitter: Party | None = None
    receiver: Party | None = None
    unmapped: tuple[RawSegment, ...] = ()


class HealthCode(Struct, frozen=True, gc=False):
    """One composite of an HI: a diagnosis, procedure, condition, occurrence, value or DRG code."""

    qualifier: str
    code: str
    date_format: str
    date_text: str
    amount: Decimal | None
    present_on_admission: str
    segment: int


class CoverageInformation(Struct, frozen=True, gc=False):
    """SBR: place of this coverage among the patient's, and the group."""

    responsibility_code: str
    """P primary, S secondary, T tertiary, A to H, U unknown."""
    relationship_code: str
    """18 self; empty when the patient is a dependent (see `patient_relationship_code`)."""
    group_number: str
    group_name: str
    insurance_type_code: str
    filing_indicator: str
    segment: int


class Note(Struct, frozen=True, gc=False):
    """NTE."""

    qualifier: str
    text: str
    segment: int


class LineAdjudication(Struct, gc=False):
    """SVD with its CAS and dates: what another payer decided on this line (loop 2430)."""

    payer_identifier: str
    paid_amount: Decimal
    procedure: Procedure
    segment: int
    revenue_code: str = ""
    units: Decimal = Decimal(1)
    bundled_line_number: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    dates: tuple[DateValue, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()


class OtherCoverage(Struct, gc=False):
    """Loop 2320 with 2330: another payer of the same claim and what it decided."""

    coverage: CoverageInformation
    segment: int
    benefits_assigned: str = ""
    patient_signature_code: str = ""
    release_code: str = ""
    adjustments: tuple[Adjustment, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    parties: tuple[Party, ...] = ()
    dates: tuple[DateValue, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def subscriber(self) -> Party | None:
        return next((one for one in self.parties if one.entity_code == "IL"), None)

    @property
    def payer(self) -> Party | None:
        return next((one for one in self.parties if one.entity_code == "PR"), None)

    @property
    def paid_amount(self) -> Decimal | None:
        return first_amount(self.amounts, "D")


class SubmittedLine(Struct, gc=False):
    """LX with SV1 or SV2 and what belongs to it (loop 2400)."""

    line_number: str
    segment: int
    procedure: Procedure = Procedure("", "")
    """Code and qualifier are empty on an institutional line that has only a revenue code."""
    charge_amount: Decimal = Decimal(0)
    unit_code: str = ""
    units: Decimal = Decimal(0)
    revenue_code: str = ""
    place_of_service: str = ""
    """Empty when it is the claim's."""
    diagnosis_pointers: tuple[str, ...] = ()
    emergency_code: str = ""
    non_covered_amount: Decimal | None = None
    dates: tuple[DateValue, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    quantities: tuple[QuantityValue, ...] = ()
    notes: tuple[Note, ...] = ()
    parties: tuple[Party, ...] = ()
    adjudications: tuple[LineAdjudication, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()
    epsdt_code: str = ""
    family_planning_code: str = ""
    copay_status_code: str = ""

    @property
    def line_control_number(self) -> str:
        return first_reference(self.references, "6R")

    @property
    def service_from_on(self) -> datetime.date | None:
        return first_date(self.dates, "472")

    @property
    def service_to_on(self) -> datetime.date | None:
        return next((one.end_date for one in self.dates if one.qualifier == "472"), None)


class SubmittedClaim(Struct, gc=False):
    """CLM and what belongs to it (loop 2300), with the billing provider, subscriber, patient and payer above it."""

    ordinal: int
    """Counted from 1 within the transaction set."""
    kind: str
    """PROFESSIONAL or INSTITUTIONAL."""
    patient_control_number: str
    charge_amount: Decimal
    position: Position
    facility_code: str = ""
    """CLM05-1: place of service (837P) or first two digits of the type of bill (837I)."""
    facility_qualifier: str = ""
    frequency_code: str = ""
    provider_signature: str = ""
    assignment_code: str = ""
    benefits_assigned: str = ""
    release_code: str = ""
    patient_signature_code: str = ""
    related_causes: tuple[str, ...] = ()
    special_program_code: str = ""
    delay_reason_code: str = ""
    billing_provider: Party | None = None
    pay_to: Party | None = None
    pay_to_plan: Party | None = None
    coverage: CoverageInformation | None = None
    subscriber: Party | None = None
    payer: Party | None = None
    patient_relationship_code: str = ""
    """PAT01 when the patient is a dependent, else SBR02: 18 self, 01 spouse, 19 child ..."""
    dependent: Party | None = None
    """The patient where the patient is not the subscriber; `patient` answers in both cases."""
    admission_type_code: str = ""
    admission_source_code: str = ""
    patient_status_code: str = ""
    codes: tuple[HealthCode, ...] = ()
    """Every HI composite in order; `diagnoses` picks the billable diagnoses."""
    dates: tuple[DateValue, ...] = ()
    references: tuple[Reference, ...] = ()
    amounts: tuple[AmountValue, ...] = ()
    quantities: tuple[QuantityValue, ...] = ()
    notes: tuple[Note, ...] = ()
    parties: tuple[Party, ...] = ()
    """Rendering 82, referring DN and P3, facility 77, supervising DQ, attending 71, operating 72 ..."""
    other_coverages: tuple[OtherCoverage, ...] = ()
    lines: tuple[SubmittedLine, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def patient(self) -> Party | None:
        return self.dependent or self.subscriber

    @property
    def diagnoses(self) -> tuple[HealthCode, ...]:
        return tuple(one for one in self.codes if one.qualifier in DIAGNOSIS_QUALIFIERS)

    def party(self, entity_code: str) -> Party | None:
        return next((one for one in self.parties if one.entity_code == entity_code), None)

    @property
    def rendering(self) -> Party | None:
        return self.party("82")

    @property
    def payer_control_number(self) -> str:
        """REF*F8: the payer's number of the claim this one replaces or voids."""
        return first_reference(self.references, "F8")

    @property
    def authorization_number(self) -> str:
        return first_reference(self.references, "G1")

    @property
    def service_from_on(self) -> datetime.date | None:
        """DTP*434 of an institutional claim, else the first date of its lines."""
        own = first_date(self.dates, "434")
        days = [line.service_from_on for line in self.lines if line.service_from_on is not None]
        return own or min(days, default=None)

    @property
    def service_to_on(self) -> datetime.date | None:
        own = next((one.end_date for one in self.dates if one.qualifier == "434"), None)
        days = [line.service_to_on for line in self.lines if line.service_to_on is not None]
        return own or max(days, default=None)


class ClaimBatchEnd(Struct, frozen=True):
    """SE, with totals and all findings of the transaction set."""

    position: Position
    claim_count: int = 0
    line_count: int = 0
    charge_total: Decimal = Decimal(0)
    segment_count: int = 0
    stated_segment_count: int | None = None
    balanced: bool | None = None
    """Every claim's charge equals the sum of its lines; None when it was read unchecked."""
    is_complete: bool = False
    content_hash: str = ""
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()
    unclaimed: tuple[Party | CoverageInformation | RawSegment, ...] = ()
    """What stood above the claims and belongs to none of them: a subscriber without a claim."""
