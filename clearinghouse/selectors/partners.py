"""Partners, the ways to payers, and who may send them what."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Max, QuerySet

from clearinghouse.choices import EnrolmentState, Transport
from clearinghouse.models import (
    Connection,
    DeliveryAttempt,
    Enrolment,
    Interchange,
    InterchangeSet,
    PayerRoute,
    TradingPartner,
)
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
    return Connection.objects.filter(partner=partner_id, is_active=True, transport=Transport.SFTP).first()


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


@dataclass(frozen=True, slots=True)
class Way:
    """How a claim reaches its payer, or in words why it cannot."""

    partner_id: UUID | None
    payer_identifier: str = ""
    obstacle: str = ""


def way_to(*, payer_id: UUID, provider_id: UUID, transaction: str) -> Way:
    """The partner a payer's transactions go through, unless an enrolment is missing."""
    route = (
        PayerRoute.objects.select_related("partner").filter(payer=payer_id, transaction=transaction).first()
    )
    if route is None:
        return Way(None, obstacle="No trading partner is known that takes this payer's claims.")
    if not route.partner.is_active:
        return Way(None, obstacle=f"{route.partner} is not in use.")
    enrolment = Enrolment.objects.filter(
        payer=payer_id, provider=provider_id, transaction=transaction
    ).first()
    if enrolment is None and route.needs_enrolment:
        return Way(None, obstacle="This payer takes enrolled providers only, and this one is not enrolled.")
    if enrolment is not None and enrolment.state != EnrolmentState.LIVE:
        words = EnrolmentState(enrolment.state).label
        return Way(None, obstacle=f"The provider's enrolment with this payer is not live: {words.lower()}.")
    return Way(route.partner_id, route.payer_identifier)


# -- what was sealed ---------------------------------------------------------------------------------------------

LAST_FILES = 20


def last_interchanges(partner: TradingPartner) -> list[Interchange]:
    return list(partner.interchanges.select_related("file").order_by("-control_number")[:LAST_FILES])


def interchange_for(scope: Scope, interchange_id: UUID) -> Interchange:
    found = Interchange.objects.select_related("partner", "file").filter(id=interchange_id).first()
    if found is None:
        raise NotFound
    return found


def sets_of(interchange: Interchange) -> QuerySet[InterchangeSet]:
    return interchange.sets.order_by("control_number")
