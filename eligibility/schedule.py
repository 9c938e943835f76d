"""A day's planned visits with what is known of their coverage: read in a constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from eligibility.choices import InquiryState, RowState
from eligibility.models import OPEN, EligibilityInquiry, EligibilityResponse
from eligibility.rules.answers import Answer
from eligibility.rules.changes import Change, last_day
from eligibility.rules.owing import Owed, owed_today
from eligibility.rules.telling import day_told
from eligibility.rules.words import CoverageStatus
from eligibility.selectors import answers_by_coverage, inquiries_by_coverage
from eligibility.services.about_visits import OFFICE_VISIT, coverage_on
from eligibility.showing import STATUS_WORDS, receipt_words
from eligibility.work_kinds import KINDS
from patients.choices import EncounterState
from patients.models import Coverage, Encounter
from patients.selectors import coverages_of, encounters_visible_to, paid_on
from tenancy.scope import Scope
from workbench.models import WorkItem

FRESH_FOR = timedelta(days=3)
"""Domain 4.3 rule 11: on the day of the visit again where it is older than that."""
EXPECTED = (EncounterState.PLANNED, EncounterState.CHECKED_IN)


@dataclass(frozen=True, slots=True)
class VisitLine:
    """One visit as the front desk reads it."""

    visit: Encounter
    coverage: Coverage | None
    words: str
    tone: str
    why: str
    owed: Owed | None = None
    inquiry: EligibilityInquiry | None = None
    """The newest about its coverage, whatever became of it."""
    response: EligibilityResponse | None = None
    changes: tuple[Change, ...] = ()
    alerts: tuple[WorkItem, ...] = ()
    is_fresh: bool = False
    receipt_words: str = ""
    paid_cents: int = 0
    """What the patient gave at the desk on the day of the visit."""

    @property
    def news(self) -> list[str]:
        """What changed, as far as no alert says it."""
        told = {one.title for one in self.alerts}
        return [one.words for one in self.changes if one.words not in told and self.why not in one.words][:2]

    @property
    def is_told(self) -> bool:
        """An alert says already why."""
        return any(one.title == self.why for one in self.alerts)

    @property
    def may_check(self) -> bool:
        return self.coverage is not None and not (self.inquiry and self.inquiry.state in OPEN)


def visits_of_day(scope: Scope, day: date) -> QuerySet[Encounter]:
    visits = encounters_visible_to(scope).filter(service_from_on=day, state__in=EXPECTED)
    return visits.order_by("start_time", "patient__search_name", "id")


def expected(scope: Scope, days: Sequence[date]) -> dict[date, tuple[int, int]]:
    """By day how many visits are planned, and how many of them have something to be settled before."""
    open_alerts = WorkItem.objects.filter(kind__in=KINDS, is_open=True, subject_id=OuterRef("pk"))
    visits = encounters_visible_to(scope).filter(service_from_on__in=days, state__in=EXPECTED).order_by()
    counts = (
        visits.annotate(is_alarming=Exists(open_alerts))
        .values("service_from_on")
        .annotate(count=Count("pk"), alarming=Count("pk", filter=Q(is_alarming=True)))
    )
    found = {row["service_from_on"]: (row["count"], row["alarming"]) for row in counts}
    return {day: found.get(day, (0, 0)) for day in days}


def lines_of(visits: Sequence[Encounter], *, at: datetime) -> list[VisitLine]:
    by_patient: dict[UUID, list[Coverage]] = {}
    for one in coverages_of([visit.patient_id for visit in visits]).select_related("payer", "patient"):
        by_patient.setdefault(one.patient_id, []).append(one)
    coverages = {
        visit.id: coverage_on(by_patient.get(visit.patient_id, ()), visit.service_from_on) for visit in visits
    }
    ids = {one.id for one in coverages.values() if one}
    asked, answers, alerts = inquiries_by_coverage(ids), answers_by_coverage(ids), _alerts(visits)
    paid = {
        day: paid_on(day, [one.patient_id for one in visits if one.service_from_on == day])
        for day in {one.service_from_on for one in visits}
    }
    lines = [
        _line(visit, coverage, asked.get(coverage.id), answers.get(coverage.id), alerts.get(visit.id, ()), at)
        if (coverage := coverages[visit.id])
        else VisitLine(visit, None, "No coverage", "quiet", "None on file for this day: the patient pays.")
        for visit in visits
    ]
    return [
        replace(one, paid_cents=paid[one.visit.service_from_on].get(one.visit.patient_id, 0)) for one in lines
    ]


def _alerts(visits: Iterable[Encounter]) -> dict[UUID, tuple[WorkItem, ...]]:
    subjects = [visit.id for visit in visits]
    found: dict[UUID, tuple[WorkItem, ...]] = {}
    for item in WorkItem.objects.filter(kind__in=KINDS, is_open=True, subject_id__in=subjects).order_by("id"):
        if item.subject_id:
            found[item.subject_id] = (*found.get(item.subject_id, ()), item)
    return found


def _line(
    visit: Encounter,
    coverage: Coverage,
    asked: EligibilityInquiry | None,
    answered: EligibilityResponse | None,
    alerts: tuple[WorkItem, ...],
    at: datetime,
) -> VisitLine:
    if asked is not None and asked.state in OPEN:
        return VisitLine(
            visit, coverage, RowState.ASKING.label, "waiting", "The payer is being asked.", None, asked, answered,
            (), alerts,
        )  # fmt: skip
    if asked is not None and asked.state != InquiryState.ANSWERED:
        state = InquiryState(asked.state)
        why = (
            "The payer did not take the question as it was put."
            if state == InquiryState.REFUSED
            else "The payer did not answer. This says nothing about coverage."
        )
        return VisitLine(
            visit, coverage, state.label, "overdue", why, None, asked, answered, (), alerts, is_fresh=False
        )
    if answered is None:
        return VisitLine(
            visit, coverage, "Not checked", "open", "Nobody asked the payer yet.", alerts=alerts
        )  # fmt: skip
    answer = answered.read()
    words, tone, why = standing(answer, visit.service_from_on)
    service = answered.inquiry.service_types[0] if answered.inquiry.service_types else OFFICE_VISIT
    owed = owed_today(answer, service)
    return VisitLine(
        visit, coverage, words, tone, why, owed, asked, answered, tuple(answered.read_changes()), alerts,
        is_fresh=is_fresh(answered, at), receipt_words=receipt_words(owed, service, visit.service_from_on),
    )  # fmt: skip


def standing(answer: Answer, day: date) -> tuple[str, str, str]:
    """In words, with the shape, and why: for the day of the visit, not for the one that was asked about."""
    words, tone = STATUS_WORDS[answer.status]
    ends = last_day(answer)
    if answer.status is CoverageStatus.ACTIVE and ends is not None and ends < day:
        return "Ends before", "denied", f"Coverage ends on {day_told(ends)}, before the visit."
    return words, tone, answer.why


def is_fresh(answered: EligibilityResponse, at: datetime) -> bool:
    return at - answered.received_at <= FRESH_FOR
