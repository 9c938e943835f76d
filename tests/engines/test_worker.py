"""A real worker and a real beat, over a real Valkey: what was asked for is done, whatever became of the bell."""

import os
import subprocess

import pytest
import redis
from celery.beat import Scheduler
from django.db import connections

from rcm_site.celery import BEAT, EVERYWHERE, QUEUES, app
from rcm_site.engines.addresses import redis_url
from rcm_site.engines.places import PROJECT
from rcm_site.engines.processes import wait_until
from rcm_site.management.commands.workbench import children
from tenancy import jobs
from tenancy.choices import MessageState
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope


def test_every_queue_has_a_worker_and_every_beat_a_job():
    assert {queue for _, queue, _ in jobs._jobs.values()} <= set(QUEUES)
    assert {name for name, _ in BEAT} <= jobs.job_names()
    app.loader.import_default_modules()
    assert {name for name, _ in EVERYWHERE} <= set(app.tasks)


@pytest.fixture
def running(tmp_path):
    """Starts the workbench's worker and beat on this test's database, with one process, until the test ends."""
    started = []

    def start(*names):
        for name in names:
            command, environment = children(0, {"web_processes": 1, "worker_processes": 1})[name]
            database = {"RCM_DATABASE_NAME": connections["default"].settings_dict["NAME"]}
            with (tmp_path / f"{name}.log").open("wb") as log:
                started.append(
                    subprocess.Popen(
                        command,
                        cwd=PROJECT,
                        env={**os.environ, **environment, **database},
                        stdout=log,
                        stderr=log,
                    )
                )

    yield start
    for process in started:
        process.terminate()
    for process in started:
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@pytest.mark.worker
@pytest.mark.django_db(transaction=True, databases="__all__")
def test_a_worker_does_what_was_asked_even_when_its_bell_was_lost(practice, running):
    with organization_scope(practice.pk):
        message = jobs.enqueue("workbench.wake_items")
    redis.Redis.from_url(redis_url()).delete("work")

    running("worker", "beat")

    def is_done():
        return OutboxMessage.objects.get(pk=message).state == MessageState.DONE

    assert wait_until(is_done, seconds=60, every=0.2)
    assert OutboxMessage.objects.get(pk=message).attempts == 1


def test_everything_is_due_when_beat_starts():
    """A machine that runs a few hours a day must not wait six of them for what is due every six hours."""
    schedule = Scheduler(app, lazy=True)
    schedule.setup_schedule()
    ours = {name: entry for name, entry in schedule.schedule.items() if not name.startswith("celery.")}
    assert len(ours) >= 8
    assert all(entry.is_due().is_due for entry in ours.values())
