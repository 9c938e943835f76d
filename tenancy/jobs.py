"""Jobs that lose nothing and double nothing: an outbox row in the caller's transaction, a bell, and a sweeper.

A job runs inside one transaction together with the mark that it is done, so its effect happens once however often it
is delivered. Attempts are counted in the database before the work begins; after the last one a person takes over.
When a job is due and how long it is held is told by the database's clock: a worker's own may be hours wrong.
"""

import datetime
import logging
import time
import uuid
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Any

from celery import Task, current_app, shared_task
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from tenancy import recorder
from tenancy.choices import ActorKind, MessageState, OrganizationKind
from tenancy.ids import uuid7
from tenancy.models import Organization, OutboxMessage
from tenancy.scope import Scope, current_scope, open_scope, organization_scope

logger = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
# A job in one transaction is held by its row lock; the lease only covers the moment before that lock is taken.
LEASE = datetime.timedelta(seconds=20)
LONG_LEASE = datetime.timedelta(minutes=15)
BACKOFF = datetime.timedelta(seconds=15)
WHILE_AWAY = (0.5, 1, 2, 4, 8, 15)
"""Seconds between tries to say what became of a job."""
SWEEP_SIZE = 200

JobFunction = Callable[..., None]
_jobs: dict[str, tuple[JobFunction, str, bool]] = {}


class UnknownJob(LookupError):
    """No job of that name is registered."""


class NotNow(Exception):
    """Raised by a job that cannot be done at the moment: it comes back after the wait, and no attempt is counted."""

    def __init__(self, wait: datetime.timedelta) -> None:
        super().__init__(wait)
        self.wait = wait


class ScopedTask(Task):
    """A Celery task whose only argument is the id of an outbox message; the scope is opened from that row."""

    acks_late = True
    reject_on_worker_lost = True
    ignore_result = True


def job(name: str, *, queue: str = "default", atomic: bool = True) -> Callable[[JobFunction], JobFunction]:
    """Register `function` as the job `name`. Its keyword arguments are ids; it must be safe to run again.

    `atomic=False` is for work that takes several transactions: it is called without a scope, gets `organization_id`
    besides its arguments and opens scopes itself.
    """

    def register(function: JobFunction) -> JobFunction:
        _jobs[name] = (function, queue, atomic)

        @shared_task(name=name, base=ScopedTask, queue=queue)
        def deliver(message_id: str) -> None:
            run_message(uuid.UUID(message_id))

        return function

    return register


def job_names() -> frozenset[str]:
    return frozenset(_jobs)


def enqueue(
    name: str, /, *, once_key: str = "", due_at: datetime.datetime | None = None, **arguments: Any
) -> uuid.UUID:
    """Have `name` done for the practice of the scope, after this transaction commits.

    With `once_key`, a second message of the same key is not written while the first is pending.
    """
    scope = current_scope()
    message = OutboxMessage(
        name=name,
        queue=_queue_of(name),
        organization_id=scope.practice_id,
        arguments={
            key: str(value) if isinstance(value, uuid.UUID) else value for key, value in arguments.items()
        },
        once_key=once_key,
        due_at=due_at or Now(),
        person_id=scope.person_id,
        correlation_id=scope.correlation_id,
        causation_id=scope.causation_id,
    )
    OutboxMessage.objects.bulk_create([message], ignore_conflicts=bool(once_key))
    transaction.on_commit(lambda: ring(message), robust=True)
    return message.id


def hasten(name: str, /, *, argument: str, among: Iterable[uuid.UUID]) -> int:
    """What waits for later and names one of these by its argument is due now. Returns how many."""
    waiting = list(
        OutboxMessage.objects.select_for_update(skip_locked=True).filter(
            name=name,
            organization_id=current_scope().practice_id,
            state=MessageState.PENDING,
            due_at__gt=Now(),
            **{f"arguments__{argument}__in": [str(one) for one in among]},
        )
    )
    OutboxMessage.objects.filter(id__in=[message.id for message in waiting]).update(due_at=Now())
    for message in waiting:
        transaction.on_commit(partial(ring, message), robust=True)
    return len(waiting)


def for_each_organization(name: str) -> int:
    """Beat's fan-out: one message a practice, none where the last one still waits. Returns how many practices."""
    practices = list(
        Organization.objects.filter(kind=OrganizationKind.PRACTICE, is_active=True).values_list(
            "id", flat=True
        )
    )
    messages = [
        OutboxMessage(
            name=name,
            queue=_queue_of(name),
            organization_id=practice,
            once_key="beat",
            due_at=Now(),
            correlation_id=uuid7(),
        )
        for practice in practices
    ]
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)
    for message in messages:
        ring(message)
    return len(messages)


def ring(message: OutboxMessage) -> None:
    """Tell a worker. A bell that does not ring is no loss: the sweeper rings again."""
    try:
        current_app.send_task(
            message.name,
            args=[str(message.id)],
            queue=message.queue,
            argsrepr="-",
            kwargsrepr="-",
            retry=False,
        )
    except Exception:  # noqa: BLE001 - whatever keeps the bell from ringing, the sweeper rings it
        logger.warning("jobs.bell_failed message=%s", message.id)


def sweep() -> int:
    """Ring for every message that is due and that nobody holds. Returns how many."""
    messages = list(_free().order_by("due_at", "id")[:SWEEP_SIZE])
    for message in messages:
        ring(message)
    return len(messages)


