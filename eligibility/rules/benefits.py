"""EB loops to benefit rows: one row for each service type, nothing summed, nothing guessed silently (domain: 4.3)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache

from msgspec import Struct
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
    benefits: Iterable[x12.Benefit], reading: PayerReading, diagnoses: Sequence[str] = ()
) -> tuple[tuple[BenefitRow, ...], list[str]]:
    """In the order sent; what is reckoned stands behind what was said. `diagnoses` are those that EB14 points at.

    With what was left out because it means nothing as it was sent."""
    said = _said(benefits, reading, diagnoses)
    totals = [key for key in said.places if key.kind in _TOTALS]
    periods = _periods_of_parts(totals)
    twofold = said.twofold
    rows = [
        BenefitRow(
            key,
            value,
            (benefit.segment,),
            benefit.terms.coverage_level,
            _NEEDS.get(benefit.terms.authorization) if benefit.terms.authorization else None,
            _texts(benefit.messages) if benefit.messages else (),
            period_of(benefit.dates) if benefit.dates else ALWAYS,
            False,
            benefit.terms.network not in _NETWORKS and key.network is not Network.UNKNOWN,
            key in twofold and key.kind not in _NEVER_CONTESTED,
            periods.get(key, ""),
            tuple(map(_pattern, benefit.deliveries)) if benefit.deliveries else (),
            code,
        )
        for (key, value, code), benefit in zip(said.statements, said.benefits, strict=True)
    ]
    for at, again in said.again.items():
        rows[at] = _with(rows[at], again)
    sure = {key: rows[at] for key, at in said.places.items() if key not in twofold} if totals else {}
    return (*rows, *_derived(sure, totals)), said.left_out


def own_plans(said: Iterable[tuple[str, str]]) -> set[str]:
    """EB04 of what the person has, of the EB01 and EB04 of all benefits."""
    return {kind for code, kind in said if code not in OF_OTHERS}


class _Statements(Struct):
    """What benefits say, each thing once, in the order sent."""

    statements: dict[Said, int] = {}
    """With their places."""
    benefits: list[x12.Benefit] = []
    """Those that say it first, by place."""
    again: dict[int, list[x12.Benefit]] = {}
    """Those that say it again, by place."""
    places: dict[BenefitKey, int] = {}
    """Where something is first said of it."""
    twofold: set[BenefitKey] = set()
    """Of which more than one thing is said."""
    left_out: list[str] = []
    """What means nothing as it was sent."""


def _said(benefits: Iterable[x12.Benefit], reading: PayerReading, diagnoses: Sequence[str]) -> _Statements:
    found = _Statements()
    statements, firsts, known = found.statements, found.benefits, found.places
    infers, is_payer_share = _infers(benefits), reading.sends_payer_share
    for benefit in benefits:
        terms = benefit.terms
        is_limited = benefit.limitations or terms.diagnosis_pointers
        places, limited_to = _limits(benefit, diagnoses) if is_limited else ((), ())
        network = _NETWORKS.get(terms.network) or _inferred(benefit.messages, infers=infers)
        meant, left_out = _meant(terms, network, places, limited_to, is_payer_share)
        if benefit.deliveries and terms.quantity is None:
            meant = _counted(meant, benefit.deliveries[0])
        if left_out:
            found.left_out += [f"Segment {benefit.segment}: {words} and was left out." for words in left_out]
        for statement in meant:
            place = len(firsts)
            at = statements.setdefault(statement, place)
            if at == place:
                firsts.append(benefit)
                if known.setdefault(statement[0], place) != place:
                    found.twofold.add(statement[0])
            elif firsts[at] is not benefit:
                found.again.setdefault(at, []).append(benefit)
    return found


def _with(row: BenefitRow, again: Sequence[x12.Benefit]) -> BenefitRow:
    """With those that say the same again."""
    messages = (text for one in again for text in _texts(one.messages))
    return replace(
        row,
        segments=(*row.segments, *(one.segment for one in again)),
        messages=tuple(dict.fromkeys((*row.messages, *messages))),
    )


def _infers(benefits: Iterable[x12.Benefit]) -> bool:
    """Nothing names a network, and the person's plan has but its own."""
    if any(one.terms.network for one in benefits):
        return False
    own = own_plans((one.terms.code, one.terms.insurance_type) for one in benefits)
    return not own.isdisjoint(NETWORK_PLANS)


