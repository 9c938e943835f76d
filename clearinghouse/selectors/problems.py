"""What is known of a problem between us and our partners."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from django.db.models import QuerySet

from clearinghouse.choices import ExchangeProblem
from clearinghouse.models import DeliveryAttempt, ExchangeFile, FetchAttempt, UnknownThing
from tenancy.models import OutboxMessage
from tenancy.scope import current_scope
from workbench.choices import ItemState
from workbench.models import WorkItem

KIND = "EXCHANGE"
SHOWN = 20


def history_of(item: WorkItem) -> Sequence[DeliveryAttempt | FetchAttempt]:
    """The last attempts, the newest first: of an interchange, or over a partner's line both ways."""
    if item.subject_type == "clearinghouse.interchange":
        mine = DeliveryAttempt.objects.filter(interchange=item.subject_id)
        return list(mine.order_by("-started_at", "-id")[:SHOWN])
    if item.subject_type == "clearinghouse.tradingpartner":
        both = [
            *DeliveryAttempt.objects.filter(connection__partner=item.subject_id).order_by("-started_at")[
                :SHOWN
            ],
            *FetchAttempt.objects.filter(connection__partner=item.subject_id).order_by("-started_at")[:SHOWN],
        ]
        return sorted(both, key=lambda one: one.started_at, reverse=True)[:SHOWN]
    return []


def file_of(item: WorkItem) -> ExchangeFile | None:
    if item.subject_type != "clearinghouse.exchangefile":
        return None
    found: ExchangeFile | None = ExchangeFile.objects.filter(id=item.subject_id).first()
    return found


def job_of(item: WorkItem) -> OutboxMessage | None:
    """The job that gave up; its arguments name what it was to do."""
    if item.category != ExchangeProblem.JOB_FAILED or item.subject_id is None:
        return None
    mine = OutboxMessage.objects.filter(organization_id=current_scope().practice_id)
    return mine.filter(id=item.subject_id).first()


def unknown_things_in(item: WorkItem) -> list[UnknownThing]:
    if item.category != ExchangeProblem.UNKNOWN_THINGS:
        return []
    return list(UnknownThing.objects.filter(file=item.subject_id).order_by("segment", "id"))


def put_aside(category: ExchangeProblem) -> QuerySet[WorkItem, UUID | None]:
    """What people have answered for, by the ids of its subjects."""
    rows = WorkItem.objects.filter(kind=KIND, category=category, state=ItemState.DONE)
    return rows.values_list("subject_id", flat=True)


def open_problems_like(item: WorkItem) -> int:
    return WorkItem.objects.filter(kind=item.kind, category=item.category, is_open=True).count()
