"""Sealed bytes reach a partner over a real line, once, whatever breaks on the way."""

import datetime
import os
import socket
from pathlib import Path

import pytest

from clearinghouse.models import Connection, DeliveryAttempt, Interchange
from clearinghouse.selectors import content_of
from clearinghouse.services import seal
from clearinghouse.transports import outcome
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.factories.partners import claims_to_send
from workbench.models import WorkItem

AT = datetime.datetime(2026, 3, 11, 14, 5, tzinfo=datetime.UTC)
NAME = "837P_000000001.edi"

pytestmark = pytest.mark.parametrize("partner_server", ["SFTP", "HTTPS"], indirect=True)


def seal_one(practice, partner):
    with organization_scope(practice.pk):
        return seal(partner_id=partner.id, kind="837P", claims=claims_to_send(2), at=AT).interchange_id


def stood(practice, interchange_id):
    """State, troubles so far, and the sealed bytes."""
    with organization_scope(practice.pk):
        found = Interchange.objects.select_related("file").get(id=interchange_id)
        attempts = DeliveryAttempt.objects.filter(interchange=found).order_by("id")
        return found.state, [one.trouble for one in attempts], content_of(found.file)


def make_due():
    OutboxMessage.objects.filter(name="clearinghouse.deliver").update(due_at=AT)


def test_what_is_sealed_is_delivered(practice, wire, partner_server, run_jobs, tmp_path, biller):
    sent = seal_one(practice, wire)
    assert "clearinghouse.deliver" in run_jobs()
    state, troubles, content = stood(practice, sent)
    assert (state, troubles) == ("SENT", [""])
    assert [one.name for one in (tmp_path / "in").iterdir()] == [NAME]
    assert (tmp_path / "in" / NAME).read_bytes() == content
    assert "Delivered" in biller.get(biller.at(f"files/sent/{sent}/")).content.decode()


def test_a_lost_line_is_tried_again_with_the_same_bytes(practice, wire, partner_server, run_jobs, tmp_path):
    partner_server.drops_uploads = 2
    sent = seal_one(practice, wire)
    for _ in range(3):
        run_jobs()
        make_due()
    state, troubles, content = stood(practice, sent)
    assert (state, troubles) == ("SENT", ["UNREACHABLE", "UNREACHABLE", ""])
    assert (tmp_path / "in" / NAME).read_bytes() == content


def test_what_the_partner_cut_is_brought_again_whole(practice, wire, partner_server, run_jobs, tmp_path):
    partner_server.cuts_uploads = 1
    sent = seal_one(practice, wire)
    run_jobs()
    assert stood(practice, sent)[:2] == ("SEALED", ["CUT_SHORT"])
    make_due()
    run_jobs()
    state, troubles, content = stood(practice, sent)
    assert (state, troubles) == ("SENT", ["CUT_SHORT", ""])
    assert (tmp_path / "in" / NAME).read_bytes() == content


def test_a_partner_without_room_gets_the_file_when_it_has_some(
    practice, wire, partner_server, run_jobs, tmp_path, biller
):
    full = tmp_path / "in" / f"{NAME}.part"
    full.symlink_to("/dev/full")
    sent = seal_one(practice, wire)
    for _ in range(8):
        run_jobs()
        make_due()
    state, troubles, content = stood(practice, sent)
    assert (state, troubles) == ("FAILED", ["NOT_TAKEN"] * 6)
    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="EXCHANGE")
    assert (item.category, item.subject_id) == ("NOT_SENT", sent)
    assert "perhaps it has no room" in biller.get(biller.at(f"files/sent/{sent}/")).content.decode()

    full.unlink()
    assert biller.post(biller.at(f"files/sent/{sent}/send/")).status_code == 302
    run_jobs()
    assert stood(practice, sent)[:2] == ("SENT", ["NOT_TAKEN"] * 6 + [""])
    assert [one.name for one in (tmp_path / "in").iterdir()] == [NAME]
    assert (tmp_path / "in" / NAME).read_bytes() == content
    with organization_scope(practice.pk):
        assert WorkItem.objects.get(kind="EXCHANGE").state == "CANCELLED"


def test_a_line_that_trickles_is_left(practice, wire, partner_server, run_jobs, tmp_path, monkeypatch):
    monkeypatch.setattr(outcome, "LONGEST_SECONDS", -1)
    sent = seal_one(practice, wire)
    run_jobs()
    assert stood(practice, sent)[:2] == ("SEALED", ["TIMED_OUT"])
    assert not (tmp_path / "in" / NAME).exists()


def test_what_arrived_before_a_crash_is_not_written_again(practice, wire, partner_server, run_jobs, tmp_path):
    sent = seal_one(practice, wire)
    _, _, content = stood(practice, sent)
    (tmp_path / "in" / NAME).write_bytes(content)
    with organization_scope(practice.pk):
        Interchange.objects.update(state="SENDING")
    run_jobs()
    assert stood(practice, sent)[:2] == ("SENT", [""])
    assert partner_server.opened == []


@pytest.mark.parametrize(
    ("wrong", "trouble"),
    [
        ("another", "HOST_KEY"),
        ({"secret_name": "old"}, "SIGN_IN"),
        ({"secret_name": "nowhere"}, "SECRET"),
        ({"secret_name": "../prairie"}, "SECRET"),
    ],
    ids=["another server", "old password", "no secret", "secret elsewhere"],
)
def test_what_no_repetition_mends_waits_for_a_person(
    practice, wire, partner_server, run_jobs, biller, tmp_path, tmp_path_factory, wrong, trouble
):
    if wrong == "another":
        wrong = partner_server.another(tmp_path_factory.mktemp("another"))
    Path(os.environ["RCM_SECRETS_FOLDER"], "old").write_text("was good last year")
    with organization_scope(practice.pk):
        right = Connection.objects.filter(is_active=True).values(*wrong).get()
        Connection.objects.update(**wrong)
    sent = seal_one(practice, wire)
    run_jobs()
    make_due()
    run_jobs()
    assert stood(practice, sent)[:2] == ("FAILED", [trouble])
    assert list((tmp_path / "in").iterdir()) == []

    with organization_scope(practice.pk):
        Connection.objects.update(**right)
    assert biller.post(biller.at(f"files/sent/{sent}/send/")).status_code == 302
    run_jobs()
    assert stood(practice, sent)[:2] == ("SENT", [trouble, ""])
    assert biller.post(biller.at(f"files/sent/{sent}/send/")).status_code == 409


def test_a_file_that_its_partner_does_not_take_is_given_up_after_six_tries(
    practice, wire, partner_server, run_jobs, tmp_path
):
    (tmp_path / "in").rmdir()
    sent = seal_one(practice, wire)
    for _ in range(8):
        run_jobs()
        make_due()
    assert stood(practice, sent)[:2] == ("FAILED", ["FOLDER"] * 6)


def test_a_partner_that_is_silent_is_not_waited_for(practice, wire, partner_server, run_jobs):
    partner_server.close()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        with organization_scope(practice.pk):
            Connection.objects.update(port=silent.getsockname()[1], timeout_seconds=1)
        sent = seal_one(practice, wire)
        run_jobs()
    assert stood(practice, sent)[1] in (["TIMED_OUT"], ["UNREACHABLE"])
