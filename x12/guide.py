"""What the implementation guide asks beyond placement: what is required, how often, how long, of which kind.

Used when a file is checked, and by the writers, which refuse what it reports."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import DecimalException
from functools import cache
from typing import TYPE_CHECKING

from x12.findings import error, warning
from x12.grammar.model import Element, Loop, SegmentDefinition, Use
from x12.grammar.placement import Act, Candidate, Node
from x12.grammar.segments import definition
from x12.money import amount
from x12.records import Delimiters, Finding, Position, parse_date

if TYPE_CHECKING:
    from x12.session import Builder

BETWEEN = "\x00"
"""Stands between the elements of a segment while a pattern looks at it; no text that is read holds it."""
_FORBIDDEN = r"\x00-\x1f\x7f-\x9f"
"""Control characters."""
_DAY = (
    r"(?:19|20)[0-9]{2}"
    r"(?:(?:0[1-9]|1[0-2])(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])(?:29|30)|(?:0[13578]|1[02])31)"
)
"""Every day but 29 February, which is looked at by its year."""
_NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)")
_TIME = re.compile(r"([01]\d|2[0-3])[0-5]\d([0-5]\d(\d{1,2})?)?")
_TEXT = re.compile(f"[^{_FORBIDDEN}]*")


class _Instance:
    """One loop as it stands in the file, counting what it holds."""

    def __init__(self, node: Node, ordinal: int) -> None:
        self.node = node
        self.ordinal = ordinal
        self.uses: dict[Use, int] = {}
        self.loops: dict[str, int] = {}

    def count(self, loop: Loop) -> int:
        """One more of them. Where any number may stand, one is as good as many."""
        count = self.loops[loop.id] = self.loops.get(loop.id, 0) + 1 if loop.limit else 1
        return count


Standing = tuple[tuple[Node, frozenset[tuple[Use, int]], frozenset[tuple[str, int]]], ...]


class Guide:
    """Follows one transaction set segment by segment."""

    def __init__(
        self,
        transaction: str,
        component: str,
        position: Callable[[int], Position],
        report: Callable[[Finding], None],
    ) -> None:
        self._transaction = transaction
        self._component = component
        self._position = position
        self._report = report
        self._open: list[_Instance] = []
        self._looked_at = 0

    def look(self, candidate: Candidate, elements: list[str], ordinal: int) -> None:
        if ordinal == self._looked_at:
            return
        self._looked_at = ordinal
        self.follow(candidate, elements, ordinal)
        self._elements(candidate.node.loop, elements[0], elements, ordinal)

    def follow(self, candidate: Candidate, elements: list[str], ordinal: int) -> None:
        """What the place of a segment says, without a look at its elements."""
        node: Node = candidate.node
        instance = self._enter(node, ordinal) if candidate.begins_loop else self._within(node, ordinal)
        tag = elements[0]
        use = self._use(instance, tag, elements, ordinal)
        if use is not None:
            count = instance.uses[use] = instance.uses.get(use, 0) + 1 if use.limit else 1
            if count == use.limit + 1 > 1:
                self._fault(
                    "guide.segment_too_often", node.loop, ordinal, tag, 0,
                    f"{use.name} ({tag}) stands more than {use.limit} times in {_called(node.loop)}.",
                )  # fmt: skip

    @property
    def standing(self) -> Standing:
        """The loops that are open and what they hold, as far as it matters for what may follow."""
        return tuple(
            (one.node, frozenset(one.uses.items()), frozenset(one.loops.items())) for one in self._open
        )

    def resume(self, standing: Standing, ordinal: int) -> None:
        self._open = []
        for node, uses, loops in standing:
            instance = _Instance(node, ordinal)
            instance.uses, instance.loops = dict(uses), dict(loops)
            self._open.append(instance)

    def finish(self, ordinal: int) -> None:
        while self._open:
            self._close(ordinal)

    # -- loops ---------------------------------------------------------------------------------------------------

    def _enter(self, node: Node, ordinal: int) -> _Instance:
        if node.parent is not None:
            count = self._within(node.parent, ordinal).count(node.loop)
            if count == node.loop.limit + 1 > 1:
                self._fault(
                    "guide.loop_too_often", node.loop, ordinal, node.loop.trigger.tag, 0,
                    f"{_called(node.loop, at_start=True)} stands more than {node.loop.limit} times.",
                )  # fmt: skip
        self._open.append(_Instance(node, ordinal))
        return self._open[-1]

    def _within(self, node: Node, ordinal: int) -> _Instance:
        """The open instance of that loop; what is open below it has ended. Loops entered without their first
        segment are opened here."""
        if self._open and self._open[-1].node is node:
            return self._open[-1]
        if not any(instance.node is node for instance in self._open):
            if node.parent is None:
                self._open.append(_Instance(node, ordinal))
            else:
                self._within(node.parent, ordinal).count(node.loop)
                self._open.append(_Instance(node, ordinal))
            return self._open[-1]
        while self._open[-1].node is not node:
            self._close(ordinal)
        return self._open[-1]

    def _close(self, ordinal: int) -> None:
        instance = self._open.pop()
        loop = instance.node.loop
        for member in instance.node.required:
            if isinstance(member, Use):
                if member not in instance.uses:
                    self._fault(
                        "guide.segment_missing", loop, instance.ordinal, member.tag, 0,
                        f"{member.name} ({member.tag}) is missing in {_called(loop)}.",
                    )  # fmt: skip
            elif member.id not in instance.loops:
                self._fault(
                    "guide.loop_missing", loop, instance.ordinal, member.trigger.tag, 0,
                    f"{_called(member, at_start=True)} is missing in {_called(loop)}.",
                )  # fmt: skip

    def _use(self, instance: _Instance, tag: str, elements: list[str], ordinal: int) -> Use | None:
        named = instance.node.uses.get(tag, ())
        for use in named:
            if not use.codes or self._code(elements, use) in use.codes:
                return use
        if named:
            at = named[0].code_element
            code = self._code(elements, named[0])
            self._odd(
                "guide.code", instance.node.loop, ordinal, tag, at,
                f'{tag}{at:02} is "{code[:10]}", which the guide does not list in {_called(instance.node.loop)}; '
                "it was kept.",
            )  # fmt: skip
            return named[0]
        return None

    def _code(self, elements: list[str], use: Use) -> str:
        text = elements[use.code_element] if len(elements) > use.code_element else ""
        return text.split(self._component)[0] if use.tag == "HI" else text

    # -- elements ------------------------------------------------------------------------------------------------

    def _elements(self, loop: Loop, tag: str, elements: list[str], ordinal: int) -> None:
        segment = definition(tag, self._transaction)
        if segment is not None and not is_faultless(segment, self._component, elements):
            self.examine(loop, segment, elements, ordinal)

    def examine(self, loop: Loop, segment: SegmentDefinition, elements: list[str], ordinal: int) -> None:
        """Reports every element that is not as the guide wants it."""
        tag = segment.tag
        if len(elements) - 1 > len(segment.elements):
            self._fault(
                "guide.too_many_elements", loop, ordinal, tag, len(segment.elements) + 1,
                f"{tag} has {len(elements) - 1} elements; the guide allows {len(segment.elements)}.",
            )  # fmt: skip
        given = len(elements)
        for index, element in enumerate(segment.elements, 1):
            text = elements[index] if index < given else ""
            if text or element.usage == "R":
                self._element(loop, tag, index, f"{element.name} ({tag}{index:02})", element, text, ordinal)

    def _element(
        self, loop: Loop, tag: str, index: int, what: str, element: Element, text: str, ordinal: int
    ) -> None:
        if not text:
            self._fault("guide.element_missing", loop, ordinal, tag, index, f"{what} is missing.")
        elif element.usage == "-":
            self._odd(
                "guide.element_not_used",
                loop,
                ordinal,
                tag,
                index,
                f"{tag}{index:02} is not used by the guide.",
            )
        elif element.components:
            parts = text.split(self._component)
            for at, component in enumerate(element.components, 1):
                part = parts[at - 1] if at <= len(parts) else ""
                if part or component.usage == "R":
                    name = f"{component.name} ({tag}{index:02}-{at})"
                    self._element(loop, tag, index, name, component, part, ordinal)
        else:
            fault = _fault_of(element, text)
            if fault is not None:
                code, words = fault
                report = self._odd if code == "guide.code" else self._fault
                report(code, loop, ordinal, tag, index, f"{what} {words}.")

    def _fault(self, code: str, loop: Loop, ordinal: int, tag: str, element: int, message: str) -> None:
        self._report(
            error(code, self._position(ordinal), message, loop=loop.id, segment=tag, element=element)
        )

    def _odd(self, code: str, loop: Loop, ordinal: int, tag: str, element: int, message: str) -> None:
        self._report(
            warning(code, self._position(ordinal), message, loop=loop.id, segment=tag, element=element)
        )


def is_faultless(segment: SegmentDefinition, component: str, elements: list[str]) -> bool:
    """A quick yes to most segments. It may be stricter than a look at each element, never laxer."""
    return _pattern(segment, component).fullmatch(BETWEEN.join(elements)) is not None


@cache
def _pattern(segment: SegmentDefinition, component: str) -> re.Pattern[str]:
    return re.compile(expression(segment, Delimiters(BETWEEN, "", component, BETWEEN)))


def expression(segment: SegmentDefinition, delimiters: Delimiters) -> str:
    """Matches the segment as the guide wants it. Its elements must hold neither separator nor terminator.

    `(?:a|)` says what `(?:a)?` says, in half the time."""
    return re.escape(segment.tag) + _sequence(
        segment.elements, delimiters.element, delimiters.component, without=delimiters.terminator, leads=True
    )


def _sequence(
    elements: Sequence[Element], separator: str, component: str, *, without: str = "", leads: bool = False
) -> str:
    """The elements one behind the other; those at the end may be left out as far as none of them is required."""
    pattern = ""
    is_optional = True
    for index, element in reversed(list(enumerate(elements))):
        mark = re.escape(separator) if leads or index else ""
        here = _one(element, component, without + separator)
        is_optional = is_optional and element.usage != "R"
        pattern = f"{mark}{here}{pattern}"
        if is_optional:
            pattern = f"(?:{pattern}|)"
    return pattern


def _one(element: Element, component: str, without: str) -> str:
    if element.usage == "-":
        return ""
    if element.components:
        inner = _sequence(element.components, component, component, without=without)
    elif element.codes:
        inner = f"(?:{'|'.join(map(re.escape, sorted(element.codes)))})"
    elif element.kind == "R":
        inner = f"-?[0-9]{{1,{max(1, element.maximum - 2)}}}(?:\\.[0-9]{{1,2}}|)"
    elif element.kind == "N0":
        inner = f"[0-9]{{{max(1, element.minimum)},{element.maximum}}}"
    elif element.kind == "DT":
        inner = _DAY
    elif element.kind == "TM":
        inner = r"(?:[01][0-9]|2[0-3])[0-5][0-9]"
    else:
        inner = f"[^{_FORBIDDEN}{re.escape(without)}]{{{max(1, element.minimum)},{element.maximum}}}"
    return inner if element.usage == "R" else f"(?:{inner}|)"


def _called(loop: Loop, *, at_start: bool = False) -> str:
    return f"{loop.name if at_start else loop.name.lower()} (loop {loop.id})"


def _fault_of(element: Element, text: str) -> tuple[str, str] | None:
    """What is wrong with a simple element, as a code and words."""
    if element.kind == "R":
        return _number_fault(element, text)
    if element.kind == "N0":
        is_number = text.isascii() and text.isdecimal()
        return _length_fault(element, text) if is_number else ("guide.not_a_number", "is not a whole number")
    if element.kind == "DT":
        return None if parse_date(text) else ("guide.date", "is not a date of the calendar")
    if element.kind == "TM":
        return None if _TIME.fullmatch(text) else ("guide.time", "is not a time of day")
    if element.codes and text not in element.codes:
        return "guide.code", f'is "{text[:10]}", which the guide does not list; it was kept'
    if not _TEXT.fullmatch(text):
        return "guide.character", "holds a character that X12 does not allow"
    return _length_fault(element, text)


def _number_fault(element: Element, text: str) -> tuple[str, str] | None:
    if not _NUMBER.fullmatch(text):
        return "guide.not_a_number", f'is "{text[:20]}", which is not a number as X12 writes it'
    try:
        amount(text)
    except DecimalException:
        return "guide.too_long", f"has more than {element.maximum} digits"
    return _length_fault(element, text.replace("-", "").replace(".", ""))


def _length_fault(element: Element, text: str) -> tuple[str, str] | None:
    if len(text) < element.minimum:
        return "guide.too_short", f"is shorter than {element.minimum} characters"
    if len(text) > element.maximum:
        return "guide.too_long", f"is longer than {element.maximum} characters"
    return None


def inspector(candidate: Candidate, act: Act) -> Act:
    """The act, after the guide has looked. Builders with a `guide` use tables made with this."""

    def inspect(build: Builder, elements: list[str], ordinal: int) -> object:
        guide = build.guide
        if guide is not None:
            guide.look(candidate, elements, ordinal)
        return act(build, elements, ordinal)

    return inspect
