"""What an edit says, and how a rule is entered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from claims.rules.edits.facts import EditContext
from x12 import SubmittedClaim


class Severity(StrEnum):
    FATAL = "fatal"
    HOLD = "hold"
    WARN = "warn"
    INFO = "info"
    UNCHECKED = "unchecked"
    """The rule could not run: the facts it needs are not on file."""


BLOCKING = frozenset({Severity.FATAL, Severity.HOLD})
PAYER_DECIDES = "payer"
"""The catalogue's word for a rule that counts only where a setting for the payer asks for it."""
OFF = "off"


class Layer(IntEnum):
    SYNTAX = 1
    ENVELOPE = 2
    PROVIDER = 3
    SUBSCRIBER = 4
    CLAIM = 5
    DIAGNOSIS = 6
    LINE = 7
    CODE_PAIRS = 8
    POLICY = 9
    AUTHORIZATION = 10
    OTHER_PAYERS = 11
    PAYER_OWN = 12
    TIMELY = 13
    RELEASE = 14


LAYER_WORDS: dict[Layer, str] = {
    Layer.SYNTAX: "Syntax",
    Layer.ENVELOPE: "Envelope and enrolment",
    Layer.PROVIDER: "Providers",
    Layer.SUBSCRIBER: "Subscriber and payer",
    Layer.CLAIM: "Claim",
    Layer.DIAGNOSIS: "Diagnoses",
    Layer.LINE: "Lines",
    Layer.CODE_PAIRS: "Code pairs and unit limits",
    Layer.POLICY: "Policy",
    Layer.AUTHORIZATION: "Authorization and eligibility",
    Layer.OTHER_PAYERS: "Earlier payers",
    Layer.PAYER_OWN: "The payer's own",
    Layer.TIMELY: "Time limits and duplicates",
    Layer.RELEASE: "Release",
}
LAST_FORMAL_LAYER = Layer.LINE
"""Up to here every fault is told at once; a claim with a fatal one is not held against policy."""


class Fix(StrEnum):
    """What the product can do by itself."""

    REBUILD = "rebuild"
    """What it names stands on file: once that is corrected, building the claim anew mends it."""


@dataclass(frozen=True, slots=True)
class Found:
    """One fault a rule has found, at its place."""

    loop: str
    segment: str
    element: int
    message: str
    hint: str = ""
    line: int | None = None
    fix: Fix | None = None
    softer: Severity | None = None
    """Where this fault weighs less than the rule's others."""


@dataclass(frozen=True, slots=True)
class Unchecked:
    """What is missing to run the rule, or a part of it."""

    missing: str


@dataclass(frozen=True, slots=True)
class Edit:
    rule_id: str
    severity: Severity
    layer: Layer
    loop: str
    segment: str
    element: int
    line: int | None
    message: str
    hint: str = ""
    fix: Fix | None = None

    @property
    def place(self) -> str:
        element = f"{self.element:02}" if self.element else ""
        return f"{self.loop} {self.segment}{element}".strip()


Check = Callable[[SubmittedClaim, EditContext], Iterable[Found | Unchecked]]


@dataclass(frozen=True, slots=True)
class Rule:
    rule_id: str
    layer: Layer
    check: Check


RULES: dict[str, Rule] = {}


def rule(rule_id: str, layer: Layer) -> Callable[[Check], Check]:
    def enter(check: Check) -> Check:
        if rule_id in RULES:
            raise ValueError(f"{rule_id} is entered twice")
        RULES[rule_id] = Rule(rule_id, layer, check)
        return check

    return enter
