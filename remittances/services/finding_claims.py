"""Finding our claim, version and lines for a chunk of payments, in a fixed number of queries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from claims.rules.facts import ClaimFacts
from claims.selectors import match_index
from remittances.rules.facts import RemitClaimFacts
from remittances.rules.line_matching import LineMatch, match_lines
from remittances.rules.matching import (
    Candidate,
    ClaimIndex,
    ClaimMatch,
    MatchRule,
    choose_version,
    lookup_keys,
    match_claim,
)


@dataclass(frozen=True, slots=True)
class Found:
    """What was found for one payment. Without a claim the candidates are for a person."""

    claim: ClaimFacts | None
    version_number: int | None
    rule: str
    score: int
    reason: str
    lines: tuple[LineMatch, ...]
    candidates: tuple[Candidate, ...]

    @property
    def claim_id(self) -> UUID | None:
        return self.claim.id if self.claim else None


def find_claims(payments: Sequence[RemitClaimFacts]) -> list[Found]:
    """By numbers first; only what no number finds is looked up by member and name."""
    keys = lookup_keys(payments)
    by_number = ClaimIndex(
        match_index(control_numbers=keys.control_numbers, payer_control_numbers=keys.payer_control_numbers)
    )
    matches = [
        match_claim(payment, by_number, through=MatchRule.PAYER_CONTROL_NUMBER) for payment in payments
    ]
    left = [payment for payment, match in zip(payments, matches, strict=True) if match.claim is None]
    if left:
        rest = lookup_keys(left)
        wider = ClaimIndex(
            match_index(
                control_numbers=rest.control_numbers,
                control_number_prefixes=rest.control_number_prefixes,
                payer_control_numbers=rest.payer_control_numbers,
                member_ids=rest.member_ids,
                last_names=rest.last_names,
            )
        )
        matches = [
            match if match.claim else match_claim(payment, wider)
            for payment, match in zip(payments, matches, strict=True)
        ]
    return [_found(payment, match) for payment, match in zip(payments, matches, strict=True)]


def _found(payment: RemitClaimFacts, match: ClaimMatch) -> Found:
    if match.claim is None or match.rule is None:
        return Found(None, None, "", match.score, "", (), match.candidates)
    version = match.version
    ours = version.lines if version else match.claim.lines
    return Found(
        claim=match.claim,
        version_number=version.number if version else None,
        rule=match.rule.name,
        score=match.score,
        reason="; ".join(match.reasons)[:200],
        lines=match_lines(payment, ours).matches,
        candidates=(),
    )


def chosen_by_hand(payment: RemitClaimFacts, claim: ClaimFacts, rule: str, reason: str) -> Found:
    """The claim a person named, with the version and lines that fit it best."""
    version = choose_version(payment, claim)
    ours = version.lines if version else claim.lines
    return Found(
        claim=claim,
        version_number=version.number if version else None,
        rule=rule,
        score=100,
        reason=reason[:200],
        lines=match_lines(payment, ours).matches,
        candidates=(),
    )
