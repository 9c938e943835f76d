"""The front desk works its own alerts in the queues, and sees none of billing's."""

from __future__ import annotations

import pytest
from django.utils import timezone

from eligibility.models import BatchRow, EligibilityBatch
from eligibility.services.alerts import tell_cannot_ask
from tenancy.ids import uuid7
from tenancy.scope import organization_scope
from tenancy.services import create_location, grant_role
from tests.conftest import SignedIn, make_person
from tests.factories.workbench import make_item
from workbench.models import ExportFile, WorkItem

BILLING = (
    "denials",
    "rejections",
    "manager",
    "failed-jobs",
    "unmatched-payments",
    "exchange",
    "edits",
    "no-response",
)


@pytest.fixture
def alert(practice, coverage):
    """A check no way leads for."""
    with organization_scope(practice.pk):
        batch = EligibilityBatch.objects.create(kind="SCHEDULE", key="k", ordered_at=timezone.now())
        row = BatchRow(
            batch=batch, line_number=1, coverage=coverage, payer=coverage.payer, fault="No way leads there."
        )
        tell_cannot_ask(row, at=timezone.now())
        return WorkItem.objects.get()


def test_the_front_desk_notes_snoozes_and_closes_its_alerts(front_desk, alert, practice):
    page = front_desk.get(front_desk.at("eligibility/to-settle/")).content.decode()
    address = front_desk.at(f"work/item/{alert.pk}/")
    assert address in page

    assert front_desk.get(address).status_code == 200
    front_desk.post(f"{address}note/", {"body": "Asked for the card.", "form_key": str(uuid7())})
    closed = front_desk.post(
        f"{address}close/", {"outcome": "RESOLVED", "reason": "Paid in cash.", "version": 1}
    )
    assert closed.status_code == 302, closed.content.decode()
    with organization_scope(practice.pk):
        alert.refresh_from_db()
        assert not alert.is_open
        assert "Asked for the card." in alert.notes.values_list("body", flat=True)
    assert "Nothing to settle" in front_desk.get(front_desk.at("eligibility/to-settle/")).content.decode()


def test_its_queues_name_the_patient_and_have_facets_and_a_csv(
    front_desk, alert, coverage, practice, run_jobs
):
    queue = front_desk.at("work/coverage-checks/")
    page = front_desk.get(queue).content.decode()
    assert "No way leads there." in page
    assert coverage.patient.display_name in page
    assert "No way to ask" in front_desk.get(f"{queue}counts/").content.decode()
    ordered = front_desk.post(f"{queue}export/", {"filter": ""})
    run_jobs()

    file = front_desk.get(f"{ordered.url}file/").content.decode()
    assert "No way leads there." in file
    assert "counts" in front_desk.get(front_desk.at("eligibility/")).content.decode()
    assert front_desk.post(front_desk.at("work/eligibility/export/"), {"filter": ""}).status_code == 302


@pytest.mark.parametrize("slug", BILLING)
def test_the_queues_of_billing_are_not_there(front_desk, slug):
    for address in (f"work/{slug}/", f"work/{slug}/counts/"):
        assert front_desk.get(front_desk.at(address)).status_code == 404
    assert front_desk.post(front_desk.at(f"work/{slug}/export/"), {"filter": ""}).status_code == 404
    assert f"/work/{slug}/" not in front_desk.get(front_desk.at("work/")).content.decode()


def test_an_item_of_billing_is_not_there_and_nobody_at_the_desk_is_given_one(front_desk, biller, practice):
    with organization_scope(practice.pk):
        item = make_item(1)
    address = f"work/item/{item.pk}/"

    assert front_desk.get(front_desk.at(address)).status_code == 404
    assert front_desk.post(front_desk.at(f"{address}claim/"), {"version": 1}).status_code == 404
    page = biller.get(biller.at(address)).content.decode()  # with the people it can be given to
    assert front_desk.person.name not in page


def test_the_desk_of_all_and_billing_of_one_place_do_not_add_up(practice):
    """A right to see the queue and another to see what stands in it are not one right to both."""
    place = create_location(practice=practice, name="North")
    person = make_person(practice, "BILLER", location_ids=[place.pk])
    grant_role(
        person=person, practice=practice, role="FRONT_DESK", starts_on=timezone.localdate(), reason="r"
    )
    client = SignedIn(person, practice)
    with organization_scope(practice.pk):
        item = make_item(1)

    assert client.get(client.at(f"work/item/{item.pk}/")).status_code in (403, 404)
    assert item.title not in client.get(client.at("work/manager/")).content.decode()
    client.post(client.at("work/manager/export/"), {"filter": ""})
    with organization_scope(practice.pk):
        assert ExportFile.objects.get().narrowed_to["locations"] == [str(place.pk)]


def test_a_role_that_carries_more_gives_it_to_who_holds_it(front_desk, practice):
    from guardian.models import UserObjectPermission

    from tenancy.permissions import sync_permissions

    UserObjectPermission.objects.filter(
        user=front_desk.person, permission__codename="workbench.view_queue"
    ).delete()
    front_desk.person.access_stamp += 1
    front_desk.person.save()
    assert front_desk.get(front_desk.at("work/")).status_code == 403
    sync_permissions("default")

    assert front_desk.get(front_desk.at("work/")).status_code == 200
