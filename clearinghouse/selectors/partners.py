"""Partners, the ways to payers, and who may send them what."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Count, Max, QuerySet
from django.utils.timezone import localtime

from clearinghouse.choices import WIRED, EnrolmentState, Obstacle, Transaction, Transport
from clearinghouse.models import (
    Connection,
    DeliveryAttempt,
    Enrolment,
    FetchAttempt,
    Interchange,
    PayerRoute,
    TradingPartner,
)
from clearinghouse.rules.windows import is_open
from tenancy.access import NotFound
from tenancy.scope import Scope


def partners() -> QuerySet[TradingPartner]:
    return TradingPartner.objects.annotate(
        route_count=Count("routes", distinct=True), last_sent_at=Max("interchanges__sent_at")
    ).order_by("name", "id")


def partner_for(scope: Scope, partner_id: UUID) -> TradingPartner:
    found = TradingPartner.objects.filter(id=partner_id).first()
    if found is None:
        raise NotFound
    return found


def connection_of(partner: TradingPartner) -> Connection | None:
    found: Connection | None = partner.connections.filter(is_active=True).first()
    return found


def wire_to(partner_id: UUID) -> Connection | None:
    """The connection a machine can use; None where a person brings the files."""
    return (
        Connection.objects.select_related("partner")
        .filter(partner=partner_id, is_active=True, transport__in=WIRED)
        .first()
    )


def question_line(partner_id: UUID) -> Connection | None:
    """The connection on which the partner answers at once."""
    found = wire_to(partner_id)
    return found if found and found.transport == Transport.HTTPS and found.question_path else None


def wires() -> QuerySet[Connection]:
    """Every connection a machine can use."""
    return Connection.objects.select_related("partner").filter(
        is_active=True, transport__in=WIRED, partner__is_active=True
    )


def attempts_of(interchange: Interchange) -> QuerySet[DeliveryAttempt]:
    return interchange.attempts.order_by("started_at", "id")


def routes_of(partner: TradingPartner) -> QuerySet[PayerRoute]:
    return partner.routes.select_related("payer").order_by("payer__name_normalized", "transaction")


def route_for(partner: TradingPartner, route_id: UUID) -> PayerRoute:
    found: PayerRoute | None = partner.routes.filter(id=route_id).first()
    if found is None:
        raise NotFound
    return found


def enrolments(scope: Scope) -> QuerySet[Enrolment]:
    rows = Enrolment.objects.select_related("provider", "payer")
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows.order_by("payer__name_normalized", "provider__search_name", "transaction", "id")


def enrolment_for(scope: Scope, enrolment_id: UUID) -> Enrolment:
    found = enrolments(scope).filter(id=enrolment_id).first()
    if found is None:
        raise NotFound
    return found


Wanted = tuple[UUID, UUID | None, str]
"""Payer, who bills, and transaction."""


def enrolled_names(payer_ids: Collection[UUID]) -> dict[Wanted, str]:
    """Under which names these payers have the providers whose name there is known."""
    rows = Enrolment.objects.filter(payer__in=payer_ids).exclude(enrolled_name="")
    return {(one.payer_id, one.provider_id, one.transaction): one.enrolled_name for one in rows}


@dataclass(frozen=True, slots=True)
class Way:
    """How a claim reaches its payer, or in words why it cannot."""

    partner_id: UUID | None
    payer_identifier: str = ""
    obstacle: str = ""
    reason: str = ""
    """An `Obstacle`."""


def way_to(*, payer_id: UUID, provider_id: UUID | None, transaction: str) -> Way:
    """The partner a payer's transactions go through, unless an enrolment is missing."""
    wanted = (payer_id, provider_id, transaction)
    return ways_to([wanted])[wanted]


def ways_to(wanted: Collection[Wanted]) -> dict[Wanted, Way]:
    """The same for many, in two queries."""
    payers = {payer_id for payer_id, _, _ in wanted}
    routes = {
        (one.payer_id, one.transaction): one
        for one in PayerRoute.objects.select_related("partner").filter(payer__in=payers)
    }
    states = {
        (one.payer_id, one.provider_id, one.transaction): one.state
        for one in Enrolment.objects.filter(payer__in=payers)
    }
    return {one: _way(one[2], routes.get((one[0], one[2])), states.get(one)) for one in wanted}


def _way(transaction: str, route: PayerRoute | None, enrolment: str | None) -> Way:
    if route is None:
        what = "questions to this payer" if transaction == Transaction.STATUS else "this payer's claims"
        words = f"No trading partner is known that takes {what}."
        return Way(None, obstacle=words, reason=Obstacle.NO_ROUTE)
    if not route.partner.is_active:
        return Way(None, obstacle=f"{route.partner} is not in use.", reason=Obstacle.PARTNER_OFF)
    if enrolment is None and route.needs_enrolment:
        words = "This payer takes enrolled providers only, and this one is not enrolled."
        return Way(None, obstacle=words, reason=Obstacle.NOT_ENROLLED)
    if enrolment is not None and enrolment != EnrolmentState.LIVE:
        words = EnrolmentState(enrolment).label.lower()
        return Way(
            None,
            obstacle=f"The provider's enrolment with this payer is not live: {words}.",
            reason=Obstacle.ENROLMENT_NOT_LIVE,
        )
    return Way(route.partner_id, route.payer_identifier)


def partners_taking(partner_ids: Collection[UUID], *, at: datetime) -> set[UUID]:
    """Those whose window is open now, and whose last file of claims is old enough for another."""
    last = dict(
        Interchange.objects.filter(partner__in=partner_ids)
        .exclude(transaction=Transaction.STATUS)
        .order_by()
        .values("partner")
        .annotate(last=Max("sealed_at"))
        .values_list("partner", "last")
    )
    here = localtime(at)
    return {
        one.id
        for one in TradingPartner.objects.filter(id__in=partner_ids)
        if is_open(
            here,
            opens_at=one.opens_at,
            closes_at=one.closes_at,
            is_closed_on_weekends=one.is_closed_on_weekends,
        )
        and (one.id not in last or last[one.id] + timedelta(minutes=one.minutes_between) <= at)
    }


# -- what was sealed ---------------------------------------------------------------------------------------------

LAST_FILES = 20


def last_interchanges(partner: TradingPartner) -> list[Interchange]:
    return list(partner.interchanges.select_related("file").order_by("-control_number")[:LAST_FILES])


def interchange_for(scope: Scope, interchange_id: UUID) -> Interchange:
    found = Interchange.objects.select_related("partner", "file").filter(id=interchange_id).first()
    if found is None:
        raise NotFound
    return found


def last_fetches(partner: TradingPartner) -> list[FetchAttempt]:
    return list(
        FetchAttempt.objects.filter(connection__partner=partner).order_by("-started_at", "-id")[:LAST_FILES]
    )
