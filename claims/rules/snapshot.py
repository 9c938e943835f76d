"""A claim as canonical JSON: the same claim gives the same bytes, from whatever file and at whatever place in it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from x12 import (
    Adjustment,
    AmountValue,
    DateValue,
    HealthCode,
    LineAdjudication,
    Note,
    OtherCoverage,
    Party,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
    SubmittedClaim,
    SubmittedLine,
)

Content = dict[str, Any]


def canonical_json(snapshot: Content) -> str:
    return json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(snapshot: Content) -> str:
    return hashlib.sha256(canonical_json(snapshot).encode()).hexdigest()


def snapshot_of(claim: SubmittedClaim) -> Content:
    """What the claim says, without envelope, ordinals and positions."""
    return _told(
        {
            "kind": claim.kind,
            "control_number": claim.patient_control_number,
            "frequency": claim.frequency_code,
            "charge": money(claim.charge_amount),
            "facility_code": claim.facility_code,
            "indicators": _told(
                {
                    "provider_signature": claim.provider_signature,
                    "assignment": claim.assignment_code,
                    "benefits_assigned": claim.benefits_assigned,
                    "release": claim.release_code,
                    "patient_signature": claim.patient_signature_code,
                    "related_causes": list(claim.related_causes),
                    "special_program": claim.special_program_code,
                    "delay_reason": claim.delay_reason_code,
                    "admission_type": claim.admission_type_code,
                    "admission_source": claim.admission_source_code,
                    "patient_status": claim.patient_status_code,
                }
            ),
            "coverage": _coverage(claim),
            "billing_provider": _party(claim.billing_provider),
            "pay_to": _party(claim.pay_to),
            "subscriber": _party(claim.subscriber),
            "patient": _party(claim.dependent),
            "payer": _party(claim.payer),
            "parties": [_party(one) for one in claim.parties],
            "codes": [_code(one) for one in claim.codes],
            "dates": [_date(one) for one in claim.dates],
            "references": [_reference(one) for one in claim.references],
            "amounts": [_amount(one) for one in claim.amounts],
            "quantities": [_quantity(one) for one in claim.quantities],
            "notes": [_note(one) for one in claim.notes],
            "other_payers": [_other_coverage(one) for one in claim.other_coverages],
            "lines": [_line(one) for one in claim.lines],
            "further": _raw(claim.unmapped),
        }
    )


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


def _told(content: Content) -> Content:
    return {name: value for name, value in content.items() if value not in ("", None, [], {})}


def _coverage(claim: SubmittedClaim) -> Content:
    coverage = claim.coverage
    if coverage is None:
        return {}
    return _told(
        {
            "responsibility": coverage.responsibility_code,
            "relationship": claim.patient_relationship_code,
            "group_number": coverage.group_number,
            "group_name": coverage.group_name,
            "insurance_type": coverage.insurance_type_code,
            "filing_indicator": coverage.filing_indicator,
        }
    )


def _party(party: Party | None) -> Content:
    if party is None:
        return {}
    return _told(
        {
            "role": party.entity_code,
            "name": party.name,
            "first_name": party.first_name,
            "middle_name": party.middle_name,
            "suffix": party.suffix,
            "identifier_kind": party.identifier_qualifier,
            "identifier": party.identifier,
            "address": [
                part
                for part in (
                    party.address_line,
                    party.address_line_2,
                    party.city,
                    party.state,
                    party.postal_code,
                    party.country,
                )
                if part
            ],
            "birth_date": party.birth_date.isoformat() if party.birth_date else "",
            "sex": party.sex,
            "taxonomy": party.taxonomy_code,
            "references": [_reference(one) for one in party.references],
        }
    )


def _line(line: SubmittedLine) -> Content:
    return _told(
        {
            "number": line.line_number,
            "procedure": _procedure(line.procedure),
            "revenue_code": line.revenue_code,
            "charge": money(line.charge_amount),
            "unit": line.unit_code,
            "units": str(line.units.normalize()) if line.units else "0",
            "place_of_service": line.place_of_service,
            "diagnosis_pointers": list(line.diagnosis_pointers),
            "emergency": line.emergency_code,
            "non_covered": money(line.non_covered_amount) if line.non_covered_amount is not None else "",
            "dates": [_date(one) for one in line.dates],
            "references": [_reference(one) for one in line.references],
            "amounts": [_amount(one) for one in line.amounts],
            "quantities": [_quantity(one) for one in line.quantities],
            "notes": [_note(one) for one in line.notes],
            "parties": [_party(one) for one in line.parties],
            "adjudications": [_adjudication(one) for one in line.adjudications],
            "further": _raw(line.unmapped),
        }
    )


def _procedure(procedure: Procedure) -> Content:
    return _told(
        {
            "kind": procedure.qualifier,
            "code": procedure.code,
            "modifiers": list(procedure.modifiers),
            "description": procedure.description,
        }
    )


def _other_coverage(other: OtherCoverage) -> Content:
    return _told(
        {
            "responsibility": other.coverage.responsibility_code,
            "relationship": other.coverage.relationship_code,
            "group_number": other.coverage.group_number,
            "group_name": other.coverage.group_name,
            "insurance_type": other.coverage.insurance_type_code,
            "filing_indicator": other.coverage.filing_indicator,
            "adjustments": _adjustments(other.adjustments),
            "amounts": [_amount(one) for one in other.amounts],
            "parties": [_party(one) for one in other.parties],
            "dates": [_date(one) for one in other.dates],
            "further": _raw(other.unmapped),
        }
    )


def _adjudication(one: LineAdjudication) -> Content:
    return _told(
        {
            "payer": one.payer_identifier,
            "paid": money(one.paid_amount),
            "procedure": _procedure(one.procedure),
            "units": str(one.units.normalize()) if one.units else "",
            "adjustments": _adjustments(one.adjustments),
            "dates": [_date(date) for date in one.dates],
        }
    )


def _adjustments(adjustments: Iterable[Adjustment]) -> list[list[str]]:
    return [[one.group, one.reason, money(one.amount)] for one in adjustments]


def _code(code: HealthCode) -> list[str]:
    amount = money(code.amount) if code.amount is not None else ""
    return _trimmed([code.qualifier, code.code, code.date_text, amount, code.present_on_admission])


def _date(date: DateValue) -> list[str]:
    return [date.qualifier, date.text]


def _reference(reference: Reference) -> list[str]:
    return _trimmed([reference.qualifier, reference.value, reference.description])


def _amount(amount: AmountValue) -> list[str]:
    return [amount.qualifier, money(amount.amount)]


def _quantity(quantity: QuantityValue) -> list[str]:
    return [quantity.qualifier, str(quantity.quantity)]


def _note(note: Note) -> list[str]:
    return [note.qualifier, note.text]


def _raw(segments: Iterable[RawSegment]) -> list[list[str]]:
    return [list(one.elements) for one in segments]


def _trimmed(parts: Sequence[str]) -> list[str]:
    kept = list(parts)
    while kept and not kept[-1]:
        kept.pop()
    return kept
