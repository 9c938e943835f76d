"""Which remitted line is which of ours, and whether a claim split over several remitted claims is whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from claims.rules.facts import LineFacts
from remittances.rules.facts import RemitClaimFacts, RemitLineFacts

ONE = Decimal(1)


class LineRule(StrEnum):
    LINE_CONTROL_NUMBER = "LINE_CONTROL_NUMBER"
    ALL_FACTS = "ALL_FACTS"
    CODE_AND_DATE = "CODE_AND_DATE"
    POSITION = "POSITION"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class LineMatch:
    """A remitted line and ours; without `line` its money stands at the claim and a person looks."""

    remitted: RemitLineFacts
    line: LineFacts | None
    rule: LineRule


@dataclass(frozen=True, slots=True)
class LineMatches:
    matches: tuple[LineMatch, ...]
    missing: tuple[LineFacts, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Every remitted line is found by what it says, not merely by where it stands."""
        return all(one.rule not in {LineRule.NONE, LineRule.POSITION} for one in self.matches)

    @property
    def unmatched(self) -> tuple[RemitLineFacts, ...]:
        return tuple(one.remitted for one in self.matches if one.line is None)


@dataclass(frozen=True, slots=True)
class SplitProgress:
    """How much of our charge the payer has decided, over all claims it made of ours."""

    charge_cents: int
    decided_cents: int
    payer_control_numbers: tuple[str, ...]

    @property
    def is_split(self) -> bool:
        return len(self.payer_control_numbers) > 1

    @property
    def is_complete(self) -> bool:
        return self.decided_cents == self.charge_cents

    @property
    def open_cents(self) -> int:
        return self.charge_cents - self.decided_cents


def match_lines(claim: RemitClaimFacts, ours: Sequence[LineFacts]) -> LineMatches:
    found: dict[int, tuple[LineFacts, LineRule]] = {}
    taken: set[int] = set()
    _match_by_control_number(claim.lines, ours, found, taken)
    if len(found) < len(claim.lines):
        _match_by(claim, ours, found, taken, LineRule.ALL_FACTS)
        _match_by(claim, ours, found, taken, LineRule.CODE_AND_DATE)
        _match_by_position(claim.lines, ours, found, taken)
    matches = tuple(
        LineMatch(line, *found.get(index, (None, LineRule.NONE))) for index, line in enumerate(claim.lines)
    )
    return LineMatches(matches, tuple(line for index, line in enumerate(ours) if index not in taken))


def split_progress(charge_cents: int, decisions: Iterable[RemitClaimFacts]) -> SplitProgress:
    """Reversals carry negative charges, so a reversed and corrected part counts once."""
    decided = 0
    numbers: dict[str, int] = defaultdict(int)
    for claim in decisions:
        decided += claim.charge_cents
        reverses = claim.is_reversal and claim.original_payer_control_number
        numbers[claim.original_payer_control_number if reverses else claim.payer_control_number] += (
            claim.charge_cents
        )
    return SplitProgress(charge_cents, decided, tuple(number for number, cents in numbers.items() if cents))


def _match_by_control_number(
    remitted: Sequence[RemitLineFacts],
    ours: Sequence[LineFacts],
    found: dict[int, tuple[LineFacts, LineRule]],
    taken: set[int],
) -> None:
    """A payer may split our line in two; both then carry its number. The code or the charge must agree as well."""
    numbers = {line.line_control_number: index for index, line in enumerate(ours) if line.line_control_number}
    for index, line in enumerate(remitted):
        ours_index = numbers.get(line.line_control_number)
        if ours_index is None:
            continue
        ours_line = ours[ours_index]
        if abs(line.charge_cents) == ours_line.amount_cents or _our_code(ours_line) in _codes_of(line):
            found[index] = (ours_line, LineRule.LINE_CONTROL_NUMBER)
            taken.add(ours_index)


def _codes_of(line: RemitLineFacts) -> set[str]:
    return {_code(line.procedure_code), _code(line.billed_code), _code(line.revenue_code)}


def _match_by(
    claim: RemitClaimFacts,
    ours: Sequence[LineFacts],
    found: dict[int, tuple[LineFacts, LineRule]],
    taken: set[int],
    rule: LineRule,
) -> None:
    """Equal keys pair in their order; by code and date alone only where each side has exactly one."""
    our_key = _all_facts if rule is LineRule.ALL_FACTS else _code_and_date
    waiting: dict[Hashable, list[int]] = defaultdict(list)
    for index, line in enumerate(ours):
        if index not in taken:
            waiting[our_key(line)].append(index)
    asking: dict[Hashable, list[int]] = defaultdict(list)
    for index, remitted in enumerate(claim.lines):
        if index not in found:
            asking[_remitted_key(claim, remitted, rule)].append(index)
    for key, indexes in asking.items():
        free = waiting.get(key, [])
        if rule is LineRule.CODE_AND_DATE and not len(indexes) == len(free) == 1:
            continue
        for index, ours_index in zip(indexes, free, strict=False):
            found[index] = (ours[ours_index], rule)
            taken.add(ours_index)


def _match_by_position(
    remitted: Sequence[RemitLineFacts],
    ours: Sequence[LineFacts],
    found: dict[int, tuple[LineFacts, LineRule]],
    taken: set[int],
) -> None:
    if len(remitted) != len(ours):
        return
    for index in range(len(remitted)):
        if index not in found and index not in taken:
            found[index] = (ours[index], LineRule.POSITION)
            taken.add(index)


def _all_facts(line: LineFacts) -> Hashable:
    modifiers = frozenset(_code(modifier) for modifier in line.modifiers)
    return (_our_code(line), modifiers, line.service_date, line.amount_cents, line.units)


def _code_and_date(line: LineFacts) -> Hashable:
    return (_our_code(line), line.service_date)


def _remitted_key(claim: RemitClaimFacts, line: RemitLineFacts, rule: LineRule) -> Hashable:
    service_date = line.service_date or claim.service_from_on
    code = _code(line.billed_code) or _code(line.revenue_code)
    if rule is LineRule.CODE_AND_DATE:
        return (code, service_date)
    modifiers = frozenset(_code(modifier) for modifier in line.billed_modifiers)
    units = ONE if line.billed_units is None else abs(line.billed_units)
    return (code, modifiers, service_date, abs(line.charge_cents), units)


def _our_code(line: LineFacts) -> str:
    return _code(line.procedure_code) or _code(line.revenue_code)


def _code(text: str) -> str:
    return text.strip().upper()
