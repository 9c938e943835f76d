"""Evidence moves claims on their way to the payer and back: the only door through which submission changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from audit import services as audit
from claims.models import Claim
from claims.rules.states import Evidence, State, Verdict, move

EVENTS: Mapping[Evidence, str] = {
    Evidence.REBUILT: "claim.edited",
    Evidence.EDITS_FAILED: "claim.scrubbed",
    Evidence.EDITS_PASSED: "claim.ready",
    Evidence.HOLD_PLACED: "claim.held",
    Evidence.HOLD_RELEASED: "claim.released",
    Evidence.BATCHED: "claim.queued",
    Evidence.STORED: "claim.submitted",
    Evidence.SENDING_FAILED: "claim.send_failed",
    Evidence.SYNTAX_REJECTED: "claim.rejected",
    Evidence.SYNTAX_ACCEPTED: "claim.acknowledged",
    Evidence.CLEARINGHOUSE_REJECTED: "claim.rejected",
    Evidence.CLEARINGHOUSE_ACCEPTED: "claim.accepted",
    Evidence.PAYER_REJECTED: "claim.rejected",
    Evidence.PAYER_ACCEPTED: "claim.accepted",
    Evidence.PENDING: "claim.under_review",
    Evidence.NO_ANSWER: "claim.stuck",
    Evidence.ADJUDICATED: "claim.adjudicated",
    Evidence.VOID_CONFIRMED: "claim.voided",
}
NOT_MOVED = {Verdict.IGNORED: "claim.event.ignored", Verdict.CONTRADICTED: "claim.event.contradicted"}


@dataclass(frozen=True, slots=True)
class Said:
    """One piece of evidence about a claim's present version. `data` holds ids and codes: file, segment, status."""

    claim_id: UUID
    evidence: str
    occurred_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moved:
    """What one piece of evidence did."""

    said: Said
    verdict: Verdict
    before: State
    after: State
    patient_id: UUID


def move_claims(evidence: Sequence[Said]) -> list[Moved]:
    """Apply the evidence in its order; one answer each, but for claims that are not in this practice.

    Late and repeated evidence is told as an event and moves nothing; so is contradictory evidence, of which the
    caller tells a person.
    """
    claims = {
        claim.id: claim
        for claim in Claim.objects.select_for_update()
        .filter(id__in={one.claim_id for one in evidence})
        .only("id", "organization_id", "patient_id", "payer_id", "current_version", "submission_state")
        .order_by("id")
    }
    answers = []
    for one in evidence:
        claim = claims.get(one.claim_id)
        if claim is None:
            continue
        before = State(claim.submission_state)
        moved = move(before, one.evidence)
        claim.submission_state = moved.state
        answers.append(Moved(one, moved.verdict, before, moved.state, claim.patient_id))
    _store({answer.said.claim_id: answer.after for answer in answers if answer.verdict is Verdict.MOVED})
    _tell(answers, claims)
    return answers


def _store(states: Mapping[UUID, State]) -> None:
    by_state = defaultdict(list)
    for claim_id, state in states.items():
        by_state[state].append(claim_id)
    for state, claim_ids in by_state.items():
        Claim.objects.filter(id__in=claim_ids).update(submission_state=state)


def _tell(answers: Sequence[Moved], claims: Mapping[UUID, Claim]) -> None:
    audit.record_many(
        audit.Entry(
            verb="claims.claim.moved",
            subject_type="claims.claim",
            subject_id=one.said.claim_id,
            patient_id=one.patient_id,
            fields=("submission_state",),
            data={"evidence": one.said.evidence, "before": one.before, "after": one.after},
        )
        for one in answers
        if one.verdict is Verdict.MOVED
    )
    audit.emit_many(
        audit.Happening(
            name=NOT_MOVED.get(one.verdict) or EVENTS[Evidence(one.said.evidence)],
            subject_type="claims.claim",
            subject_id=one.said.claim_id,
            occurred_at=one.said.occurred_at,
            data={
                "evidence": one.said.evidence,
                "version": claims[one.said.claim_id].current_version,
                "payer_id": str(claims[one.said.claim_id].payer_id),
                **one.said.data,
            },
        )
        for one in answers
    )
