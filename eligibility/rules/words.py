"""What a payer's answer comes to, in one word each."""

from __future__ import annotations

from enum import StrEnum


class CoverageStatus(StrEnum):
    """Whether the person is covered on the day asked about. What nobody said is UNDETERMINED, never inactive."""

    ACTIVE = "ACTIVE"
    INACTIVE = "INACTIVE"
    UNDETERMINED = "UNDETERMINED"


class Outcome(StrEnum):
    """What became of the question."""

    ANSWERED = "ANSWERED"
    REJECTED = "REJECTED"
    PERSON_NOT_FOUND = "PERSON_NOT_FOUND"
    PAYER_UNAVAILABLE = "PAYER_UNAVAILABLE"
    UNPARSEABLE = "UNPARSEABLE"
    OTHER_QUESTION = "OTHER_QUESTION"
    """It answers something we did not ask."""
    QUEUED = "QUEUED"
    """Nobody answered yet; the payer is asked again, or answers by itself."""
    NO_ANSWER = "NO_ANSWER"
    """Nobody answered, and nobody is asked again."""


UNANSWERED = (Outcome.QUEUED, Outcome.NO_ANSWER)


class BenefitKind(StrEnum):
    COVERED = "COVERED"
    NOT_COVERED = "NOT_COVERED"
    COPAY = "COPAY"
    COINSURANCE = "COINSURANCE"
    DEDUCTIBLE_TOTAL = "DEDUCTIBLE_TOTAL"
    DEDUCTIBLE_REMAINING = "DEDUCTIBLE_REMAINING"
    DEDUCTIBLE_USED = "DEDUCTIBLE_USED"
    OUT_OF_POCKET_TOTAL = "OUT_OF_POCKET_TOTAL"
    OUT_OF_POCKET_REMAINING = "OUT_OF_POCKET_REMAINING"
    OUT_OF_POCKET_USED = "OUT_OF_POCKET_USED"
    LIMIT_TOTAL = "LIMIT_TOTAL"
    LIMIT_REMAINING = "LIMIT_REMAINING"
    LIMIT_USED = "LIMIT_USED"
    UNLIMITED = "UNLIMITED"
    SPEND_DOWN = "SPEND_DOWN"
    RESERVE = "RESERVE"
    NOTE = "NOTE"


class Network(StrEnum):
    IN = "IN"
    OUT = "OUT"
    BOTH = "BOTH"
    UNKNOWN = "UNKNOWN"


class Level(StrEnum):
    INDIVIDUAL = "INDIVIDUAL"
    FAMILY = "FAMILY"
    OTHER = "OTHER"
    """Employee and spouse, children only ...: the code is kept beside it."""
