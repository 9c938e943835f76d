"""The third lock, asked with the first two out of the way: raw SQL as the application's role."""

import uuid

import pytest
from django.db import Error, connection, transaction

from tenancy.scope import NoScope, current_scope, open_scope, organization_scope


def select_writable() -> object:
    with connection.cursor() as cursor:
        cursor.execute("SELECT rcm_security.writable()")
        return cursor.fetchone()[0]


def test_the_database_sees_the_practice_only_inside_the_scope(practice):
    assert select_writable() is None

    with organization_scope(practice.pk):
        assert select_writable() == practice.pk

    assert select_writable() in (None, "")


def test_leaving_an_inner_scope_restores_the_outer_one(practice, other_practice):
    with organization_scope(practice.pk):
        with organization_scope(other_practice.pk):
            assert select_writable() == other_practice.pk

        assert select_writable() == practice.pk
        assert current_scope().practice_id == practice.pk


def test_a_scope_left_by_an_error_restores_the_outer_one(practice, other_practice):
    with organization_scope(practice.pk):
        with pytest.raises(LookupError), organization_scope(other_practice.pk):
            raise LookupError

        assert select_writable() == practice.pk


def test_a_forged_context_is_refused(practice):
    forged = f"{practice.pk}|{practice.pk}||{uuid.uuid4()}|9999999999|{'0' * 64}"

    with pytest.raises(Error, match="forged"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('rcm.context', %s, true)", [forged])
        cursor.execute("SELECT rcm_security.writable()")


def test_the_application_cannot_read_the_key(practice):
    with pytest.raises(Error, match="permission denied"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT inner_pad FROM rcm_security.context_key")


def test_the_application_is_neither_owner_nor_superuser_nor_above_row_security(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = current_user")
        assert cursor.fetchone() == ("rcm_app", False, False)
        cursor.execute("SELECT count(*) FROM pg_tables WHERE tableowner = current_user")
        assert cursor.fetchone() == (0,)


def test_outside_a_transaction_no_scope_opens(practice):
    scope = None
    with organization_scope(practice.pk) as opened:
        scope = opened
    connection.in_atomic_block, saved = False, connection.in_atomic_block
    try:
        with pytest.raises(NoScope), open_scope(scope):
            pass
    finally:
        connection.in_atomic_block = saved
