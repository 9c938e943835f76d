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
