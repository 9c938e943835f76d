"""What of an answer applies to a service, and what the patient owes for it today. Not known is an answer too."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from eligibility.rules.answers import WHOLE_PLAN, Answer, BenefitRow
from eligibility.rules.codes import service_types
from eligibility.rules.telling import money_told
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network

PHYSICIAN, MEDICAL = "96", "1"
INACTIVE = frozenset({"6", "7", "8"})
"""EB01."""


class Owed(Struct, frozen=True):
    """`cents` None: not known, and `why` says what is missing; otherwise `what` names it on a receipt."""

    cents: int | None
    why: str
    segments: tuple[int, ...] = ()
    what: str = ""
    wants_allowed: bool = False
    """What the payer allows for the service would make it known."""

    @property
    def dollars(self) -> str:
        """As a form takes it; empty where nothing is to be paid."""
        return f"{self.cents // 100}.{self.cents % 100:02}" if self.cents else ""


class _Left(Struct, frozen=True):
    """Of a deductible or an out-of-pocket maximum; `cents` None where it is there and what is left is not known."""

    cents: int | None
    segments: tuple[int, ...]


def chain(service_type: str) -> tuple[str, ...]:
    """Where a value is looked for, the nearest first (domain: 4.3 rule 2)."""
    known = service_types().get(service_type)
    wider = (PHYSICIAN,) if known and known.group == "professional" else ()
    medical = () if known and known.group in ("dental", "vision", "pharmacy") else (MEDICAL,)
    return tuple(dict.fromkeys((service_type, *wider, *medical, WHOLE_PLAN)))


def applying(
    answer: Answer, kind: BenefitKind, service_type: str, network: Network, level: Level = Level.INDIVIDUAL
) -> tuple[BenefitRow, ...]:
    """The rows of the nearest service type that has any; more than one where the payer says different things."""
    rows = [
        row for row in answer.benefits if row.key.kind is kind and row.key.level is level and not row.key.procedure
    ]  # fmt: skip
    for code in chain(service_type):
        for networks in ((network, Network.BOTH), (Network.UNKNOWN,)):
            found = [row for row in rows if row.key.service_type == code and row.key.network in networks]
            if found:
                return tuple(found)
    return ()


def owed_today(
    answer: Answer, service_type: str, *, allowed_cents: int | None = None, network: Network = Network.IN
) -> Owed:
    """A copay, or deductible and coinsurance of an allowed amount, never above what is left out of pocket."""
    if answer.status is not CoverageStatus.ACTIVE:
        known = answer.status is CoverageStatus.INACTIVE
        return Owed(None, "Coverage is not active." if known else "Whether coverage is active is not known.")
    if "qmb" in answer.flags:
        return Owed(
            None, "A qualified Medicare beneficiary: what Medicare leaves is not the patient's to pay."
        )
    ended = [row for row in answer.benefits if row.code in INACTIVE and row.key.service_type == service_type]
    if ended:
        return Owed(None, "The payer calls this service not active.", _segments(ended))
    refused = applying(answer, BenefitKind.NOT_COVERED, service_type, network)
    if any(row.key.service_type == service_type for row in refused):
        return Owed(None, "The plan does not cover this service.", refused[0].segments)
    copays = applying(answer, BenefitKind.COPAY, service_type, network)
    if copays:
        return _copay(answer, copays, service_type, allowed_cents, network)
    if allowed_cents is None:
        why = "The payer names no copay; what it allows for the service is not known."
        return Owed(None, why, wants_allowed=True)
    return _share(answer, service_type, allowed_cents, network)


def _copay(
    answer: Answer,
    copays: Sequence[BenefitRow],
    service_type: str,
    allowed_cents: int | None,
    network: Network,
) -> Owed:
    values = {row.value.cents for row in copays}
    if len(values) > 1:
        named = ", ".join(_told(row) for row in copays)
        return Owed(None, f"The payer names several copays: {named}.", _segments(copays))
    (cents,) = values
    if cents is None or cents < 0:
        return Owed(None, "The payer names a copay without an amount.", _segments(copays))
    cents = cents if allowed_cents is None else min(cents, allowed_cents)
    capped, proof = _capped(answer, cents, service_type, network)
    return Owed(capped, "Copay", _segments(copays) + proof, "Copay")


def _told(copay: BenefitRow) -> str:
    amount = "no amount" if copay.value.cents is None else money_told(copay.value.cents)
    places = f"place of service {', '.join(copay.key.places)}" if copay.key.places else ""
    said = ". ".join(filter(None, (*copay.messages, copay.key.plan, places)))
    return f"{amount} ({said})" if said else amount


def _share(answer: Answer, service_type: str, allowed_cents: int, network: Network) -> Owed:
    deductible = _deductible(answer, service_type, network)
    rates = applying(answer, BenefitKind.COINSURANCE, service_type, network)
    if deductible is None or deductible.cents is None:
        return Owed(None, "The payer does not say what is left of the deductible.")
    points = {row.value.basis_points for row in rates}
    if len(points) != 1 or None in points:
        return Owed(None, "The payer does not say what share the patient pays.", _segments(rates))
    (share,) = points
    assert share is not None
    first = min(deductible.cents, allowed_cents)
    cents = first + round((allowed_cents - first) * share / 10_000)
    capped, cap = _capped(answer, cents, service_type, network)
    what = "Deductible and coinsurance"
    return Owed(capped, f"{what} of what is allowed", deductible.segments + _segments(rates) + cap, what)


def _capped(answer: Answer, cents: int, service_type: str, network: Network) -> tuple[int, tuple[int, ...]]:
    left = _least(_left(answer, "OUT_OF_POCKET", service_type, network))
    if left is None or left.cents is None or left.cents >= cents:
        return cents, ()
    return left.cents, left.segments


def _deductible(answer: Answer, service_type: str, network: Network) -> _Left | None:
    """A patient pays until the person's or the family's is met, whichever comes first (domain: 4.3 rule 5). None where
    what is left of either is not known, unless the other is met."""
    found = _left(answer, "DEDUCTIBLE", service_type, network)
    least = _least(found)
    is_met = least is not None and least.cents == 0
    return least if is_met or all(one.cents is not None for one in found) else None


def _least(found: Sequence[_Left]) -> _Left | None:
    known = [one for one in found if one.cents is not None]
    return min(known, key=lambda one: one.cents or 0) if known else None


def _left(answer: Answer, what: str, service_type: str, network: Network) -> list[_Left]:
    """The person's and the family's, each of the nearest service type that has a sum of its own: what is left of
    another's says nothing about it."""
    found = []
    for level in (Level.INDIVIDUAL, Level.FAMILY):
        totals, lefts = (
            applying(answer, BenefitKind(f"{what}_{part}"), service_type, network, level)
            for part in ("TOTAL", "REMAINING")
        )
        if named := [row.key.service_type for row in (*totals, *lefts)]:
            nearest = min(named, key=chain(service_type).index)
            rows = [row for row in lefts if row.key.service_type == nearest]
            found.append(_agreed(rows or [row for row in totals if row.value.cents == 0]))
    return found


def _agreed(rows: Sequence[BenefitRow]) -> _Left:
    amounts = {row.value.cents for row in rows}
    (cents,) = amounts if len(amounts) == 1 else (None,)
    return _Left(cents if cents is not None and cents >= 0 else None, _segments(rows))


def _segments(rows: Sequence[BenefitRow]) -> tuple[int, ...]:
    return tuple(segment for row in rows for segment in row.segments)
