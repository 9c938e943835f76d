"""One claim as X12, before it has its place in a file."""

from __future__ import annotations

import io
from datetime import date

from x12 import (
    CannotWrite,
    ClaimBatchEnd,
    ClaimBatchStart,
    Contact,
    Delimiters,
    Envelope,
    Party,
    Position,
    RawSegment,
    SubmittedClaim,
    segments,
    write_837,
)

_NOWHERE = Position(0, 0, 0, 0)
_VERSIONS = {"PROFESSIONAL": "005010X222A1", "INSTITUTIONAL": "005010X223A2"}
_FRAME = frozenset({"ISA", "GS", "ST", "BHT", "SE", "GE", "IEA"})


def readable(claim: SubmittedClaim) -> tuple[list[RawSegment], str]:
    """The claim's own segments, from the billing provider to the last line; or none, and why it cannot be written."""
    try:
        content = b"".join(write_837([_start(claim.kind), claim, ClaimBatchEnd(position=_NOWHERE)]))
    except CannotWrite as refusal:
        return [], str(refusal)
    own = [one for one in segments(io.BytesIO(content)) if one.elements[0] not in _FRAME]
    first = next((place for place, one in enumerate(own) if one.elements[0] == "HL"), 0)
    return own[first:], ""


def _start(kind: str) -> ClaimBatchStart:
    """A frame that is cut away again."""
    envelope = Envelope(
        Delimiters("*", "^", ":", "~"),
        sender_qualifier="ZZ",
        sender="SENDER",
        receiver_qualifier="ZZ",
        receiver="RECEIVER",
        interchange_date="000101",
        interchange_time="0000",
        interchange_version="00501",
        interchange_control_number="000000001",
        usage_indicator="T",
        functional_code="HC",
        application_sender="SENDER",
        application_receiver="RECEIVER",
        group_date="20000101",
        group_time="0000",
        group_control_number="1",
        version=_VERSIONS[kind],
        transaction_code="837",
        transaction_control_number="0001",
    )
    return ClaimBatchStart(
        envelope=envelope,
        position=_NOWHERE,
        kind=kind,
        batch_reference="1",
        created_on=date(2000, 1, 1),
        created_time="0000",
        submitter=Party(
            "41", "2", "SENDER", "", "", "", "46", "SENDER", 0,
            contacts=(Contact("IC", "SENDER", (("TE", "2175550100"),), 0),),
        ),
        receiver=Party("40", "2", "RECEIVER", "", "", "", "46", "RECEIVER", 0),
    )  # fmt: skip
