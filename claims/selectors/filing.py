"""Claims that no payer has taken in while the time to file them runs out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import reduce
from operator import or_
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from claims.choices import AckSender, AckStatus, AdjudicationState
from claims.models import Claim, ClaimAcknowledgement
from claims.querysets import ClaimQuerySet
from claims.rules.filing import WARNED, warning_at
from claims.rules.states import REJECTED, UNSENT, State
from reference import selectors as reference
from reference.choices import DeadlineKind
from reference.models import Payer
from reference.rules.deadlines import Deadline, DeadlineFacts, DeadlineRuleFacts, deadline

KIND = "FILING_LIMIT"
NOT_TAKEN_IN = (
    *UNSENT, State.BATCHED, State.SEND_FAILED, State.TRANSMITTED, State.ACKED_RECEIPT, *REJECTED, State.STUCK,
    State.CH_ACCEPTED,
)  # fmt: skip
LONGEST_STAY = timedelta(days=60)
PAYERS_AT_A_TIME = 50
ACCEPTANCE = (AckStatus.ACCEPTED, AckStatus.ACCEPTED_WITH_ERRORS, AckStatus.UNDER_REVIEW, AckStatus.DECIDED)


@dataclass(frozen=True, slots=True)
class Near:
    """A claim, the day its payer must have it, and the warning that is due."""

    claim: Claim
    limit: Deadline
    warning: int


def filing_limits_near(*, on: date) -> list[Near]:
    """Claims without proof of filing whose limit is near, the most urgent first."""
    rules = reference.deadline_rules(Payer.objects.values_list("id", flat=True))
    windows = [(payer_id, window) for payer_id, those in rules.items() if (window := _window(those, on))]
    found = []
    for first in range(0, len(windows), PAYERS_AT_A_TIME):
        wanted = [
            Q(payer=payer_id, service_from_on__range=window)
            for payer_id, window in windows[first : first + PAYERS_AT_A_TIME]
        ]
        firsts = Q(payer_rank=1, adjudication_state=AdjudicationState.NONE) & reduce(or_, wanted)
        found += _near(without_proof().filter(firsts), rules, on)
    found += _near(without_proof().filter(payer_rank__gt=1), rules, on)
    return sorted(found, key=lambda one: (one.limit.due_on, one.claim.id))


def without_proof(claim_ids: Collection[UUID] | None = None) -> ClaimQuerySet:
    """Claims of which nothing proves that a payer has them: no acceptance of its own, none of the clearinghouse that
    a rejection has not overtaken.
    """
    claims: ClaimQuerySet = Claim.objects.filter(submission_state__in=NOT_TAKEN_IN, closed_on__isnull=True)
    if claim_ids is not None:
        claims = claims.filter(id__in=claim_ids)
    accepted = ClaimAcknowledgement.objects.filter(claim=OuterRef("id"), status__in=ACCEPTANCE)
    by_payer = accepted.filter(sender=AckSender.PAYER, version__payer_rank=OuterRef("payer_rank"))
    by_clearinghouse = accepted.filter(
        sender=AckSender.CLEARINGHOUSE, version__number=OuterRef("current_version")
    )
    return claims.exclude(Exists(by_payer)).exclude(
        Exists(by_clearinghouse) & ~Q(submission_state__in=REJECTED)
    )


def filing_limit(claim: Claim, rules: Iterable[DeadlineRuleFacts]) -> Deadline | None:
    """The day the payer must have what is billed to it; None where no rule is known."""
    kind = DeadlineKind.INITIAL_CLAIM if claim.payer_rank == 1 else DeadlineKind.SECONDARY_CLAIM
    facts = DeadlineFacts(
        service_from_on=claim.service_from_on,
        service_to_on=claim.service_to_on,
        primary_remittance_on=claim.adjudicated_on,
    )
    return deadline(rules, kind, facts)


def filing_limit_of(claim: Claim) -> Deadline | None:
    return filing_limit(claim, reference.deadline_rules([claim.payer_id]).get(claim.payer_id, ()))


# -- how ---------------------------------------------------------------------------------------------------------


def _window(rules: Sequence[DeadlineRuleFacts], on: date) -> tuple[date, date] | None:
    """The days of service whose limit may be near."""
    limit = deadline(rules, DeadlineKind.INITIAL_CLAIM, DeadlineFacts(service_from_on=on))
    if limit is None:
        return None
    length = limit.due_on - on
    return on - length - LONGEST_STAY, on - length + timedelta(days=max(WARNED) + 7)


def _near(claims: ClaimQuerySet, rules: dict[UUID, tuple[DeadlineRuleFacts, ...]], on: date) -> list[Near]:
    found = []
    for claim in claims:
        limit = filing_limit(claim, rules.get(claim.payer_id, ()))
        if limit is None:
            continue
        warning = warning_at(limit.days_left(on=on))
        if warning is not None:
            found.append(Near(claim, limit, warning))
    return found
