"""What a file holds that no guide names: segments, fields, codes and whole transactions, each once."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from enum import StrEnum
from functools import cache
from itertools import count

from msgspec import Struct

from x12.grammar.model import Element, Transaction, Use
from x12.grammar.segments import definition
from x12.guide import is_faultless
from x12.reading import grammar_of
from x12.records import Delimiters
from x12.tokens import Source, Tokens


class Strange(StrEnum):
    TRANSACTION = "TRANSACTION"
    SEGMENT = "SEGMENT"
    FIELD = "FIELD"
    CODE = "CODE"


class UnknownThing(Struct, frozen=True):
    kind: Strange
    transaction: str
    """ST01 of the set it stands in."""
    label: str
    """ZZ9, CLP15 or SVC01-8."""
    code: str
    """Of a code alone: what stands in a field may be anybody's name."""
    segment: int


Told = tuple[Strange, str, str]
REASONS = range(2, 20, 3)
"""CAS02, CAS05 … CAS17."""
LONGEST_CODE = 4
"""What is longer where a code should stand is no code, and not repeated."""


def unknown_things(source: Source, *, reasons: Collection[str] = ()) -> Iterator[UnknownThing]:
    """Each thing where it stands first. With `reasons`, adjustment reason codes are looked up there."""
    told: set[tuple[Strange, str, str, str]] = set()
    vocabulary: _Vocabulary | None = None
    transaction = version = ""
    for ordinal, elements, delimiters in _segments(source):
        tag = elements[0].strip()
        found: list[Told] = []
        if tag == "GS":
            version = _at(elements, 8)
        elif tag == "ST":
            transaction = _at(elements, 1)[:6]
            grammar = grammar_of(transaction, _at(elements, 3) or version)
            vocabulary = _vocabulary(grammar) if grammar else None
            found = [] if grammar else [(Strange.TRANSACTION, transaction, "")]
        elif tag == "SE":
            vocabulary = None
        elif vocabulary is not None:
            found = vocabulary.strange_in(tag, elements, delimiters)
            if reasons and tag == "CAS":
                codes = (_at(elements, at) for at in REASONS)
                found += [_code("CAS02", code) for code in codes if code and code not in reasons]
        for kind, label, code in found:
            if (kind, transaction, label, code) not in told:
                told.add((kind, transaction, label, code))
                yield UnknownThing(kind, transaction, label, code, ordinal)


def _segments(source: Source) -> Iterator[tuple[int, list[str], Delimiters]]:
    ordinals = count(1)
    for chunk in Tokens(source).chunks():
        for text in chunk.segments:
            yield next(ordinals), text.split(chunk.delimiters.element), chunk.delimiters


def _at(elements: list[str], index: int) -> str:
    return elements[index].strip() if len(elements) > index else ""


class _Vocabulary:
    """The tags of a transaction, and the qualifiers that stand anywhere in it."""

    def __init__(self, transaction: Transaction) -> None:
        self._code = transaction.code
        uses: dict[str, list[Use]] = {}
        for use in transaction.root.every_use():
            uses.setdefault(use.tag, []).append(use)
        self._tags = frozenset(uses)
        self._qualifiers = {
            tag: (places.pop(), frozenset().union(*(use.codes for use in named)))
            for tag, named in uses.items()
            if all(use.codes for use in named) and len(places := {use.code_element for use in named}) == 1
        }

    def strange_in(self, tag: str, elements: list[str], delimiters: Delimiters) -> list[Told]:
        segment = definition(tag, self._code)
        if tag not in self._tags or segment is None:
            return [(Strange.SEGMENT, tag[:3], "")]
        found: list[Told] = []
        if tag in self._qualifiers:
            at, codes = self._qualifiers[tag]
            code = _at(elements, at).split(delimiters.component)[0]
            found += [_code(f"{tag}{at:02}", code)] if code and code not in codes else []
        if not is_faultless(segment, delimiters.component, elements):
            for index, text in enumerate(elements[1:], 1):
                known = segment.elements[index - 1] if index <= len(segment.elements) else None
                found += _strange_at(f"{tag}{index:02}", known, text.strip(), delimiters)
        return found


@cache
def _vocabulary(transaction: Transaction) -> _Vocabulary:
    return _Vocabulary(transaction)


def _strange_at(label: str, element: Element | None, text: str, delimiters: Delimiters) -> list[Told]:
    if not text:
        return []
    if element is None or element.usage == "-":
        return [(Strange.FIELD, label, "")]
    if element.components:
        named = element.components
        return [
            one
            for at, part in enumerate(text.split(delimiters.component), 1)
            for one in _strange_at(
                f"{label}-{at}", named[at - 1] if at <= len(named) else None, part, delimiters
            )
        ]
    if not element.codes:
        return []
    codes = text.split(delimiters.repetition) if element.repeats else [text]
    return [_code(label, code) for code in codes if code not in element.codes]


def _code(label: str, text: str) -> Told:
    return (Strange.CODE, label, text) if len(text) <= LONGEST_CODE else (Strange.FIELD, label, "")
