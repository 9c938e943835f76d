"""The demonstration's last days go to its clearinghouse, and its queues hold what people are to do about them."""

import datetime
from collections import Counter

import pytest
from django.utils import timezone

from claims.models import Claim
from claims.tasks import send_ready, take_evidence
from clearinghouse.choices import Transport
from clearinghouse.models import Interchange
from clearinghouse.tasks import order_fetches
from rcm_site.demo import people, profiles, story
from rcm_site.demo.dispatch import Dispatch, Letter
from tenancy.scope import organization_scope
from tests.factories.simulator import Process
from workbench.models import WorkItem


@pytest.fixture
def process(tmp_path):
    found = Process(
        tmp_path / "clearinghouse",
        names=["hillside"],
        acknowledged=0.1,
        forwarded=0.2,
        accepted=0.3,
        paid=0.4,
    )
    yield found
    assert found.stop() == 0


@pytest.fixture
def dispatch(db, process, tmp_path, monkeypatch):
    """After a month of the demonstration's second practice."""
    monkeypatch.setenv("RCM_SECRETS_FOLDER", str(tmp_path / "secrets"))
    now = timezone.now()
    cast = people.gather(
        profiles.RIVERSIDE, profiles.HILLSIDE, since=now.date() - datetime.timedelta(days=60)
    )
    story.know_payers(cast.hillside, profiles.PAYERS, profiles.PAYER_KINDS)
    story.tell(cast.hillside, profiles.HILLSIDE, profiles.PAYERS, claims=160, until=now.date(), months=1)
    found = Dispatch(
        practice=cast.hillside,
        clerk=cast.specialist,
        sender=profiles.HILLSIDE.sender,
        filing_indicators=profiles.FILING_INDICATORS,
        transport=Transport.HTTPS,
        seed=7,
        at=now,
    )
    found.connect(Letter.to("hillside", process.folder))
    return found


def test_what_is_billed_is_sent_answered_and_paid_and_the_rest_waits_for_people(dispatch, process, run_jobs):
    ids = list(dispatch.bill(dispatch.choose(30)))
    run_jobs()
    assert dispatch.send() > 15
    dispatch.promise(ids)
    dispatch.bring_in_a_stray()
    for _ in range(4):
        run_jobs()
        with organization_scope(dispatch.practice.pk):
            take_evidence()
            send_ready()
            order_fetches()
    run_jobs()
    with organization_scope(dispatch.practice.pk):
        take_evidence()
        states = Counter(Claim.objects.filter(id__in=ids).values_list("submission_state", flat=True))
        work = Counter(WorkItem.objects.filter(is_open=True).values_list("kind", flat=True))
        assert Interchange.objects.get().answer == "ACCEPTED"
    assert states["PAYER_ACCEPTED"] > 15
    assert states["READY"] == work["CANNOT_SEND"] > 0
    assert 0 < states["EDITING_FAILED"] + states["HELD"] < 8
    assert sum(states.values()) == 30
    assert work["CLAIM_FOLLOW_UP"] == 3
    assert work["EXCHANGE"] == 1
    assert len(process.truth()["claims"]["hillside"]) == states["PAYER_ACCEPTED"]
