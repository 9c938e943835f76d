"""Where the servers are: the environment first, else a place known before anything runs there."""

import stat
from pathlib import Path

import pytest

from rcm_site.celery import broker_url
from rcm_site.engines import addresses
from rcm_site.engines.places import LONGEST_SOCKET_PATH, EngineTrouble, run_folder


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch, tmp_path):
    for role in addresses.ROLES:
        monkeypatch.delenv(addresses.url_variable(role), raising=False)
    monkeypatch.delenv("RCM_REDIS_URL", raising=False)
    monkeypatch.setenv("RCM_ENGINES_DIR", str(tmp_path / "engines"))


def test_every_role_has_an_address_before_the_first_start(tmp_path):
    entries = [addresses.database(role) for role in addresses.ROLES]

    assert [entry["USER"] for entry in entries] == [
        "rcm_owner",
        "rcm_app",
        "rcm_worker",
        "rcm_report",
        "rcm_sealer",
    ]
    assert len({entry["PASSWORD"] for entry in entries}) == len(entries)
    assert entries == [addresses.database(role) for role in addresses.ROLES]
    assert sorted(path.name for path in (tmp_path / "engines").iterdir()) == ["keys"]


def test_an_address_in_the_environment_wins(monkeypatch):
    monkeypatch.setenv(
        "RCM_APP_DATABASE_URL", "postgresql://rcm_app:p%40ss@db.internal:6432/billing?sslmode=verify-full"
    )
    monkeypatch.setenv("RCM_REDIS_URL", "rediss://queue.internal:6380/1")

    entry = addresses.database("app")

    assert (entry["HOST"], entry["PORT"], entry["NAME"]) == ("db.internal", "6432", "billing")
    assert (entry["USER"], entry["PASSWORD"]) == ("rcm_app", "p@ss")
    assert entry["OPTIONS"] == {"sslmode": "verify-full"}
    assert addresses.redis_url() == "rediss://queue.internal:6380/1"


def test_a_role_whose_password_was_withheld_points_at_the_same_server(monkeypatch):
    """A web process is not told the sealer's password: its connection must fail, not land on a private server."""
    monkeypatch.setenv("RCM_APP_DATABASE_URL", "postgresql://rcm_app:secret@db.internal/billing")

    entry = addresses.database("sealer")

    assert (entry["HOST"], entry["USER"], entry["PASSWORD"]) == ("db.internal", "rcm_sealer", "")


def test_a_database_without_a_message_server_is_refused(monkeypatch):
    monkeypatch.setenv("RCM_APP_DATABASE_URL", "postgresql://rcm_app:secret@db.internal/billing")

    with pytest.raises(EngineTrouble, match="RCM_REDIS_URL"):
        addresses.redis_url()


@pytest.mark.parametrize("url", ["mysql://u:p@host/db", "postgresql://host/db", "postgresql://u:p@host/"])
def test_an_address_that_is_none_is_refused_by_name(monkeypatch, url):
    monkeypatch.setenv("RCM_APP_DATABASE_URL", url)

    with pytest.raises(EngineTrouble, match="RCM_APP_DATABASE_URL"):
        addresses.database("app")


def test_keys_are_made_once_in_files_of_their_own(monkeypatch, tmp_path):
    for variable in ("RCM_SECRET_KEY", "RCM_CONTEXT_KEY", "RCM_SEAL_KEY"):
        monkeypatch.delenv(variable, raising=False)

    made = {name: addresses.secret(name) for name in ("django", "context", "seal")}

    assert len(set(made.values())) == 3
    assert made == {name: addresses.secret(name) for name in made}
    for name in made:
        mode = (tmp_path / "engines" / "keys" / f"{name}.key").stat().st_mode
        assert stat.S_IMODE(mode) == 0o600
    monkeypatch.setenv("RCM_SEAL_KEY", "from the vault")
    assert addresses.secret("seal") == b"from the vault"


def test_beside_a_foreign_server_no_key_is_made_up(monkeypatch):
    monkeypatch.setenv("RCM_WORKER_DATABASE_URL", "postgresql://rcm_worker:secret@db.internal/billing")
    monkeypatch.delenv("RCM_CONTEXT_KEY", raising=False)

    with pytest.raises(EngineTrouble, match="RCM_CONTEXT_KEY is not set"):
        addresses.secret("context")


def test_a_long_folder_gets_a_short_socket_path():
    deep = Path("/srv") / ("a" * 120) / "engines"

    assert run_folder(Path("/srv/engines")) == Path("/srv/engines/run")
    assert len(str(run_folder(deep))) < LONGEST_SOCKET_PATH
    assert run_folder(deep) == run_folder(deep)
    assert run_folder(deep) != run_folder(deep / "other")


def test_celery_reads_a_socket_address_in_its_own_form():
    assert broker_url("unix:///run/valkey.sock") == "redis+socket:///run/valkey.sock"
    assert broker_url("redis://host:6379/0") == "redis://host:6379/0"
