"""The demonstration's people work a practice's denials: our books still agree with the payers, and work is left."""

import datetime
from collections import Counter

import pytest
from django.utils import timezone

from claims.models import Claim
from denials.choices import CLOSED_STATES
from denials.models import Appeal, Denial, WriteOff
from ledger.models import Posting
from rcm_site.demo import people, profiles, story
from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.services import post_remittance
from tenancy.scope import organization_scope
from tests.flows.test_against_the_payers_truth import balances_by_number
from workbench.models import WorkItem


@pytest.fixture
def worked(db):
    """Ten months of the demonstration's second practice; its people posted and worked all but the last days."""
    until = timezone.now().date()
    since = until - datetime.timedelta(days=400)
    cast = people.gather(profiles.RIVERSIDE, profiles.HILLSIDE, since=since)
    story.know_payers(cast.hillside, profiles.PAYERS, profiles.PAYER_KINDS)
    truth = story.tell(
        cast.hillside,
        profiles.HILLSIDE,
        profiles.PAYERS,
        claims=150,
        until=until,
        months=10,
        staff=story.Staff(cast.specialist, cast.specialist, cast.supervisor),
    )
    story.take_stock()
    story.finish_jobs()
    return cast, truth


def every_queue_that_waits_for_people_holds_something(cast):
    with organization_scope(cast.hillside.pk):
        open_now = Counter(WorkItem.objects.filter(stage="TO_WORK").values_list("kind", "category"))
        mine = WorkItem.objects.filter(stage="TO_WORK", assignee=cast.supervisor, follow_up_on__isnull=False)
        assert mine.exists()

    kinds = {kind for kind, _ in open_now}
    assert {
        "DENIAL",
        "UNBALANCED_REMITTANCE",
        "REMITTANCE_EXCEPTION",
        "CLAIM_CONFLICT",
        "NO_RESPONSE",
    } <= kinds
    exceptions = {category for kind, category in open_now if kind == "REMITTANCE_EXCEPTION"}
    assert {"QUARANTINED_FILE", "UNKNOWN_PLB", "HELD_REVERSAL"} <= exceptions


def test_most_is_worked_a_little_is_late_and_the_books_agree_with_the_payers(worked):
    cast, truth = worked
    every_queue_that_waits_for_people_holds_something(cast)
    today = timezone.now().date()
    with organization_scope(cast.hillside.pk):
        states = Counter(Denial.objects.values_list("state", flat=True))
        dues = list(WorkItem.objects.filter(kind="DENIAL", stage="TO_WORK").values_list("due_on", flat=True))
        given = set(WriteOff.objects.values_list("requested_by", "decided_by", "needs_approval"))
        answers = set(Appeal.objects.exclude(outcome="").values_list("outcome", flat=True))
        waiting = Remittance.objects.filter(state=RemittanceState.READY)
        left_to_post = waiting.count()
        for one in waiting.order_by("payment_on", "id"):
            post_remittance(remittance_id=one.pk, at=timezone.now())
        ours = balances_by_number()
        given_up: Counter = Counter()
        numbers = dict(Claim.objects.values_list("id", "patient_control_number"))
        for claim_id, cents in Denial.objects.values_list("claim_id", "written_off_cents"):
            given_up[numbers[claim_id]] += cents
        moved = Denial.objects.filter(resolution_entry_id__isnull=False)
        for claim_id, entry_id in moved.values_list("claim_id", "resolution_entry_id"):
            owed = Posting.objects.filter(entry_id=entry_id, account="AR_INS")
            given_up[numbers[claim_id]] -= sum(owed.values_list("amount_cents", flat=True))

    assert sum(states[state] for state in CLOSED_STATES) > states.total() / 3
    assert {"RECOVERED", "WRITTEN_OFF"} <= set(states)
    assert dues
    assert sum(due < today for due in dues if due) <= len(dues) / 5
    assert answers
    dev, sam = cast.specialist.pk, cast.supervisor.pk
    assert given
    assert given <= {(dev, None, False), (dev, None, True), (dev, sam, True), (sam, None, False)}
    assert left_to_post
    for number, theirs in truth.claims.items():
        if theirs["matched"]:
            denied = sum(one["cents"] for one in theirs["denials"])
            assert ours[number].paid_cents == theirs["paid_cents"], number
            assert ours[number].insurance_cents == denied - given_up[number], number
