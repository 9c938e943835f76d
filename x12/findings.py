"""Collecting findings: all of them, but a file with a million faults says each kind a hundred times, not more."""

from __future__ import annotations

from collections import Counter

from x12.records import Finding, Position, Severity

MOST_OF_ONE_KIND = 100


class FindingList:
    def __init__(self) -> None:
        self._findings: list[Finding] = []
        self._counts: Counter[str] = Counter()
        self._last: dict[str, Finding] = {}

    def add(self, finding: Finding) -> None:
        self._counts[finding.code] += 1
        if self._counts[finding.code] <= MOST_OF_ONE_KIND:
            self._findings.append(finding)
        else:
            self._last[finding.code] = finding

    def has_errors(self) -> bool:
        return any(finding.severity is Severity.ERROR for finding in self._findings)

    def take(self) -> tuple[Finding, ...]:
        """Everything so far, in the order found; begins anew."""
        for code, last in self._last.items():
            more = self._counts[code] - MOST_OF_ONE_KIND
            message = f"The same was found {more} more times, the last time here: {last.message}"
            self._findings.append(
                Finding(last.severity, code, last.loop, last.segment, last.element, last.position, message)
            )
        taken = tuple(self._findings)
        self.__init__()  # type: ignore[misc]
        return taken


def error(
    code: str, position: Position, message: str, *, loop: str = "", segment: str = "", element: int = 0
) -> Finding:
    return Finding(Severity.ERROR, code, loop, segment, element, position, message)


def warning(
    code: str, position: Position, message: str, *, loop: str = "", segment: str = "", element: int = 0
) -> Finding:
    return Finding(Severity.WARNING, code, loop, segment, element, position, message)
