"""What a grammar is made of. Grammars are data: nothing here reads or writes a file."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct


class Element(Struct, frozen=True):
    """One element or component: `usage` is R required, S situational, - not used."""

    name: str
    usage: str
    kind: str
    """AN text, ID code, R decimal, N0 whole number, N2 cents without point, DT date, TM time, C composite."""
    minimum: int = 0
    maximum: int = 0
    codes: frozenset[str] = frozenset()
    components: tuple[Element, ...] = ()
    repeats: bool = False


class SegmentDefinition(Struct, frozen=True, eq=False):
    tag: str
    name: str
    elements: tuple[Element, ...]


class Use(Struct, frozen=True, eq=False):
    """A segment at its place in a loop, equal only to itself. `codes` limits element `code_element`; `limit` 0 means
    any number."""

    tag: str
    name: str
    required: bool
    limit: int
    codes: frozenset[str] = frozenset()
    code_element: int = 1


class Loop(Struct, frozen=True, eq=False):
    """`members` in order of the guide; the first is the segment that begins the loop.

    A loop that is `implied` may be entered by the first segment of one of its own loops: payers leave LX out,
    senders HL.
    """

    id: str
    name: str
    required: bool
    limit: int
    members: tuple[Use | Loop, ...]
    implied: bool = False

    @property
    def trigger(self) -> Use:
        first = self.members[0]
        assert isinstance(first, Use)
        return first

    def uses(self) -> Iterator[Use]:
        return (member for member in self.members if isinstance(member, Use))

    def loops(self) -> Iterator[Loop]:
        return (member for member in self.members if isinstance(member, Loop))

    def every_use(self) -> Iterator[Use]:
        """Its own and those of all loops in it."""
        yield from self.uses()
        for loop in self.loops():
            yield from loop.every_use()


class Transaction(Struct, frozen=True, eq=False):
    code: str
    name: str
    versions: tuple[str, ...]
    """The first is the one we write; the others differ in nothing that matters for reading."""
    functional_code: str
    root: Loop

    @property
    def version(self) -> str:
        return self.versions[0]


def use(tag: str, name: str, usage: str, limit: int = 1, codes: str = "", *, at: int = 1) -> Use:
    """`usage` R or S; `limit` 0 for any number; `codes` separated by blanks, of element `at`."""
    return Use(tag, name, usage == "R", limit, frozenset(codes.split()), at)


def loop(id: str, name: str, usage: str, limit: int, *members: Use | Loop, implied: bool = False) -> Loop:
    return Loop(id, name, usage == "R", limit, members, implied)
