"""The front desk before the visit: planned, checked, and told when what the payer says has changed."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clearinghouse.services.partners import add_route, set_connection
from eligibility.models import BatchRow, EligibilityInquiry, EligibilityResponse
from eligibility.services import plan_rechecks
from reference.models import Provider
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers
from tests.factories.eligibility import SECRET, Payer
from tests.factories.partners import make_partner
from tests.factories.patients import make_coverage, make_patient

pytestmark = pytest.mark.django_db(transaction=True)
TODAY = timezone.localdate()
TOMORROW = TODAY + datetime.timedelta(days=1)


@pytest.fixture
def payer(practice: Any, tmp_path: Any, monkeypatch: Any) -> Any:
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(tmp_path))
    (tmp_path / "payer").write_text(SECRET)
    payer = Payer(tmp_path)
    with organization_scope(practice.pk):
        Provider.objects.filter(pk=make_providers()[0].pk).update(bills=True)
        coverage = make_coverage(make_patient(mrn="R1"))
        partner = make_partner()
        set_connection(partner=partner, values=payer.form())
        add_route(
            partner=partner, payer=coverage.payer, transaction_kind="270", payer_identifier="GP001",
            needs_enrolment=False,
        )  # fmt: skip
    yield payer
    payer.close()


def days_pass(practice: Any) -> None:
    with organization_scope(practice.pk):
        before = timezone.now() - datetime.timedelta(days=5)
        EligibilityResponse.objects.update(received_at=before)
        EligibilityInquiry.objects.update(asked_at=before)
        BatchRow.objects.all().delete()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_visit_is_planned_checked_and_its_recheck_says_what_changed(
    sign_in: Any, signed_in: Any, payer: Payer, practice: Any, run_jobs: Any, width: int
) -> None:
    desk = sign_in("FRONT_DESK")
    page: Page = signed_in(desk, width=width, height=844)
    page.goto(desk.at(f"eligibility/schedule/?day={TOMORROW}"))
    expect(page.get_by_role("heading", name="Nobody is expected")).to_be_visible()
    page.locator("main").get_by_role("link", name="Plan a visit").first.click()
    page.get_by_label("Record number").fill("R1")
    page.get_by_label("Time").fill("09:30")
    page.get_by_role("button", name="Plan").click()

    row = page.locator("tbody[data-row]")
    expect(row).to_contain_text("Not checked")
    payer.says("EB*1**30**GOLD PPO", "EB*B**98***27*30*****Y")
    page.get_by_role("button", name="Check all that are not fresh").click()
    expect(page.locator(".job")).to_contain_text("0 of 1")
    run_jobs()
    expect(page.locator(".job")).to_contain_text("Done")
    page.reload()
    expect(row).to_contain_text("Active")
    expect(row).to_contain_text("$30.00")
    assert not page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth")

    days_pass(practice)
    payer.says("EB*6**30", f"DTP*349*D8*{TODAY - datetime.timedelta(days=20):%Y%m%d}")
    with organization_scope(practice.pk):
        plan_rechecks(at=timezone.now())
    run_jobs()
    page.reload()
    expect(row).to_contain_text("Not active")
    expect(row).to_contain_text("Coverage ended on")
    page.get_by_role("link", name="To settle").click()
    expect(page.locator("main")).to_contain_text("Ask the patient for another coverage before the visit")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(f"{TOMORROW:%B} {TOMORROW.day}")

    payer.says("EB*1**30")
    row.get_by_role("button", name="Check").click()
    expect(row).to_contain_text("Active")
    expect(row).to_contain_text("Coverage is active; before, it was not.")
    page.get_by_role("link", name="To settle").click()
    expect(page.get_by_role("heading", name="Nothing to settle")).to_be_visible()
