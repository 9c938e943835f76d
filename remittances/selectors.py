"""Reading remittances. `remittance_for` and `payment_for` are the doors from an id."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Count, Q, QuerySet, Sum

from claims.models import Claim
from claims.selectors import claims_visible_to
from ledger.choices import Account
from ledger.models import JournalEntry, Posting
from remittances.choices import Booking, RemittanceState
from remittances.models import (
    AdjudicationFact,
    MatchCandidate,
    PayerReceivable,
    ProviderAdjustment,
    ReceivableTie,
    RemitAdjustment,
    RemitClaim,
    Remittance,
    TransactionResult,
)
from remittances.rules.legs import FORWARD_REFERENCE
from tenancy.access import NotFound
from tenancy.scope import Scope


def remittances_visible_to(scope: Scope) -> QuerySet[Remittance]:
    rows = Remittance.objects.all()
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


def payments_of(claim_id: UUID) -> QuerySet[RemitClaim]:
    """What payers decided about a claim, oldest first."""
    return (
        RemitClaim.objects.filter(claim_id=claim_id)
        .select_related("remittance", "remittance__payer")
        .prefetch_related("lines", "adjustments")
        .order_by("remittance__payment_on", "id")
    )


def results_of_file(file_id: UUID) -> QuerySet[TransactionResult]:
    return TransactionResult.objects.filter(file_id=file_id).select_related("remittance").order_by("ordinal")


def receivables(scope: Scope) -> QuerySet[PayerReceivable]:
    rows = PayerReceivable.objects.select_related("payer")
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


def untaken_facts(limit: int = 500) -> list[AdjudicationFact]:
    """Facts the denials app has not taken, oldest first."""
    return list(AdjudicationFact.objects.filter(taken_at__isnull=True).order_by("id")[:limit])


# -- pages ----------------------------------------------------------------------------------------------------------

PAGE = 50


@dataclass(frozen=True, slots=True)
class StateTotal:
    state: str
    label: str
    count: int
    cents: int


def state_totals(scope: Scope) -> list[StateTotal]:
    """How many remittances and dollars stand in each state; all four, empty ones too."""
    rows = (
        remittances_visible_to(scope).values("state").annotate(count=Count("id"), cents=Sum("payment_cents"))
    )
    found = {row["state"]: (row["count"], row["cents"]) for row in rows}
    return [
        StateTotal(state.value, state.label, *found.get(state.value, (0, 0)))
        for state in RemittanceState
        if state != RemittanceState.READING
    ]


def remittance_page(
    scope: Scope, *, state: str = "", trace: str = "", payer_id: UUID | None = None, after: str = ""
) -> tuple[list[Remittance], str]:
    """The newest remittances and where the next page begins, empty at the end."""
    rows = remittances_visible_to(scope).select_related("payer").order_by("-received_at", "-id")
    if state:
        rows = rows.filter(state=state)
    if trace:
        rows = rows.filter(trace_number__gte=trace, trace_number__lt=trace + chr(1114111))
    if payer_id:
        rows = rows.filter(payer_id=payer_id)
    if cursor := _cursor(after):
        moment, last = cursor
        rows = rows.filter(Q(received_at__lt=moment) | Q(received_at=moment, id__lt=last))
    page = list(rows[: PAGE + 1])
    more = f"{page[PAGE - 1].received_at.isoformat()}_{page[PAGE - 1].id}" if len(page) > PAGE else ""
    return page[:PAGE], more


def _cursor(text: str) -> tuple[datetime, UUID] | None:
    moment, _, last = text.partition("_")
    try:
        return datetime.fromisoformat(moment), UUID(last)
    except ValueError:
        return None


def exceptions_in(remittance: Remittance, limit: int = 100) -> list[RemitClaim]:
    """Payments a person should look at first."""
    rows = _for_page(remittance).filter(
        Q(claim__isnull=True) | ~Q(issues=[]) | Q(booking__in=[Booking.HELD, Booking.UNAPPLIED])
    )
    return list(rows[:limit])


def others_in(remittance: Remittance, after: int = 0) -> tuple[list[RemitClaim], int | None]:
    """The other payments by their place in the file, and the place after which the next page begins."""
    rows = (
        _for_page(remittance)
        .filter(claim__isnull=False, issues=[], ordinal__gt=after)
        .exclude(booking__in=[Booking.HELD, Booking.UNAPPLIED])
    )
    page = list(rows[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].ordinal if len(page) > PAGE else None


def _for_page(remittance: Remittance) -> QuerySet[RemitClaim]:
    return (
        RemitClaim.objects.filter(remittance=remittance)
        .select_related("claim")
        .prefetch_related("lines", "lines__adjustments", "adjustments")
        .order_by("ordinal")
    )


def provider_adjustments_of(remittance: Remittance) -> list[ProviderAdjustment]:
    return list(ProviderAdjustment.objects.filter(remittance=remittance).order_by("ordinal"))


def entries_by_id(entry_ids: Iterable[UUID]) -> dict[UUID, JournalEntry]:
    rows = JournalEntry.objects.filter(id__in=list(entry_ids)).prefetch_related("postings")
    return {entry.id: entry for entry in rows}


@dataclass(frozen=True, slots=True)
class AccountTotal:
    label: str
    cents: int


def account_totals(remittance_id: UUID) -> list[AccountTotal]:
    """What a remittance has moved on each account, mirrors set against what they mirror."""
    rows = (
        Posting.objects.filter(entry__source_id=remittance_id)
        .values("account")
        .annotate(cents=Sum("amount_cents"))
        .exclude(cents=0)
    )
    found = {row["account"]: row["cents"] for row in rows}
    return [
        AccountTotal(account.label, found[account.value]) for account in Account if account.value in found
    ]


def claim_level_adjustments(payments: Sequence[RemitClaim]) -> dict[UUID, list[RemitAdjustment]]:
    """Adjustments of the claim as a whole, from what is prefetched."""
    return {
        payment.id: [one for one in payment.adjustments.all() if one.remit_line_id is None]
        for payment in payments
    }


def payments_with_candidates(payment_ids: Iterable[UUID]) -> dict[UUID, RemitClaim]:
    """For the rows of a page: payments with the claims they resemble, a constant number of queries."""
    rows = RemitClaim.objects.filter(id__in=list(payment_ids)).prefetch_related(
        "candidates", "candidates__claim"
    )
    return {payment.id: payment for payment in rows}


def candidates_of(payment: RemitClaim) -> list[MatchCandidate]:
    rows = payment.candidates.select_related("claim", "claim__patient", "claim__payer")
    return list(rows.order_by("-score", "id"))
