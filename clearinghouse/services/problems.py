"""What a person has to look at between us and our partners."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from clearinghouse.choices import ExchangeProblem
from clearinghouse.selectors.problems import KIND
from tenancy.models import TenantModel
from workbench.models import WorkItem
from workbench.services import cancel_items, open_item

QUEUE = "support"


def open_problem(
    category: ExchangeProblem, *, subject: TenantModel, title: str, at: datetime, cause: str = ""
) -> None:
    """One open item for a cause, however often it is met."""
    open_item(
        kind=KIND,
        cause_key=cause or _cause(category, subject),
        title=title,
        occurred_on=localdate(at),
        subject=subject,
        queue=QUEUE,
        category=category,
        priority=60,
    )


def close_problem(category: ExchangeProblem, *, subject: TenantModel, at: datetime) -> None:
    cancel_items(kind=KIND, cause_keys=[_cause(category, subject)], at=at)


def close_problems_of(subject: TenantModel, *, at: datetime) -> None:
    rows = WorkItem.objects.filter(kind=KIND, subject_id=subject.pk, is_open=True)
    cancel_items(kind=KIND, cause_keys=rows.values_list("cause_key", flat=True), at=at)


def _cause(category: ExchangeProblem, subject: TenantModel) -> str:
    return f"{category.lower()}:{subject.pk}"
