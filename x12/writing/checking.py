"""Every written segment passes the same tables and the same guide as one that is read; what they report is refused."""

from __future__ import annotations

from functools import cache
from typing import Any

from x12.errors import CannotWrite
from x12.grammar import t276, t277, t835, t837i, t837p, t999
from x12.grammar.model import Loop, Transaction, Use
from x12.grammar.placement import Act, Actions, Table, tables
from x12.guide import Guide, inspector
from x12.records import Finding, Position
from x12.writing.arranging import Segment, cannot

_TRANSACTIONS = {
    (one.code, one.version): one
    for one in (
        t276.TRANSACTION,
        t277.STATUS,
        t277.ACKNOWLEDGEMENT,
        t835.TRANSACTION,
        t837i.TRANSACTION,
        t837p.TRANSACTION,
        t999.TRANSACTION,
    )
}


class Checker:
    """Follows one transaction set while it is written."""

    def __init__(self, code: str, version: str, component: str) -> None:
        transaction = _TRANSACTIONS.get((code, version))
        if transaction is None:
            written = ", ".join(sorted(each for kind, each in _TRANSACTIONS if kind == code)) or "none"
            raise cannot(
                f"Version {version!r} of {code} is not written; these are: {written}.",
                segment="GS",
                element=8,
            )
        self._table = _table(transaction)
        self._findings: list[Finding] = []
        self.guide = Guide(
            transaction.code, component, lambda ordinal: Position(0, 0, 0, ordinal), self._findings.append
        )

    def look(self, segment: Segment, ordinal: int) -> None:
        if segment[0] not in self._table:
            raise cannot(f"{segment[0]} has no place here.", segment=segment[0], code="write.misplaced")
        act, following = self._table[segment[0]]
        self._table = act(self, segment, ordinal) or following
        self._refuse()

    def finish(self, ordinal: int) -> None:
        self.guide.finish(ordinal)
        self._refuse()

    def _refuse(self) -> None:
        if self._findings:
            raise CannotWrite(list(self._findings))


@cache
def _table(transaction: Transaction) -> Table:
    return tables(transaction, Actions(acts={}, envelope={}, keep=_pass, report=_refused, inspect=inspector))


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
