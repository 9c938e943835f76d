"""The answers to a file: TA1 for its interchanges, 999 (005010X231A1) for its groups.

Only what the guide calls syntax is answered. Money that does not balance is no reason to reject a file in a 999."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct

from x12.errors import NotX12
from x12.reading import read_all
from x12.records import Envelope, Finding, Position, Severity
from x12.remittance import RemittanceEnd, RemittanceStart
from x12.session import SkippedSet
from x12.submission import ClaimBatchEnd, ClaimBatchStart
from x12.tokens import Source

VERSION = "005010X231A1"
SEGMENT_CODES = {
    "segment.unexpected": "2",
    "segment.order": "2",
    "segment.code": "8",
    "guide.segment_missing": "3",
    "guide.loop_missing": "3",
    "guide.loop_too_often": "4",
    "guide.segment_too_often": "5",
    "line.empty": "3",
}
"""IK304 by the code of the finding; element findings are 8."""
ELEMENT_CODES = {
    "element.unreadable": "6",
    "guide.element_missing": "1",
    "guide.too_many_elements": "3",
    "guide.too_short": "4",
    "guide.too_long": "5",
    "guide.character": "6",
    "guide.not_a_number": "6",
    "guide.code": "7",
    "guide.date": "8",
    "guide.time": "9",
    "guide.element_not_used": "I10",
}
"""IK403."""
SET_CODES = {"se.missing": "2", "se.control_number": "3", "se.count": "4"}
"""IK502."""
GROUP_CODES = {"ge.missing": "3", "ge.control_number": "4", "ge.count": "5"}
"""AK905."""
INTERCHANGE_CODES = {"iea.control_number": "001", "iea.count": "021", "iea.missing": "023", "file.cut": "023"}
"""TA105."""


class _Answered(Struct):
    envelope: Envelope
    position: Position
    findings: tuple[Finding, ...] = ()
    is_supported: bool = True

    @property
    def verdict(self) -> str:
        """IK501: A accepted, E accepted with errors, R rejected."""
        if not self.is_supported or any(
            finding.severity is Severity.ERROR and _is_syntax(finding) for finding in self.findings
        ):
            return "R"
        return "E" if any(_is_syntax(finding) for finding in self.findings) else "A"

    def codes(self, table: dict[str, str]) -> list[str]:
        return sorted({table[finding.code] for finding in self.findings if finding.code in table})


def _is_syntax(finding: Finding) -> bool:
    return finding.code in SEGMENT_CODES or finding.code in ELEMENT_CODES or finding.code in SET_CODES


def acknowledge(source: Source, *, control_number: int = 1, date: str = "", time: str = "") -> Iterator[str]:
    """The segments that answer the file, an interchange each for every interchange in it.

    `date` (CCYYMMDD) and `time` (HHMM) of the answer; without them those of the file, as the codec has no clock."""
    answered = list(_read(source))
    if not answered:
        raise NotX12("The file holds no transaction set that could be acknowledged.")
    for offset, (_, sets) in enumerate(groupby(answered, key=lambda one: one.position.interchange)):
        yield from _interchange(list(sets), control_number + offset, date, time)


def _read(source: Source) -> Iterator[_Answered]:
    current: _Answered | None = None
    for record in read_all(source, guided=True):
        if isinstance(record, (RemittanceStart, ClaimBatchStart)):
            current = _Answered(record.envelope, record.position)
        elif isinstance(record, (RemittanceEnd, ClaimBatchEnd)) and current is not None:
            current.findings = record.findings
            yield current
        elif isinstance(record, SkippedSet):
            yield _Answered(record.envelope, record.position, record.findings, is_supported=False)


def _interchange(sets: list[_Answered], number: int, date: str, time: str) -> Iterator[str]:
    asked = sets[0].envelope
    day, moment = date or "20" + asked.interchange_date, time or asked.interchange_time
    yield "*".join((
        "ISA", "00", " " * 10, "00", " " * 10, asked.receiver_qualifier.ljust(2), asked.receiver.ljust(15),
        asked.sender_qualifier.ljust(2), asked.sender.ljust(15), day[2:], moment[:4], "^", "00501", f"{number:09}", "0",
        asked.usage_indicator or "P", ":",
    ))  # fmt: skip
    faults = [code for one in sets for code in one.codes(INTERCHANGE_CODES)]
    if faults or asked.acknowledgement_requested == "1":
        verdict, reason = ("R", faults[0]) if faults else ("A", "000")
        yield "*".join((
            "TA1", asked.interchange_control_number, asked.interchange_date, asked.interchange_time, verdict, reason
        ))  # fmt: skip
    groups = [list(members) for _, members in groupby(sets, key=lambda one: one.position.group)]
    yield f"GS*FA*{asked.application_receiver}*{asked.application_sender}*{day}*{moment}*{number}*X*{VERSION}"
    for index, members in enumerate(groups, 1):
        yield from _functional_group(members, index)
    yield f"GE*{len(groups)}*{number}"
    yield f"IEA*1*{number:09}"


def _functional_group(sets: list[_Answered], index: int) -> Iterator[str]:
    asked = sets[0].envelope
    body = [f"AK1*{asked.functional_code}*{asked.group_control_number}*{asked.version}"]
    for one in sets:
        body += _set(one)
    verdicts = [one.verdict for one in sets]
    accepted = sum(verdict != "R" for verdict in verdicts)
    faults = sorted({code for one in sets for code in one.codes(GROUP_CODES)})
    if not accepted or faults:
        verdict = "R"
    elif accepted < len(sets):
        verdict = "P"
    else:
        verdict = "E" if "E" in verdicts else "A"
    body.append("*".join(("AK9", verdict, str(len(sets)), str(len(sets)), str(accepted), *faults)))
    yield f"ST*999*{index:04}*{VERSION}"
    yield from body
    yield f"SE*{len(body) + 2}*{index:04}"


def _set(one: _Answered) -> Iterator[str]:
    envelope = one.envelope
    yield f"AK2*{envelope.transaction_code}*{envelope.transaction_control_number}*{envelope.version}"
    syntax = [
        finding for finding in one.findings if finding.code in SEGMENT_CODES or finding.code in ELEMENT_CODES
    ]
    for (segment, tag, loop), findings in groupby(
        syntax, key=lambda finding: (finding.position.segment, finding.segment, finding.loop)
    ):
        yield from _segment(segment - one.position.segment + 1, tag, loop, list(findings))
    reasons = one.codes(SET_CODES) if one.is_supported else ["1"]
    if not reasons and one.verdict != "A":
        reasons = ["5"]
    yield "*".join(("IK5", one.verdict, *reasons))


def _segment(place: int, tag: str, loop: str, findings: list[Finding]) -> Iterator[str]:
    whole = [SEGMENT_CODES[finding.code] for finding in findings if finding.code in SEGMENT_CODES]
    loop = loop if loop != "HEADER" else ""
    for code in whole or ["8"]:
        yield f"IK3*{tag or 'ST'}*{max(place, 1)}*{loop}*{code}"
    for finding in findings:
        if finding.code in ELEMENT_CODES:
            yield f"IK4*{finding.element or 1}**{ELEMENT_CODES[finding.code]}"
