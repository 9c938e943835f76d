"""A payer is asked about a claim shortly before its usual time is over, not blindly; its answer is evidence."""

import datetime
from decimal import Decimal

import pytest
from django.utils import timezone

import x12
from claims.models import Claim, ClaimAcknowledgement, StatusQuestion
from claims.rules.asking import next_question_on
from claims.rules.usual import Basis, Usual
from claims.services import Adjudicated, ask_payers, close_tickets, find_missing_claims, record_adjudication
from claims.services import find_silent_claims as find_silent
from claims.tasks import send_ready, take_evidence
from clearinghouse.models import Interchange
from clearinghouse.services.partners import add_enrolment, add_route, move_enrolment
from clearinghouse.tasks import order_fetches
from reference.models import Payer, Provider
from tenancy.scope import organization_scope
from tests.factories import answers
from tests.factories.billing import make_claim, make_providers
from tests.factories.patients import make_payer
from workbench.models import WorkItem

DAY = datetime.timedelta(days=1)
NOW = timezone.now()
FIRST = datetime.date(2026, 3, 2)
MEASURED = Usual(20, 30, Basis.MEASURED)


@pytest.mark.parametrize(
    ("asked", "due"),
    [((), 17), ((17,), 24), ((17, 24), 38), ((17, 24, 38), 66), ((17, 24, 38, 66), 94)],
)
def test_the_first_question_goes_before_the_usual_time_is_over_the_others_at_growing_distances(asked, due):
    days = [FIRST + one * DAY for one in asked]
    assert next_question_on(heard_on=FIRST, usual=MEASURED, asked_on=days) == FIRST + due * DAY


class Story:
    """Two claims that were brought to a partner who is silent since; the payer usually takes ten days."""

    def __init__(self, practice, partner, folder, run_jobs):
        self.practice, self.partner, self.folder, self.run_jobs = practice, partner, folder, run_jobs
        self.told = 0
        with self.scope():
            payer = make_payer()
            Payer.objects.filter(id=payer.id).update(usual_response_days=10)
            self.route("837P")
            providers = make_providers()
            for number in range(2):
                make_claim(providers, mrn=f"R{number}", on=timezone.localdate(), at=NOW)
        run_jobs()
        with self.scope():
            send_ready()
        run_jobs()
        with self.scope():
            take_evidence()

    def scope(self):
        return organization_scope(self.practice.pk)

    def route(self, transaction, **values):
        add_route(
            partner=self.partner, payer=make_payer(), transaction_kind=transaction, payer_identifier="P1",
            **{"needs_enrolment": False, **values},
        )  # fmt: skip

    def ask(self, days):
        """The clock's job so many days after the claims were sent; returns how many questions went."""
        with self.scope():
            count = ask_payers(at=NOW + days * DAY)
        self.run_jobs()
        return count

    def asked(self):
        return max((self.folder / "in").glob("276_*")).read_bytes()

    def tell(self, content):
        self.told += 1
        (self.folder / "out" / f"{self.told:03}.x12").write_bytes(content)
        with self.scope():
            order_fetches()
        self.run_jobs()
        for _ in range(2):
            with self.scope():
                take_evidence()
            self.run_jobs()

    def states(self):
        with self.scope():
            rows = Claim.objects.order_by("patient_control_number")
            return list(rows.values_list("submission_state", flat=True))

    def questions(self):
        with self.scope():
            rows = StatusQuestion.objects.order_by("claim__patient_control_number", "asked_at")
            return list(rows.values_list("claim__patient_control_number", "state"))

    def claim(self, number="C000001"):
        with self.scope():
            return Claim.objects.get(patient_control_number=number)


@pytest.fixture
def story(practice, wire, run_jobs, tmp_path):
    return Story(practice, wire, tmp_path, run_jobs)


