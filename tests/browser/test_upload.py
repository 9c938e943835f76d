"""A remittance file dropped on the page: sent, read by the job, and told beside the drop zone."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy.scope import organization_scope
from tests.factories import era

pytestmark = pytest.mark.django_db(transaction=True)
DROP = """([zone, name, text]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([text], name, {type: "text/plain"}));
  for (const kind of ["dragenter", "dragover", "drop"]) {
    zone.dispatchEvent(new DragEvent(kind, {dataTransfer: transfer, bubbles: true, cancelable: true}));
  }
}"""


@pytest.fixture
def page(poster: Any, signed_in: Any) -> Page:
    with organization_scope(poster.practice.pk):
        era.claim("RW26000412", "150.00")
    page = signed_in(poster)
    page.goto(poster.at("remittances/"))
    return page


def drop(page: Page, name: str, text: str, *, on: str = ".drop-zone") -> None:
    zone = page.locator(on).element_handle()
    page.evaluate(DROP, [zone, name, text])


def test_a_dropped_835_is_read_and_its_remittance_can_be_opened(page: Page, run_jobs: Any) -> None:
    drop(page, "march.835", era.Era(trace="EFT9001").paid("RW26000412", "150.00 100.00 CO-45=50.00").text())
    card = page.locator("#uploads section")
    expect(card).to_contain_text("march.835")
    run_jobs()
    expect(card.get_by_role("link", name="EFT9001")).to_be_visible()
    expect(card).to_contain_text("$100.00")
    card.get_by_role("link", name="EFT9001").click()
    expect(page.locator("h1")).to_contain_text("EFT9001")


def test_the_same_file_again_says_so_and_changes_nothing(page: Page, run_jobs: Any) -> None:
    text = era.Era(trace="EFT9001").paid("RW26000412", "150.00 100.00 CO-45=50.00").text()
    drop(page, "march.835", text)
    expect(page.locator("#uploads section")).to_have_count(1)
    run_jobs()
    drop(page, "again.835", text)
    expect(page.locator("#uploads")).to_contain_text("came before")


def test_what_is_no_835_is_kept_and_told_in_words(page: Page, run_jobs: Any) -> None:
    drop(page, "page.835", "<html><body>Session expired</body></html>")
    expect(page.locator("#uploads section")).to_have_count(1)
    run_jobs()
    expect(page.locator("#uploads section .status").first).to_contain_text("Not readable")


def test_the_box_leaves_the_page_to_the_list_and_a_file_may_fall_anywhere(page: Page, run_jobs: Any) -> None:
    assert page.locator(".drop-zone").bounding_box()["height"] < 60
    text = era.Era(trace="EFT9001").paid("RW26000412", "150.00 100.00 CO-45=50.00").text()
    drop(page, "march.835", text, on="h1")
    expect(page.locator("#uploads section")).to_contain_text("march.835")
