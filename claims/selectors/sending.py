"""Claims that are ready to leave, and what is known of those that left."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Case, Count, Exists, F, OuterRef, Q, Sum, Value, When
from django.utils.timezone import localdate

from claims.choices import AckKind
from claims.models import Claim, ClaimAcknowledgement, ClaimVersion, Submission
from claims.querysets import ClaimQuerySet
from claims.rules.states import REJECTED, State
from clearinghouse.choices import InterchangeState, Transaction
from clearinghouse.models import Interchange, InterchangeSet, TradingPartner
from clearinghouse.selectors import Way, partners_taking, ways_to
from patients.choices import BillingState
from reference.models import Payer
from tenancy.scope import Scope
from workbench.models import WorkItem

Group = tuple[UUID, UUID | None, str]
"""Payer, who bills, and transaction: claims of one group go the same way."""


def transaction_of(kind: str) -> str:
    return Transaction[kind].value


def group_of(claim: Claim) -> Group:
    return claim.payer_id, claim.billing_provider_id, transaction_of(claim.kind)


def _ready(claim_ids: Collection[UUID] | None) -> ClaimQuerySet:
    """A claim whose visit has changed since waits until it says what the visit says."""
    ready: ClaimQuerySet = Claim.objects.filter(submission_state=State.READY)
    ready = ready.exclude(encounter__billing_state=BillingState.CHANGED)
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
    return _ready(claim_ids).filter(reduce(or_, wanted)).select_related("encounter").order_by("id")


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


def set_position(of_set: InterchangeSet) -> int | None:
    """The segment of its ST in the file."""
    return Submission.objects.filter(set=of_set).values_list("set_position", flat=True).first()


def newest_submission(claim: Claim) -> Submission | None:
    return (
        Submission.objects.select_related("interchange", "set", "version")
        .defer("version__snapshot")
        .filter(claim=claim)
        .order_by("-made_at", "-id")
        .first()
    )


MOST_SHOWN = 200
OF_A_CLAIM = (AckKind.CLAIM, AckKind.ANSWER)


def claims_of_interchange(scope: Scope, interchange: Interchange) -> tuple[list[Submission], int]:
    """The first claims of an interchange that the scope may see, those not taken in before the others; and how many."""
    visible = Claim.objects.visible_to(scope).values("id")
    rows = Submission.objects.filter(interchange=interchange, claim__in=visible)
    shown = (
        rows.select_related("claim__patient", "claim__payer", "version", "set")
        .defer("version__snapshot")
        .alias(is_taken_in=Case(When(claim__submission_state__in=REJECTED, then=Value(0)), default=Value(1)))
        .order_by("is_taken_in", "position")
    )
    return list(shown[:MOST_SHOWN]), rows.count()


def last_words(submissions: Collection[Submission]) -> dict[UUID, ClaimAcknowledgement]:
    """By version: the last that clearinghouse or payer said of the claim itself."""
    rows = ClaimAcknowledgement.objects.filter(
        version__in={one.version_id for one in submissions}, kind__in=OF_A_CLAIM
    )
    latest = rows.order_by("version", "-received_at", "-segment", "-id").distinct("version")
    return {one.version_id: one for one in latest}


def count_unspoken(scope: Scope, interchange: Interchange) -> int:
    """Claims of an interchange of which neither clearinghouse nor payer has said a word, by 277CA or 277."""
    spoken = ClaimAcknowledgement.objects.filter(version=OuterRef("version"), kind__in=OF_A_CLAIM)
    visible = Claim.objects.visible_to(scope).values("id")
    return Submission.objects.filter(~Exists(spoken), interchange=interchange, claim__in=visible).count()


@dataclass(frozen=True, slots=True)
class Sending:
    """The first time a claim left: the version, and the day its file says or its partner had it."""

    version_id: UUID
    on: date


def first_sendings(claim_ids: Collection[UUID]) -> dict[UUID, Sending]:
    """By claim, as far as anything of it was sent, by us or by another system before it was imported."""
    imported = ClaimVersion.objects.filter(claim__in=claim_ids, submitted_on__isnull=False)
    found = [
        (claim_id, Sending(version_id, on))
        for claim_id, version_id, on in imported.values_list("claim_id", "id", "submitted_on")
    ]
    ours = Submission.objects.filter(claim__in=claim_ids, interchange__sent_at__isnull=False)
    found += [
        (claim_id, Sending(version_id, localdate(at)))
        for claim_id, version_id, at in ours.values_list("claim_id", "version_id", "interchange__sent_at")
    ]
    first: dict[UUID, Sending] = {}
    for claim_id, sending in sorted(found, key=lambda one: (one[1].on, str(one[1].version_id))):
        first.setdefault(claim_id, sending)
    return first
