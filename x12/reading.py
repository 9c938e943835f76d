"""The readers. Each takes an open binary file, a path, or the bytes themselves, and holds one claim at a time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from x12.records import RawSegment
from x12.remittance import ClaimPayment, RemittanceEnd, RemittanceStart
from x12.submission import ClaimBatchEnd, ClaimBatchStart, SubmittedClaim

Source = BinaryIO | Path | str | bytes


def read_835(
    source: Source, *, checked: bool = True
) -> Iterator[RemittanceStart | ClaimPayment | RemittanceEnd]:
    """Every remittance of the file: a start, its claim payments, an end; transaction sets of other kinds are
    named in a finding of the next end.

    `checked` adds balance, content hash and findings on amounts and dates. Raises NotX12 when nothing can be read;
    anything else that is wrong is a finding of the end it belongs to."""
    raise NotImplementedError


def read_837(
    source: Source, *, checked: bool = True
) -> Iterator[ClaimBatchStart | SubmittedClaim | ClaimBatchEnd]:
    """The same for professional (837P) and institutional (837I) claims."""
    raise NotImplementedError


def segments(source: Source, *, first: int = 1, last: int | None = None) -> Iterator[RawSegment]:
    """The segments of a file by ordinal, unplaced, for showing what a typed value was read from."""
    raise NotImplementedError
