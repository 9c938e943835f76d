"""The edits of claims on file: run, kept, let pass; and what they do to where a claim stands."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate

from audit import services as audit
from claims.models import Claim, ClaimVersion, EditOverride, EditRun
from claims.rules.edits import RELEASE, Edit, Severity, permission_to_pass, run_edits
from claims.rules.states import UNSENT, Evidence, State
from claims.selectors.editing import ClaimToEdit, claims_to_edit, latest_run, standing_overrides
from claims.services.edit_items import sync_items
from claims.services.moving import Said, move_claims
from tenancy.bulk import insert_models
from tenancy.scope import current_scope

LONGEST_REASON = 300


class CannotLetPass(Exception):
    """Why this edit cannot be let pass, in words for who asked."""


@transaction.atomic
def run_edits_for(*, claim_ids: Collection[UUID], at: datetime) -> list[EditRun]:
    """Check claims that have not left, keep what was found, and move each to ready, failed or held."""
    claims = list(
        Claim.objects.select_for_update(of=("self",))
        .select_related("payer", "encounter")
        .filter(id__in=claim_ids, submission_state__in=UNSENT, closed_on__isnull=True)
        .order_by("id")
    )
    found = [one for one in claims_to_edit(claims, on=localdate(at)) if not one.is_held_by_a_person]
    runs, evidence, stopped = [], [], {}
    for one in found:
        edits = run_edits(one.content, one.context)
        stopped[one.claim.id] = [edit for edit in edits if _blocks(edit, one)]
        runs.append(_run(one, edits, at))
        evidence += _evidence(one, stopped[one.claim.id], at)
    insert_models(runs)
    move_claims(evidence)
    sync_items(stopped, found, at)
    return runs


@transaction.atomic
def let_pass(*, claim_id: UUID, rule_id: str, reason: str, at: datetime) -> EditRun:
    """A person answers for what the edits found; faults of form would come back all the same."""
    claim, version = _unsent(claim_id)
    found = findings_of(claim, rule_id)
    if not found:
        raise CannotLetPass("The last run of the edits did not name this rule.")
    if not permission_to_pass(rule_id, found):
        raise CannotLetPass("This edit cannot be let pass: correct what it names.")
    severities = {one["severity"] for one in found}
    severity = Severity.FATAL if Severity.FATAL in severities else Severity.HOLD
    standing = standing_overrides([version.id]).get(version.id, {}).get(rule_id)
    if standing is None or standing.severity != severity:
        _answer(claim, version, rule_id, reason, at, severity=severity)
    return run_edits_for(claim_ids=[claim.id], at=at)[0]


@transaction.atomic
def take_back(*, claim_id: UUID, rule_id: str, reason: str, at: datetime) -> EditRun:
    """What was let pass stops the claim again, for as long as the claim has not left."""
    claim, version = _unsent(claim_id)
    standing = standing_overrides([version.id]).get(version.id, {}).get(rule_id)
    if standing is None:
        raise CannotLetPass("Nobody has let this edit pass.")
    _answer(claim, version, rule_id, reason, at, severity=standing.severity, is_taken_back=True)
    return run_edits_for(claim_ids=[claim.id], at=at)[0]


def findings_of(claim: Claim, rule_id: str) -> list[dict[str, Any]]:
    """What the last run of the edits found by this rule in the claim as it is now."""
    run = latest_run(claim)
    return [one for one in (run.results if run else []) if one["rule_id"] == rule_id]


# -- how ---------------------------------------------------------------------------------------------------------


def _unsent(claim_id: UUID) -> tuple[Claim, ClaimVersion]:
    claim = Claim.objects.select_for_update().get(id=claim_id)
    if claim.submission_state not in UNSENT:
        raise CannotLetPass("The claim has left; its edits no longer hold it.")
    return claim, ClaimVersion.objects.get(claim=claim, number=claim.current_version)


def _answer(
    claim: Claim, version: ClaimVersion, rule_id: str, reason: str, at: datetime, **facts: Any
) -> None:
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        raise CannotLetPass(f"Give a reason of at most {LONGEST_REASON} characters.")
    person_id = current_scope().person_id
    made = EditOverride(
        version=version, rule_id=rule_id, reason=reason, made_by_id=person_id, made_at=at, **facts
    )
    made.save(force_insert=True)
    audit.record(
        "claims.edit.taken_back" if made.is_taken_back else "claims.edit.let_pass",
        subject=claim,
        patient_id=claim.patient_id,
        data={"rule": rule_id, "severity": made.severity, "version": version.number},
    )


def _run(one: ClaimToEdit, edits: Sequence[Edit], at: datetime) -> EditRun:
    told = [edit for edit in edits if edit.severity is not Severity.UNCHECKED]
    blocking = sorted({edit.rule_id for edit in told if _blocks(edit, one)})
    return EditRun(
        version=one.version,
        results=[_told(edit) for edit in told],
        blocked_by=blocking,
        unchecked={edit.rule_id: edit.message for edit in edits if edit.severity is Severity.UNCHECKED},
        is_clean=not blocking,
        catalogue=RELEASE,
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
    passed = one.let_pass.get(edit.rule_id)
    if edit.severity is Severity.FATAL:
        return passed != Severity.FATAL
    return edit.severity is Severity.HOLD and passed is None


def _evidence(one: ClaimToEdit, blocking: Sequence[Edit], at: datetime) -> list[Said]:
    """A held claim is taken up first: what held it may be gone."""
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
