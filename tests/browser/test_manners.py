"""What every page does: light and dark, the idle warning, a draft that is not lost, a failure that is told."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from tenancy.scope import organization_scope
from tests.factories.patients import make_patient
from tests.factories.workbench import make_item

pytestmark = pytest.mark.django_db(transaction=True)


def test_dark_is_chosen_once_and_kept(biller: Any, signed_in: Any) -> None:
    page = signed_in(biller)
    page.goto(biller.at())
    page.get_by_label(re.compile("^Account of")).click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_the_rail_can_be_narrow_and_stays_so(biller: Any, signed_in: Any) -> None:
    page = signed_in(biller)
    page.goto(biller.at())
    wide = page.locator("#rail").bounding_box()["width"]
    page.get_by_role("button", name="Collapse").click()
    page.reload()
    assert page.locator("#rail").bounding_box()["width"] < wide / 2
    expect(page.get_by_role("link", name="Today")).to_be_visible()


def test_before_the_session_ends_it_says_so_and_lets_one_stay(biller: Any, signed_in: Any) -> None:
    page = signed_in(biller)
    page.clock.install()
    page.goto(biller.at())
    page.clock.fast_forward("13:30")
    warning = page.locator("#session-warning")
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()


def test_a_session_that_ended_leads_to_the_door_and_back(biller: Any, signed_in: Any) -> None:
    page = signed_in(biller)
    page.clock.install()
    page.goto(biller.at("work/"))
    session = biller.session
    session["seen"] -= 16 * 60
    session.save()
    page.clock.fast_forward("16:00")
    expect(page).to_have_url(re.compile(r"/accounts/login/\?next=.*work"))


def test_a_note_being_written_survives_a_reload_and_goes_when_it_is_sent(biller: Any, signed_in: Any) -> None:
    with organization_scope(biller.practice.pk):
        make_item(1), make_item(2)
    page = signed_in(biller)
    page.goto(biller.at("work/manager/"))
    note = page.locator("#dialog-note textarea").first

    def open_note(title: str) -> None:
        page.get_by_role("link", name=title, exact=True).click()
        expect(page.locator("#panel h2").first).to_contain_text(title)
        page.locator("#do-note").click()

    open_note("Item 1")
    note.fill("Called the payer, reference 881")
    page.reload()
    open_note("Item 1")
    expect(note).to_have_value("Called the payer, reference 881")
    page.keyboard.press("Escape")
    open_note("Item 2")
    expect(note).to_have_value("")
    page.keyboard.press("Escape")
    open_note("Item 1")
    page.locator("#dialog-note").get_by_role("button", name="Write it down").click()
    expect(page.locator("#panel")).to_contain_text("Called the payer, reference 881")
    open_note("Item 1")
    expect(note).to_have_value("")


def test_a_request_that_fails_says_that_nothing_was_changed(biller: Any, signed_in: Any) -> None:
    with organization_scope(biller.practice.pk):
        make_item(1)
    page = signed_in(biller)
    page.goto(biller.at("work/manager/"))
    page.route("**/work/item/**", lambda route: route.fulfill(status=404, body="gone"))
    page.get_by_role("link", name="Item 1").click()
    expect(page.locator("#toasts")).to_contain_text("This is not here")


def test_the_first_tab_stop_leads_past_the_frame(biller: Any, signed_in: Any) -> None:
    page = signed_in(biller)
    page.goto(biller.at())
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the page")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#content")).to_be_focused()


def test_g_and_a_letter_go_to_a_queue(biller: Any, signed_in: Any) -> None:
    page = signed_in(biller)
    page.goto(biller.at())
    page.keyboard.press("g")
    page.keyboard.press("w")
    expect(page).to_have_url(re.compile("/work/$"))


@pytest.mark.parametrize("width", [390, 1280])
def test_what_is_said_of_an_action_does_not_cover_the_verbs(biller: Any, signed_in: Any, width: int) -> None:
    with organization_scope(biller.practice.pk):
        item = make_item(1)
    page = signed_in(biller, width=width)
    page.goto(biller.at(f"work/item/{item.pk}/"))
    page.locator("#do-note").click()
    page.locator("#dialog-note textarea").fill("Called the payer")
    page.locator("#dialog-note").get_by_role("button", name="Write it down").click()
    said = page.locator("#toasts .face-toast")
    expect(said).to_be_visible()
    page.locator(".panel-do").scroll_into_view_if_needed()
    box, verbs = said.bounding_box(), page.locator(".panel-do").bounding_box()
    assert box["y"] + box["height"] <= verbs["y"] or box["y"] >= verbs["y"] + verbs["height"]


def test_a_day_that_is_half_written_is_not_sent_as_none(biller: Any, signed_in: Any) -> None:
    with organization_scope(biller.practice.pk):
        patient = make_patient()
    page = signed_in(biller)
    page.goto(biller.at(f"patients/{patient.pk}/encounters/new/"))
    day = page.get_by_label("Authorized from").first
    day.press_sequentially("0506")
    page.get_by_label("Billed as").focus()
    page.get_by_role("button", name="Save").press("Enter")
    expect(day).to_be_focused()
    day.press_sequentially("2026")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("Under which number was this authorized?")).to_be_visible()
