"""EB loops to benefit rows: one row for each service type, nothing summed, nothing guessed silently (domain: 4.3)."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import lru_cache

from msgspec.structs import replace

import x12
from eligibility.rules.answers import BenefitKey, BenefitRow, BenefitValue, Pattern
from eligibility.rules.codes import benefit_kinds
from eligibility.rules.periods import ALWAYS, period_of
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
Said = tuple[BenefitKey, BenefitValue, str]
"""With EB01."""
_DIAGNOSES = ("BK", "BF", "ABK", "ABF")


def rows_of(
    benefits: Sequence[x12.Benefit], reading: PayerReading, diagnoses: Sequence[str] = ()
) -> tuple[BenefitRow, ...]:
    """In the order sent; what is reckoned stands behind what was said. `diagnoses` are those that EB14 points at."""
    said, repeated = _said(benefits, reading, diagnoses)
    counted = Counter([key for key, _, _ in said])
    periods = _periods_of_parts(counted)
    rows = {}
    for same, benefit in said.items():
        key, value, code = same
        rows[same] = BenefitRow(
            key,
            value,
            (benefit.position.segment,),
            benefit.coverage_level,
            _NEEDS.get(benefit.authorization),
            _texts((benefit,)) if benefit.messages else (),
            period_of(benefit.dates) if benefit.dates else ALWAYS,
            False,
            benefit.network not in _NETWORKS and key.network is not Network.UNKNOWN,
            counted[key] > 1 and key.kind not in _NEVER_CONTESTED,
            periods.get(key, ""),
            tuple(map(_pattern, benefit.deliveries)) if benefit.deliveries else (),
            code,
        )
    for same, again in repeated.items():
        row = rows[same]
        rows[same] = replace(
            row,
            segments=(*row.segments, *(one.position.segment for one in again)),
            messages=tuple(dict.fromkeys((*row.messages, *_texts(again)))),
        )
    return (*rows.values(), *_derived(rows.values())) if periods else tuple(rows.values())


def own_plans(benefits: Iterable[x12.Benefit]) -> set[str]:
    """EB04 of what the person has."""
    return {one.insurance_type for one in benefits if one.code not in OF_OTHERS}


def _said(
    benefits: Sequence[x12.Benefit], reading: PayerReading, diagnoses: Sequence[str]
) -> tuple[dict[Said, x12.Benefit], dict[Said, list[x12.Benefit]]]:
    """What is said, by the benefit that says it first, and by those that say the same again."""
    infers = not own_plans(benefits).isdisjoint(NETWORK_PLANS) and not any(one.network for one in benefits)
    said: dict[Said, x12.Benefit] = {}
    repeated: dict[Said, list[x12.Benefit]] = {}
    for benefit in benefits:
        code = benefit.code
        is_limited = benefit.limitations or benefit.diagnosis_pointers
        places, limited_to = _limits(benefit, diagnoses) if is_limited else ((), ())
        keys = _keys(
            code,
            benefit.service_types,
            benefit.coverage_level,
            benefit.period,
            _NETWORKS.get(benefit.network) or _inferred(benefit.messages, infers=infers),
            benefit.procedure,
            places,
            benefit.insurance_type,
            benefit.plan_description,
            limited_to,
        )
        value = _value(benefit, keys[0].kind, reading)
        for key in keys:
            same = key, value, code
            if said.setdefault(same, benefit) is not benefit:
                repeated.setdefault(same, []).append(benefit)
    return said, repeated


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
    return "" if kind in _PARTS else period


def level_of(code: str) -> Level:
    if code in ("", "IND"):
        return Level.INDIVIDUAL
    return Level.FAMILY if code == "FAM" else Level.OTHER


def _inferred(messages: Sequence[x12.Message], *, infers: bool) -> Network:
    """Not stated: as a message says, else as the plan's kind lets infer."""
    text = " ".join([one.text for one in messages])
    if _OUT_OF_NETWORK.search(text):
        return Network.OUT
    return Network.IN if infers or _IN_NETWORK.search(text) else Network.UNKNOWN


def _texts(benefits: Iterable[x12.Benefit]) -> Texts:
    return tuple([one.text for each in benefits for one in each.messages])


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
    if share is not None and is_share(share):
        points = round((1 - share if is_payer_share else share) * 10_000)
    return BenefitValue(cents_of(amount), points, _plain(quantity), unit)


def is_share(share: Decimal) -> bool:
    """EB08 is a part of the whole: 20 is no share, and not for us to read as 20 per cent."""
    return 0 <= share <= 1


@lru_cache(maxsize=1024)
def _plain(number: Decimal | None) -> str | None:
    return None if number is None else format(number.normalize(), "f")


@lru_cache(maxsize=8192)
def cents_of(amount: Decimal | None) -> int | None:
    """None too for what is no whole number of cents: it is not for us to round it."""
    if amount is None:
        return None
    hundredfold = amount * 100
    cents = int(hundredfold)
    return cents if cents == hundredfold else None


def _limits(benefit: x12.Benefit, diagnoses: Sequence[str]) -> tuple[Texts, Texts]:
    """Places, and diagnoses named by III or pointed at by EB14; a pointer to nothing here keeps its number."""
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
_PARTS = frozenset(part for parts in _TOTALS.values() for part in parts)


def _left_in(period: str) -> str:
    """The period that what is left of a total is told by."""
    return LIFETIME if period == LIFETIME else ""


def _periods_of_parts(keys: Iterable[BenefitKey]) -> dict[BenefitKey, str]:
    """What remains or is used belongs to the one period its total is of; of several totals to none for certain."""
    found: dict[BenefitKey, str] = {}
    for key in keys:
        for kind in _TOTALS.get(key.kind, ()):
            part = _part(key, kind)
            found[part] = key.period if found.get(part, key.period) == key.period else ""
    return found


@lru_cache(maxsize=8192)
def _part(key: BenefitKey, kind: BenefitKind) -> BenefitKey:
    """How another part of the same sum is told."""
    return replace(key, kind=kind, period=_left_in(key.period))


def _derived(rows: Iterable[BenefitRow]) -> Iterator[BenefitRow]:
    """What remains where the payer says only total and used, and what is used where it says total and remaining."""
    parts = {row.key: row for row in rows if not row.is_contested}
    for row in parts.values():
        if row.key.kind not in _DERIVABLE or row.value.cents is None:
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
