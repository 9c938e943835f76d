"""Reads of denials. `denial_for` is the only door from an id to a denial."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.db.models import Count, QuerySet, Sum

from claims.models import ClaimLine
from denials.choices import AppealState, DenialState, WriteOffState
from denials.models import Appeal, Denial, RoutingRule, WriteOff
from denials.querysets import DenialQuerySet
from denials.rules.priority import LastAppeal
from denials.selectors.books import open_amount
from ledger.selectors import Balance, charge_balances
from patients.selectors import visits_not_to_tell
from reference import selectors as reference
from reference.choices import CodeSet
from remittances.choices import AdjustmentClass
from remittances.models import RemitAdjustment, RemitClaim, RemitLine
from tenancy.access import NotFound
from tenancy.scope import Scope
from workbench.models import WorkItem

SIMILAR_SHOWN = 5


@dataclass(frozen=True)
class AdjustmentShown:
    """One reason in words, and what it took."""

    code: str
    words: str
    cents: int
    is_denial: bool


@dataclass(frozen=True)
class LineMoney:
    """One service line: what was billed and what became of it, by the payer's last word and the books."""

    line: ClaimLine
    billed_cents: int
    allowed_cents: int | None
    paid_cents: int
    patient_cents: int
    open_cents: int
    adjustments: tuple[AdjustmentShown, ...]
    is_this_denial: bool


@dataclass(frozen=True)
class Similar:
    """Denials of the same payer and reason that ended, and how."""

    decided: int
    won: int
    recovered_cents: int
    examples: Sequence[Denial]
    by_state: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Workspace:
    """Everything the workspace of one denial shows."""

    denial: Denial
    lines: Sequence[LineMoney]
    claim_adjustments: Sequence[AdjustmentShown]
    remarks: Sequence[tuple[str, str]]
    similar: Similar
    appeals: Sequence[Appeal]
    write_offs: Sequence[WriteOff]
    pending: WriteOff | None
    open_cents: int
    siblings: Sequence[Denial] = field(default_factory=tuple)


def denials_in(scope: Scope) -> DenialQuerySet:
    return Denial.objects.within(scope)


def denial_for(scope: Scope, denial_id: UUID) -> Denial:
    """Raises NotFound for what is not there, not in this practice, or outside the grant's payers and
    locations.
    """
    rows = denials_in(scope).select_related(
        "patient", "claim", "payer", "location", "work_item", "remit_claim__remittance", "remit_line"
    )
    denial = rows.filter(id=denial_id).first()
    if denial is None:
        raise NotFound
    return denial


def item_of(denial: Denial) -> WorkItem:
    """The work item that stands for a denial in the queue; NotFound for one that ended before it got
    there.
    """
    if denial.work_item_id is None:
        raise NotFound
    return WorkItem.objects.select_related(
        "payer", "assignee", "queue", "location", "changed_by", "lease_person"
    ).get(id=denial.work_item_id)


def for_rows(items: Sequence[WorkItem]) -> Mapping[UUID, Denial]:
    """The denials behind the rows of one page of the queue, by work item: one query."""
    rows = Denial.objects.filter(id__in=[item.subject_id for item in items]).for_queue()
    by_id = {denial.id: denial for denial in rows}
    return {item.id: by_id[item.subject_id] for item in items if item.subject_id in by_id}


def items_not_to_tell(items: Sequence[WorkItem]) -> set[UUID]:
    """Items of denials of claims that 42 CFR Part 2 keeps here until a consent releases them."""
    subjects = {one.subject_id for one in items if one.subject_id is not None}
    denials = Denial.objects.filter(id__in=subjects, claim__encounter__in=visits_not_to_tell().values("id"))
    kept = set(denials.values_list("id", flat=True))
    return {one.id for one in items if one.subject_id in kept}


