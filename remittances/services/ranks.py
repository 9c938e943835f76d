"""As which payer in turn a claim was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from uuid import UUID

from claims.rules.facts import ClaimFacts
from patients.models import Coverage
from patients.rules.names import normalized_number
from remittances.rules.facts import RemitClaimFacts
from tenancy.bulk import rows_among

_SAID = {"1": 1, "19": 1, "2": 2, "20": 2, "3": 3, "21": 3}


def ranks_of(
    decided: Sequence[tuple[RemitClaimFacts, ClaimFacts | None]], *, payer_id: UUID | None
) -> list[int]:
    """CLP02 says it; where it says something else (denied, reversal), the coverage with this payer does."""
    silent = [claim for facts, claim in decided if claim and facts.status not in _SAID]
    coverages: dict[UUID, list[tuple[str, int]]] = defaultdict(list)
    if payer_id and silent:
        columns = ("patient_id", "payer_id", "member_id_normalized", "rank")
        for patient_id, of_payer, member, rank in rows_among(
            Coverage,
            columns,
            key="patient_id",
            ids=(one.patient_id for one in silent),
            where="rank IS NOT NULL",
        ):
            if of_payer == payer_id:
                coverages[patient_id].append((member, rank))
    return [
        _SAID.get(facts.status)
        or _by_coverage(facts.member_id, coverages.get(claim.patient_id, ()) if claim else ())
        for facts, claim in decided
    ]


def _by_coverage(member_id: str, coverages: Sequence[tuple[str, int]]) -> int:
    """One payer may cover a patient twice: then by its member id, else in the first place."""
    member = normalized_number(member_id)
    return min(((number != member, rank) for number, rank in coverages), default=(True, 1))[1]
