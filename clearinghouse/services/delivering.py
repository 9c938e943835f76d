"""Bringing sealed bytes to a partner: the network is never asked inside a transaction, every attempt is kept."""

from __future__ import annotations

import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from audit import services as audit
from clearinghouse.choices import ExchangeProblem, InterchangeState, Trouble
from clearinghouse.models import Connection, DeliveryAttempt, Interchange
from clearinghouse.selectors.files import content_of
from clearinghouse.selectors.partners import wire_to
from clearinghouse.services.doors import LASTING, door_of, wire_of
from clearinghouse.services.problems import close_problem, open_problem
from clearinghouse.transports.outcome import NotDelivered
from tenancy.choices import ActorKind
from tenancy.ids import uuid7
from tenancy.jobs import enqueue
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


def deliver(*, organization_id: UUID, interchange_id: UUID, at: datetime) -> None:
    """One attempt. The bytes and the name are those that were sealed, however often it is tried."""
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        parcel = _take(interchange_id)
    if parcel is None:
        return
    started = time.monotonic()
    trouble = ""
    try:
        door = door_of(parcel.connection, parcel.connection.outgoing_folder)
        wire_of(parcel.connection).put(door, parcel.name, parcel.content)
    except NotDelivered as failure:
        trouble = failure.trouble
    latency = round((time.monotonic() - started) * 1000)
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        _note(interchange_id, parcel.connection, trouble=trouble, latency=latency, at=at)


def _take(interchange_id: UUID) -> _Parcel | None:
    found = Interchange.objects.select_related("file").filter(id=interchange_id, state__in=UNSENT).first()
    if found is None:
        return None
    connection = wire_to(found.partner_id)
    if connection is None:
        return None
    Interchange.objects.filter(id=found.id, state__in=UNSENT).update(state=InterchangeState.SENDING)
    return _Parcel(found.file.name, content_of(found.file), connection)


def _note(interchange_id: UUID, connection: Connection, *, trouble: str, latency: int, at: datetime) -> None:
    """The attempt, and what follows from it: sent, tried again later, or for a person."""
    DeliveryAttempt.objects.create(
        interchange_id=interchange_id,
        connection=connection,
        request_id=uuid7(),
        started_at=at,
        latency_ms=latency,
        trouble=trouble,
    )
    mine = Interchange.objects.filter(id=interchange_id, state=InterchangeState.SENDING)
    subject = Interchange.objects.get(id=interchange_id)
    data = {"control_number": subject.control_number}
    if not trouble:
        if mine.update(state=InterchangeState.SENT, sent_at=at):
            audit.record("clearinghouse.interchange.delivered", subject=subject, data=data)
            audit.emit("batch.sent", subject=subject, data=data)
            close_problem(ExchangeProblem.NOT_SENT, subject=subject, at=at)
        return
    failed = DeliveryAttempt.objects.filter(interchange=interchange_id).exclude(trouble="").count()
    if trouble in LASTING or failed % MOST_ATTEMPTS == 0:
        if mine.update(state=InterchangeState.FAILED):
            audit.record(
                "clearinghouse.interchange.failed", subject=subject, data={**data, "trouble": trouble}
            )
            audit.emit("batch.failed", subject=subject, data={**data, "trouble": trouble})
            title = f"Interchange {subject} could not be sent: {Trouble(trouble).label.lower()}"
            open_problem(ExchangeProblem.NOT_SENT, subject=subject, title=title, at=at)
        return
    pause = FIRST_PAUSE * 2 ** (failed % MOST_ATTEMPTS - 1) * random.uniform(0.5, 1.5)  # noqa: S311 - jitter
    enqueue("clearinghouse.deliver", interchange_id=interchange_id, due_at=at + pause)
