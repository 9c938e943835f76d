"""The signed, transaction-local setting that row security believes.

PostgreSQL checks the signature itself (functions of `row_security_functions.sql`), so neither injected SQL nor a bug
here can switch to a practice nobody signed for. Body: write organisation, read set, person, request, expiry.
"""

import hashlib
import hmac
import time
import uuid
from collections.abc import Iterable
from functools import cache

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper

SETTING = "rcm.context"
LIFETIME_SECONDS = 3600
_BLOCK = 64


@cache
def _key() -> bytes:
    return hashlib.sha256(settings.CONTEXT_KEY).digest()


def signed_context(
    *,
    writable: uuid.UUID | None,
    readable: Iterable[uuid.UUID],
    person_id: uuid.UUID | None,
    request_id: uuid.UUID | None,
) -> str:
    expires = int(time.time()) + LIFETIME_SECONDS
    body = "|".join(
        (
            str(writable or ""),
            ",".join(str(organization) for organization in readable),
            str(person_id or ""),
            str(request_id or ""),
            str(expires),
        )
    )
    return body + "|" + hmac.new(_key(), body.encode(), hashlib.sha256).hexdigest()


def install_context_key(connection: BaseDatabaseWrapper) -> None:
    """Give the database the HMAC pads of today's key. Run as owner after every migration."""
    block = _key().ljust(_BLOCK, b"\0")
    inner = bytes(byte ^ 0x36 for byte in block)
    outer = bytes(byte ^ 0x5C for byte in block)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO rcm_security.context_key (only_row, inner_pad, outer_pad) VALUES (true, %s, %s)"
            " ON CONFLICT (only_row) DO UPDATE SET inner_pad = EXCLUDED.inner_pad, outer_pad = EXCLUDED.outer_pad",
            [inner, outer],
        )
