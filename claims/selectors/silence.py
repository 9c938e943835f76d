"""What is known of how long payers take, and which claims wait."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import DateField, Max, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce, Greatest

from audit.models import DomainEvent
from claims.choices import AckStatus, QuestionState
from claims.models import Claim, ClaimVersion, PayerTiming, StatusQuestion
from claims.rules.states import State
from claims.rules.usual import FALLBACK_DAYS, Usual, usual
from reference.models import Payer


class UsualTimes(defaultdict[tuple[UUID, str], Usual]):
    """By payer and kind of claim; a pair nobody has measured yet is answered from the payer alone."""

    def __init__(self, of_payers: dict[UUID, int | None]) -> None:
        super().__init__()
        self.of_payers = of_payers

    def __missing__(self, key: tuple[UUID, str]) -> Usual:
        self[key] = usual(measured_days=None, sample_size=0, of_payer=self.of_payers.get(key[0]))
        return self[key]

    @property
    def shortest(self) -> int:
        """Days of the quickest payer."""
        entered = [days for days in self.of_payers.values() if days is not None]
        return min([FALLBACK_DAYS, *entered, *(one.days for one in self.values())])


def usual_times() -> UsualTimes:
    of_payers = dict(Payer.objects.values_list("id", "usual_response_days"))
    times = UsualTimes(of_payers)
    for one in PayerTiming.objects.all():
        times[one.payer_id, one.kind] = usual(
            measured_days=one.days, sample_size=one.sample_size, of_payer=of_payers.get(one.payer_id)
        )
    return times


def usual_time(claim: Claim) -> Usual:
    return usual_times()[claim.payer_id, claim.kind]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A sent claim that no payer has answered, and the day of the newest word about it."""

    claim: Claim
    heard_on: date


# Events by which something was heard of a claim after it was sent.
WORDS = ("claim.submitted", "claim.acknowledged", "claim.accepted", "claim.under_review")
SAYS_NOTHING = (AckStatus.NOT_FOUND, AckStatus.UNKNOWN)


def claims_waiting(states: Collection[State], *, heard_by: date) -> list[Waiting]:
    """Sent claims in these states of which nothing was heard after the day, the longest first."""
    last_word = (
        DomainEvent.objects.filter(subject_id=OuterRef("id"), name__in=WORDS)
        .order_by()
        .values("subject_id")
        .annotate(last=Max("occurred_at"))
        .values("last")
    )
    last_answer = (
        StatusQuestion.objects.filter(claim=OuterRef("id"), state=QuestionState.ANSWERED)
        .exclude(answer__status__in=SAYS_NOTHING)
        .order_by()
        .values("claim")
        .annotate(last=Max("ended_at"))
        .values("last")
    )
    sent = ClaimVersion.objects.filter(claim=OuterRef("id"), number=OuterRef("current_version")).values(
        day=Coalesce("submitted_on", Cast("recorded_at", DateField()))
    )
    heard = Cast(Greatest(Subquery(last_word), Subquery(last_answer)), DateField())
    rows = (
        Claim.objects.filter(submission_state__in=list(states))
        .annotate(heard_on=Coalesce(heard, Subquery(sent)))
        .filter(heard_on__lte=heard_by)
        .order_by("heard_on", "id")
    )
    return [Waiting(claim, claim.heard_on) for claim in rows]
