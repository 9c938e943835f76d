"""Which earlier payment a reversal (CLP02 22) takes back.

A reversal mirrors its original: charge and payment with the sign turned. It is found by the payer's claim number
(CLP07, REF*F8); without one that agrees, only by every amount (X12 RFI 227). The pairs do not depend on which came
first: a reversal whose original is not here yet waits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

Signature = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """A payment or a reversal of one claim. `signature` is its adjustments summed by code, always in code order."""

    id: UUID
    claim_id: UUID
    payer_id: UUID | None
    numbers: frozenset[str]
    charge_cents: int
    paid_cents: int
    signature: Signature
    order: tuple[str, int]

    @property
    def mirrored_signature(self) -> Signature:
        return tuple((code, -cents) for code, cents in self.signature)


def signature_of(adjustments: Iterable[tuple[str, int]]) -> Signature:
    sums: dict[str, int] = defaultdict(int)
    for code, cents in adjustments:
        sums[code] += cents
    return tuple(sorted((code, cents) for code, cents in sums.items() if cents))


def pair_reversals(reversals: Iterable[Decided], originals: Iterable[Decided]) -> dict[UUID, UUID]:
    """Original by reversal, for those that find one. Each original is taken back once."""
    free: dict[UUID, list[Decided]] = defaultdict(list)
    for one in sorted(originals, key=lambda original: original.order):
        free[one.claim_id].append(one)
    waiting = sorted(reversals, key=lambda reversal: reversal.order)
    pairs: dict[UUID, UUID] = {}
    for grade in (3, 2, 1):
        for reversal in waiting:
            if reversal.id in pairs:
                continue
            found = next((one for one in free[reversal.claim_id] if _grade(reversal, one) >= grade), None)
            if found is not None:
                pairs[reversal.id] = found.id
                free[reversal.claim_id].remove(found)
    return pairs


def _grade(reversal: Decided, original: Decided) -> int:
    """3: number and every amount agree; 2: every amount; 1: number, charge and payment; 0: not its original."""
    if reversal.payer_id != original.payer_id:
        return 0
    if (reversal.charge_cents, reversal.paid_cents) != (-original.charge_cents, -original.paid_cents):
        return 0
    same_number = bool(reversal.numbers & original.numbers)
    same_amounts = reversal.mirrored_signature == original.signature
    return {(True, True): 3, (False, True): 2, (True, False): 1, (False, False): 0}[same_number, same_amounts]
