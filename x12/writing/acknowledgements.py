"""999 (005010X231A1) and TA1 from records."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from x12.acknowledgement import (
    AcknowledgementEnd,
    AcknowledgementStart,
    ElementError,
    ErrorContext,
    InterchangeAcknowledgement,
    SegmentError,
    SetAcknowledgement,
)
from x12.writing import parts
from x12.writing.arranging import Segment
from x12.writing.output import Output

Event = InterchangeAcknowledgement | AcknowledgementStart | SetAcknowledgement | AcknowledgementEnd


def write_999(events: Iterable[Event]) -> Iterator[bytes]:
    """Bytes of the events a reader would yield: TA1s where they stand, then answers set by set.

    Positions, counts of segments and findings of the events are not looked at. Raises CannotWrite for what the guide
    forbids.
    """
    output = Output()
    for event in events:
        if isinstance(event, SetAcknowledgement):
            output.write([*_answer(event, output.delimiters.component)])
        elif isinstance(event, AcknowledgementStart):
            output.begin(event.envelope)
            group = ["AK1", event.functional_code, event.group_control_number, event.version]
            output.write([group, *parts.raw(event.unmapped)])
        elif isinstance(event, AcknowledgementEnd):
            output.write([*parts.raw(event.unmapped), _verdict_on_group(event)])
            output.end()
        else:
            output.answer(event.envelope, _interchange(event))
        yield output.take()
    output.close()
    yield output.take()


def _interchange(event: InterchangeAcknowledgement) -> Segment:
    return [
        "TA1", event.control_number, event.interchange_date, event.interchange_time, event.verdict, event.reason_code
    ]  # fmt: skip


def _answer(answer: SetAcknowledgement, component: str) -> Iterator[Segment]:
    yield ["AK2", answer.transaction_code, answer.control_number, answer.version]
    for error in answer.errors:
        yield from _segment_error(error, component)
    yield from parts.raw(answer.unmapped)
    yield ["IK5", answer.verdict, *answer.reasons]


def _segment_error(error: SegmentError, component: str) -> Iterator[Segment]:
    yield ["IK3", error.tag, error.place, error.loop, error.code]
    for context in error.contexts:
        yield _context(context, component)
    for element in error.elements:
        yield ["IK4", _place(element, component), element.reference_number, element.code, element.value]
        for context in element.contexts:
            yield _context(context, component)


def _place(element: ElementError, component: str) -> str:
    return component.join((element.element, element.component, element.repetition)).rstrip(component)


def _context(context: ErrorContext, component: str) -> Segment:
    what = f"{context.name}{component}{context.value}" if context.value else context.name
    return [
        "CTX", what, context.tag, context.place, context.loop, context.element, context.reference_number
    ]  # fmt: skip


def _verdict_on_group(end: AcknowledgementEnd) -> Segment:
    counts = (end.stated_set_count, end.received_set_count, end.accepted_set_count)
    return ["AK9", end.verdict, *counts, *end.reasons]
