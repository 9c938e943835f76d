"""A poster's morning: drop a file, read the proof, look before posting, post, find the claim that was missing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, post

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SHOTS = os.environ.get("RCM_SCREENSHOTS")


def shot(page: Any, name: str) -> None:
    if SHOTS:
        page.screenshot(path=str(Path(SHOTS) / f"{name}.png"), full_page=True)


@pytest.fixture
def file(practice: Any) -> dict[str, Any]:
    with organization_scope(practice.pk):
        claim("C1", "150.00")
        claim("C2", "200.00", last_name="ROE")
        claim("C3", "90.00")
    era = (
        Era("TRACE-77")
        .paid("C1", "150.00 100.00 CO-45=30.00 PR-2=20.00")
        .paid("C3", "90.00 0 CO-197=90.00", remarks=("N385",))
        .paid("LOST-2", "200.00 120.00 CO-45=80.00", last_name="ROE", member="UNKNOWN")
        .adjusted("L6", "C1", "-1.10")
    )
    return {"name": "morning.835", "mimeType": "text/plain", "buffer": era.bytes()}


def test_from_file_to_books(
    signed_in: Any, poster: Any, practice: Any, file: dict[str, Any], run_jobs: Any
) -> None:
    page = signed_in(poster)
    page.goto(poster.at("remittances/"))
    page.get_by_label("Post what balances").uncheck()
    page.set_input_files("#upload-files", file)
    expect(page.get_by_text("Being read")).to_be_visible()
    run_jobs()
    page.get_by_role("link", name="TRACE-77").click()
    expect(page.locator(".proof").first).to_contain_text("Σ paid $220.00 − PLB (−$1.10) = $221.10 ✓")
    shot(page, "remittance-ready")
    page.get_by_role("link", name="Dry run").click()
    expect(page.get_by_role("dialog")).to_contain_text("Nothing was written")
    shot(page, "remittance-dry-run")
    page.get_by_role("dialog").get_by_label("Close").click()
    page.get_by_role("button", name="Post $221.10").click()
    expect(page.get_by_role("heading", name="In the books")).to_be_visible()
    shot(page, "remittance-posted")
    page.get_by_role("link", name="LOST-2").click()
    shot(page, "payment-unmatched")
    page.get_by_label("Another claim's number").fill("C2")
    page.get_by_label("Another claim's number").press("Enter")
    expect(page.get_by_role("button", name="Detach")).to_be_visible()
    shot(page, "payment-matched")
    page.get_by_role("link", name="segments").click()
    expect(page.locator("li.marked").first).to_be_visible()
    shot(page, "segments")
    page.goto(poster.at("remittances/"))
    shot(page, "remittances")


def test_on_a_phone(signed_in: Any, poster: Any, practice: Any, file: dict[str, Any], run_jobs: Any) -> None:
    page = signed_in(poster, width=390, height=844)
    page.goto(poster.at("remittances/"))
    page.set_input_files("#upload-files", file)
    expect(page.get_by_text("Being read")).to_be_visible()
    run_jobs()
    expect(page.get_by_role("link", name="TRACE-77")).to_be_visible()
    shot(page, "phone-list")
    page.get_by_role("link", name="TRACE-77").click()
    expect(page.get_by_role("heading", name="In the books")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1")
    shot(page, "phone-remittance")
    page.goto(poster.at("work/unmatched-payments/"))
    shot(page, "phone-unmatched")


def test_a_payment_without_a_claim_is_matched_in_its_queue_and_the_next_one_is_open(
    signed_in: Any, supervisor: Any, practice: Any
) -> None:
    with organization_scope(practice.pk):
        claim("C2", "200.00", last_name="ROE")
        lost = Era("TRACE-9").paid("0", "200.00 120.00 CO-45=80.00", last_name="ROE", member="UNKNOWN")
        post(lost.paid("LOST-3", "50.00 50.00", last_name="GRAY", member="UNKNOWN"))
    page = signed_in(supervisor)
    page.goto(supervisor.at("work/unmatched-payments/?sort=-amount"))
    row = page.locator("[data-row]").first
    expect(row).to_contain_text("No number in TRACE-9")
    expect(row).to_contain_text("ROE")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#panel")).to_contain_text("Which claim is it?")
    page.locator("#number").fill("C2")
    page.keyboard.press("Enter")
    expect(page.locator("[data-row]")).to_have_count(1)
    expect(page.locator("#panel h2").first).to_contain_text("LOST-3")
    expect(page.locator("#queue-total")).to_contain_text("1 item")
