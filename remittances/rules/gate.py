"""What a person has to look at before it is posted: a whole payment, or single claims of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from remittances.rules.balance import dollars
from remittances.rules.facts import FORWARDED_NOT_OURS, PREDETERMINATION

NOTIFICATION_ONLY = "H"
# The payer split the claim: this answer speaks of a part of the charge.
SPLIT_REMARKS = frozenset({"MA15", "N21", "N123"})
NOT_ADJUDICATED = (PREDETERMINATION, FORWARDED_NOT_OURS)


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    id: UUID
    name: str
    claim: UUID | None
    status: str
    is_reversal: bool
    charge_cents: int
    paid_cents: int
    remark_codes: Collection[str] = ()


def moves_no_money(handling_code: str, payment_cents: int) -> str:
    """BPR01 H tells of a payment and is none; payers use it rightly for remittances of nothing."""
    if handling_code == NOTIFICATION_ONLY and payment_cents:
        return f"BPR01 is H, a notification only, yet it names {dollars(payment_cents)}: no money came by it."
    return ""


def why_all_waits(
    answers: Iterable[AnswerFacts], *, handling_code: str, payment_cents: int, limit_cents: int
) -> str:
    """Why nothing of a remittance is posted unseen: the first reason in words, or nothing."""
    if reason := moves_no_money(handling_code, payment_cents):
        return reason
    for one in answers:
        if abs(one.paid_cents) > limit_cents:
            return f"Claim {one.name} moves {dollars(one.paid_cents)}, above the limit of {dollars(limit_cents)}."
    return ""


def answers_that_wait(
    answers: Iterable[AnswerFacts], *, charged: Mapping[UUID, Collection[int]]
) -> dict[UUID, str]:
    """The answers that wait alone while the others are posted, with the reason in words."""
    waiting: dict[UUID, str] = {}
    of_claim: dict[UUID, list[AnswerFacts]] = defaultdict(list)
    for one in answers:
        if one.status in NOT_ADJUDICATED:
            if one.paid_cents:
                waiting[one.id] = (
                    f"Not adjudicated (CLP02 {one.status}), yet {dollars(one.paid_cents)} is paid."
                )
        elif one.claim and not one.is_reversal:
            of_claim[one.claim].append(one)
    for claim, found in of_claim.items():
        waiting.update(_of_other_charge(found, charged.get(claim, ())))
    return waiting


def _of_other_charge(answers: list[AnswerFacts], charged: Collection[int]) -> Iterator[tuple[UUID, str]]:
    total = sum(one.charge_cents for one in answers)
    if total in charged:
        return
    ours = max(charged, default=0)
    for one in answers:
        is_part = not SPLIT_REMARKS.isdisjoint(one.remark_codes) and one.charge_cents <= ours
        if one.charge_cents not in charged and not is_part:
            yield (
                one.id,
                f"The claim was charged {dollars(ours)}; the payer says {dollars(one.charge_cents)}.",
            )
