"""One claim that needs a person waits alone: the rest of its remittance is posted, its money stands in suspense."""

import datetime

import pytest
from django.utils import timezone

from audit.models import AuditEvent
from denials.models import Denial
from denials.services import take_facts
from ledger.selectors import balance_differences, unbalanced_entries
from remittances.models import RemitClaim, Remittance
from remittances.services import (
    CannotHold,
    detach_payment,
    look_again,
    match_payment,
    post_by_hand,
    post_if_ready,
    post_remittance,
    release_payment,
    unpost_remittance,
)
from tenancy.scope import organization_scope
from tests.factories.era import DAY, Era, claim, ingest, post
from tests.remittances.test_worked_examples import books, stands
from workbench.models import WorkItem

SECOND = ("SECOND HEALTH", "EX002")
WORK = {"kind": "REMITTANCE_EXCEPTION", "category": "REVIEW", "is_open": True}
GOOD = "200.00 150.00 CO-45=50.00"
PAID = "100.00 90.00 CO-45=10.00"
TOO_MUCH = "100.00 50.00 OA-23=50.00"
ONLY_PRIMARY = ({}, 0, 1_000, 0, 9_000)
GOOD_STANDS = ({}, 0, 5_000, 0, 15_000)
NOTHING_DONE = ({1: 10_000}, 0, 0, 0, 0)


@pytest.fixture(autouse=True)
def proof(in_practice):
    yield
    assert balance_differences() == []
    assert unbalanced_entries() == []


def unseen(one: Era) -> Remittance:
    """What the job does with a file that came in."""
    ingest(one)
    remittance = Remittance.objects.get(trace_number=one.trace)
    post_if_ready(remittance_id=remittance.id, at=timezone.now())
    return Remittance.objects.get(id=remittance.id)


def waiting() -> RemitClaim:
    return RemitClaim.objects.get(booking="HELD")


@pytest.mark.parametrize(
    ("decided", "more", "words"),
    [
        ("1000.00 80.00 CO-45=920.00", {}, "was charged $100.00"),
        ("60.00 60.00", {}, "was charged $100.00"),
        ("100.00 80.00 CO-45=20.00", {"status": "25"}, "Not adjudicated"),
    ],
    ids=["more", "less", "predetermination"],
)
def test_only_the_claim_that_needs_a_person_waits(decided, more, words):
    bad, good = claim("BAD", "100.00"), claim("GOOD", "200.00")
    remittance = unseen(Era().paid("BAD", decided, **more).paid("GOOD", GOOD))

    assert (remittance.state, remittance.hold) == ("POSTED", "")
    assert (stands(good), stands(bad)) == (GOOD_STANDS, NOTHING_DONE)
    held = waiting()
    assert (held.patient_control_number, words in held.hold) == ("BAD", True)
    assert books("SUSPENSE") == -held.paid_cents
    assert books("ERA_CLEARING") == remittance.payment_cents, "the payment is whole"
    item = WorkItem.objects.get(**WORK)
    assert (item.subject_id, item.amount_cents, words in item.title) == (held.id, held.paid_cents, True)


def test_released_it_is_applied_as_the_payer_decided():
    bad = claim("BAD", "100.00")
    unseen(Era().paid("BAD", "60.00 20.00 CO-45=10.00 CO-197=30.00"))
    take_facts(on=DAY, at=timezone.now())
    assert not Denial.objects.exists(), "what is not applied says nothing yet"
    released = release_payment(remit_claim=waiting(), at=timezone.now())

    assert (released.booking, books("SUSPENSE")) == ("APPLIED", 0)
    assert stands(bad) == ({1: 7_000}, 0, 1_000, 0, 2_000)
    assert not WorkItem.objects.filter(**WORK).exists()
    take_facts(on=DAY, at=timezone.now())
    assert Denial.objects.get().denied_cents == 3_000


def test_a_credit_is_seen_claim_by_claim():
    """One claim's credit goes while another's comes: their sum does not move."""
    one, other = claim("ONE", "100.00", secondary=True), claim("TWO", "100.00", secondary=True)
    unseen(Era("T1").paid("ONE", PAID).paid("TWO", PAID))
    post(Era("T2", payer=SECOND).paid("ONE", TOO_MUCH, status="2", icn="S1"))
    back = "-100.00 -50.00 OA-23=-50.00"
    remittance = unseen(
        Era("T3", payer=SECOND).paid("ONE", back, status="22", icn="S1").paid("TWO", TOO_MUCH, status="2")
        .adjusted("FB", "", "-1.00")
    )  # fmt: skip
    assert (remittance.state, waiting().patient_control_number) == ("POSTED", "TWO")
    assert (stands(one), stands(other)) == (ONLY_PRIMARY, ONLY_PRIMARY)
    assert (books("CREDIT_BALANCE"), books("SUSPENSE")) == (0, -5_000)


