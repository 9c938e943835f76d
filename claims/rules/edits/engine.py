"""Runs every rule over a claim, layer by layer."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

from claims.rules.edits import (  # noqa: F401  (entering their rules)
    checks_claim,
    checks_diagnoses,
    checks_lines,
    checks_pairs,
    checks_payers,
    checks_policy,
    checks_providers,
    checks_release,
    checks_subscriber,
    checks_syntax,
)
from claims.rules.edits.catalogue import CATALOGUE
from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import (
    LAST_FORMAL_LAYER,
    OFF,
    PAYER_DECIDES,
    RULES,
    Edit,
    Layer,
    Rule,
    Severity,
    Unchecked,
)
from x12 import SubmittedClaim

_BY_LAYER: dict[Layer, list[Rule]] = {
    layer: [RULES[rule_id] for rule_id in sorted(RULES) if RULES[rule_id].layer is layer] for layer in Layer
}
GUIDE_RULE = "E005"


def layer_of(rule_id: str) -> Layer:
    return RULES[rule_id].layer


def run_edits(claim: SubmittedClaim, context: EditContext) -> tuple[Edit, ...]:
    """In the order of the layers, what could not be checked among them.

    The form of a claim is checked as a whole, so that a person sees every fault at once. Only a claim that could be
    read by its receiver is held against code pairs, policy and payers.
    """
    context = dataclasses.replace(context, refusals=checks_syntax.refusals(claim))
    edits: list[Edit] = []
    for layer, rules in _BY_LAYER.items():
        for one in rules:
            edits.extend(_run(one, claim, context))
        if layer >= LAST_FORMAL_LAYER and any(edit.severity is Severity.FATAL for edit in edits):
            break
    return tuple(_without_echoes(edits))


def _run(one: Rule, claim: SubmittedClaim, context: EditContext) -> Iterator[Edit]:
    severity = context.severities.get(one.rule_id, CATALOGUE[one.rule_id].severity)
    if severity in (OFF, PAYER_DECIDES):
        return
    for found in one.check(claim, context):
        if isinstance(found, Unchecked):
            words = f"Not checked: {found.missing}."
            yield Edit(one.rule_id, Severity.UNCHECKED, one.layer, "", "", 0, None, words)
        else:
            yield Edit(
                one.rule_id,
                found.softer or Severity(severity),
                one.layer,
                found.loop,
                found.segment,
                found.element,
                found.line,
                found.message,
                found.hint,
                found.fix,
            )


def _without_echoes(edits: list[Edit]) -> Iterator[Edit]:
    """What the guide reports is left out where a rule names the same field in better words."""
    named = {(edit.loop, edit.segment) for edit in edits if edit.rule_id != GUIDE_RULE}
    for edit in edits:
        if edit.rule_id != GUIDE_RULE or (edit.loop, edit.segment) not in named:
            yield edit
