"""Audit events and domain events: written by anybody in scope, changed by nobody."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from audit import services as audit
from audit.events import UnknownEvent
from audit.models import AuditEvent, DomainEvent
from audit.verbs import UnknownVerb
from tenancy.scope import NoScope


def test_an_event_carries_actor_practice_purpose_and_request(practice, in_practice):
    patient = uuid.uuid4()
    audit.record_view(subject=practice, patient_id=patient)
    event = AuditEvent.objects.get(verb="tenancy.organization.viewed")
    assert event.organization_id == practice.pk
    assert event.patient_id == patient
    assert event.subject_id == practice.pk
    assert event.request_id == in_practice.request_id
    assert event.actor_kind == "COMMAND"
    assert event.outcome == "OK"
    assert event.recorded_at is not None
    assert event.transaction_id > 0


def test_many_events_are_one_statement(practice, in_practice, django_assert_num_queries):
    entries = [
        audit.Entry(
            verb="tenancy.grant.given",
            subject_type="x",
            subject_id=uuid.uuid4(),
            fields=("a", "b"),
            data={"n": n},
        )
        for n in range(500)
    ]
    with django_assert_num_queries(1):
        audit.record_many(entries)
    rows = list(AuditEvent.objects.filter(verb="tenancy.grant.given").order_by("recorded_at"))
    assert sorted(row.data["n"] for row in rows) == list(range(500))
    assert rows[0].field_names == ["a", "b"]


def test_a_search_is_one_event_with_its_count(in_practice):
    audit.record_search(kind="denials.queue", count=50, query={"state": "OPEN"})
    event = AuditEvent.objects.get(verb="denials.queue.searched")
    assert (event.item_count, event.data) == (50, {"query": {"state": "OPEN"}})


def test_unknown_words_are_refused(in_practice, practice):
    with pytest.raises(UnknownVerb):
        audit.record("denials.denial.pondered")
    with pytest.raises(UnknownEvent):
        audit.emit("denial.pondered", subject=practice)


def test_nothing_is_recorded_outside_a_scope(db):
    with pytest.raises(NoScope):
        audit.record("tenancy.grant.given")


def test_an_event_happens_once_per_key(in_practice, practice):
    for _ in range(2):
        audit.emit("denial.detected", subject=practice, data={"denial": 1}, idempotency_key="remit-1/3/2")
    audit.emit("denial.assigned", subject=practice)
    audit.emit("denial.assigned", subject=practice)
    assert DomainEvent.objects.filter(name="denial.detected").count() == 1
    assert DomainEvent.objects.filter(name="denial.assigned").count() == 2
    assert DomainEvent.objects.first().correlation_id == in_practice.correlation_id


@pytest.mark.parametrize(
    "table", ["audit_auditevent", "audit_domainevent", "audit_rowchange", "audit_auditseal"]
)
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {}"])
def test_the_running_role_changes_and_removes_nothing(in_practice, table, statement):
    column = "number" if table == "audit_auditseal" else "id"
    sql = statement.format(table).replace("id = id", f"{column} = {column}")
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


@pytest.mark.parametrize("column", ["recorded_at", "transaction_id"])
def test_the_running_role_cannot_back_date(in_practice, column):
    value = "now() - interval '1 day'" if column == "recorded_at" else "5"
    with (
        pytest.raises(DatabaseError, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO audit_auditevent ({column}) VALUES ({value})")


def test_a_practice_reads_its_own_trail_only(practice, other_practice, in_practice):
    audit.record("tenancy.grant.given")
    assert set(AuditEvent.objects.values_list("organization_id", flat=True)) == {practice.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM audit_auditevent WHERE organization_id = %s", [other_practice.pk]
        )
        assert cursor.fetchone() == (0,)
    with pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
        audit.record("tenancy.grant.given", organization_id=other_practice.pk)
