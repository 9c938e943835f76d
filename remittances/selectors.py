"""Reading remittances. `remittance_for` and `payment_for` are the doors from an id."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from remittances.models import AdjudicationFact, PayerReceivable, RemitClaim, Remittance, TransactionResult
from tenancy.access import NotFound
from tenancy.scope import Scope


def remittances_visible_to(scope: Scope) -> QuerySet[Remittance]:
    rows = Remittance.objects.all()
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows


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


def payments_of(claim_id: UUID) -> QuerySet[RemitClaim]:
    """What payers decided about a claim, oldest first."""
    return (
        RemitClaim.objects.filter(claim_id=claim_id)
        .select_related("remittance", "remittance__payer")
        .prefetch_related("lines", "adjustments")
        .order_by("remittance__payment_on", "id")
    )


def unmatched_payments(scope: Scope) -> QuerySet[RemitClaim]:
    """Payments without a claim. A person restricted to locations sees none: nobody knows where they belong."""
    return (
        payments_visible_to(scope)
        .filter(claim__isnull=True)
        .select_related("remittance", "remittance__payer")
        .order_by("-id")
    )


def results_of_file(file_id: UUID) -> QuerySet[TransactionResult]:
    return TransactionResult.objects.filter(file_id=file_id).select_related("remittance").order_by("ordinal")


def receivables(scope: Scope) -> QuerySet[PayerReceivable]:
    rows = PayerReceivable.objects.select_related("payer")
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows


def untaken_facts(limit: int = 500) -> list[AdjudicationFact]:
    """Facts the denials app has not taken, oldest first."""
    return list(AdjudicationFact.objects.filter(taken_at__isnull=True).order_by("id")[:limit])
