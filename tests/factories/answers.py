"""What a partner answers to the files it got, written by the codec from the files themselves."""

import itertools
from pathlib import Path

import msgspec

import x12
from x12 import InterchangeAcknowledgement, Position
from x12.ack import answers

NOWHERE = Position(0, 0, 0, 0)
NUMBERS = itertools.count(1)
PATTERN = Path(__file__).parents[1] / "fixtures/x12/277ca_good.edi"


def acknowledged(sent, *, change=lambda event: event, ta1=True):
    """TA1 and 999 to a sent file; `change(event)` may give another event in place of one of them."""
    events = answers(sent, control_number=next(NUMBERS), date="20261123", time="1200")
    kept = (one for one in events if ta1 or not isinstance(one, InterchangeAcknowledgement))
    return b"".join(x12.write_999(change(one) for one in kept))


def ta1_alone(sent, verdict="A", reason="000"):
    [first, *_] = answers(sent, control_number=next(NUMBERS), date="20261123", time="1200")
    answer = msgspec.structs.replace(first, verdict=verdict, reason_code=reason)
    return b"".join(x12.write_999([answer]))
