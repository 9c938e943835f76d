from uuid import UUID

from django.utils import timezone

from eligibility import services
from tenancy.jobs import job


@job("eligibility.ask_again", queue="lines", atomic=False)
def ask_again(*, organization_id: UUID, inquiry_id: str) -> None:
    """Safe to repeat: an answer ends the question, the same bytes are kept once."""
    services.ask_again(organization_id=organization_id, inquiry_id=UUID(inquiry_id), at=timezone.now())


@job("eligibility.end_lost")
def end_lost() -> None:
    """Safe to repeat: a question has one message waiting."""
    services.end_lost(at=timezone.now())


@job("eligibility.take_fetched")
def take_fetched() -> None:
    """Safe to repeat: a file is taken once."""
    services.take_fetched(at=timezone.now())


@job("eligibility.ask_row", queue="lines", atomic=False)
def ask_row(*, organization_id: UUID, row_id: str) -> None:
    """Safe to repeat: a line is put once, and the same question is not put twice while its answer is awaited."""
    services.ask_row(organization_id=organization_id, row_id=UUID(row_id), at=timezone.now())


@job("eligibility.plan_rechecks")
def plan_rechecks() -> None:
    """Safe to repeat: a coverage is asked about once a day by rule."""
    services.plan_rechecks(at=timezone.now())
