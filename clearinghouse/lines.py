"""Whether a partner's line may be used: a breaker, and a few places for each connection, held in Valkey. So it is for
each payer asked over it: one that is slow or down delays nobody who asks another over the same line.

After failures in a row a line rests, longer each time; then one job tries it. Nothing here is a truth: where Valkey has
lost it or is away, every line may be used. All is reckoned by Valkey's clock.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from typing import Any, TypeVar

import redis
from django.conf import settings

from clearinghouse.choices import Trouble
from clearinghouse.models import Connection
from tenancy.ids import uuid7
from tenancy.jobs import NotNow

T = TypeVar("T")
Keys = list[str]
"""Of the state, the places, and the places of all that are in doubt."""
logger = logging.getLogger(__name__)

FAILURES = 3
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
PLACES = 4
"""Of a line that works; one that has not shown it yet has a single one."""
QUESTION_PLACES = 32
"""Of a line that answers questions while people wait."""
PAYER_PLACES = 24
"""Of a payer on such a line; the others always find some free. One that is slow or failed last has a single one."""
PLACES_IN_DOUBT = 8
"""Of all lines together that failed last or were slow: half of the worker for lines (docs/deployment.md)."""
SLOW_SECONDS = 5
LEASE = timedelta(minutes=6)
"""Longer than any transfer may take (transports.outcome.LONGEST_SECONDS)."""
LOST = (Trouble.UNREACHABLE, Trouble.TIMED_OUT)
NEVER_KNOCKED = (Trouble.SECRET,)
IN_DOUBT = "rcm:lines:in_doubt"

_NOW = "local t = redis.call('TIME') local now = t[1] * 1000 + math.floor(t[2] / 1000) "
_ENTER = (
    _NOW
    + """
local rest = tonumber(redis.call('HGET', KEYS[1], 'rests_until') or 0) - now
if rest > 0 then return rest end
local doubt = redis.call('HGET', KEYS[1], 'doubt')
redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', now)
redis.call('ZREMRANGEBYSCORE', KEYS[3], '-inf', now)
local most = 1
if doubt == '0' then most = tonumber(ARGV[3]) elseif not doubt then most = tonumber(ARGV[5]) end
if redis.call('ZCARD', KEYS[2]) >= most then return -1 end
if doubt == '1' and redis.call('ZCARD', KEYS[3]) >= tonumber(ARGV[4]) then return -1 end
redis.call('ZADD', KEYS[2], now + ARGV[2], ARGV[1])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
if doubt == '1' then redis.call('ZADD', KEYS[3], now + ARGV[2], ARGV[1]) end
return 0
"""
)
_LEAVE = """
redis.call('ZREM', KEYS[2], ARGV[1])
redis.call('ZREM', KEYS[3], ARGV[1])
"""
_WORKED = (
    _LEAVE
    + """
local rests = tonumber(redis.call('HGET', KEYS[1], 'rests') or 0)
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'doubt', ARGV[2])
redis.call('PEXPIRE', KEYS[1], 86400000)
return rests
"""
)
# A rest doubles from the first to the longest, times a random share. Who began before the rest adds nothing to it.
_FAILED = (
    _NOW
    + _LEAVE
    + """
