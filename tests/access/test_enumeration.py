"""Nobody learns from an answer, or from the work behind it, whether an address has an account here."""

import re

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tenancy.models import Grant, Person
from tenancy.services import create_organization, create_person, disable_person
from tests.access.test_administration import invite, outsider, role_form, start
from tests.conftest import make_person

UNKNOWN = "nobody@example.test"
PASSWORD = "a-long-test-password"


@pytest.fixture(autouse=True)
def letters(settings):
    cache.clear()
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"


@pytest.fixture
def known(practice):
    """Addresses that have an account: at work, disabled, invited and not yet come."""
    active = make_person(practice, "BILLER")
    disabled = make_person(practice, "BILLER")
    disable_person(person=disabled, reason="has left us")
    invited = create_person(email="invited@example.test", name="Invited", organization=practice)
    return {"active": active.email, "disabled": disabled.email, "invited": invited.email}


class Work:
    """Everything about an answer that somebody outside could see or time."""

    def __init__(self, monkeypatch, act, address):
        hashed = []
        encode = MD5PasswordHasher.encode

        def counted(self, password, salt):
            hashed.append(1)
            return encode(self, password, salt)

        mail.outbox.clear()
        with monkeypatch.context() as patch, CaptureQueriesContext(connection) as queries:
            patch.setattr(MD5PasswordHasher, "encode", counted)
            answer = act(address)
        self.status = answer.status_code
        self.place = answer.headers.get("Location", "")
        text = re.sub(r'value="[^"]*"|nonce="[^"]*"', "", answer.content.decode())
        self.text = text.replace(address, "ADDRESS")
        self.hashed = len(hashed)
        self.letters = [letter.to for letter in mail.outbox]
        self.queries = len([one for one in queries if "SAVEPOINT" not in one["sql"]])

    def seen(self):
        return self.status, self.place, self.text, self.hashed


def sign_in(address, password="guess-guess-guess"):
    return Client().post("/accounts/login/", {"login": address, "password": password, "purpose": "HPAYMT"})


def ask_for_reset(address):
    return Client().post("/accounts/password/reset/", {"email": address})


@pytest.mark.parametrize("state", ["active", "disabled", "invited"])
def test_a_wrong_password_looks_and_costs_the_same_for_known_and_unknown(known, state, monkeypatch):
    sign_in("warm@example.test")
    there = Work(monkeypatch, sign_in, known[state])
    nowhere = Work(monkeypatch, sign_in, UNKNOWN)
    assert there.seen() == nowhere.seen()
    assert there.hashed >= 1
    assert there.queries == nowhere.queries


def test_guesses_close_an_unknown_address_just_as_a_known_one(known, monkeypatch):
    for address in (known["active"], UNKNOWN):
        for _ in range(5):
            sign_in(address)
    there = Work(monkeypatch, sign_in, known["active"])
    assert there.seen() == Work(monkeypatch, sign_in, UNKNOWN).seen()
    assert "too many" in there.text.lower()


@pytest.mark.parametrize("state", ["active", "disabled", "invited"])
def test_a_reset_looks_and_costs_the_same_for_known_and_unknown(known, state, monkeypatch):
    ask_for_reset("warm@example.test")
    there = Work(monkeypatch, ask_for_reset, known[state])
    nowhere = Work(monkeypatch, ask_for_reset, UNKNOWN)
    assert there.seen() == nowhere.seen()
    assert (there.letters, nowhere.letters) == ([[known[state]]], [[UNKNOWN]]), "a letter each, known or not"
    assert there.queries == nowhere.queries


def test_only_who_may_sign_in_gets_a_link(known):
    for address in (*known.values(), UNKNOWN):
        ask_for_reset(address)
    linked = {letter.to[0] for letter in mail.outbox if "/reset/key/" in letter.body}
    assert linked == {known["active"], known["invited"]}


def test_a_link_that_is_wrong_says_nothing_of_the_account_in_it(known):
    from allauth.account.utils import user_pk_to_url_str

    person = Person.objects.get(email=known["active"])
    real = user_pk_to_url_str(person)
    made_up = user_pk_to_url_str(Person(email=UNKNOWN))
    answers = [
        Client().get(f"/accounts/password/reset/key/{uid}-c0ffee-{'0' * 32}/") for uid in (real, made_up)
    ]
    variable = f'{real}|{made_up}|value="[^"]*"'
    texts = [re.sub(variable, "", answer.content.decode()) for answer in answers]
    assert answers[0].status_code == answers[1].status_code
    assert texts[0] == texts[1]


# -- invitations: an administrator signed in, who may not learn of people elsewhere ---------------------------------


@pytest.fixture
def company(db):
    return create_organization(kind="BILLING_COMPANY", name="Northwind Billing", slug="northwind")


@pytest.fixture
def mso_admin(company, practice):
    start(practice, company)
    return outsider("MSO_ADMIN", company, practice)


def invited_by(who, address, **changes):
    answer = invite(who, address, **changes)
    page = who.get(who.at("access/")).content.decode() if answer.status_code == 302 else ""
    message = re.search(r"[^>]*has been invited[^<]*", page)
    shown = message[0] if message else re.sub(r'value="[^"]*"', "", answer.content.decode())
    return answer.status_code, shown.replace(address, "ADDRESS").strip()


@pytest.mark.parametrize("changes", [{}, {"write_off_limit": "100000"}, {"part2": "on"}])
def test_a_company_administrator_cannot_tell_who_has_an_account_elsewhere(
    mso_admin, other_practice, changes, django_capture_on_commit_callbacks
):
    elsewhere = make_person(other_practice, "SUPERVISOR")
    with django_capture_on_commit_callbacks(execute=True):
        there = invited_by(mso_admin, elsewhere.email, **changes)
        nowhere = invited_by(mso_admin, UNKNOWN, **changes)
    assert there == nowhere
    assert not Grant.objects.filter(person=elsewhere, practice=mso_admin.practice).exists()
    told = [letter.to[0] for letter in mail.outbox]
    assert told == ([elsewhere.email, UNKNOWN] if not changes else [])
    assert elsewhere.name not in mso_admin.get(mso_admin.at("access/")).content.decode()


def test_a_practice_administrator_cannot_tell_for_whom_somebody_works(
    admin_person, company, django_capture_on_commit_callbacks
):
    employed = create_person(email="eve@northwind.test", name="Eve", organization=company, password="x")
    with django_capture_on_commit_callbacks(execute=True):
        there = invited_by(admin_person, employed.email)
        nowhere = invited_by(admin_person, UNKNOWN)
    assert there == nowhere == (302, "ADDRESS has been invited.")
    assert not Grant.objects.filter(person=employed).exists()
    [letter] = [one for one in mail.outbox if one.to == [employed.email]]
    assert "nothing has changed yet" in letter.body


def test_somebody_known_here_is_given_the_role_and_told(
    admin_person, biller, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        status, said = invited_by(admin_person, biller.person.email, **role_form("READER"))
    assert (status, said) == (302, "ADDRESS has been invited.")
    assert set(Grant.objects.filter(person=biller.person).values_list("role", flat=True)) == {
        "BILLER",
        "READER",
    }
    [letter] = mail.outbox
    assert "password you have" in letter.body
