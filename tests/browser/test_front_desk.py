"""The front desk, by keyboard: from somebody new to an answer, a refusal to its mending, silence to an answer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from clearinghouse.services.partners import add_route, set_connection
from clearinghouse.simulator.test_payers import OF_MEMBERS
from eligibility.models import EligibilityInquiry, InquiryAttempt
from patients.models import PatientPayment
from patients.services import PaymentTaken, take_payment
from reference.models import Provider
from tenancy.scope import organization_scope
from tests.browser.test_accessibility import measure
from tests.factories.billing import make_providers
from tests.factories.eligibility import answered
from tests.factories.partners import make_partner
from tests.factories.patients import make_coverage, make_patient, make_payer
from tests.factories.simulator import Process

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def front_desk(sign_in: Any) -> Any:
    person = sign_in("FRONT_DESK")
    with organization_scope(person.practice.pk):
        billing = make_providers()[0]
        Provider.objects.filter(pk=billing.pk).update(bills=True)
        make_payer("Great Lakes Cooperative", "GL77")
    return person


@pytest.fixture
def process(tmp_path: Any) -> Any:
    found = Process(tmp_path, customers=1)
    yield found
    found.stop()


@pytest.fixture
def line(front_desk: Any, process: Process, tmp_path: Path, monkeypatch: Any) -> Any:
    """The way to Great Plains Health; what is given lays it anew after the process stood still."""
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(tmp_path))
    with organization_scope(front_desk.practice.pk):
        partner, payer = make_partner(), make_payer()
        add_route(
            partner=partner,
            payer=payer,
            transaction_kind="270",
            payer_identifier="NM001",
            needs_enrolment=False,
        )

    def lay() -> None:
        letter = process.letter(process.names[0])
        Path(tmp_path, "line").write_text(letter["password"])
        values = {
            "transport": "HTTPS",
            "address": letter["address"],
            "secret_name": "line",
            "timeout_seconds": 5,
        }
        with organization_scope(front_desk.practice.pk):
            set_connection(partner=partner, values={**values, **letter["HTTPS"]})

    lay()
    return lay


def write(page: Page, name: str, words: str) -> None:
    page.locator(f"#id_{name}").fill(words)


def member_like(test_payer: str) -> str:
    """A member id whose owner the simulator answers for as the test payer would."""
    numbers = (f"GP{number:06}" for number in range(1000))
    return next(one for one in numbers if OF_MEMBERS[sum(one.encode()) % len(OF_MEMBERS)] == test_payer)


def ask_test_payer(page: Page, payer: str, **said: str) -> None:
    values = {
        "member_number": "0000000000",
        "last_name": "Doeone",
        "first_name": "Johnone",
        "birth_date": "1880-01-02",
    }
    page.locator("summary", has_text="Try it on a test payer").click()
    page.locator("#id_is_test").check()
    for name, words in {**values, "test_payer": payer, **said}.items():
        write(page, name, words)
    page.locator("#id_test_payer").press("Enter")


def test_from_somebody_new_to_an_answer_and_a_receipt(front_desk: Any, signed_in: Any, line: Any) -> None:
    page = signed_in(front_desk)
    page.goto(front_desk.at("eligibility/check/"))
    expect(page.locator("#patient-words")).to_be_focused()
    page.keyboard.type("Okafor")
    page.locator("#patient-hits a", has_text="Register a new patient").press("Enter")
    for name, words in (("last_name", "Okafor"), ("first_name", "Grace"), ("birth_date", "1985-05-05")):
        write(page, name, words)
    page.locator("#id_birth_date").press("Enter")
    expect(page.locator("h1")).to_contain_text("Okafor, Grace")
    page.keyboard.press("a")
    page.locator("#id_payer").select_option(label="Great Plains Health")
    write(page, "member_id", member_like(OF_MEMBERS[0]))
    page.locator("#id_member_id").press("Enter")
    page.get_by_role("link", name="Check", exact=True).press("Enter")
    expect(page.locator("#id_payer_words")).to_have_value("Great Plains Health")
    expect(page.locator("#id_payer_words")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#answer-heading")).to_be_focused()
    expect(page.locator("#answer-heading")).to_contain_text("Active")
    page.keyboard.press("t")
    page.wait_for_url("**/payments/new/**")
    write(page, "amount", "40.00")
    page.locator("#id_amount").press("Enter")
    expect(page.locator("h1")).to_contain_text("Receipt R-000001")
    with organization_scope(front_desk.practice.pk):
        assert PatientPayment.objects.get().amount_cents == 4000


def test_a_refusal_leads_to_its_field_and_everything_else_is_kept(front_desk: Any, signed_in: Any) -> None:
    page = signed_in(front_desk)
    page.goto(front_desk.at("eligibility/check/"))
    ask_test_payer(page, "000039", member_number="1111111111")
    expect(page.locator("#answer [role=alert]")).to_contain_text("Fix this field and run again")
    expect(page.locator("#id_member_number")).to_be_focused()
    expect(page.locator("#id_member_number")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#id_last_name")).to_have_value("Doeone")
    page.locator("#id_member_number").fill("0000000000")
    page.keyboard.press("Enter")
    expect(page.locator("#answer-heading")).to_contain_text("Active")
    expect(page.locator("#answer")).to_contain_text("$1,500.00")


def test_a_payer_that_is_down_answers_later_by_itself(
    front_desk: Any, signed_in: Any, line: Any, process: Process, run_jobs: Any
) -> None:
    with organization_scope(front_desk.practice.pk):
        coverage = make_coverage(make_patient(mrn="R1"))
    process.kill()
    page = signed_in(front_desk, width=390, height=800)
    page.goto(front_desk.at(f"eligibility/check/?coverage={coverage.pk}"))
    page.locator("#ask button[type=submit]").first.press("Enter")
    expect(page.locator("#answer")).to_contain_text("Payer system down, asked again at")
    expect(page.locator("#answer .notice")).to_be_focused()
    expect(page.locator("#answer .notice")).to_be_in_viewport()
    expect(page.locator("#answer")).not_to_contain_text("Not active")
    process.start()
    line()
    with organization_scope(front_desk.practice.pk):
        InquiryAttempt.objects.update(started_at=timezone.now() - timezone.timedelta(hours=1))
    run_jobs()
    expect(page.locator("#answer-heading")).to_be_visible()
    expect(page.locator("#answer")).not_to_contain_text("Payer system down")


def test_a_payer_is_found_while_typing_and_taken_by_enter(front_desk: Any, signed_in: Any) -> None:
    page = signed_in(front_desk)
    page.goto(front_desk.at("eligibility/check/"))
    page.locator("#id_payer_words").focus()
    page.keyboard.type("gl7")
    page.locator("#payer-hits button").first.wait_for()
    page.keyboard.press("Enter")
    expect(page.locator("#id_payer_words")).to_have_value("Great Lakes Cooperative")
    expect(page.locator("#payer-hits")).to_be_empty()
    assert page.locator("#id_payer").input_value()
    page.keyboard.type(" x")
    assert not page.locator("#id_payer").input_value()
    page.locator("#payer-hits").get_by_text("No payer is known by that").wait_for()
    page.keyboard.press("Escape")
    expect(page.locator("#payer-hits")).to_be_empty()
    expect(page.locator("#id_payer_words")).to_be_focused()


FULL = (
    "EB*1**30**GOLD PLAN", "DTP*347*D8*20991231", "EB*B**98***27*40****Y*Y", "EB*C*IND*30***23*1500*****Y",
    "EB*C*IND*30***29*500*****Y", "EB*G*IND*30***23*5000*****Y", "EB*G*IND*30***29*3200*****Y",
    "EB*A*IND*98*****.2***Y", "EB*F**98***23***VS*20", "MSG*CALL FOR A SPECIALIST", "EB*R**30", "LS*2120",
    "NM1*PRP*2*HARBOR LIFE*****PI*HL01", "LE*2120",
)  # fmt: skip


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_of_the_desk_fits_and_shuts_nobody_out(
    front_desk: Any, signed_in: Any, width: int
) -> None:
    now = timezone.now()
    with organization_scope(front_desk.practice.pk):
        patient = make_patient(mrn="R1")
        coverage = make_coverage(patient)
        answered(coverage, "EB*1**30**SILVER PLAN", on=now.date(), at=now - timezone.timedelta(days=30))
        full = answered(coverage, *FULL, on=now.date(), at=now)
        EligibilityInquiry.objects.update(is_test=False, payer=coverage.payer)
        payment = take_payment(patient=patient, taken=PaymentTaken(4000, "CASH", now.date()), at=now)
    page = signed_in(front_desk, width=width, reduced_motion="reduce")
    for path in (
        "eligibility/", "eligibility/check/", f"eligibility/check/?again={full.pk}", f"eligibility/{full.pk}/",
        f"eligibility/{full.pk}/apply/", f"eligibility/of-patient/{patient.pk}/", f"patients/{patient.pk}/",
        f"eligibility/by-hand/{coverage.pk}/", f"patients/{patient.pk}/payments/new/",
        f"patients/payments/{payment.pk}/",
    ):  # fmt: skip
        page.goto(front_desk.at(path))
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{path} is {too_wide} px too wide"
        assert measure(page) == [], path


def test_an_answer_prints_without_the_frame_on_one_page(front_desk: Any, signed_in: Any) -> None:
    now = timezone.now()
    with organization_scope(front_desk.practice.pk):
        full = answered(make_coverage(make_patient(mrn="R1")), *FULL, on=now.date(), at=now)
    page = signed_in(front_desk)
    page.goto(front_desk.at(f"eligibility/{full.pk}/"))
    page.emulate_media(media="print")
    for part in (".topbar", ".rail", ".page-head-actions", ".form-actions", ".trail"):
        expect(page.locator(part).first).to_be_hidden()
    expect(page.locator(".print-only")).to_contain_text(full.trace_number)
    paper = page.pdf(format="Letter")
    assert paper.count(b"/Type /Page\n") == 1
