"""A claim nobody answers is found once, handed from team to team, and forgotten when it is heard of again."""

import datetime

import pytest
from django.utils import timezone

from audit.models import DomainEvent
from claims import services
from claims.models import Claim, PayerTiming
from claims.rules.states import Evidence
from claims.rules.usual import Basis, usual
from claims.services import Adjudicated, Said, move_claims, record_adjudication
from claims.tasks import find_silent_claims
from reference.models import Payer
from tenancy.scope import organization_scope
from tests.factories.claims import Person, SentClaim, import_claims
from workbench.models import WorkItem, WorkNote

TODAY = timezone.localtime()


def sent(days_ago: int, *numbers: str) -> list[Claim]:
    """Claims of a file that was made so many days ago."""
    numbers = numbers or ("A1001",)
    made_on = TODAY.date() - datetime.timedelta(days=days_ago)
    claims = (SentClaim(number=one, person=Person(member_id=f"M{one}", mrn=f"R{one}")) for one in numbers)
    import_claims(*claims, created=f"{made_on:%Y%m%d}", control=f"{days_ago:09d}")
    return list(Claim.objects.filter(patient_control_number__in=numbers).order_by("patient_control_number"))


@pytest.mark.parametrize(
    ("measured", "seen", "of_payer", "days", "basis"),
    [
        (21, 20, 30, 21, Basis.MEASURED),
        (21, 19, 30, 30, Basis.PAYER),
        (21, 19, None, 45, Basis.FALLBACK),
        (None, 0, None, 45, Basis.FALLBACK),
    ],
)
def test_what_is_usual_needs_twenty_answers(measured, seen, of_payer, days, basis):
    found = usual(measured_days=measured, sample_size=seen, of_payer=of_payer)
    assert (found.days, found.basis) == (days, basis)
    assert str(seen) in found.words


def test_a_claim_is_flagged_once_and_let_go_when_it_is_heard_of(in_practice):
    [lost], [fresh] = sent(46, "LOST1"), sent(10, "FRESH1")
    for _ in range(2):
        find_silent_claims()
    item = WorkItem.objects.get(kind="NO_RESPONSE")
    assert (item.subject_id, item.reference, item.category) == (lost.id, "LOST1", "SILENT")
    assert item.queue.code == "billing"
    assert item.due_on == TODAY.date() + datetime.timedelta(days=3)
    assert Claim.objects.get(id=lost.id).submission_state == "STUCK"
    assert Claim.objects.get(id=fresh.id).submission_state == "TRANSMITTED"
    move_claims([Said(lost.id, Evidence.PENDING, TODAY)])
    find_silent_claims()
    item.refresh_from_db()
    assert (item.state, item.outcome) == ("CANCELLED", "CAUSE_GONE")
    assert Claim.objects.get(id=lost.id).submission_state == "IN_REVIEW"


def test_a_payment_ends_the_search(in_practice):
    [lost] = sent(46)
    find_silent_claims()
    record_adjudication([Adjudicated(lost.id, "PAID", "ICN1", adjudicated_on=TODAY.date())])
    find_silent_claims()
    assert Claim.objects.get(id=lost.id).submission_state == "ADJUDICATED"
    assert not WorkItem.objects.filter(kind="NO_RESPONSE", is_open=True).exists()


def test_the_usual_time_is_measured_from_the_payers_answers(in_practice):
    for days, claim in enumerate(sent(60, *(f"B{number:03}" for number in range(20))), start=1):
        on = TODAY.date() - datetime.timedelta(days=60 - days)
        record_adjudication([Adjudicated(claim.id, "PAID", "", adjudicated_on=on)])
    sent(19, "LOST1")
    find_silent_claims()
    timing = PayerTiming.objects.get()
    assert (timing.days, timing.sample_size) == (18, 20)
    assert WorkItem.objects.get(kind="NO_RESPONSE").reference == "LOST1"


def test_the_payers_own_time_counts_until_enough_is_seen(in_practice):
    [lost] = sent(12)
    Payer.objects.filter(id=lost.payer_id).update(usual_response_days=10)
    find_silent_claims()
    assert WorkItem.objects.filter(kind="NO_RESPONSE").count() == 1


def test_what_billing_does_not_settle_in_its_days_is_supports(in_practice):
    sent(46)
    find_silent_claims()
    for days, code in ((3, "billing"), (4, "support"), (5, "support")):
        services.hand_on_overdue(at=TODAY + datetime.timedelta(days=days))
        assert WorkItem.objects.get(kind="NO_RESPONSE").queue.code == code
    item = WorkItem.objects.get(kind="NO_RESPONSE")
    assert item.due_on == TODAY.date() + datetime.timedelta(days=9)
    assert WorkNote.objects.get(item=item).body == "Billing's 3 days are over."


def test_a_version_whose_edits_never_ran_is_not_lost(in_practice):
    [claim] = sent(1)
    move_claims([Said(claim.id, Evidence.REBUILT, TODAY)])
    Claim.objects.filter(id=claim.id).update(submission_state="DRAFT")
    services.find_missing_claims(at=TODAY)
    assert not WorkItem.objects.filter(kind="NO_RESPONSE").exists()
    for _ in range(2):
        services.find_missing_claims(at=timezone.now() + datetime.timedelta(minutes=61))
    assert WorkItem.objects.get(kind="NO_RESPONSE").category == "NOT_EDITED"
    move_claims([Said(claim.id, Evidence.EDITS_PASSED, TODAY)])
    find_silent_claims()
    assert WorkItem.objects.get(kind="NO_RESPONSE").state == "CANCELLED"


class TestHandingOver:
    @pytest.fixture
    def item(self, practice):
        with organization_scope(practice.pk):
            sent(46)
            find_silent_claims()
            return WorkItem.objects.get(kind="NO_RESPONSE")

    def hand_over(self, client, item, **values):
        return client.post(
            client.at(f"claims/no-response/{item.id}/hand-over/"),
            {"reason": "Not on file at the payer", "version": item.version, **values},
        )

    def test_to_support_and_back_with_a_due_date_each(self, biller, item, practice):
        assert self.hand_over(biller, item).status_code in (200, 302)
        with organization_scope(practice.pk):
            item.refresh_from_db()
            assert (item.category, item.queue.code) == ("SILENT", "support")
            assert item.due_on == TODAY.date() + datetime.timedelta(days=5)
            assert WorkNote.objects.get(item=item).body == "Not on file at the payer"
        assert self.hand_over(biller, item).status_code in (200, 302)
        with organization_scope(practice.pk):
            item.refresh_from_db()
            assert item.queue.code == "billing"
            told = DomainEvent.objects.filter(subject_id=item.id, name__startswith="ticket.")
            assert sorted(told.values_list("name", flat=True)) == [
                "ticket.escalated",
                "ticket.escalated",
                "ticket.opened",
            ]

    def test_who_comes_second_is_told(self, biller, item):
        self.hand_over(biller, item)
        assert self.hand_over(biller, item).status_code == 409

    def test_the_other_team_is_told_why(self, biller, item):
        answer = self.hand_over(biller, item, reason=" ")
        assert (answer.status_code, "has to know" in answer.content.decode()) == (409, True)

    def test_readers_and_strangers_hand_over_nothing(self, reader, stranger, item):
        assert self.hand_over(reader, item).status_code == 403
        assert (
            stranger.post(f"/p/{item.organization_id}/claims/no-response/{item.id}/hand-over/").status_code
            == 404
        )

    def test_the_panel_says_what_is_usual(self, biller, item):
        page = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
        assert "our guess for any payer (0 answers seen" in page
        assert "Hand over to support" in page
