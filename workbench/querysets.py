from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from django.db.models import BooleanField, F, Func, Value
from django.db.models.expressions import Combinable
from django.db.models.functions import Cast

from tenancy.models import TenantQuerySet
from tenancy.scope import Scope
from workbench.choices import Stage


class RowComparison(Func):
    """`(a, b, c) > (x, y, z)` as one comparison, which PostgreSQL turns into one range of a composite
    index.
    """

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


@dataclass(frozen=True)
class Narrowing:
    """The locations and payers a grant allows; None means all."""

    locations: frozenset[UUID] | None = None
    payers: frozenset[UUID] | None = None


def narrowing_of(scope: Scope) -> Narrowing:
    return Narrowing(locations=scope.location_ids, payers=scope.payer_ids)


class WorkItemQuerySet(TenantQuerySet[Any]):
    def of_kind(self, kind: str) -> Self:
        return self.filter(kind=kind)

    def open(self) -> Self:
        return self.filter(is_open=True)

    def to_work(self) -> Self:
        return self.filter(stage=Stage.TO_WORK)

    def within(self, narrowing: Narrowing) -> Self:
        """Narrow by the locations and payers of a grant; the practice is the manager's affair. What belongs to no
        location (an unmatched payment, a file) is for those who see them all."""
        narrowed = self
        if narrowing.locations is not None:
            narrowed = narrowed.filter(location_id__in=narrowing.locations)
        if narrowing.payers is not None:
            narrowed = narrowed.filter(payer_id__in=narrowing.payers)
        return narrowed

    def beyond(self, columns: Sequence[str], values: Sequence[Any], *, forward: bool) -> Self:
        """The rows behind (or before) the one whose sort columns hold these values."""
        fields = [self.model._meta.get_field(name) for name in columns]
        typed = [
            Cast(Value(value), output_field=_plain(field))
            for value, field in zip(values, fields, strict=True)
        ]
        operator = ">" if forward else "<"
        return self.filter(RowComparison([F(name) for name in columns], operator, typed))

    def overdue(self, on: date) -> Self:
        return self.filter(due_on__lt=on)


def _plain(field: Any) -> Any:
    return getattr(field, "output_field", field)
