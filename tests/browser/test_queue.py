"""A queue worked by keyboard, as a biller does all day."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.scope import organization_scope
from tests.factories.workbench import make_item

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queue(biller: Any, signed_in: Any, request: Any) -> Page:
    """Six items, the most urgent first, on a page as wide as the test asks for."""
    with organization_scope(biller.practice.pk):
        for number in range(1, 7):
            make_item(number, priority=10 * number)
    page = signed_in(biller, **getattr(request, "param", {}))
    page.goto(biller.at("work/manager/"))
    expect(page.locator("#facets summary").first).to_be_visible()
    return page


def current(page: Page) -> Any:
    return page.locator("[data-row].current a[data-open]")


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def test_j_and_k_walk_the_rows_and_focus_goes_with_them(queue: Page) -> None:
    press(queue, "j")
    expect(current(queue)).to_have_text("Item 6")
    expect(current(queue)).to_be_focused()
    press(queue, "j", "j", "k")
    expect(current(queue)).to_have_text("Item 5")
    expect(current(queue)).to_have_attribute("aria-current", "true")


def test_enter_opens_beside_the_list_and_escape_gives_focus_back(queue: Page) -> None:
    press(queue, "j", "j", "Enter")
    expect(queue.locator("#panel h2").first).to_contain_text("Item 5")
    assert "open=" in queue.url
    press(queue, "j")
    expect(queue.locator("#panel h2").first).to_contain_text("Item 4")
    press(queue, "Escape")
    expect(queue.locator("#panel")).to_be_empty()
    expect(current(queue)).to_be_focused()
    assert "open=" not in queue.url


def test_enter_once_more_goes_into_the_panel_and_its_links_are_a_tab_away(queue: Page) -> None:
    press(queue, "j", "j", "Enter")
    expect(queue.locator("#panel h2").first).to_contain_text("Item 5")
    expect(current(queue)).to_be_focused()
    press(queue, "Enter")
    expect(queue.locator("#panel")).to_be_focused()
    press(queue, "Tab")
    expect(queue.locator("#panel a:focus, #panel button:focus")).to_have_count(1)
    press(queue, "j")
    expect(queue.locator("#panel h2").first).to_contain_text("Item 4")
    expect(current(queue)).to_be_focused()


def test_a_click_opens_once_and_the_link_stays_a_link(queue: Page) -> None:
    queue.get_by_role("link", name="Item 4", exact=True).click()
    expect(queue.locator("#panel h2").first).to_contain_text("Item 4")
    expect(queue.get_by_role("link", name="Item 4", exact=True)).to_have_text("Item 4")


def test_x_selects_and_the_bar_counts_dollars(queue: Page) -> None:
    press(queue, "j", "x", "j", "x")
    expect(queue.locator("[data-selection-count]")).to_have_text("2 selected")
    expect(queue.locator("[data-selection-money]")).to_have_text("$110.00")
    queue.get_by_label("Clear the selection").click()
    expect(queue.locator("[data-selection-bar]")).to_be_hidden()


def test_a_key_leads_from_the_ticked_rows_to_what_can_be_done_with_them(queue: Page) -> None:
    press(queue, "B")
    expect(queue.locator("#bulk button:focus")).to_have_count(0)
    press(queue, "j", "x", "j", "x", "B")
    expect(queue.locator("#bulk button").first).to_be_focused()
    press(queue, "Enter")
    expect(queue.locator("dialog[open]")).to_contain_text("$110.00")
    press(queue, "Escape")
    press(queue, "j")
    expect(current(queue)).to_be_focused()


def test_a_key_pressed_while_a_dialog_closes_keeps_the_focus_it_took(queue: Page) -> None:
    press(queue, "j", "x", "B", "Enter")
    expect(queue.locator("dialog[open]")).to_be_visible()
    queue.evaluate("""() => new Promise((done) => {
        const dialog = document.querySelector("dialog[open]");
        dialog.addEventListener("close", () => setTimeout(done));
        dialog.close();
        document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "j", bubbles: true }));
    })""")
    expect(current(queue)).to_have_text("Item 5")
    expect(current(queue)).to_be_focused(timeout=1000)


def test_no_key_acts_while_typing(queue: Page) -> None:
    queue.locator("#facets summary").first.click()
    queue.keyboard.press("Escape")
    queue.goto(queue.url)
    press(queue, "j", "Enter")
    queue.locator("#do-note").wait_for()
    press(queue, "n")
    expect(queue.locator("#dialog-note")).to_be_visible()
    queue.keyboard.type("jxk?")
    expect(queue.locator("#dialog-note textarea").first).to_have_value("jxk?")
    expect(queue.locator("[data-selection-bar]")).to_be_hidden()
    press(queue, "Escape")
    expect(queue.locator("#do-note")).to_be_focused()


def test_help_lists_the_keys_of_the_page_and_lets_one_be_changed(queue: Page) -> None:
    press(queue, "?")
    help_dialog = queue.locator("#keys-help")
    expect(help_dialog).to_be_visible()
    expect(help_dialog).to_contain_text("Next row")
    expect(help_dialog).to_contain_text("Work the next item")
    queue.get_by_label("Change the key for Next row").click()
    press(queue, "l")
    press(queue, "Escape", "l")
    expect(current(queue)).to_have_text("Item 6")


def test_back_closes_the_panel_and_forward_opens_it(queue: Page) -> None:
    press(queue, "j", "Enter")
    expect(queue.locator("#panel h2").first).to_contain_text("Item 6")
    queue.go_back()
    expect(queue.locator("#panel")).to_be_empty()
    expect(queue.locator("[data-row]")).to_have_count(6)
    queue.go_forward()
    expect(queue.locator("#panel h2").first).to_contain_text("Item 6")


def test_a_shared_address_opens_the_same_item(queue: Page) -> None:
    press(queue, "j", "j", "Enter")
    expect(queue.locator("#panel h2").first).to_contain_text("Item 5")
    queue.reload()
    expect(queue.locator("#panel h2").first).to_contain_text("Item 5")


def close_item(page: Page) -> None:
    press(page, "r")
    dialog = page.locator("#dialog-close")
    expect(dialog).to_be_visible()
    for select in dialog.locator("select").all():
        select.select_option(index=1)
    dialog.locator("textarea").first.fill("Settled with the payer.")
    dialog.get_by_role("button", name="Close it").click()


def test_when_an_item_is_done_its_row_goes_and_the_next_is_open_and_focused(queue: Page) -> None:
    press(queue, "j", "Enter")
    queue.locator("#do-close").wait_for()
    close_item(queue)
    expect(queue.locator("[data-row]")).to_have_count(5)
    expect(queue.locator("#panel h2").first).to_contain_text("Item 5")
    expect(current(queue)).to_have_text("Item 5")
    focused = queue.evaluate("document.activeElement.closest('[data-row], #panel') !== null")
    assert focused, queue.evaluate("document.activeElement.outerHTML.slice(0, 200)")


def test_two_tabs_the_second_is_told_who_was_first(queue: Page, biller: Any) -> None:
    press(queue, "j", "Enter")
    queue.locator("#do-claim").wait_for()
    other = queue.context.new_page()
    other.goto(queue.url)
    other.locator("#do-claim").click()
    expect(other.locator("#do-release")).to_be_visible()
    queue.locator("#do-claim").click()
    expect(queue.locator("#panel [role=alert]")).to_contain_text(
        f"{biller.person.name} (you, in another window)"
    )


def test_a_day_gone_by_and_a_missing_reason_are_told_together(queue: Page) -> None:
    press(queue, "j", "Enter")
    queue.locator("#do-snooze").wait_for()
    press(queue, "s")
    dialog = queue.locator("#dialog-snooze")
    dialog.locator("input[type=date]").fill("2020-01-01")
    dialog.get_by_role("button", name="Snooze").click()
    expect(dialog).to_contain_text("Choose a day after today.")
    expect(dialog).to_contain_text("This field is required.")
    expect(dialog.locator("[aria-invalid=true]").first).to_be_focused()


@pytest.mark.parametrize("queue", [{"width": 390, "height": 844}], indirect=True)
def test_on_a_phone_rows_are_cards_and_an_item_has_its_own_page(queue: Page) -> None:
    assert queue.evaluate("document.documentElement.scrollWidth <= innerWidth")
    expect(queue.locator("table.worklist thead")).to_be_hidden()
    queue.get_by_role("link", name="Item 6", exact=True).click()
    expect(queue).to_have_url(re.compile("/work/item/"))
    assert queue.evaluate("document.documentElement.scrollWidth <= innerWidth")
    queue.go_back()
    expect(queue.locator("[data-row]")).to_have_count(6)


def test_columns_are_chosen_and_moved_by_keyboard_and_stay(queue: Page) -> None:
    press(queue, "v")
    queue.locator("#columns").get_by_role("checkbox", name="Age").uncheck()
    queue.get_by_label("Move Due up").focus()
    for _ in range(9):
        press(queue, "Enter")
    expect(queue.get_by_label("Move Due down")).to_be_visible()
    queue.get_by_role("button", name="Show these").click()
    expect(queue.locator("table.worklist thead th:visible").nth(1)).to_have_text("Due")
    expect(queue.locator("table.worklist thead")).not_to_contain_text("Age")
    expect(queue.locator("#columns-open")).to_be_focused()
    queue.reload()
    expect(queue.locator("table.worklist thead th:visible").nth(1)).to_have_text("Due")