def test_a_payment_that_would_leave_a_credit_waits():
    both, good = claim("CLM1", "100.00", secondary=True), claim("GOOD", "200.00")
    unseen(Era("T1").paid("CLM1", PAID))
    unseen(Era("T2", payer=SECOND).paid("CLM1", TOO_MUCH, status="2").paid("GOOD", GOOD))
    assert (stands(both), stands(good)) == (ONLY_PRIMARY, GOOD_STANDS)
    assert waiting().hold == "It would pay $50.00 more than was charged."
    assert books("SUSPENSE") == -5_000
    release_payment(remit_claim=waiting(), at=timezone.now())
    assert (books("SUSPENSE"), books("CREDIT_BALANCE")) == (0, -5_000)


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["in order", "reversal first"])
def test_its_reversal_takes_it_back_without_a_person(order):
    bad = claim("BAD", "100.00")
    files = (
        Era("T1").paid("BAD", "60.00 60.00", icn="X1"),
        Era("T2").paid("BAD", "-60.00 -60.00", status="22", icn="X1").adjusted("FB", "", "-60.00"),
    )
    for index in order:
        unseen(files[index])
    assert (stands(bad), books("SUSPENSE")) == (NOTHING_DONE, 0)
    assert not WorkItem.objects.filter(is_open=True).exists()
    release_payment(remit_claim=RemitClaim.objects.get(is_reversal=False), at=timezone.now())
    assert (stands(bad), books("SUSPENSE")) == (NOTHING_DONE, 0)


def test_it_waits_again_when_its_remittance_is_posted_again_and_what_was_released_does_not():
    bad = claim("BAD", "100.00")
    remittance = unseen(Era().paid("BAD", "60.00 60.00"))
    unpost_remittance(remittance_id=remittance.id, at=timezone.now())
    assert (books("SUSPENSE"), WorkItem.objects.filter(**WORK).exists()) == (0, False)
    post_remittance(remittance_id=remittance.id, at=timezone.now())
    assert (books("SUSPENSE"), WorkItem.objects.filter(**WORK).count()) == (-6_000, 1)
    release_payment(remit_claim=waiting(), at=timezone.now())
    unpost_remittance(remittance_id=remittance.id, at=timezone.now())
    post_remittance(remittance_id=remittance.id, at=timezone.now())
    assert stands(bad) == ({1: 4_000}, 0, 0, 0, 6_000)


def test_matched_by_hand_to_another_claim_it_waits_no_longer():
    bad, right = claim("BAD", "100.00"), claim("RIGHT", "60.00")
    unseen(Era().paid("BAD", "60.00 60.00"))
    detached = detach_payment(remit_claim=waiting(), at=timezone.now())
    assert (detached.booking, books("SUSPENSE"), books("UNAPPLIED_INS")) == ("UNAPPLIED", 0, -6_000)
    assert not WorkItem.objects.filter(**WORK).exists()
    match_payment(remit_claim=detached, claim=right, at=timezone.now())
    assert (stands(bad), stands(right)) == (NOTHING_DONE, ({}, 0, 0, 0, 6_000))


def test_a_predetermination_that_pays_is_unapplied_money_once_it_is_released():
    bad = claim("BAD", "100.00")
    unseen(Era().paid("BAD", "100.00 80.00 CO-45=20.00", status="25"))
    released = release_payment(remit_claim=waiting(), at=timezone.now())
    assert (released.booking, stands(bad)) == ("INFORMATIONAL", NOTHING_DONE)
    assert (books("SUSPENSE"), books("UNAPPLIED_INS")) == (0, -8_000)


@pytest.mark.parametrize("bring_in", [post, unseen], ids=["by a person", "unseen"])
def test_a_predetermination_beside_an_answer_leaves_the_payment_whole(bring_in):
    claim("CLM1", "100.00")
    post(Era("T1").paid("CLM1", "100.00 80.00 CO-45=20.00"))
    remittance = bring_in(Era("T2").paid("CLM1", "100.00 5.00 CO-45=95.00", status="25"))
    assert books("ERA_CLEARING") == 8_000 + remittance.payment_cents == 8_500


def test_a_payment_whose_claim_comes_later_passes_the_same_gate():
    unseen(Era().paid("BAD", "60.00 60.00").paid("GOOD", GOOD))
    bad, good = claim("BAD", "100.00"), claim("GOOD", "200.00")
    assert look_again(at=timezone.now()) == 2

    assert (stands(good), stands(bad)) == (GOOD_STANDS, NOTHING_DONE)
    assert waiting().hold == "The claim was charged $100.00; the payer says $60.00."
    assert (books("SUSPENSE"), books("UNAPPLIED_INS")) == (-6_000, 0)
    assert WorkItem.objects.get(**WORK).subject_id == waiting().id
    assert look_again(at=timezone.now()) == 0
    release_payment(remit_claim=waiting(), at=timezone.now())
    assert stands(bad) == ({1: 4_000}, 0, 0, 0, 6_000)


