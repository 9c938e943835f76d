from eligibility.services.about_visits import usual_provider
from eligibility.services.applying import Versions, apply
from eligibility.services.batch_files import order_file
from eligibility.services.batches import RowDraft, ask_row, order_batch
from eligibility.services.by_hand import Verified, record_by_hand
from eligibility.services.checking import About, Exchanged, Put, ask, exchange, line_of, take
from eligibility.services.day_checks import check_visits, row_about
from eligibility.services.late_answers import take_fetched
from eligibility.services.rechecking import RuleChanged, plan_rechecks, rules_with_versions, save_rule
from eligibility.services.registering import register
from eligibility.services.retrying import ask_again, end_lost, is_awaited, last_attempt, next_attempt_at
from eligibility.services.visit_files import take_visits

__all__ = [
    "About",
    "Exchanged",
    "Put",
    "RowDraft",
    "RuleChanged",
    "Verified",
    "Versions",
    "apply",
    "ask",
    "ask_again",
    "ask_row",
    "check_visits",
    "end_lost",
    "exchange",
    "is_awaited",
    "last_attempt",
    "line_of",
    "next_attempt_at",
    "order_batch",
    "order_file",
    "plan_rechecks",
    "record_by_hand",
    "register",
    "row_about",
    "rules_with_versions",
    "save_rule",
    "take",
    "take_fetched",
    "take_visits",
    "usual_provider",
]
