"""Payers that answer late, twice, by a file, to another question, with a page, or not at all."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from audit.models import DomainEvent
from clearinghouse.models import ExchangeFile, TradingPartner
from clearinghouse.services.partners import add_route, set_connection
from clearinghouse.tasks import order_fetches
from eligibility.models import BY_PAYER, EligibilityInquiry, EligibilityResponse, InquiryAttempt
from eligibility.tasks import take_fetched
from patients.models import Coverage
from reference.models import Provider
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.eligibility.test_front_desk import about
from tests.factories.billing import make_providers
from tests.factories.partners import make_partner
from tests.factories.patients import make_coverage, make_patient, make_payer
from tests.factories.simulator import Process
from workbench.models import WorkItem


@pytest.fixture(scope="module")
def process(tmp_path_factory):
    found = Process(tmp_path_factory.mktemp("clearinghouse"), customers=16)
    yield found
    found.stop()


class Desk:
    """A front desk whose practice reaches one payer through the process."""

    def __init__(self, practice, process, secrets, person, run_jobs, payer):
        self.practice, self.person, self.run_jobs = practice, person, run_jobs
        name = process.unused.pop()
        letter = process.letter(name)
        Path(secrets, name).write_text(letter["password"])
        with self.scope():
            self.billing = make_providers()[0]
            Provider.objects.filter(pk=self.billing.pk).update(bills=True)
            self.coverage: Coverage = make_coverage(make_patient(mrn="R1"))
            partner = make_partner()
            values = {
                "transport": "HTTPS", "address": letter["address"], "secret_name": name, "timeout_seconds": 2,
                "incoming_folder": letter["incoming_folder"], **letter["HTTPS"],
            }  # fmt: skip
            set_connection(partner=partner, values=values)
            add_route(
                partner=partner, payer=self.coverage.payer, transaction_kind="270", payer_identifier=payer,
                needs_enrolment=False,
            )  # fmt: skip

    def scope(self):
        return organization_scope(self.practice.pk)

    def ask(self):
        page = self.person.post(self.person.at("eligibility/check/"), about(self.billing, self.coverage))
        assert page.status_code == 200
        return page.content.decode()

    def later(self, **passed):
        """Time passes, and what is due is done."""
        with self.scope():
            for attempt in InquiryAttempt.objects.all():
                InquiryAttempt.objects.filter(pk=attempt.pk).update(
                    started_at=attempt.started_at - timedelta(**passed)
                )
            OutboxMessage.objects.filter(name="eligibility.ask_again").update(due_at=timezone.now())
        self.run_jobs()

    def fetch(self):
        """The partner's folder is looked into until something was there."""
        end = time.monotonic() + 20
        while True:
            with self.scope():
                order_fetches()
            self.run_jobs()
            with self.scope():
                if ExchangeFile.objects.filter(kinds__contains=["271"]).exists():
                    break
            assert time.monotonic() < end
            time.sleep(0.2)
        with self.scope():
            take_fetched()

    def stands(self):
        """The state, the troubles of its attempts, and how its answers read."""
        with self.scope():
            asked = EligibilityInquiry.objects.get()
            troubles = list(asked.attempts.order_by("started_at", "id").values_list("trouble", flat=True))
            outcomes = list(
                asked.responses.filter(BY_PAYER)
                .order_by("received_at", "id")
                .values_list("outcome", flat=True)
            )
            return asked.state, troubles, outcomes


@pytest.fixture
def desk_at(practice, process, tmp_path, monkeypatch, sign_in, run_jobs):
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(tmp_path))
    person = sign_in("FRONT_DESK")
    return lambda payer: Desk(practice, process, tmp_path, person, run_jobs, payer)


def test_a_question_that_is_taken_is_answered_by_a_file(desk_at):
    desk = desk_at("SIMLATE")
    page = desk.ask()

    assert "Not active" not in page
    assert desk.stands() == ("WAITING", ["AWAITED"], [])
    desk.later(hours=1)  # it is not asked again meanwhile
    assert desk.stands() == ("WAITING", ["AWAITED"], [])
    desk.fetch()
    assert desk.stands() == ("ANSWERED", ["AWAITED"], ["ANSWERED"])


def test_a_question_that_is_taken_and_never_answered_is_given_up(desk_at):
    desk = desk_at("SIMLATE")
    desk.ask()
    desk.later(days=4)

    state, _, outcomes = desk.stands()
    assert (state, outcomes) == ("FAILED", [])
    desk.fetch()  # and answered after all
    assert desk.stands()[0] == "ANSWERED"


def test_a_payer_that_says_it_answers_later_is_waited_for(desk_at):
    desk = desk_at("SIMSOON")
    desk.ask()

    assert desk.stands() == ("WAITING", ["AWAITED"], ["PAYER_UNAVAILABLE"])
    desk.later(hours=1)
    assert desk.stands() == ("WAITING", ["AWAITED"], ["PAYER_UNAVAILABLE"])


