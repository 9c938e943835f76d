"""The catalogue of rules with what this practice has set."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from claims.models import EditSetting
from claims.rules.edits import CATALOGUE, LAYER_WORDS, CatalogueRule, layer_of
from tenancy.access import NotFound
from tenancy.scope import Scope


@dataclass(frozen=True, slots=True)
class GradedRule:
    rule: CatalogueRule
    category: str
    settings: list[EditSetting]


def graded_rules() -> list[GradedRule]:
    by_rule: dict[str, list[EditSetting]] = {}
    for one in EditSetting.objects.select_related("payer").order_by("rule_id", "starts_on", "id"):
        by_rule.setdefault(one.rule_id, []).append(one)
    return [
        GradedRule(rule, LAYER_WORDS[layer_of(rule_id)], by_rule.get(rule_id, []))
        for rule_id, rule in CATALOGUE.items()
    ]


def graded_rule(rule_id: str) -> GradedRule:
    found = next((one for one in graded_rules() if one.rule.rule_id == rule_id), None)
    if found is None:
        raise NotFound
    return found


def setting_for(scope: Scope, setting_id: UUID) -> EditSetting:
    found = EditSetting.objects.filter(id=setting_id, organization_id=scope.practice_id).first()
    if found is None:
        raise NotFound
    return found
