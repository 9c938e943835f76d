"""How a payer's decision moves money: the posting table of the books as pure arithmetic.

Debits are positive. Accounts are named as the ledger names them. What stays open (a denial) and what only restates
an earlier payer (OA-23) moves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple
from uuid import UUID

from remittances.rules.classes import AdjustmentClass, Treatment

RECEIVABLE = "AR_INS"
PATIENT = "AR_PT"
CLEARING = "ERA_CLEARING"
CONTRACTUAL = "ADJ_CONTRACTUAL"
OTHER_ADJUSTMENT = "ADJ_OTHER"
SUSPENSE = "SUSPENSE"
UNAPPLIED = "UNAPPLIED_INS"
RECOUP = "PAYER_RECOUP"
INTEREST = "INTEREST_INCOME"
CREDIT = "CREDIT_BALANCE"
FORWARD_REFERENCE = "FB"


class Move(NamedTuple):
    """One leg. Without `charge_id` it stands on the claim as a whole."""

    account: str
    cents: int
    charge_id: UUID | None = None
    rank: int = 0
    reference: str = ""


class PostedAdjustment(NamedTuple):
    code: str
    kind: str
    treatment: str
    cents: int


class DecidedPart(NamedTuple):
    """A service line, or with `charge_id` None what was decided about the claim as a whole."""

    charge_id: UUID | None
    paid_cents: int
    adjustments: tuple[PostedAdjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One payment of a claim. `next_rank` is the coverage after this payer's, None when the patient comes next."""

    paid_cents: int
    rank: int
    next_rank: int | None
    parts: tuple[DecidedPart, ...] = field(default=())


def decision_moves(decision: Decision) -> tuple[Move, ...]:
    """The legs of one payer's decision. They always sum to zero; there may be none."""
    moves: list[Move] = []
    if decision.paid_cents:
        moves.append(Move(CLEARING, decision.paid_cents))
    # A payer may show lines paid in full and take the difference at the claim (X12 RFI 522).
    at_claim = decision.paid_cents - sum(part.paid_cents for part in decision.parts)
    parts = decision.parts if not at_claim else (*decision.parts, DecidedPart(None, at_claim))
    relieved: dict[UUID | None, int] = {}
    for part in parts:
        relieved[part.charge_id] = relieved.get(part.charge_id, 0) + part.paid_cents
        for adjustment in part.adjustments:
            move = _adjustment_move(adjustment, part.charge_id, decision)
            if move is not None:
                moves.append(move)
                relieved[part.charge_id] += move.cents
    moves += [
        Move(RECEIVABLE, -cents, charge_id, decision.rank) for charge_id, cents in relieved.items() if cents
    ]
    return tuple(moves)


def _adjustment_move(adjustment: PostedAdjustment, charge_id: UUID | None, decision: Decision) -> Move | None:
    if not adjustment.cents:
        return None
    if adjustment.treatment == Treatment.WRITE_OFF:
        account = CONTRACTUAL if adjustment.kind == AdjustmentClass.CONTRACTUAL else OTHER_ADJUSTMENT
        return Move(account, adjustment.cents, charge_id, 0, adjustment.code)
    if adjustment.treatment == Treatment.SUSPENSE:
        return Move(SUSPENSE, adjustment.cents, charge_id, 0, adjustment.code)
    to_next = adjustment.treatment in (Treatment.NEXT_PAYER, Treatment.NEXT_PAYER_OR_PATIENT)
    if to_next and decision.next_rank is not None:
        return Move(RECEIVABLE, adjustment.cents, charge_id, decision.next_rank, adjustment.code)
    if adjustment.treatment == Treatment.NEXT_PAYER_OR_PATIENT:
        return Move(PATIENT, adjustment.cents, charge_id, 0, adjustment.code)
    return None


def parked_moves(paid_cents: int, account: str) -> tuple[Move, ...]:
    """Money of a payment that cannot be applied yet, kept on `account` so that clearing is whole."""
    if not paid_cents:
        return ()
    return (Move(CLEARING, paid_cents), Move(account, -paid_cents))


def provider_adjustment_moves(code: str, reference: str, cents: int) -> tuple[Move, ...]:
    """A PLB amount lowers the payment; its other side is what we owe the payer, interest, or suspense."""
    if not cents:
        return ()
    if code in ("WO", "72"):
        other = Move(RECOUP, cents, reference=reference)
    elif code == "FB":
        other = Move(RECOUP, cents, reference=FORWARD_REFERENCE)
    elif code == "L6":
        other = Move(INTEREST, cents)
    else:
        other = Move(SUSPENSE, cents, reference=f"PLB {code} {reference}".strip()[:60])
    return (Move(CLEARING, -cents), other)


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands on one charge, or on the claim as a whole, for one rank of payer."""

    charge_id: UUID | None
    rank: int
    receivable_cents: int
    credit_cents: int
    """Balance of the credit account: zero or below."""

    @property
    def total_cents(self) -> int:
        return self.receivable_cents + self.credit_cents


def credit_moves(standings: Iterable[Standing]) -> tuple[Move, ...]:
    """The legs that bring a claim's receivables to zero or above and what was paid too much to the credit account.

    A function of the sums alone, so that the order in which payments came makes no difference. What stands on the
    claim as a whole is set against its charges: a payer that decides no single lines pays them all at once, and
    what is owed for the claim takes back what was paid too much on a line.
    """
    moves: list[Move] = []
    open_by_rank: dict[int, int] = {}
    standings = list(standings)
    whole = [one for one in standings if one.charge_id is None]
    owed = {one.rank: max(one.total_cents, 0) for one in whole}
    for one in standings:
        if one.charge_id is None:
            continue
        total = one.total_cents
        open_by_rank[one.rank] = open_by_rank.get(one.rank, 0) + max(total, 0)
        taken = min(max(-total, 0), owed.get(one.rank, 0))
        owed[one.rank] = owed.get(one.rank, 0) - taken
        moves += _to_credit(one, min(total + taken, 0))
    for one in whole:
        moves += _to_credit(one, min(one.total_cents + open_by_rank.get(one.rank, 0), 0))
    return tuple(moves)


def _to_credit(standing: Standing, wanted_cents: int) -> list[Move]:
    change = wanted_cents - standing.credit_cents
    if not change:
        return []
    return [
        Move(CREDIT, change, standing.charge_id, standing.rank),
        Move(RECEIVABLE, -change, standing.charge_id, standing.rank),
    ]
