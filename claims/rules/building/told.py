"""What a version tells of the decisions of payers that are not billed by it: the inverse of building it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal

from claims.rules.building.facts import Decision, LineDecision, Taken
from claims.rules.building.payers import RESPONSIBILITY
from x12 import Adjustment, DateValue, LineAdjudication, OtherCoverage, SubmittedClaim, SubmittedLine

DECIDED = "573"
RANKS = {code: rank for rank, code in RESPONSIBILITY.items()}


def decisions_told(content: SubmittedClaim, line_numbers: Mapping[str, int]) -> dict[int, Decision]:
    """By rank. `line_numbers` gives the charge's number of each line of the claim."""
    found = {}
    for other in content.other_coverages:
        rank = RANKS.get(other.coverage.responsibility_code)
        paid = other.paid_amount
        if rank is not None and paid is not None:
            found[rank] = _decision(other, paid, content.lines, line_numbers)
    return {rank: one for rank, one in found.items() if one is not None}


def earlier_decided_on(content: SubmittedClaim) -> date | None:
    """The last day on which a payer before the one that is billed decided, as the claim itself tells."""
    rank = RANKS.get(content.coverage.responsibility_code, 0) if content.coverage else 0
    earlier = [
        one
        for one in content.other_coverages
        if RANKS.get(one.coverage.responsibility_code, rank) < rank and one.paid_amount is not None
    ]
    days = (_day_of(one, [told for _, told in _told_of(one, content.lines)]) for one in earlier)
    return max((day for day in days if day is not None), default=None)


def _decision(
    other: OtherCoverage, paid: Decimal, lines: Iterable[SubmittedLine], line_numbers: Mapping[str, int]
) -> Decision | None:
    told = _told_of(other, lines)
    decided_on = _day_of(other, [one for _, one in told])
    if decided_on is None:
        return None
    numbers = [one.value for one in other.payer.references if one.qualifier == "F8"] if other.payer else []
    return Decision(
        decided_on=decided_on,
        paid_cents=_cents(paid),
        payer_control_number=numbers[0] if numbers else "",
        taken=_taken(other.adjustments),
        lines=tuple(_line(line, one, line_numbers[line.line_number.lstrip("0")]) for line, one in told),
    )


def _told_of(
    other: OtherCoverage, lines: Iterable[SubmittedLine]
) -> list[tuple[SubmittedLine, LineAdjudication]]:
    """What that payer decided on single lines."""
    payer = other.payer
    return [
        (line, one)
        for line in lines
        for one in line.adjudications
        if payer is not None and one.payer_identifier == payer.identifier
    ]


def _day_of(other: OtherCoverage, told: Iterable[LineAdjudication]) -> date | None:
    days = [_decided_on(other.dates), *(_decided_on(one.dates) for one in told)]
    return max((day for day in days if day is not None), default=None)


def _line(line: SubmittedLine, told: LineAdjudication, number: int) -> LineDecision:
    is_other = (
        told.procedure.code != line.procedure.code or told.procedure.modifiers != line.procedure.modifiers
    )
    return LineDecision(
        number,
        _cents(told.paid_amount),
        told.units,
        _taken(told.adjustments),
        procedure_code=told.procedure.code if is_other else "",
        modifiers=told.procedure.modifiers if is_other else (),
    )


def _taken(adjustments: Iterable[Adjustment]) -> tuple[Taken, ...]:
    return tuple(Taken(one.group, one.reason, _cents(one.amount), one.quantity) for one in adjustments)


def _decided_on(dates: Iterable[DateValue]) -> date | None:
    return next((one.date for one in dates if one.qualifier == DECIDED), None)


def _cents(amount: Decimal) -> int:
    return int(amount * 100)
