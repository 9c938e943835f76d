"""The claims of many visits at once, and claims that have not left kept to what their visits say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from claims.models import Claim
from claims.rules.states import UNSENT, Evidence, State
from claims.selectors.edit_items import runs_stopping
from claims.selectors.visits import (
    claims_behind_their_visit,
    claims_covered_since,
    claims_credentialed_since,
    claims_whose_protection_changed,
)
from claims.services.building import CannotBuild, NothingToBill, bill_visit
from claims.services.editing import run_edits_for
from claims.services.moving import Said, move_claims
from claims.services.withdrawing import CannotWithdraw, withdraw_unbillable
from tenancy.scope import current_scope


@dataclass(frozen=True, slots=True)
class VisitsBilled:
    made: int
    refused: Mapping[UUID, str]
    """Why not, by visit."""


def take_changed_visits(*, at: datetime) -> None:
    """Bring claims that have not left up to what their visits say now, and judge anew what law protects, and what
    waited for its coverage or for who rendered it.

    A claim of a visit that no plan pays any more is withdrawn; one that cannot be built for another reason, or of which
    a payer may have heard, is held. Safe to repeat: what says the same is left alone.
    """
    for claim in claims_behind_their_visit():
        try:
            with transaction.atomic():
                bill_visit(encounter_id=claim.encounter_id, at=at)
        except NothingToBill:
            _withdraw_or_hold(claim, at)
        except CannotBuild:
            _hold(claim, at)
    stopping = runs_stopping(current_scope())
    changed = {
        *claims_whose_protection_changed(stopping, on=localdate(at)),
        *claims_covered_since(stopping),
        *claims_credentialed_since(stopping),
    }
    if changed:
        run_edits_for(claim_ids=changed, at=at)


def _withdraw_or_hold(claim: Claim, at: datetime) -> None:
    try:
        withdraw_unbillable(claim_id=claim.id, at=at)
    except CannotWithdraw:
        _hold(claim, at)


def _hold(claim: Claim, at: datetime) -> None:
    if claim.submission_state in UNSENT and claim.submission_state != State.HELD:
        move_claims([Said(claim.id, Evidence.HOLD_PLACED, at, {"reason": "visit"})])


def bill_visits(*, encounter_ids: Sequence[UUID], at: datetime) -> VisitsBilled:
    refused: dict[UUID, str] = {}
    for encounter_id in encounter_ids:
        try:
            with transaction.atomic():
                bill_visit(encounter_id=encounter_id, at=at)
        except CannotBuild as refusal:
            refused[encounter_id] = str(refusal)
    return VisitsBilled(len(encounter_ids) - len(refused), refused)
