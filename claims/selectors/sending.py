"""Claims that are ready to leave, and what is known of those that left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, Sum

from claims.models import Claim, ClaimVersion, Submission
from claims.querysets import ClaimQuerySet
from claims.rules.states import State
from clearinghouse.choices import InterchangeState, Transaction
from clearinghouse.models import TradingPartner
from clearinghouse.selectors import Way, partners_taking, ways_to
from reference.models import Payer
from workbench.models import WorkItem

Group = tuple[UUID, UUID | None, str]
"""Payer, who bills, and transaction: claims of one group go the same way."""


def transaction_of(kind: str) -> str:
    return Transaction[kind].value


def group_of(claim: Claim) -> Group:
    return claim.payer_id, claim.billing_provider_id, transaction_of(claim.kind)


def _ready(claim_ids: Collection[UUID] | None) -> ClaimQuerySet:
    ready: ClaimQuerySet = Claim.objects.filter(submission_state=State.READY)
    return ready if claim_ids is None else ready.filter(id__in=claim_ids)


def ready_groups(claim_ids: Collection[UUID] | None = None) -> list[Group]:
    rows = _ready(claim_ids).order_by().values_list("payer_id", "billing_provider_id", "kind").distinct()
    return [(payer, provider, transaction_of(kind)) for payer, provider, kind in rows]


@dataclass(frozen=True, slots=True)
class Waiting:
    """Ready claims of one payer that go the same way, and when."""

    payer: Payer
    kind: str
    way: Way
    partner: TradingPartner | None
    is_open_now: bool
    count: int
    cents: int


def waiting_to_leave(*, at: datetime) -> list[Waiting]:
    rows = list(
        _ready(None)
        .order_by()
        .values_list("payer_id", "billing_provider_id", "kind")
        .annotate(count=Count("id"), cents=Sum("total_cents"))
    )
    groups = [(payer, provider, transaction_of(kind)) for payer, provider, kind, _, _ in rows]
    ways = ways_to(groups)
    partners = TradingPartner.objects.in_bulk({way.partner_id for way in ways.values() if way.partner_id})
    taking = partners_taking(partners.keys(), at=at)
    payers = Payer.objects.in_bulk({payer for payer, _, _ in groups})
    found = [
        Waiting(
            payers[row[0]],
            group[2],
            ways[group],
            partners.get(ways[group].partner_id),
            ways[group].partner_id in taking,
            row[3],
            row[4],
        )
        for row, group in zip(rows, groups, strict=True)
    ]
    return sorted(found, key=lambda one: (one.payer.name, one.kind, one.way.obstacle))


def claims_ready(groups: Collection[Group], claim_ids: Collection[UUID] | None = None) -> ClaimQuerySet:
    """Ready claims of these groups, the oldest first."""
    if not groups:
        return Claim.objects.none()
    wanted = [
        Q(payer=payer, billing_provider=provider, kind=Transaction(transaction).name)
        for payer, provider, transaction in groups
    ]
    return _ready(claim_ids).filter(reduce(or_, wanted)).order_by("id")


def without_item(claims: ClaimQuerySet, kind: str) -> ClaimQuerySet:
    items = WorkItem.objects.filter(kind=kind, subject_id=OuterRef("id"), is_open=True)
    return claims.filter(~Exists(items))


def current_versions(claims: Collection[Claim]) -> dict[UUID, ClaimVersion]:
    """By claim: the version that counts."""
    rows = ClaimVersion.objects.filter(claim__in=claims, number=F("claim__current_version"))
    return {version.claim_id: version for version in rows}


def deliveries_untaken(state: str, claims_in: Collection[State]) -> list[Submission]:
    """Claims in these states whose present version lies in an interchange of that state."""
    return list(
        Submission.objects.select_related("interchange")
        .filter(
            claim__submission_state__in=claims_in,
            version__number=F("claim__current_version"),
            interchange__state=InterchangeState(state),
        )
        .order_by("claim", "-made_at", "-id")
        .distinct("claim")
    )
