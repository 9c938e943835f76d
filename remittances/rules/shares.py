"""What stays with a payer that has answered without paying, adjusting or assigning anything of its own.

A later payer that only restates the payers before it (OA-23) and pays nothing owes nothing more: what stood with it
is the next payer's, or after the last one the patient's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

PATIENT_RANK = 0

Totals = dict[UUID | None, dict[int, int]]


def passed_on(
    totals: Totals, *, subjects: Sequence[UUID | None], answered: Mapping[int, int]
) -> dict[tuple[UUID | None, int], int]:
    """How the receivables of one claim move, by subject (a charge, None: the claim) and rank; rank 0 is the patient.

    `totals` are the receivables without such moves, `answered` gives for a rank that only restated the others the
    rank that comes next.
    """
    standing = {subject: dict(totals.get(subject, {})) for subject in subjects}
    moved: dict[tuple[UUID | None, int], int] = {}
    for rank, following in sorted(answered.items()):
        left = max(0, sum(of.get(rank, 0) for of in standing.values()))
        for subject in subjects:
            cents = min(max(0, standing[subject].get(rank, 0)), left)
            if not cents:
                continue
            left -= cents
            standing[subject][rank] -= cents
            standing[subject][following] = standing[subject].get(following, 0) + cents
            moved[subject, rank] = moved.get((subject, rank), 0) - cents
            moved[subject, following] = moved.get((subject, following), 0) + cents
    return {key: cents for key, cents in moved.items() if cents}
