from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

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
        narrowed = self
        if scope.location_ids is not None:
            narrowed = narrowed.filter(location_id__in=scope.location_ids)
        if scope.payer_ids is not None:
            narrowed = narrowed.filter(payer_id__in=scope.payer_ids)
        return narrowed

    def for_list(self) -> ClaimQuerySet:
        return self.select_related("patient", "payer", "rendering_provider")

    def for_page(self) -> ClaimQuerySet:
        return self.select_related(
            "patient", "payer", "coverage", "encounter", "location", "rendering_provider", "billing_provider"
        )

    def after(self, *, service_from_on: object, claim_id: object) -> ClaimQuerySet:
        """Newest service first; the next rows after the one named."""
        return self.filter(
            Q(service_from_on__lt=service_from_on) | Q(service_from_on=service_from_on, id__lt=claim_id)
        )
