"""What a claim is built from, as it stands on file. Amounts are cents; the order of what is given does not matter."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Address:
    line: str = ""
    line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""

    def __bool__(self) -> bool:
        return bool(self.line or self.city or self.postal_code)


@dataclass(frozen=True, slots=True)
class Named:
    """A person or an organization with all a claim may say of it. `name` is a person's last name."""

    name: str
    is_organization: bool = False
    first_name: str = ""
    middle_name: str = ""
    npi: str = ""
    tax_id: str = ""
    taxonomy_code: str = ""
    address: Address = Address()
    phone: str = ""
    birth_date: date | None = None
    sex: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """One adjustment of a decision: group, reason and what it took off."""

    group: str
    reason: str
    amount_cents: int
    units: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What a payer decided on one line: with what it paid, its adjustments make up the line's charge."""

    line_number: int
    paid_cents: int
    units: Decimal
    taken: tuple[Taken, ...] = ()
    procedure_code: str = ""
    """As the payer decided it, where that is not what was sent."""
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """What an earlier payer decided, from its remittances that still stand."""

    decided_on: date
    paid_cents: int
    payer_control_number: str = ""
    taken: tuple[Taken, ...] = ()
    """On the claim as a whole."""
    lines: tuple[LineDecision, ...] = ()


@dataclass(frozen=True, slots=True)
class CoverageFacts:
    rank: int
    payer_name: str
    payer_identifier: str
    member_id: str
    filing_indicator: str
    relationship_code: str
    """How the patient stands to the subscriber: 18 self, 01 spouse, 19 child ..."""
    subscriber: Named
    group_number: str = ""
    plan_name: str = ""
    insurance_type_code: str = ""
    payer_address: Address = Address()
    decision: Decision | None = None


@dataclass(frozen=True, slots=True)
class LineFacts:
    line_number: int
    control_number: str
    """REF*6R, which the payer echoes."""
    charge_cents: int
    units: Decimal
    from_on: date
    to_on: date
    procedure_code: str = ""
    modifiers: tuple[str, ...] = ()
    revenue_code: str = ""
    unit_code: str = "UN"
    pointers: tuple[str, ...] = ()
    place_of_service: str = ""
    authorization_number: str = ""
    description: str = ""
    """For codes that say nothing of themselves."""
    drug_code: str = ""
    drug_units: Decimal | None = None
    drug_unit_code: str = ""


@dataclass(frozen=True, slots=True)
class Accident:
    cause: str
    """AA automobile, EM employment, OA other."""
    on: date
    state: str = ""


@dataclass(frozen=True, slots=True)
class Hospital:
    """What only an institutional claim says. Coded values are (code, date or amount) as the guide wants them."""

    type_of_bill: str
    """The first two digits, without the frequency."""
    span: tuple[date, date]
    """From the first to the last day of the statement."""
    admission_type: str = ""
    admission_source: str = ""
    patient_status: str = ""
    admitted_on: date | None = None
    admission_hour: str = ""
    discharge_hour: str = ""
    drg: str = ""
    conditions: tuple[str, ...] = ()
    occurrences: tuple[tuple[str, date], ...] = ()
    values: tuple[tuple[str, int], ...] = ()
    procedures: tuple[tuple[str, date], ...] = ()


@dataclass(frozen=True, slots=True)
class BuildFacts:
    """One claim's worth of stored input. `billed_rank` names the coverage that is billed."""

    control_number: str
    billed_rank: int
    billing: Named
    patient: Named
    coverages: tuple[CoverageFacts, ...]
    lines: tuple[LineFacts, ...]
    diagnoses: tuple[tuple[int, str, str, str], ...]
    """Place, qualifier, code without dot, present on admission."""
    place_of_service: str = ""
    hospital: Hospital | None = None
    """Given: an institutional claim."""
    pay_to: Address = Address()
    rendering: Named | None = None
    referring: Named | None = None
    supervising: Named | None = None
    attending: Named | None = None
    operating: Named | None = None
    facility: Named | None = None
    record_number: str = ""
    authorization_number: str = ""
    referral_number: str = ""
    laboratory_number: str = ""
    """CLIA."""
    accident: Accident | None = None
    onset_on: date | None = None
    admitted_on: date | None = None
    """Of a professional claim for services in a hospital; an institutional claim says it with its stay."""
    patient_paid_cents: int = 0
    note: str = ""
    assignment_code: str = "A"
    benefits_assigned: str = "Y"
    release_code: str = "Y"
    delay_reason_code: str = ""

    @property
    def billed(self) -> CoverageFacts:
        return next(one for one in self.coverages if one.rank == self.billed_rank)
