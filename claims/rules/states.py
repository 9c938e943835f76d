"""Where a claim stands with those it was sent to, and what evidence moves it: the one table of these moves.

A claim moves only on evidence: an acknowledgement, a payment, a person, a clock. Evidence that comes late or twice
changes nothing and is kept; evidence that denies what stronger evidence has proven is for a person.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    DRAFT = "DRAFT"
    EDITING_FAILED = "EDITING_FAILED"
    READY = "READY"
    HELD = "HELD"
    BATCHED = "BATCHED"
    SEND_FAILED = "SEND_FAILED"
    TRANSMITTED = "TRANSMITTED"
    SYNTAX_REJECTED = "SYNTAX_REJECTED"
    ACKED_RECEIPT = "ACKED_RECEIPT"
    CH_REJECTED = "CH_REJECTED"
    CH_ACCEPTED = "CH_ACCEPTED"
    PAYER_REJECTED = "PAYER_REJECTED"
    PAYER_ACCEPTED = "PAYER_ACCEPTED"
    IN_REVIEW = "IN_REVIEW"
    STUCK = "STUCK"
    ADJUDICATED = "ADJUDICATED"
    VOIDED = "VOIDED"


class Evidence(StrEnum):
    """What happened to the claim's present version."""

    REBUILT = "REBUILT"
    """A person or a rule changed what it says, or a replacement or void of it was made."""
    EDITS_FAILED = "EDITS_FAILED"
    EDITS_PASSED = "EDITS_PASSED"
    HOLD_PLACED = "HOLD_PLACED"
    HOLD_RELEASED = "HOLD_RELEASED"
    BATCHED = "BATCHED"
    """It has its place in an interchange whose bytes are fixed."""
    STORED = "STORED"
    """The partner has confirmed that it holds the bytes; the end of a socket's writing proves nothing."""
    SENDING_FAILED = "SENDING_FAILED"
    SYNTAX_REJECTED = "SYNTAX_REJECTED"
    SYNTAX_ACCEPTED = "SYNTAX_ACCEPTED"
    CLEARINGHOUSE_REJECTED = "CLEARINGHOUSE_REJECTED"
    CLEARINGHOUSE_ACCEPTED = "CLEARINGHOUSE_ACCEPTED"
    PAYER_REJECTED = "PAYER_REJECTED"
    PAYER_ACCEPTED = "PAYER_ACCEPTED"
    PENDING = "PENDING"
    """The payer says that it is still looking at it (277 category P)."""
    NO_ANSWER = "NO_ANSWER"
    """A clock: nothing came for longer than this payer usually takes."""
    ADJUDICATED = "ADJUDICATED"
    VOID_CONFIRMED = "VOID_CONFIRMED"


class Verdict(StrEnum):
    MOVED = "MOVED"
    IGNORED = "IGNORED"
    """Late or twice: what it proves was known."""
    CONTRADICTED = "CONTRADICTED"
    """It denies what other evidence has proven; nothing moves until a person has looked."""


@dataclass(frozen=True, slots=True)
class Move:
    verdict: Verdict
    state: State


# How far each state is on the way; evidence never moves a claim back on it.
_WAY = (
    State.BATCHED,
    State.TRANSMITTED,
    State.ACKED_RECEIPT,
    State.CH_ACCEPTED,
    State.PAYER_ACCEPTED,
    State.IN_REVIEW,
    State.ADJUDICATED,
)
_WAITING = (
    State.TRANSMITTED,
    State.ACKED_RECEIPT,
    State.CH_ACCEPTED,
    State.PAYER_ACCEPTED,
    State.IN_REVIEW,
)
REJECTED = (State.SYNTAX_REJECTED, State.CH_REJECTED, State.PAYER_REJECTED)
UNSENT = (State.DRAFT, State.EDITING_FAILED, State.READY, State.HELD)
NEVER_TAKEN_IN = (*UNSENT, *REJECTED, State.SEND_FAILED)


def _from(states: tuple[State, ...], to: State) -> dict[State, State]:
    return {state: to for state in states if state is not to}


