"""What is looked for between us and payers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, F, Max, OuterRef, Subquery, Sum
from django.utils.timezone import localdate

from audit.models import DomainEvent
from claims.choices import AckSender, AckStatus, SilenceStage, TicketReason
from claims.models import Claim, ClaimAcknowledgement, Submission
from claims.rules.states import MOVES, Evidence, State
from clearinghouse.choices import InterchangeState
from clearinghouse.models import Interchange
from tenancy.scope import Scope
from workbench.models import WorkItem
from workbench.selectors import items_in

KIND = "NO_RESPONSE"
TEAMS = {SilenceStage.BILLING: "billing", SilenceStage.SUPPORT: "support"}
REMITTANCE_WITHIN = timedelta(days=7)
"""After a payer says that it has decided."""
EDITED_WITHIN = timedelta(hours=1)
MISSING_REMITTANCE = (TicketReason.NO_REMITTANCE, TicketReason.DECIDED)


def side_of(item: WorkItem) -> SilenceStage:
    """Whose turn it is."""
    code = item.queue.code if item.queue else ""
    return SilenceStage.SUPPORT if code == TEAMS[SilenceStage.SUPPORT] else SilenceStage.BILLING


def accepted_by_payer(claim_ids: Iterable[UUID]) -> set[UUID]:
    """Claims of which the payer has said that it holds them."""
    said = ClaimAcknowledgement.objects.filter(
        claim__in=list(claim_ids),
        sender=AckSender.PAYER,
        status__in=(
            AckStatus.ACCEPTED, AckStatus.ACCEPTED_WITH_ERRORS, AckStatus.UNDER_REVIEW, AckStatus.DECIDED,
        ),
        version__number=F("claim__current_version"),
    )  # fmt: skip
    return set(said.values_list("claim_id", flat=True))


def is_lost(claim: Claim) -> bool:
    """Nobody answers for it, and nothing says that the payer ever held it."""
    return claim.submission_state == State.STUCK and not accepted_by_payer([claim.id])


def decided_without_remittance(*, at: datetime) -> list[tuple[Claim, date]]:
    """Claims whose payer said some days ago that it has decided, of which no remittance came and nobody was told."""
    said = ClaimAcknowledgement.objects.filter(
        claim=OuterRef("id"),
        status=AckStatus.DECIDED,
        version__number=OuterRef("current_version"),
        received_at__lte=at - REMITTANCE_WITHIN,
    )
    told = WorkItem.objects.filter(
        kind=KIND,
        category=TicketReason.DECIDED,
        subject_id=OuterRef("id"),
        opened_at__gte=OuterRef("decided_at"),
    )
    rows = (
        Claim.objects.filter(submission_state__in=list(MOVES[Evidence.NO_ANSWER]))
        .annotate(decided_at=Subquery(said.order_by("received_at").values("received_at")[:1]))
        .filter(decided_at__isnull=False)
        .exclude(Exists(told))
        .order_by("id")
    )
    return [(one, localdate(one.decided_at)) for one in rows]


def drafts_unedited(*, at: datetime) -> list[tuple[Claim, date]]:
    """Versions whose edits should have run by now."""
    last = (
        DomainEvent.objects.filter(subject_id=OuterRef("id"))
        .order_by()
        .values("subject_id")
        .annotate(last=Max("recorded_at"))
        .values("last")
    )
    rows = (
        Claim.objects.filter(submission_state=State.DRAFT)
        .annotate(last_at=Subquery(last))
        .filter(last_at__lte=at - EDITED_WITHIN)
        .order_by("id")
    )
    return [(one, localdate(one.last_at)) for one in rows]


@dataclass(frozen=True, slots=True)
class Unsent:
    interchange: Interchange
    count: int
    cents: int


def unsent_by_interchange(interchanges: Iterable[Interchange]) -> list[Unsent]:
    """Of interchanges that could not be brought: the claims that wait for it."""
    failed = {one.id: one for one in interchanges if one.state == InterchangeState.FAILED}
    rows = (
        Submission.objects.filter(
            interchange__in=failed,
            claim__submission_state=State.SEND_FAILED,
            version__number=F("claim__current_version"),
        )
        .order_by()
        .values("interchange")
        .annotate(count=Count("claim", distinct=True), cents=Sum("version__total_cents"))
    )
    return [Unsent(failed[one["interchange"]], one["count"], one["cents"]) for one in rows]


def missing_remittances(scope: Scope) -> tuple[int, int]:
    """How many claims wait for a remittance that should have come, and for how much."""
    rows = items_in(scope).of_kind(KIND).filter(stage="TO_WORK", category__in=MISSING_REMITTANCE)
    found = rows.aggregate(count=Count("id"), cents=Sum("amount_cents"))
    return found["count"], found["cents"] or 0
