"""Envelopes and bytes: control numbers as given, counts as counted, delimiters kept out of the data."""

from __future__ import annotations

from itertools import repeat

from msgspec.structs import replace

from x12.grammar.model import Loop
from x12.records import Delimiters, Envelope
from x12.writing.arranging import Segment, cannot
from x12.writing.checking import Checker

STANDARD = Delimiters(element="*", repetition="^", component=":", terminator="~")


class Output:
    """Collects written segments; `take` hands them out as bytes and begins anew."""

    def __init__(self) -> None:
        self.delimiters = STANDARD
        self._text: list[str] = []
        self._waiting: list[Segment] = []
        self._envelope: Envelope | None = None
        self._checker: Checker | None = None
        self._groups = self._sets = self._segments = 0

    def take(self) -> bytes:
        self.settle()
        text = "".join(self._text)
        self._text.clear()
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return text.encode("utf-8")

    def write(self, segments: list[Segment], loop: Loop | None = None) -> None:
        """As they come, or in the order of the guide if they are all that stands in a loop before its own loops."""
        assert self._checker is not None
        self._waiting += self._checker.place(segments, loop, self._segments + len(self._waiting) + 1)

    def settle(self) -> None:
        """Puts out what has been written since the last time, once its elements have been looked at: a claim."""
        if not self._waiting:
            return
        assert self._checker is not None
        waiting, self._waiting = self._waiting, []
        text = self._written(waiting)
        self._checker.look(waiting, text, self._segments + 1)
        self._put(text, len(waiting))

    def begin(self, envelope: Envelope) -> None:
        """Open interchange and group where the last set stood in others, then the transaction set."""
        last = self._envelope
        if _interchange(last) != _interchange(envelope) or _group(last) != _group(envelope):
            self._end_group()
            self._enter_interchange(envelope)
            self._begin_group(envelope)
        self._envelope = envelope
        self._segments = 0
        self._checker = Checker(envelope.transaction_code, envelope.version, self.delimiters)
        version = "" if envelope.transaction_code == "835" else envelope.version
        self._write_one("ST", envelope.transaction_code, envelope.transaction_control_number, version)

    def answer(self, envelope: Envelope, segment: Segment) -> None:
        """A TA1, before the first group of its interchange: none is open after it, whatever its envelope says."""
        self._end_group()
        self._enter_interchange(envelope)
        self._write_one(*segment)
        self._envelope = replace(envelope, functional_code="")

    def end(self) -> None:
        """Close the transaction set with the number of its segments."""
        assert self._envelope is not None
        assert self._checker is not None
        self.settle()
        self._checker.finish(self._segments)
        self._write_one("SE", str(self._segments + 1), self._envelope.transaction_control_number)
        self._sets += 1

    def close(self) -> None:
        self._end_group()
        self._end_interchange()

    def _write_one(self, *elements: str) -> None:
        """Of an envelope."""
        self.settle()
        self._put(self._written([list(elements)]), 1)

    def _written(self, segments: list[Segment]) -> str:
        """The segments without the empty elements at their end. Refuses a delimiter in the data."""
        separator, terminator = self.delimiters.element, self.delimiters.terminator
        texts = list(map(separator.join, segments))
        whole = terminator.join(texts)
        if (
            whole.count(separator) != sum(map(len, segments)) - len(segments)
            or whole.count(terminator) > len(segments) - 1
        ):
            self._refuse_delimiters(segments)
        return terminator.join([*map(str.rstrip, texts, repeat(separator)), ""])

    def _refuse_delimiters(self, segments: list[Segment]) -> None:
        marks = self.delimiters.element, self.delimiters.terminator
        for segment in segments:
            if any(mark in element for element in segment for mark in marks):
                message = (
                    f"{segment[0]} holds a delimiter of this file; choose other delimiters or mend the text."
                )
                raise cannot(message, segment=segment[0], code="write.delimiter")

    def _put(self, text: str, segment_count: int) -> None:
        self._text.append(text)
        self._segments += segment_count

    def _enter_interchange(self, envelope: Envelope) -> None:
        if _interchange(self._envelope) != _interchange(envelope):
            self._end_interchange()
            self._begin_interchange(envelope)

    def _begin_interchange(self, envelope: Envelope) -> None:
        self.delimiters = marks = envelope.delimiters
        self._groups = 0
        self._write_one(
            "ISA", "00", " " * 10, "00", " " * 10,
            _exactly(envelope.sender_qualifier or "ZZ", 2), _exactly(envelope.sender, 15),
            _exactly(envelope.receiver_qualifier or "ZZ", 2), _exactly(envelope.receiver, 15),
            _exactly(envelope.interchange_date, 6), _exactly(envelope.interchange_time, 4),
            marks.repetition, "00501", envelope.interchange_control_number.zfill(9),
            envelope.acknowledgement_requested or "0", envelope.usage_indicator or "P", marks.component,
        )  # fmt: skip

    def _begin_group(self, envelope: Envelope) -> None:
        self._sets = 0
        self._groups += 1
        self._write_one(
            "GS", envelope.functional_code, envelope.application_sender or envelope.sender,
            envelope.application_receiver or envelope.receiver, envelope.group_date, envelope.group_time,
            envelope.group_control_number, "X", envelope.version,
        )  # fmt: skip

    def _end_group(self) -> None:
        if self._envelope is not None and self._envelope.functional_code:
            self._write_one("GE", str(self._sets), self._envelope.group_control_number)

    def _end_interchange(self) -> None:
        if self._envelope is not None:
            self._write_one("IEA", str(self._groups), self._envelope.interchange_control_number.zfill(9))


def _interchange(envelope: Envelope | None) -> str | None:
    return None if envelope is None else envelope.interchange_control_number


def _group(envelope: Envelope | None) -> tuple[str, str, str] | None:
    if envelope is None:
        return None
    return envelope.functional_code, envelope.group_control_number, envelope.version


def _exactly(text: str, width: int) -> str:
    if len(text) > width:
        raise cannot(f"{text!r} is longer than the {width} characters the ISA allows.", segment="ISA")
    return text.ljust(width)
