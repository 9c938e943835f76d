"""A superuser with the database in hand edits, deletes, inserts, swaps and cuts; each is located by the seals."""

import json
import uuid

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connections

from audit import services as audit
from audit.models import AuditSeal, DomainEvent
from audit.sealing import VerificationDesk
from audit.seals import Sealer, SealFile, SealTrouble
from audit.verification import Verifier
from rcm_site.engines.addresses import database
from rcm_site.engines.keys import kept
from rcm_site.engines.places import home
from rcm_site.engines.servers import SUPERVISOR
from tenancy.scope import organization_scope
from tests.conftest import make_person, make_practice

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "sealer"])
SECRET = b"only the sealer knows"


@pytest.fixture
def file(tmp_path):
    return SealFile(tmp_path / "seals" / "seals.jsonl")


@pytest.fixture
def sealer(file):
    return Sealer(secret=SECRET, file=file)


@pytest.fixture
def trail(sealer):
    """Three seals over a practice's trail."""
    practice = make_practice("sealed", "Sealed Practice")
    for batch in range(3):
        write(practice, 5, batch)
        assert [seal.number for seal in sealer.seal()] == [batch + 1]
    return practice


def write(practice, count, batch=9):
    with organization_scope(practice.pk):
        audit.record_many(
            audit.Entry(verb="tenancy.grant.given", subject_id=uuid.uuid4(), data={"batch": batch, "n": n})
            for n in range(count)
        )


@pytest.fixture
def superuser():
    """Somebody who administers the database server and switches the append-only triggers off."""
    address = database("owner")
    with psycopg.connect(
        host=address["HOST"],
        port=address["PORT"],
        user=SUPERVISOR,
        password=kept(home(), f"{SUPERVISOR}.password"),
        dbname=connections["default"].settings_dict["NAME"],
        autocommit=True,
    ) as connection:
        connection.execute("SET session_replication_role = replica")
        yield connection


def ids(superuser, batch):
    rows = superuser.execute(
        "SELECT id FROM audit_auditevent WHERE data->>'batch' = %s ORDER BY transaction_id, id", [str(batch)]
    )
    return [row[0] for row in rows]


def located(file):
    return {(one.kind, one.seal, one.row_id) for one in Verifier(file=file).verify().findings}


def test_an_untouched_trail_is_whole(trail, file):
    verdict = Verifier(file=file).verify()
    assert verdict.findings == []
    assert (verdict.seals, verdict.unsealed) == (3, 0)
    assert verdict.rows == AuditSeal.objects.get(number=3).total_count >= 15


def test_an_edited_row_is_located(trail, file, superuser):
    row = ids(superuser, 1)[2]
    superuser.execute("UPDATE audit_auditevent SET actor_id = gen_random_uuid() WHERE id = %s", [row])
    assert located(file) == {("EDITED", 2, row)}


@pytest.mark.parametrize(
    "column", ["recorded_at = recorded_at - interval '1 second'", "data = '{}'", "outcome = 'X'"]
)
def test_every_column_counts(trail, file, superuser, column):
    row = ids(superuser, 0)[0]
    superuser.execute(f"UPDATE audit_auditevent SET {column} WHERE id = %s", [row])
    assert located(file) == {("EDITED", 1, row)}


def test_a_deleted_row_is_located(trail, file, superuser):
    row = ids(superuser, 1)[0]
    superuser.execute("DELETE FROM audit_auditevent WHERE id = %s", [row])
    assert located(file) == {("DELETED", 2, row)}


def test_swapped_rows_are_located(trail, file, superuser):
    first, second = ids(superuser, 1)[:2]
    spare = uuid.uuid4()
    for old, new in ((first, spare), (second, first), (spare, second)):
        superuser.execute("UPDATE audit_auditevent SET id = %s WHERE id = %s", [new, old])
    assert located(file) == {("EDITED", 2, first), ("EDITED", 2, second)}


