from uuid import UUID

from django.utils import timezone

from denials import services
from tenancy.jobs import enqueue, job


@job("denials.take_facts", queue="denials")
def take_facts() -> None:
    """Safe to repeat: a fact is taken once, under its row lock, and a denial is one per line and payer."""
    now = timezone.now()
    if services.take_facts(on=timezone.localdate(now), at=now):
        enqueue("denials.take_facts")


@job("denials.follow_corrections", queue="denials")
def follow_corrections() -> None:
    """Safe to repeat: a version of a claim moves a denial once."""
    if services.follow_corrections(at=timezone.now()):
        enqueue("denials.follow_corrections")


@job("denials.rescore", queue="denials")
def rescore(*, after: str = "", table: list[int] | None = None) -> None:
    """Safe to repeat: the same day gives the same scores, and a deadline passes once."""
    now = timezone.now()
    further = services.expire_and_rescore(
        on=timezone.localdate(now), at=now, after=UUID(after) if after else None, table=table or ()
    )
    if further:
        enqueue("denials.rescore", after=further.after, table=list(further.table))
