"""How far batches are, and what came of their lines."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.dateparse import parse_date

from eligibility.choices import RowState
from eligibility.models import BY_PAYER, OPEN, BatchRow, EligibilityBatch, EligibilityResponse, row_state
from patients.selectors import patients_visible_to
from tenancy.access import NotFound
from tenancy.scope import Scope
from tenancy.urls import practice_url

UNFINISHED = (RowState.WAITING, RowState.ASKING)
TONES = {
    RowState.BAD: "overdue",
    RowState.WAITING: "open",
    RowState.ASKING: "waiting",
    RowState.ACTIVE: "done",
    RowState.INACTIVE: "denied",
    RowState.UNDETERMINED: "waiting",
    RowState.REFUSED: "overdue",
    RowState.FAILED: "denied",
}


@dataclass(frozen=True, slots=True)
class Progress:
    batch: EligibilityBatch
    counts: dict[RowState, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def done(self) -> int:
        return self.total - sum(self.counts.get(one, 0) for one in UNFINISHED)

    @property
    def is_final(self) -> bool:
        return self.done == self.total

    @property
    def failures(self) -> int:
        return sum(self.counts.get(one, 0) for one in (RowState.BAD, RowState.REFUSED, RowState.FAILED))

    @property
    def shown(self) -> list[tuple[RowState, str, int]]:
        return [(one, TONES[one], self.counts[one]) for one in RowState if self.counts.get(one)]

    def card(self) -> dict[str, Any]:
        """The context of `components/_progress.html`."""
        address = practice_url("eligibility:batch", self.batch.id)
        return {
            "job_id": self.batch.id,
            "url": f"{address}?progress=1",
            "name": self.batch.get_kind_display(),
            "words": "Payers are being asked" if not self.is_final else "",
            "done": self.done,
            "total": self.total,
            "is_final": self.is_final,
            "failures": self.failures,
            "report_url": address,
        }


def batches(scope: Scope) -> QuerySet[EligibilityBatch]:
    """Newest first. Who may see part of the practice only sees what they ordered themselves."""
    rows = EligibilityBatch.objects.order_by("-ordered_at", "-id")
    if scope.location_ids is not None or scope.payer_ids is not None:
        rows = rows.filter(ordered_by_id=scope.person_id)
    return rows


def batch_for(scope: Scope, batch_id: UUID) -> EligibilityBatch:
    found = batches(scope).filter(id=batch_id).first()
    if found is None:
        raise NotFound
    return found


def rows_of(scope: Scope, batch: EligibilityBatch) -> list[Any]:
    """As far as their patients may be seen, each with what the newest answer says."""
    rows = _with_status(batch.rows.all()).select_related("inquiry", "encounter", "coverage__patient", "payer")
    rows = rows.defer("inquiry__content")
    if scope.location_ids is not None:
        seen = patients_visible_to(scope).values("id")
        rows = rows.filter(Q(coverage__isnull=True) | Q(coverage__patient__in=seen))
    found: list[Any] = list(rows.order_by("line_number"))
    for row in found:
        asked: dict[str, Any] = row.question or {}
        person = asked.get("subscriber", {})
        row.tone = TONES[row.state]
        row.person = ", ".join(filter(None, (person.get("last_name"), person.get("first_name"))))
        row.member_number = person.get("member_number", "")
        row.payer_words = str(row.payer or asked.get("payer_identifier", ""))
        row.service_on = parse_date(asked.get("service_on", ""))
    return found


def _with_status(rows: QuerySet[BatchRow]) -> QuerySet[Any]:
    newest = EligibilityResponse.objects.filter(BY_PAYER, inquiry=OuterRef("inquiry_id"))
    newest = newest.order_by("-received_at", "-id")
    return rows.annotate(last_status=Subquery(newest.values("status")[:1]))


def progress_of(batch: EligibilityBatch) -> Progress:
    return progress_of_each([batch])[0]


def progress_of_each(batches: Sequence[EligibilityBatch]) -> list[Progress]:
    """In one query, without the lines themselves."""
    rows = _with_status(BatchRow.objects.filter(batch__in=batches)).annotate(is_bad=~Q(fault=""))
    groups = rows.values("batch_id", "is_bad", "inquiry__state", "last_status").annotate(count=Count("*"))
    counts: defaultdict[UUID, Counter[RowState]] = defaultdict(Counter)
    for one in groups:
        state = row_state(
            is_bad=one["is_bad"], inquiry_state=one["inquiry__state"], last_status=one["last_status"]
        )
        counts[one["batch_id"]][state] += one["count"]
    return [Progress(batch, dict(counts[batch.id])) for batch in batches]


def running_on(day: date) -> EligibilityBatch | None:
    """The newest order for that day of which something is still asked."""
    waiting = BatchRow.objects.filter(fault="").filter(Q(inquiry__isnull=True) | Q(inquiry__state__in=OPEN))
    rows = EligibilityBatch.objects.filter(day=day, id__in=waiting.values("batch_id"))
    return rows.order_by("-ordered_at", "-id").first()
