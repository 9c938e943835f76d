"""Roles, database and rights, on the private server and on one somebody else runs.

The owner migrates and is used by nothing that serves people. None of the running roles owns a table,
is a superuser or may pass by row security. Repeating it changes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rcm_site.engines.addresses import ROLES, role_name
from rcm_site.engines.keys import kept
from rcm_site.engines.places import SOCKET_PORT
from rcm_site.engines.servers import SUPERVISOR, Layout

RUNNING_ROLES = ("app", "worker", "report", "sealer")

_LIMITS = {
    "app": {"statement_timeout": "5s", "idle_in_transaction_session_timeout": "60s"},
    "worker": {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "300s"},
    "report": {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"},
    "sealer": {"statement_timeout": "60s", "idle_in_transaction_session_timeout": "60s"},
}
# Several test sessions, builds and browsers share a small machine: a slow moment is no failure there.
_PATIENT_LIMITS = {role: {"statement_timeout": "120s"} for role in RUNNING_ROLES}

# Only a superuser may set these for a role; elsewhere they belong into the server's configuration.
_QUIET = {"log_min_error_statement": "panic", "log_error_verbosity": "terse", "log_parameter_max_length": "0"}


@dataclass(frozen=True)
class Wanted:
    passwords: Mapping[str, str]  # by role
    databases: tuple[str, ...]
    owner_creates_databases: bool = False
    patient: bool = False


def provision_private(layout: Layout) -> None:
    """The private server's roles and its database, once per version of this module."""
    mark = layout.home / "provisioned"
    version = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    if mark.exists() and mark.read_text() == version:
        return
    import psycopg  # here: a start that finds everything in place does without it

    def connect(database: str) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(layout.run),
            port=SOCKET_PORT,
            user=SUPERVISOR,
            password=kept(layout.home, f"{SUPERVISOR}.password"),
            dbname=database,
            autocommit=True,
        )

    provision(
        connect,
        Wanted(
            passwords={role: kept(layout.home, f"{role_name(role)}.password") for role in ROLES},
            databases=("rcm_template",) if layout.throwaway else ("rcm",),
            owner_creates_databases=layout.throwaway,
            patient=layout.throwaway,
        ),
    )
    mark.write_text(version)


def provision(
    connect: Callable[[str], Any], wanted: Wanted, *, first_database: str = "postgres"
) -> list[str]:
    """`connect(database)` opens an administrator's connection; what the server refused is returned."""
    refused: list[str] = []
    with connect(first_database) as connection:
        for role in ROLES:
            _provision_role(connection, role, wanted, refused)
        for database in wanted.databases:
            _create_database(connection, database)
    for database in wanted.databases:
        with connect(database) as connection:
            _provision_database(connection, database)
    return refused


def _provision_role(connection: Any, role: str, wanted: Wanted, refused: list[str]) -> None:
    from psycopg import errors, sql

    name = role_name(role)
    identifier = sql.Identifier(name)
    exists = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name]).fetchone()
    if not exists:
        connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(identifier))
    creates = role == "owner" and wanted.owner_creates_databases
    connection.execute(
        sql.SQL("ALTER ROLE {} LOGIN NOCREATEROLE {} PASSWORD {}").format(
            identifier, sql.SQL("CREATEDB" if creates else "NOCREATEDB"), sql.Literal(wanted.passwords[role])
        )
    )
    limits = _LIMITS.get(role, {}) | (_PATIENT_LIMITS.get(role, {}) if wanted.patient else {})
    for setting, value in (limits | _QUIET).items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}").format(
            identifier, sql.Identifier(setting), sql.Literal(value)
        )
        try:
            connection.execute(statement)
        except errors.InsufficientPrivilege:
            refused.append(f"{name}: {setting} = {value}")


def _create_database(connection: Any, database: str) -> None:
    from psycopg import sql

    exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone()
    if exists:
        return
    owner = sql.Identifier(role_name("owner"))
    is_superuser = connection.execute(
        "SELECT rolsuper FROM pg_roles WHERE rolname = current_user"
    ).fetchone()[0]
    if not is_superuser:  # only a member of a role may make it an owner
        connection.execute(sql.SQL("GRANT {} TO CURRENT_USER").format(owner))
    connection.execute(
        sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(
            sql.Identifier(database), owner
        )
    )


def _provision_database(connection: Any, database: str) -> None:
    """Rights given before the first table exists hold for every table the owner will make."""
    from psycopg import sql

    names = {role: sql.Identifier(role_name(role)) for role in ROLES}
    everybody = sql.SQL(", ").join(names.values())
    writers = sql.SQL(", ").join([names["app"], names["worker"]])
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(database)))
    connection.execute(
        sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(sql.Identifier(database), everybody)
    )
    connection.execute(
        sql.SQL("GRANT TEMPORARY ON DATABASE {} TO {}").format(sql.Identifier(database), writers)
    )
    connection.execute(sql.SQL("SET ROLE {}").format(names["owner"]))
    for statement in (
        "REVOKE CREATE ON SCHEMA public FROM PUBLIC",
        "GRANT USAGE ON SCHEMA public TO {everybody}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {writers}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT ON TABLES TO {report}",
        "ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {writers}",
    ):
        connection.execute(
            sql.SQL(statement).format(everybody=everybody, writers=writers, report=names["report"])
        )
    connection.execute("RESET ROLE")
