"""Many questions ordered at once, each put by a job of its own. A line that cannot be put harms no other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

import msgspec
from django.db import IntegrityError, transaction

from audit import services as audit
from eligibility.choices import BatchKind, InquiryReason
from eligibility.models import BatchRow, EligibilityBatch, stored
from eligibility.rules.asking import CannotAsk, Question
from eligibility.services.alerts import tell_cannot_ask
from eligibility.services.checking import About, Put, ask, exchange, take
from patients.models import Coverage, Encounter
from reference.models import Payer, Provider
from tenancy.bulk import insert_models
from tenancy.choices import ActorKind
from tenancy.jobs import enqueue
from tenancy.scope import current_scope, organization_scope

REASONS = {
    BatchKind.SCHEDULE: InquiryReason.SCHEDULE,
    BatchKind.FILE: InquiryReason.FILE,
    BatchKind.RECHECK: InquiryReason.RECHECK,
}


@dataclass(frozen=True, slots=True)
class RowDraft:
    """Either a question or a fault."""

    question: Question | None = None
    coverage: Coverage | None = None
    payer: Payer | None = None
    provider: Provider | None = None
    encounter: Encounter | None = None
    rule: str = ""
    reason: str = ""
    fault: str = ""
    line_number: int = 0
    """In its file; otherwise the place in the batch."""


@transaction.atomic
def order_batch(
    *,
    kind: str,
    key: str,
    rows: Sequence[RowDraft],
    at: datetime,
    day: date | None = None,
    name: str = "",
    is_test: bool = False,
) -> tuple[EligibilityBatch, bool]:
    """The batch, and whether it is new: the same order is taken once."""
    known = EligibilityBatch.objects.filter(key=key).first()
    if known is not None:
        return known, False
    batch = EligibilityBatch(
        kind=kind, key=key, day=day, name=name[:120], is_test=is_test, ordered_at=at,
        ordered_by_id=current_scope().person_id,
    )  # fmt: skip
    try:
        with transaction.atomic():
            batch.save(force_insert=True)
    except IntegrityError:
        return EligibilityBatch.objects.get(key=key), False
    add_rows(batch, rows)
    audit.record("eligibility.batch.ordered", subject=batch, data={"kind": kind, "rows": len(rows)})
    return batch, True


def add_rows(batch: EligibilityBatch, rows: Iterable[RowDraft], *, after: int = 0) -> None:
    made = [
        BatchRow(
            batch=batch,
            line_number=draft.line_number or number,
            encounter=draft.encounter,
            coverage=draft.coverage,
            payer=draft.payer,
            provider=draft.provider,
            question=stored(draft.question) if draft.question else None,
            rule=draft.rule,
            reason=draft.reason[:200],
            fault=draft.fault[:300],
        )
        for number, draft in enumerate(rows, after + 1)
    ]
    insert_models(made)
    for row in made:
        if not row.fault:
            enqueue("eligibility.ask_row", row_id=row.id, once_key=str(row.id))


def ask_row(*, organization_id: UUID, row_id: UUID, at: datetime) -> None:
    """Put one line's question. What is asked already, fresh or cannot be asked is left alone.

    Where the payer is down or its line full, the question waits for the job that asks again.
    """
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        put = _put(row_id, at)
    if put is None or not put.is_new:
        return
    exchanged = exchange(put.inquiry, put.line, at=at)
    with organization_scope(organization_id, actor_kind=ActorKind.JOB):
        take(inquiry_id=put.inquiry.id, exchanged=exchanged, at=at)


@transaction.atomic
def _put(row_id: UUID, at: datetime) -> Put | None:
    rows = BatchRow.objects.select_for_update(of=("self",)).select_related(
        "batch", "coverage", "encounter", "payer", "provider"
    )
    row = rows.filter(id=row_id, inquiry__isnull=True, fault="").first()
    if row is None:
        return None
    about = About(coverage=row.coverage, payer=row.payer, provider=row.provider)
    question = msgspec.convert(row.question, Question)
    try:
        put = ask(
            question=question, about=about, is_test=row.batch.is_test, at=at, reason=REASONS[row.batch.kind]
        )
    except CannotAsk as refusal:
        row.fault = str(refusal)[:300]
        row.save(update_fields=["fault"])
        tell_cannot_ask(row, at=at)
        return None
    row.inquiry = put.inquiry
    row.save(update_fields=["inquiry"])
    return put
