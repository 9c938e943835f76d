"""The list of claims: filters, keyset pages in both directions, what an export needs."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Sum
from django.http import QueryDict

from claims.choices import AdjudicationState, Responsibility, SubmissionState
from claims.models import Claim, ClaimLine
from claims.querysets import ClaimQuerySet, prefix
from claims.rules.numbers import number_key
from claims.selectors.finding import claims_visible_to
from claims.selectors.places import read_place, write_place
from ledger.selectors import Balance, claim_balances
from patients.selectors import visits_not_to_tell
from tenancy.scope import Scope
from workbench.criteria import Reader
from workbench.keysets import leaf
from workbench.records import RecordPage

NEWEST, OLDEST = "-service", "service"
LISTS = ("payer", "adjudication", "submission", "responsibility")


@dataclass(frozen=True, slots=True)
class ClaimFilters:
    """What may stand in an address: numbers, ids, states and days, never a name."""

    number: str = ""
    patient: UUID | None = None
    payer: tuple[UUID, ...] = ()
    adjudication: tuple[str, ...] = ()
    submission: tuple[str, ...] = ()
    responsibility: tuple[str, ...] = ()
    from_on: date | None = None
    to_on: date | None = None
    sort: str = NEWEST
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort=NEWEST) != ClaimFilters()

    @property
    def is_falling(self) -> bool:
        return self.sort == NEWEST

    def without(self, name: str) -> ClaimFilters:
        unset: dict[str, Any] = {name: ()}
        return replace(self, **unset)

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name in LISTS for value in getattr(self, name)]
        for name in ("number", "patient", "from_on", "to_on"):
            value = getattr(self, name)
            if value:
                pairs.append((name, str(value)))
        return pairs if self.is_falling else [*pairs, ("sort", self.sort)]

    def query(self) -> str:
        return urlencode(self.pairs())


def read_claim_filters(query: QueryDict) -> ClaimFilters:
    reader = Reader(query)
    asked = ClaimFilters(
        number=reader.text("number")[:50],
        patient=next(iter(reader.ids("patient")), None),
        payer=reader.ids("payer"),
        adjudication=reader.texts("adjudication", allowed=AdjudicationState.values),
        submission=reader.texts("submission", allowed=SubmissionState.values),
        responsibility=reader.texts("responsibility", allowed=Responsibility.values),
        from_on=reader.day("from_on"),
        to_on=reader.day("to_on"),
        sort=reader.one_of("sort", (NEWEST, OLDEST), NEWEST),
    )
    return replace(asked, problems=reader.problems)


@dataclass(frozen=True, slots=True)
class ClaimRow:
    claim: Claim
    insurance_cents: int = 0
    patient_cents: int = 0
    paid_cents: int = 0

    @property
    def owed_cents(self) -> int:
        return self.insurance_cents + self.patient_cents


def claims_matching(scope: Scope, filters: ClaimFilters) -> ClaimQuerySet:
    return filtered(claims_visible_to(scope), filters)


def claim_page(scope: Scope, filters: ClaimFilters, after: str = "", before: str = "") -> RecordPage:
    """One keyset page by day of service."""
    found = leaf(
        claims_matching(scope, filters).for_list(),
        ("service_from_on", "id"),
        falling=filters.is_falling,
        after=read_place(after),
        before=read_place(before),
    )
    return RecordPage(with_balances(found.rows), **found.edges(_cursor))


def claim_totals(scope: Scope, filters: ClaimFilters) -> tuple[int, int]:
    found = claims_matching(scope, filters).aggregate(count=Count("*"), cents=Sum("total_cents"))
    return found["count"], found["cents"] or 0


def claims_to_export(
    filters: ClaimFilters, locations: frozenset[UUID] | None, payers: frozenset[UUID] | None
) -> ClaimQuerySet:
    """In the list's order, within the locations and payers of the grant the export was ordered under.

    What 42 CFR Part 2 protects stays here until a consent releases it.
    """
    claims = filtered(Claim.objects.within(locations, payers), filters).for_export()
    claims = claims.exclude(encounter__in=visits_not_to_tell().values("id"))
    sign = "-" if filters.is_falling else ""
    ordered: ClaimQuerySet = claims.order_by(f"{sign}service_from_on", f"{sign}id")
    return ordered


def with_balances(claims: Iterable[Claim]) -> list[ClaimRow]:
    """The rows of these claims with what the books say, in two queries."""
    shown = list(claims)
    balances = claim_balances(charges_of_claims(claim.id for claim in shown))
    return [_row(claim, balances[claim.id]) if claim.id in balances else ClaimRow(claim) for claim in shown]


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
    return ClaimRow(
        claim,
        insurance_cents=balance.insurance_cents,
        patient_cents=balance.patient_cents,
        paid_cents=balance.paid_cents,
    )


def _cursor(claim: Claim) -> str:
    return write_place(claim.service_from_on, claim.id)


def filtered(claims: ClaimQuerySet, filters: ClaimFilters) -> ClaimQuerySet:
    exact = {
        "patient_id": filters.patient,
        "payer_id__in": filters.payer,
        "adjudication_state__in": filters.adjudication,
        "submission_state__in": filters.submission,
        "responsibility__in": filters.responsibility,
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
