"""One page of a list by keyset: the rows behind a place, or before it, by one range of a composite index."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from tenancy.models import TenantModel

T = TypeVar("T", bound=TenantModel)
PAGE_SIZE = 50


@dataclass(frozen=True)
class Leaf(Generic[T]):
    """Some rows of a list, and whether there are others on either side."""

    rows: list[T]
    has_before: bool
    has_after: bool

    def edges(self, place: Callable[[T], str]) -> dict[str, str]:
        """Where the leaves `before` and `after` begin, as texts for an address; empty where there is none."""
        return {
            "before": place(self.rows[0]) if self.has_before else "",
            "after": place(self.rows[-1]) if self.has_after else "",
        }


def leaf(
    rows: QuerySet[T],
    by: Sequence[str],
    *,
    falling: bool = False,
    after: Sequence[Any] | None = None,
    before: Sequence[Any] | None = None,
    size: int | None = None,
) -> Leaf[T]:
    """The first rows in the order of these columns, or those next to the row in which they hold the values given."""
    size = size or PAGE_SIZE
    turned = before is not None and after is None
    place = before if turned else after
    found = list(ordered(rows, by, falling=falling != turned, after=place)[: size + 1])
    more, shown = len(found) > size, found[:size]
    if turned:
        shown.reverse()
    return Leaf(
        shown,
        has_before=bool(shown) and (more if turned else place is not None),
        has_after=bool(shown) and (turned or more),
    )


def ordered(
    rows: QuerySet[T], by: Sequence[str], *, falling: bool = False, after: Sequence[Any] | None = None
) -> QuerySet[T]:
    """The rows in the order of a sort, beginning behind the one in which its columns hold the values `after`."""
    if after is not None:
        rows = rows.filter(_is_beyond(rows.model, by, "<" if falling else ">", after))
    return rows.order_by(*(f"-{column}" if falling else column for column in by))


class RowComparison(Func):
    """`(a, b, c) > (x, y, z)` as one comparison."""

    output_field = BooleanField()
    conditional = True

    def __init__(self, columns: Sequence[Combinable], operator: str, values: Sequence[Combinable]) -> None:
        super().__init__(*columns, *values)
        self.width, self.operator = len(columns), operator

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts, parameters = [], []
        for source in self.get_source_expressions():
            sql, values = compiler.compile(source)
            parts.append(sql)
            parameters.extend(values)
        left, right = ", ".join(parts[: self.width]), ", ".join(parts[self.width :])
        return f"(({left}) {self.operator} ({right}))", parameters


def _is_beyond(
    model: type[TenantModel], by: Sequence[str], operator: str, values: Sequence[Any]
) -> RowComparison:
    fields: list[Any] = [model._meta.get_field(name) for name in by]
    typed = [
        Cast(Value(value), output_field=getattr(field, "output_field", field))
        for value, field in zip(values, fields, strict=True)
    ]
    return RowComparison([F(name) for name in by], operator, typed)
