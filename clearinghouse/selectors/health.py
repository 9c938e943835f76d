"""How it stands with the partners: do their lines work, since when, how well, and what waits for them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Avg, Count, F, Max, Min, Q, QuerySet

from clearinghouse import lines
from clearinghouse.choices import WIRED, EnrolmentState, InterchangeState, LineHealth, Trouble
from clearinghouse.models import (
    Connection,
    DeliveryAttempt,
    Enrolment,
    FetchAttempt,
    FetchedFile,
    Interchange,
    TradingPartner,
    UnknownThing,
)
from clearinghouse.selectors.partners import enrolments
from tenancy.scope import Scope

SPAN = timedelta(days=30)
SHOWN = 10
NEEDS_A_PERSON = (Trouble.HOST_KEY, Trouble.SIGN_IN, Trouble.SECRET)
TONES = {
    LineHealth.WORKS: "done",
    LineHealth.NEW: "open",
    LineHealth.FAILED_LAST: "waiting",
    LineHealth.TRIED: "waiting",
    LineHealth.RESTS: "overdue",
    LineHealth.STOPPED: "denied",
    LineHealth.BY_HAND: "quiet",
    LineHealth.OFF: "quiet",
}


@dataclass(frozen=True, slots=True)
class _Last:
    at: datetime
    trouble: str


@dataclass(frozen=True, slots=True)
class Health:
    """Of one partner. Deliveries and their time are those of the last thirty days."""

    state: LineHealth
    trouble: str = ""
    """What went wrong the last time, in words."""
    tried_again_at: datetime | None = None
    succeeded_at: datetime | None = None
    deliveries: int = 0
    delivered: int = 0
    usual_ms: float | None = None
    longest_ms: int | None = None
    waiting: int = 0
    waiting_since: datetime | None = None
    failed: int = 0

    @property
    def label(self) -> str:
        return str(self.state.label)

    @property
    def tone(self) -> str:
        return TONES[self.state]

    @property
    def percent(self) -> int | None:
        return self.delivered * 100 // self.deliveries if self.deliveries else None


def health_of(partners: Collection[TradingPartner], *, at: datetime) -> dict[UUID, Health]:
    """By partner, in a constant number of questions to the database and one to Valkey for each wire."""
    ids = [one.id for one in partners]
    connections = {one.partner_id: one for one in Connection.objects.filter(partner__in=ids, is_active=True)}
    delivered, fetched = _last(DeliveryAttempt.objects.all(), ids), _last(FetchAttempt.objects.all(), ids)
    counted, sealed, fetched_at = _counted(ids, since=at - SPAN), _sealed(ids), _fetched_at(ids)
    found = {}
    for partner in partners:
        line, asked = connections.get(partner.id), fetched.get(partner.id)
        mine = [one for one in (delivered.get(partner.id), asked) if one]
        newest = max(mine, key=lambda one: one.at, default=None)
        state, tried_again_at = _state(partner, line, newest, at)
        answered_at = line.asked_at if line and not (asked and asked.trouble) else None
        sent = sealed.get(partner.id, {})
        reached = (sent.pop("sent_at", None), fetched_at.get(partner.id), answered_at)
        found[partner.id] = Health(
            state=state,
            trouble=str(Trouble(newest.trouble).label) if newest and newest.trouble else "",
            tried_again_at=tried_again_at,
            succeeded_at=max((one for one in reached if one), default=None),
            **counted.get(partner.id, {}),
            **sent,
        )
    return found


def _state(
    partner: TradingPartner, line: Connection | None, newest: _Last | None, at: datetime
) -> tuple[LineHealth, datetime | None]:
    if not partner.is_active:
        return LineHealth.OFF, None
    if line is None or line.transport not in WIRED:
        return LineHealth.BY_HAND, None
    rests = lines.state_of(line)
    if rests.rest:
        return LineHealth.RESTS, at + rests.rest
    if rests.rests:
        return LineHealth.TRIED, None
    if newest and newest.trouble in NEEDS_A_PERSON:
        return LineHealth.STOPPED, None
    if newest and newest.trouble:
        return LineHealth.FAILED_LAST, None
    return (LineHealth.WORKS if newest or line.asked_at else LineHealth.NEW), None


def _last(attempts: QuerySet[DeliveryAttempt] | QuerySet[FetchAttempt], ids: list[UUID]) -> dict[UUID, _Last]:
    rows = (
        attempts.filter(connection__partner__in=ids, connection__is_active=True)
        .order_by("connection__partner", "-started_at", "-id")
        .distinct("connection__partner")
        .values_list("connection__partner", "started_at", "trouble")
    )
    return {partner: _Last(at, trouble) for partner, at, trouble in rows}


def _counted(ids: list[UUID], *, since: datetime) -> dict[UUID, dict[str, Any]]:
    well = Q(trouble="")
    rows = DeliveryAttempt.objects.filter(connection__partner__in=ids, started_at__gte=since).order_by()
    return _by_partner(
        rows.values(partner=F("connection__partner")).annotate(
            deliveries=Count("id"),
            delivered=Count("id", filter=well),
            usual_ms=Avg("latency_ms", filter=well),
            longest_ms=Max("latency_ms", filter=well),
        )
    )


def _sealed(ids: list[UUID]) -> dict[UUID, dict[str, Any]]:
    waits = ~Q(state=InterchangeState.SENT)
    rows = Interchange.objects.filter(partner__in=ids).order_by()
    return _by_partner(
        rows.values("partner").annotate(
            waiting=Count("id", filter=waits),
            waiting_since=Min("sealed_at", filter=waits),
            failed=Count("id", filter=Q(state=InterchangeState.FAILED)),
            sent_at=Max("sent_at"),
        )
    )


def _by_partner(rows: Iterable[dict[str, Any]]) -> dict[UUID, dict[str, Any]]:
    return {row.pop("partner"): row for row in rows}


def _fetched_at(ids: list[UUID]) -> dict[UUID, datetime]:
    """When each partner last answered with a file, or after trouble."""
    rows = FetchAttempt.objects.filter(connection__partner__in=ids, trouble="").order_by()
    return dict(rows.values_list("connection__partner").annotate(last=Max("started_at")))


def last_files_in(partner: TradingPartner) -> list[FetchedFile]:
    rows = FetchedFile.objects.select_related("file").filter(connection__partner=partner, file__isnull=False)
    return list(rows.order_by("-first_seen_at", "-id")[:SHOWN])


def unknown_things_of(partner: TradingPartner) -> list[UnknownThing]:
    return list(partner.unknown_things.select_related("file").order_by("-seen_at", "segment", "id")[:50])


def blocking_enrolments(scope: Scope, partner: TradingPartner) -> list[Enrolment]:
    """Those that keep claims from going this way."""
    ways = set(partner.routes.values_list("payer", "transaction"))
    rows = enrolments(scope).exclude(state=EnrolmentState.LIVE).filter(payer__in={payer for payer, _ in ways})
    return [one for one in rows if (one.payer_id, one.transaction) in ways]
