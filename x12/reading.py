"""The readers. Each takes an open binary file, a path, or the bytes themselves, and holds one claim at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from x12 import build_835, build_837, build_999, build_eligibility, build_status
from x12.acknowledgement import (
    AcknowledgementEnd,
    AcknowledgementStart,
    InterchangeAcknowledgement,
    SetAcknowledgement,
)
from x12.build_835 import RemittanceBuilder
from x12.build_999 import AcknowledgementBuilder
from x12.build_eligibility import EligibilityBuilder
from x12.build_status import ClaimAcknowledgementBuilder, RequestBuilder, ResponseBuilder
from x12.claim_batch import InstitutionalBuilder, ProfessionalBuilder
from x12.eligibility import EligibilityEnd, EligibilityLevel, EligibilityPerson, EligibilityStart
from x12.envelope import ENVELOPE_ACTS
from x12.grammar import t270, t271, t276, t277, t835, t837i, t837p, t999
from x12.grammar.model import Transaction
from x12.grammar.placement import Act, Actions, Candidate, Table, tables
from x12.guide import inspector
from x12.parts import keeper, reporter
from x12.records import Delimiters, RawSegment
from x12.remittance import ClaimPayment, RemittanceEnd, RemittanceStart
from x12.session import Builder, Chooser, Session
from x12.status import ClaimStatus, LevelStatus, StatusEnd, StatusStart
from x12.submission import ClaimBatchEnd, ClaimBatchStart, SubmittedClaim
from x12.tokens import Source, Tokens

DENTAL = ("X224", "X097")
INSTITUTIONAL = ("X223", "X096")
CLAIM_ACKNOWLEDGEMENT = ("X214",)

Reader = tuple[Transaction, type[Builder], Mapping[str, Act]]
_PROFESSIONAL: Reader = (t837p.TRANSACTION, ProfessionalBuilder, build_837.ACTS)
_READERS: Mapping[str, Reader] = {
    "270": (t270.TRANSACTION, EligibilityBuilder, build_eligibility.ACTS),
    "271": (t271.TRANSACTION, EligibilityBuilder, build_eligibility.ACTS),
    "276": (t276.TRANSACTION, RequestBuilder, build_status.ACTS),
    "277": (t277.STATUS, ResponseBuilder, build_status.ACTS),
    "835": (t835.TRANSACTION, RemittanceBuilder, build_835.ACTS),
    "837": _PROFESSIONAL,
    "999": (t999.TRANSACTION, AcknowledgementBuilder, build_999.ACTS),
}
_VARIANTS: Mapping[tuple[str, str], Reader | None] = {
    **{("837", guide): None for guide in DENTAL},
    **{("837", guide): (t837i.TRANSACTION, InstitutionalBuilder, build_837.ACTS) for guide in INSTITUTIONAL},
    **{
        ("277", guide): (t277.ACKNOWLEDGEMENT, ClaimAcknowledgementBuilder, build_status.ACTS)
        for guide in CLAIM_ACKNOWLEDGEMENT
    },
}
"""By the guide named in the version, where that decides; None for one that is not read."""


@cache
def _table(code: str, guide: str, is_guided: bool) -> tuple[type[Builder], Table] | None:
    reader = _VARIANTS.get((code, guide), _READERS[code])
    if reader is None:
        return None
    transaction, builder, acts = reader
    inspect = inspector if is_guided else None
    return builder, tables(transaction, _actions(acts, inspect))


def _actions(acts: Mapping[str, Act], inspect: Callable[[Candidate, Act], Act] | None) -> Actions:
    return Actions(acts=acts, envelope=ENVELOPE_ACTS, keep=keeper, report=reporter, inspect=inspect)


def grammar_of(code: str, version: str) -> Transaction | None:
    """What a set with that ST01 and version is read by; None for one that is not read."""
    reader = _VARIANTS.get((code, version[6:10]), _READERS.get(code))
    return reader[0] if reader else None


def _chooser(is_guided: bool) -> Chooser:
    def choose(code: str, version: str) -> tuple[type[Builder], Table] | None:
        if code not in _READERS:
            return None
        guide = version[6:10]
        return _table(code, guide if (code, guide) in _VARIANTS else "", is_guided)

    return choose


def read_all(source: Source, *, checked: bool = True, guided: bool = False) -> Iterator[Any]:
    """Every transaction set of whatever kind: starts, claims and ends of those we read, SkippedSet for the others.

    `guided` adds what the implementation guide asks: required segments, lengths, kinds, codes."""
    return Session(source, _chooser(guided), is_checked=checked, is_guided=guided).records()


def read_835(
    source: Source, *, checked: bool = True
) -> Iterator[RemittanceStart | ClaimPayment | RemittanceEnd]:
    """Every remittance of the file: a start, its claim payments, an end; transaction sets of other kinds are
    named in a finding.

    `checked` adds balance, content hash and findings on amounts and dates. Raises NotX12 when nothing can be read;
    anything else that is wrong is a finding of the end it belongs to."""
    return Session(source, _chooser(False), is_checked=checked, only="835").records()


def read_837(
    source: Source, *, checked: bool = True
) -> Iterator[ClaimBatchStart | SubmittedClaim | ClaimBatchEnd]:
    """The same for professional (837P) and institutional (837I) claims."""
    return Session(source, _chooser(False), is_checked=checked, only="837").records()


Answer = (
    InterchangeAcknowledgement
    | AcknowledgementStart
    | SetAcknowledgement
    | AcknowledgementEnd
    | StatusStart
    | LevelStatus
    | ClaimStatus
    | StatusEnd
)


def read_999(source: Source) -> Iterator[Answer]:
    """Every acknowledgement of the file, TA1s among them: a start, the answer to each transaction set, an end."""
    return Session(source, _chooser(False), is_checked=True, only="999").records()


def read_276(source: Source) -> Iterator[StatusStart | LevelStatus | ClaimStatus | StatusEnd]:
    """Every claim status request: a start, its levels and the claims asked about, an end."""
    return Session(source, _chooser(False), is_checked=True, only="276").records()


def read_277(source: Source) -> Iterator[Answer]:
    """Every claim status (277) and claim acknowledgement (277CA), TA1s among them."""
    return Session(source, _chooser(False), is_checked=True, only="277").records()


Eligibility = EligibilityStart | EligibilityLevel | EligibilityPerson | EligibilityEnd


def read_270(source: Source) -> Iterator[Eligibility]:
    """Every eligibility inquiry: a start, payers and receivers, the people asked about, an end."""
    return Session(source, _chooser(False), is_checked=True, only="270").records()


def read_271(source: Source, *, checked: bool = True) -> Iterator[Eligibility | InterchangeAcknowledgement]:
    """Every eligibility answer, TA1s among them. A payer that refuses the question as a whole names no person.

    `checked` adds the content hash."""
    return Session(source, _chooser(False), is_checked=checked, only="271").records()


def delimiters(source: Source) -> Delimiters:
    """Of the first interchange."""
    return next(Tokens(source).chunks()).delimiters


def segments(source: Source, *, first: int = 1, last: int | None = None) -> Iterator[RawSegment]:
    """The segments of a file by ordinal, unplaced, for showing what a typed value was read from."""
    ordinal = 0
    for chunk in Tokens(source).chunks():
        end = ordinal + len(chunk.segments)
        if end >= first:
            for at, text in enumerate(chunk.segments, ordinal + 1):
                if last is not None and at > last:
                    return
                if at >= first:
                    yield RawSegment("", tuple(text.split(chunk.delimiters.element)), at)
        ordinal = end
