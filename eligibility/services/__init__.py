from eligibility.services.checking import About, Exchanged, Put, ask, exchange, line_of, take
from eligibility.services.retrying import ask_again, end_lost

__all__ = ["About", "Exchanged", "Put", "ask", "ask_again", "end_lost", "exchange", "line_of", "take"]
