"""The readers. Each takes an open binary file, a path, or the bytes themselves, and holds one claim at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from x12.build_835 import StreamedRemittance
from x12.build_837 import StreamedInstitutional, StreamedProfessional
from x12.records import Delimiters, RawSegment
from x12.remittance import ClaimPayment, RemittanceEnd, RemittanceStart
from x12.session import Builder, Session
from x12.submission import ClaimBatchEnd, ClaimBatchStart, SubmittedClaim
from x12.tokens import Source, Tokens


def _choose(code: str, version: str) -> type[Builder] | None:
    if code == "835":
        return StreamedRemittance
    if code != "837" or version[6:].startswith(("X224", "X097")):  # dental
        return None
    is_institutional = version[6:].startswith(("X223", "X096"))
    return StreamedInstitutional if is_institutional else StreamedProfessional


def read_all(source: Source, *, checked: bool = True) -> Iterator[Any]:
    """Every transaction set of whatever kind: starts, claims and ends of those we read, SkippedSet for the others."""
    return Session(source, _choose, is_checked=checked).records()


def read_835(
    source: Source, *, checked: bool = True
) -> Iterator[RemittanceStart | ClaimPayment | RemittanceEnd]:
    """Every remittance of the file: a start, its claim payments, an end; transaction sets of other kinds are
    named in a finding.

    `checked` adds balance, content hash and findings on amounts and dates. Raises NotX12 when nothing can be read;
    anything else that is wrong is a finding of the end it belongs to."""
    return Session(source, _choose, is_checked=checked, only="835").records()


def read_837(
    source: Source, *, checked: bool = True
) -> Iterator[ClaimBatchStart | SubmittedClaim | ClaimBatchEnd]:
    """The same for professional (837P) and institutional (837I) claims."""
    return Session(source, _choose, is_checked=checked, only="837").records()


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
