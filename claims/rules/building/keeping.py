"""What was sent, with what has changed at the visit since: nothing a visit has no place for is lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from claims.rules.building.claim import build_claim
from claims.rules.building.facts import BuildFacts
from claims.rules.building.sent import facts_told, filled
from claims.rules.snapshot import claim_of, snapshot_of
from x12 import SubmittedClaim

Content = dict[str, Any]


def build_upon(
    sent: SubmittedClaim,
    facts: BuildFacts,
    places: Mapping[int, int],
    *,
    frequency: str,
    prior_number: str = "",
) -> SubmittedClaim:
    """The claim of these facts, and what `sent` says beyond them.

    What was sent is taken apart into facts and built again; where today's facts build the same, it stays word for word
    as it was sent, in capitals. `places` gives the line of `sent`, counted from 1, of each line number of the facts.
    """
    told = facts_told(sent)
    known = filled(facts, told)
    built = snapshot_of(build_claim(known, frequency=frequency, prior_number=prior_number))
    before = snapshot_of(
        build_claim(told, frequency=sent.frequency_code, prior_number=sent.payer_control_number)
    )
    numbers = sorted(one.line_number for one in known.lines)
    lines = _lines(
        snapshot_of(sent)["lines"], before["lines"], built["lines"], [places.get(one) for one in numbers]
    )
    merged = _merged(snapshot_of(sent), before, built) | {"lines": lines}
    return claim_of(_in_capitals(merged, but=prior_number))


def _in_capitals(value: Any, *, but: str) -> Any:
    """As receivers want it, however another system wrote it; the payer's own number stands as the payer does."""
    if isinstance(value, str):
        return value if value == but else value.strip().upper()
    if isinstance(value, Mapping):
        return {name: _in_capitals(one, but=but) for name, one in value.items()}
    return [_in_capitals(one, but=but) for one in value] if isinstance(value, list) else value


def _lines(
    sent: Sequence[Content],
    before: Sequence[Content],
    built: Sequence[Content],
    places: Sequence[int | None],
) -> list[Content]:
    return [
        line if place is None else _merged(sent[place - 1], before[place - 1], line)
        for line, place in zip(built, places, strict=True)
    ]


def _merged(sent: Any, before: Any, built: Any) -> Any:
    """`sent`, with what differs between `before` and `built` as it is in `built`."""
    if before == built:
        return sent
    parts = (sent, before, built)
    if all(isinstance(one, Mapping) for one in parts):
        names = dict.fromkeys([*sent, *built])
        merged = {name: _merged(*(one.get(name) for one in parts)) for name in names}
        return {name: part for name, part in merged.items() if part is not None}
    if all(isinstance(one, list) or one is None for one in parts):
        return _merged_list(sent or [], before or [], built or []) or None
    return built


def _merged_list(sent: list[Any], before: list[Any], built: list[Any]) -> list[Any]:
    """Kind by kind, in the order they were sent in."""
    key = _key_of([*sent, *before, *built])
    if key is None:
        return built
    groups = [_grouped(one, key) for one in (sent, before, built)]
    return [
        entry
        for kind in _in_order(list(groups[0]), list(groups[2]))
        for entry in _merged_group(*(one.get(kind, []) for one in groups))
    ]


def _merged_group(sent: list[Any], before: list[Any], built: list[Any]) -> list[Any]:
    """Entries of one kind. The visit has a place for as many as `before` has; what was sent beyond them is kept."""
    if before == built:
        return sent
    surplus = sent[len(before) :]
    if len(sent) >= 1 and len(before) == len(built) == 1 and isinstance(sent[0], Mapping):
        return [_merged(sent[0], before[0], built[0]), *surplus]
    return [*built, *surplus]


def _key_of(entries: list[Any]) -> Callable[[Any], str] | None:
    """By what entries of such a list are told apart; None for plain words, whose order says everything."""
    if all(isinstance(one, list) and one for one in entries):
        return lambda one: str(one[0])
    for name in ("entity_code", "payer_identifier"):
        if all(isinstance(one, Mapping) and name in one for one in entries):
            return lambda one, name=name: str(one[name])  # type: ignore[misc]
    if all(isinstance(one, Mapping) and "coverage" in one for one in entries):
        return lambda one: str(one["coverage"].get("responsibility_code"))
    return None


def _grouped(entries: list[Any], key: Callable[[Any], str]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for one in entries:
        groups.setdefault(key(one), []).append(one)
    return groups


def _in_order(sent: list[str], built: list[str]) -> list[str]:
    """Kinds that are new stand after the one they were built after."""
    ordered = list(sent)
    for place, kind in enumerate(built):
        if kind not in ordered:
            earlier = built[place - 1] if place else None
            ordered.insert(ordered.index(earlier) + 1 if earlier else 0, kind)
    return ordered
