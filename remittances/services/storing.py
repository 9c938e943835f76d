"""Keeping the payments of one remittance, a chunk at a time: proved, matched, classified, written in bulk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import Any
from uuid import UUID

from reference.rules.codes import CarcRule, PayerFacts, RarcRule
from reference.selectors import carc_rules, payer_facts, rarc_rules
from remittances.choices import MatchState
from remittances.models import MatchCandidate, RemitAdjustment, RemitClaim, RemitLine, Remittance
from remittances.rules.balance import prove_claim
from remittances.rules.classification import (
    DENIED_RESULTS,
    AdjustmentClass,
    ClaimClassification,
    ClassifiedAdjustment,
    classify_claim,
)
from remittances.rules.facts import RemitClaimFacts
from remittances.services.finding_claims import Found, find_claims
from remittances.services.findings import (
    MOST_FINDINGS,
    Finding,
    imbalance_finding,
    segment_of,
    warning_finding,
)
from remittances.services.ranks import ranks_of
from remittances.services.reading import (
    CLAIM_COLUMNS,
    LINE_COLUMNS,
    claim_facts,
    claim_row,
    line_row,
)
from tenancy.bulk import insert_rows
from tenancy.ids import uuid7, uuid7s
from x12 import Adjustment, ClaimPayment

CHUNK = 500

MATCH_COLUMNS = (
    "match_state",
    "match_rule",
    "match_score",
    "match_reason",
    "claim_id",
    "claim_version_number",
    "rank",
    "result",
    "denied_cents",
    "contractual_cents",
    "issues",
    "booking",
    "booking_count",
    "version",
)
LINE_MATCH_COLUMNS = ("claim_line_id", "charge_id", "match_rule", "result", "denied_cents")
ADJUSTMENT_COLUMNS = (
    "id",
    "remit_claim_id",
    "remit_line_id",
    "position",
    "group_code",
    "reason_code",
    "amount_cents",
    "quantity",
    "classification",
    "treatment",
    "segment",
    "element",
)
CANDIDATE_COLUMNS = ("id", "remit_claim_id", "claim_id", "score", "reasons")


@dataclass(slots=True)
class Unmatched:
    """A payment without a claim, as its work item needs it."""

    remit_claim_id: UUID
    number: str
    paid_cents: int
    charge_cents: int


@dataclass(slots=True)
class _Rows:
    """What a chunk of payments leaves in the tables."""

    claims: list[tuple[Any, ...]] = field(default_factory=list)
    lines: list[tuple[Any, ...]] = field(default_factory=list)
    adjustments: list[tuple[Any, ...]] = field(default_factory=list)
    candidates: list[tuple[Any, ...]] = field(default_factory=list)

    def write(self) -> None:
        insert_rows(RemitClaim, CLAIM_COLUMNS + MATCH_COLUMNS, self.claims)
        insert_rows(RemitLine, LINE_COLUMNS + LINE_MATCH_COLUMNS, self.lines)
        insert_rows(RemitAdjustment, ADJUSTMENT_COLUMNS, self.adjustments)
        insert_rows(MatchCandidate, CANDIDATE_COLUMNS, self.candidates)


@dataclass(slots=True)
class ClaimStore:
    """Collects the payments of one remittance and writes them in chunks; holds two chunks at a time.

    A chunk is written once the claims of the next are found, so that the database writes the one while Python decides
    the other: asked the other way round, the question would wait for the writing.
    """

    remittance: Remittance
    claim_count: int = 0
    line_count: int = 0
    charge_cents: int = 0
    paid_cents: int = 0
    unmatched: list[Unmatched] = field(default_factory=list)
    corrected: list[UUID] = field(default_factory=list)
    denied_count: int = 0
    exception_count: int = 0
    imbalances: list[Finding] = field(default_factory=list)
    warnings: list[Finding] = field(default_factory=list)
    _waiting: list[tuple[ClaimPayment, RemitClaimFacts]] = field(default_factory=list)
    _decided: _Rows = field(default_factory=_Rows)
    _payer: PayerFacts = field(default_factory=PayerFacts)
    _carcs: Mapping[str, CarcRule] = field(default_factory=dict)
    _rarcs: Mapping[str, RarcRule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        payer_id = self.remittance.payer_id
        if payer_id:
            self._payer = payer_facts([payer_id])[payer_id]
        self._carcs, self._rarcs = carc_rules(), rarc_rules()

    def add(self, claim: ClaimPayment) -> None:
        facts = claim_facts(claim)
        self.claim_count += 1
        self.line_count += len(facts.lines)
        self.charge_cents += facts.charge_cents
        self.paid_cents += facts.paid_cents
        self._prove(claim, facts)
        self._waiting.append((claim, facts))
        if len(self._waiting) >= CHUNK:
            self._decide()

    def _prove(self, claim: ClaimPayment, facts: RemitClaimFacts) -> None:
        proof = prove_claim(facts)
        for wrong in proof.imbalances[: MOST_FINDINGS - len(self.imbalances)]:
            self.imbalances.append(imbalance_finding(wrong, segment_of(wrong.place, claim)))
        for odd in proof.warnings[: MOST_FINDINGS - len(self.warnings)]:
            self.warnings.append(warning_finding(odd, segment_of(odd.place, claim)))

    def flush(self) -> None:
        if self._waiting:
            self._decide()
        self._decided.write()
        self._decided = _Rows()

    def _decide(self) -> None:
        chunk, self._waiting = self._waiting, []
        found = find_claims([facts for _, facts in chunk])
        ranks = ranks_of(
            [(facts, match.claim) for (_, facts), match in zip(chunk, found, strict=True)],
            payer_id=self.remittance.payer_id,
        )
        self._decided.write()
        self._decided = rows = _Rows()
        keys = iter(uuid7s(sum(_rows_of(claim) for claim, _ in chunk)))
        for (claim, facts), match, rank in zip(chunk, found, ranks, strict=True):
            decided = classify_claim(facts, payer=self._payer, carcs=self._carcs, rarcs=self._rarcs)
            claim_id = uuid7()
            issues = issues_of(facts, decided, match)
            self._tally(claim_id, facts, decided, match, issues)
            if claim.corrected is not None and match.claim is not None:
                self.corrected.append(claim_id)
            rows.claims.append(
                claim_row(claim_id, self.remittance.id, claim, facts)
                + _match_columns(decided, match, rank, issues)
            )
            line_ids = list(islice(keys, len(facts.lines)))
            rows.lines += _line_rows(claim_id, line_ids, claim, facts, decided, match)
            rows.adjustments += _adjustment_rows(claim_id, line_ids, claim, decided, keys)
            rows.candidates += [
                (uuid7(), claim_id, one.claim_id, one.score, list(one.reasons)) for one in match.candidates
            ]

    def _tally(
        self,
        claim_id: UUID,
        facts: RemitClaimFacts,
        decided: ClaimClassification,
        match: Found,
        issues: list[str],
    ) -> None:
        if match.claim is None:
            self.unmatched.append(
                Unmatched(claim_id, facts.patient_control_number, facts.paid_cents, facts.charge_cents)
            )
        self.denied_count += decided.result in DENIED_RESULTS
        self.exception_count += bool(issues)


def issues_of(facts: RemitClaimFacts, decided: ClaimClassification, match: Found) -> list[str]:
    """Why a person should look at this payment first."""
    issues = []
    if match.claim is None:
        issues.append("NO_CLAIM")
    elif any(line.line is None for line in match.lines):
        issues.append("LINE_NOT_FOUND")
    classified = [*decided.adjustments, *(one for line in decided.lines for one in line.adjustments)]
    if any(one.kind is AdjustmentClass.UNKNOWN or one.needs_review for one in classified):
        issues.append("READ_BY_PERSON")
    if any(one.treatment == "SUSPENSE" and one.amount_cents for one in classified) and not facts.is_reversal:
        issues.append("SUSPENSE")
    return issues


def _match_columns(
    decided: ClaimClassification, match: Found, rank: int, issues: list[str]
) -> tuple[Any, ...]:
    contractual = sum(
        one.amount_cents
        for adjustments in (decided.adjustments, *(line.adjustments for line in decided.lines))
        for one in adjustments
        if one.kind is AdjustmentClass.CONTRACTUAL
    )
    return (
        MatchState.MATCHED if match.claim else MatchState.UNMATCHED,
        match.rule,
        match.score,
        match.reason,
        match.claim_id,
        match.version_number,
        rank,
        decided.result,
        decided.denied_cents,
        contractual,
        issues,
        "NONE",
        0,
        1,
    )


def _rows_of(claim: ClaimPayment) -> int:
    """How many lines and adjustments of a claim are kept."""
    lines = claim.service_lines
    return len(claim.adjustments) + len(lines) + sum(len(line.adjustments) for line in lines)


def _line_rows(
    claim_id: UUID,
    line_ids: list[UUID],
    claim: ClaimPayment,
    facts: RemitClaimFacts,
    decided: ClaimClassification,
    match: Found,
) -> list[tuple[Any, ...]]:
    rows = []
    for index, (line, line_facts, result) in enumerate(
        zip(claim.service_lines, facts.lines, decided.lines, strict=True)
    ):
        ours = match.lines[index] if match.lines else None
        rows.append(
            line_row(line_ids[index], claim_id, line, line_facts)
            + (
                ours.line.id if ours and ours.line else None,
                ours.line.charge_id if ours and ours.line else None,
                ours.rule.value if ours else "",
                result.result,
                result.denied_cents,
            )
        )
    return rows


def _adjustment_rows(
    claim_id: UUID,
    line_ids: list[UUID],
    claim: ClaimPayment,
    decided: ClaimClassification,
    keys: Iterator[UUID],
) -> list[tuple[Any, ...]]:
    adjusted: list[tuple[UUID | None, Adjustment, ClassifiedAdjustment]] = [
        (None, source, one) for source, one in zip(claim.adjustments, decided.adjustments, strict=True)
    ]
    for line_id, line, result in zip(line_ids, claim.service_lines, decided.lines, strict=True):
        adjusted += [
            (line_id, source, one) for source, one in zip(line.adjustments, result.adjustments, strict=True)
        ]
    return [
        (
            next(keys),
            claim_id,
            line_id,
            position,
            source.group[:4],
            source.reason[:10],
            one.amount_cents,
            source.quantity,
            one.kind,
            one.treatment,
            source.segment,
            source.element,
        )
        for position, (line_id, source, one) in enumerate(adjusted, start=1)
    ]
