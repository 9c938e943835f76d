"""Bringing sealed bytes to a partner: the network is never asked inside a transaction, every attempt is kept."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from audit import services as audit
from clearinghouse import lines
from clearinghouse.choices import ExchangeProblem, InterchangeState, Trouble
from clearinghouse.lines import Place
from clearinghouse.models import Connection, DeliveryAttempt, Interchange
from clearinghouse.selectors.files import content_of
from clearinghouse.selectors.partners import wire_to
from clearinghouse.services.doors import LASTING, adapter_of, door_of, wire_of
from clearinghouse.services.problems import close_problem, open_problem
from clearinghouse.transports.outcome import NotDelivered
from tenancy.choices import ActorKind
from tenancy.ids import uuid7
from tenancy.jobs import NotNow, enqueue, hasten
from tenancy.scope import organization_scope

MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(seconds=20)
UNSENT = (InterchangeState.SEALED, InterchangeState.SENDING, InterchangeState.FAILED)


@dataclass(frozen=True, slots=True)
class _Parcel:
    name: str
    content: bytes
    connection: Connection


def order_delivery(interchange: Interchange) -> bool:
    """Have it sent after this transaction. False where the partner is served by hand."""
    if wire_to(interchange.partner_id) is None:
        return False
    enqueue("clearinghouse.deliver", interchange_id=interchange.id, once_key=str(interchange.id))
    return True


def hasten_deliveries(partner_id: UUID) -> int:
    """What waits for the partner's line leaves now. Returns how many."""
    waiting = Interchange.objects.filter(partner=partner_id, state__in=UNSENT).values_list("id", flat=True)
    return hasten("clearinghouse.deliver", argument="interchange_id", among=waiting)


def deliver(*, organization_id: UUID, interchange_id: UUID, at: datetime) -> None:
    """One attempt, or NotNow. The bytes and the name are those that were sealed, however often it is tried."""
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        parcel = _waiting(interchange_id)
    if parcel is None:
        return
    with lines.place_on(parcel.connection) as place:
        with organization_scope(organization_id, actor_kind=ActorKind.JOB):
            mine = Interchange.objects.filter(id=interchange_id, state__in=UNSENT)
            if not mine.update(state=InterchangeState.SENDING):
                return
        place.trouble = _hand_over(parcel)
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        pause = _note(interchange_id, parcel.connection, place, at=at)
    if pause is not None:
        raise NotNow(pause)


def _waiting(interchange_id: UUID) -> _Parcel | None:
    found = Interchange.objects.select_related("file").filter(id=interchange_id, state__in=UNSENT).first()
    connection = wire_to(found.partner_id) if found else None
    if found is None or connection is None:
        return None
    return _Parcel(found.file.name, content_of(found.file), connection)


def _hand_over(parcel: _Parcel) -> str:
    try:
        door = door_of(parcel.connection, parcel.connection.outgoing_folder)
        wire_of(parcel.connection).put(door, parcel.name, parcel.content)
    except NotDelivered as failure:
        return failure.trouble
    return ""


def _note(interchange_id: UUID, connection: Connection, place: Place, *, at: datetime) -> timedelta | None:
    """The attempt, and what follows from it: sent, for a person, or to be tried again after what is returned."""
    trouble = place.trouble or ""
    DeliveryAttempt.objects.create(
        interchange_id=interchange_id,
        connection=connection,
        request_id=uuid7(),
        started_at=at,
        latency_ms=place.latency_ms,
        adapter=adapter_of(connection),
        trouble=trouble,
        line_rests=bool(place.rests),
    )
    note_line(connection, place, at=at)
    mine = Interchange.objects.filter(id=interchange_id, state=InterchangeState.SENDING)
    subject = Interchange.objects.get(id=interchange_id)
    data = {"control_number": subject.control_number}
    if not trouble:
        if mine.update(state=InterchangeState.SENT, sent_at=at):
            audit.record("clearinghouse.interchange.delivered", subject=subject, data=data)
            audit.emit("batch.sent", subject=subject, data=data)
            close_problem(ExchangeProblem.NOT_SENT, subject=subject, at=at)
        return None
    failed = subject.attempts.exclude(trouble="").filter(line_rests=False).count()
    if not place.rests and (trouble in LASTING or failed % MOST_ATTEMPTS == 0):
        _give_up(subject, trouble, at=at)
        return None
    mine.update(state=InterchangeState.SEALED)
    jitter = random.uniform(0.5, 1.5)  # noqa: S311
    return place.rest or FIRST_PAUSE * 2 ** (failed % MOST_ATTEMPTS - 1) * jitter


def _give_up(subject: Interchange, trouble: str, *, at: datetime) -> None:
    data = {"control_number": subject.control_number, "trouble": trouble}
    if Interchange.objects.filter(id=subject.id, state=InterchangeState.SENDING).update(
        state=InterchangeState.FAILED
    ):
        audit.record("clearinghouse.interchange.failed", subject=subject, data=data)
        audit.emit("batch.failed", subject=subject, data=data)
        title = f"Interchange {subject} could not be sent: {Trouble(trouble).label.lower()}"
        open_problem(ExchangeProblem.NOT_SENT, subject=subject, title=title, at=at)


def note_line(connection: Connection, place: Place, *, at: datetime) -> None:
    """What an attempt tells of the partner's line: a person hears of it when it rests again."""
    partner = connection.partner
    if place.rests:
        if place.rests == 1:
            audit.emit("breaker.opened", subject=partner)
        else:
            title = f"{partner} does not answer; what is sealed for it waits"
            open_problem(ExchangeProblem.AWAY, subject=partner, title=title, at=at)
    elif place.trouble not in lines.LOST:
        close_problem(ExchangeProblem.AWAY, subject=partner, at=at)
    if place.came_back:
        audit.emit("breaker.closed", subject=partner)
        hasten_deliveries(partner.id)
