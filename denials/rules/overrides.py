"""Which of a practice's own rules reads a denial: the most specific one that fits, before the code tables."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from denials.rules.facts import DenialAdjustment, DenialFacts
from reference.rules.overrides import OverrideRule, pattern_problem

LONGEST_TEXT = 1000


def winning_override(
    facts: DenialFacts, primary: DenialAdjustment, rules: Iterable[OverrideRule]
) -> OverrideRule | None:
    """Most conditions first; among equals a payer's own rule, then the older one (ids grow with time)."""
    fitting = [rule for rule in rules if rule.specificity and _fits(rule, facts, primary)]
    ranked: Sequence[OverrideRule] = sorted(
        fitting, key=lambda rule: (-rule.specificity, rule.payer_id is None, rule.id.int)
    )
    return ranked[0] if ranked else None


def _fits(rule: OverrideRule, facts: DenialFacts, primary: DenialAdjustment) -> bool:
    return (
        rule.payer_id in {None, facts.payer_id}
        and rule.group in {"", primary.group}
        and rule.carc in {"", primary.carc}
        and (not rule.rarc or rule.rarc in facts.all_remarks)
        and rule.procedure_code in {"", facts.procedure_code}
        and rule.place_of_service in {"", facts.place_of_service}
        and (not rule.text_pattern or _says(rule.text_pattern, facts.text))
    )


def _says(pattern: str, text: str) -> bool:
    compiled = _compiled(pattern)
    return compiled is not None and compiled.search(text[:LONGEST_TEXT]) is not None


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str] | None:
    return None if pattern_problem(pattern) else re.compile(pattern, re.IGNORECASE)