def _before(state: State) -> tuple[State, ...]:
    """What waits short of this state. A silent claim that speaks is no longer stuck."""
    return (*_WAY[: _WAY.index(state)], State.STUCK)


MOVES: Mapping[Evidence, Mapping[State, State]] = {
    Evidence.REBUILT: _from(
        (*UNSENT, *REJECTED, State.SEND_FAILED, State.STUCK, State.PAYER_ACCEPTED, State.ADJUDICATED),
        State.DRAFT,
    ),
    Evidence.EDITS_FAILED: {State.DRAFT: State.EDITING_FAILED, State.READY: State.EDITING_FAILED},
    Evidence.EDITS_PASSED: {State.DRAFT: State.READY, State.EDITING_FAILED: State.READY},
    Evidence.HOLD_PLACED: _from((State.DRAFT, State.EDITING_FAILED, State.READY), State.HELD),
    Evidence.HOLD_RELEASED: {State.HELD: State.DRAFT},
    Evidence.BATCHED: {State.READY: State.BATCHED},
    Evidence.STORED: {State.BATCHED: State.TRANSMITTED, State.SEND_FAILED: State.TRANSMITTED},
    Evidence.SENDING_FAILED: {State.BATCHED: State.SEND_FAILED},
    Evidence.SYNTAX_REJECTED: _from((State.BATCHED, State.TRANSMITTED, State.STUCK), State.SYNTAX_REJECTED),
    Evidence.SYNTAX_ACCEPTED: _from(_before(State.ACKED_RECEIPT), State.ACKED_RECEIPT),
    Evidence.CLEARINGHOUSE_REJECTED: _from(_before(State.CH_ACCEPTED), State.CH_REJECTED),
    Evidence.CLEARINGHOUSE_ACCEPTED: _from(_before(State.CH_ACCEPTED), State.CH_ACCEPTED),
    Evidence.PAYER_REJECTED: _from(_before(State.PAYER_ACCEPTED), State.PAYER_REJECTED),
    Evidence.PAYER_ACCEPTED: _from(_before(State.PAYER_ACCEPTED), State.PAYER_ACCEPTED),
    Evidence.PENDING: _from(_before(State.IN_REVIEW), State.IN_REVIEW),
    Evidence.NO_ANSWER: _from(_WAITING, State.STUCK),
    Evidence.ADJUDICATED: _from(_before(State.ADJUDICATED), State.ADJUDICATED),
    Evidence.VOID_CONFIRMED: _from((*_WAITING, State.STUCK, State.ADJUDICATED), State.VOIDED),
}

# What each piece of evidence proves false: a claim taken in by a level was not refused by it, and the other way round.
CONTRADICTIONS: Mapping[Evidence, tuple[State, ...]] = {
    Evidence.SYNTAX_REJECTED: (
        State.ACKED_RECEIPT,
        State.CH_ACCEPTED,
        State.PAYER_ACCEPTED,
        State.IN_REVIEW,
        State.ADJUDICATED,
    ),
    Evidence.CLEARINGHOUSE_REJECTED: (
        State.CH_ACCEPTED,
        State.PAYER_ACCEPTED,
        State.IN_REVIEW,
        State.ADJUDICATED,
    ),
    Evidence.PAYER_REJECTED: (State.PAYER_ACCEPTED, State.IN_REVIEW, State.ADJUDICATED),
    Evidence.SYNTAX_ACCEPTED: (State.SYNTAX_REJECTED,),
    Evidence.CLEARINGHOUSE_ACCEPTED: (State.SYNTAX_REJECTED, State.CH_REJECTED),
    Evidence.PAYER_ACCEPTED: REJECTED,
    Evidence.PENDING: REJECTED,
    Evidence.ADJUDICATED: REJECTED,
}


def move(state: str, evidence: str) -> Move:
    """What the evidence does to a claim in this state."""
    present, said = State(state), Evidence(evidence)
    to = MOVES[said].get(present)
    if to is not None:
        return Move(Verdict.MOVED, to)
    if present in CONTRADICTIONS.get(said, ()):
        return Move(Verdict.CONTRADICTED, present)
    return Move(Verdict.IGNORED, present)
