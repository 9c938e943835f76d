"""How far a reading has come, told outside of its transaction so that a page can show it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from uuid import UUID

from django.core.cache import cache
from redis.exceptions import RedisError

from tenancy.scope import current_scope

KEPT_SECONDS = 3600


def _key(file_id: UUID) -> str:
    return f"{current_scope().practice_id}:claims.import:{file_id}"


def reporter(file_id: UUID) -> Callable[[int], None]:
    key = _key(file_id)

    def report(claims: int) -> None:
        with suppress(RedisError):
            cache.set(key, claims, KEPT_SECONDS)

    return report


def claims_read(file_id: UUID) -> int:
    with suppress(RedisError):
        return int(cache.get(_key(file_id)) or 0)
    return 0
