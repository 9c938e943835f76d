from uuid import UUID

from django.utils import timezone

from remittances import services
from tenancy.jobs import job


@job("remittances.ingest_file", queue="remittances")
def ingest_file(*, file_id: UUID, post: bool = False) -> None:
    """Safe to repeat: what became of a file is written once. Posting is ordered in the same transaction."""
    now = timezone.now()
    results = services.ingest_file(file_id=file_id, at=now)
    if post:
        services.order_posting(results, at=now)


@job("remittances.post_remittance", queue="remittances")
def post_remittance(*, remittance_id: UUID) -> None:
    """Safe to repeat: a remittance is taken once; one that is posted already is left alone."""
    services.post_if_ready(remittance_id=remittance_id, at=timezone.now())


@job("remittances.collect_inbox", queue="remittances")
def collect_inbox() -> None:
    """Safe to repeat: the same bytes are stored once, and a file leaves the folder only after that is committed."""
    services.collect_inbox(at=timezone.now())


@job("remittances.take_fetched", queue="remittances")
def take_fetched() -> None:
    """Safe to repeat: a file is taken once."""
    services.take_fetched(at=timezone.now())


@job("remittances.look_again", queue="remittances")
def look_again() -> None:
    """Safe to repeat: a payment is matched once."""
    services.look_again(at=timezone.now())


@job("remittances.find_next_due", queue="remittances")
def find_next_due() -> None:
    """Safe to repeat: a claim has one open item."""
    services.find_next_due(at=timezone.now())


@job("remittances.prove_ledger", queue="remittances")
def prove_ledger() -> None:
    """Safe to repeat: it reads, and one failing proof has one work item."""
    services.prove_nightly(at=timezone.now())
