"""What may be done with claims."""

from claims.services.acknowledging import order_reading, read_statuses, take_answers
from claims.services.adjudication import Adjudicated, record_adjudication
from claims.services.asking import CannotAsk, ask_now, ask_payers
from claims.services.batching import Batched, send_now, send_ready, take_deliveries
from claims.services.billing_runs import order_billing, run_billing
from claims.services.building import (
    CannotBuild,
    NothingChanged,
    bill_payer,
    bill_visit,
    draft_for_payer,
    draft_replacement,
    last_sent,
    rebuild_claim,
    replace_claim,
)
from claims.services.closing import close_settled
from claims.services.counting import count_days, count_settling
from claims.services.filing import warn_of_filing_limits
from claims.services.following_up import follow_up, follow_up_many
from claims.services.importing import import_837
from claims.services.moving import Moved, Said, move_claims
from claims.services.rejections import CannotResend, resend_claim, resend_interchange
from claims.services.silence import find_missing_claims, find_silent_claims, measure_timing
from claims.services.tickets import close_tickets, hand_on_overdue, hand_to
from claims.services.uploading import receive_837
from claims.services.visits import bill_visits, take_changed_visits
from claims.services.withdrawing import CannotWithdraw, withdraw_claim

__all__ = [
    "ask_now",
    "ask_payers",
    "bill_payer",
    "bill_visit",
    "bill_visits",
    "close_settled",
    "close_tickets",
    "count_days",
    "count_settling",
    "draft_for_payer",
    "draft_replacement",
    "find_missing_claims",
    "find_silent_claims",
    "follow_up",
    "follow_up_many",
    "hand_on_overdue",
    "hand_to",
    "last_sent",
    "measure_timing",
    "Adjudicated",
    "Batched",
    "CannotAsk",
    "CannotResend",
    "CannotBuild",
    "CannotWithdraw",
    "Moved",
    "NothingChanged",
    "Said",
    "import_837",
    "move_claims",
    "order_billing",
    "order_reading",
    "read_statuses",
    "rebuild_claim",
    "receive_837",
    "replace_claim",
    "send_now",
    "send_ready",
    "take_answers",
    "take_changed_visits",
    "warn_of_filing_limits",
    "take_deliveries",
    "record_adjudication",
    "resend_claim",
    "run_billing",
    "withdraw_claim",
    "resend_interchange",
]
