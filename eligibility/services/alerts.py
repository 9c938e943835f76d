"""What a person has to look at: checks that failed, and answers that change what was planned.

One item for a cause, and it closes by itself once the cause is gone. Test questions never make one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q
from django.utils.timezone import localdate

from eligibility.choices import InquiryReason
from eligibility.models import BatchRow, EligibilityInquiry
from eligibility.rules.answers import Answer
from eligibility.rules.changes import Change, ChangeKind, last_day
from eligibility.rules.next_steps import Step, StepKind
from eligibility.rules.telling import day_told
from eligibility.rules.words import CoverageStatus
from eligibility.work_kinds import ERROR, RECHECK, failed_step
from patients.choices import EncounterState
from patients.models import Encounter
from workbench.models import WorkItem
from workbench.services import ItemDraft, cancel_items, open_items

QUEUE = "front desk"
STANDING = "STANDING"
"""The category of alerts that coverage itself is gone."""
SEEN = (InquiryReason.PERSON, InquiryReason.BY_HAND)
"""Somebody sat before the answer when it came."""
MATTERS = (ChangeKind.OTHER_PAYER, ChangeKind.AUTHORIZATION, ChangeKind.COPAY)


def tell_failure(inquiry: EligibilityInquiry, answer: Answer | None, *, at: datetime) -> None:
    """Nobody will be told by the payer whether the person is covered, unless somebody does something."""
    if inquiry.is_test:
        return
    step = failed_step(inquiry, answer, on=localdate(at))
    refusal = answer.refusals[0] if answer and answer.refusals else None
    title = refusal.meaning if refusal else (answer.why if answer else "The payer did not answer.")
    _open_error(inquiry, step, title, at)


def tell_cannot_ask(row: BatchRow, *, at: datetime) -> None:
    """A line ordered by nobody's hand, or many at once, that no way leads for."""
    if row.batch.is_test or row.coverage is None:
        return
    day = row.encounter.service_from_on if row.encounter else localdate(at)
    open_items(
        [
            ItemDraft(
                kind=ERROR,
                cause_key=f"{row.coverage_id}:{day}",
                title=row.fault,
                occurred_on=localdate(at),
                subject_type="patients.encounter" if row.encounter_id else "patients.coverage",
                subject_id=row.encounter_id or row.coverage_id,
                queue=QUEUE,
                due_on=day,
                payer_id=row.payer_id,
                patient_id=row.coverage.patient_id,
                category=StepKind.SET_UP,
                priority=50,
            )
        ]
    )


def tell_answer(
    inquiry: EligibilityInquiry, answer: Answer, changes: Sequence[Change], *, at: datetime
) -> None:
    """Close what the answer settles; where it changes what was planned, and nobody sat before it, say so."""
    if inquiry.is_test:
        return
    _close_errors(inquiry, at)
    if inquiry.coverage_id is None:
        return
    visits = _planned(inquiry, at)
    for visit in visits:
        words = _standing(answer, visit)
        if not words:
            _close(RECHECK, Q(subject_id=visit.id, category=STANDING), at)
        elif inquiry.reason not in SEEN:
            _open_alert(visit, inquiry, STANDING, words, at)
    if inquiry.reason in SEEN or not visits:
        return
    for one in changes:
        if one.kind in MATTERS:
            _open_alert(visits[0], inquiry, one.kind, one.words, at)


def close_past(*, at: datetime) -> int:
    """Alerts about visits that are over, cancelled or took place need nobody any more."""
    coming = Encounter.objects.filter(state=EncounterState.PLANNED, service_from_on__gte=localdate(at))
    return _close(RECHECK, ~Q(subject_id__in=coming.values("id")), at)


# -- failures --------------------------------------------------------------------------------------------------------


def _open_error(inquiry: EligibilityInquiry, step: Step, title: str, at: datetime) -> None:
    today = localdate(at)
    visit = _planned(inquiry, at)[:1]
    subject = visit[0] if visit else inquiry
    open_items(
        [
            ItemDraft(
                kind=ERROR,
                cause_key=_cause(inquiry),
                title=title,
                occurred_on=today,
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                queue=QUEUE,
                due_on=max(inquiry.service_on, today),
                follow_up_on=step.on,
                payer_id=inquiry.payer_id,
                patient_id=inquiry.patient_id,
                category=step.kind,
                code=inquiry.trace_number,
                priority=50,
            )
        ]
    )


def _whom(inquiry: EligibilityInquiry) -> str:
    """The coverage, or whoever was asked about where none is on file."""
    if inquiry.coverage_id:
        return str(inquiry.coverage_id)
    said = f"{inquiry.payer_identifier}|{inquiry.member_number}|{inquiry.whose}|{inquiry.birth_date}"
    return hashlib.sha256(said.encode()).hexdigest()[:32]


def _cause(inquiry: EligibilityInquiry) -> str:
    return f"{_whom(inquiry)}:{inquiry.service_on}"


def _close_errors(inquiry: EligibilityInquiry, at: datetime) -> None:
    """Of the same coverage, and of the same patient's day: the coverage may have been corrected into another."""
    settled = Q(cause_key__startswith=f"{_whom(inquiry)}:")
    if inquiry.patient_id:
        settled |= Q(patient_id=inquiry.patient_id, cause_key__endswith=f":{inquiry.service_on}")
    _close(ERROR, settled, at)


# -- alerts ----------------------------------------------------------------------------------------------------------


def _planned(inquiry: EligibilityInquiry, at: datetime) -> list[Encounter]:
    """The visits to come that the question was about: of its day, else the next ones."""
    if inquiry.patient_id is None:
        return []
    since = max(localdate(at), inquiry.service_on)
    visits = Encounter.objects.filter(
        patient_id=inquiry.patient_id, state=EncounterState.PLANNED, service_from_on__gte=since
    )
    return list(visits.order_by("service_from_on", "start_time", "id")[:5])


def _standing(answer: Answer, visit: Encounter) -> str:
    """Why the visit is not covered by what the payer says; empty where it is, or where nobody knows."""
    if answer.status is CoverageStatus.INACTIVE:
        return answer.why
    ends = last_day(answer)
    if answer.status is CoverageStatus.ACTIVE and ends and ends < visit.service_from_on:
        return f"Coverage ends on {day_told(ends)}, before the visit."
    return ""


def _open_alert(
    visit: Encounter, inquiry: EligibilityInquiry, category: str, words: str, at: datetime
) -> None:
    open_items(
        [
            ItemDraft(
                kind=RECHECK,
                cause_key=f"{visit.id}:{category}",
                title=words,
                occurred_on=localdate(at),
                subject_type=visit._meta.label_lower,
                subject_id=visit.id,
                queue=QUEUE,
                due_on=visit.service_from_on,
                payer_id=inquiry.payer_id,
                patient_id=visit.patient_id,
                location_id=visit.location_id,
                category=category,
                code=inquiry.trace_number,
                priority=70 if category == STANDING else 50,
            )
        ]
    )


def _close(kind: str, which: Q, at: datetime) -> int:
    causes = list(WorkItem.objects.filter(which, kind=kind, is_open=True).values_list("cause_key", flat=True))
    return cancel_items(kind=kind, cause_keys=causes, at=at) if causes else 0
