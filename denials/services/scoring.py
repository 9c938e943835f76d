"""Deadlines, expected money and priority of denials, by the pure rules, for a batch or for the nightly
pass.
"""

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.core.cache import cache
from django.db.models import Count, Q, Sum
from django.db.models.functions import Coalesce

from denials.choices import CLOSED_STATES, WORKABLE_STATES, DenialState
from denials.models import Denial
from denials.rules.deadlines import DenialDeadlines, denial_deadlines
from denials.rules.facts import BlockedAction, DenialAdjustment, Resolution, Resubmission
from denials.rules.priority import (
    ActionFacts,
    LastAppeal,
    Priority,
    PriorityFacts,
    Record,
    WinHistory,
    expected_open_cents,
    next_action,
    percentile_table,
    prioritise,
)
from denials.selectors import answers_due, last_appeals
from denials.services.evidence import FILING_PROOF
from denials.services.transitions import write_down
from patients.models import Coverage
from reference import selectors as reference
from reference.rules.deadlines import Deadline, DeadlineFacts, written_day
from remittances.choices import LineResult
from remittances.models import RemitLine, Remittance
from tenancy.bulk import among, update_models
from tenancy.scope import current_scope
from workbench import services as worklist
from workbench.models import WorkItem
from workbench.own_kinds import MANAGER

Key = TypeVar("Key", bound=Hashable)

WON = (DenialState.RECOVERED, DenialState.RECOVERED_PARTIAL)
DECIDED = (*WON, DenialState.LOST, DenialState.WRITTEN_OFF)
RECENT_REMITTANCES = 100
HISTORY_DAYS = 730
AT_A_TIME = 500
SCALE_KEPT_SECONDS = 12 * 3600
PAID_LINES = (LineResult.PAID_IN_FULL, LineResult.PAID_SHORT)


class Scorer:
    """What a batch of denials is judged against: rules, the practice's own record, what payers allow."""

    def __init__(
        self,
        *,
        payer_ids: Collection[UUID],
        patient_ids: Collection[UUID],
        on: date,
        table: Sequence[int] = (),
        denials: Iterable[Denial] = (),
    ) -> None:
        """`denials` are those on file that are scored: an appeal of theirs may be out."""
        self.on, self.table = on, table
        self.answers_due = answers_due(denials)
        self.rules = reference.deadline_rules(list(payer_ids))
        self.history = _history(on)
        self.allowed = _allowed_shares(list(payer_ids))
        self.coverages: dict[UUID, list[tuple[UUID, date | None, date | None]]] = defaultdict(list)
        on_file = Coverage.objects.filter(patient_id__in=among(patient_ids), rank__isnull=False)
        for patient_id, *span in on_file.values_list("patient_id", "payer_id", "starts_on", "ends_on"):
            self.coverages[patient_id].append((span[0], span[1], span[2]))
        self._priorities: dict[UUID, Priority] = {}

    def prepare(self, denial: Denial, *, last_appeal: LastAppeal | None = None) -> Priority:
        """Set the denial's deadlines, expected amount and next action, and remember its priority."""
        deadlines = self._deadlines(denial, last_appeal)
        due = deadlines.appeal if denial.is_appealable else deadlines.corrected_claim or deadlines.first_claim
        denial.appeal_due_on = due.due_on if due else None
        denial.appeal_basis = _basis(due)
        denial.corrected_claim_due_on = (
            deadlines.corrected_claim.due_on if deadlines.corrected_claim else None
        )
        open_cents = max(0, denial.denied_cents - denial.written_off_cents)
        denial.expected_cents, denial.expected_basis = self._expected(denial, open_cents)
        proven = any(row.get("kind") == FILING_PROOF for row in denial.evidence)
        known = ActionFacts(
            on=self.on,
            deadlines=deadlines,
            has_other_coverage=self._has_other_coverage(denial),
            has_filing_proof=proven,
            last_appeal=last_appeal,
        )
        step = next_action(stored_resolution(denial), known)
        denial.next_action = step.action
        denial.blocked_actions = [{"action": one.action, "because": one.because} for one in step.skipped]
        found = prioritise(
            PriorityFacts(
                expected_cents=denial.expected_cents,
                expected_basis=denial.expected_basis,
                category=denial.category,
                subcategory=denial.subcategory,
                carc=denial.reason_code,
                payer_key=str(denial.payer_id),
                action=step.action,
                due_on=self._hurries_on(denial, due),
                has_filing_proof=proven,
                boost=denial.priority_boost,
            ),
            on=self.on,
            history=self.history,
            table=self.table,
        )
        self._priorities[denial.id] = found
        return found

    def _hurries_on(self, denial: Denial, due: Deadline | None) -> date | None:
        """An example rule warns on the screen; it hurries and expires nothing. A late answer hurries, no more."""
        if denial.is_appealed:
            answer_on = self.answers_due.get(denial.id)
            return max(answer_on, self.on) if answer_on else None
        return due.due_on if due and not due.is_example else None

    def _has_other_coverage(self, denial: Denial) -> bool | None:
        """Whether another payer covered the patient that day. None: no coverage at all is on file."""
        covered, day = self.coverages.get(denial.patient_id), denial.service_date
        if not covered:
            return None
        return any(
            payer_id != denial.payer_id
            and (day is None or ((starts is None or starts <= day) and (ends is None or day <= ends)))
            for payer_id, starts, ends in covered
        )

    def _deadlines(self, denial: Denial, last_appeal: LastAppeal | None) -> DenialDeadlines:
        """Those of the next level of appeal, counted from the day the last one was decided."""
        facts = DeadlineFacts(
            service_from_on=denial.service_date,
            service_to_on=denial.service_date,
            remittance_on=denial.denied_on,
            notice_on=last_appeal.decided_on if last_appeal else None,
        )
        level = last_appeal.level + 1 if last_appeal else 1
        return denial_deadlines(self.rules.get(denial.payer_id, ()), facts, appeal_level=level)

    def _expected(self, denial: Denial, open_cents: int) -> tuple[int, str]:
        share = self.allowed.get((denial.payer_id, denial.procedure_code))
        if share is not None:
            return expected_open_cents(
                denied_cents=open_cents, historical_allowed_cents=round(open_cents * share)
            )
        share = self.allowed.get((denial.payer_id, ""))
        percent = None if share is None else round(100 * share)
        return expected_open_cents(denied_cents=open_cents, allowed_percent=percent)

    def item_columns(self, denial: Denial) -> dict[str, Any]:
        """What the queue sorts, filters and shows by."""
        found = self._priorities[denial.id]
        return {
            "priority": found.score,
            "priority_parts": found.parts(),
            "due_on": self.answers_due.get(denial.id) if denial.is_appealed else denial.appeal_due_on,
            "amount_cents": max(0, denial.denied_cents - denial.written_off_cents),
            "category": denial.category,
            "code": denial.code,
        }

    def is_expired(self, denial: Denial) -> bool:
        return self._priorities[denial.id].is_expired


