"""A claim nobody has taken in is told of 30, 14 and 7 days before its limit, each once, until it is proven."""

import datetime

import pytest
from django.utils import timezone

from audit.models import DomainEvent
from claims.models import Claim
from claims.rules.filing import warning_at
from claims.services import find_silent_claims, read_statuses, warn_of_filing_limits
from clearinghouse.models import ExchangeFile
from clearinghouse.services import bring_in
from reference.services import set_deadline_rule
from tenancy.scope import organization_scope
from tests.factories.answers import status_report
from tests.factories.claims import Line, Person, SentClaim, file_837, import_bytes
from workbench.models import WorkItem
from workbench.services import close_item

NOW = timezone.now()
TODAY = timezone.localdate(NOW)
SERVICE = TODAY - datetime.timedelta(days=60)


@pytest.fixture
def claim(in_practice):
    return sent_long_ago()


def sent_long_ago():
    """Sent two months ago, to a payer that gives 90 days from the service."""
    person = Person(member_id="M1", mrn="R1")
    content = file_837(
        SentClaim(number="LATE1", person=person, lines=(Line(date=f"{SERVICE:%Y%m%d}"),)),
        created=f"{SERVICE:%Y%m%d}",
    )
    import_bytes(content)
    claim = Claim.objects.select_related("payer").get()
    values = {"kind": "INITIAL_CLAIM", "days": 90, "basis": "SERVICE_FROM", "source_note": "contract"}
    set_deadline_rule(payer=claim.payer, values={**values, "confidence": "CONFIRMED"})
    claim.content = content
    return claim


def warn(days_left):
    return warn_of_filing_limits(at=NOW + datetime.timedelta(days=30 - days_left))


def items():
    return list(WorkItem.objects.filter(kind="FILING_LIMIT").order_by("opened_at", "id"))


@pytest.mark.parametrize(
    ("left", "due"), [(31, None), (30, 30), (15, 30), (14, 14), (8, 14), (7, 7), (0, 7), (-1, None)]
)
def test_which_warning_is_due(left, due):
    assert warning_at(left) == due


def test_each_warning_is_given_once_and_grows_more_pressing(claim):
    given = {left: warn(left) for left in (31, 30, 29, 14, 13, 7, 6, 0, -1)}
    assert {left for left, count in given.items() if count} == {30, 14, 7}
    [item] = items()
    assert (item.category, item.priority, item.due_on) == ("7", 90, TODAY + datetime.timedelta(days=30))
    told = DomainEvent.objects.filter(subject_id=claim.id, name="claim.filing_limit_near").order_by(
        "recorded_at"
    )
    assert [one.data["warning"] for one in told] == [30, 14, 7]


def test_a_warning_a_person_closed_comes_back_only_with_the_next(claim):
    warn(30)
    [item] = items()
    close_item(item=item, outcome="RESOLVED", at=NOW)
    assert (warn(20), warn(14)) == (0, 1)
    assert [(one.category, one.is_open) for one in items()] == [("30", False), ("14", True)]


def test_other_work_on_the_claim_becomes_as_pressing(claim):
    find_silent_claims(at=NOW)
    ticket = WorkItem.objects.get(kind="NO_RESPONSE")
    assert ticket.priority < 60
    warn(14)
    ticket.refresh_from_db()
    assert ticket.priority == 75


def answered(claim, said, *, source, name):
    bring_in(
        name=name, content=status_report(claim.content, {"LATE1": said}, source=source), source="API", at=NOW
    )
    read_statuses(file_id=ExchangeFile.objects.get(name=name).id, at=NOW)


def test_proof_of_filing_ends_it_and_a_rejection_begins_it_again(claim):
    warn(30)
    answered(claim, [("A1", "19")], source="AY", name="one.277")
    assert warn(14) == 0
    assert items()[0].state == "CANCELLED"
    answered(claim, [("A7", "562", "85")], source="PR", name="two.277")
    assert warn(14) == 1
    answered(claim, [("A2", "20")], source="PR", name="three.277")
    assert warn(7) == 0


def test_today_and_the_item_say_what_is_missing(claim, biller, practice):
    warn(30)
    [item] = items()
    page = biller.get(biller.at()).content.decode()
    assert "Filing limits" in page
    panel = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "the time to file ends in 30 days" in panel
    assert "nobody has taken it in" in panel
    assert "90 calendar days from service from" in panel


def test_a_stranger_sees_nothing_of_it(practice, stranger):
    with organization_scope(practice.pk):
        sent_long_ago()
        warn(30)
        [item] = items()
    assert stranger.get(f"/p/{practice.pk}/work/item/{item.id}/").status_code == 404
