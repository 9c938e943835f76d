"""What posting would write: the posting itself, done and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from ledger.models import JournalEntry
from ledger.selectors import entries_of
from remittances.models import Remittance
from remittances.selectors import AccountTotal, account_totals
from remittances.services.posting import PostingResult
from remittances.services.refusals import CannotPost
from remittances.services.unseen import post_by_hand

LARGEST = 2000
SHOWN = 100


@dataclass(frozen=True, slots=True)
class Rehearsal:
    result: PostingResult
    totals: list[AccountTotal]
    entries: list[JournalEntry]
    entry_count: int


def rehearse_posting(*, remittance_id: UUID, at: datetime) -> Rehearsal:
    """Post, look, and roll back: the entries are those that posting makes, reversals and credits included."""
    count = Remittance.objects.values_list("claim_count", flat=True).get(id=remittance_id)
    if count > LARGEST:
        raise CannotPost(
            f"A dry run of {count:,} claims takes too long; the proof above holds for all of them."
        )
    with transaction.atomic():
        before = set(entries_of(remittance_id).values_list("id", flat=True))
        result = post_by_hand(remittance_id=remittance_id, at=at)
        fresh = entries_of(remittance_id).exclude(id__in=before)
        rehearsal = Rehearsal(result, account_totals(remittance_id), list(fresh[:SHOWN]), fresh.count())
        transaction.set_rollback(True)
    return rehearsal
