"""Payments that are not posted at all before a person has looked: amounts beyond belief, money that is none."""

import pytest
from django.utils import timezone

from ledger.selectors import trial_balance
from remittances.models import Remittance
from remittances.services import CannotPost, post_if_ready, post_remittance
from tests.factories import era
from tests.factories.era import Era, ingest
from workbench.models import WorkItem


def unseen(one: Era, **changes) -> Remittance:
    """What the job does with a file that came in."""
    ingest(one)
    Remittance.objects.filter(trace_number=one.trace).update(**changes)
    remittance = Remittance.objects.get(trace_number=one.trace)
    post_if_ready(remittance_id=remittance.id, at=timezone.now())
    return Remittance.objects.get(id=remittance.id)


def review():
    return list(WorkItem.objects.filter(is_open=True, category="REVIEW").values_list("reference", flat=True))


def test_what_fits_is_posted(in_practice):
    era.claim("CLM1", "100.00")
    assert unseen(Era().paid("CLM1", "100.00 80.00 CO-45=20.00")).state == "POSTED"
    assert review() == []


def test_an_amount_beyond_belief_holds_the_whole_payment(in_practice):
    era.claim("CLM1", "100.00")
    era.claim("CLM2", "100.00")
    before = trial_balance()
    held = unseen(Era().paid("CLM1", "1000000000000000.00 1000000000000000.00").paid("CLM2", "100.00 100.00"))

    assert held.state == "READY"
    assert "above the limit" in held.hold
    assert review() == ["T1"]
    assert trial_balance() == before


def test_a_split_claim_is_our_charge_in_parts(in_practice):
    era.claim("CLM1", "300.00", "200.00")
    both = Era().paid("CLM1", "300.00 200.00 CO-45=100.00", icn="A1")
    both.body.append("LX*2")
    second = Era().paid("CLM1", "200.00 150.00 CO-45=50.00", icn="A2", code="9922")
    both.body.pop()
    both.body += second.body
    both.total += second.total
    assert unseen(both).state == "POSTED"


def test_a_notification_of_money_is_never_posted_and_one_of_nothing_is(in_practice):
    era.claim("CLM1", "100.00")
    held = unseen(Era("T1").paid("CLM1", "100.00 80.00 CO-45=20.00"), handling_code="H")
    assert (held.state, "notification" in held.hold) == ("READY", True)
    with pytest.raises(CannotPost):
        post_remittance(remittance_id=held.id, at=timezone.now())

    assert unseen(Era("T2").paid("CLM1", "100.00 0 CO-197=100.00"), handling_code="H").state == "POSTED"
