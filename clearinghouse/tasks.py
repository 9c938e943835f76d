from uuid import UUID

from django.utils import timezone

from clearinghouse.services import answering, fetching, noticing
from clearinghouse.services.delivering import deliver as deliver_interchange
from tenancy.jobs import job


@job("clearinghouse.deliver", queue="lines", atomic=False)
def deliver(*, organization_id: UUID, interchange_id: str) -> None:
    """Safe to repeat: the same name and bytes, and the partner's directory is asked before anything is written."""
    deliver_interchange(
        organization_id=organization_id, interchange_id=UUID(interchange_id), at=timezone.now()
    )


@job("clearinghouse.order_fetches", queue="clearinghouse")
def order_fetches() -> None:
    """Safe to repeat: a connection has one message waiting."""
    fetching.order_fetches()


@job("clearinghouse.fetch", queue="lines", atomic=False)
def fetch(*, organization_id: UUID, connection_id: str) -> None:
    """Safe to repeat: a file is stored before it is removed there, and what is stored is known."""
    fetching.fetch(organization_id=organization_id, connection_id=UUID(connection_id), at=timezone.now())


@job("clearinghouse.read_answers", queue="clearinghouse")
def read_answers(*, file_id: str) -> None:
    """Safe to repeat: each answer of a file is kept once."""
    answering.read_answers(file_id=UUID(file_id), at=timezone.now())


@job("clearinghouse.find_unanswered", queue="clearinghouse")
def find_unanswered() -> None:
    """Safe to repeat: an interchange has one open item."""
    answering.find_unanswered(at=timezone.now())


@job("clearinghouse.notice_unknown", queue="clearinghouse")
def notice_unknown(*, file_id: str) -> None:
    """Safe to repeat: a partner and a thing have one row."""
    noticing.notice_unknown_things(file_id=UUID(file_id), at=timezone.now())