def test_a_payer_is_asked_in_time_and_its_answer_is_kept_with_its_codes(story, biller):
    with story.scope():
        story.route("276")
    assert [story.ask(days) for days in (1, 6, 7, 7)] == [0, 0, 2, 0]
    sent = story.asked()
    questions = [one for one in x12.read_276(sent) if isinstance(one, x12.ClaimStatus)]
    assert {one.patient_account_number for one in questions} == {"C000001", "C000002"}
    [first] = [one for one in questions if one.patient_account_number == "C000001"]
    assert (first.charge_amount, first.source.identifier) == (Decimal("125.00"), "P1")
    assert (first.providers[0].identifier, first.subscriber.birth_date.year) == ("1234567893", 1980)
    assert [finding for one in x12.read_276(sent) for finding in getattr(one, "findings", ())] == []
    with story.scope():
        numbers = list(
            Interchange.objects.order_by("control_number").values_list("transaction", "control_number")
        )
    assert numbers == [("837P", 1), ("276", 2)]

    story.tell(
        answers.status_answer(
            sent, {"C000001": [("P1", "46")], "C000002": [("F1", "65")]}, numbers={"C000001": "ICN1"},
            paid={"C000002": (Decimal("80.00"), "20261120", "EFT77")},
        )
    )  # fmt: skip
    assert story.questions() == [("C000001", "ANSWERED"), ("C000002", "ANSWERED")]
    assert story.states() == ["IN_REVIEW", "PAYER_ACCEPTED"]
    page = biller.get(biller.at(f"claims/{story.claim().id}/answers/")).content.decode()
    assert "<code>P1:46:</code>" in page
    assert "Under review" in page
    page = biller.get(biller.at(f"claims/{story.claim('C000002').id}/answers/")).content.decode()
    assert "The payer says it pays $80.00" in page
    assert "by EFT77" in page
    assert (
        "Payer answered the question"
        in biller.get(biller.at(f"claims/{story.claim().id}/work/")).content.decode()
    )


def test_what_is_not_answered_is_asked_again_at_growing_distances(story):
    with story.scope():
        story.route("276")
    asked = {days: story.ask(days) for days in range(1, 60)}
    assert [days for days, count in asked.items() if count] == [7, 14, 28, 56]
    assert {state for _, state in story.questions()} == {"UNANSWERED", "ASKED"}
    with story.scope():
        assert StatusQuestion.objects.filter(state="ASKED").count() == 2


def test_an_answer_that_says_the_same_again_is_heard(story):
    with story.scope():
        story.route("276")
    story.ask(7)
    pending = [("P1", "46")]
    story.tell(answers.status_answer(story.asked(), {"C000001": pending, "C000002": pending}))
    story.ask(14)
    story.tell(answers.status_answer(story.asked(), {"C000001": pending}))
    with story.scope():
        repeated = ClaimAcknowledgement.objects.filter(claim__patient_control_number="C000001")
        assert list(repeated.order_by("received_at").values_list("verdict", flat=True)) == [
            "MOVED",
            "IGNORED",
        ]
        again = (
            StatusQuestion.objects.filter(claim__patient_control_number="C000001").order_by("asked_at").last()
        )
        StatusQuestion.objects.filter(id=again.id).update(ended_at=NOW + 14 * DAY)
        find_silent(at=NOW + 20 * DAY)
    assert story.states() == ["IN_REVIEW", "STUCK"]


def test_a_claim_the_payer_does_not_know_is_stuck_at_once(story):
    with story.scope():
        story.route("276")
    story.ask(7)
    story.tell(answers.status_answer(story.asked(), {"C000001": [("A4", "35")], "C000002": [("E1", "0")]}))
    assert story.states() == ["STUCK", "TRANSMITTED"]
    with story.scope():
        assert WorkItem.objects.filter(kind="REJECTION").count() == 0
        row = ClaimAcknowledgement.objects.get(claim__patient_control_number="C000001")
        assert (row.status, row.codes) == ("NOT_FOUND", [["A4", "35", ""]])
        ticket = WorkItem.objects.get(kind="NO_RESPONSE")
        assert (ticket.reference, ticket.category) == ("C000001", "NOT_FOUND")


def test_a_claim_the_payer_has_decided_without_remittance_is_on_today(story, biller):
    with story.scope():
        story.route("276")
    story.ask(7)
    story.tell(
        answers.status_answer(
            story.asked(),
            {"C000001": [("F1", "65")]},
            paid={"C000001": (Decimal("80.00"), "20261120", "EFT77")},
        )
    )
    with story.scope():
        for days in (6, 8, 9):
            find_missing_claims(at=timezone.now() + days * DAY)
        item = WorkItem.objects.get(kind="NO_RESPONSE")
        assert (item.reference, item.category) == ("C000001", "DECIDED")
    page = biller.get(biller.at()).content.decode()
    assert "Missing remittances" in page
    address = "work/no-response/?category=NO_REMITTANCE&amp;category=DECIDED"
    assert address in page
    assert "C000001" in biller.get(biller.at(address.replace("&amp;", "&"))).content.decode()
    panel = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "no remittance came" in panel
    assert "by EFT77" in panel
    with story.scope():
        on = timezone.localdate()
        record_adjudication([Adjudicated(story.claim().id, "PAID", "ICN", adjudicated_on=on)])
        close_tickets(at=timezone.now())
        item.refresh_from_db()
        assert item.state == "CANCELLED"


