"""EB loops to benefit rows: one row for each service type, nothing summed, nothing guessed silently (domain: 4.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any

from msgspec.structs import replace

import x12
from eligibility.rules.answers import BenefitKey, BenefitRow, BenefitValue, Pattern
from eligibility.rules.codes import benefit_kinds
from eligibility.rules.periods import period_of
from eligibility.rules.readings import PayerReading
from eligibility.rules.words import BenefitKind, Level, Network

REMAINING, LIFETIME, LIFETIME_REMAINING, TO_DATE = "29", "32", "33", "24"
_NETWORKS = {"Y": Network.IN, "N": Network.OUT, "W": Network.BOTH}
_OUT_OF_NETWORK = re.compile(r"\b(OUT[ -]OF[ -]NETWORK|NON[ -]?PAR)", re.IGNORECASE)
_IN_NETWORK = re.compile(r"\b(IN[ -]NETWORK|PARTICIPATING)", re.IGNORECASE)
_SUMS = {
    "deductible": "DEDUCTIBLE",
    "oop_max": "OUT_OF_POCKET",
    "limit": "LIMIT",
}
_SINGLE = {
    "copay": BenefitKind.COPAY,
    "coinsurance": BenefitKind.COINSURANCE,
    "noncovered": BenefitKind.NOT_COVERED,
    "exclusion": BenefitKind.NOT_COVERED,
    "limit_none": BenefitKind.UNLIMITED,
    "spend_down": BenefitKind.SPEND_DOWN,
    "reserve": BenefitKind.RESERVE,
    "status_active": BenefitKind.COVERED,
    "status_active_warn": BenefitKind.COVERED,
}
_NEEDS = {"Y": True, "N": False}
NETWORK_PLANS = frozenset({"HM", "EP"})
"""EB04 of plans whose benefits are those of their network."""
OF_OTHERS = frozenset({"R", "W"})
"""EB01 of statements about somebody else's coverage."""
_DIAGNOSES = ("BK", "BF", "ABK", "ABF")


def rows_of(
    benefits: Iterable[x12.Benefit], reading: PayerReading, diagnoses: Sequence[str] = ()
) -> tuple[BenefitRow, ...]:
    """In the order sent; what is reckoned stands behind what was said. `diagnoses` are those that EB14 points at."""
    listed = list(benefits)
    is_network_plan = any(one.insurance_type in NETWORK_PLANS for one in listed if one.code not in OF_OTHERS)
    stated = {one.network for one in listed if one.network}
    infers = is_network_plan and not stated
    said: dict[tuple[BenefitKey, BenefitValue, str], BenefitRow] = {}
    for benefit in listed:
        for row in _rows(benefit, reading, diagnoses, infers=infers):
            same = row.key, row.value, row.code
            known = said.setdefault(same, row)
            if known is not row:
                said[same] = replace(
                    known,
                    segments=known.segments + row.segments,
                    messages=tuple(dict.fromkeys(known.messages + row.messages)),
                )
    rows = _with_periods(_contested(list(said.values())))
    return (*rows, *_derived(rows))


def _rows(
    benefit: x12.Benefit, reading: PayerReading, diagnoses: Sequence[str], *, infers: bool
) -> Iterator[BenefitRow]:
    kind = kind_of(benefit.code, benefit.period)
    network, is_inferred = _network(benefit, infers=infers)
    first, *others = benefit.service_types or ("",)
    key = BenefitKey(
        first, kind, network, level_of(benefit.coverage_level), _period(kind, benefit.period), _procedure(benefit),
        _places(benefit), benefit.insurance_type, benefit.plan_description, _limited_to(benefit, diagnoses),
    )  # fmt: skip
    row = BenefitRow(
        key, _value(benefit, kind, reading), (benefit.position.segment,), benefit.coverage_level,
        _NEEDS.get(benefit.authorization), tuple([one.text for one in benefit.messages]), period_of(benefit.dates),
        is_network_inferred=is_inferred, patterns=tuple(map(_pattern, benefit.deliveries)), code=benefit.code,
    )  # fmt: skip
    yield row
    for service_type in others:
        yield replace(row, key=replace(key, service_type=service_type))


