"""Reads of claims. `claim_for` is the only door from an id to a claim."""

from claims.selectors.acknowledgements import FilingProof, acknowledgements_of, filing_proofs
from claims.selectors.asking import questions_of
from claims.selectors.beginnings import Beginning, beginnings_of
from claims.selectors.building import has_several_payers
from claims.selectors.corrections import can_be_replaced, correction_address, draft_context
from claims.selectors.filing import filing_limit_of
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
from claims.selectors.lists import (
    ClaimFilters,
    ClaimRow,
    claim_page,
    claim_totals,
    claims_matching,
    claims_to_export,
    read_claim_filters,
    with_balances,
)
from claims.selectors.pages import (
    answers_context,
    audit_context,
    claim_content,
    head_context,
    money_context,
    standing_of,
    versions_context,
    visit_context,
    work_context,
    x12_context,
    x12_text,
)
from claims.selectors.sending import Sending, first_sendings, newest_submission
from claims.selectors.silence import usual_time, usual_times
from claims.selectors.withdrawing import withdrawal_context

__all__ = [
    "Beginning",
    "usual_time",
    "usual_times",
    "ClaimFilters",
    "ClaimRow",
    "FilingProof",
    "Sending",
    "acknowledgements_of",
    "answers_context",
    "audit_context",
    "beginnings_of",
    "can_be_replaced",
    "claim_content",
    "claim_facts",
    "claim_for",
    "claim_page",
    "claim_totals",
    "claims_by_id",
    "claims_matching",
    "claims_of_patient",
    "claims_to_export",
    "claims_visible_to",
    "correction_address",
    "draft_context",
    "filing_limit_of",
    "filing_proofs",
    "first_sendings",
    "has_several_payers",
    "head_context",
    "import_for",
    "import_of",
    "match_index",
    "money_context",
    "standing_of",
    "newest_submission",
    "questions_of",
    "read_claim_filters",
    "recent_imports",
    "search_claims",
    "versions_context",
    "visit_context",
    "with_balances",
    "withdrawal_context",
    "work_context",
    "x12_context",
    "x12_text",
]
