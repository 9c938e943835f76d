"""Posting a remittance and taking it out of the books again: each in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.utils.timezone import localdate

from audit import services as audit
from ledger.choices import EntryKind
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from remittances.choices import Booking, ProviderAdjustmentUse, RemittanceState, WorkKey
from remittances.models import ProviderAdjustment, RemitClaim, Remittance
from remittances.rules.gate import moves_no_money
from remittances.rules.legs import CLEARING, RECOUP, SUSPENSE, provider_adjustment_moves
from remittances.services.answers import answered_before, apply_answers, tell_again
from remittances.services.books import INFORMATIONAL_STATUSES, SOURCE, lock_books, move, places_for, take_out
from remittances.services.exceptions import cause_gone, waiting_is_over
from remittances.services.facts import leave_reversed
from remittances.services.receivables import refresh_receivables
from remittances.services.refusals import CannotPost, CannotUnpost, ChangedMeanwhile
from remittances.services.settling import settle
from tenancy.scope import current_scope

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class PostingResult:
    remittance_id: UUID
    claims: int
    unapplied: int
    held: int


def post_remittance(*, remittance_id: UUID, at: datetime, version: int | None = None) -> PostingResult:
    """Post a balanced remittance: claims found are paid, the others' money waits unapplied. Raises CannotPost."""
    lock_books()
    remittance = _take(remittance_id, RemittanceState.READY, RemittanceState.POSTED, at, version)
    if reason := moves_no_money(remittance.handling_code, remittance.payment_cents):
        raise CannotPost(reason)
    for chunk in _chunks(remittance):
        answered = answered_before(chunk)
        alone = [
            one
            for one in chunk
            if not one.is_reversal
            and (one.claim_id not in answered or one.status_code in INFORMATIONAL_STATUSES)
        ]
        apply_answers(remittance, alone, at=at)
        _park_unmatched_reversals(remittance, [claim for claim in chunk if claim.is_reversal])
    for claim_ids in _claims_touched(remittance):
        settle(claim_ids, at=at)
    _post_provider_adjustments(remittance, at=at)
    result = _result(remittance)
    data = {"claims": result.claims, "unapplied": result.unapplied, "held": result.held}
    cause_gone(WorkKey.EXCEPTION, [f"review:{remittance.id}"], at=at)
    audit.record("remittances.remittance.posted", subject=remittance, data=data)
    audit.emit(
        "era.applied", subject=remittance, data={**data, "cents": remittance.payment_cents}, occurred_at=at
    )
    return result


def _take(remittance_id: UUID, state: str, becomes: str, at: datetime, version: int | None) -> Remittance:
    rows = Remittance.objects.filter(id=remittance_id, state=state)
    if version is not None:
        rows = rows.filter(version=version)
    changes: dict[str, object] = {"state": becomes, "version": F("version") + 1}
    if becomes == RemittanceState.POSTED:
        changes |= {"posted_at": at, "posted_by": current_scope().person_id, "hold": ""}
    else:
        changes |= {"posted_at": None, "posted_by": None, "round": F("round") + 1}
    taken = rows.update(**changes)
    remittance = Remittance.objects.get(id=remittance_id)
    if not taken:
        if version is not None and remittance.version != version:
            raise ChangedMeanwhile(remittance)
        if becomes == RemittanceState.POSTED:
            raise CannotPost(
                f"This remittance is {remittance.get_state_display().lower()} and cannot be posted."
            )
        raise CannotUnpost("This remittance is not posted.")
    return remittance


def _chunks(remittance: Remittance) -> Iterator[list[RemitClaim]]:
    first = 0
    while True:
        chunk = list(
            RemitClaim.objects.filter(remittance=remittance, ordinal__gt=first).order_by("ordinal")[:CHUNK]
        )
        if not chunk:
            return
        first = chunk[-1].ordinal
        yield chunk


def _claims_touched(remittance: Remittance) -> Iterator[set[UUID]]:
    first = 0
    while True:
        rows = list(
            RemitClaim.objects.filter(remittance=remittance, ordinal__gt=first)
            .order_by("ordinal")
            .values_list("ordinal", "claim_id")[:CHUNK]
        )
        if not rows:
            return
        first = rows[-1][0]
        yield {claim_id for _, claim_id in rows if claim_id}


def _park_unmatched_reversals(remittance: Remittance, reversals: Sequence[RemitClaim]) -> None:
    """A reversal of a claim nobody found waits as unapplied money; the others look for their original first."""
    lost = [claim for claim in reversals if claim.claim_id is None]
    move({remittance.id: remittance}, places_for(remittance, lost), on=remittance.payment_on)


def _result(remittance: Remittance) -> PostingResult:
    rows = RemitClaim.objects.filter(remittance=remittance)
    return PostingResult(
        remittance_id=remittance.id,
        claims=remittance.claim_count,
        unapplied=rows.filter(booking=Booking.UNAPPLIED).count(),
        held=rows.filter(booking=Booking.HELD).count(),
    )


