"""Which answers of payers stand on a claim: reversals meet their originals, a second answer waits for a person."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.utils.timezone import localdate

from audit import services as audit
from claims.models import Claim, ClaimLine
from remittances.choices import Booking, RemittanceState, WorkKey
from remittances.models import RemitAdjustment, RemitClaim, RemitLine, Remittance
from remittances.rules.legs import CLEARING, Decision, decision_moves
from remittances.rules.reversals import Decided, pair_reversals, signature_of
from remittances.rules.second_answers import Answer, answers_to_hold
from remittances.services.books import (
    INFORMATIONAL_STATUSES,
    decided_parts,
    held_place,
    move,
    places_for,
    reversal_places,
)
from remittances.services.exceptions import (
    cause_gone,
    open_held_items,
    open_suspense_items,
    open_waiting_items,
    waiting_is_over,
)
from remittances.services.facts import leave_decided, leave_reversed
from tenancy.bulk import among, rows_among


def apply_answers(remittance: Remittance, answers: Sequence[RemitClaim], *, at: datetime) -> None:
    """Put payments that are no reversals where they belong; what a person has to look at waits in suspense."""
    waiting = [one for one in answers if one.waits]
    move(
        {remittance.id: remittance},
        [held_place(remittance, one) for one in waiting],
        on=remittance.payment_on,
    )
    open_waiting_items({remittance.id: remittance}, waiting)
    _apply(remittance, [one for one in answers if not one.waits], at=at)


def _apply(remittance: Remittance, answers: Sequence[RemitClaim], *, at: datetime) -> None:
    """Put them in the books, and leave what the denials app needs."""
    move({remittance.id: remittance}, places_for(remittance, answers), on=remittance.payment_on)
    applied = [one for one in answers if one.booking == Booking.APPLIED]
    leave_decided(remittance, applied, at=at)
    open_suspense_items(remittance, [one for one in applied if "SUSPENSE" in one.issues])


def answered_before(chunk: Sequence[RemitClaim]) -> set[UUID]:
    """Claims of a chunk that have another answer in the books, or more than one here: all are judged together."""
    counted = Counter(one.claim_id for one in chunk if one.claim_id)
    twice = {claim_id for claim_id, count in counted.items() if count > 1}
    here = {one.remittance_id for one in chunk}
    rows = rows_among(RemitClaim, ("claim_id", "remittance_id"), key="claim_id", ids=counted)
    posted = _posted_among({remittance_id for _, remittance_id in rows} - here)
    return twice | {claim_id for claim_id, remittance_id in rows if remittance_id in posted}


def _posted_among(remittance_ids: Collection[UUID]) -> set[UUID]:
    if not remittance_ids:
        return set()
    rows = Remittance.objects.filter(id__in=among(remittance_ids), state=RemittanceState.POSTED)
    return set(rows.values_list("id", flat=True))


def settle_answers(claim_ids: Collection[UUID], *, at: datetime) -> None:
    """Let each reversal take back its original, and let answers wait that say again what stands or need a person.

    Found afresh from all that is posted, so that nothing depends on which file came first.
    """
    several = _with_several(claim_ids)
    if not several:
        return
    posted = list(
        RemitClaim.objects.filter(claim_id__in=among(several), remittance__state=RemittanceState.POSTED)
        .exclude(status_code__in=INFORMATIONAL_STATUSES)
        .select_related("remittance")
    )
    reversals = [one for one in posted if one.is_reversal]
    originals = [one for one in posted if not one.is_reversal]
    signatures = _signatures([one.id for one in posted]) if reversals else {}
    pairs = pair_reversals(
        (_decided(one, signatures) for one in reversals), (_decided(one, signatures) for one in originals)
    )
    _place_originals(originals, _held_among(originals, set(pairs.values())), at=at)
    _place_reversals(reversals, {one.id: one for one in originals}, pairs, at=at)


def _with_several(claim_ids: Collection[UUID]) -> set[UUID]:
    """Claims where something is to be judged: several answers, a reversal, one that waits or stands nowhere yet."""
    columns = ("claim_id", "remittance_id", "is_reversal", "booking", "hold <> '' AND NOT found.is_released")
    rows = rows_among(RemitClaim, columns, key="claim_id", ids=claim_ids)
    posted = _posted_among({row[1] for row in rows})
    seen: set[UUID] = set()
    wanted: set[UUID] = set()
    for claim_id, remittance_id, is_reversal, booking, waits in rows:
        if remittance_id not in posted:
            continue
        if claim_id in seen or is_reversal or waits or booking in (Booking.NONE, Booking.HELD):
            wanted.add(claim_id)
        seen.add(claim_id)
    return wanted


# -- answers that wait -----------------------------------------------------------------------------


def _held_among(originals: Sequence[RemitClaim], reversed_ids: Collection[UUID]) -> frozenset[UUID]:
    groups: dict[tuple[UUID | None, UUID | None, int], list[RemitClaim]] = defaultdict(list)
    held: set[UUID] = set()
    for one in originals:
        if one.id in reversed_ids:
            continue
        if one.waits:
            held.add(one.id)
        else:
            groups[one.claim_id, one.remittance.payer_id, one.rank].append(one)
    several = [one for group in groups.values() if len(group) > 1 for one in group]
    if not several:
        return frozenset(held)
    claim_ids = {one.claim_id for one in several if one.claim_id}
    totals = dict(Claim.objects.filter(id__in=among(claim_ids)).values_list("id", "total_cents"))
    amounts = dict(
        ClaimLine.objects.filter(claim_id__in=among(claim_ids)).values_list("charge_id", "amount_cents")
    )
    answers = _answers(several)
    for (claim_id, _, _), group in groups.items():
        if len(group) > 1 and claim_id is not None:
            found = [answers[one.id] for one in group]
            held |= answers_to_hold(found, total_cents=totals[claim_id], amounts=amounts)
    return frozenset(held)


def _answers(payments: Sequence[RemitClaim]) -> dict[UUID, Answer]:
    ids = [one.id for one in payments]
    parts = decided_parts(ids)
    charges: dict[UUID, dict[UUID | None, int]] = defaultdict(lambda: defaultdict(int))
    lines = RemitLine.objects.filter(remit_claim_id__in=among(ids))
    for remit_claim_id, charge_id, cents in lines.values_list("remit_claim_id", "charge_id", "charge_cents"):
        charges[remit_claim_id][charge_id] += cents
    found = {}
    for one in payments:
        moves = decision_moves(Decision(one.paid_cents, one.rank, None, parts.get(one.id, ())))
        moved = {each.charge_id for each in moves if each.account != CLEARING}
        found[one.id] = Answer(
            id=one.id,
            charge_cents=one.charge_cents,
            moved={charge_id: charges[one.id].get(charge_id, 0) for charge_id in moved},
            order=_order(one),
            version=one.claim_version_number,
            frequency=one.frequency_code,
            is_additional=one.is_additional,
        )
    return found


def _place_originals(originals: Sequence[RemitClaim], held: Collection[UUID], *, at: datetime) -> None:
    applying: dict[UUID, list[RemitClaim]] = defaultdict(list)
    for one in originals:
        if one.id not in held and one.booking != Booking.APPLIED:
            applying[one.remittance_id].append(one)
    waiting = [one for one in originals if one.id in held and one.booking != Booking.HELD]
    for group in applying.values():
        _apply(group[0].remittance, group, at=at)
    waiting_is_over([one for each in applying.values() for one in each], at=at)
    if not waiting:
        return
    remittances = {one.remittance_id: one.remittance for one in waiting}
    was_applied = [one for one in waiting if one.booking == Booking.APPLIED]
    move(remittances, [held_place(one.remittance, one) for one in waiting], on=localdate(at))
    leave_reversed(was_applied, at=at)
    cause_gone(WorkKey.EXCEPTION, (f"suspense:{one.id}" for one in waiting), at=at)
    open_waiting_items(remittances, waiting)


# -- reversals --------------------------------------------------------------------------------------------------------


def _place_reversals(
    reversals: Sequence[RemitClaim], by_id: dict[UUID, RemitClaim], pairs: dict[UUID, UUID], *, at: datetime
) -> None:
    found = [
        (one.remittance, one, by_id[pairs[one.id]])
        for one in reversals
        if one.id in pairs and one.reverses_id != pairs[one.id]
    ]
    lost = [one for one in reversals if one.id not in pairs and one.booking != Booking.HELD]
    if not found and not lost:
        return
    changing = [one for _, one, _ in found] + lost
    before = {one.reverses_id for one in changing if one.reverses_id}
    RemitClaim.objects.filter(id__in=[one.id for one in changing]).update(reverses=None)
    remittances = {one.remittance_id: one.remittance for one in reversals}
    places = [*reversal_places(found), *(held_place(one.remittance, one) for one in lost)]
    move(remittances, places, on=localdate(at))
    open_held_items(remittances, lost)
    cause_gone(WorkKey.EXCEPTION, (f"held:{one.id}" for _, one, _ in found), at=at)
    now = set(pairs.values())
    leave_reversed([original for _, _, original in found if original.id not in before], at=at)
    tell_again(before - now, at=at)
    audit.emit_many(
        audit.Happening(
            name="era.reversed",
            subject_type=one._meta.label_lower,
            subject_id=one.id,
            data={"original": str(original.id), "claim_id": str(one.claim_id)},
        )
        for _, one, original in found
    )


def tell_again(remit_claim_ids: Iterable[UUID], *, at: datetime) -> None:
    """Decisions that nothing takes back any more stand again."""
    rows = RemitClaim.objects.filter(id__in=list(remit_claim_ids), booking=Booking.APPLIED).select_related(
        "remittance"
    )
    for one in rows:
        leave_decided(one.remittance, [one], at=at)


def _signatures(remit_claim_ids: Sequence[UUID]) -> dict[UUID, list[tuple[str, int]]]:
    found: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    rows = RemitAdjustment.objects.filter(remit_claim_id__in=remit_claim_ids)
    for claim_id, group, reason, cents in rows.values_list(
        "remit_claim_id", "group_code", "reason_code", "amount_cents"
    ):
        found[claim_id].append((f"{group}-{reason}", cents))
    return found


def _order(one: RemitClaim) -> tuple[str, int]:
    return (f"{one.remittance.payment_on} {one.remittance.trace_number}", one.ordinal)


def _decided(one: RemitClaim, signatures: dict[UUID, list[tuple[str, int]]]) -> Decided:
    numbers = {one.payer_control_number}
    if one.is_reversal:
        numbers.add(one.original_payer_control_number)
    assert one.claim_id is not None
    return Decided(
        id=one.id,
        claim_id=one.claim_id,
        payer_id=one.remittance.payer_id,
        numbers=frozenset(number for number in numbers if number.strip("0")),
        charge_cents=one.charge_cents,
        paid_cents=one.paid_cents,
        signature=signature_of(signatures.get(one.id, ())),
        order=_order(one),
    )
