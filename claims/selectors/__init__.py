"""Reads of claims. `claim_for` is the only door from an id to a claim."""

from claims.selectors.finding import (
    claim_facts,
    claim_for,
    claims_by_id,
    claims_of_patient,
    claims_visible_to,
    import_for,
    import_of,
    match_index,
    recent_imports,
    search_claims,
)
from claims.selectors.lists import ClaimFilters, ClaimPage, claim_page
from claims.selectors.pages import (
    audit_context,
    claim_content,
    head_context,
    money_context,
    versions_context,
    work_context,
    x12_context,
)

__all__ = [
    "ClaimFilters",
    "ClaimPage",
    "audit_context",
    "claim_content",
    "claim_facts",
    "claim_for",
    "claim_page",
    "claims_by_id",
    "claims_of_patient",
    "claims_visible_to",
    "head_context",
    "import_for",
    "import_of",
    "match_index",
    "money_context",
    "recent_imports",
    "search_claims",
    "versions_context",
    "work_context",
    "x12_context",
]
