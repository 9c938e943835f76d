"""What is known of how long payers take, and which claims wait."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import DateField, Max, OuterRef, Subquery
from django.db.models.functions import Cast, Coalesce

from audit.models import DomainEvent
from claims.models import Claim, ClaimVersion, PayerTiming
from claims.rules.states import MOVES, Evidence
from claims.rules.usual import Usual, usual
from reference.models import Payer


class _Times(defaultdict[tuple[UUID, str], Usual]):
    """By payer and kind of claim; a pair nobody has measured yet is answered from the payer alone."""

    def __init__(self, of_payers: dict[UUID, int | None]) -> None:
        super().__init__()
        self.of_payers = of_payers

    def __missing__(self, key: tuple[UUID, str]) -> Usual:
        self[key] = usual(measured_days=None, sample_size=0, of_payer=self.of_payers.get(key[0]))
        return self[key]


def usual_times() -> dict[tuple[UUID, str], Usual]:
    of_payers = dict(Payer.objects.values_list("id", "usual_response_days"))
    times = _Times(of_payers)
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


def claims_waiting() -> list[Waiting]:
    last_word = (
        DomainEvent.objects.filter(subject_id=OuterRef("id"), name__in=WORDS)
        .order_by()
        .values("subject_id")
        .annotate(last=Max("occurred_at"))
        .values("last")
    )
    sent = ClaimVersion.objects.filter(claim=OuterRef("id"), number=OuterRef("current_version")).values(
        day=Coalesce("submitted_on", Cast("recorded_at", DateField()))
    )
    rows = (
        Claim.objects.filter(submission_state__in=list(MOVES[Evidence.NO_ANSWER]))
        .annotate(heard_on=Coalesce(Cast(Subquery(last_word), DateField()), Subquery(sent)))
        .order_by("heard_on", "id")
    )
    return [Waiting(claim, claim.heard_on) for claim in rows]


# Events by which something was heard of a claim after it was sent.
WORDS = ("claim.submitted", "claim.acknowledged", "claim.accepted", "claim.under_review")
