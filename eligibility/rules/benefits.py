"""EB loops to benefit rows: one row for each service type, nothing summed, nothing guessed silently (domain: 4.3)."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

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
_NEVER_CONTESTED = frozenset({BenefitKind.NOTE, BenefitKind.COVERED})
_SHARED = frozenset({BenefitKind.COINSURANCE, BenefitKind.COPAY})
_DERIVABLE = frozenset({BenefitKind.DEDUCTIBLE_TOTAL, BenefitKind.OUT_OF_POCKET_TOTAL})
"""Totals of money; of a limit's units nothing is reckoned."""
_NEEDS = {"Y": True, "N": False}
NETWORK_PLANS = frozenset({"HM", "EP"})
"""EB04 of plans whose benefits are those of their network."""
OF_OTHERS = frozenset({"R", "W"})
"""EB01 of statements about somebody else's coverage."""
Texts = tuple[str, ...]
_DIAGNOSES = ("BK", "BF", "ABK", "ABF")


def rows_of(
    benefits: Iterable[x12.Benefit], reading: PayerReading, diagnoses: Sequence[str] = ()
) -> tuple[BenefitRow, ...]:
    """In the order sent; what is reckoned stands behind what was said. `diagnoses` are those that EB14 points at."""
    listed = list(benefits)
    own = {one.insurance_type for one in listed if one.code not in OF_OTHERS}
    infers = not own.isdisjoint(NETWORK_PLANS) and not any(one.network for one in listed)
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
    rows = _contested(list(said.values()))
    totals = [row for row in rows if row.key.kind in _TOTALS]
    if not totals:
        return tuple(rows)
    return (*_with_periods(rows, totals), *_derived(rows, totals))


def _rows(
    benefit: x12.Benefit, reading: PayerReading, diagnoses: Sequence[str], *, infers: bool
) -> list[BenefitRow]:
    network, is_inferred = _network(benefit, infers=infers)
    places, limited_to = _limits(benefit, diagnoses)
    keys = _keys(
        benefit.code, benefit.service_types, benefit.coverage_level, benefit.period, network, benefit.procedure,
        places, benefit.insurance_type, benefit.plan_description, limited_to,
    )  # fmt: skip
    row = BenefitRow(
        keys[0],
        _value(benefit, keys[0].kind, reading),
        (benefit.position.segment,),
        benefit.coverage_level,
        _NEEDS.get(benefit.authorization),
        tuple([one.text for one in benefit.messages]) if benefit.messages else (),
        period_of(benefit.dates),
        is_network_inferred=is_inferred,
        patterns=tuple(map(_pattern, benefit.deliveries)) if benefit.deliveries else (),
        code=benefit.code,
    )
    return [row] if len(keys) == 1 else [replace(row, key=key) for key in keys]


@lru_cache(maxsize=8192)
def _keys(
    code: str, service_types: Texts, level: str, period: str, network: Network, procedure: x12.Procedure | None,
    places: Texts, insurance_type: str, plan: str, diagnoses: Texts,
) -> tuple[BenefitKey, ...]:  # fmt: skip
    """One for each service type. Payers say the same of one member after the other."""
    kind = kind_of(code, period)
    called = ":".join((procedure.qualifier, procedure.code, *procedure.modifiers)) if procedure else ""
    return tuple(
        BenefitKey(
            one, kind, network, level_of(level), _period(kind, period), called, places, insurance_type, plan, diagnoses
        )
        for one in service_types or ("",)
    )  # fmt: skip


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
    return "" if kind in _OF_TOTAL else period


def level_of(code: str) -> Level:
    if code in ("", "IND"):
        return Level.INDIVIDUAL
    return Level.FAMILY if code == "FAM" else Level.OTHER


def _network(benefit: x12.Benefit, *, infers: bool) -> tuple[Network, bool]:
    """As stated, else as a message says, else as the plan's kind lets infer; whether it was inferred."""
    stated = _NETWORKS.get(benefit.network)
    if stated is not None:
        return stated, False
    text = " ".join([one.text for one in benefit.messages])
    if _OUT_OF_NETWORK.search(text):
        return Network.OUT, True
    if _IN_NETWORK.search(text):
        return Network.IN, True
    return (Network.IN, True) if infers else (Network.UNKNOWN, False)


def _value(benefit: x12.Benefit, kind: BenefitKind, reading: PayerReading) -> BenefitValue:
    quantity, unit = benefit.quantity, benefit.quantity_qualifier
    if quantity is None and benefit.deliveries and kind.startswith("LIMIT"):
        first = benefit.deliveries[0]
        quantity, unit = first.quantity, first.quantity_qualifier
    share = benefit.share if kind in _SHARED else None
    return _worth(benefit.amount, share, quantity, unit, reading.sends_payer_share)


