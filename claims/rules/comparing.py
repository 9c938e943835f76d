"""What differs between two versions of a claim."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar


class Line(Protocol):
    """What a line of a version and a line of a file have in common."""

    @property
    def line_number(self) -> int: ...
    @property
    def line_control_number(self) -> str: ...


Old = TypeVar("Old", bound=Line)

BILLED = ("procedure_code", "modifiers", "revenue_code", "units", "amount_cents", "service_date")


def kept_lines(old: Sequence[Old], new: Sequence[Line]) -> dict[int, Old]:
    """The old line whose charge each new line keeps, by new line number: same service, same price."""
    left = list(old)
    kept = {}
    for line in new:
        same = [one for one in left if all(getattr(one, name) == getattr(line, name) for name in BILLED)]
        same.sort(key=lambda one: (one.line_control_number != line.line_control_number, one.line_number))
        if same:
            kept[line.line_number] = same[0]
            left.remove(same[0])
    return kept


@dataclass(frozen=True, slots=True)
class Difference:
    path: str
    before: str
    after: str


def differences(before: Any, after: Any, path: str = "") -> Iterator[Difference]:
    """Leaf by leaf, named by where they stand: "line 2 charge"."""
    if before == after:
        return
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for name in sorted({*before, *after}):
            yield from differences(before.get(name), after.get(name), f"{path} {words(name)}".strip())
        return
    if isinstance(before, list) and isinstance(after, list) and _holds_mappings(before, after):
        for place in range(max(len(before), len(after))):
            old = before[place] if place < len(before) else None
            new = after[place] if place < len(after) else None
            yield from differences(old, new, f"{singular(path)} {place + 1}")
        return
    yield Difference(path, shown(before), shown(after))


def shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{words(name)} {shown(one)}" for name, one in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(" ".join(map(shown, one)) if isinstance(one, list) else shown(one) for one in value)
    return str(value)


def words(name: str) -> str:
    return name.replace("_", " ")


def singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")


def _holds_mappings(*lists: list[Any]) -> bool:
    return any(isinstance(one, Mapping) for entries in lists for one in entries)