def workspace(denial: Denial) -> Workspace:
    write_offs = list(
        WriteOff.objects.filter(denial=denial)
        .select_related("requested_by", "decided_by")
        .order_by("-requested_at", "-id")
    )
    lines, claim_level = money_by_line(denial)
    meanings = reference.meanings(CodeSet.REMARK)
    return Workspace(
        denial=denial,
        lines=lines,
        claim_adjustments=claim_level,
        remarks=[(code, meanings.get(code, "")) for code in denial.remark_codes],
        similar=similar_to(denial),
        appeals=list(
            Appeal.objects.filter(denial=denial).select_related("recorded_by").order_by("level", "id")
        ),
        write_offs=write_offs,
        pending=next((one for one in write_offs if one.state == WriteOffState.PENDING), None),
        open_cents=open_amount(denial),
        siblings=list(
            Denial.objects.filter(claim_id=denial.claim_id)
            .exclude(id=denial.id)
            .order_by("service_date", "id")[:10]
        ),
    )


def money_by_line(denial: Denial) -> tuple[list[LineMoney], list[AdjustmentShown]]:
    """The claim's newest lines with the decision the denial rests on: four queries."""
    lines = _newest_lines(denial.claim_id)
    decided = list(RemitLine.objects.filter(remit_claim_id=denial.remit_claim_id).order_by("ordinal"))
    by_charge = {line.charge_id: line for line in decided if line.charge_id}
    by_claim_line = {line.claim_line_id: line for line in decided if line.claim_line_id}
    words = reference.meanings(CodeSet.ADJUSTMENT_REASON)
    shown: dict[UUID | None, list[RemitAdjustment]] = {}
    rows = RemitAdjustment.objects.filter(remit_claim_id=denial.remit_claim_id).order_by("position")
    for row in rows:
        shown.setdefault(row.remit_line_id, []).append(row)
    balances = charge_balances([line.charge_id for line in lines])
    money = []
    for line in lines:
        remitted = by_charge.get(line.charge_id) or by_claim_line.get(line.id)
        adjustments = shown.get(remitted.id, []) if remitted else []
        money.append(_line_money(line, remitted, adjustments, balances[line.charge_id], words, denial))
    return money, [_adjustment(row, words) for row in shown.get(None, [])]


def _newest_lines(claim_id: UUID) -> list[ClaimLine]:
    rows = list(
        ClaimLine.objects.filter(claim_id=claim_id)
        .select_related("version")
        .order_by("version__number", "line_number")
    )
    newest = rows[-1].version_id if rows else None
    return [row for row in rows if row.version_id == newest]


def _line_money(
    line: ClaimLine,
    remitted: RemitLine | None,
    adjustments: Sequence[RemitAdjustment],
    balance: Balance,
    words: Mapping[str, str],
    denial: Denial,
) -> LineMoney:
    patient = sum(
        row.amount_cents
        for row in adjustments
        if row.classification == AdjustmentClass.PATIENT_RESPONSIBILITY
    )
    return LineMoney(
        line=line,
        billed_cents=line.amount_cents,
        allowed_cents=remitted.allowed_cents if remitted else None,
        paid_cents=remitted.paid_cents if remitted else 0,
        patient_cents=patient,
        open_cents=balance.outstanding_cents,
        adjustments=tuple(_adjustment(row, words) for row in adjustments),
        is_this_denial=denial.charge_id == line.charge_id,
    )


def _adjustment(row: RemitAdjustment, words: Mapping[str, str]) -> AdjustmentShown:
    return AdjustmentShown(
        code=f"{row.group_code}-{row.reason_code}",
        words=words.get(row.reason_code, ""),
        cents=row.amount_cents,
        is_denial=row.classification in (AdjustmentClass.DENIAL, AdjustmentClass.UNKNOWN),
    )