@lru_cache(maxsize=8192)
def _worth(
    amount: Decimal | None, share: Decimal | None, quantity: Decimal | None, unit: str, is_payer_share: bool
) -> BenefitValue:
    points = None
    if share is not None:
        points = round((1 - share if is_payer_share else share) * 10_000)
    return BenefitValue(cents_of(amount), points, _plain(quantity), unit)


def _plain(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")


@lru_cache(maxsize=4096)
def cents_of(amount: Decimal | None) -> int | None:
    """None too for what is no whole number of cents: it is not for us to round it."""
    if amount is None:
        return None
    hundredfold = amount * 100
    cents = int(hundredfold)
    return cents if cents == hundredfold else None


def _limits(benefit: x12.Benefit, diagnoses: Sequence[str]) -> tuple[Texts, Texts]:
    """Places, and diagnoses named by III or pointed at by EB14; a pointer to nothing here keeps its number."""
    if not benefit.limitations and not benefit.diagnosis_pointers:
        return (), ()
    places = [one.code for one in benefit.limitations if one.qualifier == "ZZ" and one.code]
    named = [one.code for one in benefit.limitations if one.qualifier in _DIAGNOSES and one.code]
    for pointer in benefit.diagnosis_pointers:
        at = int(pointer) - 1 if pointer.isdecimal() else -1
        named.append(diagnoses[at] if 0 <= at < len(diagnoses) else f"#{pointer}")
    return tuple(places), tuple(dict.fromkeys(named))


def _pattern(delivery: x12.Delivery) -> Pattern:
    return Pattern(
        delivery.segment, _plain(delivery.quantity), delivery.quantity_qualifier, delivery.unit,
        _plain(delivery.modulus), delivery.period, delivery.period_count,
    )  # fmt: skip


# -- what several rows say together --------------------------------------------------------------------------------


_TOTALS = {
    BenefitKind(f"{what}_TOTAL"): (BenefitKind(f"{what}_REMAINING"), BenefitKind(f"{what}_USED"))
    for what in _SUMS.values()
}
"""With the kinds of what remains and what is used."""
_OF_TOTAL = {part: total for total, parts in _TOTALS.items() for part in parts}
"""Whose part it is."""


def _left_in(period: str) -> str:
    """The period that what is left of a total is told by."""
    return LIFETIME if period == LIFETIME else ""


def _contested(rows: list[BenefitRow]) -> list[BenefitRow]:
    """Marks rows that give different values to the same key. All stay: which one counts is for a person to say."""
    counted = Counter([row.key for row in rows])
    if len(counted) == len(rows):
        return rows
    twice = {key for key, count in counted.items() if count > 1 and key.kind not in _NEVER_CONTESTED}
    return [replace(row, is_contested=True) if row.key in twice else row for row in rows]


def _with_periods(rows: list[BenefitRow], totals: list[BenefitRow]) -> Iterator[BenefitRow]:
    """What remains or is used belongs to the one period its total is of; of several totals to none for certain."""
    periods: dict[BenefitKey, set[str]] = defaultdict(set)
    for row in totals:
        periods[_part(row.key, row.key.kind)].add(row.key.period)
    for row in rows:
        total = _OF_TOTAL.get(row.key.kind)
        if total is None:
            yield row
            continue
        found = periods.get(_part(row.key, total), ())
        yield replace(row, of_period=next(iter(found))) if len(found) == 1 else row


@lru_cache(maxsize=8192)
def _part(key: BenefitKey, kind: BenefitKind) -> BenefitKey:
    """How another part of the same sum is told; a total as if it were of no certain period."""
    return replace(key, kind=kind, period=_left_in(key.period))


def _derived(rows: list[BenefitRow], totals: list[BenefitRow]) -> Iterator[BenefitRow]:
    """What remains where the payer says only total and used, and what is used where it says total and remaining."""
    parts = {row.key: row for row in rows if not row.is_contested}
    for row in totals:
        if row.is_contested or row.key.kind not in _DERIVABLE or row.value.cents is None:
            continue
        remaining, used = _TOTALS[row.key.kind]
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
        key=_part(total.key, kind),
        value=BenefitValue(total.value.cents - known.value.cents),
        segments=total.segments + known.segments,
        is_derived=True,
        of_period=total.key.period,
    )


def _beside(parts: dict[BenefitKey, BenefitRow], key: BenefitKey, kind: BenefitKind) -> BenefitRow | None:
    """The other part of the same; a total without words on its plan is that of the row with them."""
    part = _part(key, kind)
    return parts.get(part) or parts.get(_of_any_plan(part))


@lru_cache(maxsize=8192)
def _of_any_plan(key: BenefitKey) -> BenefitKey:
    return replace(key, plan="", insurance_type="")