def _copy_of(superuser, row, changes):
    """A copy of a row, standing right before it, with some columns told otherwise."""
    columns = superuser.execute("SELECT * FROM audit_auditevent LIMIT 0").description
    names = [column.name for column in columns]
    new = uuid.UUID(int=row.int - 1)
    values = [{"id": "%(new)s", **changes}.get(name, name) for name in names]
    superuser.execute(
        f"INSERT INTO audit_auditevent ({', '.join(names)}) SELECT {', '.join(values)} FROM audit_auditevent"
        " WHERE id = %(old)s",
        {"old": row, "new": new},
    )
    return new


def test_a_row_slipped_in_among_sealed_ones_is_located(trail, file, superuser):
    new = _copy_of(superuser, ids(superuser, 1)[0], {})
    assert located(file) == {("INSERTED", 2, new)}


def test_a_back_dated_row_is_located_before_and_after_its_seal(trail, file, superuser, sealer):
    real = {
        "transaction_id": "pg_current_xact_id()::text::bigint",
        "recorded_at": "recorded_at - interval '1 hour'",
    }
    new = _copy_of(superuser, ids(superuser, 1)[0], real)
    assert located(file) == {("BACK_DATED", None, new)}
    sealer.seal()
    assert located(file) == {("BACK_DATED", 4, new)}


def test_a_row_from_a_transaction_that_never_was_is_located(trail, file, superuser):
    new = _copy_of(superuser, ids(superuser, 1)[0], {"transaction_id": "1000000000"})
    assert located(file) == {("INSERTED", None, new)}


def test_a_cut_tail_is_located_by_the_file(trail, file, superuser, sealer):
    superuser.execute("DELETE FROM audit_auditevent WHERE id = ANY(%s)", [ids(superuser, 2)])
    superuser.execute("DELETE FROM audit_auditseal WHERE number = 3")
    assert located(file) == {("SEAL_MISSING", 3, None)}
    with pytest.raises(SealTrouble, match="seals 3 to 3 are gone"):
        Sealer(secret=SECRET, file=file).seal()


def test_a_seal_lost_in_the_middle_is_located(trail, file, superuser):
    superuser.execute("DELETE FROM audit_auditseal WHERE number = 2")
    found = located(file)
    assert ("SEAL_MISSING", 2, None) in found
    assert ("SEAL_BROKEN", 3, None) in found


def test_a_seal_on_its_way_to_the_file_is_no_finding(trail, file, superuser):
    lines = file.path.read_text().splitlines(keepends=True)
    file.path.write_text("".join(lines[:-1]))
    assert located(file) == set()
    file.path.write_text("".join([*lines[:2], *lines[3:]]))
    assert located(file) == {("SEAL_UNKNOWN", 2, None)}


def test_leaves_rewritten_to_fit_an_edit_break_the_seal(trail, file, superuser):
    row = ids(superuser, 1)[0]
    leaves = superuser.execute("SELECT leaves FROM audit_auditseal WHERE number = 2").fetchone()[0]
    at = leaves.index(row.bytes)
    forged = leaves[: at + 16] + b"\0" * 32 + leaves[at + 48 :]
    superuser.execute("UPDATE audit_auditseal SET leaves = %s WHERE number = 2", [forged])
    assert ("SEAL_BROKEN", 2, None) in located(file)


def test_a_batch_sealed_anew_with_another_key_is_located(trail, file, superuser, tmp_path):
    row = ids(superuser, 2)[0]
    superuser.execute("UPDATE audit_auditevent SET data = '{}' WHERE id = %s", [row])
    superuser.execute("DELETE FROM audit_auditseal WHERE number = 3")
    Sealer(secret=b"another", file=SealFile(tmp_path / "other.jsonl"))._seal_batch()
    assert {("SEAL_BROKEN", 3, None), ("SEAL_UNKNOWN", 3, None)} <= located(file)


