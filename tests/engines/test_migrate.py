"""Migrating by hand needs no knowledge of roles, and a wrong one is answered with a sentence."""

import os
import subprocess
import sys

import pytest

from rcm_site.engines.places import PROJECT
from rcm_site.engines.session_cluster import TEMPLATE, copied_cluster


@pytest.fixture
def prepared_home(home):
    copied_cluster(print).rename(home)
    return home


def migrate(home, *arguments):
    environment = {**os.environ, "RCM_ENGINES_DIR": str(home), "RCM_DATABASE_NAME": TEMPLATE}
    return subprocess.run(
        [sys.executable, "manage.py", "migrate", *arguments],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_migrate_works_as_the_owner_unless_told_otherwise(prepared_home):
    done = migrate(prepared_home)

    assert done.returncode == 0, done.stderr
    assert "No migrations to apply" in done.stdout


def test_migrate_as_another_role_is_refused_with_the_remedy(prepared_home):
    done = migrate(prepared_home, "--database", "default")

    assert done.returncode == 1
    assert "leave --database out" in done.stderr
    assert "Traceback" not in done.stderr
