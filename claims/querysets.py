from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db.models import Q

from claims.choices import AdjudicationState, Responsibility
from tenancy.models import TenantQuerySet

if TYPE_CHECKING:
    from tenancy.scope import Scope


LAST_CHARACTER = "\U0010ffff"


def prefix(column: str, text: str) -> Q:
    """A prefix as a range: the form whose index row security leaves usable."""
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})


class ClaimQuerySet(TenantQuerySet[Any]):
    def visible_to(self, scope: Scope) -> ClaimQuerySet:
        """A grant narrowed to locations or payers sees only theirs."""
        return self.within(scope.location_ids, scope.payer_ids)

    def within(self, locations: Collection[UUID] | None, payers: Collection[UUID] | None) -> ClaimQuerySet:
        narrowed = self
        if locations is not None:
            narrowed = narrowed.filter(location_id__in=locations)
        if payers is not None:
            narrowed = narrowed.filter(payer_id__in=payers)
        return narrowed

    def settled_unclosed(self) -> ClaimQuerySet:
        """Decided, with nothing open at payers or patient, and not closed yet."""
        return self.filter(responsibility=Responsibility.NONE, closed_on__isnull=True).exclude(
            adjudication_state=AdjudicationState.NONE
        )

    def for_list(self) -> ClaimQuerySet:
        return self.select_related("patient", "payer", "rendering_provider")

    def for_page(self) -> ClaimQuerySet:
        return self.select_related(
            "patient", "payer", "coverage", "encounter", "location", "rendering_provider", "billing_provider"
        )

    def for_export(self) -> ClaimQuerySet:
        return self.select_related("patient", "payer", "coverage", "rendering_provider")
