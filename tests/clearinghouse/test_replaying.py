"""What could not be sent or read is before a person with its history, and is tried again without doubling anything."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import AuditEvent, DomainEvent
from clearinghouse import lines
from clearinghouse.models import Connection, EnvelopeAnswer, Interchange, TradingPartner
from clearinghouse.services import bring_in, seal
from clearinghouse.services.answering import find_unanswered
from clearinghouse.services.problems import open_problem
from tenancy import jobs
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.factories import answers
from tests.factories.partners import claims_to_send
from workbench.models import BulkLine, WorkItem
from workbench.services import take_failed_jobs

HTMX = {"HX-Request": "true"}


@pytest.fixture
def unsent(practice, wire, partner_server, run_jobs, tmp_path):
    """Two interchanges the partner has not taken, six times each."""
    (tmp_path / "in").rmdir()
    with organization_scope(practice.pk):
        for prefix in "CD":
            seal(partner_id=wire.id, kind="837P", claims=claims_to_send(1, prefix), at=timezone.now())
    for _ in range(7):
        run_jobs()
        OutboxMessage.objects.update(due_at=timezone.now())
    (tmp_path / "in").mkdir()
    return items(practice)


def items(practice, *, is_open=True):
    with organization_scope(practice.pk):
        return list(WorkItem.objects.filter(kind="EXCHANGE", is_open=is_open).order_by("id"))


def states(practice):
    with organization_scope(practice.pk):
        return list(Interchange.objects.order_by("control_number").values_list("state", flat=True))


def try_again(who, item):
    return who.post(f"/p/{who.practice.pk}/work/item/{item.id}/fix/")


def test_a_file_that_could_not_be_sent_shows_its_attempts_and_is_sent_once_more(
    practice, unsent, run_jobs, biller, reader, poster, stranger, tmp_path
):
    first, _ = unsent
    page = biller.get(biller.at(f"work/item/{first.id}/")).content.decode()
    assert page.count("The partner&#x27;s folder is missing or closed to us") == 6
    assert "sftp/1 paramiko/" in page
    assert "All 2 of this kind" in page
    assert "Try again" in page
    assert "Try again" not in poster.get(poster.at(f"work/item/{first.id}/")).content.decode()

    assert stranger.post(biller.at(f"work/item/{first.id}/fix/")).status_code == 404
    for who in (reader, poster):
        assert try_again(who, first).status_code == 403
    assert try_again(biller, first).status_code == 302
    assert try_again(biller, first).status_code == 302
    run_jobs()
    assert states(practice) == ["SENT", "FAILED"]
    assert len(list((tmp_path / "in").iterdir())) == 1
    assert try_again(biller, first).status_code == 409
    with organization_scope(practice.pk):
        assert AuditEvent.objects.filter(verb="clearinghouse.interchange.ordered").exists()


def test_all_of_a_kind_are_tried_again_together(
    practice, unsent, run_jobs, biller, poster, sign_in, tmp_path
):
    with organization_scope(practice.pk):
        other = Interchange.objects.order_by("id").first()
        open_problem("UNANSWERED", subject=other, title="no acknowledgement", at=timezone.now())
    queue = biller.get(biller.at("work/exchange/?category=NOT_SENT&stage=TO_WORK")).content.decode()
    assert 'value="FIX"' in queue
    assert 'value="FIX"' not in poster.get(poster.at("work/exchange/?stage=TO_WORK")).content.decode()

    everything = {"action": "FIX", "everything": "3", "filter": "stage=TO_WORK"}
    preview = biller.post(biller.at("work/exchange/bulk/"), everything, headers=HTMX).content.decode()
    assert "1 left out: was sent: only its partner can say what became of it" in preview
    assert poster.post(poster.at("work/exchange/bulk/run/"), everything).status_code == 404
    ordered = biller.post(biller.at("work/exchange/bulk/run/"), {**everything, "changing": "2"})
    assert ordered.status_code == 302
    run_jobs()
    assert states(practice) == ["SENT", "SENT"]
    assert [item.category for item in items(practice)] == ["UNANSWERED"]
    with organization_scope(practice.pk):
        assert set(BulkLine.objects.values_list("outcome", flat=True)) == {"CHANGED"}
    assert len(list((tmp_path / "in").iterdir())) == 2


def test_answers_that_found_nothing_are_read_again(
    practice, wire, partner_server, run_jobs, tmp_path, biller
):
    """The partner's id was written wrong when its answer came."""
    with organization_scope(practice.pk):
        seal(partner_id=wire.id, kind="837P", claims=claims_to_send(2), at=timezone.now())
    run_jobs()
    [sent] = (tmp_path / "in").iterdir()
    with organization_scope(practice.pk):
        TradingPartner.objects.update(receiver_id="PRARIE")
        bring_in(
            name="a.999", content=answers.acknowledged(sent.read_bytes()), source="UPLOAD", at=timezone.now()
        )
    run_jobs()
    told = items(practice)
    assert [item.category for item in told] == ["UNKNOWN_ANSWER"] * 2
    assert try_again(biller, told[0]).status_code == 302
    run_jobs()
    assert len(items(practice)) == 2

    with organization_scope(practice.pk):
        TradingPartner.objects.update(receiver_id="PRAIRIE")
    assert try_again(biller, items(practice)[0]).status_code == 302
    run_jobs()
    assert items(practice) == []
    with organization_scope(practice.pk):
        assert Interchange.objects.get().answer == "ACCEPTED"
        assert (
            EnvelopeAnswer.objects.filter(interchange__isnull=False).count()
            == EnvelopeAnswer.objects.count()
            == 2
        )
        assert AuditEvent.objects.filter(verb="clearinghouse.exchangefile.reread").count() == 2


