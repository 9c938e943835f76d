"""What payers find wrong with the member of a claim that they do not take in."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from x12 import Party, StatusCode


@dataclass(frozen=True, slots=True)
class Fault:
    code: StatusCode
    words: str
    blamed: Callable[[Party], str]
    """Of the subscriber, what has to say something else before the claim is taken in."""


WRONG_BIRTH_DATE = Fault(
    StatusCode("A7", "158", "IL"),
    "BIRTH DATE IS NOT THAT OF THE MEMBER",
    lambda subscriber: str(subscriber.birth_date),
)
UNKNOWN_MEMBER = Fault(
    StatusCode("A3", "33", "IL"),
    "NO MEMBER OF THIS NUMBER",
    lambda subscriber: subscriber.identifier,
)
MISSING_ADDRESS = Fault(
    StatusCode("A6", "503", "IL"),
    "STREET OF THE MEMBER IS NEEDED AS IT IS ON FILE",
    lambda subscriber: subscriber.address_line,
)
BY_PAYER: Mapping[str, Fault] = {
    "SIMPAYER": WRONG_BIRTH_DATE,
    "SIMNOONE": UNKNOWN_MEMBER,
    "SIMNEEDS": MISSING_ADDRESS,
}


def fault_of(payer_id: str, number: str, *, seed: int) -> Fault:
    """By the payer's id where it is one of these, else by dice that fall the same for the same claim."""
    named = BY_PAYER.get(payer_id)
    dice = random.Random(f"{seed}:fault:{payer_id}:{number}")  # noqa: S311 - not a secret
    return named or dice.choice((WRONG_BIRTH_DATE, UNKNOWN_MEMBER, MISSING_ADDRESS))
