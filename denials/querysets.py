from typing import Any, Self

from denials.choices import OPEN_STATES
from tenancy.models import TenantQuerySet
from tenancy.scope import Scope


class DenialQuerySet(TenantQuerySet[Any]):
    def open(self) -> Self:
        return self.filter(state__in=OPEN_STATES)

    def within(self, scope: Scope) -> Self:
        """Narrow by the locations and payers of the person's grant; the practice is the manager's affair."""
        narrowed = self
        if scope.location_ids is not None:
            narrowed = narrowed.filter(location_id__in=scope.location_ids)
        if scope.payer_ids is not None:
            narrowed = narrowed.filter(payer_id__in=scope.payer_ids)
        return narrowed

    def for_queue(self) -> Self:
        return self.select_related("patient", "claim")
