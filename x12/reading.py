"""The readers. Each takes an open binary file, a path, or the bytes themselves, and holds one claim at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any

from x12 import build_835, build_837
from x12.build_835 import RemittanceBuilder
from x12.claim_batch import InstitutionalBuilder, ProfessionalBuilder
from x12.envelope import ENVELOPE_ACTS
from x12.grammar import t835, t837i, t837p
from x12.grammar.placement import Act, Actions, Candidate, Table, tables
from x12.guide import inspector
from x12.parts import keeper, reporter
from x12.records import Delimiters, RawSegment
from x12.remittance import ClaimPayment, RemittanceEnd, RemittanceStart
from x12.session import Builder, Chooser, Session
from x12.submission import ClaimBatchEnd, ClaimBatchStart, SubmittedClaim
from x12.tokens import Source, Tokens

DENTAL = ("X224", "X097")
INSTITUTIONAL = ("X223", "X096")


@cache
def _table(code: str, is_institutional: bool, is_guided: bool) -> tuple[type[Builder], Table]:
    inspect = inspector if is_guided else None
    if code == "835":
        return RemittanceBuilder, tables(t835.TRANSACTION, _actions(build_835.ACTS, inspect))
    if is_institutional:
        return InstitutionalBuilder, tables(t837i.TRANSACTION, _actions(build_837.ACTS, inspect))
    return ProfessionalBuilder, tables(t837p.TRANSACTION, _actions(build_837.ACTS, inspect))


def _actions(acts: Mapping[str, Act], inspect: Callable[[Candidate, Act], Act] | None) -> Actions:
    return Actions(acts=acts, envelope=ENVELOPE_ACTS, keep=keeper, report=reporter, inspect=inspect)


def _chooser(is_guided: bool) -> Chooser:
    def choose(code: str, version: str) -> tuple[type[Builder], Table] | None:
        implementation = version[6:10]
        if code == "835":
            return _table(code, False, is_guided)
        if code != "837" or implementation in DENTAL:
            return None
        return _table(code, implementation in INSTITUTIONAL, is_guided)

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
