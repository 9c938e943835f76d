"""One reading of one source: envelopes, placement, what is built, what is found."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import DecimalException
from functools import partial
from typing import Any

import msgspec

from x12.acknowledgement import InterchangeAcknowledgement
from x12.envelope import OUTSIDE
from x12.errors import NotX12
from x12.findings import FindingList, error, warning
from x12.grammar.placement import Table
from x12.guide import Guide
from x12.records import Delimiters, Envelope, Finding, Position, Procedure, RawSegment
from x12.remembered import Remembered, composites, procedures
from x12.repair import repaired
from x12.tokens import Chunk, Source, Tokens

MOST_KEPT = 10_000
"""Segments outside of any claim kept whole per transaction set; more are counted in a finding."""


MOST_OF_A_CLAIM = 30_000
"""Segments of one claim. The largest an 837I allows, 999 lines with all they can hold, stays below."""


class SkippedSet(msgspec.Struct, frozen=True):
    """A transaction set of a kind this reading does not read."""

    envelope: Envelope
    position: Position
    segment_count: int
    findings: tuple[Finding, ...]


@dataclass(slots=True, eq=False)
class Builder:
    """What every transaction set under construction has. Its methods named by the tables do the rest."""

    session: Session
    envelope: Envelope
    first_segment: int
    component: str = field(init=False)
    procedures: Remembered[Procedure] = field(init=False)
    composites: Remembered[tuple[str, ...]] = field(init=False)
    position: Callable[[int], Position] = field(init=False)
    """Of a segment of this set, by its ordinal."""
    guide: Guide | None = None
    claim: Any = None
    unmapped: list[RawSegment] = field(default_factory=list)
    kept_count: int = 0

    def __post_init__(self) -> None:
        session = self.session
        self.component = self.envelope.delimiters.component
        self.procedures = procedures(self.component)
        self.composites = composites(self.component)
        self.position = partial(Position, session.interchange, session.group, session.transaction)

    def report(self, finding: Finding) -> None:
        self.session.findings.add(finding)

    def keep(self, segment: RawSegment) -> None:
        self.kept_count += 1
        if self.kept_count <= MOST_KEPT:
            self.unmapped.append(segment)
        else:
            self.report(
                warning(
                    "kept.too_many",
                    self.session.position(segment.segment),
                    TOO_MANY,
                    segment=segment.elements[0],
                )
            )

    def is_too_long(self, ordinal: int) -> bool:
        """A claim that never ends is closed and reported; what follows it is not read."""
        claim = self.claim
        if claim is None or ordinal - claim.position.segment < MOST_OF_A_CLAIM:
            return False
        message = (
            f"A claim has more than {MOST_OF_A_CLAIM} segments; the rest of its transaction set was not read. "
            "The file is damaged: ask the sender to send it again."
        )
        self.report(error("claim.too_long", claim.position, message, segment="", loop=""))
        self.finish_claim()
        return True

    def finish_claim(self) -> None:
        """Hands out the claim under construction."""

    def settle(self, tag: str) -> bool:
        """Ends what only another segment than this could have made whole; true when there was something."""
        return False

    def stray(self, elements: list[str], ordinal: int) -> None:
        """A segment that has no place here: kept whole and reported."""
        self.keep(RawSegment("", tuple(elements), ordinal))
        tag = elements[0].strip()[:3]
        self.report(
            error(
                "segment.unexpected",
                self.session.position(ordinal),
                f"Segment {ordinal} ({tag}) has no place here; it was kept but not read. "
                "Check whether the sender damaged the file.",
                segment=tag,
            )
        )

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> Any:
        """The record that ends the transaction set; its findings are filled in later."""
        raise NotImplementedError


class SkippedBuilder(Builder):
    """Counts the segments of a set of another kind; also stands in between sets."""

    def stray(self, elements: list[str], ordinal: int) -> None:
        if self.session.st is None:
            Builder.stray(self, elements, ordinal)

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> Any:
        return SkippedSet(self.envelope, self.position(self.first_segment), segment_count, ())


ANSWERS = frozenset({"271", "277", "999"})
"""Transactions whose readers want to know of a TA1."""

SKIPPED: tuple[type[Builder], Table] = (SkippedBuilder, OUTSIDE)

TOO_MANY = "Too many segments without a place; from here on they are counted, not kept. The file is damaged."

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


def kind_name(code: str) -> str:
    """What a transaction set of that ST01 holds, in words."""
    return KINDS.get(code, f"an unknown kind ({code[:5]})")


Chooser = Callable[[str, str], "tuple[type[Builder], Table] | None"]
"""From ST01 and the version to what builds such a set and its table, None for a kind that is not read."""


class Session:
    """Reads one source. `records` yields what the builders make, in order."""

    def __init__(
        self, source: Source, choose: Chooser, *, is_checked: bool, only: str = "", is_guided: bool = False
    ) -> None:
        """With `only`, sets of another ST01 are named in a finding of a set that is read, not handed out."""
        self.tokens = Tokens(source)
        self.choose = choose
        self.only = only
        self.is_guided = is_guided
        self.other_kinds: set[str] = set()
        self.is_checked = is_checked
        self.findings = FindingList()
        self.ready: list[Any] = []
        self.ordinal = 0
        self.interchange = self.group = self.transaction = 0
        self.groups_in_interchange = self.sets_in_group = 0
        self.delimiters = Delimiters("*", "^", ":", "~")
        self.isa: list[str] | None = None
        self.gs: list[str] | None = None
        self.st: list[str] | None = None
        self.builder: Builder = SkippedBuilder(self, Envelope(self.delimiters), 0)
        self.blank_count = 0
        self.has_any = False
        self._held: Any = None
        self._notes_taken = 0
        self._digest = hashlib.sha256()
        self._digest_from = 0
        self._chunk: Chunk | None = None

    # -- reading -----------------------------------------------------------------------------------------------

    def records(self) -> Iterator[Any]:
        table: Table = OUTSIDE
        for chunk in self.tokens.chunks():
            self._begin(chunk)
            if self.tokens.cut is not None and not self.tokens.cut.startswith("IEA"):
                self._cut(chunk)
                continue
            separator = chunk.delimiters.element
            ordinal = self.ordinal
            for text in chunk.segments:
                ordinal += 1
                elements = text.split(separator)
                try:
                    following = table[elements[0]](self.builder, elements, ordinal)
                    if following is not None:
                        table = following
                except (KeyError, IndexError, AttributeError, DecimalException):
                    table = self._mend(table, elements, ordinal)
            self.ordinal = ordinal
            self._end(chunk)
            if self.builder.is_too_long(self.ordinal):
                table = OUTSIDE
            yield from self.ready
            self.ready.clear()
        self._finish()
        yield from self.ready

    def _begin(self, chunk: Chunk) -> None:
        self._chunk = chunk
        self._chunk_start = self.ordinal + 1
        self._digest_from = 0
        self.delimiters = chunk.delimiters

    def _end(self, chunk: Chunk) -> None:
        if self.is_checked and self.st is not None:
            self._hash(chunk.segments[self._digest_from :])
        self._take_notes()

    def _take_notes(self) -> None:
        for note in self.tokens.notes[self._notes_taken :]:
            self.findings.add(Finding(note.severity, note.code, "", "", 0, self.position(1), note.message))
        self._notes_taken = len(self.tokens.notes)

    def _mend(self, table: Table, elements: list[str], ordinal: int) -> Table:
        """A segment that could not be read as it stands: an odd tag, missing elements, text where a number must be."""
        tag = elements[0].strip().upper()
        if not tag and len(elements) == 1:
            self.blank_count += 1
            return table
        if tag not in table:
            self.builder.stray(elements, ordinal)
            return table
        act = table[tag]
        if self.builder.settle(tag) or tag != elements[0]:
            try:
                return act(self.builder, [tag, *elements[1:]], ordinal) or table
            except (KeyError, IndexError, DecimalException):
                pass
        mended, faults = repaired(tag, elements, self.builder.envelope.transaction_code)
        if self.builder.guide is not None and tag == elements[0]:
            faults = []  # the guide has looked at the segment already
        for element, message in faults:
            self.findings.add(
                error("element.unreadable", self.position(ordinal), message, segment=tag, element=element)
            )
        try:
            return act(self.builder, mended, ordinal) or table
        except (KeyError, IndexError, DecimalException):
            self.builder.stray(elements, ordinal)
            return table

    def _cut(self, chunk: Chunk) -> None:
        self.ordinal += 1
        elements = chunk.segments[0].split(chunk.delimiters.element)
        tag = elements[0][:3]
        if self.isa is None:
            self.warn(
                "file.trailing", self.ordinal, "Text stands behind the end of the interchange; it was not read.",
                segment="",
            )  # fmt: skip
            return
        message = (
            f"The file ends in the middle of segment {self.ordinal} ({tag}): it was cut on the way. "
            "Ask the sender to send it again."
        )
        self.fault("file.cut", self.ordinal, message, segment=tag)
        if self.st is not None:
            self.builder.keep(RawSegment("", tuple(elements), self.ordinal))

    def _finish(self) -> None:
        self.close_interchange(self.ordinal)
        self._take_notes()
        if self.transaction == 0 and not self.has_any:
            raise NotX12(
                "The file has an envelope but no transaction set (no ST segment): nothing in it can be read. "
                "Ask the sender to send it again."
            )
        if self.only and not self.has_any:
            held = ", ".join(sorted(self.other_kinds))
            raise NotX12(f"The file holds {held}, not {kind_name(self.only)}.")
        self._release()

    # -- what the sets say -------------------------------------------------------------------------------------

    def position(self, ordinal: int) -> Position:
        return Position(self.interchange, self.group, self.transaction, ordinal)

    def fault(self, code: str, ordinal: int, message: str, *, segment: str, element: int = 0) -> None:
        self.findings.add(error(code, self.position(ordinal), message, segment=segment, element=element))

    def warn(
        self, code: str, ordinal: int, message: str, *, segment: str, element: int = 0, loop: str = ""
    ) -> None:
        self.findings.add(
            warning(code, self.position(ordinal), message, loop=loop, segment=segment, element=element)
        )

    def open_set(self, elements: list[str], ordinal: int, envelope: Envelope) -> Table:
        is_wanted = not self.only or envelope.transaction_code == self.only
        if is_wanted:
            self._release()
            self.has_any = True
            self._check_version(envelope.version, ordinal)
        self.st = elements
        self.transaction += 1
        self.sets_in_group += 1
        self.blank_count = 0
        chosen = self.choose(envelope.transaction_code, envelope.version) if is_wanted else None
        kind, table = chosen or SKIPPED
        self.builder = kind(self, envelope, ordinal)
        if self.is_guided:
            self.builder.guide = Guide(
                envelope.transaction_code, envelope.delimiters.component, self.position, self.findings.add
            )
        self._digest = hashlib.sha256()
        self._digest_from = ordinal - self._chunk_start + 1
        return table

    def answer_interchange(self, elements: list[str], ordinal: int, envelope: Envelope) -> None:
        """A TA1. Readings of what it cannot belong to name it; the others hand it out."""
        if self.only and self.only not in ANSWERS:
            self.warn(
                "set.other_kind", ordinal, "The file also answers an interchange (TA1); it was not read.",
                segment="TA1",
            )  # fmt: skip
            return
        self._release()
        self.has_any = True
        if not elements[4]:
            self.fault(
                "element.unreadable", ordinal, "The verdict (TA104) is missing. Ask the receiver for its answer.",
                segment="TA1", element=4,
            )  # fmt: skip
        _, number, date, time, verdict, reason, *more = elements
        whole = RawSegment("", tuple(elements), ordinal)
        self._held = InterchangeAcknowledgement(
            envelope,
            self.position(ordinal),
            number,
            date,
            time,
            verdict,
            reason,
            unmapped=(whole,) if more else (),
        )

    def _check_version(self, version: str, ordinal: int) -> None:
        if version.startswith(("004010", "003", "002")):
            message = (
                f"The transaction set is of version {version[:12]}, which is no longer in use; it was read as well as "
                "it goes. Ask the sender for version 005010."
            )
            self.fault("version.old", ordinal, message, segment="GS", element=8)
        elif not version.startswith("005010X"):
            message = (
                f"The version is {version[:12] or 'not stated'} instead of 005010; it was read as if it were."
            )
            self.warn("version.other", ordinal, message, segment="GS", element=8)

    def close_set(self, ordinal: int, stated: int | None, *, is_complete: bool) -> None:
        if self.st is None:
            return
        digest = ""
        if self.is_checked and self._chunk is not None:
            if is_complete:
                self._hash(self._chunk.segments[self._digest_from : ordinal - self._chunk_start])
            digest = self._digest.hexdigest()
        count = ordinal - self.builder.first_segment + is_complete - self.blank_count
        if self.builder.guide is not None:
            self.builder.guide.finish(ordinal)
        ended = self.builder.finish(
            ordinal=ordinal, segment_count=count, stated=stated, is_complete=is_complete, digest=digest
        )
        if self.only and isinstance(ended, SkippedSet):
            self._name_other(ended, ordinal)
        else:
            self._held = ended
        self.st = None
        self.builder = SkippedBuilder(self, Envelope(self.delimiters), ordinal)

    def _name_other(self, skipped: SkippedSet, ordinal: int) -> None:
        kind = kind_name(skipped.envelope.transaction_code)
        self.other_kinds.add(kind)
        message = f"The file also holds a transaction set of {kind}; it was not read."
        self.warn("set.other_kind", self.builder.first_segment, message, segment="ST", element=1)

    def _release(self) -> None:
        """Hand out the end of the last set, held back until the envelope behind it had its say."""
        if self._held is not None:
            self.ready.append(msgspec.structs.replace(self._held, findings=self.findings.take()))
            self._held = None

    def _hash(self, segments: list[str]) -> None:
        if not segments:
            return
        text = self.delimiters.terminator.join(segments) + self.delimiters.terminator
        delimiters = self.delimiters
        if (delimiters.element, delimiters.component, delimiters.terminator) != ("*", ":", "~"):
            own = delimiters.element + delimiters.component + delimiters.terminator
            text = text.translate(str.maketrans(own, "*:~"))
        self._digest.update(text.encode())

    # -- the envelope ------------------------------------------------------------------------------------------

    def close_group(self, ordinal: int) -> None:
        if self.st is not None:
            self.fault(
                "se.missing", ordinal, "The transaction set has no SE segment: the file was cut. "
                "Ask the sender to send it again.", segment="SE",
            )  # fmt: skip
            self.close_set(ordinal, None, is_complete=False)
        if self.gs is not None:
            self.fault(
                "ge.missing", ordinal, "The functional group has no GE segment: the file may be cut. "
                "Ask the sender whether it is whole.", segment="GE",
            )  # fmt: skip
            self.gs = None

    def close_interchange(self, ordinal: int) -> None:
        if self.isa is None:
            return
        self.close_group(ordinal)
        self.fault(
            "iea.missing", ordinal, "The interchange has no IEA segment: the file may be cut. "
            "Ask the sender whether it is whole.", segment="IEA",
        )  # fmt: skip
        self.isa = None
