"""Corrected claims that went out: what they answer waits for the payer, but not past its own deadline unseen."""

from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import DateField, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast, Coalesce
from django.utils.timezone import localdate

from claims.choices import Frequency
from claims.models import ClaimVersion
from claims.rules.states import REJECTED, UNSENT, State
from denials.choices import WORKABLE_STATES, DenialState
from denials.models import Denial, DenialTransition
from denials.services.transitions import move
from denials.services.work import recorded
from reference.rules.deadlines import written_day
from workbench import services as worklist
from workbench.choices import ItemState, SnoozeReason
from workbench.models import WorkItem

AT_A_TIME = 400
# Payers owe an answer to a clean claim within about this time.
ANSWER_TIME = timedelta(days=30)
# So long before its deadline a denial is in the queue again, answered or not.
BEFORE_DEADLINE = timedelta(days=7)
WAITING_STATES = (DenialState.CORRECTED_SUBMITTED, DenialState.EXPIRED)


@transaction.atomic
def follow_corrections(*, at: datetime) -> int:
    """Move the denials whose claim was sent again as a replacement (7) or void (8) after the refusal.

    Returns how many. Safe to repeat: a version moves a denial once, also where a person takes it up again later.
    """
    answered = list(_answered().select_for_update(of=("self",), skip_locked=True)[:AT_A_TIME])
    correction_of = {denial.id: denial.corrected_by for denial in answered}  # type: ignore[attr-defined]
    versions = ClaimVersion.objects.in_bulk(list(correction_of.values()))
    for denial in answered:
        version = versions[correction_of[denial.id]]
        sent_on = version.submitted_on or localdate(version.recorded_at)
        data = {"claim_version": version.number, "sent_on": sent_on.isoformat()}
        reason = f"Version {version.number} sent on {written_day(sent_on)}"
        moved = move(denial, DenialState.CORRECTED_SUBMITTED, at=at, reason=reason, data=data)
        if denial.work_item is not None:
            _let_wait(denial.work_item, until=_back_on(moved, sent_on), at=at)
        recorded(moved, verb="corrected", **data)
    return len(answered)


def _answered() -> QuerySet[Denial]:
    """Denials with a correction, `corrected_by`, that is younger than their refusal and has not moved them yet."""
    sent_on = Coalesce("submitted_on", Cast("recorded_at", DateField()))
    told = DenialTransition.objects.filter(
        denial_id=OuterRef(OuterRef("id")),
        to_state=DenialState.CORRECTED_SUBMITTED,
        at__gte=OuterRef("recorded_at"),
    )
    corrections = (
        ClaimVersion.objects.alias(sent_on=sent_on)
        .filter(
            ~Exists(told),
            claim_id=OuterRef("claim_id"),
            payer_rank=OuterRef("responsibility_rank"),
            frequency__in=(Frequency.REPLACEMENT, Frequency.VOID),
            sent_on__gte=OuterRef("denied_on"),
        )
        .order_by("-number")
    )
    return (
        # Hardly any claim has a second version: said first, so that the versions of the others are not looked up.
        Denial.objects.filter(state__in=WORKABLE_STATES, claim__current_version__gt=1)
        .exclude(state__in=WAITING_STATES)
        .exclude(claim__submission_state__in=(*UNSENT, *REJECTED, State.SEND_FAILED))
        .exclude(work_item__state=ItemState.REVIEW)
        .annotate(corrected_by=Subquery(corrections.values("id")[:1]))
        .filter(corrected_by__isnull=False)
        .select_related("work_item")
        .order_by("id")
    )


def _back_on(denial: Denial, sent_on: date) -> date:
    answer_on = sent_on + ANSWER_TIME
    if denial.appeal_due_on is None or denial.appeal_basis.get("is_example"):
        return answer_on
    return min(answer_on, denial.appeal_due_on - BEFORE_DEADLINE)


def _let_wait(item: WorkItem, *, until: date, at: datetime) -> None:
    """The item sleeps until then, or stays in the queue where that day is near; an earlier day of a person stays."""
    kept = item.state == ItemState.SNOOZED and item.snoozed_until and item.snoozed_until <= until
    if until > localdate(at) and not kept:
        worklist.snooze_item(item=item, until=until, reason=SnoozeReason.PAYER_RESPONSE, at=at)
    elif until <= localdate(at) and item.state == ItemState.SNOOZED:
        worklist.wake_item(item=item, at=at)
