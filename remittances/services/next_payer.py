"""The claim to one of several payers: to the next, or again to one that has decided, with what the others decided.

What they decided is read from their remittances that still stand.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID

from django.utils.timezone import localdate

from claims.choices import Frequency
from claims.models import Claim, ClaimVersion
from claims.rules.building import Decision, LineDecision, Taken
from claims.selectors.building import billable_charges
from claims.services import CannotBuild, bill_payer, draft_for_payer
from patients.models import Charge
from remittances.choices import Booking
from remittances.models import RemitAdjustment, RemitClaim, RemitLine
from remittances.services.refusals import Refusal
from x12 import SubmittedClaim

# CLP02: processed as primary, secondary, tertiary and forwarded to another payer.
FORWARDED = frozenset({"19", "20", "21"})
SAYS_FORWARDED = frozenset({"MA07", "MA18"})
SAYS_NOT_FORWARDED = frozenset({"MA08", "MA19", "MA68", "N89"})
ANSWERS_WITHIN = timedelta(days=30)


class CannotBillNext(Refusal):
    """No payer has decided, one has forwarded the claim, or its decision does not make up the charges."""


class IsForwarded(CannotBillNext):
    """A payer has sent the claim on by itself; the next one may answer until the day."""

    def __init__(self, message: str, until: date) -> None:
        super().__init__(message)
        self.until = until


@dataclass(frozen=True, slots=True)
class Billing:
    """What a payer would be sent; `decisions` of the payers before it, by their rank."""

    rank: int
    content: SubmittedClaim
    decisions: dict[int, Decision]
    frequency: Frequency = Frequency.ORIGINAL
    prior_number: str = ""
    """The payer's own, of what is replaced or voided."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A payer that has decided the claim, and the number it has given it."""

    rank: int
    name: str
    number: str


def next_billing(claim: Claim, *, on: date, although_forwarded: bool = False) -> Billing:
    """What the next payer would be sent, or why nothing can be. A payer that decided before the one ahead of it changed
    its mind is next again, by a replacement.
    """
    by_rank = _standing(claim)
    if not by_rank:
        raise CannotBillNext("No payer has decided this claim yet.")
    rank = _next_rank(by_rank)
    if not although_forwarded and rank - 1 in by_rank:
        _refuse_forwarded(by_rank[rank - 1], on)
    if rank in by_rank:
        return _billing(claim, by_rank, rank, Frequency.REPLACEMENT)
    return _billing(claim, by_rank, rank, Frequency.ORIGINAL)


def bill_next(*, claim: Claim, at: datetime, although_forwarded: str = "") -> ClaimVersion:
    """The version for the next payer; it leaves once its edits pass. What was forwarded is billed only for a reason."""
    billing = next_billing(claim, on=localdate(at), although_forwarded=bool(although_forwarded))
    return _bill(claim, billing, reason=although_forwarded, at=at)


def payers_decided(claim: Claim) -> list[Decided]:
    """In their order."""
    return [
        Decided(rank, payments[-1].remittance.payer_name, payments[-1].payer_control_number)
        for rank, payments in sorted(_standing(claim).items())
    ]


def replacement_billing(claim: Claim, *, rank: int, frequency: Frequency) -> Billing:
    """A corrected claim (7) or a void (8) to a payer that has decided, or why nothing can be sent."""
    by_rank = _standing(claim)
    if rank not in by_rank:
        raise CannotBillNext("That payer has not decided this claim, so there is nothing to replace.")
    return _billing(claim, by_rank, rank, frequency)


def replace_at_payer(
    *, claim: Claim, rank: int, frequency: Frequency, reason: str, at: datetime
) -> ClaimVersion:
    """Send it; the payer's decision stays in the books until the payer takes it back."""
    return _bill(claim, replacement_billing(claim, rank=rank, frequency=frequency), reason=reason, at=at)


# -- how ---------------------------------------------------------------------------------------------------------


def _next_rank(by_rank: dict[int, list[RemitClaim]]) -> int:
    last = max(by_rank)
    for rank in range(2, last + 1):
        before, own = by_rank.get(rank - 1), by_rank.get(rank)
        if before and own and own[-1].remittance.payment_on < before[-1].remittance.payment_on:
            return rank
    return last + 1


def _billing(claim: Claim, by_rank: dict[int, list[RemitClaim]], rank: int, frequency: Frequency) -> Billing:
    is_void = frequency is Frequency.VOID
    earlier = range(1, rank) if not is_void else ()
    if missing := [str(one) for one in earlier if one not in by_rank]:
        raise CannotBillNext(f"The decision of payer {missing[0]} in order is not on file.")
    decisions = {one: _decision(by_rank[one]) for one in earlier}
    number = by_rank[rank][-1].payer_control_number if frequency is not Frequency.ORIGINAL else ""
    try:
        content = draft_for_payer(claim, rank, decisions, frequency=frequency, prior_number=number)
    except CannotBuild as refusal:
        raise CannotBillNext(str(refusal)) from refusal
    _refuse_unbalanced(claim, decisions)
    return Billing(rank, content, decisions, frequency, number)


