"""The same create sent twice makes one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection

from patients.models import CreationKey
from tenancy.scope import current_scope


class KeyUsedOtherwise(Exception):
    """The key has been used for a different body."""


def once(
    *, endpoint: str, key: str, body: Any, make: Callable[[], tuple[UUID, dict[str, Any]]]
) -> tuple[UUID, dict[str, Any], bool]:
    """Run `make` unless `key` was used before: then answer as it did. Returns id, answer and whether it ran now.

    Two at the same moment queue behind a lock on the key, so that the second sees the first one's row.
    """
    text = json.dumps(body, sort_keys=True, cls=DjangoJSONEncoder)
    digest = hashlib.sha256(text.encode()).hexdigest()
    take_turn(f"{endpoint}/{key}")
    used = CreationKey.objects.filter(endpoint=endpoint, key=key).first()
    if used is not None:
        if used.body_sha256 != digest:
            raise KeyUsedOtherwise
        return used.subject_id, used.answer, False
    subject_id, answer = make()
    CreationKey.objects.create(
        endpoint=endpoint, key=key, body_sha256=digest, subject_id=subject_id, answer=answer
    )
    return subject_id, answer, True


def take_turn(name: str) -> None:
    """One transaction of the practice at a time for what is named so: the second finds what the first has made."""
    with connection.cursor() as cursor:
        key = f"{current_scope().practice_id}/{name}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