def _basis(due: Deadline | None) -> dict[str, Any]:
    """The rule that made the date, kept with it."""
    if due is None:
        return {}
    return {
        "kind": due.kind,
        "rule_id": str(due.rule_id or ""),
        "rule_version": due.rule_version,
        "counted_from": due.counted_from.isoformat(),
        "internal_due_on": due.internal_due_on.isoformat(),
        "words": due.words,
        "is_example": due.is_example,
    }


def stored_resolution(denial: Denial) -> Resolution:
    """The resolution as the denial's columns keep it."""
    return Resolution(
        primary=DenialAdjustment(denial.group_code, denial.reason_code, denial.denied_cents),
        secondary=(),
        category=denial.category,
        subcategory=denial.subcategory,
        root_cause=denial.root_cause,
        actions=tuple(denial.suggested_actions),
        owner_team=denial.owner_team,
        is_preventable=denial.is_preventable,
        is_appeal_allowed=denial.is_appealable,
        is_patient_liable=denial.is_patient_liable,
        is_unprocessable=denial.is_unprocessable,
        resubmission=Resubmission(denial.resubmission or Resubmission.REPLACEMENT),
        needs_review=denial.needs_review,
        has_mixed_signals=denial.has_mixed_signals,
        core_scenario=denial.core_scenario,
        blocked=tuple(BlockedAction(**one) for one in denial.forbidden_actions),
        explanations=(),
    )


def _history(on: date) -> WinHistory:
    """The practice's own outcomes of two years: by category, by code, by payer and code."""
    since = on - timedelta(days=HISTORY_DAYS)
    rows = (
        Denial.objects.filter(closed_on__gte=since, state__in=DECIDED)
        .values_list("payer_id", "reason_code", "category")
        .annotate(decided=Count("id"), wins=Count("id", filter=Q(state__in=WON)))
        .order_by()
    )
    by_category: dict[str, Record] = {}
    by_carc: dict[str, Record] = {}
    by_payer: dict[tuple[str, str], Record] = {}
    for payer_id, carc, category, decided, wins in rows:
        _count(by_category, category, wins, decided)
        _count(by_carc, carc, wins, decided)
        _count(by_payer, (str(payer_id), carc), wins, decided)
    return WinHistory(by_category=by_category, by_carc=by_carc, by_payer_and_carc=by_payer)


def _count(records: dict[Key, Record], key: Key, wins: int, decided: int) -> None:
    had = records.get(key, Record())
    records[key] = Record(had.wins + wins, had.decided + decided)


def _allowed_shares(payer_ids: Sequence[UUID]) -> dict[tuple[UUID, str], float]:
    """What share of charges these payers allowed lately: by procedure, and ("") over all."""
    recent = Remittance.objects.filter(payer_id__in=payer_ids, posted_at__isnull=False).order_by(
        "-received_at", "-id"
    )
    ids = list(recent.values_list("id", flat=True)[:RECENT_REMITTANCES])
    rows = (
        RemitLine.objects.filter(
            remit_claim__remittance_id__in=ids, result__in=PAID_LINES, charge_cents__gt=0
        )
        .values_list("remit_claim__remittance__payer_id", "procedure_code")
        .annotate(charged=Sum("charge_cents"), allowed=Sum(Coalesce("allowed_cents", "paid_cents")))
        .order_by()
    )
    shares: dict[tuple[UUID, str], float] = {}
    totals: dict[UUID, list[int]] = {}
    for payer_id, code, charged, allowed in rows:
        shares[payer_id, code] = min(1.0, allowed / charged)
        total = totals.setdefault(payer_id, [0, 0])
        total[0], total[1] = total[0] + allowed, total[1] + charged
    for payer_id, (allowed, charged) in totals.items():
        shares[payer_id, ""] = min(1.0, allowed / charged)
    return shares


