"""999 segments to records. Each act below is named in ACTS for the loop it serves."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from x12.acknowledgement import (
    AcknowledgementEnd,
    AcknowledgementStart,
    ElementError,
    ErrorContext,
    SegmentError,
    SetAcknowledgement,
)
from x12.parts import BLANKS, MOST_REFERENCES
from x12.records import RawSegment
from x12.session import Builder


@dataclass(slots=True, eq=False)
class AcknowledgementBuilder(Builder):
    """What has been read of the set; `claim` is the answer to one transaction set, handed out when the next begins."""

    claim: SetAcknowledgement | None = None
    group: list[str] | None = None
    """AK1."""
    verdict: list[str] | None = None
    """AK9."""
    has_started: bool = False
    set_count: int = 0
    error_count: int = 0

    def keep(self, segment: RawSegment) -> None:
        if self.claim is None or len(self.claim.unmapped) > MOST_REFERENCES:
            Builder.keep(self, segment)
        else:
            self.claim.unmapped += (segment,)

    def start(self) -> None:
        """Hands out the header once the first answer, the verdict or the end shows that it is whole."""
        if self.has_started:
            return
        self.has_started = True
        group = (self.group or []) + BLANKS[:4]
        self.session.ready.append(
            AcknowledgementStart(
                envelope=self.envelope,
                position=self.position(self.first_segment),
                functional_code=group[1],
                group_control_number=group[2],
                version=group[3],
                unmapped=tuple(self.unmapped),
            )
        )
        self.unmapped = []

    def finish_claim(self) -> None:
        if self.claim is not None:
            self.set_count += 1
            self.error_count += len(self.claim.errors)
            self.session.ready.append(self.claim)
            self.claim = None

    def finish(
        self, *, ordinal: int, segment_count: int, stated: int | None, is_complete: bool, digest: str
    ) -> AcknowledgementEnd:
        self.finish_claim()
        self.start()
        verdict = (self.verdict or []) + BLANKS[:10]
        return AcknowledgementEnd(
            position=self.position(ordinal),
            verdict=verdict[1],
            stated_set_count=verdict[2],
            received_set_count=verdict[3],
            accepted_set_count=verdict[4],
            reasons=_reasons(verdict[5:10]),
            set_count=self.set_count,
            error_count=self.error_count,
            segment_count=segment_count,
            stated_segment_count=stated,
            is_complete=is_complete,
            content_hash=digest,
            unmapped=tuple(self.unmapped),
        )


def _reasons(codes: list[str]) -> tuple[str, ...]:
    return tuple(code for code in codes if code)


def _keep_rest(b: AcknowledgementBuilder, e: list[str], n: int, loop: str, most: int) -> None:
    """A segment longer than what its record holds is also kept whole."""
    if len(e) > most:
        b.keep(RawSegment(loop, tuple(e), n))


def answered_group(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    if b.group is not None or b.has_started:
        b.keep(RawSegment("HEADER", tuple(e), n))
        return
    b.group = e
    _keep_rest(b, e, n, "HEADER", 4)


def answered_set(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    code, number, version = (e + BLANKS[:3])[1:4]
    b.finish_claim()
    b.start()
    b.claim = SetAcknowledgement(b.set_count + 1, code, number, b.position(n), version)
    _keep_rest(b, e, n, "2000", 4)


def segment_error(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    tag, place, loop, code = (e + BLANKS[:4])[1:5]
    b.claim.errors += (SegmentError(tag, place, loop, code, n),)
    _keep_rest(b, e, n, "2100", 5)


def _replace_last_error(b: AcknowledgementBuilder, **values: object) -> None:
    assert b.claim is not None
    *earlier, last = b.claim.errors
    b.claim.errors = (*earlier, msgspec.structs.replace(last, **values))


def element_error(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    place, number, code, value = (e + BLANKS[:4])[1:5]
    element, component, repetition, *more = place.split(b.component) + BLANKS[:2]
    found = ElementError(element, code, n, component, repetition, number, value)
    _replace_last_error(b, elements=(*b.claim.errors[-1].elements, found))
    if any(more):
        b.keep(RawSegment("2110", tuple(e), n))
    else:
        _keep_rest(b, e, n, "2110", 5)


def _context(b: AcknowledgementBuilder, e: list[str], n: int) -> ErrorContext:
    what, tag, place, loop, element, number = (e + BLANKS[:6])[1:7]
    name, _, value = what.partition(b.component)
    _keep_rest(b, e, n, "2100", 7)
    return ErrorContext(name, value, n, tag, place, loop, element, number)


def segment_context(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    _replace_last_error(b, contexts=(*b.claim.errors[-1].contexts, _context(b, e, n)))


def element_context(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    *earlier, last = b.claim.errors[-1].elements
    last = msgspec.structs.replace(last, contexts=(*last.contexts, _context(b, e, n)))
    _replace_last_error(b, elements=(*earlier, last))


def verdict_on_set(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    if b.claim.verdict:
        b.keep(RawSegment("2000", tuple(e), n))
        return
    b.claim.verdict = e[1]
    b.claim.reasons = _reasons(e[2:7])
    _keep_rest(b, e, n, "2000", 7)


def verdict_on_group(b: AcknowledgementBuilder, e: list[str], n: int) -> None:
    b.finish_claim()
    b.start()
    if b.verdict is not None:
        b.keep(RawSegment("HEADER", tuple(e), n))
        return
    b.verdict = e
    _keep_rest(b, e, n, "HEADER", 10)


ACTS = {
    "AK1": answered_group,
    "AK2": answered_set,
    "IK3": segment_error,
    "2100/CTX": segment_context,
    "IK4": element_error,
    "2110/CTX": element_context,
    "IK5": verdict_on_set,
    "AK9": verdict_on_group,
}
