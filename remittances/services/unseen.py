"""Posting through the gate: without a person looking first, and by one (domain rule: the auto-post gate)."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db import transaction

from remittances.choices import RemittanceState
from remittances.models import Remittance
from remittances.rules.balance import dollars
from remittances.rules.gate import why_all_waits
from remittances.services.books import lock_books
from remittances.services.exceptions import open_review_item
from remittances.services.gating import answers_of, apply_gated
from remittances.services.posting import PostingResult, post_remittance
from remittances.services.refusals import CannotPost

FIRST_ROUND = 1


class _AllWaits(Exception):
    """Rolls back the posting that was tried."""


def post_if_ready(*, remittance_id: UUID, at: datetime) -> bool:
    """Post what was never posted, unless a person must look first; returns whether it was done now.

    Single claims a person must look at wait in suspense, so that they hold nobody else's money.
    """
    remittance = Remittance.objects.filter(
        id=remittance_id, state=RemittanceState.READY, round=FIRST_ROUND, hold=""
    ).first()
    if remittance is None:
        return False
    try:
        with transaction.atomic():
            _post_what_may(remittance, at)
    except CannotPost:
        return False
    except _AllWaits as reason:
        Remittance.objects.filter(id=remittance_id).update(hold=str(reason)[:300])
        open_review_item(remittance, str(reason))
        return False
    return True


def _post_what_may(remittance: Remittance, at: datetime) -> None:
    answers = answers_of(remittance)
    if reason := why_all_waits(
        answers,
        handling_code=remittance.handling_code,
        payment_cents=remittance.payment_cents,
        limit_cents=settings.POST_UNSEEN_LIMIT_CENTS,
    ):
        raise _AllWaits(reason)
    lock_books()
    if left := apply_gated(answers, lambda: post_remittance(remittance_id=remittance.id, at=at)):
        raise _AllWaits(f"It would pay {dollars(sum(left.values()))} more than was charged.")


@transaction.atomic
def post_by_hand(*, remittance_id: UUID, at: datetime, version: int | None = None) -> PostingResult:
    """A person posts what waited as a whole. Single claims that have to be looked at wait alone all the same."""
    lock_books()
    remittance = Remittance.objects.get(id=remittance_id)
    done: list[PostingResult] = []

    def post() -> None:
        done.append(post_remittance(remittance_id=remittance_id, at=at, version=version))

    if apply_gated(answers_of(remittance), post):
        post()
    return done[-1]
