from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Q

from patients.rules.names import normalized, normalized_number
from tenancy.models import TenantQuerySet

if TYPE_CHECKING:
    from collections.abc import Iterable
    from uuid import UUID

LAST_CHARACTER = "\U0010ffff"


def prefix(column: str, text: str) -> Q:
    """A prefix as a range: the form whose index row security leaves usable."""
    return Q(**{f"{column}__gte": text, f"{column}__lt": text + LAST_CHARACTER})


class PatientQuerySet(TenantQuerySet[Any]):
    def search(self, text: str, *, also_ids: Iterable[UUID] = ()) -> PatientQuerySet:
        """By the beginning of "Last First" or of the record number; `also_ids` were found some other way."""
        found = Q(id__in=list(also_ids))
        if name := normalized(text):
            found |= prefix("search_name", name)
        if number := normalized_number(text):
            found |= prefix("mrn_normalized", number)
        return self.filter(found)
