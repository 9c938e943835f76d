"""Service lines, each with what earlier payers decided on it (loops 2400, 2410 and 2430)."""

from __future__ import annotations

from decimal import Decimal

from claims.rules.building import parts
from claims.rules.building.facts import BuildFacts, CoverageFacts, Decision, LineDecision, LineFacts
from claims.rules.building.parts import NOWHERE, code, dollars, text
from x12 import LineAdjudication, Procedure, RawSegment, SubmittedLine


def submitted_line(line: LineFacts, number: int, facts: BuildFacts) -> SubmittedLine:
    is_elsewhere = line.place_of_service not in ("", facts.place_of_service)
    return SubmittedLine(
        line_number=str(number),
        segment=0,
        procedure=_procedure(line.procedure_code, line.modifiers, line.description),
        charge_amount=dollars(line.charge_cents),
        unit_code=line.unit_code,
        units=line.units.normalize(),
        revenue_code=code(line.revenue_code),
        place_of_service=line.place_of_service if is_elsewhere and not facts.hospital else "",
        diagnosis_pointers=() if facts.hospital else line.pointers,
        dates=(parts.span("472", line.from_on, line.to_on),),
        references=parts.references(("G1", _own_authorization(line, facts)), ("6R", line.control_number)),
        adjudications=tuple(
            _adjudication(one, decided, line)
            for one in sorted(facts.coverages, key=lambda one: one.rank)
            if one.rank != facts.billed_rank and one.decision
            for decided in _decided(one.decision, line.line_number)
        ),
        unmapped=_drug(line),
    )


def _own_authorization(line: LineFacts, facts: BuildFacts) -> str:
    number = code(line.authorization_number)
    return number if number != code(facts.authorization_number) else ""


def _procedure(value: str, modifiers: tuple[str, ...], description: str = "") -> Procedure:
    if not value:
        return Procedure("", "")
    return Procedure("HC", code(value), tuple(code(one) for one in modifiers), text(description)[:80])


def _decided(decision: Decision, line_number: int) -> list[LineDecision]:
    return [one for one in decision.lines if one.line_number == line_number]


def _adjudication(coverage: CoverageFacts, decided: LineDecision, line: LineFacts) -> LineAdjudication:
    assert coverage.decision is not None
    procedure_code = decided.procedure_code or line.procedure_code
    modifiers = decided.modifiers if decided.procedure_code else line.modifiers
    return LineAdjudication(
        payer_identifier=code(coverage.payer_identifier),
        paid_amount=dollars(decided.paid_cents),
        procedure=_procedure(procedure_code, modifiers),
        segment=NOWHERE,
        revenue_code=code(line.revenue_code),
        units=decided.units.normalize() or Decimal(1),
        adjustments=parts.adjustments(decided.taken),
        dates=(parts.day("573", coverage.decision.decided_on),),
    )


def _drug(line: LineFacts) -> tuple[RawSegment, ...]:
    """LIN and CTP: the drug that was given, its quantity and unit."""
    number = parts.digits(line.drug_code)
    if not number:
        return ()
    units = f"{(line.drug_units or Decimal(0)).normalize():f}"
    return (
        RawSegment("2410", ("LIN", "", "N4", number), NOWHERE),
        RawSegment("2410", ("CTP", "", "", "", units, line.drug_unit_code), NOWHERE),
    )
