"""What signing in and being refused leave in the audit trail."""

import uuid

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client

from audit.models import AuditEvent
from tenancy.scope import organization_scope
from tests.access.test_sign_in import sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def of_person(person, practice):
    """Sign-ins belong to no practice, but a practice sees those of its people."""
    with organization_scope(practice.pk), connection.cursor() as cursor:
        cursor.execute(
            "SELECT verb, outcome, data FROM audit_auditevent WHERE organization_id IS NULL AND actor_id = %s"
            " ORDER BY recorded_at",
            [person.pk],
        )
        return [(row[0], row[1]) for row in cursor.fetchall()]


def of_practice(practice, verb_prefix="access."):
    with organization_scope(practice.pk):
        return list(AuditEvent.objects.filter(verb__startswith=verb_prefix).order_by("recorded_at"))


def test_sign_in_and_out_are_recorded(biller, practice):
    client = Client()
    sign_in(client, biller.person.email, "wrong-password-here")
    sign_in(client, biller.person.email)
    client.post("/accounts/logout/")
    assert of_person(biller.person, practice) == [
        ("access.sign_in.failed", "REFUSED"),
        ("access.session.opened", "OK"),
        ("access.session.closed", "OK"),
    ]


def test_a_lock_is_recorded(biller, practice):
    for _ in range(6):
        sign_in(Client(), biller.person.email, "guess-guess-guess")
    assert of_person(biller.person, practice)[-1] == ("access.sign_in.locked", "REFUSED")


def test_other_practices_do_not_see_the_sign_in(biller, practice, other_practice):
    sign_in(Client(), biller.person.email)
    assert of_person(biller.person, practice)
    assert of_person(biller.person, other_practice) == []


def test_a_stranger_at_the_door_is_in_the_trail_of_the_house(stranger, practice):
    assert stranger.get(f"/p/{practice.pk}/").status_code == 404
    [event] = of_practice(practice)
    assert (event.verb, event.outcome) == ("access.record.missed", "REFUSED")
    assert event.actor_id == stranger.person.pk
    assert event.data["page"] == "today"


def test_a_practice_that_is_not_there_is_written_down_without_one(biller):
    assert biller.get(f"/p/{uuid.uuid4()}/").status_code == 404


def test_a_missing_permission_is_in_the_trail(reader, practice):
    assert reader.get(reader.at("audit/")).status_code == 403
    [event] = of_practice(practice)
    assert (event.verb, event.outcome, event.role) == ("access.request.refused", "REFUSED", "READER")
    assert event.data == {"status": 403, "method": "GET", "page": "audit:events"}


def test_a_refused_token_is_written_down(practice):
    answer = Client().get("/api/v1/schema/", headers={"Authorization": "Bearer rcm_nonsense"})
    assert answer.status_code == 401
