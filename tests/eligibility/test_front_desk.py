"""The front desk asks and reads the answer on the same page, test payers and a real partner alike."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

import pytest
from django.utils import timezone

from audit.models import AuditEvent, DomainEvent
from clearinghouse.services.partners import add_route, set_connection
from eligibility.models import EligibilityInquiry, EligibilityResponse, InquiryAttempt
from eligibility.services.checking import take_late
from patients.models import Coverage
from reference.models import Provider
from reference.services import remember_alias
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers
from tests.factories.eligibility import ACTIVE, answered
from tests.factories.partners import make_partner
from tests.factories.patients import make_coverage, make_patient, make_payer
from tests.factories.simulator import Process


@pytest.fixture
def front_desk(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def billing(practice):
    with organization_scope(practice.pk):
        billing = make_providers()[0]
        Provider.objects.filter(pk=billing.pk).update(bills=True)
        return billing


@pytest.fixture
def coverage(practice):
    with organization_scope(practice.pk):
        return make_coverage(make_patient(mrn="R1"))


def said(provider: Provider, **changes: str) -> dict[str, str]:
    return {
        "provider": str(provider.pk), "service_on": "2026-11-03", "service_type": "98", "member_number": "0000000000",
        "last_name": "Doeone", "first_name": "Johnone", "birth_date": "1880-01-02", "is_test": "on",
        "test_payer": "000039", **changes,
    }  # fmt: skip


def test_a_test_payer_answers_on_the_same_page(front_desk, billing, practice):
    page = front_desk.post(front_desk.at("eligibility/check/"), said(billing)).content.decode()

    assert "Active" in page
    assert "$1,500.00" in page
    assert "Not known" in page  # a deductible is no copay: what is allowed is not known
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
        assert (asked.state, asked.is_test, asked.attempts.count()) == ("ANSWERED", True, 1)
        assert list(
            DomainEvent.objects.filter(subject_id=asked.id)
            .values_list("name", flat=True)
            .order_by("occurred_at", "id")
        ) == [
            "eligibility.check.requested",
            "eligibility.check.completed",
        ]
    segments = front_desk.get(front_desk.at(f"eligibility/{asked.id}/segments/")).content.decode()
    assert "BEDROCK PLAN" in segments


def test_the_same_question_is_not_put_twice_unless_wanted(front_desk, billing, practice):
    for _ in range(2):
        page = front_desk.post(front_desk.at("eligibility/check/"), said(billing)).content.decode()
    assert "asked before" in page
    front_desk.post(front_desk.at("eligibility/check/"), said(billing, anew="1"))

    with organization_scope(practice.pk):
        assert EligibilityInquiry.objects.count() == 2


@pytest.mark.parametrize(
    ("payer", "words", "never"),
    [
        ("00006", "cannot answer now", "Not active"),
        ("000002", "cannot be read", "Not active"),
        ("00004", "Provider ineligible", "Not active"),
        ("000031", "Coverage ended on", "Could not tell"),
    ],
)
def test_what_the_payer_could_not_say_is_never_inactive(front_desk, billing, payer, words, never):
    page = front_desk.post(
        front_desk.at("eligibility/check/"), said(billing, test_payer=payer)
    ).content.decode()

    assert words in page
    assert never not in page


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"is_test": "", "test_payer": ""}, "Choose the payer to ask."),
        ({"test_payer": ""}, "Write the id of a test payer"),
        ({"member_number": "", "birth_date": ""}, "Write the member id, or else name and birth date."),
        ({"member_number": "1"}, "at least 2 characters"),
        ({"service_on": "soon"}, "Enter a valid date."),
    ],
    ids=["no payer", "no test payer", "nobody", "half a number", "no day"],
)
def test_a_question_that_cannot_be_put_is_named_at_its_field(front_desk, billing, practice, changes, words):
    answer = front_desk.post(front_desk.at("eligibility/check/"), said(billing, **changes))

    assert answer.status_code == 422
    assert words in answer.content.decode()
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


def test_a_payer_no_way_leads_to_is_named(front_desk, billing, coverage, practice):
    answer = front_desk.post(
        front_desk.at("eligibility/check/"),
        said(
            billing,
            is_test="",
            test_payer="",
            payer=str(coverage.payer_id),
            payer_words="Great Plains Health",
            coverage=str(coverage.pk),
        ),  # fmt: skip
    )

    assert answer.status_code == 409
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


def test_a_reader_reads_and_asks_nothing_and_a_stranger_sees_nothing(
    front_desk, reader, stranger, billing, practice
):
    front_desk.post(front_desk.at("eligibility/check/"), said(billing))
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()

    assert reader.get(reader.at(f"eligibility/{asked.id}/")).status_code == 200
    assert reader.post(reader.at("eligibility/check/"), said(billing)).status_code == 403
    assert stranger.get(stranger.at(f"eligibility/{asked.id}/")).status_code == 404
    assert "Doeone" not in stranger.get(stranger.at("eligibility/")).content.decode()


def test_whoever_is_on_file_fills_the_form(front_desk, stranger, coverage, practice):
    found = front_desk.post(
        front_desk.at("eligibility/check/patients/"), {"words": "rivera"}
    ).content.decode()
    assert f"coverage={coverage.pk}" in found and "M1001" in found
    assert (
        f"coverage={coverage.pk}"
        not in stranger.post(stranger.at("eligibility/check/patients/"), {"words": "rivera"}).content.decode()
    )
    nobody = front_desk.post(front_desk.at("eligibility/check/patients/"), {"words": "nobody"})
    assert "Register a new patient" in nobody.content.decode()

    initial = (
        front_desk.get(front_desk.at(f"eligibility/check/?patient={coverage.patient_id}"))
        .context["form"]
        .initial
    )
    assert (initial["last_name"], initial.get("payer")) == ("Rivera", None)
    assert stranger.get(stranger.at(f"eligibility/check/?coverage={coverage.pk}")).status_code == 404


@pytest.mark.parametrize(
    "words", ["great pl", "GP0", "prairie", "zz9"], ids=["name", "id", "alias", "alias id"]
)
def test_a_payer_is_found_by_name_id_and_alias(front_desk, stranger, coverage, practice, words):
    with organization_scope(practice.pk):
        remember_alias(payer=coverage.payer, kind="NAME", written_as="Prairie Mutual of Old")
        remember_alias(payer=coverage.payer, kind="IDENTIFIER", written_as="ZZ999")
    path = "eligibility/check/payers/?payer_words=" + words
    assert "Great Plains Health" in front_desk.get(front_desk.at(path)).content.decode()
    assert "Great Plains Health" not in stranger.get(stranger.at(path)).content.decode()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("great plains", "No trading partner is known"),
        ("great", "Several payers fit."),
        ("none such", "No payer is known by that."),
    ],
    ids=["one", "two", "none"],
)
def test_words_alone_name_a_payer_where_only_one_fits(front_desk, billing, coverage, practice, words, said):
    with organization_scope(practice.pk):
        make_payer("Great Lakes", "GL1")
    body = said_of(billing, words)
    answer = front_desk.post(front_desk.at("eligibility/check/"), body)
    assert answer.status_code in (409, 422)
    errors = answer.context["form"].errors.get("payer_words", [""])
    assert len(errors) == 1
    assert said in errors[0]


def test_a_payer_that_is_not_named_is_missed_once(front_desk, billing):
    answer = front_desk.post(front_desk.at("eligibility/check/"), said_of(billing, ""))
    assert answer.context["form"].errors["payer_words"] == ["Choose the payer to ask."]


def said_of(billing, words):
    return said(billing, is_test="", test_payer="", payer="", payer_words=words)


def test_the_form_as_it_was_says_what_the_payer_refused(front_desk, reader, stranger, billing, practice):
    front_desk.post(front_desk.at("eligibility/check/"), said(billing, member_number="0000000001"))
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
    again = front_desk.get(front_desk.at(f"eligibility/check/?again={asked.pk}"))

    assert "subscriber id missing/invalid" in str(again.context["form"].errors["member_number"])
    assert again.context["form"].data["last_name"] == "Doeone"
    assert reader.get(reader.at(f"eligibility/check/?again={asked.pk}")).status_code == 403
    assert stranger.get(stranger.at(f"eligibility/check/?again={asked.pk}")).status_code == 404


def test_what_the_payer_refuses_of_a_dependent_is_said_at_the_dependents_field(front_desk, billing, practice):
    child = {
        "relationship": "19",
        "dependent_first_name": "Johntwo",
        "dependent_birth_date": "2010-01-02",
        "dependent_sex": "F",
    }
    front_desk.post(front_desk.at("eligibility/check/"), said(billing, test_payer="00009", sex="M", **child))
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
        assert b"~NM1*03*1*DOEONE*JOHNTWO~DMG*D8*20100102*F~" in bytes(asked.content)
        known = bytes(EligibilityResponse.objects.get().content)
        name, benefit = b"~NM1*03*1*DOEONE*JOHNTWO", b"~EB*1**30**BEDROCK PLAN"
        assert name in known and benefit in known
        refused = known.replace(benefit, b"").replace(name, name + b"~AAA*N**66*C")
        take_late(inquiry_id=asked.pk, content=refused, at=timezone.now())
    form = front_desk.get(front_desk.at(f"eligibility/check/?again={asked.pk}")).context["form"]

    assert "patient gender" in str(form.errors["dependent_sex"]).lower()
    assert "sex" not in form.errors
    assert (form.data["sex"], form.data["dependent_sex"]) == ("M", "F")


def test_what_is_allowed_makes_a_share_of_deductible_and_coinsurance(front_desk, billing, practice):
    front_desk.post(front_desk.at("eligibility/check/"), said(billing))
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
    for words in ("", "lots", "-1", "1e9"):
        page = front_desk.get(front_desk.at(f"eligibility/{asked.pk}/?allowed={words}"))
        assert "The payer names no copay" in page.content.decode()
    page = front_desk.get(front_desk.at(f"eligibility/{asked.pk}/?allowed=$120.00"))
    assert "does not say what is left of the deductible" in page.content.decode()


def test_whoever_is_registered_after_the_check_gets_an_answer_of_their_own(front_desk, billing, practice):
    front_desk.post(front_desk.at("eligibility/check/"), said(billing))
    with organization_scope(practice.pk):
        born = datetime.date(1880, 1, 2)
        patient = make_patient(mrn="R9", last_name="Doeone", first_name="Johnone", birth_date=born)
    again = said(billing, patient=str(patient.pk))
    page = front_desk.post(front_desk.at("eligibility/check/"), again).content.decode()
    assert "asked before" not in page
    assert "asked before" in front_desk.post(front_desk.at("eligibility/check/"), again).content.decode()
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.order_by("asked_at").values_list("patient_id", flat=True)
        assert list(asked) == [None, patient.pk]


@pytest.mark.parametrize(
    ("changes", "is_theirs"),
    [
        ({"last_name": "Rivera", "birth_date": "1980-02-14"}, True),
        ({"last_name": "RIVERA ", "birth_date": "1980-02-14", "first_name": "Anna"}, True),
        ({"member_number": "m-1001"}, True),
        ({}, False),
        ({"last_name": "Rivera"}, False),
        ({"relationship": "19", "dependent_first_name": "Ana", "dependent_last_name": "Rivera",
          "dependent_birth_date": "1980-02-14"}, True),
    ],
    ids=["name", "name written otherwise", "member id", "somebody else", "a namesake", "dependent"],
)  # fmt: skip
def test_a_form_written_over_with_somebody_else_is_not_about_the_patient_it_was_filled_with(
    front_desk, billing, coverage, practice, changes, is_theirs
):
    body = said(billing, patient=str(coverage.patient_id), coverage=str(coverage.pk), **changes)
    assert front_desk.post(front_desk.at("eligibility/check/"), body).status_code == 200
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
    expected = (coverage.patient_id, coverage.pk) if is_theirs else (None, None)
    assert (asked.patient_id, asked.coverage_id) == expected


def test_foreign_ids_in_the_form_are_refused(
    front_desk, stranger, billing, coverage, practice, other_practice
):
    with organization_scope(other_practice.pk):
        theirs = make_coverage(make_patient(mrn="X1"))
    for field, value in (("coverage", theirs.pk), ("patient", theirs.patient_id)):
        body = said(billing, **{field: str(value)})
        assert front_desk.post(front_desk.at("eligibility/check/"), body).status_code == 404
    body = said(billing, is_test="", payer=str(theirs.payer_id), payer_words="Nobody of that name")
    assert front_desk.post(front_desk.at("eligibility/check/"), body).status_code == 422
    with organization_scope(practice.pk):
        assert not EligibilityInquiry.objects.exists()


# -- a real partner ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    found = Process(tmp_path_factory.mktemp("clearinghouse"), customers=1)
    yield found
    found.stop()


def lay_line(partner, process):
    """To where the process listens now."""
    letter = process.letter(process.names[0])
    values = {"transport": "HTTPS", "address": letter["address"], "secret_name": "line", "timeout_seconds": 5}
    set_connection(partner=partner, values={**values, **letter["HTTPS"]})


@pytest.fixture
def partner(practice, process, coverage, tmp_path, monkeypatch):
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(tmp_path))
    letter = process.letter(process.names[0])
    Path(tmp_path, "line").write_text(letter["password"])
    with organization_scope(practice.pk):
        partner = make_partner()
        lay_line(partner, process)
        add_route(
            partner=partner, payer=coverage.payer, transaction_kind="270", payer_identifier="NM001",
            needs_enrolment=False,
        )  # fmt: skip
        return partner


def about(billing: Provider, coverage: Coverage) -> dict[str, str]:
    return said(
        billing, is_test="", test_payer="", payer=str(coverage.payer_id), payer_words="Great Plains Health",
        coverage=str(coverage.pk), service_on=timezone.localdate().isoformat(), member_number=coverage.member_id,
        last_name="Rivera", first_name="Ana", birth_date="1980-02-29",
    )  # fmt: skip


def test_a_payer_is_asked_over_https_while_the_browser_waits(
    front_desk, billing, coverage, partner, practice
):
    form = front_desk.get(front_desk.at(f"eligibility/check/?coverage={coverage.pk}"))
    assert form.context["form"].initial["member_number"] == coverage.member_id
    page = front_desk.post(front_desk.at("eligibility/check/"), about(billing, coverage)).content.decode()

    assert "The payer says" in page or "Coverage ended" in page
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
        attempt, response = InquiryAttempt.objects.get(), EligibilityResponse.objects.get()
        assert (asked.state, asked.patient_id, asked.payer_identifier) == (
            "ANSWERED",
            coverage.patient_id,
            "NM001",
        )
        assert (attempt.trouble, attempt.adapter[:7]) == ("", "https/1")
        told = DomainEvent.objects.filter(name__startswith="eligibility.check.").order_by("occurred_at", "id")
        assert [one.name.rpartition(".")[2] for one in told] == ["requested", "sent", "completed"]
        assert told[1].data == {"request_id": str(attempt.request_id)}
        assert asked.trace_number.encode() in bytes(response.content)
        assert bytes(asked.content).startswith(b"ISA*")


def test_a_payer_that_is_down_is_asked_again_by_a_job(
    front_desk, billing, coverage, partner, practice, process, run_jobs
):
    process.kill()
    page = front_desk.post(front_desk.at("eligibility/check/"), about(billing, coverage)).content.decode()
    assert "says nothing about coverage" in page and "Payer system down, asked again at" in page
    with organization_scope(practice.pk):
        asked = EligibilityInquiry.objects.get()
        seen = AuditEvent.objects.filter(verb="eligibility.eligibilityinquiry.viewed").count()
        assert seen == 1
    part = front_desk.at(f"eligibility/{asked.pk}/answer/?attempts=1")
    assert front_desk.get(part).status_code == 204
    with organization_scope(practice.pk):
        assert AuditEvent.objects.filter(verb="eligibility.eligibilityinquiry.viewed").count() == seen
        assert (asked.state, asked.attempts.get().trouble) == ("WAITING", "UNREACHABLE")
        assert not DomainEvent.objects.filter(name="eligibility.check.sent").exists()
        InquiryAttempt.objects.update(started_at=timezone.now() - timezone.timedelta(hours=1))
    process.start()
    with organization_scope(practice.pk):
        lay_line(partner, process)
    run_jobs()

    with organization_scope(practice.pk):
        asked.refresh_from_db()
        assert (asked.state, asked.attempts.count()) == ("ANSWERED", 2)
    late = front_desk.get(part)
    assert late.status_code == 200 and "The payer answered" in late.headers["HX-Trigger"]


def test_a_wrong_value_is_named_at_its_field(front_desk, billing):
    answer = front_desk.post(front_desk.at("eligibility/check/"), said(billing, member_number="0000000001"))
    unknown = front_desk.post(front_desk.at("eligibility/check/"), said(billing, test_payer="NOBODY"))

    assert "subscriber id missing/invalid" in str(answer.context["form"].errors["member_number"])
    assert "invalid participant id" in str(unknown.context["form"].errors["test_payer"])


def taken(client, page: str) -> str:
    """The receipt after the form beside the answer was sent, and the payment's form as it came."""
    proposal = page[page.index('name="propose"') :]
    address = re.findall(r'action="([^"]+/payments/new/)"', page)[-1]
    proposed = dict(re.findall(r'name="(propose|amount|paid_for)" value="([^"]*)"', proposal)[:3])
    form = client.post(address, proposed)
    assert form.status_code == 200
    initial = form.context["form"].initial
    values = {**initial, "received_on": initial["received_on"].isoformat(), "method": "CASH"}
    return client.get(client.post(address, values).url).content.decode()


def test_the_receipt_says_what_the_copay_was_for(front_desk, coverage, practice):
    today = timezone.localdate()
    with organization_scope(practice.pk):
        asked = answered(coverage, ACTIVE, "EB*B*IND*98***27*40*****Y", on=today, at=timezone.now())
    address = front_desk.at(f"eligibility/{asked.pk}/")
    receipt = taken(front_desk, front_desk.get(address).content.decode())

    assert f"Copay, physician office visit, {today:%b} {today.day}, {today.year}" in receipt
    assert "$40.00" in receipt
    assert "$40.00 was taken" in front_desk.get(address).content.decode()


def test_a_payment_without_a_known_amount_still_names_the_service(front_desk, coverage, practice):
    today = timezone.localdate()
    with organization_scope(practice.pk):
        asked = answered(coverage, ACTIVE, on=today, at=timezone.now())
    page = front_desk.get(front_desk.at(f"eligibility/{asked.pk}/")).content.decode()

    assert f'name="paid_for" value="Physician office visit, {today:%b} {today.day}, {today.year}"' in page
    assert 'name="amount" value=""' in page
