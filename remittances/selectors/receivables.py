"""What stands between us and payers, and the claims it is tied to."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Q, QuerySet

from claims.models import Claim
from claims.selectors import claims_visible_to
from remittances.models import PayerReceivable, ProviderAdjustment, ReceivableTie
from remittances.rules.legs import FORWARD_REFERENCE
from remittances.selectors.finding import payments_visible_to
from tenancy.access import NotFound
from tenancy.scope import Scope


def receivables(scope: Scope) -> QuerySet[PayerReceivable]:
    rows = PayerReceivable.objects.select_related("payer")
    if scope.location_ids is not None:
        return rows.none()
    if scope.payer_ids is not None:
        rows = rows.filter(payer_id__in=scope.payer_ids)
    return rows


def receivable_for(scope: Scope, receivable_id: UUID) -> PayerReceivable:
    found = receivables(scope).filter(id=receivable_id).first()
    if found is None:
        raise NotFound
    return found


def movements_of(receivable: PayerReceivable) -> list[ProviderAdjustment]:
    """The provider adjustments in the books under a reference, oldest first."""
    rows = ProviderAdjustment.objects.filter(
        remittance__payer_id=receivable.payer_id, entry_id__isnull=False
    ).select_related("remittance")
    if receivable.reference == FORWARD_REFERENCE:
        rows = rows.filter(reason_code="FB")
    else:
        rows = rows.filter(reference=receivable.reference).exclude(reason_code__in=["FB", "L6"])
    return list(rows.order_by("remittance__payment_on", "id")[:200])


def ties_of_receivable(receivable: PayerReceivable) -> list[ReceivableTie]:
    rows = ReceivableTie.objects.filter(receivable=receivable).select_related("claim", "tied_by")
    return list(rows.order_by("-id")[:200])


def ties_of_claim(claim_id: UUID) -> list[ReceivableTie]:
    rows = ReceivableTie.objects.filter(claim_id=claim_id, undone_at=None)
    return list(rows.select_related("receivable", "receivable__payer").order_by("id"))


def claims_named_by(scope: Scope, reference: str, limit: int = 5) -> list[Claim]:
    """Claims that a payer's reference names: by its own number for the claim, or by ours."""
    if not reference or reference == FORWARD_REFERENCE:
        return []
    decided = payments_visible_to(scope).filter(payer_control_number=reference, claim__isnull=False)
    ids = set(decided.values_list("claim_id", flat=True)[:limit])
    named = Q(id__in=ids) | Q(payer_control_number=reference) | Q(patient_control_number=reference)
    rows = claims_visible_to(scope).filter(named).select_related("patient", "payer")
    return list(rows.order_by("id")[:limit])
