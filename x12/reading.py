"""The readers. Each takes an open binary file, a path, or the bytes themselves, and holds one claim at a time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from x12.build_835 import StreamedRemittance
from x12.errors import NotX12
from x12.findings import warning
from x12.records import Finding, RawSegment
from x12.remittance import ClaimPayment, RemittanceEnd, RemittanceStart
from x12.session import Builder, Session, SkippedSet
from x12.submission import ClaimBatchEnd, ClaimBatchStart, SubmittedClaim
from x12.tokens import Source, Tokens

KINDS = {
    "270": "eligibility inquiries (270)",
    "271": "eligibility answers (271)",
    "276": "claim status inquiries (276)",
    "277": "claim status answers (277)",
    "278": "authorizations (278)",
    "820": "premium payments (820)",
    "834": "enrollments (834)",
    "835": "remittances (835)",
    "837": "claims (837)",
    "997": "acknowledgements (997)",
    "999": "acknowledgements (999)",
}


def _choose(code: str, version: str) -> type[Builder] | None:
    return StreamedRemittance if code == "835" else None


def read_all(source: Source, *, checked: bool = True) -> Iterator[Any]:
    """Every transaction set of whatever kind: starts, claims and ends of those we read, SkippedSet for the others."""
    return Session(source, _choose, is_checked=checked).records()


def read_835(
    source: Source, *, checked: bool = True
) -> Iterator[RemittanceStart | ClaimPayment | RemittanceEnd]:
    """Every remittance of the file: a start, its claim payments, an end; transaction sets of other kinds are
    named in a finding of the next end.

    `checked` adds balance, content hash and findings on amounts and dates. Raises NotX12 when nothing can be read;
    anything else that is wrong is a finding of the end it belongs to."""
    return _only(source, "835", checked)


def read_837(
    source: Source, *, checked: bool = True
) -> Iterator[ClaimBatchStart | SubmittedClaim | ClaimBatchEnd]:
    """The same for professional (837P) and institutional (837I) claims."""
    return _only(source, "837", checked)


def _only(source: Source, code: str, checked: bool) -> Iterator[Any]:
    def choose(found: str, version: str) -> type[Builder] | None:
        return _choose(found, version) if found == code else None

    skipped: list[SkippedSet] = []
    has_any = False
    for record in Session(source, choose, is_checked=checked).records():
        if isinstance(record, SkippedSet):
            skipped.append(record)
            continue
        has_any = True
        if skipped and isinstance(record, (RemittanceEnd, ClaimBatchEnd)):
            record = msgspec.structs.replace(record, findings=(*_others(skipped), *record.findings))
            skipped = []
        yield record
    if not has_any:
        kinds = ", ".join(
            sorted({KINDS.get(s.envelope.transaction_code, "an unknown kind") for s in skipped})
        )
        raise NotX12(
            f"The file holds {kinds}, not {KINDS[code]}. Give it to the part of the product that reads those."
        )


def _others(skipped: list[SkippedSet]) -> Iterator[Finding]:
    for one in skipped:
        kind = KINDS.get(one.envelope.transaction_code, "an unknown kind")
        yield warning(
            "set.other_kind", one.position, f"The file also holds a transaction set of {kind}; it was not read.",
            segment="ST", element=1,
        )  # fmt: skip
        yield from one.findings


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