@lru_cache(maxsize=1024)
def kind_of(code: str, period: str) -> BenefitKind:
    """By EB01 and EB06."""
    said = benefit_kinds().get(code, "info")
    if said not in _SUMS:
        return _SINGLE.get(said, BenefitKind.NOTE)
    if period in (REMAINING, LIFETIME_REMAINING):
        return BenefitKind(f"{_SUMS[said]}_REMAINING")
    return BenefitKind(f"{_SUMS[said]}_USED" if period == TO_DATE else f"{_SUMS[said]}_TOTAL")


def _period(kind: BenefitKind, period: str) -> str:
    """What remains and what is used keep none, but for that of a lifetime."""
    if period == LIFETIME_REMAINING:
        return LIFETIME
    return "" if kind in PARTS and PARTS[kind][1] != "TOTAL" else period


def level_of(code: str) -> Level:
    if code in ("", "IND"):
        return Level.INDIVIDUAL
    return Level.FAMILY if code == "FAM" else Level.OTHER


def _network(benefit: x12.Benefit, *, infers: bool) -> tuple[Network, bool]:
    """As stated, else as a message says, else as the plan's kind lets infer; whether it was inferred."""
    if benefit.network in _NETWORKS:
        return _NETWORKS[benefit.network], False
    text = " ".join([one.text for one in benefit.messages])
    if _OUT_OF_NETWORK.search(text):
        return Network.OUT, True
    if _IN_NETWORK.search(text):
        return Network.IN, True
    return (Network.IN, True) if infers else (Network.UNKNOWN, False)


def _value(benefit: x12.Benefit, kind: BenefitKind, reading: PayerReading) -> BenefitValue:
    cents = cents_of(benefit.amount)
    points = None
    if benefit.share is not None and kind in (BenefitKind.COINSURANCE, BenefitKind.COPAY):
        share = 1 - benefit.share if reading.sends_payer_share else benefit.share
        points = round(share * 10_000)
    quantity, unit = benefit.quantity, benefit.quantity_qualifier
    if quantity is None and benefit.deliveries and kind.startswith("LIMIT"):
        first = benefit.deliveries[0]
        quantity, unit = first.quantity, first.quantity_qualifier
    return BenefitValue(cents, points, _plain(quantity), unit)


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")


@lru_cache(maxsize=4096)
def cents_of(amount: Decimal | None) -> int | None:
    """None too for what is no whole number of cents: it is not for us to round it."""
    if amount is None:
        return None
    cents = int(amount * 100)
    return cents if cents == amount * 100 else None


def _procedure(benefit: x12.Benefit) -> str:
    value = benefit.procedure
    return ":".join((value.qualifier, value.code, *value.modifiers)) if value else ""


def _places(benefit: x12.Benefit) -> tuple[str, ...]:
    return tuple(one.code for one in benefit.limitations if one.qualifier == "ZZ" and one.code)


def _limited_to(benefit: x12.Benefit, diagnoses: Sequence[str]) -> tuple[str, ...]:
    """Named by III, or pointed at by EB14; a pointer to nothing in this answer keeps its number."""
    if not benefit.limitations and not benefit.diagnosis_pointers:
        return ()
    named = [one.code for one in benefit.limitations if one.qualifier in _DIAGNOSES and one.code]
    for pointer in benefit.diagnosis_pointers:
        at = int(pointer) - 1 if pointer.isdecimal() else -1
        named.append(diagnoses[at] if 0 <= at < len(diagnoses) else f"#{pointer}")
    return tuple(dict.fromkeys(named))


def _pattern(delivery: x12.Delivery) -> Pattern:
    return Pattern(
        delivery.segment, _plain(delivery.quantity), delivery.quantity_qualifier, delivery.unit,
        _plain(delivery.modulus), delivery.period, delivery.period_count,
    )  # fmt: skip


# -- what several rows say together --------------------------------------------------------------------------------


