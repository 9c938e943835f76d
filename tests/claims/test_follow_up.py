"""Claims put before a person to come back to: one or many at once."""

import datetime

import pytest
from django.utils import timezone

from tenancy.scope import organization_scope
from tests.factories.claims import Person, make_claim
from workbench.models import WorkItem, WorkNote

ADDRESS = "claims/follow-up/"


@pytest.fixture
def claims(in_practice):
    return [
        make_claim(f"A{number}", person=Person(mrn=f"R{number}", member_id=f"M{number}")) for number in (1, 2)
    ]


def sent(claims, **more):
    day = timezone.localdate() + datetime.timedelta(days=3)
    return {"item": [str(one.pk) for one in claims], "body": "Call the payer", "follow_up_on": day, **more}


def test_ticked_claims_become_items_with_owner_day_and_note(claims, biller):
    page = biller.get(biller.at("claims/"))
    assert page.content.count(b"data-select name") == 2
    dialog = biller.post(
        biller.at(ADDRESS), {"item": [str(one.pk) for one in claims]}, headers={"HX-Request": "true"}
    )
    assert b"Follow up 2" in dialog.content

    biller.post(biller.at(ADDRESS), sent(claims, assignee_id=str(biller.person.pk)))

    items = list(WorkItem.objects.filter(kind="CLAIM_FOLLOW_UP").order_by("title"))
    assert [item.title for item in items] == ["Claim A1: follow up", "Claim A2: follow up"]
    assert {item.assignee_id for item in items} == {biller.person.pk}
    assert {item.follow_up_on for item in items} == {timezone.localdate() + datetime.timedelta(days=3)}
    assert WorkNote.objects.filter(body="Call the payer").count() == 2
    queue = biller.get(biller.at("work/claims-to-follow-up/"))
    assert b"Claim A1: follow up" in queue.content
    assert b"Call the payer" in biller.get(biller.at(f"claims/{claims[0].pk}/work/")).content


def test_a_claim_followed_up_twice_has_one_item_with_two_notes(claims, biller):
    biller.post(biller.at(ADDRESS), sent(claims[:1]))
    dialog = biller.post(biller.at(ADDRESS), {"item": str(claims[0].pk)}, headers={"HX-Request": "true"})
    assert b"Followed up already" in dialog.content
    biller.post(biller.at(ADDRESS), sent(claims[:1], body="Call again"))
    assert WorkItem.objects.filter(kind="CLAIM_FOLLOW_UP").count() == 1
    assert WorkNote.objects.count() == 2


@pytest.mark.parametrize(
    "wrong", [{"body": ""}, {"follow_up_on": "2001-01-01"}, {"item": []}, {"item": ["x"]}]
)
def test_what_cannot_be_done_is_said_at_its_field(claims, biller, wrong):
    answer = biller.post(biller.at(ADDRESS), sent(claims) | wrong, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    assert not WorkItem.objects.exists()


def test_all_that_match_become_items_with_a_line_for_each(claims, biller, practice, run_jobs):
    biller.post(biller.at(ADDRESS), sent(claims[:1]))
    counts = biller.get(biller.at("work/claims/counts/")).content.decode()
    assert "all 2 that match" in counts
    everything = {"everything": "2", "filter": "adjudication=NONE"}
    dialog = biller.post(biller.at(ADDRESS), everything, headers={"HX-Request": "true"}).content.decode()
    assert "Follow up 2" in dialog
    form = sent([]) | everything | {"body": "Call about all", "assignee_id": str(biller.person.pk)}
    moved = biller.post(biller.at(ADDRESS), form | {"everything": "3"}, headers={"HX-Request": "true"})
    assert moved.status_code == 409
    assert "The filter showed 3 claims; now it shows 2" in moved.content.decode()
    answer = biller.post(biller.at(ADDRESS), form)
    assert answer.status_code == 302
    run_jobs()
    assert "Note on 2 claims to follow up" in biller.get(answer.url).content.decode()
    with organization_scope(practice.pk):
        items = WorkItem.objects.filter(kind="CLAIM_FOLLOW_UP")
        assert {item.assignee_id for item in items} == {biller.person.pk}
        assert {item.follow_up_on for item in items} == {form["follow_up_on"]}
        assert WorkNote.objects.filter(body="Call about all").count() == 2


def test_only_who_works_may_and_only_on_claims_of_the_practice(claims, reader, sign_in, other_practice):
    assert reader.post(reader.at(ADDRESS), sent(claims)).status_code == 403
    assert b"data-select name" not in reader.get(reader.at("claims/")).content
    assert reader.post(reader.at(ADDRESS), {"everything": "2"}).status_code == 403
    stranger = sign_in("BILLER", other_practice)
    assert stranger.post(stranger.at(ADDRESS), sent(claims)).status_code == 422
    assert not WorkItem.objects.exists()
