"""A day is the practice's day: where its clocks stand decides what is today, not where the server's do."""

import datetime
import uuid
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from audit.models import AuditEvent
from denials import services
from denials.models import Denial
from ledger.models import JournalEntry
from tenancy.models import Organization
from tenancy.scope import organization_scope
from tests.conftest import SignedIn, make_person, make_practice
from tests.factories import era
from workbench.models import WorkItem

# 25 hours apart: whenever this runs, it is another day in each.
EAST, WEST = "Pacific/Kiritimati", "Pacific/Pago_Pago"


def today_in(zone):
    return timezone.localdate(timezone=ZoneInfo(zone))


@pytest.fixture(params=[EAST, WEST])
def place(db, request):
    practice = make_practice("dateline", "Dateline Clinic", npi="1234567893", time_zone=request.param)
    with organization_scope(practice.pk):
        era.claim("CLM00001", "150.00")
        era.post(era.Era().paid("CLM00001", "150.00 0 CO-197=150.00"))
        services.take_facts(on=timezone.localdate(), at=timezone.now())
    return practice


@pytest.fixture
def denial(place):
    with organization_scope(place.pk):
        return Denial.objects.get()


def seen(denial):
    with organization_scope(denial.organization_id):
        return WorkItem.objects.get(pk=denial.work_item_id).version


@pytest.fixture
def biller(place):
    return SignedIn(make_person(place, "BILLER", write_off_limit_cents=50000), place)


def test_a_write_off_is_dated_by_the_practices_clock(place, denial, biller):
    form = {
        "amount": "50.00",
        "reason": "EFFORTS_EXHAUSTED",
        "form_key": str(uuid.uuid4()),
        "version": seen(denial),
    }
    assert biller.post(biller.at(f"denials/{denial.pk}/write-off/"), form).status_code in (200, 302)
    with organization_scope(place.pk):
        entry = JournalEntry.objects.order_by("-recorded_at", "-id").first()
    assert entry.effective_on == today_in(place.time_zone)


@pytest.mark.parametrize(("days", "status"), [(0, (200, 302)), (1, (409,))])
def test_an_appeal_is_sent_today_at_the_latest(place, denial, biller, days, status):
    sent_on = today_in(place.time_zone) + datetime.timedelta(days=days)
    form = {
        "method": "FAX",
        "sent_on": sent_on,
        "reference": "F-1",
        "form_key": str(uuid.uuid4()),
        "version": seen(denial),
    }
    assert biller.post(biller.at(f"denials/{denial.pk}/appeal/"), form).status_code in status


@pytest.mark.parametrize(("days", "bucket"), [(0, "today"), (-1, "overdue")])
def test_due_today_and_overdue_are_the_practices(place, denial, biller, days, bucket):
    due_on = today_in(place.time_zone) + datetime.timedelta(days=days)
    with organization_scope(place.pk):
        WorkItem.objects.filter(subject_id=denial.pk).update(due_on=due_on)
    for asked in ("today", "overdue"):
        page = biller.get(biller.at(f"denials/?due={asked}")).content
        assert (b"CLM00001" in page) is (asked == bucket)


@pytest.mark.parametrize(("days", "status"), [(0, 422), (1, 200)])
def test_work_sleeps_until_tomorrow_at_the_earliest(place, denial, biller, days, status):
    until = today_in(place.time_zone) + datetime.timedelta(days=days)
    page = biller.at(f"work/item/{denial.work_item_id}/snooze/")
    answer = biller.post(
        page,
        {"until": until, "reason": "PENDING_APPEAL", "version": seen(denial)},
        headers={"HX-Request": "true"},
    )
    assert answer.status_code == status


def test_times_are_shown_in_the_practices_zone(place, biller):
    auditor = SignedIn(make_person(place, "AUDITOR"), place)
    with organization_scope(place.pk):
        at = AuditEvent.objects.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
        shown = timezone.localtime(at)
    assert shown.utcoffset() == at.astimezone(ZoneInfo(place.time_zone)).utcoffset()
    page = auditor.get(auditor.at("audit/")).content.decode()
    assert f"{shown:%H:%M}" in page or f"{shown.hour % 12 or 12}:{shown:%M}" in page


def test_a_practice_is_added_with_its_zone(db):
    about = {
        "slug": "far",
        "npi": "1234567893",
        "admin": "a@far.test",
        "admin_name": "A. Far",
        "stdout": StringIO(),
    }
    call_command("add_practice", "Far Clinic", time_zone="America/Denver", **about)
    assert Organization.objects.get(slug="far").time_zone == "America/Denver"
    with pytest.raises(CommandError, match="not a time zone"):
        call_command("add_practice", "Farther", time_zone="Mars/Olympus", **{**about, "slug": "farther"})


def test_a_zone_that_is_none_is_refused(place, db):
    admin = SignedIn(make_person(place, "PRACTICE_ADMIN"), place)
    form = {"name": "X", "npi": "1234567893", "tax_id": "990000009", "time_zone": "Mars/Olympus"}
    assert b"not a time zone" in admin.post(f"/admin/tenancy/organization/{place.pk}/change/", form).content
