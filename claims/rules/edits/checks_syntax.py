"""Layers 1 and 2: what a receiver's reader refuses, and the envelope."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from typing import Any

import msgspec

from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from x12 import (
    CannotWrite,
    ClaimBatchEnd,
    ClaimBatchStart,
    Contact,
    Delimiters,
    Envelope,
    Finding,
    Party,
    Position,
    SubmittedClaim,
    write_837,
)

Result = Iterator[Found | Unchecked]
NO_ENVELOPE = Unchecked("the envelope is made when the claim is batched")
VERSIONS = {"PROFESSIONAL": "005010X222A1", "INSTITUTIONAL": "005010X223A2", "DENTAL": "005010X224A2"}
MOST_LINES = {"PROFESSIONAL": 50, "INSTITUTIONAL": 999}
MOST_CLAIMS_IN_A_SET = 5000
_TOO_MUCH = frozenset({"guide.element_not_used", "guide.too_many_elements", "write.misplaced", "guide.code"})
_TOO_OFTEN = frozenset({"guide.loop_too_often"})
_NOWHERE = Position(0, 0, 0, 0)
_VOID = "8"


@rule("E001", Layer.SYNTAX)
def delimiters_stand_outside_the_data(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.wire is None:
        yield NO_ENVELOPE
        return
    marks = context.wire.delimiters
    signs = (marks.element, marks.repetition, marks.component, marks.terminator)
    if len(set(signs)) < len(signs) or any(len(sign) != 1 for sign in signs):
        yield Found(
            "", "ISA", 16, "The four separators of the interchange (ISA) are not four different signs."
        )
    if any(sign in text for text in _texts(claim) for sign in signs):
        yield Found(
            "", "ISA", 16,
            "A name or number of the claim holds one of the separators of the interchange.",
            "Take the sign out of the text, or choose other separators for this partner.",
        )  # fmt: skip


@rule("E002", Layer.SYNTAX)
def control_numbers_agree(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.wire is None:
        yield NO_ENVELOPE
        return
    wire = context.wire
    names = (("ISA", 13, "interchange"), ("GS", 6, "group"), ("ST", 2, "transaction set"))
    for (tag, element, what), begun, ended in zip(
        names, wire.header_numbers, wire.trailer_numbers, strict=True
    ):
        if begun != ended:
            yield Found(
                "", tag, element, f"The control number of the {what} differs between header and trailer."
            )
    if wire.header_numbers[0] in wire.used_interchange_numbers:
        yield Found("", "ISA", 13, "The interchange control number was used before for this receiver.")


@rule("E003", Layer.SYNTAX)
def counts_are_right(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.wire is None:
        yield NO_ENVELOPE
        return
    for tag, stated, counted in zip(
        ("SE", "GE", "IEA"), context.wire.stated_counts, context.wire.counted, strict=True
    ):
        if stated != counted:
            yield Found("", tag, 1, f"{tag}01 says {stated}, but there are {counted}.")


@rule("E004", Layer.SYNTAX)
def version_fits_the_claim(claim: SubmittedClaim, context: EditContext) -> Result:
    expected = VERSIONS.get(claim.kind)
    if expected is None:
        yield Found("", "ST", 3, f"There is no version of the 837 for claims of kind {claim.kind!r}.")
    elif context.wire is not None and context.wire.version != expected:
        yield Found(
            "", "ST", 3, f"The version (ST03) is {context.wire.version}; this claim needs {expected}."
        )


@rule("E005", Layer.SYNTAX)
def required_is_there_and_fits(claim: SubmittedClaim, context: EditContext) -> Result:
    yield from (_told(one) for one in context.refusals if one.code not in _TOO_MUCH | _TOO_OFTEN)


@rule("E006", Layer.SYNTAX)
def characters_can_be_carried(claim: SubmittedClaim, context: EditContext) -> Result:
    odd = {
        sign
        for text in _texts(claim)
        for sign in text
        if not (sign.isascii() and sign.isprintable()) or sign in "~^"
    }
    if odd:
        signs = " ".join(sorted(repr(sign) for sign in odd))
        yield Found(
            "", "", 0, f"The claim holds signs that X12 cannot carry: {signs}.",
            "Correct the name or number, then build the claim anew.", fix=Fix.REBUILD,
        )  # fmt: skip
    if claim.frequency_code == _VOID:
        return  # It repeats what the payer took in, letter by letter.
    for text in _texts(claim):
        if text != claim.payer_control_number and text != text.strip().upper():
            yield Found(
                "", "", 0, "A name or number begins or ends with a space, or is not in capitals.",
                "Build the claim anew: the builder writes it as receivers want it.", fix=Fix.REBUILD,
            )  # fmt: skip
            break


@rule("E007", Layer.SYNTAX)
def nothing_unused_is_sent(claim: SubmittedClaim, context: EditContext) -> Result:
    yield from (_told(one) for one in context.refusals if one.code in _TOO_MUCH)


@rule("E008", Layer.SYNTAX)
def not_too_many_lines(claim: SubmittedClaim, context: EditContext) -> Result:
    most = MOST_LINES.get(claim.kind, MOST_LINES["PROFESSIONAL"])
    if len(claim.lines) > most:
        yield Found(
            "2400", "LX", 1, f"The claim has {len(claim.lines)} service lines; {most} may be sent on one claim.",
            "Divide the visit into two claims.",
        )  # fmt: skip
    if context.wire is not None and context.wire.claims_in_set > MOST_CLAIMS_IN_A_SET:
        yield Found("2300", "CLM", 0, "More than 5,000 claims stand in one transaction set.")


@rule("E009", Layer.ENVELOPE)
def sender_and_receiver_are_named(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.wire is None:
        yield NO_ENVELOPE
        return
    if not context.wire.submitter_id:
        yield Found(
            "1000A", "NM1", 9, "The submitter's identifier is missing.", "Complete the partner's page."
        )
    if not context.wire.submitter_phone:
        yield Found(
            "1000A", "PER", 4, "The submitter's telephone number is missing.", "Complete the partner's page."
        )
    if not context.wire.receiver_id:
        yield Found(
            "1000B", "NM1", 9, "The receiver's identifier is missing.", "Complete the partner's page."
        )


@rule("E010", Layer.ENVELOPE)
def provider_is_enrolled(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.is_enrolled is None:
        yield Unchecked("no enrolment of the billing provider with this payer is on file")
    elif not context.is_enrolled:
        yield Found(
            "2010AA", "NM1", 9, "The payer has not approved electronic claims of this billing provider.",
            "Wait for the enrolment, or send the claim another way.",
        )  # fmt: skip


# -- how ---------------------------------------------------------------------------------------------------------


def _texts(value: Any) -> Iterator[str]:
    """Every text of the claim."""
    if isinstance(value, str):
        if value:
            yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif isinstance(value, msgspec.Struct):
        for name in value.__struct_fields__:
            yield from _texts(getattr(value, name))


def _told(finding: Finding) -> Found:
    return Found(
        finding.loop,
        finding.segment,
        finding.element,
        finding.message,
        "Complete what is on file, then build the claim anew.",
        fix=Fix.REBUILD,
    )


def refusals(claim: SubmittedClaim) -> tuple[Finding, ...]:
    """What the writer refuses; it asks of a claim what the guide asks."""
    if claim.kind not in MOST_LINES:
        return ()
    try:
        for _ in write_837([_start(claim.kind), claim, ClaimBatchEnd(position=_NOWHERE)]):
            pass
    except CannotWrite as refused:
        return tuple(refused.findings)
    return ()


def _start(kind: str) -> ClaimBatchStart:
    """Any valid envelope: only the claim is looked at."""
    phone = Contact("IC", "X", (("TE", "2175550100"),), 0)
    return ClaimBatchStart(
        envelope=Envelope(
            Delimiters("*", "^", ":", "~"),
            "ZZ", "X", "ZZ", "Y", "260101", "1200", "00501", "000000001", "0", "T", "HC", "X", "Y",
            "20260101", "1200", "1", VERSIONS[kind], "837", "0001",
        ),
        position=_NOWHERE,
        kind=kind,
        batch_reference="1",
        created_on=datetime.date(2026, 1, 1),
        created_time="1200",
        submitter=Party("41", "2", "X", "", "", "", "46", "SENDER", 0, contacts=(phone,)),
        receiver=Party("40", "2", "Y", "", "", "", "46", "RECEIVER", 0),
    )  # fmt: skip
