"""What partners, clearinghouses and payers say of claims moves them, once, in any order, and is never lost."""

import datetime
import itertools

import msgspec
import pytest
from django.utils import timezone

import x12
from claims.models import Claim, ClaimAcknowledgement, Submission
from claims.selectors import filing_proofs
from claims.services.building import rebuild_claim
from claims.tasks import send_ready, take_evidence
from clearinghouse.models import ExchangeFile, Interchange
from clearinghouse.services.partners import add_route
from clearinghouse.tasks import order_fetches
from patients.models import Encounter
from tenancy.ids import uuid7
from tenancy.scope import organization_scope
from tests.factories import answers
from tests.factories.billing import make_claim, make_providers
from tests.factories.patients import make_payer
from workbench.models import WorkItem
from x12 import AcknowledgementEnd, ErrorContext, SegmentError, SetAcknowledgement

TODAY = timezone.localdate()
ACCEPTED, TAKEN, REFUSED = [("A1", "19")], [("A2", "20")], [("A7", "562", "85")]


class Story:
    """A practice with three claims at a partner who answers."""

    def __init__(self, practice, partner, folder, run_jobs):
        self.practice, self.folder, self.run_jobs = practice, folder, run_jobs
        self.names = itertools.count(1)
        with self.scope():
            add_route(
                partner=partner, payer=make_payer(), transaction_kind="837P", payer_identifier="P1",
                needs_enrolment=False,
            )  # fmt: skip
            providers = make_providers()
            for number in range(3):
                make_claim(providers, mrn=f"R{number}", on=TODAY, at=timezone.now())
        self.send()
        self.sent = self.last_sent()

    def scope(self):
        return organization_scope(self.practice.pk)

    def send(self):
        """Edits, batching within the minute, delivery."""
        self.run_jobs()
        with self.scope():
            Interchange.objects.update(sealed_at=timezone.now() - datetime.timedelta(hours=1))
            send_ready()
        self.run_jobs()
        self.take()

    def last_sent(self):
        return max((self.folder / "in").iterdir()).read_bytes()

    def take(self):
        for _ in range(2):
            with self.scope():
                take_evidence()
            self.run_jobs()

    def tell(self, *contents):
        """The partner puts these into its folder; it is asked, and what came is read."""
        for content in contents:
            (self.folder / "out" / f"{next(self.names):03}.x12").write_bytes(content)
            with self.scope():
                order_fetches()
            self.run_jobs()
            self.take()

    def states(self):
        with self.scope():
            rows = Claim.objects.order_by("patient_control_number")
            return list(rows.values_list("submission_state", flat=True))

    def items(self, **facts):
        with self.scope():
            rows = WorkItem.objects.filter(kind="REJECTION", **facts).order_by("reference", "category")
            return [(one.reference, one.category) for one in rows]

    def verdicts(self):
        with self.scope():
            rows = ClaimAcknowledgement.objects.order_by(
                "received_at", "segment", "claim__patient_control_number"
            )
            return [(one.kind, one.status, one.verdict) for one in rows]


@pytest.fixture
def story(practice, wire, run_jobs, tmp_path):
    return Story(practice, wire, tmp_path, run_jobs)


ALL = ("C000001", "C000002", "C000003")


def all_of(statuses):
    return dict.fromkeys(ALL, statuses)


