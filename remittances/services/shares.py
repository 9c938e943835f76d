"""Moving on what no later payer answers for: to the next coverage, or to the patient after the last."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from ledger.choices import EntryKind
from ledger.models import Posting
from ledger.services import EntryDraft, Leg, post_entries
from remittances.choices import AdjustmentClass, Booking
from remittances.models import RemitAdjustment, RemitClaim, RemitLine
from remittances.rules.classes import protects_patient
from remittances.rules.legs import CREDIT, PATIENT, RECEIVABLE
from remittances.rules.shares import PATIENT_RANK, Totals, passed_on
from remittances.services.books import INFORMATIONAL_STATUSES, Subject, subjects_of
from tenancy.bulk import among
from tenancy.ids import uuid7

SOURCE = "remittances.share"
Balances = dict[UUID, dict[tuple[str, int], int]]
_Net = dict[tuple[UUID | None, int], int]


def pass_on(
    claim_ids: Collection[UUID], charges: Mapping[UUID, set[UUID]], balances: Balances, *, at: datetime
) -> None:
    """A later payer that only restated the others and paid nothing owes nothing more (OA-23 alone).

    A function of the answers and sums: what was moved on before is taken into account, and comes back with them.
    """
    later = {
        claim_id
        for claim_id in claim_ids
        if any(
            account == RECEIVABLE and rank > 1
            for subject in (claim_id, *charges.get(claim_id, ()))
            for account, rank in balances.get(subject, ())
        )
    }
    if not later:
        return
    restated = _restated(later)
    moved = _moved_before(later)
    subjects = subjects_of(later)
    drafts = []
    for claim_id in sorted(later):
        ids: list[UUID | None] = [None, *sorted(charges.get(claim_id, ()))]
        before = moved.get(claim_id, {})
        answered = _following(restated.get(claim_id, set()), subjects[claim_id])
        wanted = passed_on(_totals(claim_id, ids, balances, before), subjects=ids, answered=answered)
        change = {
            key: cents
            for key in sorted({*wanted, *before}, key=str)
            if (cents := wanted.get(key, 0) - before.get(key, 0))
        }
        if change:
            drafts.append(_draft(claim_id, subjects[claim_id], change, at=at))
            for (subject, rank), cents in change.items():
                account = PATIENT if rank == PATIENT_RANK else RECEIVABLE
                of = balances[subject or claim_id]
                of[account, rank] = of.get((account, rank), 0) + cents
    post_entries(drafts)


def _restated(claim_ids: Collection[UUID]) -> dict[UUID, set[int]]:
    """Ranks whose live answers all pay nothing and only restate what earlier payers did."""
    reversed_ids = RemitClaim.objects.filter(claim_id__in=among(claim_ids), reverses__isnull=False)
    rows = list(
        RemitClaim.objects.filter(claim_id__in=among(claim_ids), rank__gt=1, booking=Booking.APPLIED)
        .exclude(id__in=reversed_ids.values("reverses_id"))
        .exclude(status_code__in=INFORMATIONAL_STATUSES)
    )
    silent = [one for one in rows if not one.paid_cents]
    kinds: dict[UUID, set[str]] = defaultdict(set)
    for payment_id, kind in (
        RemitAdjustment.objects.filter(remit_claim_id__in=among(one.id for one in silent))
        .exclude(amount_cents=0)
        .values_list("remit_claim_id", "classification")
    ):
        kinds[payment_id].add(kind)
    remarks: dict[UUID, set[str]] = {one.id: set(one.remark_codes) for one in silent}
    for payment_id, codes in RemitLine.objects.filter(remit_claim_id__in=among(remarks)).values_list(
        "remit_claim_id", "remark_codes"
    ):
        remarks[payment_id].update(codes)
    only = {one.id for one in silent if kinds[one.id] == {AdjustmentClass.PRIOR_PAYER_IMPACT.value}}
    passing = {one_id for one_id in only if not protects_patient(remarks[one_id])}
    ranks: dict[UUID, set[int]] = defaultdict(set)
    for one in rows:
        if one.claim_id and one.id in passing:
            ranks[one.claim_id].add(one.rank)
    for one in rows:
        if one.claim_id and one.id not in passing:
            ranks[one.claim_id].discard(one.rank)
    return ranks


def _following(ranks: Collection[int], subject: Subject) -> dict[int, int]:
    return {rank: subject.rank_after(rank) or PATIENT_RANK for rank in ranks}


def _moved_before(claim_ids: Collection[UUID]) -> dict[UUID, _Net]:
    rows = Posting.objects.filter(
        entry__source_id__in=among(claim_ids), entry__source_type=SOURCE
    ).values_list("entry__source_id", "charge_id", "account", "rank", "amount_cents")
    found: dict[UUID, _Net] = defaultdict(lambda: defaultdict(int))
    for claim_id, charge_id, account, rank, cents in rows:
        found[claim_id][charge_id, PATIENT_RANK if account == PATIENT else rank] += cents
    return found


def _totals(claim_id: UUID, subjects: Collection[UUID | None], balances: Balances, before: _Net) -> Totals:
    """The receivables as they would stand had nothing been moved on, credits of the rank included."""
    totals: Totals = {}
    for subject in subjects:
        of = balances.get(subject or claim_id, {})
        ranks = {rank for account, rank in of if account in (RECEIVABLE, CREDIT)}
        totals[subject] = {
            rank: of.get((RECEIVABLE, rank), 0) + of.get((CREDIT, rank), 0) - before.get((subject, rank), 0)
            for rank in ranks
        }
    return totals


def _draft(
    claim_id: UUID, subject: Subject, change: Mapping[tuple[UUID | None, int], int], *, at: datetime
) -> EntryDraft:
    return EntryDraft(
        kind=EntryKind.TRANSFER,
        effective_on=localdate(at),
        idempotency_key=f"share:{claim_id}:{uuid7()}",
        source_type=SOURCE,
        source_id=claim_id,
        legs=tuple(
            Leg(
                PATIENT if rank == PATIENT_RANK else RECEIVABLE,
                cents,
                claim_id=claim_id,
                charge_id=charge_id,
                patient_id=subject.patient_id,
                rank=rank,
            )
            for (charge_id, rank), cents in change.items()
        ),
        memo="A later payer restated the others and paid nothing",
    )
