"""Putting payments into the books and moving them there: the one engine behind post, un-post, match and detach.

A payment has at most one live entry. Moving it mirrors that entry and posts another under a new key; the sums in
the books depend on where each payment stands in the end, never on the way there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection

from claims.models import Claim
from ledger.choices import Account, EntryKind
from ledger.models import Posting
from ledger.services import EntryDraft, Leg, post_entries, reverse_entries
from patients.models import Coverage
from remittances.choices import Booking
from remittances.models import RemitAdjustment, RemitClaim, RemitLine, Remittance
from remittances.rules.legs import (
    CLEARING,
    SUSPENSE,
    UNAPPLIED,
    DecidedPart,
    Decision,
    Move,
    PostedAdjustment,
    decision_moves,
    parked_moves,
)
from tenancy.bulk import array_literal, rows_among
from tenancy.scope import current_scope

SOURCE = "remittances.remittance"
INFORMATIONAL_STATUSES = frozenset({"23", "25"})
_KINDS = {
    Booking.APPLIED: EntryKind.CLAIM_PAYMENT,
    Booking.REVERSED_OUT: EntryKind.CLAIM_REVERSAL,
    Booking.UNAPPLIED: EntryKind.UNAPPLIED,
    Booking.INFORMATIONAL: EntryKind.UNAPPLIED,
    Booking.HELD: EntryKind.SUSPENDED,
}


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a claim's money concerns: its patient and the coverages that come after the first."""

    patient_id: UUID
    service_on: date
    later_ranks: tuple[int, ...]

    def rank_after(self, rank: int) -> int | None:
        return next((one for one in self.later_ranks if one > rank), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a payment is to stand: in which booking, by which legs, taking back which other payment."""

    claim: RemitClaim
    booking: str
    legs: tuple[Leg, ...]
    reverses_id: UUID | None = None


def subjects_of(claim_ids: Collection[UUID]) -> dict[UUID, Subject]:
    """Patient and later coverages in force on the day of service, for a chunk of claims. Two queries."""
    claims = rows_among(Claim, ("id", "patient_id", "service_from_on"), key="id", ids=claim_ids)
    spans: dict[UUID, list[tuple[int, date | None, date | None]]] = defaultdict(list)
    for patient_id, rank, starts_on, ends_on in rows_among(
        Coverage,
        ("patient_id", "rank", "starts_on", "ends_on"),
        key="patient_id",
        ids=(patient_id for _, patient_id, _ in claims),
        where="rank > 1",
    ):
        spans[patient_id].append((rank, starts_on, ends_on))
    return {
        claim_id: Subject(patient_id, day, _in_force(spans.get(patient_id, ()), day))
        for claim_id, patient_id, day in claims
    }


def _in_force(spans: Iterable[tuple[int, date | None, date | None]], day: date) -> tuple[int, ...]:
    return tuple(
        sorted(
            rank
            for rank, starts_on, ends_on in spans
            if (starts_on is None or starts_on <= day) and (ends_on is None or day <= ends_on)
        )
    )


def decided_parts(claim_ids: Collection[UUID]) -> dict[UUID, tuple[DecidedPart, ...]]:
    """Lines and claim-level adjustments of payments, as the posting rule reads them. Two queries."""
    adjustments: dict[UUID, list[PostedAdjustment]] = defaultdict(list)
    columns = (
        "remit_claim_id",
        "remit_line_id",
        "group_code",
        "reason_code",
        "classification",
        "treatment",
        "amount_cents",
    )
    for claim_id, line_id, group, reason, kind, treatment, cents in rows_among(
        RemitAdjustment, columns, key="remit_claim_id", ids=claim_ids, order="position"
    ):
        adjustments[line_id or claim_id].append(PostedAdjustment(f"{group}-{reason}", kind, treatment, cents))
    parts: dict[UUID, list[DecidedPart]] = defaultdict(list)
    for line_id, claim_id, charge_id, paid in rows_among(
        RemitLine,
        ("id", "remit_claim_id", "charge_id", "paid_cents"),
        key="remit_claim_id",
        ids=claim_ids,
        order="ordinal",
    ):
        parts[claim_id].append(DecidedPart(charge_id, paid, tuple(adjustments.get(line_id, ()))))
    for claim_id in claim_ids:
        if own := adjustments.get(claim_id):
            parts[claim_id].append(DecidedPart(None, 0, tuple(own)))
    return {claim_id: tuple(found) for claim_id, found in parts.items()}


def places_for(remittance: Remittance, claims: Sequence[RemitClaim]) -> list[Place]:
    """Where payments that are no reversals stand once their remittance is posted."""
    matched = [claim for claim in claims if claim.claim_id]
    subjects = subjects_of({claim.claim_id for claim in matched if claim.claim_id})
    parts = decided_parts([claim.id for claim in matched])
    places = []
    for claim in claims:
        if claim.status_code in INFORMATIONAL_STATUSES:
            legs = _legs(remittance, claim, None, parked_moves(claim.paid_cents, UNAPPLIED))
            places.append(Place(claim, Booking.INFORMATIONAL, legs))
        elif claim.claim_id is None:
            legs = _legs(remittance, claim, None, parked_moves(claim.paid_cents, UNAPPLIED))
            places.append(Place(claim, Booking.UNAPPLIED, legs))
        else:
            subject = subjects[claim.claim_id]
            decision = Decision(
                claim.paid_cents, claim.rank, subject.rank_after(claim.rank), parts.get(claim.id, ())
            )
            legs = _legs(remittance, claim, subject.patient_id, decision_moves(decision))
            places.append(Place(claim, Booking.APPLIED, legs))
    return places


def held_place(remittance: Remittance, claim: RemitClaim) -> Place:
    """Money that waits in suspense for its original, for an earlier answer's reversal or for a person."""
    legs = _legs(remittance, claim, None, parked_moves(claim.paid_cents, SUSPENSE))
    return Place(claim, Booking.HELD, legs)


def reversal_places(pairs: Sequence[tuple[Remittance, RemitClaim, RemitClaim]]) -> list[Place]:
    """Reversals that mirror the live entry of their original, each clearing on its own remittance."""
    entries = {original.entry_id for _, _, original in pairs if original.entry_id}
    legs: dict[UUID, list[Leg]] = defaultdict(list)
    for posting in Posting.objects.filter(entry_id__in=entries).order_by("id"):
        legs[posting.entry_id].append(
            Leg(
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
        )
    return [
        Place(
            reversal,
            Booking.REVERSED_OUT,
            tuple(_cleared_on(leg, remittance) for leg in legs.get(original.entry_id, ())),  # type: ignore[arg-type]
            original.id,
        )
        for remittance, reversal, original in pairs
    ]


def _cleared_on(leg: Leg, remittance: Remittance) -> Leg:
    return leg._replace(remittance_id=remittance.id) if leg.account == Account.ERA_CLEARING else leg


def _legs(
    remittance: Remittance, claim: RemitClaim, patient_id: UUID | None, moves: Iterable[Move]
) -> tuple[Leg, ...]:
    return tuple(
        Leg(
            move.account,
            move.cents,
            claim_id=None if move.account == CLEARING else claim.claim_id,
            charge_id=move.charge_id,
            patient_id=patient_id,
            payer_id=remittance.payer_id,
            rank=move.rank,
            reference=move.reference,
            remittance_id=remittance.id if move.account in (CLEARING, SUSPENSE, UNAPPLIED) else None,
        )
        for move in moves
    )


def draft_of(remittance: Remittance, place: Place) -> EntryDraft | None:
    """The entry a place makes; None where no money moves."""
    if not place.legs:
        return None
    claim = place.claim
    return EntryDraft(
        kind=_KINDS[Booking(place.booking)],
        effective_on=remittance.payment_on,
        idempotency_key=f"era:{remittance.id}:{claim.ordinal}:{claim.booking_count + 1}",
        source_type=SOURCE,
        source_id=remittance.id,
        legs=place.legs,
        memo=f"{claim.patient_control_number or 'unnamed'} {claim.payer_control_number}".strip()[:200],
    )


def move(remittances: dict[UUID, Remittance], places: Sequence[Place], *, on: date) -> None:
    """Take payments from where they stand to their places, as mirrors and new entries, in bulk."""
    if not places:
        return
    reverse_entries([place.claim.entry_id for place in places if place.claim.entry_id], effective_on=on)
    drafts = {place.claim.id: draft_of(remittances[place.claim.remittance_id], place) for place in places}
    post_entries(draft for draft in drafts.values() if draft is not None)
    for place in places:
        claim, draft = place.claim, drafts[place.claim.id]
        claim.booking = place.booking
        claim.booking_count += 1
        claim.entry_id = draft.entry_id if draft else None
        claim.reverses_id = place.reverses_id
    _write_bookings([place.claim for place in places])


def take_out(claims: Sequence[RemitClaim], *, on: date) -> None:
    """Payments that stand nowhere in the books any more."""
    reverse_entries([claim.entry_id for claim in claims if claim.entry_id], effective_on=on)
    for claim in claims:
        claim.booking = Booking.NONE
        claim.booking_count += 1
        claim.entry_id = None
        claim.reverses_id = None
    _write_bookings(claims)


def _write_bookings(claims: Sequence[RemitClaim]) -> None:
    if not claims:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE remittances_remitclaim AS claim SET booking = sent.booking, booking_count = sent.booking_count,"
            " entry_id = sent.entry_id, reverses_id = sent.reverses_id, version = claim.version + 1"
            " FROM unnest(%s::uuid[], %s::text[], %s::int[], %s::uuid[], %s::uuid[])"
            " AS sent(id, booking, booking_count, entry_id, reverses_id)"
            " WHERE claim.organization_id = %s AND claim.id = sent.id"
            # Without statistics only these keep it from reading the whole practice for every chunk.
            " AND claim.remittance_id = ANY (%s::uuid[]) AND claim.ordinal BETWEEN %s AND %s",
            [
                array_literal(claim.id for claim in claims),
                array_literal(str(claim.booking) for claim in claims),
                array_literal(claim.booking_count for claim in claims),
                array_literal(claim.entry_id for claim in claims),
                array_literal(claim.reverses_id for claim in claims),
                current_scope().practice_id,
                array_literal({claim.remittance_id for claim in claims}),
                min(claim.ordinal for claim in claims),
                max(claim.ordinal for claim in claims),
            ],
        )


def lock_books() -> None:
    """One posting at a time in a practice: balances that depend on each other are settled in one line."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"remittances:{current_scope().practice_id}"],
        )
