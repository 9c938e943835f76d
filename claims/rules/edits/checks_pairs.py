"""Layer 8: what may be billed together, and how often (NCCI)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from claims.rules.edits.checks_lines import number
from claims.rules.edits.facts import EditContext, MueEdit, PtpEdit
from claims.rules.edits.model import Found, Layer, Unchecked, rule
from x12 import SubmittedClaim

Result = Iterator[Found | Unchecked]
# NCCI-associated modifiers: anatomy, global surgery, others.
_BREAKERS = """
E1 E2 E3 E4 FA F1 F2 F3 F4 F5 F6 F7 F8 F9 TA T1 T2 T3 T4 T5 T6 T7 T8 T9 LT RT LC LD RC LM RI
24 25 57 58 78 79 27 59 91 XE XS XP XU
"""
BREAKS_A_PAIR = frozenset(_BREAKERS.split())
IN_THE_GLOBAL_PERIOD = frozenset({"24", "25", "57", "78", "79"})
NEVER, WITH_MODIFIER, VOID = "0", "1", "9"
BY_LINE, BY_DAY, BY_DAY_UNLESS_PROVEN = "1", "2", "3"
NO_UNITS = Unchecked("no table of unit limits (NCCI MUE) is loaded")


@dataclass(frozen=True, slots=True)
class _Service:
    code: str
    modifiers: tuple[str, ...]
    on: date
    provider: str
    line: int | None
    """None: on another claim."""
    claim_number: str = ""


@rule("E092", Layer.CODE_PAIRS)
def pairs_may_stand_together(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.pairs is None:
        yield Unchecked("no table of code pairs (NCCI PTP) is loaded")
        return
    if not context.pairs:
        return
    services = list(_services(claim, context))
    for place, one in enumerate(services):
        for other in services[place + 1 :]:
            if (
                (one.line is None and other.line is None)
                or one.on != other.on
                or one.provider != other.provider
            ):
                continue
            for first, second in ((one, other), (other, one)):
                for edit in context.pairs.get((first.code, second.code), ()):
                    if edit.period.covers(one.on):
                        yield from _pair(edit, first, second)


@rule("E093", Layer.CODE_PAIRS)
def units_of_a_line_are_likely(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.unit_limits is None:
        yield NO_UNITS
        return
    for line in claim.lines:
        limit = _limit(context, line.procedure.code, line.service_from_on)
        if limit is not None and limit.indicator == BY_LINE and line.units > limit.units:
            yield Found(
                "2400", "SV1", 4, f"{line.units:f} units of {limit.code}; {limit.units} on a line are likely.",
                "Check the units; services on different sites go on lines of their own with a modifier.", number(line),
            )  # fmt: skip


@rule("E094", Layer.CODE_PAIRS)
def units_of_a_day_are_possible(claim: SubmittedClaim, context: EditContext) -> Result:
    yield from _by_day(
        claim, context, BY_DAY, "No more are paid, whatever the records say: correct the units."
    )


@rule("E095", Layer.CODE_PAIRS)
def units_of_a_day_are_likely(claim: SubmittedClaim, context: EditContext) -> Result:
    yield from _by_day(
        claim, context, BY_DAY_UNLESS_PROVEN, "Check the units; have the records ready if they are right."
    )


@rule("E096", Layer.CODE_PAIRS)
def added_codes_have_their_primary(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.services is None:
        yield Unchecked("no table of add-on codes is loaded")
        return
    by_day = defaultdict(set)
    for line in claim.lines:
        by_day[line.service_from_on].add(line.procedure.code)
    for line in claim.lines:
        facts = context.services.get(line.procedure.code)
        if facts is not None and facts.primaries and not facts.primaries & by_day[line.service_from_on]:
            yield Found(
                "2400", "SV1", 1, f"{line.procedure.code} is added to another service, which is not on the claim.",
                "Add the primary service of the same day, or take this line off.", number(line),
            )  # fmt: skip


@rule("E097", Layer.CODE_PAIRS)
def visits_after_surgery_are_marked(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.services is None or context.earlier_lines is None:
        yield Unchecked("no table of surgeries' global periods is loaded")
        return
    services = context.services
    for line in claim.lines:
        on = line.service_from_on
        if on is None or not is_visit(line.procedure.code):
            continue
        if IN_THE_GLOBAL_PERIOD & set(line.procedure.modifiers):
            continue
        for earlier in context.earlier_lines:
            facts = services.get(earlier.code)
            days = facts.global_days if facts is not None else None
            if days and earlier.service_on <= on <= earlier.service_on + timedelta(days):
                yield Found(
                    "2400", "SV1", 1,
                    f"The visit lies within {days} days of {earlier.code} of {earlier.service_on:%m/%d/%Y}.",
                    "Add 24, 25, 57, 78 or 79 if the visit was for something else.", number(line),
                )  # fmt: skip
                break


def is_visit(code: str) -> bool:
    """The chapter of evaluation and management."""
    return len(code) == 5 and code.isdigit() and 99202 <= int(code) <= 99499


# -- how ---------------------------------------------------------------------------------------------------------


def _services(claim: SubmittedClaim, context: EditContext) -> Iterator[_Service]:
    """The lines of the claim, and what other claims say of the same days."""
    days = set()
    billed_by = claim.rendering or claim.billing_provider
    for line in claim.lines:
        own = next((one for one in line.parties if one.entity_code == "82"), billed_by)
        if line.service_from_on is None:
            continue
        days.add(line.service_from_on)
        yield _Service(
            line.procedure.code,
            line.procedure.modifiers,
            line.service_from_on,
            own.identifier if own else "",
            number(line),
        )
    for earlier in context.earlier_lines or ():
        if earlier.service_on in days:
            yield _Service(
                earlier.code,
                earlier.modifiers,
                earlier.service_on,
                earlier.provider_npi,
                None,
                earlier.control_number,
            )


def _pair(edit: PtpEdit, first: _Service, second: _Service) -> Result:
    if edit.indicator == VOID:
        return
    is_parted = BREAKS_A_PAIR & {*first.modifiers, *second.modifiers}
    if edit.indicator == WITH_MODIFIER and is_parted:
        return
    where = (
        f" on claim {first.claim_number or second.claim_number}" if None in (first.line, second.line) else ""
    )
    hint = (
        "If they were separate services, and the record shows it, a modifier may say so; otherwise take the second off."
        if edit.indicator == WITH_MODIFIER
        else "No modifier parts them: take the second off."
    )
    yield Found(
        "2400", "SV1", 1, f"{second.code} is part of {first.code} on the same day{where}.", hint,
        second.line if second.line is not None else first.line,
    )  # fmt: skip


def _by_day(claim: SubmittedClaim, context: EditContext, indicator: str, hint: str) -> Result:
    if context.unit_limits is None:
        yield NO_UNITS
        return
    totals: dict[tuple[str, date], Decimal] = defaultdict(Decimal)
    lines: dict[tuple[str, date], int] = {}
    for line in claim.lines:
        if line.service_from_on is not None:
            key = (line.procedure.code, line.service_from_on)
            totals[key] += line.units
            lines[key] = number(line)
    for (code, on), units in totals.items():
        limit = _limit(context, code, on)
        if limit is not None and limit.indicator == indicator and units > limit.units:
            yield Found(
                "2400", "SV1", 4, f"{units:f} units of {code} on {on:%m/%d/%Y}; {limit.units} a day are likely.", hint,
                lines[(code, on)],
            )  # fmt: skip


def _limit(context: EditContext, code: str, on: date | None) -> MueEdit | None:
    limits = (context.unit_limits or {}).get(code, ())
    return next((one for one in limits if on is not None and one.period.covers(on)), None)
