"""The codec's exceptions: one for reading, one for writing."""

from __future__ import annotations

from x12.records import Finding


class NotX12(ValueError):
    """Nothing in the source can be read as X12. The message says what it looks like instead and what to do."""


class CannotWrite(ValueError):
    """What was handed over does not make a valid transaction set; `findings` say where and why."""

    def __init__(self, findings: list[Finding]) -> None:
        super().__init__("; ".join(finding.message for finding in findings[:5]))
        self.findings = findings