local rest = tonumber(redis.call('HGET', KEYS[1], 'rests_until') or 0) - now
if rest > 0 then return {tonumber(redis.call('HGET', KEYS[1], 'rests')), rest} end
local rests = tonumber(redis.call('HGET', KEYS[1], 'rests') or 0)
redis.call('HSET', KEYS[1], 'doubt', '1')
redis.call('PEXPIRE', KEYS[1], 86400000)
if redis.call('HINCRBY', KEYS[1], 'failures', 1) < tonumber(ARGV[2]) and rests == 0 then return {0, 0} end
rest = math.floor(math.min(ARGV[3] * 2 ^ math.min(rests, 20), ARGV[4]) * ARGV[5])
redis.call('HSET', KEYS[1], 'rests', rests + 1, 'rests_until', now + rest)
return {rests + 1, rest}
"""
)


@dataclass
class Place:
    """Held on a line while it is used. Whoever holds it says what became of it, if anything did."""

    trouble: str | None = None
    """Empty: it worked."""
    latency_ms: int = 0
    rests: int = 0
    """How often the line has rested since it worked, the rest that begins now with it."""
    rest: timedelta = timedelta()
    came_back: bool = False
    is_slow: bool | None = None
    """By how long it was held, unless whoever holds it says otherwise."""


@contextmanager
def place_on(connection: Connection, places: int = PLACES) -> Iterator[Place]:
    """A place on the line; NotNow where it rests or all places are taken."""
    with _place(_keys(connection), places, places_unknown=1) as place:
        yield place


@contextmanager
def place_of(connection: Connection, payer: str) -> Iterator[Place]:
    """The same for one payer on the line; one nobody has asked yet has all its places."""
    with _place(_keys(connection, payer), PAYER_PLACES, places_unknown=PAYER_PLACES) as place:
        yield place


@contextmanager
def _place(keys: Keys, places: int, *, places_unknown: int) -> Iterator[Place]:
    token = str(uuid7())
    _enter(keys, token, places, places_unknown)
    place, started = Place(), time.monotonic()
    try:
        yield place
    finally:
        place.latency_ms = round((time.monotonic() - started) * 1000)
        _leave(keys, token, place)


@dataclass(frozen=True)
class LineState:
    rests: int = 0
    """How often the line has rested since it worked."""
    rest: timedelta = timedelta()
    """What is left of the rest; none left: the next job tries the line."""


def state_of(connection: Connection) -> LineState:
    def ask(client: redis.Redis) -> LineState:
        (seconds, microseconds), found = (
            client.time(),
            client.hmget(_keys(connection)[0], "rests", "rests_until"),
        )
        rests, until = (int(one or 0) for one in found)
        left = until - seconds * 1000 - microseconds // 1000
        return LineState(rests, timedelta(milliseconds=max(0, left)))

    return _ask(ask, LineState())


def end_rest(connection: Connection) -> None:
    """The next job may try the line, however long it was to rest."""
    _ask(lambda client: client.hdel(_keys(connection)[0], "rests_until"), 0)


def _enter(keys: Keys, token: str, places: int, places_unknown: int) -> None:
    given = [token, _ms(LEASE), places, PLACES_IN_DOUBT, places_unknown]
    wait = int(_run(_ENTER, keys, given, 0))
    if wait < 0:
        raise NotNow(timedelta(seconds=random.uniform(1, 3)))  # noqa: S311 - jitter
    if wait:
        raise NotNow(timedelta(milliseconds=wait, seconds=random.uniform(0, 3)))  # noqa: S311 - jitter


def _leave(keys: Keys, token: str, place: Place) -> None:
    if place.trouble in LOST:
        share = random.uniform(0.75, 1.25)  # noqa: S311 - jitter
        given = [token, FAILURES, _ms(FIRST_REST), _ms(LONGEST_REST), share]
        place.rests, rest = _run(_FAILED, keys, given, (0, 0))
        place.rest = timedelta(milliseconds=rest)
    elif place.trouble is None or place.trouble in NEVER_KNOCKED:
        _run(_LEAVE, keys, [token], None)
    else:
        is_slow = place.latency_ms > SLOW_SECONDS * 1000 if place.is_slow is None else place.is_slow
        place.came_back = bool(_run(_WORKED, keys, [token, int(is_slow)], 0))


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _keys(connection: Connection, payer: str = "") -> Keys:
    name = f"rcm:{connection.organization_id}:line:{connection.id}"
    name += f":payer:{payer}" if payer else ""
    return [name, f"{name}:places", IN_DOUBT]


@cache
def _client() -> redis.Redis:
    address = settings.CACHES["default"]["LOCATION"]
    return redis.Redis.from_url(address, socket_timeout=2, socket_connect_timeout=2)


@cache
def _script(text: str) -> Any:
    return _client().register_script(text)


def _run(script: str, keys: Keys, given: list[Any], otherwise: Any) -> Any:
    return _ask(lambda client: _script(script)(keys=keys, args=given, client=client), otherwise)


def _ask(question: Callable[[redis.Redis], T], otherwise: T) -> T:
    try:
        return question(_client())
    except redis.RedisError:
        logger.warning("lines.unknown")
        return otherwise
