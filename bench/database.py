"""A private server for one run of benchmarks: migrated, durable as in production, gone afterwards."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from rcm_site.engines.addresses import database
from rcm_site.engines.keys import kept
from rcm_site.engines.places import SOCKET_PORT, home, run_folder
from rcm_site.engines.servers import SUPERVISOR
from rcm_site.engines.session_cluster import TEMPLATE, copied_cluster, forget_addresses
from rcm_site.engines.use import EnginesInUse

if TYPE_CHECKING:
    import psycopg

NAME = "rcm_bench"

_engines: EnginesInUse | None = None


def start() -> None:
    """Once: the server, its database, and Django set up on it."""
    global _engines
    if _engines:
        return
    forget_addresses()
    os.environ.pop("RCM_ENGINES_DIR", None)
    copy = copied_cluster(lambda text: print(text, file=sys.stderr, flush=True))
    _engines = EnginesInUse(copy, discard=True)
    os.environ["RCM_ENGINES_DIR"] = str(copy)
    os.environ["RCM_DATABASE_NAME"] = NAME
    os.environ["RCM_DATABASE_ROLE"] = "worker"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rcm_site.settings")
    create_database(NAME)
    set_up()


def set_up() -> None:
    """Django, connected to the server that the environment names, as in a worker that waits for jobs."""
    import django

    django.setup()
    from rcm_site.celery import app
    from rcm_site.collecting import spare_what_stays

    app.loader.import_default_modules()
    spare_what_stays()


def create_database(name: str) -> None:
    """Another migrated, empty database on the same server, the owner's like the first."""
    import psycopg

    entry = database("owner")
    with psycopg.connect(
        host=entry["HOST"], port=entry["PORT"], user=entry["USER"], password=entry["PASSWORD"], dbname="postgres",
        autocommit=True,
    ) as connection:  # fmt: skip
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}"')


@contextmanager
def connected_to(name: str) -> Iterator[None]:
    """Django's connection to another database of the server, and back."""
    from django.db import connection

    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


def administrator(name: str = NAME) -> psycopg.Connection[Any]:
    """A superuser's connection, for loading rows by COPY, which row security refuses to the running roles."""
    import psycopg

    return psycopg.connect(
        host=str(run_folder(home())),
        port=SOCKET_PORT,
        user=SUPERVISOR,
        password=kept(home(), f"{SUPERVISOR}.password"),
        dbname=name,
    )


def stop() -> None:
    global _engines
    if _engines:
        from django.db import connections

        connections.close_all()
        _engines.release()
        _engines = None
