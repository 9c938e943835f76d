"""What holds on every page the rail leads to, whoever wrote it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tenancy.scope import organization_scope
from tests.factories.workbench import make_item

pytestmark = pytest.mark.django_db(transaction=True)
ROLES = ("SUPERVISOR", "AUDITOR", "PRACTICE_ADMIN", "FRONT_DESK")


@pytest.mark.parametrize("role", ROLES)
def test_every_page_fits_320_pixels_and_says_its_name_once(role: str, sign_in: Any, signed_in: Any) -> None:
    person = sign_in(role)
    with organization_scope(person.practice.pk):
        make_item(1, title="An item with a long title that has to wrap somewhere on a narrow screen")
    page = signed_in(person, width=320, height=640)
    page.goto(person.at())
    for address in page.locator("#rail a").evaluate_all(
        "links => links.map((link) => link.getAttribute('href'))"
    ):
        page.goto(address)
        expect(page.locator("h1")).to_have_count(1)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{address} is {too_wide} px too wide"
        unnamed = page.locator("button, a[href], input:not([type=hidden]), select, textarea").evaluate_all(
            NAMELESS
        )
        assert unnamed == [], f"{address}: {unnamed}"


NAMELESS = """controls => controls.filter((control) => {
  const words = control.getAttribute("aria-label") || control.textContent.trim() || control.title
    || [...(control.labels ?? [])].map((label) => label.textContent.trim()).join("");
  return !words;
}).map((control) => control.outerHTML.slice(0, 120))"""
