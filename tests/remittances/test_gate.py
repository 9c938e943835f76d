"""What is not posted before a person has looked: credits, other charges than ours, money that is none."""

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


@pytest.mark.parametrize(
    ("decided", "words"),
    [
        ("1000000000000000.00 1000000000000000.00", "above the limit"),
        ("1000.00 80.00 CO-45=920.00", "was charged 100.00"),
        ("60.00 60.00", "was charged 100.00"),
    ],
)
def test_another_charge_than_ours_waits_for_a_person(in_practice, decided, words):
    era.claim("CLM1", "100.00")
    before = trial_balance()
    held = unseen(Era().paid("CLM1", decided))

    assert held.state == "READY"
    assert words in held.hold
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


def test_a_payment_that_leaves_a_credit_waits_and_a_person_may_post_it(in_practice):
    claim = era.claim("CLM1", "100.00", secondary=True)
    assert unseen(Era("T1").paid("CLM1", "100.00 90.00 CO-45=10.00")).state == "POSTED"
    before = trial_balance()
    held = unseen(
        Era("T2", payer=("SECOND HEALTH", "EX002")).paid("CLM1", "100.00 50.00 OA-23=50.00", status="2")
    )

    assert (held.state, claim.patient_control_number in held.hold) == ("READY", True)
    assert "50.00" in held.hold
    assert trial_balance() == before
    post_remittance(remittance_id=held.id, at=timezone.now())
    assert review() == []
    assert Remittance.objects.get(id=held.id).hold == ""


def test_a_predetermination_pays_nothing(in_practice):
    era.claim("CLM1", "100.00")
    held = unseen(Era().paid("CLM1", "100.00 80.00 CO-45=20.00", status="25"))

    assert (held.state, "not adjudicated" in held.hold) == ("READY", True)


def test_a_notification_of_money_is_never_posted_and_one_of_nothing_is(in_practice):
    era.claim("CLM1", "100.00")
    held = unseen(Era("T1").paid("CLM1", "100.00 80.00 CO-45=20.00"), handling_code="H")
    assert (held.state, "notification" in held.hold) == ("READY", True)
    with pytest.raises(CannotPost):
        post_remittance(remittance_id=held.id, at=timezone.now())

    assert unseen(Era("T2").paid("CLM1", "100.00 0 CO-197=100.00"), handling_code="H").state == "POSTED"
