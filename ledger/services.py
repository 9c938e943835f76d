"""Writing the books: entries are posted and reversed, never changed."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from django.db import connection

from audit import services as audit
from ledger.choices import EntryKind
from ledger.models import AccountBalance, JournalEntry, Posting
from ledger.selectors import BALANCE_KEY
from tenancy.bulk import array_literal, insert_rows
from tenancy.ids import uuid7, uuid7s
from tenancy.scope import current_scope


class UnbalancedEntry(ValueError):
    """The legs of an entry do not sum to zero, or are fewer than two."""


class Leg(NamedTuple):
    """One posting to be: debit positive, credit negative."""

    account: str
    amount_cents: int
    claim_id: uuid.UUID | None = None
    charge_id: uuid.UUID | None = None
    patient_id: uuid.UUID | None = None
    payer_id: uuid.UUID | None = None
    rank: int | None = None
    reference: str = ""
    remittance_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class EntryDraft:
    """An entry to be. The same `idempotency_key` is posted once in a practice, however often it is asked for."""

    kind: str
    effective_on: date
    idempotency_key: str
    source_type: str
    source_id: uuid.UUID | None
    legs: tuple[Leg, ...]
    memo: str = ""
    reverses_id: uuid.UUID | None = None
    entry_id: uuid.UUID = field(default_factory=uuid7)


ENTRY_COLUMNS = (
    "id",
    "kind",
    "effective_on",
    "idempotency_key",
    "source_type",
    "source_id",
    "memo",
    "reverses_id",
    "actor_kind",
    "actor_id",
)
POSTING_COLUMNS = (
    "id",
    "entry_id",
    "account",
    "amount_cents",
    "rank",
    "claim_id",
    "charge_id",
    "patient_id",
    "payer_id",
    "remittance_id",
    "reference",
)
_POSTING_TYPES = (
    "uuid",
    "uuid",
    "text",
    "bigint",
    "smallint",
    "uuid",
    "uuid",
    "uuid",
    "uuid",
    "uuid",
    "text",
)


def post_entries(drafts: Iterable[EntryDraft]) -> list[uuid.UUID]:
    """Post every draft whose key is not in the books yet; returns the ids of those posted now.

    Entries, postings and cached balances are written by two statements, whatever the number of drafts. A balance has
    the id of a posting of its own: such ids are ordered by time, so that its indexes stay compact.
    """
    wanted = list({draft.idempotency_key: draft for draft in drafts}.values())
    for draft in wanted:
        _check(draft)
    scope = current_scope()
    rows = [
        (
            draft.entry_id,
            draft.kind,
            draft.effective_on,
            draft.idempotency_key,
            draft.source_type,
            draft.source_id,
            draft.memo,
            draft.reverses_id,
            scope.actor_kind,
            scope.person_id,
        )
        for draft in wanted
    ]
    taken = insert_rows(
        JournalEntry, ENTRY_COLUMNS, rows, on_conflict="ON CONFLICT DO NOTHING", returning="id"
    )
    posted = {row[0] for row in taken}
    new = [draft for draft in wanted if draft.entry_id in posted]
    _insert_postings(new)
    _tell(new)
    return [draft.entry_id for draft in new]


def _tell(posted: Sequence[EntryDraft]) -> None:
    """One event for what was posted together and one for what was taken back, each with the ids of its entries."""
    mirrors = [str(draft.entry_id) for draft in posted if draft.reverses_id]
    others = [str(draft.entry_id) for draft in posted if not draft.reverses_id]
    audit.emit_many(
        audit.Happening(
            name=name,
            subject_type=JournalEntry._meta.label_lower,
            subject_id=uuid.UUID(entries[0]),
            data={"entries": entries},
        )
        for name, entries in (("ledger.entry.posted", others), ("ledger.entry.reversed", mirrors))
        if entries
    )


def _check(draft: EntryDraft) -> None:
    total = sum(leg.amount_cents for leg in draft.legs)
    if total or len(draft.legs) < 2:
        raise UnbalancedEntry(f"{draft.idempotency_key}: {len(draft.legs)} legs sum to {total}")


def _insert_postings(drafts: Sequence[EntryDraft]) -> None:
    legs = [(draft.entry_id, leg) for draft in drafts for leg in draft.legs]
    rows = [
        (
            posting_id,
            entry_id,
            leg.account,
            leg.amount_cents,
            leg.rank or 0,
            leg.claim_id,
            leg.charge_id,
            leg.patient_id,
            leg.payer_id,
            leg.remittance_id,
            leg.reference,
        )
        for posting_id, (entry_id, leg) in zip(uuid7s(len(legs)), legs, strict=True)
    ]
    if not rows:
        return
    sent = ", ".join(f"%s::{kind}[]" for kind in _POSTING_TYPES)
    names = ", ".join(POSTING_COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH posted AS (
                INSERT INTO {Posting._meta.db_table} (organization_id, {names})
                SELECT %s, * FROM unnest({sent}) RETURNING *
            )
            INSERT INTO {AccountBalance._meta.db_table} AS kept
                (id, organization_id, account, rank, subject_kind, subject_id, reference, balance_cents)
            SELECT (array_agg(id))[1], organization_id, account, key_rank, subject_kind, subject_id, key_reference,
                sum(amount_cents)
            FROM (SELECT *, {BALANCE_KEY} FROM posted) AS keyed
            GROUP BY organization_id, account, key_rank, subject_kind, subject_id, key_reference
            ORDER BY subject_id, account, key_rank, key_reference
            ON CONFLICT (organization_id, subject_id, account, rank, reference)
                DO UPDATE SET balance_cents = kept.balance_cents + EXCLUDED.balance_cents
            """,  # noqa: S608 - names of our own tables
            [current_scope().practice_id, *(array_literal(column) for column in zip(*rows, strict=True))],
        )


def reverse_entries(entry_ids: Iterable[uuid.UUID], *, effective_on: date, memo: str = "") -> list[uuid.UUID]:
    """Post the mirror of each entry that has none yet; returns the ids of the mirrors posted now."""
    wanted = set(entry_ids)
    entries = JournalEntry.objects.filter(id__in=wanted).order_by("id")
    legs: dict[uuid.UUID, list[Leg]] = {}
    for posting in Posting.objects.filter(entry_id__in=wanted).order_by("id"):
        legs.setdefault(posting.entry_id, []).append(_mirrored(posting))
    return post_entries(
        EntryDraft(
            kind=EntryKind.MIRROR,
            effective_on=effective_on,
            idempotency_key=f"mirror:{entry.id}",
            source_type=entry.source_type,
            source_id=entry.source_id,
            legs=tuple(legs[entry.id]),
            memo=memo,
            reverses_id=entry.id,
        )
        for entry in entries
    )


def _mirrored(posting: Posting) -> Leg:
    return Leg(
        posting.account,
        -posting.amount_cents,
        claim_id=posting.claim_id,
        charge_id=posting.charge_id,
        patient_id=posting.patient_id,
        payer_id=posting.payer_id,
        rank=posting.rank,
        reference=posting.reference,
        remittance_id=posting.remittance_id,
    )
