"""A demonstration that is killed while it is told goes on where it was, and says nothing twice."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone

from claims.models import Claim
from clearinghouse.models import ExchangeFile, FileArrival
from rcm_site.demo import people, profiles, story
from rcm_site.demo.journal import Journal
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.services import post_remittance
from tenancy.scope import organization_scope
from tests.flows.test_against_the_payers_truth import balances_by_number

pytestmark = pytest.mark.django_db(transaction=True)


class Killed(Exception):
    """In the middle of a part."""


class MortalJournal(Journal):
    def __init__(self, place, *, parts):
        super().__init__(place)
        self.parts = parts

    def once(self, tell):
        self.parts -= 1
        if self.parts:
            return super().once(tell)
        with transaction.atomic():
            super().once(tell)
            raise Killed


def test_a_part_is_told_once_whatever_was_written_of_it(tmp_path):
    place = tmp_path / "journal"
    told = []

    def tell(what):
        told.append(what)
        return what

    journal = MortalJournal(place, parts=2)
    journal.once(lambda: tell("first"))
    with pytest.raises(Killed):
        journal.once(lambda: tell("undone"))
    with place.open("a") as torn:
        torn.write('{"transaction": "12')

    again = Journal(place)
    said = [again.once(lambda: tell("first again")), again.once(lambda: tell("second"))]

    assert said == ["first", "second"]
    assert told == ["first", "undone", "second"]
    assert [Journal(place).once(lambda: "nothing")] == ["first"]


def test_killed_several_times_it_ends_as_the_payers_have_it(tmp_path):
    until = timezone.now().date()
    cast = people.gather(profiles.RIVERSIDE, profiles.HILLSIDE, since=until - datetime.timedelta(days=400))
    story.know_payers(cast.hillside, profiles.PAYERS, profiles.PAYER_KINDS)

    def tell(journal):
        return story.tell(
            cast.hillside,
            profiles.HILLSIDE,
            profiles.PAYERS,
            claims=60,
            until=until,
            months=4,
            staff=story.Staff(cast.specialist, cast.specialist, cast.supervisor),
            journal=journal,
        )

    for parts in (3, 12, 30):
        with pytest.raises(Killed):
            tell(MortalJournal(tmp_path / "journal", parts=parts))
    truth = tell(Journal(tmp_path / "journal"))

    with organization_scope(cast.hillside.pk):
        for one in Remittance.objects.filter(state=RemittanceState.READY).order_by("payment_on", "id"):
            post_remittance(remittance_id=one.pk, at=timezone.now())
        ours = balances_by_number()
        assert Claim.objects.count() == 60
        assert FileArrival.objects.count() == ExchangeFile.objects.count() + 1
    for number, theirs in truth.claims.items():
        if theirs["matched"]:
            assert ours[number].paid_cents == theirs["paid_cents"], number