def test_what_can_never_be_read_says_so(practice, wire, biller):
    with organization_scope(practice.pk):
        bring_in(name="letter.txt", content=b"Dear practice,", source="UPLOAD", at=timezone.now())
    [item] = items(practice)
    refused = try_again(biller, item)
    assert refused.status_code == 409
    assert "No ISA segment was found" in refused.content.decode()
    assert items(practice) == [item]


def test_a_partner_that_is_away_is_asked_at_once(practice, wire, partner_server, run_jobs, biller, tmp_path):
    with organization_scope(practice.pk):
        line = Connection.objects.select_related("partner").get(is_active=True)
        seal(partner_id=wire.id, kind="837P", claims=claims_to_send(1), at=timezone.now())
        open_problem("AWAY", subject=line.partner, title="away", at=timezone.now())
    for _ in range(lines.FAILURES):
        with lines.place_on(line) as place:
            place.trouble = "UNREACHABLE"
    run_jobs()
    assert states(practice) == ["SEALED"]
    assert try_again(biller, items(practice)[0]).status_code == 302
    run_jobs()
    assert states(practice) == ["SENT"]
    assert items(practice) == []


def put_aside(who, item, **said):
    asked = {
        "version": str(item.version),
        "outcome": "NO_ACTION_NEEDED",
        "reason": "They hold it, by phone",
        **said,
    }
    return who.post(f"/p/{who.practice.pk}/work/item/{item.id}/close/", asked)


def test_what_needs_nothing_more_is_put_aside_with_its_reason_for_good(
    practice, wire, partner_server, run_jobs, biller, reader
):
    with organization_scope(practice.pk):
        seal(partner_id=wire.id, kind="837P", claims=claims_to_send(1), at=timezone.now())
    run_jobs()
    late = timezone.now() + timedelta(days=2)
    with organization_scope(practice.pk):
        Interchange.objects.update(sent_at=timezone.now() - timedelta(days=2))
        for _ in range(2):
            find_unanswered(at=late)
        missing = DomainEvent.objects.get(name="batch.missing_ack")
        sealed = Interchange.objects.get()
        assert (missing.subject_id, missing.data["control_number"]) == (sealed.id, sealed.control_number)
    [item] = items(practice)
    assert "Put aside" in biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert try_again(biller, item).status_code == 409
    assert put_aside(reader, item).status_code == 403
    refused = put_aside(biller, item, reason=" ")
    assert refused.status_code == 409
    assert "Write down why" in refused.content.decode()
    assert "1" in biller.get(biller.at("files/sent/?missing=1")).content.decode()

    assert put_aside(biller, item).status_code == 302
    with organization_scope(practice.pk):
        assert find_unanswered(at=late) == 0
        assert AuditEvent.objects.filter(verb="workbench.item.closed", subject_id=item.id).exists()
    assert items(practice) == []
    assert "They hold it, by phone" in biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "Every file is answered" in biller.get(biller.at("files/sent/?missing=1")).content.decode()