def _bill(claim: Claim, billing: Billing, *, reason: str, at: datetime) -> ClaimVersion:
    try:
        version = bill_payer(
            claim_id=claim.id,
            rank=billing.rank,
            decisions=billing.decisions,
            frequency=billing.frequency,
            prior_number=billing.prior_number,
            reason=reason,
            at=at,
        )
    except CannotBuild as refusal:
        raise CannotBillNext(str(refusal)) from refusal
    if version is None:
        raise CannotBillNext("This payer has been billed, and nothing has changed since.")
    return version


def _standing(claim: Claim) -> dict[int, list[RemitClaim]]:
    """By rank, oldest first. Parts of a split claim stand together; otherwise the newest speaks alone."""
    taken_back = RemitClaim.objects.filter(claim=claim, reverses__isnull=False).values("reverses_id")
    payments = (
        RemitClaim.objects.filter(claim=claim, booking=Booking.APPLIED)
        .exclude(id__in=taken_back)
        .select_related("remittance")
        .order_by("remittance__payment_on", "remittance__trace_number", "ordinal")
    )
    found: dict[int, list[RemitClaim]] = defaultdict(list)
    for payment in payments:
        found[payment.rank].append(payment)
    return {
        rank: of if sum(one.charge_cents for one in of) <= claim.total_cents else of[-1:]
        for rank, of in found.items()
    }


def _refuse_forwarded(payments: Sequence[RemitClaim], on: date) -> None:
    for one in payments:
        remarks = set(one.remark_codes)
        says = one.status_code in FORWARDED or remarks & SAYS_FORWARDED or one.crossover_name
        until = one.remittance.payment_on + ANSWERS_WITHIN
        if says and not remarks & SAYS_NOT_FORWARDED and on <= until:
            to = one.crossover_name or "the next payer"
            raise IsForwarded(
                f"The payer has forwarded the claim to {to}. A second one would be a duplicate: "
                f"wait for its answer until {until:%B} {until.day}.",
                until,
            )


def _decision(payments: Sequence[RemitClaim]) -> Decision:
    ids = [one.id for one in payments]
    taken: dict[UUID | None, list[Taken]] = defaultdict(list)
    for one in RemitAdjustment.objects.filter(remit_claim_id__in=ids).order_by("remit_claim_id", "position"):
        taken[one.remit_line_id].append(
            Taken(one.group_code, one.reason_code, one.amount_cents, one.quantity)
        )
    newest = payments[-1]
    return Decision(
        decided_on=newest.remittance.payment_on,
        paid_cents=sum(one.paid_cents for one in payments),
        payer_control_number=newest.payer_control_number,
        taken=tuple(taken[None]),
        lines=tuple(_lines(ids, taken)),
    )


def _lines(payment_ids: Sequence[UUID], taken: dict[UUID | None, list[Taken]]) -> list[LineDecision]:
    rows = list(
        RemitLine.objects.filter(remit_claim_id__in=payment_ids)
        .select_related("claim_line")
        .order_by("remit_claim_id", "ordinal")
    )
    charge_of = {one.id: one.charge_id or (one.claim_line and one.claim_line.charge_id) for one in rows}
    numbers = dict(Charge.objects.filter(id__in=charge_of.values()).values_list("id", "line_number"))
    found = []
    for one in rows:
        number = numbers.get(charge_of[one.id])
        if number is None:
            raise CannotBillNext("A line of the earlier payer's decision fits no charge. Match it first.")
        other = one.submitted_procedure_code and one.submitted_procedure_code != one.procedure_code
        found.append(
            LineDecision(
                number,
                one.paid_cents,
                one.units
                if one.units is not None
                else one.claim_line.units
                if one.claim_line
                else Decimal(1),
                tuple(taken[one.id]),
                procedure_code=one.procedure_code if other else "",
                modifiers=tuple(filter(None, one.modifiers.split(":"))) if other else (),
            )
        )
    return found


def _refuse_unbalanced(claim: Claim, decisions: dict[int, Decision]) -> None:
    """Of each line: charge = paid + adjustments, for every payer that decided (SV102 = SVD02 + CAS)."""
    billed = billable_charges(claim.encounter_id)
    charges = {one.line_number: one.amount_cents for one in billed}
    for decision in decisions.values():
        made_up: dict[int, int] = defaultdict(int)
        for one in decision.lines:
            made_up[one.line_number] += one.paid_cents + sum(each.amount_cents for each in one.taken)
        for number, cents in made_up.items():
            if charges.get(number) != cents:
                raise CannotBillNext(
                    f"Line {number}: what the earlier payer paid and took off makes {cents / 100:.2f}, "
                    "not its charge."
                )