def test_a_claim_is_taken_in_step_by_step_and_its_proof_is_kept(story, biller):
    assert story.states() == ["TRANSMITTED"] * 3
    story.tell(answers.ta1_alone(story.sent))
    assert story.states() == ["TRANSMITTED"] * 3
    story.tell(answers.acknowledged(story.sent, ta1=False))
    assert story.states() == ["ACKED_RECEIPT"] * 3
    story.tell(answers.status_report(story.sent, all_of(ACCEPTED)))
    assert story.states() == ["CH_ACCEPTED"] * 3
    numbers = {number: f"ICN{number}" for number in ALL}
    story.tell(answers.status_report(story.sent, all_of(TAKEN), source="PR", numbers=numbers))
    assert story.states() == ["PAYER_ACCEPTED"] * 3
    with story.scope():
        claim = Claim.objects.get(patient_control_number="C000002")
        assert claim.payer_control_number == "ICNC000002"
        proof = filing_proofs([claim.id])[claim.id]
        assert (proof.acknowledgement.sender, proof.acknowledgement.payer_control_number) == (
            "PAYER",
            "ICNC000002",
        )
        assert [one.kind for one in claim.acknowledgements.order_by("received_at")] == [
            "TA1",
            "999",
            "277CA",
            "277CA",
        ]
        last = claim.acknowledgements.order_by("-received_at").first()
        assert (last.codes, last.charge_cents) == ([["A2", "20", ""]], 125_00)
    page = biller.get(biller.at(f"claims/{claim.id}/answers/")).content.decode()
    assert "proves timely filing" in page
    assert "Accepted for adjudication" in page
    assert f"{last.file_id}/segments/?at={last.segment}" in page
    answer = biller.get(
        f"/api/v1/claims/{claim.id}/acknowledgements/", headers={"X-Organization": str(claim.organization_id)}
    )
    assert [(one["kind"], one["sender"], one["status"], one["version"]) for one in answer.json()] == [
        ("277CA", "PAYER", "ACCEPTED", 1), ("277CA", "CLEARINGHOUSE", "ACCEPTED", 1), ("999", "PARTNER", "ACCEPTED", 1),
        ("TA1", "PARTNER", "ACCEPTED", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("order", ["3210", "1302", "2031", "0312"])
def test_in_whatever_order_and_however_often_they_come_the_claim_ends_where_it_must(story, order):
    told = [
        answers.ta1_alone(story.sent),
        answers.acknowledged(story.sent, ta1=False),
        answers.status_report(story.sent, all_of(ACCEPTED)),
        answers.status_report(story.sent, all_of(TAKEN), source="PR"),
    ]
    story.tell(*(told[int(place)] for place in order), told[int(order[0])])
    assert story.states() == ["PAYER_ACCEPTED"] * 3
    assert len(story.verdicts()) == 12
    assert story.items() == []


def rejected(*numbers):
    """A 999 that rejects the set for what these claims have wrong."""

    def change(event):
        if isinstance(event, SetAcknowledgement):
            errors = tuple(
                SegmentError("NM1", "9", "2010AA", "8", 0, (ErrorContext("CLM01", number, 0),))
                for number in numbers
            )
            return msgspec.structs.replace(event, verdict="R", reasons=("5",), errors=errors)
        if isinstance(event, AcknowledgementEnd):
            return msgspec.structs.replace(event, verdict="R", accepted_set_count="0")
        return event

    return change


def test_of_a_rejected_set_only_the_claim_that_is_named_waits_for_a_person(story, biller):
    story.tell(answers.acknowledged(story.sent, change=rejected("C000002")))
    assert story.states() == ["READY", "SYNTAX_REJECTED", "READY"]
    assert story.items(is_open=True) == [("C000002", "SYNTAX")]
    with story.scope():
        item = WorkItem.objects.get(kind="REJECTION")
    page = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "segment NM1" in page
    assert "NM1 has errors" in page
    assert "our segment 11" in page
    story.send()
    assert story.states() == ["TRANSMITTED", "SYNTAX_REJECTED", "TRANSMITTED"]
    story.tell(answers.acknowledged(story.last_sent()))
    assert story.states() == ["ACKED_RECEIPT", "SYNTAX_REJECTED", "ACKED_RECEIPT"]
    with story.scope():
        assert list(
            Interchange.objects.order_by("control_number").values_list("control_number", flat=True)
        ) == [1, 2]


def test_a_rejected_claim_is_corrected_and_sent_again_as_an_original(story, biller, reader):
    story.tell(answers.acknowledged(story.sent), answers.status_report(story.sent, {"C000001": REFUSED}))
    assert story.states() == ["CH_REJECTED", "ACKED_RECEIPT", "ACKED_RECEIPT"]
    with story.scope():
        item = WorkItem.objects.get(kind="REJECTION")
        assert (item.category, item.code, item.reference) == ("CLEARINGHOUSE", "A7:562", "C000001")
        claim = Claim.objects.get(patient_control_number="C000001")
        Encounter.objects.filter(id=claim.encounter_id).update(claim_note="NPI corrected")
    address = f"claims/rejections/{item.id}/send-again/"
    assert reader.post(reader.at(address)).status_code == 403
    assert biller.post(biller.at(address)).status_code == 302
    assert story.items(is_open=True) == []
    assert biller.post(biller.at(address)).status_code == 409
    story.send()
    again = [one for one in x12.read_837(story.last_sent()) if isinstance(one, x12.SubmittedClaim)]
    assert [(one.patient_control_number, one.frequency_code) for one in again] == [("C000001", "1")]
    assert "NPI CORRECTED" in [one.text for one in again[0].notes]
    story.tell(answers.status_report(story.sent, {"C000001": REFUSED}))
    assert story.states()[0] == "TRANSMITTED"
    assert story.verdicts()[-1] == ("277CA", "REJECTED", "LATE")
    story.tell(answers.status_report(story.last_sent(), {"C000001": TAKEN}, source="PR"))
    assert story.states()[0] == "PAYER_ACCEPTED"
    with story.scope():
        assert list(
            Submission.objects.filter(claim=claim)
            .order_by("made_at")
            .values_list("version__number", flat=True)
        ) == [1, 2]


def test_what_was_rejected_for_the_payers_own_fault_goes_again_as_it_was(story, biller):
    story.tell(
        answers.acknowledged(story.sent), answers.status_report(story.sent, {"C000003": REFUSED}, source="PR")
    )
    assert story.states()[2] == "PAYER_REJECTED"
    with story.scope():
        item = WorkItem.objects.get(kind="REJECTION")
        assert item.category == "PAYER"
    assert biller.post(biller.at(f"claims/rejections/{item.id}/send-again/")).status_code == 302
    story.send()
    assert story.states()[2] == "TRANSMITTED"
    with story.scope():
        versions = Submission.objects.filter(claim__patient_control_number="C000003").values_list(
            "version__number"
        )
        assert list(versions) == [(1,), (1,)]


REFUSALS = {
    "TA1": lambda sent: answers.ta1_alone(sent, "R", "024"),
    "999": lambda sent: answers.acknowledged(sent, change=rejected()),
}


@pytest.mark.parametrize("make", REFUSALS.values(), ids=REFUSALS)
def test_a_file_that_nobody_took_in_is_one_item_for_all_its_claims(story, biller, make):
    story.tell(make(story.sent))
    assert story.states() == ["SYNTAX_REJECTED"] * 3
    assert [category for _, category in story.items(is_open=True)] == ["ENVELOPE"]
    with story.scope():
        item = WorkItem.objects.get(kind="REJECTION")
        assert item.amount_cents == 375_00
    assert "Send again" in biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert biller.post(biller.at(f"claims/rejections/{item.id}/send-again/")).status_code == 302
    assert story.items(is_open=True) == []
    story.send()
    assert story.states() == ["TRANSMITTED"] * 3
    assert [len(list(x12.read_837(story.last_sent())))] == [5]


@pytest.mark.parametrize(("source", "state"), [("AY", "CH_REJECTED"), ("PR", "PAYER_REJECTED")])
@pytest.mark.parametrize("by_provider", ["", "1234567893"], ids=["receiver", "provider"])
def test_a_batch_that_is_refused_whole_is_sent_again_whole(story, biller, source, state, by_provider):
    story.tell(
        answers.acknowledged(story.sent),
        answers.batch_refused(story.sent, by_provider=by_provider, source=source),
    )
    assert story.states() == [state] * 3
    category = "PAYER" if source == "PR" else "CLEARINGHOUSE"
    assert story.items(is_open=True) == [(one, category) for one in ALL]
    with story.scope():
        items = list(WorkItem.objects.filter(kind="REJECTION").values_list("id", flat=True))
    form = {"action": "FIX", "item": items, "form_key": uuid7()}
    assert biller.post(biller.at("work/rejections/bulk/run/"), form).status_code == 302
    story.run_jobs()
    assert story.items(is_open=True) == []
    story.send()
    assert story.states() == ["TRANSMITTED"] * 3


def test_what_is_said_of_another_provider_is_not_said_of_ours(story):
    story.tell(answers.batch_refused(story.sent, by_provider="1999999984"))
    assert story.states() == ["TRANSMITTED"] * 3
    with story.scope():
        assert "of provider 1999999984" in WorkItem.objects.get(kind="EXCHANGE").title


def test_what_contradicts_is_kept_shown_and_moves_nothing(story, biller):
    story.tell(
        answers.acknowledged(story.sent),
        answers.status_report(story.sent, all_of(TAKEN), source="PR"),
        answers.status_report(story.sent, {"C000002": REFUSED}, source="PR"),
    )
    assert story.states() == ["PAYER_ACCEPTED"] * 3
    assert story.items() == [("C000002", "CONTRADICTION")]
    assert story.verdicts()[-1] == ("277CA", "REJECTED", "CONTRADICTED")
    with story.scope():
        claim = Claim.objects.get(patient_control_number="C000002")
    assert (
        "contradicts what was proven" in biller.get(biller.at(f"claims/{claim.id}/answers/")).content.decode()
    )


def test_an_answer_for_an_unknown_claim_and_one_nobody_understands_are_told(story):
    stray = answers.status_report(story.sent, {"C000001": TAKEN}, batch="NOT-OURS").replace(
        b"C000001", b"C777777"
    )
    story.tell(stray, answers.status_report(story.sent, {"C000003": [("ZZ", "1")]}))
    assert story.states() == ["TRANSMITTED"] * 3
    assert story.items() == [("C000003", "UNKNOWN")]
    with story.scope():
        assert "C777777" in WorkItem.objects.get(kind="EXCHANGE").title
        assert set(ExchangeFile.objects.filter(direction="INBOUND").values_list("state", flat=True)) == {
            "READ"
        }


def test_without_our_batch_the_claim_is_found_by_its_number(story):
    story.tell(answers.status_report(story.sent, {"C000002": TAKEN}, source="PR", batch="THEIRS"))
    assert story.states() == ["TRANSMITTED", "PAYER_ACCEPTED", "TRANSMITTED"]


def test_the_page_of_a_file_shows_its_claims_those_not_taken_in_first(story, biller):
    story.tell(answers.acknowledged(story.sent), answers.status_report(story.sent, {"C000003": REFUSED}))
    with story.scope():
        interchange = Interchange.objects.get()
    page = biller.get(biller.at(f"claims/of-interchange/{interchange.id}/")).content.decode()
    assert page.index("C000003") < page.index("C000001") < page.index("C000002")
    assert "2 of 3 claims: no 277CA came for them" in page
    assert page.count("none yet") == 2
    assert "Clearinghouse: rejected" in page


def test_a_payer_that_still_looks_at_it_says_so(story):
    story.tell(
        answers.status_report(
            story.sent, {"C000001": [("P1", "46")], "C000002": [("R4", "294")]}, source="PR"
        )
    )
    assert story.states() == ["IN_REVIEW", "IN_REVIEW", "TRANSMITTED"]
    assert story.items() == [("C000002", "INFORMATION")]


def test_a_version_that_was_built_meanwhile_is_not_moved_by_the_old_ones_answer(story):
    story.tell(answers.acknowledged(story.sent), answers.status_report(story.sent, {"C000001": REFUSED}))
    with story.scope():
        claim = Claim.objects.get(patient_control_number="C000001")
        Encounter.objects.filter(id=claim.encounter_id).update(claim_note="NPI corrected")
        rebuild_claim(claim_id=claim.id, at=timezone.now())
    story.tell(answers.status_report(story.sent, {"C000001": REFUSED}))
    assert story.verdicts()[-1] == ("277CA", "REJECTED", "LATE")
    assert story.states()[0] in ("DRAFT", "READY")
