"""Changes to partners, routes and enrolments, each recorded in the transaction of the act."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from audit import services as audit
from clearinghouse import lines
from clearinghouse.choices import EnrolmentState, ExchangeProblem, InterchangeState
from clearinghouse.models import Connection, Enrolment, Interchange, PayerRoute, TradingPartner
from clearinghouse.rules.enrolments import may_move
from clearinghouse.selectors.partners import wire_to
from clearinghouse.services.delivering import hasten_deliveries, order_delivery
from clearinghouse.services.problems import close_problem
from reference.models import Payer, Provider
from tenancy.jobs import hasten

LONGEST_NAME = 120


class ExchangeRefused(Exception):
    """The change cannot be made; the text says why."""


@transaction.atomic
def create_partner(*, values: Mapping[str, Any]) -> TradingPartner:
    partner: TradingPartner = TradingPartner.objects.create(**values)
    audit.record("clearinghouse.partner.created", subject=partner)
    return partner


@transaction.atomic
def edit_partner(*, partner: TradingPartner, version: int, changes: Mapping[str, Any]) -> None:
    """The version decides which of two editors was first."""
    changed = tuple(name for name, value in changes.items() if getattr(partner, name) != value)
    taken = TradingPartner.objects.filter(id=partner.id, version=version).update(
        **changes, version=F("version") + 1
    )
    if not taken:
        raise ExchangeRefused("Somebody else has changed this meanwhile. Look at it again, then save.")
    audit.record("clearinghouse.partner.edited", subject=partner, fields=changed)


@transaction.atomic
def set_connection(*, partner: TradingPartner, values: Mapping[str, Any]) -> Connection:
    """The one in use. What was sent over the one before keeps naming it."""
    Connection.objects.filter(partner=partner, is_active=True).update(is_active=False)
    connection: Connection = Connection.objects.create(partner=partner, **values)
    hasten_deliveries(partner.id)
    audit.record("clearinghouse.connection.set", subject=partner, data={"transport": connection.transport})
    return connection


@transaction.atomic
def send_again(*, interchange: Interchange) -> None:
    """The same bytes once more, after a person has looked at why they did not arrive."""
    if interchange.state not in (InterchangeState.SEALED, InterchangeState.FAILED):
        raise ExchangeRefused("This interchange is on its way or has been sent already.")
    wire = wire_to(interchange.partner_id)
    if wire is None:
        raise ExchangeRefused("This partner has no wire: bring the file by hand.")
    lines.end_rest(wire)
    order_delivery(interchange)
    hasten("clearinghouse.deliver", argument="interchange_id", among=[interchange.id])
    audit.record("clearinghouse.interchange.ordered", subject=interchange)


@transaction.atomic
def add_route(
    *,
    partner: TradingPartner,
    payer: Payer,
    transaction_kind: str,
    payer_identifier: str,
    needs_enrolment: bool,
) -> PayerRoute:
    known = PayerRoute.objects.select_related("partner").filter(payer=payer, transaction=transaction_kind)
    if other := known.first():
        raise ExchangeRefused(f"{payer} is reached through {other.partner} already. Remove that first.")
    route: PayerRoute = PayerRoute.objects.create(
        partner=partner,
        payer=payer,
        transaction=transaction_kind,
        payer_identifier=payer_identifier.strip(),
        needs_enrolment=needs_enrolment,
    )
    data = {"payer_id": str(payer.id), "transaction": transaction_kind}
    audit.record("clearinghouse.route.added", subject=partner, data=data)
    return route


@transaction.atomic
def remove_route(*, route: PayerRoute) -> None:
    data = {"payer_id": str(route.payer_id), "transaction": route.transaction}
    partner = route.partner
    route.delete()
    audit.record("clearinghouse.route.removed", subject=partner, data=data)


@transaction.atomic
def add_enrolment(
    *, provider: Provider, payer: Payer, transaction_kind: str, at: datetime, enrolled_name: str = ""
) -> Enrolment:
    enrolment, created = Enrolment.objects.get_or_create(
        provider=provider,
        payer=payer,
        transaction=transaction_kind,
        defaults={"state_since": at, "enrolled_name": enrolled_name.strip()},
    )
    if not created:
        raise ExchangeRefused("This enrolment is on the list already.")
    audit.record("clearinghouse.enrolment.added", subject=enrolment)
    return enrolment


@transaction.atomic
def name_enrolment(*, enrolment: Enrolment, enrolled_name: str) -> None:
    """Under which name the payer has the provider; empty where nobody knows."""
    name = enrolled_name.strip()
    if name == enrolment.enrolled_name:
        return
    if len(name) > LONGEST_NAME:
        raise ExchangeRefused(f"A name has at most {LONGEST_NAME} characters.")
    Enrolment.objects.filter(id=enrolment.id).update(enrolled_name=name)
    audit.record("clearinghouse.enrolment.named", subject=enrolment, fields=("enrolled_name",))


@transaction.atomic
def move_enrolment(*, enrolment: Enrolment, to: str, note: str, at: datetime) -> None:
    before = enrolment.state
    if not may_move(before, to):
        words = EnrolmentState(to).label.lower() if to in EnrolmentState else "that"
        raise ExchangeRefused(
            f"An enrolment that is {EnrolmentState(before).label.lower()} cannot become {words}."
        )
    taken = Enrolment.objects.filter(id=enrolment.id, state=before).update(
        state=to, state_since=at, note=note
    )
    if not taken:
        raise ExchangeRefused("Somebody else has moved this meanwhile.")
    data = {"from": before, "to": to}
    audit.record("clearinghouse.enrolment.moved", subject=enrolment, data=data)
    audit.emit("enrollment.status_changed", subject=enrolment, data=data)


@transaction.atomic
def confirm_by_hand(*, interchange: Interchange, confirmation: str, at: datetime) -> None:
    """A person has put the file into the partner's portal; its confirmation is the evidence that they hold it."""
    if not confirmation.strip():
        raise ExchangeRefused("Write the confirmation number the portal gave.")
    taken = Interchange.objects.filter(
        id=interchange.id, state__in=(InterchangeState.SEALED, InterchangeState.FAILED)
    ).update(state=InterchangeState.SENT, sent_at=at, confirmation=confirmation.strip())
    if not taken:
        raise ExchangeRefused("This interchange has been sent already.")
    close_problem(ExchangeProblem.NOT_SENT, subject=interchange, at=at)
    audit.record(
        "clearinghouse.interchange.confirmed",
        subject=interchange,
        data={"confirmation": confirmation.strip()},
    )
    audit.emit("batch.sent", subject=interchange, data={"control_number": interchange.control_number})
