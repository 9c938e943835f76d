"""The first way in: a practice, its first administrator, and a link that works once."""

import io
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from tenancy.models import Organization, Person

WORDS = "correct horse battery staple"  # noqa: S105 - a password of a test


def add(*further: str) -> str:
    out = io.StringIO()
    call_command(
        "add_practice", "Lakeside Family Practice", "--slug", "lakeside", "--npi", "1234567893",
        "--admin", "Ada@Lakeside.test", "--admin-name", "Ada Freeman", *further, stdout=out,
    )  # fmt: skip
    return out.getvalue()


def test_the_first_administrator_chooses_a_password_and_finds_the_practice(db):
    told = add("--address", "https://rcm.example.org/")
    (path,) = re.findall(r"https://rcm\.example\.org(/\S+)", told)
    browser = Client()
    form = browser.get(path, follow=True)
    assert form.status_code == 200
    done = browser.post(form.redirect_chain[-1][0], {"password1": WORDS, "password2": WORDS})
    assert done.status_code == 302
    assert Client().get(path, follow=True).content.decode().count('name="password1"') == 0
    person = Person.objects.get(email="ada@lakeside.test")
    assert person.check_password(WORDS)
    assert Organization.objects.get(slug="lakeside").npi == "1234567893"


@pytest.mark.parametrize(
    ("further", "words"),
    [
        (("--npi", "1234567890"), "not an NPI"),
        (("--tax-id", "12-3456789"), "nine digits"),
        (("--npi", ""), "Give --npi or --tax-id"),
        (("--slug", "lake side"), "lake side"),
        (("--admin", "nobody"), "nobody"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_written(db, further, words):
    with pytest.raises(CommandError, match=words):
        add(*further)
    assert not Organization.objects.exists()


def test_a_practice_is_not_added_twice(db):
    add()
    with pytest.raises(CommandError, match="already"):
        add()
