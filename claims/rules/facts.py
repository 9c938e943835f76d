"""What matching needs to know of our claims: frozen, free of Django, built in bulk by claims.selectors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LineFacts:
    """One service line as we sent it."""

    id: UUID
    charge_id: UUID | None
    line_number: int
    line_control_number: str
    procedure_code: str
    modifiers: tuple[str, ...]
    units: Decimal
    amount_cents: int
    service_date: date | None
    revenue_code: str = ""


@dataclass(frozen=True, slots=True)
class VersionFacts:
    """One sending of a claim; `payer_control_number` is the CLP07 the payer gave this version, if any."""

    number: int
    frequency: str
    lines: tuple[LineFacts, ...]
    payer_control_number: str = ""
    total_cents: int = 0
    submitted_on: date | None = None


@dataclass(frozen=True, slots=True)
class ClaimFacts:
    """A claim with its whole lineage; `versions` in the order of their numbers."""

    id: UUID
    patient_id: UUID
    payer_id: UUID | None
    patient_control_number: str
    payer_control_number: str
    member_id: str
    patient_last_name: str
    patient_first_name: str
    total_cents: int
    service_from_on: date | None
    service_to_on: date | None
    rendering_npi: str
    versions: tuple[VersionFacts, ...] = ()
    encounter_id: UUID | None = None

    @property
    def lines(self) -> tuple[LineFacts, ...]:
        return self.versions[-1].lines if self.versions else ()

    @property
    def payer_control_numbers(self) -> frozenset[str]:
        numbers = {version.payer_control_number for version in self.versions}
        numbers.add(self.payer_control_number)
        return frozenset(number for number in numbers if number)