def test_of_two_payments_whose_claim_comes_later_the_one_too_much_waits():
    unseen(Era("T1").paid("CLM1", PAID))
    later = DAY + datetime.timedelta(days=1)
    unseen(Era("T2", day=later, payer=SECOND).paid("CLM1", TOO_MUCH, status="2", icn="S1"))
    both = claim("CLM1", "100.00", secondary=True)
    assert look_again(at=timezone.now()) == 2
    assert (stands(both), waiting().remittance.trace_number) == (ONLY_PRIMARY, "T2")
    assert waiting().hold == "It would pay $50.00 more than was charged."
    assert (books("SUSPENSE"), books("CREDIT_BALANCE")) == (-5_000, 0)


@pytest.mark.parametrize("door", ["page", "program"])
def test_posted_by_hand_it_waits_alone_too(practice, poster, door):
    with organization_scope(practice.pk):
        bad, good = claim("BAD", "100.00"), claim("GOOD", "200.00")
        ingest(Era().paid("BAD", "60.00 60.00").paid("GOOD", GOOD))
        remittance = Remittance.objects.get()
    tried = poster.get(poster.at(f"remittances/{remittance.pk}/dry-run/"))
    assert tried.context["rehearsal"].result.held == 1
    if door == "page":
        where, status = poster.at(f"remittances/{remittance.pk}/post/"), 302
    else:
        where, status = f"/api/v1/remittances/{remittance.pk}/post/", 200
    stale = poster.post(where, {"version": remittance.version + 1})
    assert stale.status_code == 409
    assert poster.post(where, {"version": remittance.version}).status_code == status
    with organization_scope(practice.pk):
        assert (stands(good), stands(bad)) == (GOOD_STANDS, NOTHING_DONE)
        assert waiting().patient_control_number == "BAD"
        assert books("ERA_CLEARING") == remittance.payment_cents


def test_what_was_posted_by_hand_and_released_does_not_wait_when_it_is_posted_again():
    bad = claim("BAD", "100.00")
    ingest(Era().paid("BAD", "60.00 60.00"))
    key = Remittance.objects.get().id
    post_by_hand(remittance_id=key, at=timezone.now())
    release_payment(remit_claim=waiting(), at=timezone.now())
    unpost_remittance(remittance_id=key, at=timezone.now())
    post_by_hand(remittance_id=key, at=timezone.now())
    assert stands(bad) == ({1: 4_000}, 0, 0, 0, 6_000)


def test_what_waits_for_another_reason_is_not_released():
    claim("ONE", "100.00")
    post(Era("T1").paid("ONE", "100.00 80.00 CO-45=20.00", icn="A1"))
    unseen(Era("T2").paid("ONE", "100.00 70.00 CO-45=30.00", icn="A2"))
    assert waiting().hold == "", "a second answer"
    with pytest.raises(CannotHold):
        release_payment(remit_claim=waiting(), at=timezone.now())


def test_a_person_reads_why_releases_it_and_lets_it_wait_again(practice, poster, reader):
    with organization_scope(practice.pk):
        bad = claim("BAD", "100.00")
        unseen(Era().paid("BAD", "60.00 60.00"))
        payment = waiting()
    address = f"remittances/payments/{payment.pk}"
    page = poster.get(poster.at(f"{address}/")).content.decode()
    assert "was charged $100.00" in page
    assert "Release" in page
    assert "no reversal came" not in page
    assert reader.post(reader.at(f"{address}/release/"), {"version": payment.version}).status_code == 403
    assert poster.post(poster.at(f"{address}/release/"), {"version": payment.version}).status_code == 302
    with organization_scope(practice.pk):
        payment.refresh_from_db()
        assert stands(bad) == ({1: 4_000}, 0, 0, 0, 6_000)
    programs = f"/api/v1/remittances/payments/{payment.pk}"
    again = poster.post(f"{programs}/hold/", {"version": payment.version})
    assert (again.status_code, again.json()["booking"]) == (200, "HELD")
    assert "was charged $100.00" in again.json()["hold"]
    stale = poster.post(f"{programs}/release/", {"version": payment.version})
    assert stale.status_code == 409
    freed = poster.post(f"{programs}/release/", {"version": again.json()["version"]})
    assert (freed.status_code, freed.json()["booking"]) == (200, "APPLIED")
    with organization_scope(practice.pk):
        acts = AuditEvent.objects.filter(subject_id=payment.pk, patient_id=bad.patient_id)
        told = [verb.rpartition(".")[2] for verb in acts.order_by("id").values_list("verb", flat=True)]
        assert told == ["viewed", "released", "held", "released"]
