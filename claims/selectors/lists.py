"""The list of claims: filters, one page after another by the last row seen."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from claims.models import Claim, ClaimLine
from claims.querysets import ClaimQuerySet, prefix
from claims.rules.numbers import number_key
from claims.selectors.finding import claims_visible_to
from ledger.selectors import Balance, claim_balances
from tenancy.scope import Scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class ClaimFilters:
    """What may stand in an address: numbers, ids, states and days, never a name."""

    number: str = ""
    patient: UUID | None = None
    payer: UUID | None = None
    adjudication: str = ""
    submission: str = ""
    responsibility: str = ""
    from_on: date | None = None
    to_on: date | None = None

    @property
    def is_any(self) -> bool:
        return self != ClaimFilters()


@dataclass(frozen=True, slots=True)
class ClaimRow:
    claim: Claim
    owed_cents: int = 0
    paid_cents: int = 0


@dataclass(frozen=True, slots=True)
class ClaimPage:
    rows: list[ClaimRow]
    after: str = ""


def claim_page(scope: Scope, filters: ClaimFilters, *, after: str = "") -> ClaimPage:
    """Newest service first."""
    claims = filtered(claims_visible_to(scope).for_list(), filters)
    if place := _place(after):
        claims = claims.after(service_from_on=place[0], claim_id=place[1])
    found = list(claims.order_by("-service_from_on", "-id")[: PAGE_SIZE + 1])
    shown = found[:PAGE_SIZE]
    balances = claim_balances(charges_of_claims(claim.id for claim in shown))
    rows = [_row(claim, balances[claim.id]) if claim.id in balances else ClaimRow(claim) for claim in shown]
    return ClaimPage(rows, _cursor(shown[-1]) if len(found) > PAGE_SIZE else "")


def charges_of_claims(claim_ids: Iterable[UUID]) -> dict[UUID, list[UUID]]:
    """The charges of every version: what a replacement took out may still have money on it."""
    charges: dict[UUID, list[UUID]] = defaultdict(list)
    lines = (
        ClaimLine.objects.filter(claim_id__in=list(claim_ids)).values_list("claim_id", "charge_id").distinct()
    )
    for claim_id, charge_id in lines:
        charges[claim_id].append(charge_id)
    return charges


def _row(claim: Claim, balance: Balance) -> ClaimRow:
    return ClaimRow(claim, owed_cents=balance.outstanding_cents, paid_cents=balance.paid_cents)


def _cursor(claim: Claim) -> str:
    return f"{claim.service_from_on.isoformat()}_{claim.id}"


def _place(cursor: str) -> tuple[date, UUID] | None:
    """A place that cannot be read is the beginning."""
    day, _, claim_id = cursor.partition("_")
    try:
        return date.fromisoformat(day), UUID(claim_id)
    except ValueError:
        return None


def filtered(claims: ClaimQuerySet, filters: ClaimFilters) -> ClaimQuerySet:
    exact = {
        "patient_id": filters.patient,
        "payer_id": filters.payer,
        "adjudication_state": filters.adjudication,
        "submission_state": filters.submission,
        "responsibility": filters.responsibility,
        "service_from_on__gte": filters.from_on,
        "service_from_on__lte": filters.to_on,
    }
    claims = claims.filter(**{column: value for column, value in exact.items() if value})
    if filters.number:
        key = number_key(filters.number)
        claims = claims.filter(
            prefix("control_number_key", key) | prefix("payer_control_number", filters.number)
        )
    return claims
