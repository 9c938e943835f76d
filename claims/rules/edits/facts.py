"""What edits are held against. None means: not on file, so that the rule cannot run and says so.

Tables are shared by all claims of a batch and hold only the codes these claims name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from x12 import Delimiters, Finding


@dataclass(frozen=True, slots=True)
class Period:
    from_on: date | None = None
    to_on: date | None = None

    def covers(self, on: date) -> bool:
        return (self.from_on is None or self.from_on <= on) and (self.to_on is None or on <= self.to_on)


@dataclass(frozen=True, slots=True)
class CodePeriod:
    """One code for the time in which it may be billed."""

    period: Period
    is_billable: bool = True


@dataclass(frozen=True, slots=True)
class DiagnosisFacts:
    """What the diagnosis tables say of a code beyond its validity."""

    is_manifestation: bool = False
    excludes: frozenset[str] = frozenset()
    """Codes it may not stand with (Excludes1)."""
    sex: str = ""
    least_age: int | None = None
    greatest_age: int | None = None
    is_exempt_from_admission_flag: bool = False


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What tables say of a procedure; empty says nothing."""

    sex: str = ""
    least_age: int | None = None
    greatest_age: int | None = None
    places: frozenset[str] = frozenset()
    specialties: frozenset[str] = frozenset()
    global_days: int | None = None
    least_days_between: int | None = None
    primaries: frozenset[str] = frozenset()
    """Of an add-on code: the codes it may be added to."""
    needs_laboratory_number: bool = False
    is_waived_test: bool = False
    is_unlisted: bool = False
    is_bilateral_by_units: bool | None = None
    covered_by: frozenset[str] = frozenset()
    """Diagnoses a coverage policy accepts."""
    needs_referral: bool = False
    is_visit_verified: bool = False
    """Electronic visit verification."""
    may_be_free: bool = False


@dataclass(frozen=True, slots=True)
class PtpEdit:
    """NCCI procedure to procedure: the second code is part of the first."""

    column_1: str
    column_2: str
    indicator: str
    period: Period


@dataclass(frozen=True, slots=True)
class MueEdit:
    """NCCI medically unlikely edit: how many units of a code, judged by line (1) or by day (2, 3)."""

    code: str
    units: int
    indicator: str
    period: Period


@dataclass(frozen=True, slots=True)
class NpiFacts:
    entity_type: str
    deactivated_on: date | None = None
    reactivated_on: date | None = None


@dataclass(frozen=True, slots=True)
class PayerFacts:
    is_active: bool = True
    filing_indicator: str = ""
    member_id_pattern: str = ""
    accepts_replacement: bool = True
    kinds: frozenset[str] = frozenset({"PROFESSIONAL", "INSTITUTIONAL"})
    filing_limit_on: date | None = None
    later_limit_on: date | None = None
    """The day a payer after the first must have the claim, mostly counted from the decision of the one before."""


@dataclass(frozen=True, slots=True)
class Authorization:
    number: str
    period: Period
    codes: frozenset[str] = frozenset()
    provider_npi: str = ""
    units_left: Decimal | None = None
    """After what other visits have used."""


@dataclass(frozen=True, slots=True)
class EarlierLine:
    """A line of another claim of the same patient."""

    control_number: str
    service_on: date
    code: str
    modifiers: tuple[str, ...]
    cents: int
    provider_npi: str
    payer_identifier: str


@dataclass(frozen=True, slots=True)
class EarlierVersion:
    """How the version before this one ended."""

    was_rejected: bool
    is_decided: bool


@dataclass(frozen=True, slots=True)
class WireFacts:
    """The envelope the claim is to leave in."""

    delimiters: Delimiters
    submitter_id: str
    receiver_id: str
    submitter_phone: str
    header_numbers: tuple[str, str, str]
    """ISA13, GS06, ST02."""
    trailer_numbers: tuple[str, str, str]
    used_interchange_numbers: frozenset[str]
    stated_counts: tuple[int, int, int]
    """SE01, GE01, IEA01."""
    counted: tuple[int, int, int]
    version: str
    claims_in_set: int = 1


@dataclass(frozen=True, slots=True)
class EditContext:
    on: date
    """The day of the run: nothing later than this has happened."""
    severities: Mapping[str, str] = field(default_factory=dict)
    """By rule id, where the practice sets another than the catalogue's; "off" lets a rule rest."""
    refusals: tuple[Finding, ...] = ()
    """What the writer of 837s refuses; the engine asks it once for each claim."""
    payer: PayerFacts | None = None
    wire: WireFacts | None = None
    is_enrolled: bool | None = None
    """Claims of the billing provider are accepted by this payer."""
    enrolled_name: str | None = None
    registry: Mapping[str, NpiFacts] | None = None
    """By NPI."""
    credentialed: Mapping[str, tuple[Period, ...]] | None = None
    """By NPI: with this payer."""
    specialties: frozenset[str] | None = None
    """Taxonomy codes in force."""
    is_supervised: bool | None = None
    """The service was incident to another's."""
    has_active_coverage: bool | None = None
    """By the payer's stored answer about that day, or about the nearest one."""
    coverage_asked_about: date | None = None
    """The day that answer is about."""
    control_numbers_taken: frozenset[str] | None = None
    """Claim numbers of other claims."""
    diagnosis_codes: Mapping[str, tuple[CodePeriod, ...]] | None = None
    diagnoses: Mapping[str, DiagnosisFacts] | None = None
    procedure_codes: Mapping[str, tuple[CodePeriod, ...]] | None = None
    knows_cpt: bool = False
    """The licensed list of CPT was loaded too."""
    modifiers: Mapping[str, tuple[CodePeriod, ...]] | None = None
    places: frozenset[str] | None = None
    """Place of service codes."""
    services: Mapping[str, ServiceFacts] | None = None
    pairs: Mapping[tuple[str, str], tuple[PtpEdit, ...]] | None = None
    unit_limits: Mapping[str, tuple[MueEdit, ...]] | None = None
    needs_authorization: frozenset[str] | None = None
    """Codes this payer wants authorized."""
    authorizations: tuple[Authorization, ...] | None = None
    needs_referral: bool | None = None
    records_sent: bool | None = None
    """Medical records go with the claim."""
    earlier_lines: tuple[EarlierLine, ...] | None = None
    seen_before_on: date | None = None
    """Last seen by the same group and specialty; meaningful with `knows_visits`."""
    knows_visits: bool = False
    earlier_version: EarlierVersion | None = None
    is_sensitive: bool | None = None
    """42 CFR Part 2."""
    has_consent: bool | None = None
    is_visit_verified: bool | None = None
    is_qualified_medicare_beneficiary: bool | None = None
    patient_cost_share_cents: int | None = None
    patient_pays_privately: bool | None = None
    """Asked that the plan be told nothing (45 CFR 164.522)."""
    hospital_codes: Mapping[str, frozenset[str]] | None = None
    """Licensed NUBC lists: BE value, BG condition, BH occurrence codes."""
