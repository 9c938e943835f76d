"""The mark that the denials app leaves on facts it has taken."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from remittances.models import AdjudicationFact


def mark_facts_taken(ids: Iterable[UUID], *, at: datetime) -> int:
    """Mark facts as taken; returns how many were still free."""
    return AdjudicationFact.objects.filter(id__in=list(ids), taken_at__isnull=True).update(taken_at=at)