def _free() -> QuerySet[OutboxMessage]:
    """What is due and nobody holds."""
    return OutboxMessage.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=Now()),
        state=MessageState.PENDING,
        due_at__lte=Now(),
    )


def run_message(message_id: uuid.UUID) -> bool:
    """Do one message if it is free. False if it was not or failed; failures are kept on the row, not raised."""
    message = _take(message_id)
    if message is None:
        return False
    try:
        _perform(message)
    except NotNow as postponed:
        _insist(partial(_postpone, message, postponed.wait))
    except Exception as failure:
        logger.exception("jobs.failed name=%s message=%s", message.name, message.id)
        _insist(partial(_put_back, message, failure))
        return False
    return True


def _take(message_id: uuid.UUID) -> OutboxMessage | None:
    """Count the attempt and lease the row, in a transaction of its own: a crash must not forget the attempt."""
    with transaction.atomic():
        message = _free().select_for_update(skip_locked=True).filter(id=message_id).first()
        if message is None:
            return None
        if message.leased_until is not None:
            # Whoever began it never said what became of it.
            with _scope_of(message):
                _tell("job.timed_out", message)
        if message.attempts >= MAX_ATTEMPTS:
            _hand_over(message, message.error or "the worker was lost")
            return None
        message.attempts += 1
        message.leased_until = Now() + (LEASE if _find(message.name)[2] else LONG_LEASE)
        message.save(update_fields=["attempts", "leased_until"])
    return message


def _perform(message: OutboxMessage) -> None:
    function, _, atomic = _find(message.name)
    if not atomic:
        function(organization_id=message.organization_id, **message.arguments)
        _finish(message)
        return
    with _scope_of(message):
        held = OutboxMessage.objects.select_for_update(skip_locked=True).filter(
            id=message.id, state=MessageState.PENDING, attempts=message.attempts
        )
        if held.first() is None:
            return
        function(**message.arguments)
        _finish(message)


def _scope_of(message: OutboxMessage) -> AbstractContextManager[Scope]:
    return organization_scope(
        message.organization_id,
        actor_kind=ActorKind.JOB,
        person_id=message.person_id,
        correlation_id=message.correlation_id,
        causation_id=message.id,
    )


def _tell(name: str, message: OutboxMessage, **data: Any) -> None:
    recorder.emit(name, subject=message, data={"job": message.name, "attempts": message.attempts, **data})


def _insist(say: Callable[[], None]) -> None:
    """A database that is away for a moment must not leave a job waiting for the end of its lease."""
    for pause in WHILE_AWAY:
        try:
            return say()
        except OperationalError:
            connection.close_if_unusable_or_obsolete()
            time.sleep(pause)
    return say()


def _finish(message: OutboxMessage) -> None:
    OutboxMessage.objects.filter(id=message.id, state=MessageState.PENDING).update(
        state=MessageState.DONE, finished_at=Now(), leased_until=None, error=""
    )


def _postpone(message: OutboxMessage, wait: datetime.timedelta) -> None:
    OutboxMessage.objects.filter(id=message.id, state=MessageState.PENDING).update(
        due_at=Now() + wait, leased_until=None, attempts=message.attempts - 1
    )


def _put_back(message: OutboxMessage, failure: Exception) -> None:
    """Only the failure's type is kept: its text may quote a patient's data."""
    error = type(failure).__name__
    if message.attempts >= MAX_ATTEMPTS:
        _hand_over(message, error)
        return
    with _scope_of(message):
        if OutboxMessage.objects.filter(id=message.id, state=MessageState.PENDING).update(
            due_at=Now() + BACKOFF * 2 ** (message.attempts - 1), leased_until=None, error=error
        ):
            _tell("job.retried", message, error=error)


def _hand_over(message: OutboxMessage, error: str) -> None:
    with _scope_of(message):
        if OutboxMessage.objects.filter(id=message.id, state=MessageState.PENDING).update(
            state=MessageState.NEEDS_HUMAN, finished_at=Now(), leased_until=None, error=error[:200]
        ):
            _tell("job.dead_lettered", message, error=error[:200])


def retry(message_id: uuid.UUID) -> bool:
    """A person lets a job that needed one run again, with fresh attempts; or its twin that waits already."""
    mine = OutboxMessage.objects.filter(id=message_id, state=MessageState.NEEDS_HUMAN)
    try:
        with transaction.atomic():
            changed = mine.update(
                state=MessageState.PENDING, attempts=0, due_at=Now(), finished_at=None, handed_over_at=None
            )
            if changed:
                _tell_of_replay(OutboxMessage.objects.get(id=message_id))
    except IntegrityError:
        changed = mine.update(state=MessageState.DONE)
    return bool(changed)


def _tell_of_replay(message: OutboxMessage) -> None:
    """In the name of who asks for it, in the chain of what the job was first wanted by."""
    chain = replace(current_scope(), correlation_id=message.correlation_id, causation_id=message.id)
    with open_scope(chain):
        _tell("job.replayed", message)


def _find(name: str) -> tuple[JobFunction, str, bool]:
    try:
        return _jobs[name]
    except KeyError:
        raise UnknownJob(name) from None


def _queue_of(name: str) -> str:
    return _find(name)[1]
