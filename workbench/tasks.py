from uuid import UUID

from django.utils import timezone

from tenancy.jobs import enqueue, job
from workbench import services


@job("workbench.run_bulk", queue="work")
def run_bulk(*, run_id: str) -> None:
    """Safe to repeat: an item has one line in a run, and a message does its share once."""
    if services.run_bulk(run_id=UUID(run_id), at=timezone.now()):
        enqueue("workbench.run_bulk", run_id=run_id)


@job("workbench.write_export", queue="work")
def write_export(*, export_id: str) -> None:
    """Safe to repeat: a finished file is left alone."""
    services.write_export(export_id=UUID(export_id), at=timezone.now())


@job("workbench.wake_items", queue="work")
def wake_items() -> None:
    """Safe to repeat: wakes what is still asleep and due."""
    now = timezone.now()
    services.wake_due_items(on=timezone.localdate(now), at=now)


@job("workbench.take_failed_jobs", queue="work")
def take_failed_jobs() -> None:
    """Safe to repeat: a message that was handed over is marked, and one message has one open item."""
    services.take_failed_jobs(at=timezone.now())
