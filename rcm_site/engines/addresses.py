"""Addresses of the database and of the message server. Importing or asking starts nothing.

Each role of the database has an address of its own: the owner migrates, the others run.
"""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from rcm_site.engines.keys import kept, secret
from rcm_site.engines.places import SOCKET_PORT, EngineTrouble, home, run_folder

__all__ = [
    "ROLES",
    "database",
    "database_name",
    "is_external",
    "redis_url",
    "role_name",
    "secret",
    "url_variable",
]

# Opening a connection costs more than most pages' queries; one that went stale is replaced unseen.
_PERSISTENCE = {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}

ROLES = ("owner", "app", "worker", "report", "sealer")


def role_name(role: str) -> str:
    """The database's own name of a role."""
    if role not in ROLES:
        raise ValueError(f"no such database role: {role!r}")
    return f"rcm_{role}"


def url_variable(role: str) -> str:
    return f"RCM_{role.upper()}_DATABASE_URL"


def is_external() -> bool:
    """Whether somebody else's database server is used: the environment gives this process any role's address."""
    return _first_url_variable() is not None


def _first_url_variable() -> str | None:
    return next((url_variable(role) for role in ROLES if os.environ.get(url_variable(role))), None)


def database_name() -> str:
    """The private server's database; tests and the template builder name another."""
    return os.environ.get("RCM_DATABASE_NAME", "rcm")


def database(role: str) -> dict[str, Any]:
    """One entry of Django's DATABASES."""
    user = role_name(role)
    url = os.environ.get(url_variable(role))
    if url:
        return _from_url(url, variable=url_variable(role))
    given = _first_url_variable()
    if given:
        # This process was not told that role's password; a connection as it fails instead of reaching a
        # private server that has nothing to do with the rest.
        return {**_from_url(os.environ[given], variable=given), "USER": user, "PASSWORD": ""}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": database_name(),
        "USER": user,
        "PASSWORD": kept(home(), f"{user}.password"),
        "HOST": str(run_folder(home())),
        "PORT": str(SOCKET_PORT),
        "OPTIONS": {},
        **_PERSISTENCE,
    }


def _from_url(url: str, *, variable: str) -> dict[str, Any]:
    parts = urlsplit(url)
    name = unquote(parts.path.lstrip("/"))
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    port = options.pop("port", "") or str(parts.port or "")
    if parts.scheme not in {"postgres", "postgresql"} or not name or not parts.username:
        raise EngineTrouble(f"{variable} must look like postgresql://user:password@host:5432/database")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": port,
        "OPTIONS": options,
        **_PERSISTENCE,
    }


def redis_url() -> str:
    """As redis-py reads it; Celery's own form of a socket address is made in rcm_site.celery."""
    external = os.environ.get("RCM_REDIS_URL")
    if external:
        return external
    if is_external():
        raise EngineTrouble(
            f"{url_variable('app')} is set, RCM_REDIS_URL is not: name the message server as well."
        )
    return f"unix://{run_folder(home())}/valkey.sock"
