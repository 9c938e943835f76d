from eligibility.services.checking import About, Exchanged, ask, exchange, take
from eligibility.services.retrying import ask_again, end_lost

__all__ = ["About", "Exchanged", "ask", "ask_again", "end_lost", "exchange", "take"]
