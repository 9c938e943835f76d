"""Signing in: guessing is slow and written down, sessions end by themselves, a second factor where one is owed."""

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value
from django.core import mail
from django.core.cache import cache
from django.test import Client

from tenancy.services import disable_person
from tests.conftest import make_person

SIGN_IN = "/accounts/login/"
PASSWORD = "a-long-test-password"


@pytest.fixture(autouse=True)
def fresh_limits(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cache.clear()


@pytest.fixture
def person(practice):
    return make_person(practice, "BILLER")


def sign_in(client, email, password=PASSWORD, purpose="HPAYMT"):
    return client.post(SIGN_IN, {"login": email, "password": password, "purpose": purpose})


def trail(actor=None):
    """Sign-in events, read as the owner's superuser would: they belong to no practice."""
    from tests.access.trail import events_of

    return events_of(actor)


def test_sign_in_with_a_purpose(person, practice):
    client = Client()
    assert client.get(SIGN_IN).status_code == 200
    answer = sign_in(client, person.email, purpose="HOPERAT")
    assert answer.status_code == 302
    assert client.session["purpose"] == "HOPERAT"
    assert client.get(f"/p/{practice.pk}/").status_code == 200


def test_a_purpose_must_be_chosen(person):
    assert sign_in(Client(), person.email, purpose="BTG").status_code == 200
    assert sign_in(Client(), person.email, purpose="").status_code == 200


def test_known_and_unknown_addresses_get_the_same_answer(person):
    known = sign_in(Client(), person.email, "wrong-password-here")
    unknown = sign_in(Client(), "nobody@example.test", "wrong-password-here")
    assert known.status_code == unknown.status_code == 200
    plain = [
        re.sub(r'value="[^"]*"', "", answer.content.decode()).replace(person.email, "X")
        for answer in (known, unknown)
    ]
    assert plain[0] == plain[1].replace("nobody@example.test", "X")


def test_an_account_closes_after_five_guesses_and_opens_again(person, monkeypatch):
    for _ in range(5):
        assert "too many" not in sign_in(Client(), person.email, "guess-guess-guess").content.decode().lower()
    locked = sign_in(Client(), person.email, PASSWORD)
    assert locked.status_code == 200
    assert "too many" in locked.content.decode().lower()
    now = time.time()
    monkeypatch.setattr("allauth.core.internal.ratelimit.time.time", lambda: now + 15 * 60 + 1)
    assert sign_in(Client(), person.email, PASSWORD).status_code == 302


def test_an_address_closes_too(person):
    for number in range(30):
        sign_in(Client(), f"nobody{number}@example.test", "guess-guess-guess")
    assert "too many" in sign_in(Client(), person.email, PASSWORD).content.decode().lower()


def test_nobody_signs_up(db):
    assert "password1" not in Client().get("/accounts/signup/").content.decode()


@pytest.mark.parametrize("password", ["short", "password1234", "123456789012", "biller-riverside"])
def test_weak_passwords_are_refused(biller, password):
    biller.person.name = "x"
    answer = biller.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": password, "password2": password}
    )
    expected = 302 if password == "biller-riverside" else 200
    assert answer.status_code == expected


def test_a_quiet_session_ends(biller, practice):
    session = biller.session
    session["seen"] = time.time() - 15 * 60 - 1
    session["began"] = time.time() - 15 * 60 - 1
    session.save()
    answer = biller.get(biller.at())
    assert answer.status_code == 302
    assert answer["Location"].startswith(SIGN_IN)
    htmx = biller.get(biller.at(), headers={"HX-Request": "true"})
    assert (htmx.status_code, htmx["HX-Redirect"]) == (401, SIGN_IN)


def test_twelve_hours_are_enough(biller):
    session = biller.session
    session["seen"] = time.time()
    session["began"] = time.time() - 12 * 3600 - 1
    session.save()
    assert biller.get(biller.at()).status_code == 302


def test_a_polling_page_does_not_keep_the_session_alive(biller):
    session = biller.session
    session["seen"] = session["began"] = time.time() - 600
    session.save()
    biller.get(biller.at(), headers={"X-Background": "1"})
    assert biller.session["seen"] < time.time() - 590
    biller.get("/session/")
    assert biller.session["seen"] > time.time() - 5


def test_a_disabled_person_is_out_on_the_next_request(biller, in_practice):
    assert biller.get(biller.at()).status_code == 200
    disable_person(person=biller.person, reason="left")
    assert biller.get(biller.at()).status_code == 302


def test_a_changed_password_ends_other_sessions(person, practice):
    here, there = Client(), Client()
    sign_in(here, person.email)
    sign_in(there, person.email)
    new = "a-much-better-secret-phrase"
    answer = here.post(
        "/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new}
    )
    assert answer.status_code == 302
    assert here.get(f"/p/{practice.pk}/").status_code == 200
    assert there.get(f"/p/{practice.pk}/").status_code == 302


