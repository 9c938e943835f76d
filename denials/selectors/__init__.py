"""Reads of denials; `denial_for` is the only door from an id to a denial."""

from denials.selectors.books import open_amount, open_in_books
from denials.selectors.reading import (
    LineMoney,
    Similar,
    Workspace,
    answers_due,
    appeal_for,
    code_words,
    denial_for,
    denials_in,
    denials_of_claim,
    denials_of_remittance,
    for_rows,
    item_of,
    last_appeals,
    last_decided,
    routing_rule_for,
    routing_rules,
    workspace,
    write_off_for,
)
from denials.selectors.timeline import Entry, timeline

__all__ = [
    "Entry",
    "LineMoney",
    "Similar",
    "Workspace",
    "answers_due",
    "appeal_for",
    "code_words",
    "denial_for",
    "denials_in",
    "denials_of_claim",
    "denials_of_remittance",
    "for_rows",
    "item_of",
    "last_appeals",
    "last_decided",
    "open_amount",
    "open_in_books",
    "routing_rule_for",
    "routing_rules",
    "timeline",
    "workspace",
    "write_off_for",
]
