"""Grammar to lookup tables: for every loop, where a segment that follows may stand and what then happens.

A table maps a tag to an act, which returns the table that holds for the segment behind it where that is another. The
reader's inner loop is one lookup and one call per segment, whatever the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from msgspec import Struct

from x12.grammar.model import Loop, Transaction, Use

Act = Callable[[Any, list[str], int], Any]
"""Takes what is being built, the elements (the tag first) and the ordinal of the segment. In a table it returns the
table that follows, None for the same."""
Table = dict[str, Act]

_Step = tuple[Act, Table]

RECORD_LOOPS = frozenset({"2100", "2300"})
"""A segment out of order never reaches behind the claim it stands in: it would change another claim's header."""


class Node:
    """A loop at one place of the grammar: 2300 exists below 2000B and below 2000C."""

    def __init__(self, loop: Loop, parent: Node | None, index: int) -> None:
        self.loop = loop
        self.parent = parent
        self.index = index
        self.table: Table = {}
        self.uses: dict[str, list[Use]] = {}
        for use in loop.uses():
            self.uses.setdefault(use.tag, []).append(use)
        self.required = [
            member
            for member in loop.members
            if member.required and not (isinstance(member, Use) and member.tag in ("ST", "SE"))
        ]
        self.children = {
            at: Node(member, self, at) for at, member in enumerate(loop.members) if isinstance(member, Loop)
        }

    def walk(self) -> Iterator[Node]:
        yield self
        for child in self.children.values():
            yield from child.walk()


class Candidate(Struct, frozen=True):
    """A place where a segment with this tag might stand, nearest first."""

    use: Use
    node: Any
    begins_loop: bool
    is_out_of_order: bool = False
    stays: Any = None


class Actions(Struct, frozen=True):
    """What a reader does with a placed segment, by "loop/TAG" or "TAG"."""

    acts: Mapping[str, Act]
    envelope: Mapping[str, Act]
    """ISA to IEA: acts that return the following table."""
    keep: Callable[[Loop, Use], Act]
    """Makes the act for a segment no typed value holds."""
    report: Callable[[str, Loop, Act], Act]
    """Wraps an act with a finding: `out_of_order` or `unknown_code`."""
    inspect: Callable[[Candidate, Act], Act] | None = None
    """Wraps every act with the checks of the guide."""


def tables(transaction: Transaction, actions: Actions) -> Table:
    """The table of the root loop; all others hang on it."""
    root = Node(transaction.root, None, 0)
    for node in root.walk():
        _fill(node, actions)
    return root.table


def _fill(node: Node, actions: Actions) -> None:
    by_tag: dict[str, list[Candidate]] = {}
    for candidate in (*_in_order(node), *_out_of_order(node)):
        by_tag.setdefault(candidate.use.tag, []).append(candidate)
    for tag, candidates in by_tag.items():
        node.table[tag] = _placed(candidates, actions, node.table)
    node.table.update(actions.envelope)


def _in_order(node: Node) -> Iterator[Candidate]:
    for member in node.loop.members[1:]:
        if isinstance(member, Use):
            yield Candidate(member, node, False)
    for child in node.children.values():
        yield from _entrances(child)
    while node.parent is not None:
        parent = node.parent
        for at, child in parent.children.items():
            if at > node.index:
                yield from _entrances(child)
            elif at == node.index or child.loop.trigger.tag == node.loop.trigger.tag:
                yield Candidate(child.loop.trigger, child, True)
        for member in parent.loop.members[node.index + 1 :]:
            if isinstance(member, Use):
                yield Candidate(member, parent, False)
        node = parent


def _entrances(node: Node) -> Iterator[Candidate]:
    yield Candidate(node.loop.trigger, node, True)
    if node.loop.implied:
        for child in node.children.values():
            yield from _entrances(child)


def _out_of_order(node: Node) -> Iterator[Candidate]:
    here = node
    while node.parent is not None and node.loop.id not in RECORD_LOOPS:
        parent = node.parent
        for at, member in enumerate(parent.loop.members[: node.index]):
            if at in parent.children:
                yield Candidate(parent.children[at].loop.trigger, parent.children[at], True, True)
            elif at and isinstance(member, Use):
                yield Candidate(member, parent, False, True, here)
        node = parent


def _placed(candidates: list[Candidate], actions: Actions, here: Table) -> Act:
    first = candidates[0]
    act, following = _act(first, actions), _following(first)
    if not first.begins_loop or not first.use.codes:
        return act if following is here else _moving(act, following)
    by_code: dict[str, _Step] = {}
    fallback: _Step | None = None
    for candidate in candidates:
        step = _act(candidate, actions), _following(candidate)
        if candidate.begins_loop and candidate.use.codes:
            for code in candidate.use.codes:
                by_code.setdefault(code, step)
        elif fallback is None:
            fallback = step
    if fallback is None:
        fallback = actions.report("unknown_code", first.node.loop, act), following
    return _choice(first.use.code_element, by_code, fallback)


def _moving(act: Act, following: Table) -> Act:
    def move(build: Any, elements: list[str], ordinal: int) -> Table:
        act(build, elements, ordinal)
        return following

    return move


def _choice(element: int, by_code: Mapping[str, _Step], fallback: _Step) -> Act:
    def choose(build: Any, elements: list[str], ordinal: int) -> Table:
        try:
            act, following = by_code.get(elements[element], fallback)
        except IndexError:
            act, following = fallback
        act(build, elements, ordinal)
        return following

    return choose


def _act(candidate: Candidate, actions: Actions) -> Act:
    loop, tag = candidate.node.loop, candidate.use.tag
    act = actions.acts.get(f"{loop.id}/{tag}") or actions.acts.get(tag) or actions.keep(loop, candidate.use)
    if actions.inspect is not None:
        act = actions.inspect(candidate, act)
    return actions.report("out_of_order", loop, act) if candidate.is_out_of_order else act


def _following(candidate: Candidate) -> Table:
    node: Node = candidate.stays or candidate.node
    return node.table
