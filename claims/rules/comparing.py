"""What differs between two versions of a claim."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Protocol, TypeVar

from claims.rules.building.parts import text
from claims.rules.words import KINDS


class Line(Protocol):
    """What a line of a version and a line of a file have in common."""

    @property
    def line_number(self) -> int: ...
    @property
    def line_control_number(self) -> str: ...


Old = TypeVar("Old", bound=Line)
_DAYS = re.compile(r"\b(\d{4})(\d\d)(\d\d)(?:-(\d{4})(\d\d)(\d\d))? R?D8\b")

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


def differences(before: Any, after: Any, path: str = "", name: str = "") -> Iterator[Difference]:
    """Leaf by leaf, named by where they stand: "line 2 charge". Capitals and blanks are no difference: receivers see
    none. `name` is the field, `path` where it stands.
    """
    if _plain(before) == _plain(after):
        return
    here = f"{path} {words(name)}".strip()
    old, new = before or [], after or []
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for one in sorted({*before, *after}):
            yield from differences(before.get(one), after.get(one), here, one)
    elif not isinstance(old, list) or not isinstance(new, list):
        yield Difference(here, shown(before), shown(after))
    elif _have_kinds(*old, *new):
        for kind in dict.fromkeys(map(_kind, [*old, *new])):
            told = KINDS.get(name, {}).get(kind) or f"{singular(words(name))} {kind}"
            yield from _of_kind(
                *([_rest(one) for one in listed if _kind(one) == kind] for listed in (old, new)),
                path=f"{path} {told}".strip(),
            )
    elif any(isinstance(one, Mapping) for one in (*old, *new)):
        for place, (one, other) in enumerate(zip_longest(old, new), start=1):
            yield from differences(one, other, f"{singular(here)} {place}")
    else:
        yield Difference(here, shown(before), shown(after))


def _of_kind(before: list[Any], after: list[Any], *, path: str) -> Iterator[Difference]:
    if len(before) == len(after) == 1:
        yield from differences(before[0], after[0], path)
    elif _plain(before) != _plain(after):
        yield Difference(path, shown(before), shown(after))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return text(value)
    if isinstance(value, Mapping):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _have_kinds(*entries: Any) -> bool:
    """Values that begin with their qualifier, and parties with their role."""
    return all(
        one.get("entity_code") if isinstance(one, Mapping) else isinstance(one, list) and one
        for one in entries
    )


def _kind(entry: Any) -> str:
    return str(entry["entity_code"] if isinstance(entry, Mapping) else entry[0])


def _rest(entry: Any) -> Any:
    return entry if isinstance(entry, Mapping) else _DAYS.sub(_day, shown(entry[1:]).replace(", ", " "))


def _day(found: re.Match[str]) -> str:
    """Of what stands with its format, as in 20260302 D8."""
    year, month, day, last_year, last_month, last_day = found.groups()
    begins = f"{month}/{day}/{year}"
    return f"{begins} to {last_month}/{last_day}/{last_year}" if last_year else begins


def shown(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return ", ".join(f"{words(name)} {shown(one)}" for name, one in sorted(value.items()))
    if isinstance(value, list):
        return ", ".join(
            _DAYS.sub(_day, " ".join(filter(None, map(shown, one)))) if isinstance(one, list) else shown(one)
            for one in value
            if one != ""
        )
    return str(value)


def words(name: str) -> str:
    return name.replace("_", " ")


def singular(name: str) -> str:
    return f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
