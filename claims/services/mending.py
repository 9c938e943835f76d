"""Mending held claims by building them anew from what stands on file, and what that would do, told before."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from claims.models import Claim, EditRun
from claims.rules.comparing import Difference, differences
from claims.rules.edits import BLOCKING, run_edits
from claims.rules.snapshot import snapshot_of
from claims.selectors.editing import claims_to_edit
from claims.services.building import CannotBuild, draft_rebuilt, rebuild_claim
from claims.services.edit_items import outcome
from claims.services.editing import run_edits_for
from workbench.models import WorkItem
from workbench.services import Refusal
from x12 import SubmittedClaim

NOTHING_NEW = "Nothing on file has changed since the claim was built. Correct what the edits name first."


@dataclass(frozen=True, slots=True)
class Mending:
    """What building a claim anew would change, and which rules would stop it then."""

    claim: Claim
    changes: tuple[Difference, ...] = ()
    stopped_by: tuple[str, ...] = ()
    refusal: str = ""


@transaction.atomic
def mend(*, claim_id: UUID, at: datetime) -> EditRun:
    """Build the claim anew and run its edits over it. Raises CannotBuild where that would change nothing."""
    if rebuild_claim(claim_id=claim_id, at=at) is None:
        raise CannotBuild(NOTHING_NEW)
    return run_edits_for(claim_ids=[claim_id], at=at)[0]


def fix_item(*, item: WorkItem, at: datetime) -> str:
    """The same for an item, as one of many; says what still stops its claim."""
    assert item.subject_id is not None
    try:
        run = mend(claim_id=item.subject_id, at=at)
    except CannotBuild as refusal:
        raise Refusal(str(refusal)) from refusal
    return "" if run.is_clean else outcome(run)


def mendings(claims: Sequence[Claim], *, at: datetime) -> list[Mending]:
    """For each claim, with its payer and visit, in their order. Nothing is written."""
    contents: dict[UUID, SubmittedClaim] = {}
    refused: dict[UUID, str] = {}
    for claim in claims:
        try:
            contents[claim.id] = draft_rebuilt(claim)
        except CannotBuild as refusal:
            refused[claim.id] = str(refusal)
    buildable = [claim for claim in claims if claim.id in contents]
    judged = {one.claim.id: one for one in claims_to_edit(buildable, on=localdate(at), instead=contents)}
    told = []
    for claim in claims:
        if claim.id in refused:
            told.append(Mending(claim, refusal=refused[claim.id]))
            continue
        one = judged[claim.id]
        changes = tuple(differences(one.version.snapshot, snapshot_of(one.content)))
        edits = run_edits(one.content, one.context) if changes else ()
        stopped_by = tuple(sorted({edit.rule_id for edit in edits if edit.severity in BLOCKING}))
        told.append(Mending(claim, changes, stopped_by, "" if changes else NOTHING_NEW))
    return told
