"""Files are taken out of a partner's folder once, whole, and what they answer is tied to what was sent."""

import datetime
import os
from pathlib import Path

import msgspec
import pytest
from django.utils import timezone

from clearinghouse.models import (
    Connection,
    EnvelopeAnswer,
    ExchangeFile,
    FetchAttempt,
    FetchedFile,
    FileContent,
    Interchange,
)
from clearinghouse.selectors import content_of
from clearinghouse.services import seal
from clearinghouse.tasks import find_unanswered, order_fetches
from remittances.models import Remittance
from remittances.tasks import take_fetched
from tenancy.scope import organization_scope
from tests.factories import answers, era
from tests.factories.partners import claims_to_send
from workbench.models import WorkItem
from x12 import AcknowledgementEnd, SetAcknowledgement

LONG = datetime.timedelta(minutes=11)

pytestmark = pytest.mark.parametrize("partner_server", ["SFTP", "HTTPS"], indirect=True)


@pytest.fixture
def sent(practice, wire, run_jobs, tmp_path):
    """The bytes of an interchange of three claims in two sets, as the partner has them."""
    with organization_scope(practice.pk):
        wire.claims_per_set = 2
        wire.save(update_fields=["claims_per_set"])
        seal(partner_id=wire.id, kind="837P", claims=claims_to_send(3), at=timezone.now())
    run_jobs()
    [file] = (tmp_path / "in").iterdir()
    return file.read_bytes()


@pytest.fixture
def ask(practice, run_jobs):
    def ask():
        with organization_scope(practice.pk):
            order_fetches()
        run_jobs()

    return ask


def stood(practice):
    with organization_scope(practice.pk):
        found = Interchange.objects.get()
        told = [
            (one.kind, one.code, str(one.set or ""), one.interchange_id == found.id)
            for one in EnvelopeAnswer.objects.select_related("set").order_by("received_at", "segment", "set")
        ]
        return found.answer, told


def problems(practice, state="UNASSIGNED"):
    with organization_scope(practice.pk):
        rows = WorkItem.objects.filter(kind="EXCHANGE", state=state)
        return sorted(rows.values_list("category", flat=True))


def test_an_acknowledgement_is_stored_and_tied_to_what_was_sent(practice, sent, ask, tmp_path, biller):
    (tmp_path / "out" / "ack.999").write_bytes(answers.acknowledged(sent))
    ask()
    assert stood(practice) == (
        "ACCEPTED",
        [("TA1", "A", "", True), ("999", "A", "0001", True), ("999", "A", "0002", True)],
    )
    with organization_scope(practice.pk):
        interchange, file = Interchange.objects.get(), ExchangeFile.objects.get(direction="INBOUND")
        assert (file.state, file.source, file.kinds) == ("READ", "PARTNER", ["999"])
    page = biller.get(biller.at(f"files/sent/{interchange.id}/")).content.decode()
    assert "999, on a transaction set" in page
    assert f"{file.id}/segments/?at=2" in page


def test_a_file_is_taken_once_though_the_partner_keeps_it(practice, sent, ask, tmp_path):
    (tmp_path / "out" / "ack.999").write_bytes(answers.acknowledged(sent))
    for _ in range(3):
        ask()
    (tmp_path / "out" / "again.999").write_bytes((tmp_path / "out" / "ack.999").read_bytes())
    ask()
    with organization_scope(practice.pk):
        file = ExchangeFile.objects.get(direction="INBOUND")
        assert sorted(file.arrivals.values_list("name", flat=True)) == ["ack.999", "again.999"]
        assert EnvelopeAnswer.objects.count() == 3
        assert FetchAttempt.objects.count() == 2


def test_what_is_stored_is_deleted_there_even_after_a_lost_line(
    practice, sent, ask, tmp_path, partner_server
):
    with organization_scope(practice.pk):
        Connection.objects.update(removes_fetched=True)
    partner_server.drops_removals = 1
    (tmp_path / "out" / "ack.999").write_bytes(answers.acknowledged(sent))
    ask()
    assert len(list((tmp_path / "out").iterdir())) == 1
    ask()
    assert list((tmp_path / "out").iterdir()) == []
    with organization_scope(practice.pk):
        assert ExchangeFile.objects.get(direction="INBOUND").arrivals.count() == 1
        assert list(FetchAttempt.objects.order_by("id").values_list("trouble", "stored")) == [
            ("UNREACHABLE", 1), ("", 0),
        ]  # fmt: skip


