"""A claim of a file in our own words, and what keeps one from being imported."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from claims.rules.building import BuildFacts, facts_told
from claims.rules.building.sent import (
    REFERRING_ROLES,
    RELATIONSHIPS,
    first_party,
    reference,
    treating_roles,
)
from claims.rules.building.told import RANKS
from claims.rules.snapshot import digest, snapshot_of
from x12 import CoverageInformation, OtherCoverage, Party, SubmittedClaim, SubmittedLine

PLAN_TYPES = {
    "12": "PPO",
    "13": "POS",
    "14": "EPO",
    "15": "INDEMNITY",
    "16": "MEDICARE_ADVANTAGE",
    "AM": "AUTO",
    "CH": "TRICARE",
    "HM": "HMO",
    "MA": "MEDICARE",
    "MB": "MEDICARE",
    "MC": "MEDICAID",
    "WC": "WORKERS_COMPENSATION",
}
UNIT_LIMIT = Decimal(1_000_000)


@dataclass(frozen=True, slots=True)
class Problem:
    """What keeps a claim out, or is worth knowing of one that came in. No patient data."""

    severity: str
    code: str
    segment: int
    message: str


@dataclass(frozen=True, slots=True)
class ProviderTold:
    npi: str
    is_organization: bool
    last_name: str
    first_name: str = ""
    taxonomy_code: str = ""
    tax_id: str = ""
    address_line: str = ""
    address_line_2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class CoverageTold:
    """`subscriber` is told also when the patient is the subscriber."""

    payer_name: str
    payer_identifier: str
    member_id: str
    rank: int
    relationship: str
    group_number: str
    plan_name: str
    plan_type: str
    subscriber: Party
    filing_indicator: str = ""


@dataclass(frozen=True, slots=True)
class LineDraft:
    line_number: int
    line_control_number: str
    procedure_code: str
    modifiers: str
    revenue_code: str
    units: Decimal
    amount_cents: int
    service_date: date
    diagnosis_pointers: str
    position: int


@dataclass(frozen=True, slots=True)
class ClaimDraft:
    control_number: str
    kind: str
    frequency: str
    prior_number: str
    total_cents: int
    service_from_on: date
    service_to_on: date
    mrn: str
    patient: Party
    patient_phone: str
    coverage: CoverageTold
    other_coverages: tuple[CoverageTold, ...]
    billing: ProviderTold | None
    rendering: ProviderTold | None
    referring: ProviderTold | None
    supervising: ProviderTold | None
    operating: ProviderTold | None
    location_name: str
    location_npi: str
    lines: tuple[LineDraft, ...]
    facts: BuildFacts
    """All it says that a visit has a place for."""
    snapshot: dict[str, Any]
    sha256: str
    position: int

    @property
    def providers(self) -> list[ProviderTold]:
        roles = (self.billing, self.rendering, self.referring, self.supervising, self.operating)
        return [one for one in roles if one is not None]


def draft_of(claim: SubmittedClaim) -> tuple[ClaimDraft | None, list[Problem]]:
    """The claim in our words, or None with every reason why it cannot be taken."""
    problems = list(_obstacles(claim))
    if problems:
        return None, problems
    patient, payer, subscriber = claim.patient, claim.payer, claim.subscriber
    from_on, to_on = claim.service_from_on, claim.service_to_on
    assert patient and payer and subscriber and from_on and to_on
    snapshot = snapshot_of(claim)
    place = claim.party("77") or claim.billing_provider
    draft = ClaimDraft(
        control_number=claim.patient_control_number.strip(),
        kind=claim.kind,
        frequency=claim.frequency_code or "1",
        prior_number=claim.payer_control_number,
        total_cents=cents(claim.charge_amount),
        service_from_on=min(from_on, to_on),
        service_to_on=max(from_on, to_on),
        mrn=reference(claim, "EA"),
        patient=patient,
        patient_phone=_phone(patient),
        coverage=_coverage(claim.coverage, claim.patient_relationship_code, payer, subscriber),
        other_coverages=tuple(_other_coverages(claim.other_coverages)),
        billing=_provider(claim.billing_provider),
        rendering=_provider(first_party(claim, treating_roles(claim.kind))) or _person_billing(claim),
        referring=_provider(first_party(claim, REFERRING_ROLES)),
        supervising=_provider(claim.party("DQ")),
        operating=_provider(claim.party("72")),
        location_name=place.name if place else "",
        location_npi=place.identifier if place and place.identifier_qualifier == "XX" else "",
        lines=tuple(_line(line, number, from_on) for number, line in enumerate(claim.lines, start=1)),
        facts=facts_told(claim),
        snapshot=snapshot,
        sha256=digest(snapshot),
        position=claim.position.segment,
    )
    return draft, _oddities(claim)


def cents(amount: Decimal) -> int:
    return int((amount * 100).to_integral_value())


def _obstacles(claim: SubmittedClaim) -> list[Problem]:
    here = claim.position.segment
    number = claim.patient_control_number.strip()
    checks = (
        (
            0 < len(number) <= 38,
            "claim_number",
            "CLM01 holds no claim number of 1 to 38 characters. Give every claim a number.",
        ),
        (
            claim.patient is not None and claim.patient.name != "",
            "patient_name",
            "No patient is named (NM1*IL or NM1*QC). Name the patient at the source.",
        ),
        (
            claim.subscriber is not None,
            "subscriber",
            "No subscriber stands above this claim (NM1*IL). Name the subscriber.",
        ),
        (
            claim.payer is not None and (claim.payer.name or claim.payer.identifier) != "",
            "payer",
            "No payer stands above this claim (NM1*PR). Name the payer.",
        ),
        (
            claim.service_from_on is not None and claim.service_to_on is not None,
            "service_date",
            "No service date can be read (DTP*472 or DTP*434). Give dates as CCYYMMDD.",
        ),
        (claim.lines != (), "lines", "The claim has no service line (LX with SV1 or SV2). Send its lines."),
        (
            _is_money(claim.charge_amount),
            "claim_charge",
            "CLM02 is negative or holds parts of a cent. Correct the total charge.",
        ),
    )
    found = [Problem("ERROR", code, here, message) for holds, code, message in checks if not holds]
    for line in claim.lines:
        found.extend(_obstacles_of_line(line))
    return found


def _obstacles_of_line(line: SubmittedLine) -> list[Problem]:
    here = line.segment
    found = []
    if not _is_money(line.charge_amount):
        message = "The line's charge is negative or holds parts of a cent. Correct SV102 or SV203."
        found.append(Problem("ERROR", "line_charge", here, message))
    if not 0 <= line.units < UNIT_LIMIT:
        message = "The line's units cannot be right. Correct the quantity (SV104 or SV205)."
        found.append(Problem("ERROR", "line_units", here, message))
    return found


def _is_money(amount: Decimal) -> bool:
    return 0 <= amount < 10**12 and amount == amount.quantize(Decimal("0.01"))


def _oddities(claim: SubmittedClaim) -> list[Problem]:
    found = []
    of_lines = sum((line.charge_amount for line in claim.lines), Decimal(0))
    if of_lines != claim.charge_amount:
        found.append(
            Problem(
                "WARNING",
                "charge_total",
                claim.position.segment,
                f"CLM02 says {claim.charge_amount:.2f}, the lines together {of_lines:.2f}:"
                " imported as sent; a payer will not balance it.",
            )
        )
    if claim.frequency_code in ("7", "8") and not claim.payer_control_number:
        found.append(
            Problem(
                "WARNING",
                "prior_number",
                claim.position.segment,
                "A replacement or void names the payer's number of what it replaces (REF*F8); this one does not.",
            )
        )
    if claim.coverage is not None and claim.coverage.responsibility_code not in RANKS:
        found.append(
            Problem(
                "INFO",
                "payer_order",
                claim.coverage.segment,
                "SBR01 does not say primary, secondary or tertiary: taken as primary.",
            )
        )
    return found


def _line(line: SubmittedLine, number: int, claim_date: date) -> LineDraft:
    return LineDraft(
        line_number=number,
        line_control_number=line.line_control_number[:50],
        procedure_code=line.procedure.code[:48],
        modifiers=":".join(one[:2] for one in line.procedure.modifiers[:4] if one),
        revenue_code=line.revenue_code[:48],
        units=line.units,
        amount_cents=cents(line.charge_amount),
        service_date=line.service_from_on or claim_date,
        diagnosis_pointers=":".join(line.diagnosis_pointers)[:15],
        position=line.segment,
    )


def _coverage(
    coverage: CoverageInformation | None, relationship: str, payer: Party, subscriber: Party
) -> CoverageTold:
    filing = coverage.filing_indicator if coverage else ""
    return CoverageTold(
        payer_name=payer.name,
        payer_identifier=payer.identifier,
        member_id=subscriber.identifier[:80],
        rank=RANKS.get(coverage.responsibility_code if coverage else "", 1),
        relationship=RELATIONSHIPS.get(relationship, "OTHER" if relationship else "SELF"),
        group_number=(coverage.group_number if coverage else "")[:50],
        plan_name=(coverage.group_name if coverage else "")[:80],
        plan_type=PLAN_TYPES.get(filing, "UNKNOWN"),
        subscriber=subscriber,
        filing_indicator=filing,
    )


def _other_coverages(others: tuple[OtherCoverage, ...]) -> list[CoverageTold]:
    """Coverages of other payers; those without a member id or payer are only in the snapshot."""
    return [
        _coverage(other.coverage, other.coverage.relationship_code, other.payer, other.subscriber)
        for other in others
        if other.payer is not None and other.subscriber is not None and other.subscriber.identifier
    ]


def _provider(party: Party | None) -> ProviderTold | None:
    if party is None or not party.name:
        return None
    is_npi = party.identifier_qualifier == "XX"
    return ProviderTold(
        npi=party.identifier[:10] if is_npi else "",
        is_organization=party.entity_type == "2",
        last_name=party.name,
        first_name=party.first_name,
        taxonomy_code=party.taxonomy_code[:10],
        tax_id=(party.reference("EI") or party.reference("SY")).replace("-", "")[:10],
        address_line=party.address_line,
        address_line_2=party.address_line_2,
        city=party.city,
        state=party.state,
        postal_code=party.postal_code,
        phone=_phone(party),
    )


def _person_billing(claim: SubmittedClaim) -> ProviderTold | None:
    """A physician billing alone is not named again as rendering."""
    billing = claim.billing_provider
    return _provider(billing) if billing is not None and billing.entity_type == "1" else None


def _phone(party: Party) -> str:
    numbers = (number for contact in party.contacts for kind, number in contact.numbers if kind == "TE")
    return next(numbers, "")[:40]
