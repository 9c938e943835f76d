"""Every written segment passes the same tables and the same guide as one that is read; what they report is refused.

What may follow depends on the loops that are open and what they hold, not on the words in the segments. So the way from
one standing to the next is followed once for every shape of a loop's segments, then remembered: there are few. Their
elements are well if one pattern matches all that is written at once; if not, they are looked at one by one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Any

from x12.errors import CannotWrite
from x12.grammar import t270, t271, t276, t277, t835, t837i, t837p, t999
from x12.grammar.model import Loop, Transaction, Use
from x12.grammar.placement import Act, Actions, Candidate, Table, tables
from x12.grammar.segments import definition
from x12.guide import Guide, Standing, expression
from x12.records import Delimiters, Finding, Position
from x12.writing.arranging import Coded, Segment, Shape, cannot, in_order, shape_of, trimmed

_TRANSACTIONS = {
    (one.code, one.version): one
    for one in (
        t270.TRANSACTION,
        t271.TRANSACTION,
        t276.TRANSACTION,
        t277.STATUS,
        t277.ACKNOWLEDGEMENT,
        t835.TRANSACTION,
        t837i.TRANSACTION,
        t837p.TRANSACTION,
        t999.TRANSACTION,
    )
}
MOST_WAYS = 20_000
"""Remembered at once; then all are forgotten."""


class _Standing:
    """Where in the grammar a transaction set has got to: the table for what comes next and the loops that are open.
    There is one object for each."""

    def __init__(self, table: Table, loops: Standing) -> None:
        self.table = table
        self.loops = loops


_STANDINGS: dict[tuple[int, Standing], _Standing] = {}
Key = tuple[_Standing | Loop | str | None, ...]
"""A standing, the loop to which some segments belong, and their shape."""
Way = tuple[Sequence[int] | None, _Standing]
"""The order of some segments, None where they may stand as they come, and the standing behind them."""
_WAYS: dict[Key, Way] = {}


def _standing(table: Table, loops: Standing) -> _Standing:
    return _STANDINGS.setdefault((id(table), loops), _Standing(table, loops))


class Checker:
    """Follows one transaction set while it is written."""

    def __init__(self, code: str, version: str, delimiters: Delimiters) -> None:
        transaction = _TRANSACTIONS.get((code, version))
        if transaction is None:
            written = ", ".join(sorted(each for kind, each in _TRANSACTIONS if kind == code)) or "none"
            raise cannot(
                f"Version {version!r} of {code} is not written; these are: {written}.",
                segment="GS",
                element=8,
            )
        self._component = delimiters.component
        self._coded = _coded(transaction)
        self._faultless = _faultless(transaction, delimiters)
        self._code = transaction.code
        self._standing = self._looked_at = _standing(_table(transaction), ())
        self._findings: list[Finding] = []
        self.loop: Loop = transaction.root
        """In which the last segment was placed."""
        self.guide = Guide(
            transaction.code, delimiters.component, lambda at: Position(0, 0, 0, at), self._findings.append
        )

    def place(self, segments: list[Segment], loop: Loop | None, ordinal: int) -> list[Segment]:
        """The segments in the order in which they will stand, the first of them as the segment of that ordinal. Without
        a loop they stand as they come."""
        shape = shape_of(segments, self._coded, self._component)
        key = (self._standing, loop, *shape)
        way = _WAYS.get(key) or self._find_way(key, segments, shape, loop, ordinal)
        order, self._standing = way
        return segments if order is None else [segments[at] for at in order]

    def _find_way(
        self, key: Key, segments: list[Segment], shape: Shape, loop: Loop | None, ordinal: int
    ) -> Way:
        as_they_come = list(range(len(segments)))
        order = as_they_come if loop is None else in_order(loop, shape, self._coded)
        standing = self._follow(self._standing, [segments[at] for at in order], ordinal)
        if len(_WAYS) >= MOST_WAYS:
            _WAYS.clear()
            _STANDINGS.clear()
        way = _WAYS[key] = (None if order == as_they_come else order, standing)
        return way

    def look(self, segments: list[Segment], text: str, ordinal: int) -> None:
        """At the elements of all that was placed since the last time; `text` is how they are written."""
        if not self._faultless.fullmatch(text):
            self._follow(self._looked_at, segments, ordinal, examines=True)
        self._looked_at = self._standing

    def _follow(
        self, standing: _Standing, segments: list[Segment], ordinal: int, *, examines: bool = False
    ) -> _Standing:
        """The standing behind the segments. Raises CannotWrite for one that has no place there."""
        table = standing.table
        self.guide.resume(standing.loops, ordinal)
        for at, segment in enumerate(segments, ordinal):
            if segment[0] not in table:
                raise cannot(f"{segment[0]} has no place here.", segment=segment[0], code="write.misplaced")
            table = table[segment[0]](self, segment, at) or table
            known = definition(segment[0], self._code)
            if examines and known is not None:
                self.guide.examine(self.loop, known, trimmed(segment), at)
            self._refuse()
        return _standing(table, self.guide.standing)

    def finish(self, ordinal: int) -> None:
        self.guide.resume(self._standing.loops, ordinal)
        self.guide.finish(ordinal)
        self._refuse()

    def _refuse(self) -> None:
        if self._findings:
            raise CannotWrite(list(self._findings))


@cache
def _table(transaction: Transaction) -> Table:
    return tables(transaction, Actions(acts={}, envelope={}, keep=_pass, report=_refused, inspect=_follower))


@cache
def _coded(transaction: Transaction) -> Coded:
    return Coded(transaction.root.every_use())


@cache
def _faultless(transaction: Transaction, delimiters: Delimiters) -> re.Pattern[str]:
    """Matches segments of the transaction, one behind the other, that are as the guide wants each of them."""
    tags = dict.fromkeys(use.tag for use in transaction.root.every_use())
    known = [definition(tag, transaction.code) for tag in tags]
    each = "|".join(expression(one, delimiters) for one in known if one is not None)
    return re.compile(f"(?>(?:{each}){re.escape(delimiters.terminator)})*")


def _follower(candidate: Candidate, act: Act) -> Act:
    """The act, after the guide has followed."""

    def follow(build: Checker, elements: list[str], ordinal: int) -> Any:
        build.loop = candidate.node.loop
        build.guide.follow(candidate, elements, ordinal)
        return act(build, elements, ordinal)

    return follow


def _pass(loop: Loop, use: Use) -> Act:
    def written(build: Any, elements: list[str], ordinal: int) -> None:
        return None

    return written


def _refused(what: str, loop: Loop, act: Act) -> Act:
    def refuse(build: Any, elements: list[str], ordinal: int) -> Any:
        tag = elements[0]
        raise cannot(
            f"{tag} has no place here, near {loop.name}.", loop=loop.id, segment=tag, code="write.misplaced"
        )

    return refuse
