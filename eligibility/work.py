"""How checks that failed, and answers that change a planned visit, look among the queues."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from eligibility.models import BY_PAYER, EligibilityInquiry, EligibilityResponse
from eligibility.work_kinds import (
    ALERT_ADVICE,
    ALERT_LABELS,
    ERROR,
    NO_WAY,
    RECHECK,
    STEP_LABELS,
    failed_step,
)
from patients.models import Encounter, Patient
from tenancy.urls import practice_url
from workbench.kinds import Column, WorkKind, kind_of
from workbench.models import WorkItem


@dataclass(frozen=True, slots=True)
class Told:
    """An item as the front desk reads it."""

    item: WorkItem
    what: str
    advice: str
    address: str
    """The schedule of the visit's day, else the check, else the patient."""
    check: str
    """The check it came of; empty where nobody could be asked."""


def told_of(items: Sequence[WorkItem]) -> list[Told]:
    """In three queries, however many there are."""
    visits = Encounter.objects.filter(id__in={one.subject_id for one in items})
    days = dict(visits.values_list("id", "service_from_on"))
    asked = EligibilityInquiry.objects.filter(trace_number__in={one.code for one in items} - {""})
    inquiries = {one.trace_number: one for one in asked.defer("content")}
    rows = EligibilityResponse.objects.filter(BY_PAYER, inquiry__in=list(inquiries.values())).defer("content")
    rows = rows.order_by("inquiry_id", "-received_at", "-id").distinct("inquiry_id")
    answers = {one.inquiry_id: one for one in rows}
    return [_told(one, inquiries.get(one.code), answers, days) for one in items]


def _told(
    item: WorkItem,
    asked: EligibilityInquiry | None,
    answers: dict[UUID, EligibilityResponse],
    days: dict[UUID, date],
) -> Told:
    if item.kind == RECHECK:
        advice = ALERT_ADVICE.get(item.category, "")
    elif asked is None:
        advice = NO_WAY.words
    else:
        response = answers.get(asked.id)
        advice = failed_step(asked, response.read() if response else None, on=item.occurred_on).words
    check = practice_url("eligibility:inquiry", asked.id) if asked else ""
    day = days.get(item.subject_id) if item.subject_id else None
    if day is not None:
        address = f"{practice_url('eligibility:schedule')}?day={day}#visit-{item.subject_id}"
    else:
        address = check or (practice_url("patients:patient", item.patient_id) if item.patient_id else "")
    return Told(item, kind_of(item.kind).category_label(item.category), advice, address, check)


def subject_address(item: WorkItem) -> str:
    return told_of([item])[0].address


def advice(item: WorkItem) -> str:
    return told_of([item])[0].advice


def patients_of(items: Sequence[WorkItem]) -> Mapping[UUID, Patient]:
    """Whom a row is about: many rows say the same of different people."""
    found = Patient.objects.in_bulk({one.patient_id for one in items if one.patient_id})
    return {one.id: found[one.patient_id] for one in items if one.patient_id in found}


COLUMNS = (
    Column("title", "What", css="long", width=250, is_fixed=True),
    Column("patient", "Patient", width=160),
    Column("category", "Kind", width=150),
    Column("payer", "Payer", css="drop-3", width=165),
    Column("due", "By", sort="due", width=125),
    Column("state", "Status", css="drop-4", width=120),
    Column("owner", "Owner", css="drop-2", width=120),
    Column("follow_up", "Follow-up", sort="follow_up", css="drop-4", width=90),
)
ERRORS = WorkKind(
    key=ERROR,
    label="Check that failed",
    plural="Checks that failed",
    slug="coverage-checks",
    columns=COLUMNS,
    hydrate=patients_of,
    view_permission="eligibility.view_inquiry",
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
    columns=COLUMNS,
    hydrate=patients_of,
    view_permission="eligibility.view_inquiry",
    icon="calendar-x",
    category_labels=ALERT_LABELS,
    subject_address=subject_address,
    advice=advice,
    has_money=False,
    empty_words="Nothing payers said changes a visit that is planned.",
)
