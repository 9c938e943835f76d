"""Nothing is served as a role that row security does not bind."""

import os
import subprocess
import sys

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from rcm_site.database_role import refuse_powerful_role
from rcm_site.engines.addresses import database
from rcm_site.engines.keys import kept
from rcm_site.engines.places import PROJECT, home
from rcm_site.engines.servers import SUPERVISOR


@pytest.fixture
def connect_as(db):
    opened = []

    def connect(user, password):
        connection = connections.create_connection("default")
        connection.settings_dict = {**connection.settings_dict, "USER": user, "PASSWORD": password}
        opened.append(connection)
        connection.ensure_connection()
        return connection

    yield connect
    for connection in opened:
        connection.close()


def test_a_superuser_is_refused_and_the_connection_closed(connect_as):
    with pytest.raises(ImproperlyConfigured, match="is a superuser and BYPASSRLS and an owner of tables"):
        connect_as(SUPERVISOR, kept(home(), f"{SUPERVISOR}.password"))


def test_the_owner_of_the_tables_is_refused(connect_as):
    with pytest.raises(ImproperlyConfigured, match="'rcm_owner' is an owner of tables"):
        connect_as("rcm_owner", database("owner")["PASSWORD"])


@pytest.mark.parametrize("role", ["app", "worker", "report", "sealer"])
def test_the_running_roles_are_let_in(connect_as, role):
    entry = database(role)

    assert connect_as(entry["USER"], entry["PASSWORD"]).connection is not None


@pytest.mark.django_db(databases=["owner"])
def test_the_owner_may_migrate():
    owner = connections["owner"]
    owner.ensure_connection()

    refuse_powerful_role(owner)

    assert owner.connection is not None


@pytest.mark.parametrize("server", ["rcm_site.wsgi", "rcm_site.celery"])
def test_web_and_worker_do_not_start_as_the_owner(db, server):
    start = {
        "rcm_site.wsgi": [sys.executable, "-c", "import rcm_site.wsgi"],
        "rcm_site.celery": [
            sys.executable,
            "-m",
            "celery",
            "--app",
            server,
            "worker",
            "--pool",
            "solo",
            "--queues",
            "none",
        ],
    }[server]
    environment = {
        **os.environ,
        "RCM_DATABASE_ROLE": "owner",
        "RCM_DATABASE_NAME": connections["default"].settings_dict["NAME"],
    }

    ended = subprocess.run(start, cwd=PROJECT, env=environment, capture_output=True, text=True, timeout=60)

    assert ended.returncode != 0
    assert "'rcm_owner' is an owner of tables" in ended.stderr
