"""The ambient scope: which practices this transaction may read, which one it may write, for whom and why.

Tenant models refuse every query outside a scope, and PostgreSQL's row security believes only the signed context that
opening a scope sets. There is no scope that means "all".
"""

import contextlib
import dataclasses
import uuid
import zoneinfo
from collections.abc import Iterator
from contextvars import ContextVar

from django.db import connection, transaction
from django.utils import timezone

from tenancy.choices import ActorKind, Purpose
from tenancy.context import SETTING, signed_context
from tenancy.ids import uuid7
from tenancy.roles import PERMISSIONS


class NoScope(RuntimeError):
    """A tenant table was asked for outside a scope."""


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """`organization_id` is the practice written to; None means read-only across `readable`.

    `time_zone` is the practice's: while the scope is open, days and times of day are told in it.
    `location_ids` and `payer_ids` narrow what the permission in use may touch; None means all of them.
    """

    actor_kind: str
    organization_id: uuid.UUID | None
    readable: tuple[uuid.UUID, ...]
    permissions: frozenset[str]
    person_id: uuid.UUID | None = None
    role: str = ""
    on_behalf_of: uuid.UUID | None = None
    location_ids: frozenset[uuid.UUID] | None = None
    payer_ids: frozenset[uuid.UUID] | None = None
    part2: bool = False
    write_off_limit_cents: int = 0
    purpose: str = Purpose.PAYMENT
    time_zone: str = "UTC"
    session_id: str = ""
    request_id: uuid.UUID = dataclasses.field(default_factory=uuid7)
    correlation_id: uuid.UUID = dataclasses.field(default_factory=uuid7)
    causation_id: uuid.UUID | None = None

    def may(self, permission: str) -> bool:
        return permission in self.permissions

    @property
    def practice_id(self) -> uuid.UUID:
        """The practice of this scope. Raises NoScope in a portfolio, which serves several and writes none."""
        if self.organization_id is None:
            raise NoScope("a portfolio has no practice of its own")
        return self.organization_id


_current: ContextVar[Scope | None] = ContextVar("scope", default=None)


def current_scope() -> Scope:
    scope = _current.get()
    if scope is None:
        raise NoScope("open a scope first: tenancy.scope.organization_scope(...)")
    return scope


def scope_or_none() -> Scope | None:
    return _current.get()


def _context_of(scope: Scope | None) -> str:
    if scope is None:
        return ""
    return signed_context(
        writable=scope.organization_id,
        readable=scope.readable,
        person_id=scope.person_id,
        request_id=scope.request_id,
    )


_ENTER = "SELECT set_config(%s, %s, true)"
_ENTER_PRACTICE = (
    "SELECT set_config(%s, %s, true), (SELECT time_zone FROM tenancy_organization WHERE id = %s)"
)
_LEAVE = "SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED; SELECT set_config(%s, %s, true)"


@contextlib.contextmanager
def open_scope(scope: Scope) -> Iterator[Scope]:
    """Make `scope` the current one until the block ends. Needs a transaction, because the context is local to it.

    Leaving first lets deferred constraints speak, while the rows they look at are still visible.
    """
    if not connection.in_atomic_block:
        raise NoScope("a scope lives inside a transaction")
    _tell_database(_ENTER, scope)
    with _current_until_left(scope):
        yield scope


@contextlib.contextmanager
def _current_until_left(scope: Scope) -> Iterator[None]:
    previous = _current.get()
    token = _current.set(scope)
    try:
        with timezone.override(zoneinfo.ZoneInfo(scope.time_zone)):
            yield
        if not connection.needs_rollback:
            _tell_database(_LEAVE, previous)
    except BaseException:
        _restore(previous)
        raise
    finally:
        _current.reset(token)


def _restore(previous: Scope | None) -> None:
    """A rolled-back savepoint takes the setting back by itself; an aborted transaction takes no more statements."""
    if connection.needs_rollback or connection.connection is None or connection.connection.closed:
        return
    if connection.connection.info.transaction_status.name == "INTRANS":
        _tell_database(_ENTER, previous)


def _tell_database(statement: str, scope: Scope | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, [SETTING, _context_of(scope)])


@contextlib.contextmanager
def within(scope: Scope) -> Iterator[Scope]:
    """A transaction in a scope that was resolved before, for views that hold none while they wait."""
    with transaction.atomic(), open_scope(scope):
        yield scope


@contextlib.contextmanager
def organization_scope(
    organization_id: uuid.UUID,
    *,
    actor_kind: str = ActorKind.COMMAND,
    person_id: uuid.UUID | None = None,
    correlation_id: uuid.UUID | None = None,
    causation_id: uuid.UUID | None = None,
) -> Iterator[Scope]:
    """A transaction and a scope in which the system itself works for one practice: commands, jobs, set-up of tests."""
    scope = Scope(
        actor_kind=actor_kind,
        organization_id=organization_id,
        readable=(organization_id,),
        permissions=frozenset(PERMISSIONS),
        person_id=person_id,
        part2=True,
        correlation_id=correlation_id or uuid7(),
        causation_id=causation_id,
    )
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_ENTER_PRACTICE, [SETTING, _context_of(scope), organization_id])
            _, time_zone = cursor.fetchone()
        scope = dataclasses.replace(scope, time_zone=time_zone or "UTC")
        with _current_until_left(scope):
            yield scope
