"""The edits of claims on file: run, kept, let pass; and what they do to where a claim stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from audit import services as audit
from claims.models import Claim, ClaimVersion, EditOverride, EditRun
from claims.rules.edits import CATALOGUE, Edit, Severity, run_edits
from claims.rules.states import UNSENT, Evidence, State
from claims.selectors.editing import ClaimToEdit, claims_to_edit, latest_runs
from claims.services.moving import Said, move_claims
from tenancy.bulk import insert_models
from tenancy.scope import current_scope

# The law, not the practice, decides these.
NEVER_LET_PASS = frozenset({"E121", "E124"})
LONGEST_REASON = 300


class CannotLetPass(Exception):
    """Why this edit cannot be let pass, in words for who asked."""


@transaction.atomic
def run_edits_for(*, claim_ids: Collection[UUID], at: datetime) -> list[EditRun]:
    """Check claims that have not left, keep what was found, and move each to ready, failed or held."""
    claims = list(
        Claim.objects.select_for_update(of=("self",))
        .select_related("payer", "encounter")
        .filter(id__in=claim_ids, submission_state__in=UNSENT)
        .order_by("id")
    )
    found = [one for one in claims_to_edit(claims, on=at.date()) if not one.is_held_by_a_person]
    runs, evidence = [], []
    for one in found:
        edits = run_edits(one.content, one.context)
        runs.append(_run(one, edits, at))
        evidence += _evidence(one, edits, at)
    insert_models(runs)
    move_claims(evidence)
    return runs


@transaction.atomic
def let_pass(*, claim_id: UUID, rule_id: str, reason: str, at: datetime) -> EditRun:
    """A person answers for a held claim's edit; fatal ones would come back from the payer all the same."""
    claim = Claim.objects.select_for_update(of=("self",)).get(id=claim_id)
    version = ClaimVersion.objects.get(claim=claim, number=claim.current_version)
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise CannotLetPass(f"Give a reason of at most {LONGEST_REASON} characters.")
    if claim.submission_state not in UNSENT:
        raise CannotLetPass("The claim has left; its edits no longer hold it.")
    run = latest_runs([version.id]).get(version.id)
    told = [one for one in (run.results if run else []) if one["rule_id"] == rule_id]
    if rule_id not in CATALOGUE or not told:
        raise CannotLetPass("The last run of the edits did not name this rule.")
    if rule_id in NEVER_LET_PASS or any(one["severity"] == Severity.FATAL for one in told):
        raise CannotLetPass("This edit cannot be let pass: correct what it names.")
    _, is_new = EditOverride.objects.get_or_create(
        version=version,
        rule_id=rule_id,
        defaults={"reason": reason, "made_by_id": current_scope().person_id, "made_at": at},
    )
    if is_new:
        audit.record(
            "claims.edit.let_pass",
            subject=claim,
            patient_id=claim.patient_id,
            data={"rule": rule_id, "version": version.number},
        )
    return run_edits_for(claim_ids=[claim.id], at=at)[0]


# -- how ---------------------------------------------------------------------------------------------------------


def _run(one: ClaimToEdit, edits: Sequence[Edit], at: datetime) -> EditRun:
    told = [edit for edit in edits if edit.severity is not Severity.UNCHECKED]
    blocking = sorted({edit.rule_id for edit in told if _blocks(edit, one)})
    return EditRun(
        version=one.version,
        results=[_told(edit) for edit in told],
        blocked_by=blocking,
        unchecked={edit.rule_id: edit.message for edit in edits if edit.severity is Severity.UNCHECKED},
        is_clean=not blocking,
        ran_at=at,
    )


def _told(edit: Edit) -> dict[str, object]:
    return {
        "rule_id": edit.rule_id,
        "severity": edit.severity.value,
        "layer": int(edit.layer),
        "place": edit.place,
        "line": edit.line,
        "message": edit.message,
        "hint": edit.hint,
        "fix": edit.fix.value if edit.fix else "",
    }


def _blocks(edit: Edit, one: ClaimToEdit) -> bool:
    if edit.severity is Severity.FATAL:
        return True
    return edit.severity is Severity.HOLD and edit.rule_id not in one.let_pass


def _evidence(one: ClaimToEdit, edits: Sequence[Edit], at: datetime) -> list[Said]:
    """A held claim is taken up first: what held it may be gone."""
    blocking = [edit for edit in edits if _blocks(edit, one)]
    rules = sorted({edit.rule_id for edit in blocking})
    data = {"rules": rules, "version_id": str(one.version.id)}
    if any(edit.severity is Severity.FATAL for edit in blocking):
        outcome, to = Evidence.EDITS_FAILED, State.EDITING_FAILED
    elif blocking:
        outcome, to = Evidence.HOLD_PLACED, State.HELD
    else:
        outcome, to = Evidence.EDITS_PASSED, State.READY
    if one.claim.submission_state == to:
        return []
    said = [Said(one.claim.id, outcome, at, data)]
    if one.claim.submission_state == State.HELD:
        said.insert(0, Said(one.claim.id, Evidence.HOLD_RELEASED, at, data))
    return said
