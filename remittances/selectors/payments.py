"""What a remittance holds, payment by payment, and what it moved in the books."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet, Sum

from ledger.choices import Account
from ledger.models import JournalEntry, Posting
from remittances.choices import Booking
from remittances.models import MatchCandidate, ProviderAdjustment, RemitAdjustment, RemitClaim, Remittance
from workbench.keysets import PAGE_SIZE


def payments_of(claim_id: UUID) -> QuerySet[RemitClaim]:
    """What payers decided about a claim, oldest first."""
    return (
        RemitClaim.objects.filter(claim_id=claim_id)
        .select_related("remittance", "remittance__payer")
        .prefetch_related("lines", "adjustments")
        .order_by("remittance__payment_on", "id")
    )


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
    page = list(rows[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], page[PAGE_SIZE - 1].ordinal if len(page) > PAGE_SIZE else None


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
