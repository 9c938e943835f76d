"""Who may see which remittance and payment. `remittance_for` and `payment_for` are the doors from an id."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from remittances.models import RemitClaim, Remittance, TransactionResult
from tenancy.access import NotFound
from tenancy.scope import Scope


def remittances_visible_to(scope: Scope) -> QuerySet[Remittance]:
    """A remittance pays claims of every location, so a right to some of them sees the payments alone."""
    rows = Remittance.objects.all()
    if scope.location_ids is not None:
        return rows.none()
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows


def search_remittances(scope: Scope, words: str, limit: int = 10) -> list[Remittance]:
    """For the search box: by the beginning of the trace number (a range: the form row security leaves an index)."""
    trace = words.strip().upper()
    rows = remittances_visible_to(scope).select_related("payer")
    found = (
        rows.filter(trace_number__gte=trace, trace_number__lt=f"{trace}\U0010ffff") if trace else rows.none()
    )
    return list(found.order_by("trace_number", "id")[:limit])


def remittance_for(scope: Scope, remittance_id: UUID) -> Remittance:
    found = (
        remittances_visible_to(scope)
        .select_related("file", "payer", "posted_by")
        .filter(id=remittance_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def payments_visible_to(scope: Scope) -> QuerySet[RemitClaim]:
    rows = RemitClaim.objects.all()
    if scope.payer_ids is not None:
        rows = rows.filter(remittance__payer_id__in=scope.payer_ids)
    if scope.location_ids is not None:
        rows = rows.filter(claim__location_id__in=scope.location_ids)
    return rows


def payment_for(scope: Scope, remit_claim_id: UUID) -> RemitClaim:
    found = (
        payments_visible_to(scope)
        .select_related("remittance", "claim", "claim__patient", "remittance__payer")
        .filter(id=remit_claim_id)
        .first()
    )
    if found is None:
        raise NotFound
    return found


def patients_paid_in(file_id: UUID, first: int, last: int) -> list[UUID]:
    """The patients of the payments that stand in segments `first` to `last` of a file."""
    rows = RemitClaim.objects.filter(
        remittance__file_id=file_id, first_segment__lte=last, last_segment__gte=first, claim__isnull=False
    )
    return list(rows.values_list("claim__patient_id", flat=True))


def results_of_file(file_id: UUID) -> QuerySet[TransactionResult]:
    return TransactionResult.objects.filter(file_id=file_id).select_related("remittance").order_by("ordinal")