def test_another_file_of_the_same_name_size_and_second_is_not_deleted_unread(practice, sent, ask, tmp_path):
    with organization_scope(practice.pk):
        Connection.objects.update(removes_fetched=True)
    place, moment = tmp_path / "out" / "ack.999", int(timezone.now().timestamp())
    told = [answers.ta1_alone(sent), answers.ta1_alone(sent)]
    for content in told:
        place.write_bytes(content)
        os.utime(place, (moment, moment))
        ask()
        assert not place.exists()
    with organization_scope(practice.pk):
        kept = [content_of(one) for one in ExchangeFile.objects.filter(direction="INBOUND").order_by("id")]
    assert kept == told


def test_a_file_still_being_written_waits(practice, sent, ask, tmp_path):
    whole = answers.acknowledged(sent)
    (tmp_path / "out" / "ack.999.part").write_bytes(whole)
    (tmp_path / "out" / ".hidden").write_bytes(whole)
    (tmp_path / "out" / "ack.999").write_bytes(whole[:200])
    ask()
    assert stood(practice) == ("WAITING", [])
    (tmp_path / "out" / "ack.999").write_bytes(whole)
    ask()
    assert stood(practice)[0] == "ACCEPTED"


def test_a_file_that_stays_cut_is_kept_and_told(practice, sent, ask, tmp_path):
    whole = answers.acknowledged(sent)
    (tmp_path / "out" / "ack.999").write_bytes(whole[: whole.index(b"AK9")])
    (tmp_path / "out" / "report.txt").write_bytes(b"Dear practice, your file was received.")
    ask()
    with organization_scope(practice.pk):
        assert not ExchangeFile.objects.filter(direction="INBOUND").exists()
        FetchedFile.objects.update(first_seen_at=timezone.now() - LONG)
    ask()
    assert stood(practice)[0] == "ACCEPTED"
    with organization_scope(practice.pk):
        assert ExchangeFile.objects.get(name="ack.999").message
        assert ExchangeFile.objects.get(name="report.txt").state == "REFUSED"
    assert problems(practice) == ["UNREADABLE"]


def reject(number):
    """Events in which one set is rejected."""

    def change(event):
        if isinstance(event, SetAcknowledgement) and event.control_number == number:
            return msgspec.structs.replace(event, verdict="R", reasons=("5",))
        if isinstance(event, AcknowledgementEnd):
            return msgspec.structs.replace(event, verdict="P", accepted_set_count="1")
        return event

    return change


def only_the_group(verdict):
    """A 999 that says nothing of the sets one by one."""
    return lambda text: b"~".join(
        one if not one.startswith(b"AK9") else b"AK9*%s*2*2*%d" % (verdict, 2 if verdict == b"A" else 0)
        for one in text.split(b"~")
        if not one.startswith((b"AK2", b"IK5"))
    )


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (lambda sent: answers.ta1_alone(sent), "RECEIVED"),
        (lambda sent: answers.ta1_alone(sent, "R", "024"), "REJECTED"),
        (lambda sent: answers.ta1_alone(sent, "R", "025"), "RECEIVED"),
        (lambda sent: answers.acknowledged(sent, ta1=False), "ACCEPTED"),
        (lambda sent: answers.acknowledged(sent, change=reject("0002")), "PARTLY_ACCEPTED"),
        (lambda sent: only_the_group(b"A")(answers.acknowledged(sent)), "ACCEPTED"),
        (lambda sent: only_the_group(b"R")(answers.acknowledged(sent)), "REJECTED"),
        (lambda sent: only_the_group(b"P")(answers.acknowledged(sent)), "RECEIVED"),
    ],
    ids=[
        "ta1",
        "ta1 refused",
        "ta1 of a copy",
        "999 alone",
        "one set",
        "group",
        "no group",
        "part of a group",
    ],
)
def test_what_the_answers_come_to(practice, sent, ask, tmp_path, make, answer):
    (tmp_path / "out" / "ack").write_bytes(make(sent))
    ask()
    assert stood(practice)[0] == answer
    assert problems(practice) == []


