from dataclasses import dataclass
from datetime import date
from typing import Any, Self
from uuid import UUID

from tenancy.models import TenantQuerySet
from tenancy.scope import Scope
from workbench.choices import Stage


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

    def overdue(self, on: date) -> Self:
        return self.filter(due_on__lt=on)
