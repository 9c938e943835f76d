"""Row triggers see what Python cannot: bulk updates, raw SQL and an administrator's own hand."""

import uuid

import pytest
from django.db import connection, connections, transaction

from audit.models import RowChange
from audit.row_triggers import WatchRows
from tenancy.scope import Scope, open_scope


class _Editor:
    """Runs an operation's SQL on the test's own connection, on a table only this test has."""

    def __init__(self, cursor):
        self.cursor = cursor

    def execute(self, sql, params=()):
        self.cursor.execute(sql)


class _Field:
    def __init__(self, column):
        self.column = column


class _Watched:
    class _meta:
        db_table = "watched"
        label_lower = "test.watched"
        local_fields = [_Field("id"), _Field("patient_id")]


class _State:
    class apps:
        @staticmethod
        def get_model(app_label, name):
            return _Watched


@pytest.fixture(scope="module")
def watched_table(django_db_setup, django_db_blocker):
    """A table with the triggers of WatchRows, made by the owner as a migration would."""
    with django_db_blocker.unblock(), connections["owner"].cursor() as cursor:
        cursor.execute(
            "CREATE TABLE watched (id uuid PRIMARY KEY, organization_id uuid NOT NULL, patient_id uuid, state text,"
            " cents bigint, lease text)"
        )
        WatchRows(["Watched"], ignore=["lease"]).database_forwards("test", _Editor(cursor), None, _State)
        yield
        cursor.execute("DROP TABLE watched")
        connections["owner"].close()


@pytest.fixture
def watched(watched_table, practice, in_practice):
    with connection.cursor() as cursor:
        yield cursor


def _insert(cursor, practice, count=1):
    cursor.execute(
        "INSERT INTO watched SELECT gen_random_uuid(), %s, gen_random_uuid(), 'OPEN', n FROM generate_series(1, %s) n"
        " RETURNING id, patient_id",
        [practice.pk, count],
    )
    return cursor.fetchall()


def test_an_insert_is_one_row_a_statement(watched, practice, in_practice):
    ids = {row[0] for row in _insert(watched, practice, 3)}
    change = RowChange.objects.get()
    assert (change.operation, change.row_count, set(change.row_ids)) == ("INSERT", 3, ids)
    assert change.request_id == in_practice.request_id
    assert change.database_role == "rcm_app"


def test_an_update_shows_before_and_after(watched, practice):
    [(row_id, patient_id)] = _insert(watched, practice)
    watched.execute("UPDATE watched SET state = 'CLOSED', cents = cents, lease = 'me'")
    change = RowChange.objects.get(operation="UPDATE")
    assert change.field_names == ["state"]
    assert (change.before, change.after) == ({"state": "OPEN"}, {"state": "CLOSED"})
    assert (change.row_id, change.patient_id) == (row_id, patient_id)


def test_the_changes_of_one_statement_have_ids_of_their_own_in_order(watched, practice):
    _insert(watched, practice, 300)
    watched.execute("UPDATE watched SET state = 'CLOSED'")
    watched.execute("UPDATE watched SET state = 'OPEN'")
    ids = list(
        RowChange.objects.filter(operation="UPDATE")
        .order_by("recorded_at", "id")
        .values_list("id", flat=True)
    )
    assert len(set(ids)) == 600
    assert {one.version for one in ids} == {7}


def test_a_change_to_nothing_is_no_change(watched, practice):
    _insert(watched, practice, 2)
    watched.execute("UPDATE watched SET lease = 'me'")
    watched.execute("UPDATE watched SET state = 'CLOSED' WHERE false")
    assert not RowChange.objects.filter(operation="UPDATE").exists()


def test_a_null_counts_as_a_value(watched, practice):
    _insert(watched, practice)
    watched.execute("UPDATE watched SET state = NULL")
    change = RowChange.objects.get(operation="UPDATE")
    assert (change.before, change.after) == ({"state": "OPEN"}, {"state": None})


def test_a_deletion_keeps_the_row(watched, practice):
    [(row_id, patient_id)] = _insert(watched, practice)
    watched.execute("DELETE FROM watched")
    change = RowChange.objects.get(operation="DELETE")
    assert (change.row_id, change.patient_id) == (row_id, patient_id)
    assert change.before["state"] == "OPEN"


def test_the_person_in_scope_is_named(practice, in_practice, watched):
    person = uuid.uuid4()
    scope = Scope(
        actor_kind="PERSON",
        organization_id=practice.pk,
        readable=(practice.pk,),
        permissions=frozenset(),
        person_id=person,
    )
    with transaction.atomic(), open_scope(scope):
        _insert(watched, practice)
    assert RowChange.objects.get().person_id == person


def test_nobody_writes_a_row_change_by_hand(practice, in_practice):
    with (
        pytest.raises(Exception, match="permission denied"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("INSERT INTO audit_rowchange (organization_id) VALUES (%s)", [practice.pk])


def test_a_hundred_thousand_rows_cost_one(watched, practice):
    _insert(watched, practice, 100_000)
    change = RowChange.objects.defer("row_ids").get()
    assert change.row_count == 100_000
