"""A morning of denials in the browser: the queue, the workspace, a note, a write-off, on paper and on a phone."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import stage

pytestmark = pytest.mark.django_db(transaction=True)
PICTURE = Path(__file__).resolve().parents[2] / "docs" / "images" / "denials.png"


@pytest.fixture
def queue(biller: Any, signed_in: Any) -> Page:
    stage.morning(biller.practice, claims=12)
    page = signed_in(biller)
    page.goto(biller.at("denials/"))
    expect(page.locator("#facets summary").first).to_be_visible()
    return page


def fits(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def test_the_row_says_what_matters_and_nothing_is_cut_off(queue: Page) -> None:
    for width in (1280, 1440, 1680, 1920):
        queue.set_viewport_size({"width": width, "height": 800})
        assert fits(queue), f"the queue is wider than {width} px"
    row = queue.locator("[data-row]").first
    expect(row.locator(".code-chip b")).to_have_text(re.compile(r"^(CO|PR|OA)-\d+"))
    row.locator(".code-chip").focus()
    expect(row.locator(".hint-body").last).to_be_visible()
    expect(queue.locator("#queue-total")).to_contain_text("12")


def test_from_the_row_to_the_why_and_back(queue: Page) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("Enter")
    panel = queue.locator("#panel")
    for words in ("Money by line", "Why", "Root cause", "Do", "Timeline"):
        expect(panel).to_contain_text(words)
    assert fits(queue)
    first = panel.locator("h2").first.inner_text()
    queue.keyboard.press("j")
    expect(panel.locator("h2").first).not_to_have_text(first)
    queue.keyboard.press("Escape")
    expect(panel).to_be_empty()


def test_the_timeline_leads_to_the_segment_that_says_so(queue: Page) -> None:
    queue.keyboard.press("j")
    queue.keyboard.press("Enter")
    title = queue.locator("#panel h2").first
    expect(title).to_contain_text("RW26")
    number = title.inner_text().split()[-1]
    queue.locator("#panel .timeline li", has_text="Payer decided").get_by_role("link").first.click()
    expect(queue.locator("mark, .marked, [aria-current]", has_text="CLP").first).to_contain_text(number)


def test_a_chosen_category_narrows_the_list_and_stays_in_the_address(queue: Page) -> None:
    queue.locator("#facets summary", has_text="Category").click()
    queue.locator("#facets details[open] a").first.click()
    expect(queue).to_have_url(re.compile("category="))
    expect(queue.locator("#queue-total")).not_to_contain_text("12 items")


def test_a_write_off_within_the_limit_closes_it_and_the_next_one_is_open(queue: Page) -> None:
    queue.goto(queue.url + "?sort=amount")
    queue.keyboard.press("j")
    queue.keyboard.press("Enter")
    queue.locator("#do-write-off").wait_for()
    before = queue.locator("[data-row]").count()
    queue.keyboard.press("w")
    dialog = queue.locator("#dialog-write_off")
    expect(dialog).to_contain_text("Your limit")
    for select in dialog.locator("select").all():
        select.select_option(index=1)
    for note in dialog.locator("textarea").all():
        note.fill("Below what it costs to appeal.")
    dialog.get_by_role("button", name="Write off").click()
    expect(queue.locator("[data-row]")).to_have_count(before - 1)
    expect(queue.locator("#panel h2").first).to_be_visible()


def test_on_a_phone_a_denial_can_be_read_and_worked(biller: Any, signed_in: Any) -> None:
    stage.morning(biller.practice, claims=3)
    page = signed_in(biller, width=390, height=844)
    page.goto(biller.at("denials/"))
    assert fits(page)
    page.locator("[data-row] a[data-open]").first.click()
    expect(page).to_have_url(re.compile(r"/denials/[0-9a-f-]+/"))
    assert fits(page)
    page.locator("#do-note").click()
    expect(page.locator("#dialog-note")).to_be_visible()


def test_the_picture_of_the_readme(biller: Any, signed_in: Any, tmp_path: Path) -> None:
    """Drawn anew on request: RCM_DRAW_PICTURES=1."""
    stage.morning(biller.practice, claims=26)
    biller.person.name = "Dana Whitfield"
    biller.person.save()
    page = signed_in(biller, width=1440, height=900)
    page.goto(biller.at("denials/"))
    expect(page.locator("#facets summary").first).to_be_visible()
    for key in ("j", "j", "j", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#panel .timeline")).to_be_attached()
    expect(page.locator("#count-DENIAL")).to_have_text("26")
    target = PICTURE if os.environ.get("RCM_DRAW_PICTURES") else tmp_path / "denials.png"
    target.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=target)
    assert target.stat().st_size > 20_000