@lru_cache(maxsize=1024)
def _meant(
    terms: x12.Terms, network: Network, places: Texts, diagnoses: Texts, is_payer_share: bool
) -> tuple[tuple[Said, ...], Texts]:
    """One for each service type; and what means nothing. Payers say the same of one member after the other."""
    keys = _keys(
        terms.code, terms.service_types, terms.coverage_level, terms.period, network, terms.procedure, places,
        terms.insurance_type, terms.plan_description, diagnoses,
    )  # fmt: skip
    cents, share, points = cents_of(terms.amount), terms.share, None
    left_out = ["the amount has fractions of a cent"] if cents is None and terms.amount is not None else []
    if share is not None and not is_share(share):
        left_out.append("the share is not between nothing and the whole")
    elif share is not None and keys[0].kind in _SHARED:
        points = round((1 - share if is_payer_share else share) * 10_000)
    value = BenefitValue(cents, points, _plain(terms.quantity), terms.quantity_qualifier)
    return tuple([(key, value, terms.code) for key in keys]), tuple(left_out)


@lru_cache(maxsize=8192)
def _keys(
    code: str, service_types: Texts, level: str, period: str, network: Network, procedure: x12.Procedure | None,
    places: Texts, insurance_type: str, plan: str, diagnoses: Texts,
) -> tuple[BenefitKey, ...]:  # fmt: skip
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


def _texts(messages: Sequence[x12.Message]) -> Texts:
    if len(messages) == 1:
        return (messages[0].text,)
    return tuple([one.text for one in messages])


def _counted(meant: tuple[Said, ...], delivery: x12.Delivery) -> tuple[Said, ...]:
    """With the quantity of a limit that HSD alone names."""
    kind, value = meant[0][0].kind, meant[0][1]
    if kind not in _LIMITS:
        return meant
    value = replace(value, quantity=_plain(delivery.quantity), unit=delivery.quantity_qualifier)
    return tuple([(key, value, code) for key, _, code in meant])


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
    places, named = [], []
    for one in benefit.limitations:
        if one.code and one.qualifier == "ZZ":
            places.append(one.code)
        elif one.code and one.qualifier in _DIAGNOSES:
            named.append(one.code)
    for pointer in benefit.terms.diagnosis_pointers:
        at = int(pointer) - 1 if pointer.isdecimal() else -1
        named.append(diagnoses[at] if 0 <= at < len(diagnoses) else f"#{pointer}")
    return tuple(places), tuple(dict.fromkeys(named)) if named else ()


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
_LIMITS = frozenset(kind for kind in BenefitKind if kind.startswith("LIMIT"))


def _left_in(period: str) -> str:
    """The period that what is left of a total is told by."""
    return LIFETIME if period == LIFETIME else ""


def _periods_of_parts(totals: Iterable[BenefitKey]) -> dict[BenefitKey, str]:
    """What remains or is used belongs to the one period its total is of; of several totals to none for certain."""
    found: dict[BenefitKey, str] = {}
    for key in totals:
        for part in _parts(key):
            found[part] = key.period if found.get(part, key.period) == key.period else ""
    return found


@lru_cache(maxsize=8192)
def _parts(total: BenefitKey) -> tuple[BenefitKey, BenefitKey]:
    """How what remains and what is used of the same sum are told."""
    remaining, used = _TOTALS[total.kind]
    period = _left_in(total.period)
    return replace(total, kind=remaining, period=period), replace(total, kind=used, period=period)


def _derived(sure: Mapping[BenefitKey, BenefitRow], totals: Iterable[BenefitKey]) -> Iterator[BenefitRow]:
    """What remains where the payer says only total and used, and what is used where it says total and remaining."""
    for total in totals:
        row = sure.get(total)
        if row is None or total.kind not in _DERIVABLE:
            continue
        remaining, used = _parts(total)
        left, spent = _beside(sure, remaining), _beside(sure, used)
        if left is not None and spent is None:
            yield from _less(row, left, used)
        elif spent is not None and left is None:
            yield from _less(row, spent, remaining)


def _less(total: BenefitRow, known: BenefitRow, key: BenefitKey) -> Iterator[BenefitRow]:
    if total.value.cents is None or known.value.cents is None or known.value.cents > total.value.cents:
        return
    yield replace(
        total,
        key=key,
        value=BenefitValue(total.value.cents - known.value.cents),
        segments=total.segments + known.segments,
        is_derived=True,
        of_period=total.key.period,
    )


def _beside(sure: Mapping[BenefitKey, BenefitRow], part: BenefitKey) -> BenefitRow | None:
    """The other part of the same; a total without words on its plan is that of the row with them."""
    found = sure.get(part)
    if found is None and (part.plan or part.insurance_type):
        return sure.get(_of_any_plan(part))
    return found


@lru_cache(maxsize=8192)
def _of_any_plan(key: BenefitKey) -> BenefitKey:
    return replace(key, plan="", insurance_type="")
