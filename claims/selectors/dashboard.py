"""What the claims dashboard shows: days and payers of the last four weeks beside the four before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from claims.models import ClaimDay
from claims.rules.trends import Share, Trend, trend
from reference.models import Payer
from tenancy.access import NotFound
from tenancy.scope import Scope

SPAN = 28
COUNTS = ("edited", "passed", "sent", "accepted", "rejected", "decided", "denied")


@dataclass(slots=True)
class Figures:
    """What was counted, of a day, a payer or all."""

    edited: int = 0
    passed: int = 0
    sent: int = 0
    accepted: int = 0
    rejected: int = 0
    decided: int = 0
    denied: int = 0

    def add(self, row: ClaimDay) -> None:
        for name in COUNTS:
            setattr(self, name, getattr(self, name) + getattr(row, name))

    @property
    def stopped(self) -> int:
        """Claims their edits did not let pass at first."""
        return self.edited - self.passed

    @property
    def failed(self) -> int:
        return self.stopped + self.rejected

    @property
    def waiting(self) -> int:
        return self.sent - self.accepted - self.rejected

    @property
    def first_pass(self) -> Share:
        """Of the claims that were answered, those accepted at their first sending."""
        return Share(self.accepted, self.accepted + self.rejected)

    @property
    def clean_rate(self) -> Share:
        return Share(self.passed, self.edited)


@dataclass(slots=True)
class Compared:
    """A span beside the one before it."""

    now: Figures = field(default_factory=Figures)
    before: Figures = field(default_factory=Figures)

    @property
    def first_pass_trend(self) -> Trend:
        return trend(self.now.first_pass, self.before.first_pass)

    @property
    def clean_trend(self) -> Trend:
        return trend(self.now.clean_rate, self.before.clean_rate)

    @property
    def is_worse(self) -> bool:
        return Trend.WORSE in (self.first_pass_trend, self.clean_trend)


@dataclass(frozen=True, slots=True)
class OfPayer:
    payer: Payer
    compared: Compared


@dataclass(frozen=True, slots=True)
class Dashboard:
    first: date
    last: date
    total: Compared
    days: Sequence[tuple[date, Figures]]
    payers: Sequence[OfPayer]
    """Those that became worse first, then the most claims."""


def dashboard(scope: Scope, *, on: date) -> Dashboard:
    """Counted over every location: a right to some of them has no dashboard."""
    if scope.location_ids is not None:
        raise NotFound
    first = on - timedelta(days=SPAN - 1)
    rows = ClaimDay.objects.filter(day__range=(first - timedelta(days=SPAN), on))
    if scope.payer_ids is not None:
        rows = rows.filter(payer__in=scope.payer_ids)
    total, by_payer = Compared(), dict[UUID, Compared]()
    days = {first + timedelta(days=place): Figures() for place in range(SPAN)}
    for row in rows:
        of_payer = by_payer.setdefault(row.payer_id, Compared())
        for one in (total, of_payer):
            (one.now if row.day >= first else one.before).add(row)
        if row.day >= first:
            days[row.day].add(row)
    return Dashboard(first, on, total, list(days.items()), _of_payers(by_payer.items()))


def _of_payers(compared: Iterable[tuple[UUID, Compared]]) -> list[OfPayer]:
    found = dict(compared)
    payers = Payer.objects.in_bulk(found.keys())
    rows = [OfPayer(payers[payer_id], one) for payer_id, one in found.items()]
    return sorted(rows, key=lambda one: (not one.compared.is_worse, -one.compared.now.sent, one.payer.name))
