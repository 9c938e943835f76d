"""From what an 835 says to the facts the rules read and the rows that are kept."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from remittances.rules.facts import AdjustmentFacts, ProviderAdjustmentFacts, RemitClaimFacts, RemitLineFacts
from x12 import Adjustment, ClaimPayment, Procedure, ProviderAdjustment, ServiceLine
from x12.records import first_date


class FractionOfCent(ValueError):
    """An amount is finer than a cent: no dollar amount of an 835 may be."""


def cents(amount: Decimal) -> int:
    exact = amount.scaleb(2)
    whole = int(exact)
    if whole != exact:
        raise FractionOfCent(f"the amount {amount} is finer than a cent")
    return whole


def claim_facts(claim: ClaimPayment) -> RemitClaimFacts:
    insured = (
        claim.patient if claim.patient and claim.patient.identifier else claim.subscriber or claim.patient
    )
    patient = claim.patient
    original = next((one.value for one in claim.references if one.qualifier == "F8"), "")
    stated = claim.patient_responsibility_amount
    return RemitClaimFacts(
        ordinal=claim.ordinal,
        patient_control_number=claim.patient_control_number[:40],
        status=claim.status_code,
        charge_cents=cents(claim.charge_amount),
        paid_cents=cents(claim.paid_amount),
        patient_responsibility_cents=None if stated is None else cents(stated),
        payer_control_number=claim.payer_control_number[:60],
        original_payer_control_number=original[:60],
        frequency=claim.frequency_code,
        filing_indicator=claim.filing_indicator,
        adjustments=_adjustments(claim.adjustments),
        lines=tuple(_line_facts(line) for line in claim.service_lines),
        remark_codes=claim.remark_codes,
        member_id=insured.identifier[:80] if insured else "",
        patient_last_name=patient.name[:80] if patient else "",
        patient_first_name=patient.first_name[:50] if patient else "",
        rendering_npi=claim.rendering.identifier[:20] if claim.rendering else "",
        service_from_on=first_date(claim.dates, "232"),
        service_to_on=first_date(claim.dates, "233", "232"),
    )


def _adjustments(adjustments: tuple[Adjustment, ...]) -> tuple[AdjustmentFacts, ...]:
    return tuple(
        AdjustmentFacts(one.group, one.reason, cents(one.amount), one.quantity) for one in adjustments
    )


def _line_facts(line: ServiceLine) -> RemitLineFacts:
    submitted = line.original_procedure
    allowed = line.allowed_amount
    code, revenue = _codes(line.procedure, line.revenue_code)
    return RemitLineFacts(
        ordinal=line.ordinal,
        charge_cents=cents(line.charge_amount),
        paid_cents=cents(line.paid_amount),
        adjustments=_adjustments(line.adjustments),
        procedure_code=code,
        modifiers=line.procedure.modifiers,
        submitted_procedure_code=submitted.code[:48] if submitted else "",
        submitted_modifiers=submitted.modifiers if submitted else (),
        revenue_code=revenue,
        units=line.units,
        submitted_units=line.original_units,
        line_control_number=line.line_control_number[:50],
        service_date=line.service_from_on,
        remark_codes=line.remark_codes,
        allowed_cents=None if allowed is None else cents(allowed),
    )


def _codes(procedure: Procedure, revenue_code: str) -> tuple[str, str]:
    """A line may be known by its revenue code alone: qualifier NU in SVC01."""
    if procedure.qualifier == "NU":
        return "", procedure.code[:48]
    return procedure.code[:48], revenue_code[:48]


def provider_adjustment_facts(ordinal: int, one: ProviderAdjustment) -> ProviderAdjustmentFacts:
    return ProviderAdjustmentFacts(ordinal, one.reason_code[:10], one.reference[:60], cents(one.amount))


CLAIM_COLUMNS = (
    "id",
    "remittance_id",
    "ordinal",
    "status_code",
    "is_reversal",
    "patient_control_number",
    "payer_control_number",
    "original_payer_control_number",
    "filing_indicator",
    "frequency_code",
    "facility_code",
    "charge_cents",
    "paid_cents",
    "patient_responsibility_cents",
    "patient_last_name",
    "patient_first_name",
    "member_id",
    "rendering_npi",
    "service_from_on",
    "service_to_on",
    "received_on",
    "remark_codes",
    "corrected_last_name",
    "corrected_first_name",
    "corrected_member_id",
    "payer_text",
    "crossover_name",
    "first_segment",
    "last_segment",
)


def last_segment(claim: ClaimPayment) -> int:
    """The last segment that belongs to the claim: of its last line, or its own where it has none."""
    owner = claim.service_lines[-1] if claim.service_lines else claim
    remarks = claim.service_lines[-1].remarks if claim.service_lines else ()
    parts = (owner.adjustments, owner.dates, owner.references, owner.amounts, owner.quantities, remarks)
    return max((one.segment for found in parts for one in found), default=owner.position.segment)


# What a payer says beside codes: contract class, authorization and referral numbers, repricing references, policy.
TELLING_REFERENCES = frozenset({"CE", "BB", "G1", "G3", "9A", "9C", "28", "0K", "1S", "APC", "E9"})


def payer_text(claim: ClaimPayment) -> str:
    """The payer's own words, for rules that look for them: references of a telling kind and codes of no RARC list."""
    lines = claim.service_lines
    told = [
        f"{one.qualifier} {one.value}"
        for references in (claim.references, *(line.references for line in lines))
        for one in references
        if one.qualifier in TELLING_REFERENCES and one.value
    ]
    codes = [f"{one.qualifier} {one.code}" for line in lines for one in line.remarks if one.qualifier != "HE"]
    return "; ".join(dict.fromkeys((*told, *codes)))


