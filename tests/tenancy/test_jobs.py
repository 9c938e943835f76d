"""Jobs: written with the act, done once, retried, and in the end handed to a person."""

import datetime
import shutil
import tempfile
import threading
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.models import DomainEvent
from tenancy import jobs
from tenancy.choices import MessageState
from tenancy.models import Location, OutboxMessage
from tenancy.scope import current_scope, organization_scope
from tests.soak.severed import PORT, Severed


@pytest.fixture
def job_that_opens_a_place():
    def open_place(*, name: str) -> None:
        Location.objects.create(organization_id=current_scope().practice_id, name=name)

    jobs.job("tests.open_place")(open_place)
    yield
    del jobs._jobs["tests.open_place"]


@pytest.fixture
def job_that_fails_after_writing():
    def fail(*, name: str) -> None:
        Location.objects.create(organization_id=current_scope().practice_id, name=name)
        raise OSError("the partner is away")

    jobs.job("tests.fail")(fail)
    yield
    del jobs._jobs["tests.fail"]


def enqueue(practice, job_name, /, **arguments):
    with organization_scope(practice.pk):
        return jobs.enqueue(job_name, **arguments)


def test_a_job_is_done_once_however_often_it_is_delivered(practice, job_that_opens_a_place):
    message = enqueue(practice, "tests.open_place", name="North")

    assert [jobs.run_message(message) for _ in range(3)] == [True, False, False]
    assert Location.objects.filter(organization=practice, name="North").count() == 1


def test_a_job_of_a_rolled_back_act_never_was(practice, job_that_opens_a_place):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        enqueue(practice, "tests.open_place", name="North")
        raise ZeroDivisionError

    assert not OutboxMessage.objects.exists()


def test_a_failing_job_leaves_nothing_behind_and_waits_longer_each_time(
    practice, job_that_fails_after_writing
):
    message_id = enqueue(practice, "tests.fail", name="North")

    assert jobs.run_message(message_id) is False

    message = OutboxMessage.objects.get(pk=message_id)
    assert (message.state, message.attempts, message.error) == (MessageState.PENDING, 1, "OSError")
    assert message.due_at > timezone.now()
    assert not Location.objects.filter(name="North").exists()


@pytest.fixture
def cut_off(practice):
    """The database is away for a second whenever this is called, in the middle of what goes on."""
    folder = Path(tempfile.mkdtemp(prefix="rcm-s-", dir="/tmp"))
    before = dict(connection.settings_dict)
    severed = Severed(folder, before["HOST"], before["PORT"])
    connection.close()
    connection.settings_dict.update(HOST=str(folder), PORT=str(PORT))

    def cut_off():
        right, severed.server = severed.server, f"{folder}/nobody"
        threading.Timer(1, lambda: setattr(severed, "server", right)).start()
        severed.cut()

    yield cut_off
    connection.close()
    connection.settings_dict.update(before)
    severed.close()
    shutil.rmtree(folder)


@pytest.mark.django_db(transaction=True)
def test_a_database_that_comes_back_is_told_what_became_of_the_job(practice, cut_off):
    def lose_the_line(*, organization_id):
        cut_off()
        OutboxMessage.objects.count()

    jobs.job("tests.lose_the_line", atomic=False)(lose_the_line)
    try:
        with organization_scope(practice.pk):
            message = jobs.enqueue("tests.lose_the_line")
        assert not jobs.run_message(message)
    finally:
        del jobs._jobs["tests.lose_the_line"]
    left = OutboxMessage.objects.get(id=message)
    assert (left.state, left.error, left.leased_until) == (MessageState.PENDING, "OperationalError", None)


def test_after_the_last_attempt_a_person_takes_over(practice, job_that_fails_after_writing):
    message_id = enqueue(practice, "tests.fail", name="North")

    for _ in range(jobs.MAX_ATTEMPTS):
        OutboxMessage.objects.update(due_at=timezone.now())
        jobs.run_message(message_id)

    message = OutboxMessage.objects.get(pk=message_id)
    assert (message.state, message.attempts) == (MessageState.NEEDS_HUMAN, jobs.MAX_ATTEMPTS)


