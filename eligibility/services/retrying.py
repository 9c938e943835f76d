"""Questions that were not answered at the first time: asked again by a job, and never left open for ever."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from eligibility.choices import AWAITED, InquiryState
from eligibility.models import OPEN, EligibilityInquiry, InquiryAttempt
from eligibility.services.checking import FIRST_PAUSE, exchange, line_of, take
from tenancy.choices import ActorKind
from tenancy.jobs import NotNow, enqueue
from tenancy.scope import organization_scope

LOST_AFTER = timedelta(minutes=2)
"""A question nobody has heard of for so long was being asked by a process that died."""

AWAITED_FOR = timedelta(days=3)
"""CORE: what is taken by 9 pm is answered by 7 am of the next business day, which may be after a weekend."""

TEST_AWAITED_FOR = timedelta(minutes=1)
"""Then a test payer that answers later does."""


def ask_again(*, organization_id: UUID, inquiry_id: UUID, at: datetime) -> None:
    """Ask once more, with the same bytes; what a payer promised to answer by itself is given up instead, unless it is a
    test payer. Raises NotNow while it has to wait."""
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        inquiry = EligibilityInquiry.objects.filter(id=inquiry_id, state__in=OPEN).first()
        if inquiry is None:
            return
        wait, line = _wait(inquiry, at), None if is_awaited(inquiry) else line_of(inquiry)
    if wait > timedelta():
        raise NotNow(wait)
    exchanged = exchange(inquiry, line, at=at)
    if exchanged.wait is not None:
        raise NotNow(exchanged.wait)
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        inquiry = take(inquiry_id=inquiry.id, exchanged=exchanged, at=at)
        wait = _wait(inquiry, at)
    if inquiry.state == InquiryState.WAITING:
        raise NotNow(wait)


def end_lost(*, at: datetime) -> int:
    """Have questions asked again whose asker is gone; returns how many. Safe to repeat."""
    lost = EligibilityInquiry.objects.filter(state=InquiryState.ASKING, asked_at__lt=at - LOST_AFTER)
    found = list(lost[:200])
    for inquiry in found:
        enqueue("eligibility.ask_again", inquiry_id=inquiry.id, once_key=str(inquiry.id))
    return len(found)


def next_attempt_at(inquiry: EligibilityInquiry) -> datetime | None:
    """Twice as long after each attempt; None where nobody was asked yet."""
    last = last_attempt(inquiry)
    if last is None:
        return None
    if last.trouble == AWAITED:
        return last.started_at + (TEST_AWAITED_FOR if inquiry.is_test else AWAITED_FOR)
    return last.started_at + FIRST_PAUSE * 2 ** (inquiry.attempts.count() - 1)


def is_awaited(inquiry: EligibilityInquiry) -> bool:
    """The payer has taken the question and answers later by itself."""
    last = last_attempt(inquiry)
    return last is not None and last.trouble == AWAITED


def _wait(inquiry: EligibilityInquiry, at: datetime) -> timedelta:
    due = next_attempt_at(inquiry)
    return due - at if due else timedelta()


def last_attempt(inquiry: EligibilityInquiry) -> InquiryAttempt | None:
    return inquiry.attempts.order_by("-started_at").first()
