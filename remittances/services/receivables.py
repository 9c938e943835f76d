"""What stands between us and a payer under one reference: the cached sum, and the claims a person tied it to."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from django.utils.timezone import localdate

from audit import services as audit
from claims.models import Claim
from ledger.choices import EntryKind
from ledger.selectors import NOBODY, account_cents
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from patients.models import Coverage
from remittances.choices import ReceivableState
from remittances.models import PayerReceivable, ReceivableTie, RemitClaim
from remittances.rules.balance import dollars
from remittances.rules.legs import RECEIVABLE, RECOUP
from remittances.rules.ties import shared_out
from remittances.services.books import lock_books
from remittances.services.refusals import CannotTie, ChangedMeanwhile
from remittances.services.settling import charges_of, settle
from tenancy.scope import current_scope

SOURCE = "remittances.receivabletie"


def tie_receivable(
    *, receivable: PayerReceivable, claim: Claim, cents: int, at: datetime, version: int | None = None
) -> PayerReceivable:
    """Say for which claim money moved under a reference. `cents` is positive, at most what is open.

    What the payer took is owed to us again by it, on the claim; what we owe it is set against the claim.
    """
    lock_books()
    ours = _take(receivable, version)
    if not 0 < cents <= abs(ours.open_cents):
        raise CannotTie(
            f"Between $0.01 and {dollars(abs(ours.open_cents))} can be tied."
            if ours.open_cents
            else "Nothing is open under this reference."
        )
    ReceivableTie.objects.create(
        receivable=ours,
        claim=claim,
        cents=cents if ours.open_cents > 0 else -cents,
        rank=_rank_of(claim, ours.payer_id),
        tied_at=at,
        tied_by_id=current_scope().person_id,
    )
    return _settled(ours, claim, "tied", cents, at)


def untie_receivable(
    *, receivable: PayerReceivable, tie_id: UUID, at: datetime, version: int | None = None
) -> PayerReceivable:
    """Undo a tie: its money stands untied again."""
    lock_books()
    ours = _take(receivable, version)
    tie = ReceivableTie.objects.filter(receivable=ours, id=tie_id, undone_at=None).select_related("claim")
    found = tie.first()
    if found is None:
        raise CannotTie("This tie is undone already.")
    ReceivableTie.objects.filter(id=found.id).update(undone_at=at)
    return _settled(ours, found.claim, "untied", abs(found.cents), at)


def _take(receivable: PayerReceivable, version: int | None) -> PayerReceivable:
    ours = PayerReceivable.objects.select_for_update(of=("self",)).get(id=receivable.id)
    if version is not None and ours.version != version:
        raise ChangedMeanwhile(ours)
    return ours


def _settled(
    receivable: PayerReceivable, claim: Claim, verb: str, cents: int, at: datetime
) -> PayerReceivable:
    settle(refresh_receivable(receivable, on=localdate(at)), at=at)
    data = {"claim_id": str(claim.id), "cents": cents}
    audit.record(
        f"remittances.payerreceivable.{verb}", subject=receivable, patient_id=claim.patient_id, data=data
    )
    if verb == "tied":
        audit.emit("plb.tied", subject=receivable, data=data)
    else:
        audit.emit("plb.recorded", subject=receivable, data={**data, "untied": True})
    return PayerReceivable.objects.get(id=receivable.id)


def _rank_of(claim: Claim, payer_id: UUID | None) -> int:
    """As which payer in turn it decided the claim, else as which it covers the patient."""
    decided = RemitClaim.objects.filter(claim=claim, remittance__payer_id=payer_id)
    rank = decided.order_by("-id").values_list("rank", flat=True).first()
    if rank is None and claim.payer_id != payer_id:
        covers = Coverage.objects.filter(patient_id=claim.patient_id, payer_id=payer_id, rank__isnull=False)
        rank = covers.order_by("rank").values_list("rank", flat=True).first()
    return rank or claim.payer_rank


def refresh_receivables(
    payer_id: UUID | None, references: Collection[str], *, moved_on: date, on: date
) -> set[UUID]:
    """Bring the references of a payer up to what is posted; returns the claims whose ties moved."""
    touched: set[UUID] = set()
    for reference in sorted(references):
        receivable, is_new = PayerReceivable.objects.get_or_create(
            payer_key=payer_id or NOBODY,
            reference=reference,
            defaults={"payer_id": payer_id, "opened_on": moved_on, "moved_on": moved_on},
        )
        if not is_new:
            receivable.opened_on = min(receivable.opened_on, moved_on)
            receivable.moved_on = max(receivable.moved_on, moved_on)
            receivable.save(update_fields=["opened_on", "moved_on"])
        touched |= refresh_receivable(receivable, on=on)
    return touched


def refresh_receivable(receivable: PayerReceivable, *, on: date) -> set[UUID]:
    """Book of each tie what the reference holds, oldest first, and cache what is left open."""
    ties = list(ReceivableTie.objects.filter(receivable=receivable).order_by("id"))
    cents = account_cents(RECOUP, receivable.payer_key, receivable.reference)
    moved = cents + sum(tie.booked_cents for tie in ties)
    wanted = shared_out(moved, [0 if tie.undone_at else tie.cents for tie in ties])
    changing = [(tie, part) for tie, part in zip(ties, wanted, strict=True) if part != tie.booked_cents]
    _book(receivable, changing, on=on)
    open_cents = moved - sum(wanted)
    PayerReceivable.objects.filter(id=receivable.id).update(
        open_cents=open_cents,
        state=ReceivableState.OPEN if open_cents else ReceivableState.CLEARED,
        version=F("version") + 1,
    )
    return {tie.claim_id for tie, _ in changing}


def _book(receivable: PayerReceivable, changing: Collection[tuple[ReceivableTie, int]], *, on: date) -> None:
    if not changing:
        return
    reverse_entries([tie.entry_id for tie, _ in changing if tie.entry_id], effective_on=on)
    charges = charges_of({tie.claim_id for tie, _ in changing})
    drafts = []
    for tie, part in changing:
        tie.booked_cents, tie.entry_id = part, None
        tie.booking_count += 1
        if not part:
            continue
        of_claim = sorted(charges.get(tie.claim_id, ()))
        draft = EntryDraft(
            kind=EntryKind.RECEIVABLE_TIED,
            effective_on=on,
            idempotency_key=f"tie:{tie.id}:{tie.booking_count}",
            source_type=SOURCE,
            source_id=tie.id,
            legs=(
                Leg(
                    RECEIVABLE,
                    part,
                    claim_id=tie.claim_id,
                    charge_id=of_claim[0] if len(of_claim) == 1 else None,
                    payer_id=receivable.payer_id,
                    rank=tie.rank,
                ),
                Leg(RECOUP, -part, payer_id=receivable.payer_id, reference=receivable.reference),
            ),
            memo=f"{receivable.reference} tied"[:200],
        )
        tie.entry_id = draft.entry_id
        drafts.append(draft)
    post_entries(drafts)
    ReceivableTie.objects.bulk_update(
        [tie for tie, _ in changing], ["booked_cents", "entry_id", "booking_count"]
    )