def claim_row(
    claim_id: UUID, remittance_id: UUID, claim: ClaimPayment, facts: RemitClaimFacts
) -> tuple[object, ...]:
    corrected = claim.corrected
    return (
        claim_id,
        remittance_id,
        claim.ordinal,
        claim.status_code[:4],
        facts.is_reversal,
        facts.patient_control_number,
        facts.payer_control_number,
        facts.original_payer_control_number,
        facts.filing_indicator[:4],
        facts.frequency[:4],
        claim.facility_code[:4],
        facts.charge_cents,
        facts.paid_cents,
        facts.patient_responsibility_cents,
        facts.patient_last_name,
        facts.patient_first_name,
        facts.member_id,
        facts.rendering_npi,
        claim.service_from_on,
        claim.service_to_on,
        claim.received_on,
        [code[:10] for code in facts.remark_codes],
        corrected.name[:80] if corrected else "",
        corrected.first_name[:50] if corrected else "",
        corrected.identifier[:80] if corrected else "",
        payer_text(claim)[:300],
        claim.crossover.name[:80] if claim.crossover else "",
        claim.position.segment,
        last_segment(claim),
    )


LINE_COLUMNS = (
    "id",
    "remit_claim_id",
    "ordinal",
    "procedure_code",
    "modifiers",
    "submitted_procedure_code",
    "submitted_modifiers",
    "revenue_code",
    "charge_cents",
    "paid_cents",
    "allowed_cents",
    "units",
    "submitted_units",
    "line_control_number",
    "service_from_on",
    "service_to_on",
    "remark_codes",
    "policy_identifier",
    "first_segment",
)


def line_row(line_id: UUID, claim_id: UUID, line: ServiceLine, facts: RemitLineFacts) -> tuple[object, ...]:
    policy = next((one.value for one in line.references if one.qualifier == "0K"), "")
    return (
        line_id,
        claim_id,
        line.ordinal,
        facts.procedure_code,
        ":".join(facts.modifiers)[:24],
        facts.submitted_procedure_code,
        ":".join(facts.submitted_modifiers)[:24],
        facts.revenue_code,
        facts.charge_cents,
        facts.paid_cents,
        facts.allowed_cents,
        facts.units,
        facts.submitted_units,
        facts.line_control_number,
        line.service_from_on,
        line.service_to_on,
        [code[:10] for code in facts.remark_codes],
        policy[:50],
        line.position.segment,
    )
