"""To which team's queue a denial goes first: the code's owner team, unless the practice has said
otherwise.
"""

from collections.abc import Iterable
from uuid import UUID

from audit import services as audit
from denials.models import RoutingRule
from tenancy.scope import current_scope
from workbench.services import Refusal, ensure_queues


class Router:
    """The practice's rules, read once: payer and category, then payer, then category, then the owner team."""

    def __init__(self, rules: Iterable[RoutingRule]) -> None:
        self._by_key = {(rule.payer_id, rule.category): rule for rule in rules}

    def team_for(self, *, payer_id: UUID, category: str, owner_team: str) -> str:
        for key in ((payer_id, category), (payer_id, ""), (None, category), (None, "")):
            rule = self._by_key.get(key)
            if rule is not None:
                return str(rule.queue.code)
        return owner_team or "billing"


def router() -> Router:
    return Router(RoutingRule.objects.select_related("queue"))


def save_routing_rule(
    *, payer_id: UUID | None, category: str, team: str, note: str, version: int | None
) -> RoutingRule:
    """Set the rule for a payer and a category (empty: any). The version seen must be the one on file."""
    queue_id = ensure_queues([team])[team]
    rule = RoutingRule.objects.select_for_update().filter(payer_id=payer_id, category=category).first()
    if rule is None:
        rule = RoutingRule(payer_id=payer_id, category=category, version=0)
    elif version is not None and version != rule.version:
        raise Refusal("Somebody changed this rule after you opened it. Look at it again.")
    rule.queue_id, rule.note, rule.version = queue_id, note.strip()[:200], rule.version + 1
    rule.save()
    audit.record(
        verb="denials.routing_rule.saved",
        subject=rule,
        fields=("queue", "note"),
        data={"payer_id": str(payer_id or ""), "category": category, "team": team},
    )
    audit.emit(
        "rule.published",
        subject=rule,
        data={"kind": "denials.routing", "team": team, "version": rule.version},
    )
    return rule


def delete_routing_rule(*, rule: RoutingRule) -> None:
    audit.record(
        verb="denials.routing_rule.deleted",
        subject=rule,
        organization_id=current_scope().practice_id,
        data={"payer_id": str(rule.payer_id or ""), "category": rule.category},
    )
    rule.delete()
