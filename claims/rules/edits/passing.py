"""Who may let a claim pass what its edits found."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from claims.rules.edits.catalogue import CATALOGUE
from claims.rules.edits.model import LAST_FORMAL_LAYER, Severity

PASS_HOLD, PASS_FATAL = "claims.pass_edit", "claims.pass_fatal_edit"
# The law, not the practice, decides these.
NEVER_LET_PASS = frozenset({"E121", "E124"})


def permission_to_pass(rule_id: str, found: Collection[Mapping[str, Any]]) -> str:
    """The permission that letting these faults of one rule pass takes; "" where nobody may.

    A fault of form comes back from whoever reads the file. What this practice itself made fatal is its own to judge.
    """
    severities = {one["severity"] for one in found}
    if rule_id in NEVER_LET_PASS or not severities & {Severity.FATAL, Severity.HOLD}:
        return ""
    if Severity.FATAL not in severities:
        return PASS_HOLD
    is_form = any(one["layer"] <= LAST_FORMAL_LAYER for one in found)
    return "" if is_form or CATALOGUE[rule_id].severity == Severity.FATAL else PASS_FATAL