def test_an_answer_after_the_time_is_kept_and_the_question_put_again_is_not_counted_twice(desk_at):
    desk = desk_at("SIMSLOW")
    page = desk.ask()

    assert "The payer did not answer in time, asked again at" in page and "Not active" not in page
    assert desk.stands() == ("WAITING", ["TIMED_OUT"], [])
    desk.fetch()  # the late answer, by a file
    assert desk.stands() == ("ANSWERED", ["TIMED_OUT"], ["ANSWERED"])
    desk.later(hours=1)  # nothing is asked any more
    assert desk.stands() == ("ANSWERED", ["TIMED_OUT"], ["ANSWERED"])


def test_a_late_answer_to_what_was_answered_meanwhile_is_the_same_bytes_once(desk_at):
    desk = desk_at("SIMSLOW")
    desk.ask()
    desk.later(hours=1)

    assert desk.stands() == ("ANSWERED", ["TIMED_OUT", ""], ["ANSWERED"])
    desk.fetch()
    assert desk.stands() == ("ANSWERED", ["TIMED_OUT", ""], ["ANSWERED"])


def test_a_payer_that_never_answers_in_time_keeps_nobody_from_asking_another_over_its_line(desk_at):
    desk = desk_at("SIMSLOW")
    with desk.scope():
        other = make_coverage(make_patient(mrn="R2"), make_payer("Northern Mutual", "NM001"))
        add_route(
            partner=TradingPartner.objects.get(), payer=other.payer, transaction_kind="270",
            payer_identifier="NM001", needs_enrolment=False,
        )  # fmt: skip

    def asked(coverage, **changes):
        form = about(desk.billing, coverage) | {"payer_words": coverage.payer.name} | changes
        return desk.person.post(desk.person.at("eligibility/check/"), form).content.decode()

    for day in ("2026-11-01", "2026-11-02", "2026-11-03"):
        assert "did not answer in time" in asked(desk.coverage, service_on=day)
    resting = asked(desk.coverage, service_on="2026-11-04")
    with desk.scope():
        assert InquiryAttempt.objects.count() == 3  # the payer rests: it is not asked a fourth time
    assert "This says nothing about coverage" in resting
    answered = asked(other, member_number=other.member_id)

    assert "The payer says" in answered or "Coverage ended" in answered
    with desk.scope():
        assert not WorkItem.objects.filter(kind="EXCHANGE_PROBLEM").exists()


def test_a_line_that_drops_is_tried_again(desk_at):
    desk = desk_at("SIMDROP")
    page = desk.ask()

    assert "Not active" not in page
    assert desk.stands() == ("WAITING", ["UNREACHABLE"], [])
    desk.later(hours=1)
    assert desk.stands() == ("ANSWERED", ["UNREACHABLE", ""], ["ANSWERED"])


def test_two_answers_are_both_kept(desk_at):
    desk = desk_at("SIMTWICE")
    desk.ask()
    desk.fetch()

    assert desk.stands() == ("ANSWERED", [""], ["ANSWERED", "ANSWERED"])
    with desk.scope():
        assert len({bytes(one.content) for one in EligibilityResponse.objects.all()}) == 2


def test_an_answer_to_another_question_is_never_taken_for_ours(desk_at):
    desk = desk_at("SIMMANGLE")
    page = desk.ask()

    assert "The payer answered another question, asked again at" in page
    assert "Not active" not in page
    desk.later(hours=1)
    desk.later(hours=1)
    state, troubles, outcomes = desk.stands()
    assert (state, troubles, set(outcomes)) == ("FAILED", ["", ""], {"OTHER_QUESTION"})


def test_a_page_instead_of_an_answer_is_kept_byte_for_byte_and_asked_for_once_more(desk_at):
    desk = desk_at("SIMPAGE")
    page = desk.ask()

    assert "answer cannot be read, asked again at" in page and "system down" not in page
    assert "Not active" not in page
    with desk.scope():
        assert bytes(EligibilityResponse.objects.get().content).startswith(b"<!doctype html>")
    desk.later(hours=1)
    desk.later(hours=1)
    state, troubles, outcomes = desk.stands()
    assert (state, troubles, set(outcomes)) == ("FAILED", ["", ""], {"UNPARSEABLE"})
    with desk.scope():
        told = set(DomainEvent.objects.values_list("name", flat=True))
        assert {"eligibility.check.unparseable", "eligibility.check.failed"} <= told


def test_a_payer_that_is_down_is_asked_three_times_and_then_left(desk_at):
    desk = desk_at("SIMDOWN")
    desk.ask()
    for _ in range(4):
        desk.later(hours=1)

    state, troubles, outcomes = desk.stands()
    assert (state, troubles, outcomes) == ("FAILED", ["", "", ""], ["PAYER_UNAVAILABLE"])


def test_a_file_that_answers_nothing_we_asked_is_put_before_a_person(desk_at):
    desk = desk_at("SIMTWICE")
    desk.ask()
    with desk.scope():
        EligibilityInquiry.objects.update(trace_number="ANOTHER")
    desk.fetch()

    with desk.scope():
        assert "never asked" in WorkItem.objects.get(category="UNKNOWN_ANSWER").title
        assert EligibilityResponse.objects.count() == 1
