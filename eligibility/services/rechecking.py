"""Coverage asked about again before visits, by the practice's rules: planned and ordered once a day for a coverage."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.timezone import localdate

from audit import services as audit
from eligibility.choices import BatchKind
from eligibility.models import BatchRow, EligibilityResponse, RecheckRule
from eligibility.rules.changes import last_day
from eligibility.rules.rechecks import DEFAULTS, LOOKED_AHEAD, Expected, Rule, due
from eligibility.selectors import answers_by_coverage
from eligibility.services.about_visits import coverage_on, usual_provider
from eligibility.services.alerts import close_past
from eligibility.services.batches import RowDraft, add_rows, order_batch
from eligibility.services.day_checks import row_about
from patients.choices import EncounterState
from patients.models import Coverage, Encounter
from workbench.services import Refusal

MOST_AT_ONCE = 2_000


class RuleChanged(Refusal):
    """Somebody else changed the rule."""


def rules_with_versions() -> list[tuple[Rule, int]]:
    """As the practice has them, else as they come; version 0 is not stored yet."""
    stored = {one.trigger: one for one in RecheckRule.objects.all()}
    return [
        (Rule(one.trigger, own.days, own.budget, own.is_active), own.version)
        if (own := stored.get(one.trigger))
        else (one, 0)
        for one in DEFAULTS
    ]


@transaction.atomic
def save_rule(*, trigger: str, version: int, is_active: bool, days: int, budget: int) -> None:
    values = {"is_active": is_active, "days": days, "budget": budget, "version": version + 1}
    saved = RecheckRule.objects.filter(trigger=trigger, version=version).update(**values)
    if not saved and version == 0:
        try:
            with transaction.atomic():
                RecheckRule(trigger=trigger, **values).save(force_insert=True)
            saved = 1
        except IntegrityError:
            saved = 0
    if not saved:
        raise RuleChanged("Somebody else changed this rule meanwhile. Look at it again.")
    rule = RecheckRule.objects.get(trigger=trigger)
    audit.record("eligibility.recheck_rule.saved", subject=rule, data={"trigger": trigger, "days": days})


@transaction.atomic
def plan_rechecks(*, at: datetime) -> int:
    """Order what is due today, the next visits first, within each rule's budget; returns how many.

    Safe to repeat: a coverage is asked about once a day by rule, and the day is the practice's own.
    """
    close_past(at=at)
    today = localdate(at)
    key = f"recheck:{today}"
    done = list(BatchRow.objects.select_for_update(of=("self",)).filter(batch__key=key))
    chosen = _within_budget(_due(today, {one.coverage_id for one in done}), done)
    if not chosen:
        return 0
    batch, is_new = order_batch(
        kind=BatchKind.RECHECK, key=key, rows=chosen, at=at, day=None, name=str(today)
    )
    if not is_new:
        add_rows(batch, chosen, after=len(done))
    for one in chosen:
        audit.emit(
            "eligibility.recheck.scheduled", subject=batch,
            data={"rule": one.rule, "coverage_id": str(one.coverage.id) if one.coverage else ""},
        )  # fmt: skip
    return len(chosen)


def _due(today: date, asked: set[UUID | None]) -> list[tuple[Rule, RowDraft]]:
    visits = _visits(today)
    coverages = _coverages(visits)
    answers = answers_by_coverage([one.id for one in coverages.values() if one])
    to_come = Counter(visit.patient_id for visit in visits)
    rules = [rule for rule, _ in rules_with_versions()]
    usual = usual_provider()
    found: list[tuple[Rule, RowDraft]] = []
    seen = set(asked)
    for visit in visits:
        coverage = coverages[visit.id]
        if coverage is None or coverage.id in seen:
            continue
        wanted = due(_expected(visit, coverage, answers, to_come[visit.patient_id]), rules, today=today)
        if wanted is not None:
            seen.add(coverage.id)
            rule, reason = wanted
            draft = replace(row_about(visit, coverage, usual), rule=rule.trigger, reason=reason)
            found.append((rule, draft))
    return found


def _visits(today: date) -> list[Encounter]:
    rows = Encounter.objects.select_related("billing_provider").filter(
        state=EncounterState.PLANNED, service_from_on__range=(today, today + LOOKED_AHEAD)
    )
    return list(rows.order_by("service_from_on", "start_time", "id")[:MOST_AT_ONCE])


def _coverages(visits: Sequence[Encounter]) -> dict[UUID, Coverage | None]:
    rows = Coverage.objects.select_related("patient", "payer")
    by_patient: dict[UUID, list[Coverage]] = {}
    for one in rows.filter(patient__in={visit.patient_id for visit in visits}):
        by_patient.setdefault(one.patient_id, []).append(one)
    return {
        visit.id: coverage_on(by_patient.get(visit.patient_id, ()), visit.service_from_on) for visit in visits
    }


def _expected(
    visit: Encounter, coverage: Coverage, answers: dict[UUID, EligibilityResponse], to_come: int
) -> Expected:
    answered = answers.get(coverage.id)
    return Expected(
        visit.service_from_on,
        coverage.plan_type,
        localdate(answered.received_at) if answered else None,
        (last_day(answered.read()) if answered else None) or coverage.ends_on,
        to_come,
    )


def _within_budget(wanted: list[tuple[Rule, RowDraft]], done: Sequence[BatchRow]) -> list[RowDraft]:
    used = Counter((one.rule, one.payer_id) for one in done)
    chosen = []
    for rule, draft in wanted:
        key = (rule.trigger, draft.payer.id if draft.payer else None)
        if used[key] < rule.budget:
            used[key] += 1
            chosen.append(draft)
    return chosen