@dataclass(frozen=True)
class Further:
    """Where the nightly pass goes on, with the practice's own scale measured at its beginning."""

    after: UUID
    table: tuple[int, ...]


def expire_and_rescore(
    *, on: date, at: datetime, after: UUID | None = None, table: Sequence[int] = ()
) -> Further | None:
    """The nightly pass over open denials, some at a time: new scores, deadlines after a rule changed, and
    passed deadlines. Returns where to go on, or None. Safe to repeat.
    """
    table = tuple(table) if after else _own_table()
    if table and not after:
        cache.set(_scale_key(), table, SCALE_KEPT_SECONDS)
    rows = Denial.objects.exclude(state__in=CLOSED_STATES).order_by("id").select_related("claim")
    denials = list((rows.filter(id__gt=after) if after else rows)[:AT_A_TIME])
    if not denials:
        return None
    scorer = Scorer(
        payer_ids={denial.payer_id for denial in denials},
        patient_ids={denial.patient_id for denial in denials},
        on=on,
        table=table,
        denials=denials,
    )
    _rescore(denials, scorer)
    expire([denial for denial in denials if scorer.is_expired(denial)], on=on, at=at)
    return Further(denials[-1].id, tuple(table)) if len(denials) == AT_A_TIME else None


def rescore(denial: Denial, *, on: date) -> None:
    """Deadline, next action and priority of one denial, at once: what happened to it changed what can be done."""
    scorer = Scorer(
        payer_ids={denial.payer_id},
        patient_ids={denial.patient_id},
        on=on,
        table=scale_in_force(),
        denials=[denial],
    )
    _rescore([denial], scorer)


def _rescore(denials: Sequence[Denial], scorer: Scorer) -> None:
    decided = last_appeals(denials)
    changed = []
    for denial in denials:
        before = _rescored(denial)
        scorer.prepare(denial, last_appeal=decided.get(denial.id))
        if _rescored(denial) != before:
            changed.append(denial)
    update_models(changed, RESCORED)
    worklist.reprioritize({one.work_item_id: scorer.item_columns(one) for one in denials if one.work_item_id})


RESCORED = [
    "appeal_due_on", "appeal_basis", "corrected_claim_due_on", "expected_cents", "expected_basis", "next_action",
    "blocked_actions",
]  # fmt: skip


def _rescored(denial: Denial) -> list[Any]:
    return [getattr(denial, name) for name in RESCORED]


def scale_in_force() -> tuple[int, ...]:
    """The practice's own scale as last measured, so that what comes fresh is scored like what is there."""
    key = _scale_key()
    kept = cache.get(key)
    if kept is not None:
        return tuple(kept)
    table = _own_table()
    if table:
        cache.set(key, table, SCALE_KEPT_SECONDS)
    return table


def _scale_key() -> str:
    return f"denials:scale:{current_scope().practice_id}"


def _own_table() -> tuple[int, ...]:
    parts = WorkItem.objects.filter(kind="DENIAL", stage="TO_WORK").values_list("priority_parts", flat=True)
    return percentile_table(int(one.get("raw_cents", 0)) for one in parts)


def expire(denials: Iterable[Denial], *, on: date, at: datetime) -> int:
    """Passed deadlines: the denial says so and a manager gets an item, once."""
    late = [
        denial
        for denial in denials
        if denial.state in WORKABLE_STATES and denial.state != DenialState.EXPIRED
    ]
    if not late:
        return 0
    Denial.objects.filter(id__in=[denial.id for denial in late]).update(state=DenialState.EXPIRED)
    write_down(
        [
            (
                one,
                one.state,
                DenialState.EXPIRED,
                _due_words(one),
            )
            for one in late
        ],
        at=at,
    )
    worklist.open_items(
        worklist.ItemDraft(
            kind=MANAGER,
            cause_key=f"deadline:{denial.id}",
            title=f"{denial.claim.patient_control_number}: deadline of {denial.code} passed",
            occurred_on=on,
            due_on=on + timedelta(days=7),
            subject_type="denials.denial",
            subject_id=denial.id,
            queue="managers",
            priority=50,
            payer_id=denial.payer_id,
            location_id=denial.location_id,
            patient_id=denial.patient_id,
            amount_cents=denial.denied_cents - denial.written_off_cents,
            category="deadline_passed",
            code=denial.code,
            reference=denial.claim.patient_control_number,
        )
        for denial in late
    )
    return len(late)


def _due_words(denial: Denial) -> str:
    return f"Due on {written_day(denial.appeal_due_on)}" if denial.appeal_due_on else ""
