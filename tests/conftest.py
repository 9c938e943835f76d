"""The people and practices every story is told with, on a real database under the application's own role."""

import datetime
import os
import time
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import hypothesis
import psycopg
import pytest
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.db import connections
from django.test import Client, TransactionTestCase
from django.utils import timezone
from hypothesis import HealthCheck

from rcm_site.engines.addresses import database


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # A busy machine is no falsifying example.
    hypothesis.settings.register_profile("busy", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis.settings.load_profile("busy")


# -- what the long kits counted ---------------------------------------------------------------------------------------

FIGURES = pytest.StashKey[list[str]]()


def lines_of(config: Any) -> list[str]:
    """Those of this process: one of several hands them to the first."""
    if hasattr(config, "workeroutput"):
        found: list[str] = config.workeroutput.setdefault("figures", [])
        return found
    return config.stash.setdefault(FIGURES, [])


@pytest.fixture(scope="session")
def figures(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`figures("faults", killed=12)`: a line in the report of the whole run."""

    def note(kit: str, **counted: Any) -> None:
        words = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in counted.items())
        lines_of(request.config).append(f"{kit}: {words}")

    return note


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """What one of several processes counted comes to the first when it ends."""
    lines_of(node.config).extend(getattr(node, "workeroutput", {}).get("figures", []))


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    if lines := lines_of(config):
        terminalreporter.section("figures")
        for line in lines:
            terminalreporter.line(line)


SOAK_MINUTES = float(os.environ.get("RCM_SOAK_MINUTES", "240"))
BEGUN = time.monotonic()


def pytest_runtest_setup(item: pytest.Item) -> None:
    """The long kits end in the time they are given; what was left out is no success."""
    if item.get_closest_marker("soak") and time.monotonic() - BEGUN > SOAK_MINUTES * 60:
        pytest.fail(f"not run: the {SOAK_MINUTES:g} minutes of RCM_SOAK_MINUTES are over", pytrace=False)


# -- the database: one migrated template, a clone for each worker ---------------------------------------------------


def clone_name() -> str:
    return f"rcm_test_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"


def as_owner(name: str) -> psycopg.Connection:
    owner = database("owner")
    return psycopg.connect(
        host=owner["HOST"],
        port=owner["PORT"],
        user=owner["USER"],
        password=owner["PASSWORD"],
        dbname=name,
        autocommit=True,
    )


def _make_clone() -> None:
    name, template = clone_name(), os.environ["RCM_TEST_TEMPLATE"]
    with as_owner("postgres") as server:
        drop_when_left(server, name)
        server.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')


def drop_when_left(server: psycopg.Connection, name: str) -> None:
    """The owner may not end the application's sessions: a browser's last request is waited for."""
    for attempt in range(500):
        try:
            server.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.ObjectInUse):
            if attempt == 499:
                raise
            time.sleep(0.01)
        else:
            return


def _close_all() -> None:
    for connection in connections.all():
        connection.close()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    _make_clone()
    for connection in connections.all():
        connection.settings_dict["NAME"] = clone_name()
    with django_db_blocker.unblock():
        _close_all()
    yield
    with django_db_blocker.unblock():
        _close_all()


def renew_clone(*_: object) -> None:
    """The application's role may not TRUNCATE, so a committed test is followed by a new clone instead of a flush."""
    _close_all()
    _make_clone()


TransactionTestCase._fixture_teardown = renew_clone  # type: ignore[method-assign]


# -- practices and people -------------------------------------------------------------------------------------------


class SignedIn(Client):
    """A browser in which `person` is signed in and works for `practice`."""

    def __init__(self, person: Any, practice: Any) -> None:
        super().__init__()
        self.person = person
        self.practice = practice
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session["purpose"] = "HPAYMT"
        session["practice"] = str(practice.pk)
        session["began"] = session["seen"] = time.time()
        session.create()
        self.cookies[settings.SESSION_COOKIE_NAME] = session.session_key

    def at(self, path: str = "") -> str:
        """An address inside the practice: `biller.at("denials/")`."""
        return f"/p/{self.practice.pk}/{path}"


def make_practice(slug: str, name: str, **fields: Any) -> Any:
    from tenancy.services import create_organization

    return create_organization(
        kind="PRACTICE",
        name=name,
        slug=slug,
        require_second_factor=False,
        **{"tax_id": "990000001", "time_zone": "UTC", **fields},
    )


def make_person(practice: Any, role: str, **grant: Any) -> Any:
    from tenancy.scope import organization_scope
    from tenancy.services import create_person, grant_role

    name = f"{role.replace('_', ' ').title()} of {practice.name}"
    person = create_person(
        email=f"{role.lower()}-{uuid.uuid4().hex[:8]}@example.test",
        name=name,
        organization=practice,
        password="a-long-test-password",
    )
    if role == "AUDITOR":
        grant = {"ends_on": timezone.now().date() + datetime.timedelta(days=90), **grant}
    with organization_scope(practice.pk):
        grant_role(
            person=person,
            practice=practice,
            role=role,
            starts_on=timezone.now().date() - datetime.timedelta(days=30),
            reason="set up for a test",
            **grant,
        )
    person.refresh_from_db()
    return person


@pytest.fixture
def practice(db: None) -> Any:
    return make_practice("riverside", "Riverside Family Medicine", npi="1234567893")


@pytest.fixture
def other_practice(db: None) -> Any:
    return make_practice("hillside", "Hillside Orthopedics", tax_id="990000002")


@pytest.fixture
def sign_in(practice: Any) -> Callable[..., SignedIn]:
    """`sign_in("BILLER")`, `sign_in("BILLER", other_practice, write_off_limit_cents=0)`."""

    def signed_in(role: str, at: Any = None, **grant: Any) -> SignedIn:
        place = at or practice
        return SignedIn(make_person(place, role, **grant), place)

    return signed_in


@pytest.fixture
def biller(sign_in: Callable[..., SignedIn]) -> SignedIn:
    return sign_in("BILLER")


@pytest.fixture
def poster(sign_in: Callable[..., SignedIn]) -> SignedIn:
    return sign_in("POSTER")


@pytest.fixture
def supervisor(sign_in: Callable[..., SignedIn]) -> SignedIn:
    return sign_in("SUPERVISOR")


@pytest.fixture
def reader(sign_in: Callable[..., SignedIn]) -> SignedIn:
    return sign_in("READER")


@pytest.fixture
def auditor(sign_in: Callable[..., SignedIn]) -> SignedIn:
    return sign_in("AUDITOR")


@pytest.fixture
def admin_person(sign_in: Callable[..., SignedIn]) -> SignedIn:
    return sign_in("PRACTICE_ADMIN")


@pytest.fixture
def stranger(sign_in: Callable[..., SignedIn], other_practice: Any) -> SignedIn:
    """A biller with every right of one, in another practice."""
    return sign_in("BILLER", other_practice)


@pytest.fixture
def in_practice(practice: Any) -> Iterator[Any]:
    """The scope in which a test sets the stage; requests open their own."""
    from tenancy.scope import organization_scope

    with organization_scope(practice.pk) as scope:
        yield scope


@pytest.fixture
def run_jobs() -> Callable[[], list[str]]:
    """Do every job that is due, those they enqueue too, as a worker would. Returns the names done; a failure raises."""
    from tenancy.choices import MessageState
    from tenancy.jobs import run_message
    from tenancy.models import OutboxMessage

    def run() -> list[str]:
        done: list[str] = []
        while True:
            due = OutboxMessage.objects.filter(state=MessageState.PENDING, due_at__lte=timezone.now())
            message = due.order_by("created_at", "id").first()
            if message is None:
                return done
            assert run_message(message.id), f"{message.name} failed"
            done.append(message.name)

    return run


# -- a partner at the other end of the line --------------------------------------------------------------------------


@pytest.fixture
def partner_server(request: pytest.FixtureRequest, tmp_path: Any, tmp_path_factory: Any) -> Iterator[Any]:
    """A partner's server, SFTP unless a test asks for HTTPS, with its folders `in` and `out` in `tmp_path`."""
    from tests.factories import lines

    for folder in ("in", "out"):
        (tmp_path / folder).mkdir()
    if getattr(request, "param", "SFTP") == "HTTPS":
        server = lines.HttpsPartner(tmp_path, tmp_path_factory.mktemp("keys"))
    else:
        server = lines.SftpPartner(tmp_path)
    yield server
    server.close()


@pytest.fixture
def wire(partner_server: Any, admin_person: SignedIn, tmp_path_factory: Any, monkeypatch: Any) -> Any:
    """A trading partner reached over the line, as the administrator's form says."""
    from tenancy.scope import organization_scope
    from tests.factories import lines
    from tests.factories.partners import make_partner

    secrets = tmp_path_factory.mktemp("secrets")
    (secrets / "prairie").write_text(lines.SECRET + "\n")
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(secrets))
    with organization_scope(admin_person.practice.pk):
        partner = make_partner()
    form = partner_server.form()
    address = admin_person.at(f"files/partners/{partner.pk}/connection/")
    without_proof = {name: value for name, value in form.items() if name not in partner_server.proof()}
    assert admin_person.post(address, without_proof).status_code == 422
    assert admin_person.post(address, form).status_code == 302
    return partner
