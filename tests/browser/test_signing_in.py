"""Coming in by the door, in the clothes of the house."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)


def sign_in(page: Any, email: str) -> None:
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def test_a_biller_signs_in_and_stands_in_today(new_page: Any, biller: Any) -> None:
    page = new_page()
    sign_in(page, biller.person.email)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.get_by_text("Riverside Family Medicine").first).to_be_visible()
    page.get_by_label(f"Account of {biller.person.name}").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_wrong_password_is_told_beside_the_form_and_nothing_else(new_page: Any, biller: Any) -> None:
    page = new_page(width=390, height=844)
    page.goto("/accounts/login/")
    page.get_by_label("E-mail address").fill(biller.person.email)
    page.get_by_label("Password").fill("not the password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("E-mail address")).to_have_value(biller.person.email)
    expect(page.get_by_label("Password")).to_be_focused()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
