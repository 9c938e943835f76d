"""What may be done with remittances."""

from remittances.services.books import lock_books
from remittances.services.corrections import correction_of, take_correction
from remittances.services.deciding import hold_again, let_stand_beside, release_payment
from remittances.services.ingest import ingest_file
from remittances.services.intake import collect_inbox, inbox_of, order_posting, receive_file, take_fetched
from remittances.services.marks import mark_facts_taken
from remittances.services.matching import (
    detach_payment,
    look_again,
    match_payment,
)
from remittances.services.next_due import close_billed, find_next_due
from remittances.services.next_payer import (
    Billing,
    CannotBillNext,
    Decided,
    IsForwarded,
    bill_next,
    next_billing,
    payers_decided,
    replace_at_payer,
    replacement_billing,
)
from remittances.services.posting import (
    PostingResult,
    is_postable_unseen,
    may_unpost,
    post_remittance,
    unpost_remittance,
)
from remittances.services.proof import prove_ledger, prove_nightly
from remittances.services.receivables import tie_receivable, untie_receivable
from remittances.services.refusals import (
    CannotCorrect,
    CannotDetach,
    CannotHold,
    CannotMatch,
    CannotPost,
    CannotTie,
    CannotUnpost,
    ChangedMeanwhile,
    Refusal,
)
from remittances.services.rehearsal import Rehearsal, rehearse_posting
from remittances.services.settling import settle
from remittances.services.unseen import post_by_hand, post_if_ready

__all__ = [
    "close_billed",
    "find_next_due",
    "CannotBillNext",
    "Billing",
    "Decided",
    "IsForwarded",
    "bill_next",
    "next_billing",
    "payers_decided",
    "replace_at_payer",
    "replacement_billing",
    "CannotCorrect",
    "CannotHold",
    "CannotTie",
    "CannotDetach",
    "CannotMatch",
    "CannotPost",
    "CannotUnpost",
    "ChangedMeanwhile",
    "PostingResult",
    "Refusal",
    "Rehearsal",
    "collect_inbox",
    "correction_of",
    "detach_payment",
    "inbox_of",
    "hold_again",
    "ingest_file",
    "is_postable_unseen",
    "may_unpost",
    "let_stand_beside",
    "lock_books",
    "look_again",
    "release_payment",
    "mark_facts_taken",
    "match_payment",
    "order_posting",
    "post_by_hand",
    "post_if_ready",
    "post_remittance",
    "prove_ledger",
    "prove_nightly",
    "receive_file",
    "rehearse_posting",
    "settle",
    "take_correction",
    "take_fetched",
    "tie_receivable",
    "unpost_remittance",
    "untie_receivable",
]
