"""What the edits found in a claim, as a person who has to do something about it sees it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from claims.models import Claim, EditOverride, EditRun
from claims.rules.edits import CATALOGUE, permission_to_pass
from claims.rules.states import UNSENT
from claims.selectors.editing import latest_run, standing_overrides
from tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class Finding:
    """All that one rule found."""

    rule_id: str
    check: str
    severity: str
    found: list[dict[str, Any]]
    passed: EditOverride | None
    may_pass: bool
    can_ever_pass: bool
    is_mended_by_building: bool
    """What it names stands on file: once that is corrected, building anew mends the claim."""


def edits_context(scope: Scope, claim: Claim) -> dict[str, Any]:
    """What stops the claim comes first, then what only warns."""
    run = latest_run(claim)
    overrides = standing_overrides([run.version_id]).get(run.version_id, {}) if run else {}
    is_unsent = claim.submission_state in UNSENT
    findings = _findings(scope, run, overrides) if run else []
    return {
        "claim": claim,
        "run": run,
        "stopping": [one for one in findings if run and one.rule_id in run.blocked_by],
        "others": [one for one in findings if run and one.rule_id not in run.blocked_by],
        "unchecked": sorted(run.unchecked.items()) if run else [],
        "is_unsent": is_unsent,
        "may_build": is_unsent and scope.may("claims.build_claim"),
        "may_pass": is_unsent and scope.may("claims.pass_edit"),
    }


def _findings(scope: Scope, run: EditRun, overrides: dict[str, EditOverride]) -> list[Finding]:
    by_rule: dict[str, list[dict[str, Any]]] = {}
    for one in run.results:
        by_rule.setdefault(one["rule_id"], []).append(one)
    told = []
    for rule_id, found in by_rule.items():
        permission = permission_to_pass(rule_id, found)
        told.append(
            Finding(
                rule_id,
                CATALOGUE[rule_id].check,
                found[0]["severity"],
                found,
                overrides.get(rule_id),
                bool(permission) and scope.may(permission),
                bool(permission),
                any(one["fix"] for one in found),
            )
        )
    return told
