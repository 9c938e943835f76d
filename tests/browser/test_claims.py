"""Claims come in by a dropped file; patients are found and registered by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from claims.models import Claim
from tenancy.scope import organization_scope
from tests.browser.test_upload import DROP
from tests.factories.claims import Person, SentClaim, file_837, make_claim

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def page(biller: Any, signed_in: Any) -> Page:
    return signed_in(biller)


def drop(page: Page, name: str, content: bytes) -> None:
    zone = page.locator(".drop-zone").element_handle()
    page.evaluate(DROP, [zone, name, content.decode("latin-1")])


def test_a_dropped_file_is_read_and_told_in_its_card(page: Page, biller: Any, run_jobs: Any) -> None:
    page.goto(biller.at("claims/imports/"))
    drop(page, "march.837", file_837(SentClaim("RFM-7")))
    card = page.locator(".job", has_text="march.837")
    expect(card).to_contain_text("waiting to be read")
    run_jobs()
    expect(card).to_contain_text("1 new")
    page.get_by_role("link", name="What came of it").click()
    expect(page.get_by_role("heading", name="Transaction set 0001")).to_be_visible()
    page.goto(biller.at("claims/"))
    page.get_by_role("link", name="RFM-7").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("RFM-7")
    page.keyboard.press("2")
    expect(page.get_by_role("heading", name="Version 1")).to_be_visible()


def test_a_bad_file_says_what_to_do(page: Page, biller: Any) -> None:
    page.goto(biller.at("claims/imports/"))
    drop(page, "page.html", b"<!DOCTYPE html><html><body>sign in again</body></html>")
    expect(page.locator(".job").get_by_role("alert")).to_contain_text("web page")


def test_a_patient_is_found_while_typing_and_no_name_stands_in_the_address(page: Page, biller: Any) -> None:
    with organization_scope(biller.practice.pk):
        make_claim("A1", person=Person("OSTROWSKI", "JAN", "M9", mrn="R9"))
        make_claim("A2", person=Person("RIVERA", "ANA", "M1", mrn="R1"))
    page.goto(biller.at("patients/"))
    page.keyboard.press("f")
    page.keyboard.type("ostr")
    expect(page.locator("#rows")).not_to_contain_text("RIVERA")
    expect(page.get_by_role("link", name="OSTROWSKI, JAN")).to_be_visible()
    assert page.url.endswith("/patients/")


def test_two_at_one_patient_see_both_values(page: Page, biller: Any, supervisor: Any, signed_in: Any) -> None:
    with organization_scope(biller.practice.pk):
        patient_id = make_claim("A1", person=Person(mrn="R1")).patient_id
    other = signed_in(supervisor)
    for one, who in ((page, biller), (other, supervisor)):
        one.goto(who.at(f"patients/{patient_id}/edit/"))
    other.get_by_label("Telephone").fill("555 0100")
    other.get_by_role("button", name="Save").click()
    expect(other.get_by_role("heading", name="Demographics")).to_be_visible()
    page.get_by_label("Telephone").fill("555 0199")
    page.get_by_role("button", name="Save").click()
    conflict = page.locator(".conflict")
    expect(conflict).to_contain_text("555 0100")
    expect(conflict).to_contain_text("555 0199")
    expect(conflict).to_contain_text(supervisor.person.name)


@pytest.mark.parametrize("width", [390, 1280])
def test_a_claim_is_corrected_by_keyboard_alone(page: Page, biller: Any, width: int) -> None:
    with organization_scope(biller.practice.pk):
        claim = make_claim("A1", person=Person(mrn="R1"))
        Claim.objects.update(payer_control_number="ICN1", submission_state="ADJUDICATED")
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(biller.at(f"claims/{claim.pk}/"))
    page.keyboard.press("c")
    expect(page.get_by_role("heading", level=1)).to_have_text("Correct the claim")
    expect(page.get_by_role("heading", name="Claim A1")).to_be_visible()
    page.get_by_label("Authorization number").first.focus()
    page.keyboard.type("AUTH7")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Send a corrected claim")
    expect(page.get_by_role("row", name="authorization")).to_contain_text("AUTH7")
    expect(page.locator(".raw")).to_contain_text("REF*F8*ICN1")
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    page.keyboard.type("The authorization came late")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Version 2")).to_be_visible()
    expect(page.get_by_text("The authorization came late")).to_be_visible()


@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_of_a_claim_and_a_patient_fit(page: Page, biller: Any, width: int) -> None:
    with organization_scope(biller.practice.pk):
        claim = make_claim("A1", person=Person(mrn="R1"))
    page.set_viewport_size({"width": width, "height": 800})
    paths = [f"claims/{claim.pk}/{tab}" for tab in ("", "versions/", "payments/", "work/", "x12/")]
    paths += [
        f"patients/{claim.patient_id}/{tab}" for tab in ("", "edit/", "coverages/new/", "encounters/new/")
    ]
    paths += [f"patients/encounters/{claim.encounter_id}/", "claims/imports/", "patients/new/"]
    for path in paths:
        page.goto(biller.at(path))
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, path


SIDEWAYS = (
    "all => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.innerText.slice(0, 80))"
)


def test_lines_need_no_scrolling_sideways_on_a_phone(page: Page, biller: Any) -> None:
    with organization_scope(biller.practice.pk):
        claim = make_claim("A1", person=Person(mrn="R1"))
    page.set_viewport_size({"width": 390, "height": 800})
    paths = [f"claims/{claim.pk}/{tab}" for tab in ("", "payments/", "work/")]
    paths += [f"patients/{claim.patient_id}/{tab}" for tab in ("", "encounters/new/")]
    paths += [f"patients/encounters/{claim.encounter_id}/", "claims/imports/"]
    for path in paths:
        page.goto(biller.at(path))
        page.wait_for_load_state("networkidle")
        assert page.locator(".table-scroll").evaluate_all(SIDEWAYS) == [], path
        narrow = page.locator("table.lines input:visible").evaluate_all(
            "inputs => inputs.filter((one) => one.clientWidth < 60).map((one) => one.name)"
        )
        assert narrow == [], path
