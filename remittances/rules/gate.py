"""What keeps a remittance from being posted before a person has looked at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from remittances.rules.balance import dollars
from remittances.rules.facts import FORWARDED_NOT_OURS, PREDETERMINATION

NOTIFICATION_ONLY = "H"
# The payer split the claim: this answer speaks of a part of the charge.
SPLIT_REMARKS = frozenset({"MA15", "N21", "N123"})


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    name: str
    claim: UUID | None
    status: str
    is_reversal: bool
    charge_cents: int
    paid_cents: int
    remark_codes: tuple[str, ...] = ()


def moves_no_money(handling_code: str, payment_cents: int) -> str:
    """BPR01 H tells of a payment and is none; payers use it rightly for remittances of nothing."""
    if handling_code == NOTIFICATION_ONLY and payment_cents:
        return f"BPR01 is H, a notification only, yet it names {dollars(payment_cents)}: no money came by it."
    return ""


def reasons_to_hold(
    answers: Iterable[AnswerFacts],
    *,
    charged: Mapping[UUID, Collection[int]],
    handling_code: str,
    payment_cents: int,
    limit_cents: int,
) -> str:
    """The first reason in words, or nothing."""
    if reason := moves_no_money(handling_code, payment_cents):
        return reason
    of_claim: dict[UUID, list[AnswerFacts]] = defaultdict(list)
    for one in answers:
        if one.paid_cents and one.status in (PREDETERMINATION, FORWARDED_NOT_OURS):
            return f"Claim {one.name} is not adjudicated (CLP02 {one.status}), yet {dollars(one.paid_cents)} is paid."
        if abs(one.paid_cents) > limit_cents:
            return f"Claim {one.name} moves {dollars(one.paid_cents)}, above the limit of {dollars(limit_cents)}."
        if one.claim and not one.is_reversal and one.status not in (PREDETERMINATION, FORWARDED_NOT_OURS):
            of_claim[one.claim].append(one)
    for claim, found in of_claim.items():
        if reason := _other_charge(found, charged.get(claim, ())):
            return reason
    return ""


def _other_charge(answers: list[AnswerFacts], charged: Collection[int]) -> str:
    total = sum(one.charge_cents for one in answers)
    for one in answers:
        is_part = not SPLIT_REMARKS.isdisjoint(one.remark_codes) and one.charge_cents <= max(
            charged, default=0
        )
        if one.charge_cents not in charged and total not in charged and not is_part:
            return (
                f"Claim {one.name} was charged {dollars(max(charged, default=0))};"
                f" the payer says {dollars(one.charge_cents)}."
            )
    return ""