PARTS = {
    kind: (what, part)
    for what in _SUMS.values()
    for part in ("TOTAL", "REMAINING", "USED")
    for kind in (BenefitKind(f"{what}_{part}"),)
}
"""Of what a kind is which part."""
Mark = tuple[Any, ...]
_ANY_PLAN = ("", "")


def _mark(key: BenefitKey, kind: BenefitKind, period: str, plan: tuple[str, str]) -> Mark:
    """The same for the parts of one sum, but for their kind, their period and how the plan is called."""
    return (
        kind, key.service_type, key.network, key.level, key.procedure, key.places, key.diagnoses, period, plan,
    )  # fmt: skip


def _plan_of(key: BenefitKey) -> tuple[str, str]:
    return key.plan, key.insurance_type


def _left_in(period: str) -> str:
    """The period that what is left of a total is told by."""
    return LIFETIME if period == LIFETIME else ""


def _contested(rows: list[BenefitRow]) -> list[BenefitRow]:
    """Marks rows that give different values to the same key. All stay: which one counts is for a person to say."""
    counted = Counter(row.key for row in rows if row.key.kind not in (BenefitKind.NOTE, BenefitKind.COVERED))
    twice = {key for key, count in counted.items() if count > 1}
    return [replace(row, is_contested=True) if row.key in twice else row for row in rows] if twice else rows


def _with_periods(rows: list[BenefitRow]) -> list[BenefitRow]:
    """What remains or is used belongs to the one period its total is of; of several totals to none for certain."""
    periods: dict[Mark, set[str]] = {}
    for row in rows:
        if PARTS.get(row.key.kind, "")[1:] == ("TOTAL",):
            at = _mark(row.key, row.key.kind, _left_in(row.key.period), _plan_of(row.key))
            periods.setdefault(at, set()).add(row.key.period)
    return [_of_period(row, periods) for row in rows] if periods else rows


def _of_period(row: BenefitRow, periods: dict[Mark, set[str]]) -> BenefitRow:
    what, part = PARTS.get(row.key.kind, ("", ""))
    if part not in ("REMAINING", "USED"):
        return row
    at = _mark(row.key, BenefitKind(f"{what}_TOTAL"), row.key.period, _plan_of(row.key))
    found = periods.get(at, ())
    return replace(row, of_period=next(iter(found))) if len(found) == 1 else row


def _derived(rows: Iterable[BenefitRow]) -> Iterator[BenefitRow]:
    """What remains where the payer says only total and used, and what is used where it says total and remaining."""
    parts = {
        _mark(row.key, row.key.kind, row.key.period, _plan_of(row.key)): row
        for row in rows
        if row.key.kind in PARTS and not row.is_contested
    }
    for row in list(parts.values()):
        what, part = PARTS[row.key.kind]
        if part != "TOTAL" or row.key.kind is BenefitKind.LIMIT_TOTAL or row.value.cents is None:
            continue
        remaining, used = BenefitKind(f"{what}_REMAINING"), BenefitKind(f"{what}_USED")
        left, spent = _beside(parts, row.key, remaining), _beside(parts, row.key, used)
        if left is not None and spent is None:
            yield from _less(row, left, used)
        elif spent is not None and left is None:
            yield from _less(row, spent, remaining)


def _less(total: BenefitRow, known: BenefitRow, kind: BenefitKind) -> Iterator[BenefitRow]:
    if total.value.cents is None or known.value.cents is None or known.value.cents > total.value.cents:
        return
    yield replace(
        total,
        key=replace(total.key, kind=kind, period=_left_in(total.key.period)),
        value=BenefitValue(total.value.cents - known.value.cents),
        segments=total.segments + known.segments,
        is_derived=True,
        of_period=total.key.period,
    )


def _beside(parts: dict[Mark, BenefitRow], key: BenefitKey, kind: BenefitKind) -> BenefitRow | None:
    """The other part of the same; a total without words on its plan is that of the row with them."""
    period = _left_in(key.period)
    exact = parts.get(_mark(key, kind, period, _plan_of(key)))
    return exact or parts.get(_mark(key, kind, period, _ANY_PLAN))
