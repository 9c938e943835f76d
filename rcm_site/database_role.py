"""Refusing to serve people as a database role that row security does not bind."""

from __future__ import annotations

import logging
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

logger = logging.getLogger(__name__)

# Migrations alone use it, and nothing that answers a person.
OWNER_ALIAS = "owner"

# Ownership counts through membership too: a member may become the owner at any moment.
_POWERS = """
SELECT rolsuper, rolbypassrls,
       EXISTS (SELECT FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
               WHERE nspname = 'public' AND relkind IN ('r', 'p') AND pg_has_role(pg_roles.oid, relowner, 'MEMBER'))
  FROM pg_roles WHERE rolname = current_user
"""

_found_harmless: set[tuple[str, str, str]] = set()


def refuse_powerful_role(connection: BaseDatabaseWrapper, **_: Any) -> None:
    """On a process's first connection as each role: closed again, and an error, if the role has too much power."""
    if connection.alias == OWNER_ALIAS or connection.vendor != "postgresql":
        return
    facts = connection.settings_dict
    identity = (str(facts["HOST"]), str(facts["NAME"]), str(facts["USER"]))
    if identity in _found_harmless:
        return
    # Below Django's cursor: no screen's count of queries depends on being a process's first.
    row = connection.connection.execute(_POWERS).fetchone()
    powers = [
        name for name, has in zip(("a superuser", "BYPASSRLS", "an owner of tables"), row, strict=True) if has
    ]
    if powers:
        connection.close()
        raise ImproperlyConfigured(
            f"The database role {facts['USER']!r} is {' and '.join(powers)}: row security would not bind it, so "
            "nothing is served. Use the roles made by `manage.py provision` (docs/deployment.md)."
        )
    _found_harmless.add(identity)


def check_at_start() -> None:
    """Before the first request or task. A database that is merely away may come back: that is no reason to refuse."""
    connection = connections["default"]
    try:
        connection.ensure_connection()
    except OperationalError:
        logger.warning("database.unreachable_at_start")
    finally:
        connection.close()
