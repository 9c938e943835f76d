import datetime
from uuid import UUID

from django.utils import timezone

from claims import services
from claims.selectors.dashboard import SPAN
from claims.services.editing import run_edits_for
from claims.services.progress import reporter
from clearinghouse.models import ExchangeFile
from tenancy.jobs import enqueue, job


@job("claims.import_file", queue="claims")
def import_file(*, file_id: str) -> None:
    """Safe to repeat: what is on file is left alone, and the whole file is one transaction."""
    file = ExchangeFile.objects.get(id=UUID(file_id))
    services.import_837(file=file, at=timezone.now(), progress=reporter(file.id))


@job("claims.find_silent_claims", queue="claims")
def find_silent_claims() -> None:
    """Safe to repeat: a claim is flagged once, and a ticket goes when its claim is heard of again."""
    now = timezone.now()
    services.measure_timing(at=now)
    services.close_tickets(at=now)
    services.find_silent_claims(at=now)
    services.find_missing_claims(at=now)
    services.hand_on_overdue(at=now)


@job("claims.ask_payers", queue="claims")
def ask_payers() -> None:
    """Safe to repeat: a claim has one open question."""
    services.ask_payers(at=timezone.now())


@job("claims.warn_of_filing_limits", queue="claims")
def warn_of_filing_limits() -> None:
    """Safe to repeat: each warning is given once."""
    services.warn_of_filing_limits(at=timezone.now())


@job("claims.close_settled", queue="claims")
def close_settled() -> None:
    """Safe to repeat: a closed claim is left alone until money is open on it again."""
    services.close_settled(at=timezone.now())


@job("claims.run_edits", queue="claims")
def run_edits(*, claim_ids: list[str]) -> None:
    """Safe to repeat: the same claims give the same results, and claims that have left are passed over."""
    run_edits_for(claim_ids=[UUID(one) for one in claim_ids], at=timezone.now())


@job("claims.bill_visits", queue="claims")
def bill_visits(*, run_id: str) -> None:
    """Safe to repeat: a visit has one line in a run, and a billed one says what it says."""
    if services.run_billing(run_id=UUID(run_id), at=timezone.now()):
        enqueue("claims.bill_visits", run_id=run_id)


@job("claims.take_changed_visits", queue="claims")
def take_changed_visits() -> None:
    """Safe to repeat: a claim that says what its visit says is left alone."""
    services.take_changed_visits(at=timezone.now())


@job("claims.send_ready", queue="claims")
def send_ready(*, is_urgent: bool = False) -> None:
    """Safe to repeat: a claim that has its place in an interchange is no longer ready."""
    services.send_ready(at=timezone.now(), is_urgent=is_urgent)


@job("claims.take_evidence", queue="claims")
def take_evidence() -> None:
    """Safe to repeat: evidence that has moved a claim moves it no more."""
    now = timezone.now()
    services.take_deliveries(at=now)
    services.take_answers(at=now)
    services.order_reading(at=now)


@job("claims.read_statuses", queue="claims")
def read_statuses(*, file_id: str) -> None:
    """Safe to repeat: what a file says of a claim is kept once."""
    services.read_statuses(file_id=UUID(file_id), at=timezone.now())


@job("claims.count_settling_days", queue="claims")
def count_settling_days() -> None:
    """Safe to repeat: the days are counted afresh."""
    services.count_settling(at=timezone.now())


@job("claims.count_all_days", queue="claims")
def count_all_days() -> None:
    """Safe to repeat: every day the dashboard shows, counted afresh."""
    today = timezone.localdate()
    services.count_days(first=today - datetime.timedelta(days=2 * SPAN), last=today)
