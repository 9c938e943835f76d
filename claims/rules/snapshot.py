"""A claim as canonical JSON: the same claim gives the same bytes, from whatever file and at whatever place in it, and
the JSON gives the claim again. What stands on file is what is written to the payer.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import Any, cast, get_args, get_origin, get_type_hints

import msgspec

from x12 import (
    Adjustment,
    AmountValue,
    Contact,
    DateValue,
    HealthCode,
    Note,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
    SubmittedClaim,
)

Content = dict[str, Any]

# Where a value stood in its file, which is not what it says.
_PLACES = frozenset({"position", "segment", "element", "ordinal"})
# Small values, told as lists in the order of their fields: ["472", "20260301"].
_SHORT = (
    Adjustment,
    AmountValue,
    Contact,
    DateValue,
    HealthCode,
    Note,
    Procedure,
    QuantityValue,
    RawSegment,
    Reference,
)
_NOTHING: tuple[Any, ...] = ("", None, [], {})


def canonical_json(snapshot: Content) -> str:
    return json.dumps(snapshot, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(snapshot: Content) -> str:
    return hashlib.sha256(canonical_json(snapshot).encode()).hexdigest()


def snapshot_of(claim: SubmittedClaim) -> Content:
    """What the claim says, without envelope, ordinals and positions."""
    return cast("Content", _told(claim))


def claim_of(snapshot: Content) -> SubmittedClaim:
    """The claim that `snapshot_of` told, ready to be written; every position is zero."""
    return cast("SubmittedClaim", _value(SubmittedClaim, snapshot))


def money(amount: Decimal) -> str:
    return f"{amount:.2f}"


# -- telling ---------------------------------------------------------------------------------------------------


def _told(value: Any, name: str = "") -> Any:
    if isinstance(value, str) or value is None:
        return value
    if isinstance(value, tuple):
        return [_told(one) for one in value]
    if isinstance(value, msgspec.Struct):
        return _told_struct(value)
    if isinstance(value, Decimal):
        return _told_decimal(name, value)
    return value.isoformat() if isinstance(value, datetime.date) else value


def _told_struct(value: msgspec.Struct) -> Any:
    parts = {name: _told(getattr(value, name), name) for name in _fields(type(value))}
    if isinstance(value, _SHORT):
        return _trimmed(list(parts.values()))
    return {name: part for name, part in parts.items() if part not in _NOTHING}


def _told_decimal(name: str, value: Decimal) -> str:
    """Money with its cents, counts without needless zeros: 2 and 2.0 are the same units."""
    return money(value) if name.endswith("amount") else f"{value.normalize():f}"


def _trimmed(parts: list[Any]) -> list[Any]:
    while parts and parts[-1] in _NOTHING:
        parts.pop()
    return parts


# -- reading back ----------------------------------------------------------------------------------------------


def _value(kind: Any, told: Any) -> Any:
    """A value of this kind from what was told of it; None tells nothing."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return _struct(kind, told if told is not None else {})
    if get_origin(kind) is tuple:
        return _tuple(get_args(kind), told or [])
    if type(None) in get_args(kind):
        inner = next(one for one in get_args(kind) if one is not type(None))
        return None if told is None else _value(inner, told)
    if kind is Decimal:
        return Decimal(told or 0)
    if kind is datetime.date:
        return datetime.date.fromisoformat(told)
    return kind() if told is None else told


def _struct(kind: type[msgspec.Struct], told: Mapping[str, Any] | list[Any]) -> msgspec.Struct:
    if isinstance(told, list):
        told = dict(zip(_fields(kind), told, strict=False))
    hints = _hints(kind)
    required = {field.name for field in msgspec.structs.fields(kind) if field.required}
    values = {name: _value(hints[name], told.get(name)) for name in hints if name in told or name in required}
    return kind(**values)


def _tuple(kinds: tuple[Any, ...], told: list[Any]) -> tuple[Any, ...]:
    if kinds[-1] is Ellipsis:
        return tuple(_value(kinds[0], one) for one in told)
    return tuple(_value(kind, one) for kind, one in zip(kinds, told, strict=True))


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields that say something, in order."""
    return tuple(field.name for field in msgspec.structs.fields(kind) if field.name not in _PLACES)


@cache
def _hints(kind: type[msgspec.Struct]) -> dict[str, Any]:
    return {name: hint for name, hint in get_type_hints(kind).items() if name in kind.__struct_fields__}
