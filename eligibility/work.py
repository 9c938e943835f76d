"""How checks that failed, and answers that change a planned visit, look among the queues."""

from __future__ import annotations

from eligibility.models import EligibilityInquiry
from eligibility.selectors import newest_answer
from eligibility.work_kinds import (
    ALERT_ADVICE,
    ALERT_LABELS,
    ERROR,
    NO_WAY,
    RECHECK,
    STEP_LABELS,
    failed_step,
)
from patients.models import Encounter
from tenancy.urls import practice_url
from workbench.kinds import WorkKind
from workbench.models import WorkItem


def subject_address(item: WorkItem) -> str:
    """The schedule of the visit's day, else the check itself."""
    if item.subject_type == "patients.encounter":
        day = Encounter.objects.filter(id=item.subject_id).values_list("service_from_on", flat=True).first()
        return f"{practice_url('eligibility:schedule')}?day={day}#visit-{item.subject_id}" if day else ""
    if item.subject_type == "eligibility.eligibilityinquiry":
        return practice_url("eligibility:inquiry", item.subject_id)
    return practice_url("patients:patient", item.patient_id) if item.patient_id else ""


def check_address(item: WorkItem) -> str:
    """The check an item came of."""
    found = EligibilityInquiry.objects.filter(trace_number=item.code).values_list("id", flat=True).first()
    return practice_url("eligibility:inquiry", found) if found else subject_address(item)


def advice(item: WorkItem) -> str:
    if item.kind == RECHECK:
        return ALERT_ADVICE.get(item.category, "")
    found = EligibilityInquiry.objects.filter(trace_number=item.code).first() if item.code else None
    if found is None:
        return NO_WAY.words
    response = newest_answer(found)
    answer = response.read() if response else None
    return failed_step(found, answer, on=item.occurred_on).words


ERRORS = WorkKind(
    key=ERROR,
    label="Check that failed",
    plural="Checks that failed",
    slug="coverage-checks",
    icon="patch-question",
    category_labels=STEP_LABELS,
    subject_address=subject_address,
    advice=advice,
    has_money=False,
    empty_words="Every payer that was asked has answered.",
)
ALERTS = WorkKind(
    key=RECHECK,
    label="Coverage changed",
    plural="Coverage changed before a visit",
    slug="coverage-changes",
    icon="calendar-x",
    category_labels=ALERT_LABELS,
    subject_address=subject_address,
    advice=advice,
    has_money=False,
    empty_words="Nothing payers said changes a visit that is planned.",
)
