"""The beat's own tasks; everything else goes through the outbox."""

from celery import shared_task

from tenancy import jobs


@shared_task(name="tenancy.sweep", ignore_result=True)
def sweep() -> None:
    jobs.sweep()


@shared_task(name="tenancy.fan_out", ignore_result=True)
def fan_out(name: str) -> None:
    """One message of the job `name` for every active practice."""
    jobs.for_each_organization(name)
