"""The payer that is billed, and the others with what they decided (loops 2000B, 2320 and 2330)."""

from __future__ import annotations

from claims.rules.building import parts
from claims.rules.building.facts import BuildFacts, CoverageFacts, Named
from claims.rules.building.parts import NOWHERE, dollars, text
from x12 import AmountValue, CoverageInformation, OtherCoverage, Party

RESPONSIBILITY = {1: "P", 2: "S", 3: "T"}
SELF = "18"


def coverage_information(coverage: CoverageFacts, *, is_other: bool = False) -> CoverageInformation:
    """SBR. The billed coverage names a relationship only where the patient is the subscriber, another always."""
    is_self = coverage.relationship_code == SELF
    return CoverageInformation(
        responsibility_code=RESPONSIBILITY[coverage.rank],
        relationship_code=coverage.relationship_code if is_self or is_other else "",
        group_number=text(coverage.group_number)[:50],
        group_name="" if coverage.group_number else text(coverage.plan_name)[:60],
        insurance_type_code=coverage.insurance_type_code,
        filing_indicator=coverage.filing_indicator,
        segment=NOWHERE,
    )


def subscriber(coverage: CoverageFacts, patient: Named) -> Party:
    """Address and birth date are told where the patient is the subscriber."""
    is_self = coverage.relationship_code == SELF
    named = patient if is_self else coverage.subscriber
    member = ("MI", coverage.member_id)
    return parts.party("IL", named, identifier=member, address=True, demographics=is_self)


def payer(coverage: CoverageFacts) -> Party:
    named = Named(coverage.payer_name, is_organization=True, address=coverage.payer_address)
    return parts.party("PR", named, identifier=("PI", coverage.payer_identifier), address=True)


def other_coverage(coverage: CoverageFacts, facts: BuildFacts) -> OtherCoverage:
    """One of the payers that are not billed by this claim. A decision on lines carries its dates on the lines."""
    decision = coverage.decision
    insured = subscriber(coverage, facts.patient)
    insured.birth_date, insured.sex = None, ""
    payer_party = payer(coverage)
    if decision and decision.payer_control_number:
        payer_party.references = parts.references(("F8", decision.payer_control_number))
    has_lines = bool(decision and decision.lines)
    return OtherCoverage(
        coverage=coverage_information(coverage, is_other=True),
        segment=NOWHERE,
        benefits_assigned=facts.benefits_assigned,
        release_code=facts.release_code,
        adjustments=parts.adjustments(decision.taken) if decision else (),
        amounts=(AmountValue("D", dollars(decision.paid_cents), NOWHERE),) if decision else (),
        parties=(insured, payer_party),
        dates=(parts.day("573", decision.decided_on),) if decision and not has_lines else (),
    )
