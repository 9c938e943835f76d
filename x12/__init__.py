"""X12 health care transactions: 835, 837P and 837I, read, checked and written. Pure Python; docs/x12.md."""

from x12.errors import CannotWrite, NotX12
from x12.explain import ExplainedElement, ExplainedSegment, explain
from x12.reading import delimiters, read_835, read_837, read_all, segments
from x12.records import (
    Adjustment,
    AmountValue,
    Contact,
    DateValue,
    Delimiters,
    Envelope,
    Finding,
    Party,
    Position,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
    Remark,
    Severity,
)
from x12.remittance import ClaimPayment, ProviderAdjustment, RemittanceEnd, RemittanceStart, ServiceLine
from x12.session import SkippedSet
from x12.submission import (
    ClaimBatchEnd,
    ClaimBatchStart,
    CoverageInformation,
    HealthCode,
    LineAdjudication,
    Note,
    OtherCoverage,
    SubmittedClaim,
    SubmittedLine,
)
from x12.tokens import Source
from x12.writing import write_835, write_837

__all__ = [
    "Adjustment",
    "AmountValue",
    "CannotWrite",
    "ClaimBatchEnd",
    "ClaimBatchStart",
    "ClaimPayment",
    "Contact",
    "CoverageInformation",
    "DateValue",
    "Delimiters",
    "Envelope",
    "ExplainedElement",
    "ExplainedSegment",
    "Finding",
    "HealthCode",
    "LineAdjudication",
    "NotX12",
    "Note",
    "OtherCoverage",
    "Party",
    "Position",
    "Procedure",
    "ProviderAdjustment",
    "QuantityValue",
    "RawSegment",
    "Reference",
    "Remark",
    "RemittanceEnd",
    "RemittanceStart",
    "ServiceLine",
    "Severity",
    "SkippedSet",
    "Source",
    "SubmittedClaim",
    "SubmittedLine",
    "delimiters",
    "explain",
    "read_835",
    "read_837",
    "read_all",
    "segments",
    "write_835",
    "write_837",
]