def test_signing_out_clears_the_browser(biller):
    answer = biller.post("/accounts/logout/")
    assert answer["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert biller.get(biller.at()).status_code == 302


@pytest.mark.parametrize("address", ["/accounts/login/", "today"])
def test_what_every_answer_says(biller, address):
    answer = biller.get(biller.at() if address == "today" else address)
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy


def test_a_reset_link_arrives_only_at_known_addresses(person):
    for email in (person.email, "nobody@example.test"):
        answer = Client().post("/accounts/password/reset/", {"email": email})
        assert answer["Location"] == "/accounts/password/reset/done/"
    assert [(message.to, "/reset/key/" in message.body) for message in mail.outbox] == [
        ([person.email], True),
        (["nobody@example.test"], False),
    ]
    link = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body).group()
    client = Client()
    form = client.get(link, follow=True)
    new = "a-much-better-secret-phrase"
    answer = client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    assert answer.status_code == 302
    done = client.get(answer["Location"]).content.decode()
    assert 'href="/accounts/login/">Sign in</a>' in done, "the way on is on the page"
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
    assert sign_in(Client(), person.email, new).status_code == 302


@pytest.mark.parametrize(
    ("address", "heading"),
    [
        ("login/", "Sign in"),
        ("password/reset/", "Forgotten password"),
        ("password/reset/done/", "A link is on its way"),
        ("password/reset/key/done/", "Your password is set"),
        ("signup/", "People are invited"),
        ("inactive/", "Your account is disabled"),
    ],
)
def test_the_pages_before_sign_in_speak_our_words(address, heading, db):
    page = Client().get(f"/accounts/{address}").content.decode()
    assert f"<h1>{heading}</h1>" in page
    assert "placeholder" not in page


class TestSecondFactor:
    @pytest.fixture(autouse=True)
    def asked_for(self, practice):
        practice.require_second_factor = True
        practice.save()

    def test_nothing_is_shown_until_it_is_set_up(self, practice, person):
        client = Client()
        sign_in(client, person.email)
        answer = client.get(f"/p/{practice.pk}/")
        assert (answer.status_code, answer["Location"]) == (302, "/accounts/2fa/totp/activate/")
        assert client.get("/api/v1/claims/").status_code == 403
        page = client.get("/accounts/2fa/totp/activate/")
        assert page.status_code == 200
        secret = client.session["mfa.totp.secret"]
        answer = client.post("/accounts/2fa/totp/activate/", {"code": code_of(secret)})
        assert answer["Location"] == "/accounts/2fa/recovery-codes/"
        assert client.get(f"/p/{practice.pk}/").status_code == 200
        kept = Authenticator.objects.get(user=person, type="totp")
        assert secret not in str(kept.data)

    def test_then_every_sign_in_asks_for_it(self, practice, person):
        secret = generate_totp_secret()
        TOTP.activate(person, secret)
        client = Client()
        answer = sign_in(client, person.email)
        assert answer["Location"].startswith("/accounts/2fa/authenticate/")
        assert client.get(f"/p/{practice.pk}/").status_code == 302
        wrong = client.post("/accounts/2fa/authenticate/", {"code": "000000"})
        assert "Wait for the next one" in wrong.content.decode()
        code = code_of(secret)
        assert client.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 302
        assert client.get(f"/p/{practice.pk}/").status_code == 200
        assert client.session["purpose"] == "HPAYMT"
        again = Client()
        sign_in(again, person.email)
        assert again.post("/accounts/2fa/authenticate/", {"code": code}).status_code == 200, (
            "a code works once"
        )

    def test_who_sees_no_patients_owes_none(self, practice, sign_in):
        admin = sign_in("PRACTICE_ADMIN")
        assert admin.get(admin.at()).status_code == 302  # they may manage access, which leads to patients

    def test_without_the_phone_a_recovery_code_signs_in_once(self, practice, person):
        TOTP.activate(person, generate_totp_secret())
        codes = RecoveryCodes.activate(person).get_unused_codes()
        for status in (302, 200):
            client = Client()
            sign_in(client, person.email)
            assert "recovery codes" in client.get("/accounts/2fa/authenticate/").content.decode()
            assert client.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == status

    def test_the_pages_of_the_second_factor(self, person):
        client = Client()
        sign_in(client, person.email)
        client.get("/accounts/2fa/totp/activate/")
        client.post("/accounts/2fa/totp/activate/", {"code": code_of(client.session["mfa.totp.secret"])})
        codes = client.get("/accounts/2fa/recovery-codes/").content.decode()
        assert codes.count("<li>") == 10
        for address, words in (("", "10 codes left"), ("totp/deactivate/", "Take the second factor away"),
                               ("recovery-codes/generate/", "10 you have stop working")):  # fmt: skip
            assert words in client.get(f"/accounts/2fa/{address}").content.decode()


def code_of(secret):
    return f"{hotp_value(secret, int(time.time()) // 30):06d}"