def test_what_has_not_reached_its_partner_cannot_be_put_aside(practice, unsent, biller):
    refused = put_aside(biller, unsent[0])
    assert refused.status_code == 409
    assert "bring it by hand" in refused.content.decode()
    assert len(items(practice)) == 2


@pytest.fixture
def failed_jobs(practice):
    ran = []

    def fail_twice(*, name):
        ran.append(name)
        if len(ran) <= 2 * jobs.MAX_ATTEMPTS:
            raise OSError

    jobs.job("tests.fail_twice")(fail_twice)
    with organization_scope(practice.pk):
        waiting = [jobs.enqueue("tests.fail_twice", name=name) for name in ("one", "two")]
    for _ in range(jobs.MAX_ATTEMPTS):
        OutboxMessage.objects.update(due_at=timezone.now())
        for message in waiting:
            jobs.run_message(message)
    with organization_scope(practice.pk):
        take_failed_jobs(at=timezone.now())
        yield list(WorkItem.objects.filter(kind="FAILED_JOB").order_by("id"))
    del jobs._jobs["tests.fail_twice"]


def test_jobs_that_gave_up_run_again_one_or_all(practice, failed_jobs, biller, reader, run_jobs):
    first, second = failed_jobs
    assert try_again(reader, first).status_code == 403
    assert try_again(biller, first).status_code == 302
    assert try_again(biller, first).status_code == 409
    message = OutboxMessage.objects.get(id=first.subject_id)
    with organization_scope(practice.pk):
        replayed = DomainEvent.objects.get(name="job.replayed")
    assert (replayed.actor_kind, replayed.actor_id) == ("PERSON", biller.person.pk)
    assert (replayed.subject_id, replayed.causation_id) == (message.id, message.id)
    assert replayed.correlation_id == message.correlation_id
    asked = {"action": "FIX", "item": str(second.id), "changing": "1"}
    assert biller.post(biller.at("work/failed-jobs/bulk/run/"), asked).status_code == 302
    run_jobs()
    with organization_scope(practice.pk):
        assert not WorkItem.objects.filter(kind="FAILED_JOB", is_open=True).exists()
    assert set(OutboxMessage.objects.filter(name="tests.fail_twice").values_list("state", flat=True)) == {
        "DONE"
    }


@pytest.fixture
def stopped_fetch(practice, wire):
    """A job of this room that gave up: its connection's look into the partner's folder."""
    with organization_scope(practice.pk):
        line = Connection.objects.get(partner=wire, is_active=True)
        waiting = jobs.enqueue("clearinghouse.fetch", once_key=str(line.id), connection_id=line.id)
        OutboxMessage.objects.filter(id=waiting).update(
            state="NEEDS_HUMAN", attempts=5, error="ValueError", finished_at=timezone.now()
        )
        take_failed_jobs(at=timezone.now())
    return line


def test_an_exchange_whose_job_gave_up_stands_among_the_problems_and_runs_again(
    practice, stopped_fetch, partner_server, run_jobs, biller, poster
):
    [item] = items(practice)
    page = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "Job gave up" in page
    assert "stopped 5 times" in page
    assert "ValueError" in page
    assert try_again(poster, item).status_code == 403
    assert try_again(biller, item).status_code == 302
    run_jobs()
    assert items(practice) == []
    with organization_scope(practice.pk):
        stopped_fetch.refresh_from_db()
    assert stopped_fetch.asked_at


def test_a_job_whose_successor_waits_already_is_not_run_twice(practice, stopped_fetch, biller):
    with organization_scope(practice.pk):
        jobs.enqueue("clearinghouse.fetch", once_key=str(stopped_fetch.id), connection_id=stopped_fetch.id)
    assert try_again(biller, items(practice)[0]).status_code == 302
    assert items(practice) == []
    assert list(
        OutboxMessage.objects.filter(name="clearinghouse.fetch", state="PENDING").values_list("attempts")
    ) == [(0,)]
