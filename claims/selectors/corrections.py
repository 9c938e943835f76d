"""What would be sent again, beside what was sent last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from claims.models import Claim, ClaimVersion
from claims.rules.comparing import differences
from claims.rules.snapshot import claim_of, snapshot_of
from claims.rules.states import State
from claims.rules.writing import readable
from tenancy.scope import Scope
from tenancy.urls import practice_url
from x12 import ExplainedSegment, RawSegment, SubmittedClaim, explain


@dataclass(frozen=True, slots=True)
class Stretch:
    """Segments that stand as they were sent, that are new, or that are sent no more."""

    tone: str
    segments: list[tuple[ExplainedSegment, str]]


def draft_context(claim: Claim, content: SubmittedClaim | None, sent: ClaimVersion) -> dict[str, Any]:
    """What would be sent beside what was sent last, and as X12."""
    if content is None:
        return {"sent": sent, "changes": [], "stretches": [], "unwritable": "", "content": None}
    raw, unwritable = readable(content)
    before, _ = readable(claim_of(sent.snapshot))
    return {
        "sent": sent,
        "content": content,
        "changes": list(differences(sent.snapshot, snapshot_of(content))),
        "stretches": list(_stretches(before, raw)) if raw else [],
        "unwritable": unwritable,
    }


def _stretches(before: list[RawSegment], after: list[RawSegment]) -> Iterator[Stretch]:
    old, new = ([one.elements for one in listed] for listed in (before, after))
    for tag, old_from, old_to, new_from, new_to in SequenceMatcher(
        None, old, new, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            yield Stretch("same", _told(after[new_from:new_to]))
            continue
        if old_to > old_from:
            yield Stretch("gone", _told(before[old_from:old_to]))
        if new_to > new_from:
            yield Stretch("new", _told(after[new_from:new_to]))


def _told(segments: list[RawSegment]) -> list[tuple[ExplainedSegment, str]]:
    return [(explain(one), "*".join(one.elements)) for one in segments]


def can_be_replaced(claim: Claim) -> bool:
    """A payer has given it a number and has not taken it back."""
    return bool(claim.payer_control_number) and claim.submission_state != State.VOIDED


def correction_address(scope: Scope, claim: Claim) -> str:
    """Where correcting the claim begins: its visit, filled in, for those who may change it; else what would be sent."""
    if scope.may("patients.edit_charge"):
        return f"{practice_url('patients:edit-encounter', claim.encounter_id)}?claim={claim.id}"
    return practice_url("claims:correct", claim.id)
