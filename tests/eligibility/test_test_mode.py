"""Test mode as a program and the front desk meet it: every test payer, and no line to anybody."""

from __future__ import annotations

import socket
from datetime import timedelta
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.utils import timezone

from clearinghouse.simulator import test_payers
from eligibility.models import EligibilityResponse, InquiryAttempt
from reference.models import Provider
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.eligibility.expected.model import Expected
from tests.eligibility.test_api_checks import ask
from tests.eligibility.test_each_test_payer import EXPECTED
from tests.eligibility.test_front_desk import said
from tests.factories.billing import make_providers


@pytest.fixture
def program(sign_in):
    return sign_in("FRONT_DESK")


@pytest.fixture
def billing(practice):
    with organization_scope(practice.pk):
        billing = make_providers()[0]
        Provider.objects.filter(pk=billing.pk).update(bills=True)
        return billing


@pytest.fixture
def nobody_outside(monkeypatch):
    """Whoever opens a connection to other than the cache fails, a server of this machine included."""
    connect, known = socket.socket.connect, urlparse(settings.CACHES["default"]["LOCATION"])

    def refuse(self, address):
        if self.family != socket.AF_UNIX and address != (known.hostname, known.port):
            raise AssertionError(f"a connection to {address}")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize("payer_id", EXPECTED)
def test_a_program_gets_every_test_payers_answer_and_its_bytes(program, practice, nobody_outside, payer_id):
    answer = ask(program, payerId=payer_id)
    told, wanted = answer.json(), EXPECTED[payer_id]

    assert answer.status_code in (200, 202)
    assert (told["payer_identifier"], told["is_test"]) == (payer_id, True)
    assert (told["answer"]["outcome"], told["answer"]["status"]) == (wanted.outcome, wanted.status)
    assert len(told["answer"]["plans"]) == len(wanted.plans)
    kept = program.get(f"/api/v1/eligibility/checks/{told['id']}/x12/").content
    with organization_scope(practice.pk):
        assert kept == bytes(EligibilityResponse.objects.get().content)


@pytest.mark.parametrize(
    ("payer_id", "words"),
    [
        ("00001", ["Active", "BEDROCK PLAN", "Not known", "the payer corrected this"]),
        ("000002", ["Could not tell", "cannot be read"]),
        ("00005", ["Active", "BEDROCK PLAN", "characters that cannot be printed"]),
        ("000011", ["Active", "$40.00", "20 visits", "12 visits", "Authorization needed"]),
        ("000030", ["Subscriber ID missing/invalid", "Subscriber name missing/invalid"]),
        ("000031", ["Not active", "Coverage ended on"]),
        ("000037", ["JOHNTWO", "dependent of DOEONE", "QUIET MIND BEHAVIORAL", "$30.00"]),
        ("000042", ["SUMMIT MUTUAL", "Medicaid: it pays after every other payer"]),
        ("000043", ["Could not tell", "HARBOR BENEFITS ADMINISTRATORS", "8005550143"]),
        ("000052", ["$0.00"]),
        ("000055", ["Deductible total", "$2,000.00", "$1,500.00"]),
        ("MA/MB", ["Active", "$1,676.00", "$257.00"]),
        ("DENTAL", ["LAKE DENTAL PPO", "$1,500.00", "$1,160.00", "Not covered"]),
        ("UHC", ["CHOICE PLUS", "OPTUM BEHAVIORAL HEALTH", "44 visits"]),
    ],
    ids=lambda value: value.replace("/", "-") if isinstance(value, str) else "",
)
def test_the_front_desk_reads_each_family(program, billing, nobody_outside, payer_id, words):
    page = program.post(
        program.at("eligibility/check/"), said(billing, test_payer=payer_id, service_type="98")
    ).content.decode()

    assert [one for one in words if one not in page] == []


def test_what_the_payer_says_alike_of_many_services_is_shown_once(program, billing):
    page = program.post(
        program.at("eligibility/check/"), said(billing, test_payer="00003", service_type="98")
    ).content.decode()

    assert page.count("NOTHING OF IT MAY BE LOST") == 3  # the visit asked about, the plan, the 97 others
    assert "97 services" in page and "Pharmacy" in page


