"""How each transaction is written: the codes of its envelope, and what stands around the claims it speaks of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from msgspec.structs import replace

from x12 import (
    ClaimBatchEnd,
    ClaimBatchStart,
    ClaimStatus,
    Contact,
    Envelope,
    LevelStatus,
    Party,
    Position,
    StatusEnd,
    StatusStart,
    SubmittedClaim,
    write_837,
    write_status,
)

NOWHERE = Position(0, 0, 0, 0)
Content = SubmittedClaim | ClaimStatus
"""A claim, or one that is asked about."""


@dataclass(frozen=True, slots=True)
class Header:
    """What every set of an interchange says of itself."""

    envelope: Envelope
    reference: str
    created_on: date
    created_time: str
    submitter: Party
    contact: Contact
    receiver: Party


@dataclass(frozen=True, slots=True)
class ClaimForm:
    """837P or 837I."""

    kind: str
    version: str
    transaction_code: str = "837"
    functional_code: str = "HC"

    def holds(self, content: Content) -> bool:
        return isinstance(content, SubmittedClaim) and content.kind == self.kind

    def events(self, header: Header, contents: Iterable[Any]) -> Iterator[Any]:
        yield ClaimBatchStart(
            envelope=header.envelope,
            position=NOWHERE,
            kind=self.kind,
            batch_reference=header.reference,
            created_on=header.created_on,
            created_time=header.created_time,
            submitter=replace(header.submitter, contacts=(header.contact,)),
            receiver=header.receiver,
        )
        yield from contents
        yield ClaimBatchEnd(position=NOWHERE)

    def write(self, events: Iterable[Any]) -> Iterator[bytes]:
        return write_837(events)


@dataclass(frozen=True, slots=True)
class QuestionForm:
    """276. Questions to the same payer for the same provider that follow each other share their levels."""

    version: str = "005010X212"
    transaction_code: str = "276"
    functional_code: str = "HR"

    def holds(self, content: Content) -> bool:
        return isinstance(content, ClaimStatus) and content.source is not None

    def events(self, header: Header, contents: Iterable[Any]) -> Iterator[Any]:
        yield StatusStart(
            envelope=header.envelope,
            position=NOWHERE,
            kind="REQUEST",
            reference=header.reference,
            created_on=header.created_on,
            created_time=header.created_time,
        )
        standing = None
        for question in contents:
            if standing != (question.source, question.providers):
                standing = question.source, question.providers
                yield LevelStatus("20", NOWHERE, parties=(question.source,))
                yield LevelStatus("21", NOWHERE, parties=(header.submitter,))
                yield LevelStatus("19", NOWHERE, parties=question.providers)
            yield question
        yield StatusEnd(position=NOWHERE)

    def write(self, events: Iterable[Any]) -> Iterator[bytes]:
        return write_status(events)


Form = ClaimForm | QuestionForm
FORMS: dict[str, Form] = {
    "837P": ClaimForm("PROFESSIONAL", "005010X222A1"),
    "837I": ClaimForm("INSTITUTIONAL", "005010X223A2"),
    "276": QuestionForm(),
}
