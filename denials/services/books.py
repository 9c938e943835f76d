"""The entries a person's decision on a denial makes, and taking them back. Callers hold the posting lock."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Sum
from django.utils.timezone import localdate

from denials.choices import WriteOffState
from denials.models import Denial, WriteOff
from ledger.choices import Account, EntryKind
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from remittances.services import settle
from tenancy.scope import current_scope


def move_to(
    denial: Denial,
    account: Account,
    cents: int,
    *,
    kind: EntryKind,
    key: str,
    source: tuple[str, UUID],
    memo: str,
    reference: str = "",
    at: datetime,
) -> UUID:
    """DR an account, CR what insurance owed on the line."""
    about: dict[str, Any] = {
        "claim_id": denial.claim_id,
        "charge_id": denial.charge_id,
        "patient_id": denial.patient_id,
        "payer_id": denial.payer_id,
    }
    insurance = Leg(Account.AR_INS, -cents, rank=denial.responsibility_rank, **about)
    rank = denial.responsibility_rank if account == Account.WRITEOFF_INS else 0
    draft = EntryDraft(
        kind=kind,
        effective_on=localdate(at),
        idempotency_key=key,
        source_type=source[0],
        source_id=source[1],
        legs=(Leg(account, cents, rank=rank, reference=reference, **about), insurance),
        memo=memo,
    )
    post_entries([draft])
    return draft.entry_id


def take_back_decisions(denials: Collection[Denial], *, at: datetime) -> None:
    """Mirror what people gave up or moved on these denials: what it rested on is no longer so."""
    if not denials:
        return
    write_offs = WriteOff.objects.filter(
        denial_id__in=[one.id for one in denials], state=WriteOffState.POSTED
    )
    take_back(denials, list(write_offs), at=at, note="The payer's later answer takes its place")


def take_back(
    denials: Collection[Denial], write_offs: Collection[WriteOff], *, at: datetime, note: str
) -> None:
    """Mirror these write-offs and the entries of the denials' resolutions, and settle their claims again."""
    resolved = [one for one in denials if one.resolution_entry_id]
    entries = [one.journal_entry_id for one in write_offs] + [one.resolution_entry_id for one in resolved]
    if not entries:
        return
    reverse_entries([entry for entry in entries if entry], effective_on=localdate(at), memo=note[:200])
    WriteOff.objects.filter(id__in=[one.id for one in write_offs]).update(
        state=WriteOffState.TAKEN_BACK,
        taken_back_at=at,
        taken_back_by_id=current_scope().person_id,
    )
    Denial.objects.filter(id__in=[one.id for one in resolved]).update(resolution_entry_id=None)
    left = dict(
        WriteOff.objects.filter(
            denial_id__in={one.denial_id for one in write_offs}, state=WriteOffState.POSTED
        )
        .values_list("denial_id")
        .annotate(cents=Sum("amount_cents"))
        .order_by()
    )
    for denial in denials:
        denial.resolution_entry_id = None
        denial.written_off_cents = left.get(denial.id, 0)
        Denial.objects.filter(id=denial.id).update(written_off_cents=denial.written_off_cents)
    settle({one.claim_id for one in denials}, at=at)