def test_a_spend_down_of_nothing_is_not_called_one_to_be_met(program, billing):
    def told(payer_id):
        page = program.post(program.at("eligibility/check/"), said(billing, test_payer=payer_id))
        return "A spend-down has to be met first." in page.content.decode()

    assert (told("00036"), told("ISCAM")) == (False, True)


def test_a_program_is_told_what_to_do_next(program):
    told = ask(program, payerId="TX").json()

    assert [(one["kind"], one["on"] is None) for one in told["next_steps"]] == [
        ("BILL_OTHER", True),
        ("CHECK_AGAIN", False),
    ]
    assert ask(program, payerId="000030").json()["next_steps"][0]["field"] == "member_number"


def test_what_is_expected_is_never_read_only_the_bytes_are(program, monkeypatch, tmp_path):
    shapes = (test_payers.DATA / "shapes.txt").read_text(encoding="utf-8")
    (tmp_path / "shapes.txt").write_text(shapes.replace("*23*1500*", "*23*1500.01*"), encoding="utf-8")
    monkeypatch.setattr(test_payers, "DATA", tmp_path)
    test_payers.scripts.cache_clear()
    rows = ask(program, payerId="000039").json()["answer"]["benefits"]

    assert [row["value"]["cents"] for row in rows if row["key"]["kind"] == "DEDUCTIBLE_TOTAL"] == [
        150_001,
        50_000,
        25_000,
    ]
    test_payers.scripts.cache_clear()


@pytest.mark.parametrize(
    ("changes", "reason", "field"),
    [
        ({"provider": {"organizationName": "happy doctors group", "npi": "1234567893"}}, "43", "provider"),
        ({"provider": {"organizationName": "sad doctors group", "npi": "0123456789"}}, "44", "provider"),
        ({"memberId": "0000000001"}, "72", "member_number"),
        ({"lastName": "roe"}, "73", "last_name"),
        ({"firstName": "janeone"}, "73", "last_name"),
        ({"dateOfBirth": "1980-01-02"}, "71", "birth_date"),
    ],
    ids=["npi", "organization", "member id", "last name", "first name", "birth date"],
)
def test_a_wrong_required_value_is_named_to_a_program(program, changes, reason, field):
    subscriber = {
        "firstName": "johnone", "lastName": "doeone", "dateOfBirth": "1880-01-02", "memberId": "0000000000",
    }  # fmt: skip
    provider = {"provider": changes.pop("provider")} if "provider" in changes else {}
    told = ask(program, subscriber={**subscriber, **changes}, **provider).json()["answer"]

    assert (told["outcome"], told["status"]) == ("REJECTED", "UNDETERMINED")
    assert [(one["reason"], one["field"]) for one in told["refusals"]] == [(reason, field)]


@pytest.mark.parametrize(
    ("payer_id", "trouble"),
    [("00001-LATER", "AWAITED"), ("00001-SLOW", "TIMED_OUT"), ("00001-DROPPED", "UNREACHABLE")],
)
def test_answers_that_come_later_can_be_tried(program, practice, nobody_outside, run_jobs, payer_id, trouble):
    first = ask(program, payerId=payer_id)
    assert (first.status_code, first.json()["state"], first.json()["answer"]) == (202, "WAITING", None)
    with organization_scope(practice.pk):
        (attempt,) = InquiryAttempt.objects.all()
        assert (attempt.trouble, attempt.adapter) == (trouble, "test payers")
        InquiryAttempt.objects.update(started_at=attempt.started_at - timedelta(minutes=2))
        OutboxMessage.objects.filter(name="eligibility.ask_again").update(due_at=timezone.now())
    run_jobs()
    told = program.get(f"/api/v1/eligibility/checks/{first.json()['id']}/").json()

    assert (told["state"], told["answer"]["status"]) == ("ANSWERED", "ACTIVE")
    assert told["answer"]["plans"][0]["name"] == "BEDROCK PLAN"


def test_the_table_of_test_payers_is_whole():
    assert len([one for one in EXPECTED if "-" not in one]) == 89
    assert all(isinstance(one, Expected) for one in EXPECTED.values())
