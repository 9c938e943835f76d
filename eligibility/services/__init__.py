from eligibility.services.applying import Versions, apply
from eligibility.services.by_hand import Verified, record_by_hand
from eligibility.services.checking import About, Exchanged, Put, ask, exchange, line_of, take
from eligibility.services.late_answers import take_fetched
from eligibility.services.retrying import ask_again, end_lost, is_awaited, next_attempt_at

__all__ = [
    "About",
    "Exchanged",
    "Put",
    "Verified",
    "Versions",
    "apply",
    "ask",
    "ask_again",
    "end_lost",
    "exchange",
    "is_awaited",
    "line_of",
    "next_attempt_at",
    "record_by_hand",
    "take",
    "take_fetched",
]
