"""The search box, by keyboard, from anywhere."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import stage

pytestmark = pytest.mark.django_db(transaction=True)


def test_slash_words_arrow_enter(biller: Any, signed_in: Any) -> None:
    stage.morning(biller.practice, claims=3)
    page = signed_in(biller)
    page.goto(biller.at())
    page.keyboard.press("/")
    expect(page.locator("#search-anywhere")).to_be_focused()
    page.keyboard.type("RW26")
    page.keyboard.press("Enter")
    expect(page.locator("#search-sheet [data-hit]")).to_have_count(3)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-sheet [data-hit]").nth(1)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("#search-sheet")).to_be_empty()
    expect(page.locator("#search-anywhere")).to_be_focused()
    page.keyboard.press("Enter")
    page.locator("#search-sheet [data-hit]").first.wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/claims/"))
    assert "RW26" not in page.url


def test_the_only_hit_opens_at_once(biller: Any, signed_in: Any) -> None:
    stage.morning(biller.practice, claims=2)
    page = signed_in(biller)
    page.goto(biller.at())
    page.locator("#search-anywhere").fill(stage.number_of(1))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/claims/"))
