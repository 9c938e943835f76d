"""What may be done with remittances."""

from remittances.services.ingest import ingest_file
from remittances.services.intake import collect_inbox, inbox_of, order_posting, post_if_ready, receive_file
from remittances.services.marks import mark_facts_taken
from remittances.services.matching import detach_payment, look_again, match_payment
from remittances.services.posting import (
    PostingResult,
    is_postable_unseen,
    post_remittance,
    unpost_remittance,
)
from remittances.services.refusals import (
    CannotDetach,
    CannotMatch,
    CannotPost,
    CannotUnpost,
    ChangedMeanwhile,
    Refusal,
)
from remittances.services.rehearsal import Rehearsal, rehearse_posting

__all__ = [
    "CannotDetach",
    "CannotMatch",
    "CannotPost",
    "CannotUnpost",
    "ChangedMeanwhile",
    "PostingResult",
    "Refusal",
    "Rehearsal",
    "collect_inbox",
    "detach_payment",
    "inbox_of",
    "ingest_file",
    "is_postable_unseen",
    "look_again",
    "mark_facts_taken",
    "match_payment",
    "order_posting",
    "post_if_ready",
    "post_remittance",
    "receive_file",
    "rehearse_posting",
    "unpost_remittance",
]