def test_rows_of_a_running_transaction_wait_for_their_end(trail, file, sealer, superuser):
    address = database("app")
    with psycopg.connect(
        host=address["HOST"],
        port=address["PORT"],
        user=address["USER"],
        password=address["PASSWORD"],
        dbname=connections["default"].settings_dict["NAME"],
    ) as running:
        running.execute("SELECT pg_current_xact_id()")
        write(trail, 2, 5)
        assert sealer.seal() == []
        running.rollback()
    assert [seal.row_count for seal in sealer.seal()] == [2]
    assert located(file) == set()


def test_a_crash_between_database_and_file_is_mended(trail, file):
    lines = file.path.read_text().splitlines(keepends=True)
    file.path.write_text("".join(lines[:-1]) + lines[-1][:20])
    write(trail, 1)
    assert [seal.number for seal in Sealer(secret=SECRET, file=file).seal()] == [4]
    assert [json.loads(line).get("number") for line in file.path.read_text().splitlines()] == [
        None,
        1,
        2,
        3,
        4,
    ]
    assert located(file) == set()


def test_the_running_role_can_neither_seal_nor_read_the_key(trail):
    with connections["default"].cursor() as cursor, pytest.raises(Exception, match="permission denied"):
        cursor.execute("INSERT INTO audit_auditseal (number) VALUES (99)")
    assert not hasattr(settings, "SEAL_KEY")


def test_an_auditors_wish_is_fulfilled_by_the_sealer(trail, file, superuser):
    from audit.models import SealVerification

    person = make_person(trail, "AUDITOR")
    superuser.execute("DELETE FROM audit_auditevent WHERE id = %s", [ids(superuser, 0)[0]])
    with organization_scope(trail.pk):
        audit.request_verification(person=person)
    assert VerificationDesk(file).fulfil() == 1
    with organization_scope(trail.pk):
        wish = SealVerification.objects.get()
    assert wish.state == "DONE"
    assert [one["kind"] for one in wish.findings] == ["DELETED"]
    assert VerificationDesk(file).fulfil() == 0


def test_the_commands_seal_and_verify(trail, settings, tmp_path, capsys, superuser):
    settings.AUDIT_SEALS_FILE = tmp_path / "command.jsonl"
    superuser.execute("DELETE FROM audit_auditseal")
    call_command("seal_audit", once=True)
    assert "1 seals" in capsys.readouterr().out
    call_command("verify_audit", file=settings.AUDIT_SEALS_FILE)
    assert "whole" in capsys.readouterr().out
    superuser.execute("DELETE FROM audit_auditevent WHERE id = %s", [ids(superuser, 0)[0]])
    with pytest.raises(CommandError, match="1 findings"):
        call_command("verify_audit", file=settings.AUDIT_SEALS_FILE)


@pytest.fixture
def event(trail, sealer):
    """A sealed domain event, in the fourth seal."""
    with organization_scope(trail.pk):
        audit.emit("claim.created", subject=trail, data={"version": 1})
        found = DomainEvent.objects.order_by("-recorded_at").first()
    assert [seal.number for seal in sealer.seal()] == [4]
    return found.pk


@pytest.mark.parametrize(
    "column",
    ["name = 'claim.closed'", "occurred_at = now()", "subject_id = gen_random_uuid()", "data = '{}'",
     "idempotency_key = 'x'"],
)  # fmt: skip
def test_an_edited_domain_event_is_located(event, file, superuser, column):
    superuser.execute(f"UPDATE audit_domainevent SET {column} WHERE id = %s", [event])
    assert located(file) == {("EDITED", 4, event)}


def test_a_deleted_domain_event_is_located(event, file, superuser):
    superuser.execute("DELETE FROM audit_domainevent WHERE id = %s", [event])
    assert located(file) == {("DELETED", 4, event)}


def test_a_domain_event_slipped_in_is_located(event, file, superuser):
    slipped = uuid.UUID(int=1)
    superuser.execute(
        "INSERT INTO audit_domainevent SELECT (jsonb_populate_record(row, jsonb_build_object('id', %s::uuid))).*"
        " FROM audit_domainevent AS row WHERE id = %s",
        [slipped, event],
    )
    assert {(kind, row) for kind, _, row in located(file)} == {("INSERTED", slipped)}
