"""The answers to a file: TA1 for its interchanges, 999 (005010X231A1) for its groups.

Only what the guide calls syntax is answered. Money that does not balance is no reason to reject a file in a 999."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import groupby

from msgspec import Struct, field
from msgspec.structs import replace

from x12.acknowledgement import (
    AcknowledgementEnd,
    AcknowledgementStart,
    ElementError,
    ErrorContext,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)
from x12.errors import NotX12
from x12.reading import read_all
from x12.records import Delimiters, Envelope, Finding, Position, Severity
from x12.session import SkippedSet
from x12.submission import SubmittedClaim
from x12.tokens import Source
from x12.writing import write_999
from x12.writing.acknowledgements import Event

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


NOWHERE = Position(0, 0, 0, 0)
MOST_REASONS = 5
STANDARD = Delimiters("*", "^", ":", "~")
NEVER_ANSWERED = frozenset({"997", "999"})
CLAIM_LOOPS = ("23", "24")
"""How the ids of the loops begin that stand in a claim."""


class _Answered(Struct):
    envelope: Envelope
    position: Position
    findings: tuple[Finding, ...] = ()
    is_supported: bool = True
    claim_segments: list[int] = field(default_factory=list)
    claim_numbers: list[str] = field(default_factory=list)
    """Where each claim begins, and its CLM01."""

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

    def claim_number(self, segment: int, loop: str) -> str:
        """CLM01 of the claim a segment stands in, empty outside of any."""
        at = bisect_right(self.claim_segments, segment)
        return self.claim_numbers[at - 1] if at and loop.startswith(CLAIM_LOOPS) else ""


def _is_syntax(finding: Finding) -> bool:
    return finding.code in SEGMENT_CODES or finding.code in ELEMENT_CODES or finding.code in SET_CODES


def acknowledge(
    source: Source, *, control_number: int = 1, date: str = "", time: str = ""
) -> Iterator[bytes]:
    """The bytes that answer the file, an interchange each for every interchange in it.

    `date` (CCYYMMDD) and `time` (HHMM) of the answer; without them those of the file, as the codec has no clock."""
    return write_999(answers(source, control_number=control_number, date=date, time=time))


def answers(source: Source, *, control_number: int = 1, date: str = "", time: str = "") -> Iterator[Event]:
    """The same as records."""
    answered = [one for one in _read(source) if one.envelope.transaction_code not in NEVER_ANSWERED]
    if not answered:
        raise NotX12("The file holds no transaction set that is acknowledged.")
    for offset, (_, sets) in enumerate(groupby(answered, key=lambda one: one.position.interchange)):
        yield from _interchange(list(sets), control_number + offset, date, time)


def _read(source: Source) -> Iterator[_Answered]:
    current: _Answered | None = None
    for record in read_all(source, guided=True):
        if isinstance(record, SubmittedClaim) and current is not None:
            current.claim_segments.append(record.position.segment)
            current.claim_numbers.append(record.patient_control_number)
        elif isinstance(record, SkippedSet):
            yield _Answered(record.envelope, record.position, record.findings, is_supported=False)
        elif isinstance(record, InterchangeAcknowledgement):
            continue
        elif hasattr(record, "envelope"):
            current = _Answered(record.envelope, record.position)
        elif hasattr(record, "findings") and current is not None:
            current.findings = record.findings
            yield current


def _plain(text: str, most: int, otherwise: str = "") -> str:
    """What a damaged file says, as far as an answer may repeat it."""
    kept = "".join(
        letter for letter in text if letter.isascii() and letter.isprintable() and letter not in "*:^~"
    )
    return kept.strip()[:most] or otherwise


def _digits(text: str, most: int) -> str:
    return "".join(letter for letter in text if letter.isascii() and letter.isdecimal())[:most] or "0"


def _envelope(asked: Envelope, number: int, date: str, time: str) -> Envelope:
    day, moment = (
        date or "20" + _digits(asked.interchange_date, 6),
        time or _digits(asked.interchange_time, 4),
    )
    return Envelope(
        STANDARD,
        sender_qualifier=_plain(asked.receiver_qualifier, 2),
        sender=_plain(asked.receiver, 15),
        receiver_qualifier=_plain(asked.sender_qualifier, 2),
        receiver=_plain(asked.sender, 15),
        interchange_date=day[2:],
        interchange_time=moment[:4],
        interchange_control_number=f"{number:09}",
        usage_indicator=_plain(asked.usage_indicator, 1, "P"),
        functional_code="FA",
        application_sender=_plain(asked.application_receiver, 15),
        application_receiver=_plain(asked.application_sender, 15),
        group_date=day,
        group_time=moment,
        group_control_number=str(number),
        version=VERSION,
        transaction_code="999",
    )


def _interchange(sets: list[_Answered], number: int, date: str, time: str) -> Iterator[Event]:
    asked = sets[0].envelope
    envelope = _envelope(asked, number, date, time)
    faults = [code for one in sets for code in one.codes(INTERCHANGE_CODES)]
    if faults or asked.acknowledgement_requested == "1":
        verdict, reason = ("R", faults[0]) if faults else ("A", "000")
        yield InterchangeAcknowledgement(
            envelope, NOWHERE, _plain(asked.interchange_control_number, 9), _digits(asked.interchange_date, 6),
            _digits(asked.interchange_time, 4), verdict, reason,
        )  # fmt: skip
    groups = [list(members) for _, members in groupby(sets, key=lambda one: one.position.group)]
    for index, members in enumerate(groups, 1):
        yield from _group(members, replace(envelope, transaction_control_number=f"{index:04}"))


def _group(sets: list[_Answered], envelope: Envelope) -> Iterator[Event]:
    asked = sets[0].envelope
    functional_code = asked.functional_code if len(asked.functional_code) == 2 else "HC"
    yield AcknowledgementStart(
        envelope, NOWHERE, functional_code, _digits(asked.group_control_number, 9), _plain(asked.version, 12)
    )
    for ordinal, one in enumerate(sets, 1):
        yield _set(one, ordinal)
    verdicts = [one.verdict for one in sets]
    accepted = sum(verdict != "R" for verdict in verdicts)
    faults = sorted({code for one in sets for code in one.codes(GROUP_CODES)})
    if not accepted or faults:
        verdict = "R"
    elif accepted < len(sets):
        verdict = "P"
    else:
        verdict = "E" if "E" in verdicts else "A"
    count = str(len(sets))
    yield AcknowledgementEnd(NOWHERE, verdict, count, count, str(accepted), tuple(faults[:MOST_REASONS]))


def _set(one: _Answered, ordinal: int) -> SetAcknowledgement:
    envelope = one.envelope
    syntax = [
        finding for finding in one.findings if finding.code in SEGMENT_CODES or finding.code in ELEMENT_CODES
    ]
    grouped = groupby(syntax, key=lambda finding: (finding.position.segment, finding.segment, finding.loop))
    reasons = one.codes(SET_CODES) if one.is_supported else ["1"]
    if not reasons and one.verdict != "A":
        reasons = ["5"]
    return SetAcknowledgement(
        ordinal,
        _plain(envelope.transaction_code, 3).ljust(3, "0"),
        _plain(envelope.transaction_control_number, 9, "0"),
        NOWHERE,
        _plain(envelope.version, 35),
        one.verdict,
        tuple(reasons[:MOST_REASONS]),
        tuple(error for place, findings in grouped for error in _errors(one, *place, list(findings))),
    )


def _errors(
    one: _Answered, segment: int, tag: str, loop: str, findings: list[Finding]
) -> Iterator[SegmentError]:
    """One error for each code of the segment; what is wrong with its elements hangs on the last."""
    place = str(max(segment - one.position.segment + 1, 1))
    number = _plain(one.claim_number(segment, loop), 35)
    contexts = (ErrorContext("CLM01", number, 0),) if number else ()
    elements = tuple(
        ElementError(str(finding.element or 1), ELEMENT_CODES[finding.code], 0)
        for finding in findings
        if finding.code in ELEMENT_CODES
    )
    whole = [SEGMENT_CODES[finding.code] for finding in findings if finding.code in SEGMENT_CODES]
    *codes, last = whole or ["8"]
    known_loop = "" if loop == "HEADER" else loop
    error = SegmentError(_plain(tag, 3, "ST"), place, known_loop, last, 0, contexts, elements)
    yield from (replace(error, code=code, elements=()) for code in codes)
    yield error