def provider_adjustment_drafts(
    remittance: Remittance, adjustments: Sequence[ProviderAdjustment]
) -> list[EntryDraft]:
    drafts = []
    for one in adjustments:
        moves = provider_adjustment_moves(one.reason_code, one.reference, one.amount_cents)
        if not moves:
            continue
        legs = tuple(
            Leg(
                each.account,
                each.cents,
                payer_id=remittance.payer_id,
                reference=each.reference,
                remittance_id=remittance.id if each.account in (CLEARING, SUSPENSE) else None,
            )
            for each in moves
        )
        drafts.append(
            EntryDraft(
                kind=EntryKind.PROVIDER_ADJUSTMENT,
                effective_on=remittance.payment_on,
                idempotency_key=f"era:{remittance.id}:plb:{one.ordinal}:{remittance.round}",
                source_type=SOURCE,
                source_id=remittance.id,
                legs=legs,
                memo=f"{one.reason_code} {one.reference}".strip(),
            )
        )
        one.entry_id = drafts[-1].entry_id
    return drafts


def _post_provider_adjustments(remittance: Remittance, *, at: datetime) -> None:
    adjustments = list(ProviderAdjustment.objects.filter(remittance=remittance).order_by("ordinal"))
    if not adjustments:
        return
    drafts = provider_adjustment_drafts(remittance, adjustments)
    post_entries(drafts)
    ProviderAdjustment.objects.bulk_update(adjustments, ["entry_id"])
    _settle_receivables(remittance, drafts, at=at)
    audit.emit_many(
        audit.Happening(
            name="plb.recorded",
            subject_type=one._meta.label_lower,
            subject_id=one.id,
            data={"code": one.reason_code, "cents": one.amount_cents, "use": one.use},
        )
        for one in adjustments
        if one.use != ProviderAdjustmentUse.UNKNOWN
    )


def _settle_receivables(remittance: Remittance, drafts: Sequence[EntryDraft], *, at: datetime) -> None:
    references = {leg.reference for draft in drafts for leg in draft.legs if leg.account == RECOUP}
    settle(
        refresh_receivables(
            remittance.payer_id, references, moved_on=remittance.payment_on, on=localdate(at)
        ),
        at=at,
    )


def unpost_remittance(*, remittance_id: UUID, at: datetime, version: int | None = None) -> None:
    """Take everything a remittance put into the books out again, as mirror entries. Raises CannotUnpost."""
    lock_books()
    _refuse_anothers(remittance_id, at)
    remittance = _take(remittance_id, RemittanceState.POSTED, RemittanceState.READY, at, version)
    for chunk in _chunks(remittance):
        restored = [claim.reverses_id for claim in chunk if claim.reverses_id]
        waited = [one for one in chunk if one.booking == Booking.HELD]
        take_out(chunk, on=localdate(at))
        leave_reversed(chunk, at=at)
        tell_again(restored, at=at)
        cause_gone(WorkKey.EXCEPTION, [f"held:{one.id}" for one in chunk if one.is_reversal], at=at)
        waiting_is_over(waited, at=at)
        cause_gone(
            WorkKey.EXCEPTION, [f"suspense:{one.id}" for one in chunk if "SUSPENSE" in one.issues], at=at
        )
    for claim_ids in _claims_touched(remittance):
        settle(claim_ids, at=at)
    _take_out_provider_adjustments(remittance, at=at)
    audit.record("remittances.remittance.unposted", subject=remittance)
    audit.emit("era.reversed", subject=remittance, data={"cents": remittance.payment_cents}, occurred_at=at)


def may_unpost(remittance: Remittance, *, at: datetime) -> bool:
    """Who posts takes back what they posted themselves that day; anything else is a supervisor's."""
    scope = current_scope()
    own = remittance.posted_by_id is not None and remittance.posted_by_id == scope.person_id
    today = remittance.posted_at is not None and localdate(remittance.posted_at) == localdate(at)
    return scope.may("remittances.unpost_any") or (own and today)


def _refuse_anothers(remittance_id: UUID, at: datetime) -> None:
    posted = Remittance.objects.filter(id=remittance_id, posted_at__isnull=False).first()
    if posted and not may_unpost(posted, at=at):
        raise CannotUnpost(
            "You may un-post what you posted yourself today. Ask a supervisor to un-post this one."
        )


def _take_out_provider_adjustments(remittance: Remittance, *, at: datetime) -> None:
    adjustments = list(ProviderAdjustment.objects.filter(remittance=remittance, entry_id__isnull=False))
    reverse_entries([one.entry_id for one in adjustments if one.entry_id], effective_on=localdate(at))
    drafts = provider_adjustment_drafts(remittance, adjustments)
    ProviderAdjustment.objects.filter(id__in=[one.id for one in adjustments]).update(entry_id=None)
    _settle_receivables(remittance, drafts, at=at)


def is_postable_unseen(remittance: Remittance) -> bool:
    """Whether it may be posted without a person: it balances and raises no alarm (the reader's errors are one)."""
    return remittance.state == RemittanceState.READY and not remittance.alert