def similar_to(denial: Denial) -> Similar:
    """Ended denials of the same payer and reason: how many, how they ended, and the last few."""
    ended = Denial.objects.filter(
        payer_id=denial.payer_id, reason_code=denial.reason_code, closed_on__isnull=False
    ).exclude(state=DenialState.CANCELLED)
    states = list(
        ended.values_list("state")
        .annotate(n=Count("id"), cents=Sum("recovered_cents"))
        .order_by("-n", "state")
    )
    won = (DenialState.RECOVERED, DenialState.RECOVERED_PARTIAL)
    return Similar(
        decided=sum(n for _, n, _ in states),
        won=sum(n for state, n, _ in states if state in won),
        recovered_cents=sum(cents or 0 for _, _, cents in states),
        examples=list(
            ended.exclude(id=denial.id).select_related("claim").order_by("-closed_on", "-id")[:SIMILAR_SHOWN]
        ),
        by_state=[(DenialState(state).label, n) for state, n, _ in states],
    )


def code_words(denial: Denial) -> str:
    return reference.carc_meaning(denial.reason_code)


def write_off_for(scope: Scope, write_off_id: UUID) -> WriteOff:
    rows = WriteOff.objects.filter(denial__in=denials_in(scope)).select_related(
        "denial__claim", "requested_by"
    )
    write_off = rows.filter(id=write_off_id).first()
    if write_off is None:
        raise NotFound
    return write_off


def appeal_for(scope: Scope, appeal_id: UUID) -> Appeal:
    rows = Appeal.objects.filter(denial__in=denials_in(scope)).select_related("denial")
    appeal = rows.filter(id=appeal_id).first()
    if appeal is None:
        raise NotFound
    return appeal


def last_appeals(denials: Sequence[Denial]) -> dict[UUID, LastAppeal]:
    """How the last appeal of each was decided; see `last_decided`."""
    appeals = defaultdict(list)
    decided = Appeal.objects.filter(denial_id__in=[one.id for one in denials], state=AppealState.DECIDED)
    for appeal in decided.order_by("level"):
        appeals[appeal.denial_id].append(appeal)
    found = {denial.id: last_decided(denial, appeals[denial.id]) for denial in denials}
    return {denial_id: last for denial_id, last in found.items() if last}


def answers_due(denials: Iterable[Denial]) -> dict[UUID, date | None]:
    """Of those whose appeal is out: the day its decision is due, as far as anybody said one."""
    appealed = [one.id for one in denials if one.is_appealed]
    if not appealed:
        return {}
    out = Appeal.objects.filter(denial_id__in=appealed).exclude(state=AppealState.DECIDED)
    return dict(out.values_list("denial_id", "decision_due_on"))


def last_decided(denial: Denial, appeals: Iterable[Appeal]) -> LastAppeal | None:
    """The last of a denial's appeals to be decided since the refusal that stands; an older one is history."""
    last = None
    for appeal in appeals:
        if appeal.decided_on is not None and appeal.decided_on >= denial.denied_on:
            last = LastAppeal(appeal.level, appeal.outcome, appeal.decided_on)
    return last


def routing_rules() -> QuerySet[RoutingRule]:
    return RoutingRule.objects.select_related("payer", "queue").order_by(
        "payer__name_normalized", "category", "id"
    )


def routing_rule_for(scope: Scope, rule_id: UUID) -> RoutingRule:
    rule = RoutingRule.objects.select_related("payer", "queue").filter(id=rule_id).first()
    if rule is None or (scope.payer_ids is not None and rule.payer_id not in scope.payer_ids):
        raise NotFound
    return rule


def denials_of_claim(scope: Scope, claim_id: UUID) -> QuerySet[Denial]:
    return (
        denials_in(scope)
        .filter(claim_id=claim_id)
        .select_related("payer", "work_item")
        .order_by("service_date", "id")
    )


def denials_of_remittance(scope: Scope, remittance_id: UUID) -> QuerySet[Denial]:
    claims = RemitClaim.objects.filter(remittance_id=remittance_id).values("id")
    return denials_in(scope).filter(remit_claim_id__in=claims).select_related("claim", "payer").order_by("id")