def test_only_where_a_way_leads_to_the_payer(story):
    assert story.ask(7) == 0
    with story.scope():
        story.route("276", needs_enrolment=True)
    assert story.ask(7) == 0
    with story.scope():
        billing = Provider.objects.get(npi="1234567893")
        enrolment = add_enrolment(provider=billing, payer=make_payer(), transaction_kind="276", at=NOW)
        move_enrolment(enrolment=enrolment, to="LIVE", note="", at=NOW)
    assert story.ask(7) == 2


def test_questions_that_are_refused_are_for_support(story):
    with story.scope():
        story.route("276")
    story.ask(7)

    def refused(event):
        if isinstance(event, x12.SetAcknowledgement):
            return type(event)(**{**{f: getattr(event, f) for f in event.__struct_fields__}, "verdict": "R"})
        return event

    story.tell(answers.acknowledged(story.asked(), change=refused))
    assert story.ask(8) == 0
    assert story.questions() == [("C000001", "REFUSED"), ("C000002", "REFUSED")]
    with story.scope():
        assert WorkItem.objects.get(kind="EXCHANGE").category == "QUESTIONS_REFUSED"
    assert story.states() == ["TRANSMITTED"] * 2


class TestByHand:
    def test_a_biller_asks_now_once(self, story, biller, reader, stranger):
        address = f"claims/{story.claim().id}/ask/"
        said = biller.post(biller.at(address), follow=True).content.decode()
        assert "No trading partner is known that takes questions to this payer" in said
        with story.scope():
            story.route("276")
        assert reader.post(reader.at(address)).status_code == 403
        assert stranger.post(f"/p/{story.practice.pk}/{address}").status_code == 404
        assert (
            "is asked. The answer appears here"
            in biller.post(biller.at(address), follow=True).content.decode()
        )
        again = biller.post(biller.at(address), follow=True).content.decode()
        assert "A question about this claim is open" in again
        assert story.questions() == [("C000001", "ASKED")]
        assert "Ask now" not in reader.get(reader.at(f"claims/{story.claim().id}/answers/")).content.decode()
        with story.scope():
            interchange = Interchange.objects.get(transaction="276")
        page = biller.get(biller.at(f"claims/of-interchange/{interchange.id}/")).content.decode()
        assert "Claims the interchange asks about" in page

    def test_a_program_asks_and_reads_what_became_of_it(self, story, supervisor):
        with story.scope():
            story.route("276")
        address = f"/api/v1/claims/{story.claim().id}"
        of = {"X-Organization": str(story.practice.pk)}
        made = supervisor.post(f"{address}/ask/", headers=of)
        assert (made.status_code, made.json()["state"]) == (201, "ASKED")
        assert supervisor.post(f"{address}/ask/", headers=of).status_code == 409
        story.run_jobs()
        story.tell(answers.status_answer(story.asked(), {"C000001": [("P1", "46")]}))
        [told] = supervisor.get(f"{address}/questions/", headers=of).json()
        assert (told["state"], told["trace"], told["version"]) == ("ANSWERED", made.json()["trace"], 1)
        [answer] = supervisor.get(f"{address}/acknowledgements/", headers=of).json()
        assert (answer["id"], answer["status"], answer["codes"]) == (
            told["answer_id"],
            "UNDER_REVIEW",
            [["P1", "46", ""]],
        )

    def test_a_late_answer_still_ends_the_question(self, story):
        with story.scope():
            story.route("276")
        story.ask(7)
        sent = story.asked()
        story.ask(11)
        assert {state for _, state in story.questions()} == {"UNANSWERED"}
        answer = answers.status_answer(sent, {"C000001": [("A2", "20")]})
        story.tell(answer)
        story.tell(answer + b" ")
        assert story.questions() == [("C000001", "ANSWERED"), ("C000002", "UNANSWERED")]
        assert story.states() == ["PAYER_ACCEPTED", "TRANSMITTED"]