def test_an_answer_to_what_was_never_sent_is_kept_and_told(practice, sent, ask, tmp_path):
    foreign = answers.acknowledged(sent.replace(b"*000000001*", b"*000000777*").replace(b"GS*HC", b"GS*HC"))
    (tmp_path / "out" / "foreign").write_bytes(foreign.replace(b"AK1*HC*1*", b"AK1*HC*777*"))
    ask()
    answer, told = stood(practice)
    assert answer == "WAITING"
    assert {is_ours for _, _, _, is_ours in told} == {False}
    assert problems(practice) == ["UNKNOWN_ANSWER"] * 3
    with organization_scope(practice.pk):
        titles = " ".join(WorkItem.objects.filter(kind="EXCHANGE").values_list("title", flat=True))
    assert "interchange 000000777" in titles
    assert "group 777 set 0001" in titles


def test_whoever_answers_holds_the_file(practice, sent, ask, tmp_path):
    """The line broke after the partner had it, and the attempts were given up."""
    with organization_scope(practice.pk):
        Interchange.objects.update(state="FAILED", sent_at=None)
    (tmp_path / "out" / "ack").write_bytes(answers.ta1_alone(sent))
    ask()
    with organization_scope(practice.pk):
        assert (Interchange.objects.get().state, Interchange.objects.get().sent_at is None) == ("SENT", False)


def test_an_interchange_that_nobody_answers_is_missed_and_found(practice, sent, ask, tmp_path, biller):
    def look(hours):
        with organization_scope(practice.pk):
            Interchange.objects.update(sent_at=timezone.now() - datetime.timedelta(hours=hours))
            find_unanswered()

    look(23)
    assert problems(practice) == []
    look(25)
    look(25)
    assert problems(practice) == ["UNANSWERED"]
    with organization_scope(practice.pk):
        interchange = Interchange.objects.get()
    assert (
        "should have answered within 24 hours"
        in biller.get(biller.at(f"files/sent/{interchange.id}/")).content.decode()
    )
    (tmp_path / "out" / "ack").write_bytes(answers.acknowledged(sent))
    ask()
    assert (problems(practice), problems(practice, "CANCELLED")) == ([], ["UNANSWERED"])


def test_after_a_wrong_password_nobody_knocks_until_a_person_has_looked(
    practice, wire, ask, biller, run_jobs
):
    (Path(os.environ["RCM_SECRETS_FOLDER"]) / "old").write_text("was good last year")
    with organization_scope(practice.pk):
        Connection.objects.update(secret_name="old")
    for _ in range(3):
        ask()
    assert problems(practice) == ["UNREACHABLE"]
    with organization_scope(practice.pk):
        assert [one.trouble for one in FetchAttempt.objects.all()] == ["SIGN_IN"]
        Connection.objects.update(secret_name="prairie")
    assert biller.post(biller.at(f"files/partners/{wire.id}/fetch/")).status_code == 302
    run_jobs()
    assert problems(practice) == []
    assert "Asked last" in biller.get(biller.at(f"files/partners/{wire.id}/")).content.decode()


def test_remittances_go_the_way_of_every_remittance(practice, wire, ask, tmp_path, run_jobs):
    with organization_scope(practice.pk):
        era.claim("C1", "150.00")
        content = era.Era("T1").paid("C1", "150.00 100.00 CO-45=50.00").bytes()
    (tmp_path / "out" / "era.835").write_bytes(content)
    ask()
    for _ in range(2):
        with organization_scope(practice.pk):
            take_fetched()
        run_jobs()
    with organization_scope(practice.pk):
        assert Remittance.objects.get().state == "POSTED"
        assert FileContent.objects.get().taken_at is not None


def test_a_file_from_a_portal_is_brought_by_hand(practice, sent, run_jobs, biller, reader):
    from django.core.files.uploadedfile import SimpleUploadedFile

    def bring(who, content):
        return who.post(who.at("files/bring/"), {"file": SimpleUploadedFile("ack.999", content)})

    assert bring(reader, b"ISA").status_code == 403
    assert bring(biller, answers.acknowledged(sent)).status_code == 302
    run_jobs()
    assert stood(practice)[0] == "ACCEPTED"
    assert biller.post(biller.at("files/bring/")).status_code == 302
