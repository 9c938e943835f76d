"""Checks of planned visits: all of a day that are not fresh, as a batch."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import date, datetime

from django.utils.timezone import localtime

from eligibility.choices import BatchKind
from eligibility.models import EligibilityBatch
from eligibility.services.about_visits import provider_of, question_about, usual_provider
from eligibility.services.batches import RowDraft, order_batch
from patients.models import Coverage, Encounter
from reference.models import Provider

NOBODY_BILLS = "No provider with an NPI is on file: add who bills."


def row_about(visit: Encounter, coverage: Coverage, usual: Provider | None) -> RowDraft:
    provider = provider_of(visit, usual)
    if provider is None:
        return RowDraft(encounter=visit, coverage=coverage, payer=coverage.payer, fault=NOBODY_BILLS)
    question = question_about(coverage, provider, on=visit.service_from_on)
    return RowDraft(question, coverage, coverage.payer, provider, visit)


def check_visits(
    *, day: date, visits: Sequence[tuple[Encounter, Coverage]], at: datetime
) -> tuple[EligibilityBatch, bool]:
    """One order a minute for the same visits, however often it is given."""
    said = f"{day}:{localtime(at):%Y-%m-%d %H:%M}:{sorted(str(visit.id) for visit, _ in visits)}"
    key = f"schedule:{hashlib.sha256(said.encode()).hexdigest()}"
    usual = usual_provider()
    rows = [row_about(visit, coverage, usual) for visit, coverage in visits]
    return order_batch(kind=BatchKind.SCHEDULE, key=key[:80], rows=rows, at=at, day=day)