@pytest.fixture
def job_whose_worker_is_killed():
    def die(*, name: str) -> None:
        raise SystemExit(9)

    jobs.job("tests.die")(die)
    yield
    del jobs._jobs["tests.die"]


def told_of(practice, message_id):
    with organization_scope(practice.pk):
        rows = DomainEvent.objects.filter(subject_id=message_id).order_by("recorded_at", "id")
        return [(one.name, one.data["attempts"]) for one in rows]


def test_what_became_of_a_failing_job_is_told_in_the_chain_it_belongs_to(
    practice, job_that_fails_after_writing
):
    with organization_scope(practice.pk) as wanted_in:
        message_id = jobs.enqueue("tests.fail", name="Maria Alvarez")
    for _ in range(jobs.MAX_ATTEMPTS):
        OutboxMessage.objects.update(due_at=timezone.now())
        jobs.run_message(message_id)

    retried = [("job.retried", attempt) for attempt in range(1, jobs.MAX_ATTEMPTS)]
    assert told_of(practice, message_id) == [*retried, ("job.dead_lettered", jobs.MAX_ATTEMPTS)]
    with organization_scope(practice.pk):
        for event in DomainEvent.objects.all():
            assert (event.correlation_id, event.causation_id) == (wanted_in.correlation_id, message_id)
            assert (event.subject_type, event.actor_kind) == ("tenancy.outboxmessage", "JOB")
            assert set(event.data) == {"job", "attempts", "error"}
            assert (event.data["job"], event.data["error"]) == ("tests.fail", "OSError")


def test_a_job_whose_worker_was_lost_is_told_to_have_timed_out(practice, job_whose_worker_is_killed):
    message_id = enqueue(practice, "tests.die", name="North")
    for _ in range(jobs.MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            jobs.run_message(message_id)
        assert not jobs.run_message(message_id)  # held until its lease ends
        OutboxMessage.objects.update(leased_until=timezone.now() - datetime.timedelta(seconds=1))

    assert not jobs.run_message(message_id)
    lost = [("job.timed_out", attempt) for attempt in range(1, jobs.MAX_ATTEMPTS + 1)]
    assert told_of(practice, message_id) == [*lost, ("job.dead_lettered", jobs.MAX_ATTEMPTS)]


def test_a_job_that_is_done_at_once_is_not_told_of(practice, job_that_opens_a_place):
    message_id = enqueue(practice, "tests.open_place", name="North")
    jobs.run_message(message_id)

    assert told_of(practice, message_id) == []


@pytest.fixture(params=[2, -2], ids=["ahead", "behind"])
def wrong_clock(request, monkeypatch):
    """A worker two hours from the truth."""
    right = timezone.now
    monkeypatch.setattr(timezone, "now", lambda: right() + datetime.timedelta(hours=request.param))
    return right


def test_a_wrong_clock_neither_hurries_nor_delays_a_job(practice, wrong_clock, job_that_opens_a_place):
    later = wrong_clock() + datetime.timedelta(hours=1)
    now, put_off = (
        enqueue(practice, "tests.open_place", name="North"),
        enqueue(practice, "tests.open_place", name="South", due_at=later),
    )

    assert [jobs.run_message(now), jobs.run_message(put_off)] == [True, False]


def test_what_a_worker_with_a_wrong_clock_left_is_taken_up_in_time(
    practice, wrong_clock, job_whose_worker_is_killed, job_that_fails_after_writing
):
    failed, killed = (enqueue(practice, name, name="North") for name in ("tests.fail", "tests.die"))
    jobs.run_message(failed)
    with pytest.raises(SystemExit):
        jobs.run_message(killed)

    soon = wrong_clock() + datetime.timedelta(minutes=1)
    assert wrong_clock() < OutboxMessage.objects.get(pk=failed).due_at < soon
    assert wrong_clock() < OutboxMessage.objects.get(pk=killed).leased_until < soon


def test_a_once_key_is_not_written_twice_while_pending(practice, job_that_opens_a_place):
    for _ in range(2):
        enqueue(practice, "tests.open_place", name="North", once_key="north")

    assert OutboxMessage.objects.count() == 1


def test_an_unknown_job_is_refused_at_once(practice):
    with pytest.raises(jobs.UnknownJob):
        enqueue(practice, "tests.no_such_job")
