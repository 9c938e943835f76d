"""What a TA1 and a 999 say: an interchange taken or not, and set by set what was wrong with a group."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from x12.records import Envelope, Finding, Position, RawSegment


class Outcome(StrEnum):
    """What an answer comes to, whichever transaction gives it; the code itself is always kept beside it."""

    ACCEPTED = "ACCEPTED"
    ACCEPTED_WITH_ERRORS = "ACCEPTED_WITH_ERRORS"
    PARTLY_ACCEPTED = "PARTLY_ACCEPTED"
    REJECTED = "REJECTED"
    UNDER_REVIEW = "UNDER_REVIEW"
    DECIDED = "DECIDED"
    """The payer has finished with the claim: a remittance says the rest."""
    UNKNOWN = "UNKNOWN"
    """A code nobody lists: never to be taken for an acceptance."""


_VERDICTS = {
    "A": Outcome.ACCEPTED,
    "E": Outcome.ACCEPTED_WITH_ERRORS,
    "P": Outcome.PARTLY_ACCEPTED,
    "R": Outcome.REJECTED,
    "M": Outcome.REJECTED,
    "W": Outcome.REJECTED,
    "X": Outcome.REJECTED,
}
"""TA104, IK501 and AK901. M, W and X are rejections for security."""


def outcome_of_verdict(code: str) -> Outcome:
    return _VERDICTS.get(code, Outcome.UNKNOWN)


class InterchangeAcknowledgement(Struct, frozen=True):
    """TA1: the answer to an interchange we sent. It stands before the groups of the one it came in."""

    envelope: Envelope
    position: Position
    control_number: str = ""
    interchange_date: str = ""
    interchange_time: str = ""
    verdict: str = ""
    """A accepted, E accepted with errors, R rejected."""
    reason_code: str = ""
    """TA105: 000 none, 001 control numbers differ, 021 wrong number of groups, 023 cut, 025 sent before ..."""
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return outcome_of_verdict(self.verdict)


class ErrorContext(Struct, frozen=True, gc=False):
    """CTX: what the error has to do with; a claim by its number, or the segment that made another one due."""

    name: str
    """CLM01 and the like, or SITUATIONAL TRIGGER."""
    value: str
    segment: int
    tag: str = ""
    place: str = ""
    """CTX03: segment in the transaction set."""
    loop: str = ""
    element: str = ""
    """CTX05 as it came: element, component and repetition."""
    reference_number: str = ""


class ElementError(Struct, frozen=True, gc=False):
    """IK4."""

    element: str
    """IK401-1: number of the element within its segment."""
    code: str
    """IK403: 1 missing, 4 too short, 5 too long, 6 invalid character, 7 invalid code, 8 date, 9 time ..."""
    segment: int
    component: str = ""
    repetition: str = ""
    reference_number: str = ""
    value: str = ""
    """IK404: the element as the receiver had it."""
    contexts: tuple[ErrorContext, ...] = ()


class SegmentError(Struct, frozen=True, gc=False):
    """IK3 with its contexts and element errors (loop 2100)."""

    tag: str
    place: str
    """IK302: which segment of the transaction set, ST being 1."""
    loop: str
    code: str
    """IK304: 2 unexpected, 3 required and missing, 5 too often, 8 its elements are wrong ..."""
    segment: int
    contexts: tuple[ErrorContext, ...] = ()
    elements: tuple[ElementError, ...] = ()

    @property
    def patient_control_number(self) -> str:
        """CLM01 of the claim the error stands in, empty where the receiver did not name one."""
        everything = (*self.contexts, *(one for element in self.elements for one in element.contexts))
        return next((one.value for one in everything if one.name.upper() == "CLM01"), "")


class AcknowledgementStart(Struct, frozen=True):
    """ST to AK1 of a 999: which group is answered."""

    envelope: Envelope
    position: Position
    functional_code: str = ""
    group_control_number: str = ""
    version: str = ""
    unmapped: tuple[RawSegment, ...] = ()


class SetAcknowledgement(Struct, gc=False):
    """AK2 to IK5: the answer to one transaction set (loop 2000)."""

    ordinal: int
    """Counted from 1 within the 999."""
    transaction_code: str
    control_number: str
    position: Position
    version: str = ""
    verdict: str = ""
    """IK501: A accepted, E accepted with errors, R rejected; empty where the answer was cut."""
    reasons: tuple[str, ...] = ()
    errors: tuple[SegmentError, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return outcome_of_verdict(self.verdict)

    def errors_by_claim(self) -> Iterator[tuple[str, SegmentError]]:
        """Each error with the claim number it names, empty for those of the set as a whole."""
        return ((error.patient_control_number, error) for error in self.errors)


class AcknowledgementEnd(Struct, frozen=True):
    """AK9 to SE: the answer to the group, with all findings of the 999 itself."""

    position: Position
    verdict: str = ""
    """AK901: A, E, R, or P where some sets were rejected."""
    stated_set_count: str = ""
    received_set_count: str = ""
    accepted_set_count: str = ""
    reasons: tuple[str, ...] = ()
    set_count: int = 0
    """Sets answered one by one."""
    error_count: int = 0
    segment_count: int = 0
    stated_segment_count: int | None = None
    is_complete: bool = False
    content_hash: str = ""
    findings: tuple[Finding, ...] = ()
    unmapped: tuple[RawSegment, ...] = ()

    @property
    def outcome(self) -> Outcome:
        return outcome_of_verdict(self.verdict)
