"""Matching and detaching by hand, and looking again for claims that were not here yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from django.db.models import F
from django.utils.timezone import localdate

from audit import services as audit
from claims.models import Claim
from claims.selectors import claim_facts as claims_as_facts
from remittances.choices import MatchRule, MatchState, RemittanceState, WorkKey
from remittances.models import MatchCandidate, RemitAdjustment, RemitClaim, RemitLine, Remittance
from remittances.rules.facts import AdjustmentFacts, RemitClaimFacts, RemitLineFacts
from remittances.services.answers import apply_answers, tell_again
from remittances.services.books import INFORMATIONAL_STATUSES, lock_books, move, places_for, take_out
from remittances.services.corrections import open_corrections
from remittances.services.exceptions import cause_gone, unmatched_item, waiting_is_over
from remittances.services.facts import leave_reversed
from remittances.services.finding_claims import Found, chosen_by_hand, find_claims
from remittances.services.gating import answers_of, apply_gated
from remittances.services.ranks import ranks_of
from remittances.services.refusals import CannotDetach, CannotMatch, ChangedMeanwhile
from remittances.services.settling import settle
from workbench.services import open_items

LOOKED_AT = 200


def match_payment(
    *, remit_claim: RemitClaim, claim: Claim, at: datetime, version: int | None = None
) -> RemitClaim:
    """A person says which claim a payment belongs to; a posted payment is applied to it at once."""
    lock_books()
    payment = _take(remit_claim, version)
    if payment.claim_id is not None:
        raise CannotMatch("This payment has a claim. Detach it first.")
    [ours] = claims_as_facts([claim.id])
    [facts] = facts_of([payment])
    candidate = MatchCandidate.objects.filter(remit_claim=payment, claim=claim).first()
    reason = "; ".join(candidate.reasons) if candidate else "Chosen by a person"
    _attach(payment, facts, chosen_by_hand(facts, ours, MatchRule.BY_HAND, reason), at=at)
    if payment.remittance.state == RemittanceState.POSTED:
        _apply(payment, at=at)
    audit.record(
        "remittances.remitclaim.matched",
        subject=payment,
        patient_id=ours.patient_id,
        fields=("claim",),
        data={"claim_id": str(claim.id)},
    )
    return RemitClaim.objects.select_related("remittance").get(id=payment.id)


def _take(remit_claim: RemitClaim, version: int | None) -> RemitClaim:
    payment = (
        RemitClaim.objects.select_for_update(of=("self",)).select_related("remittance").get(id=remit_claim.id)
    )
    if version is not None and payment.version != version:
        raise ChangedMeanwhile(payment)
    return payment


def _attach(payment: RemitClaim, facts: RemitClaimFacts, found: Found, *, at: datetime) -> None:
    [rank] = ranks_of([(facts, found.claim)], payer_id=payment.remittance.payer_id)
    issues = [issue for issue in payment.issues if issue not in ("NO_CLAIM", "LINE_NOT_FOUND")]
    if any(line.line is None for line in found.lines):
        issues.append("LINE_NOT_FOUND")
    RemitClaim.objects.filter(id=payment.id).update(
        claim_id=found.claim_id,
        claim_version_number=found.version_number,
        match_state=MatchState.MATCHED,
        match_rule=found.rule,
        match_score=found.score,
        match_reason=found.reason,
        rank=rank,
        issues=issues,
        version=F("version") + 1,
    )
    lines = {line.ordinal: line for line in RemitLine.objects.filter(remit_claim=payment)}
    for match in found.lines:
        line = lines[match.remitted.ordinal]
        line.claim_line_id = match.line.id if match.line else None
        line.charge_id = match.line.charge_id if match.line else None
        line.match_rule = match.rule.value
    RemitLine.objects.bulk_update(lines.values(), ["claim_line", "charge_id", "match_rule"])
    Remittance.objects.filter(id=payment.remittance_id).update(
        unmatched_count=F("unmatched_count") - 1, version=F("version") + 1
    )
    cause_gone(WorkKey.UNMATCHED, [f"remit_claim:{payment.id}"], at=at)
    payment.claim_id, payment.rank, payment.issues = found.claim_id, rank, issues
    audit.emit("era.matched", subject=payment, data={"claim_id": str(found.claim_id), "rule": found.rule})
    open_corrections([payment.id])


def _apply(payment: RemitClaim, *, at: datetime) -> None:
    assert payment.claim_id is not None
    take_out([payment], on=localdate(at))
    if payment.status_code in INFORMATIONAL_STATUSES:
        apply_answers(payment.remittance, [payment], at=at)
    settle({payment.claim_id}, at=at)


def detach_payment(*, remit_claim: RemitClaim, at: datetime, version: int | None = None) -> RemitClaim:
    """Take a payment off its claim; its money waits unapplied. Undoes a match, by hand or not."""
    lock_books()
    payment = _take(remit_claim, version)
    claim_id = payment.claim_id
    if claim_id is None:
        raise CannotDetach("This payment has no claim.")
    patient_id = Claim.objects.values_list("patient_id", flat=True).get(id=claim_id)
    restored = [payment.reverses_id] if payment.reverses_id else []
    RemitClaim.objects.filter(id=payment.id).update(
        claim=None,
        claim_version_number=None,
        match_state=MatchState.DETACHED,
        match_rule="",
        match_score=0,
        match_reason="",
        issues=[*(issue for issue in payment.issues if issue != "LINE_NOT_FOUND"), "NO_CLAIM"],
        is_additional=False,
        hold="",
        is_released=False,
        version=F("version") + 1,
    )
    RemitLine.objects.filter(remit_claim=payment).update(claim_line=None, charge_id=None, match_rule="")
    Remittance.objects.filter(id=payment.remittance_id).update(
        unmatched_count=F("unmatched_count") + 1, version=F("version") + 1
    )
    payment.claim_id, payment.hold = None, ""
    remittance = payment.remittance
    if remittance.state == RemittanceState.POSTED:
        leave_reversed([payment], at=at)
        move({remittance.id: remittance}, places_for(remittance, [payment]), on=localdate(at))
        tell_again(restored, at=at)
        cause_gone(WorkKey.EXCEPTION, [f"held:{payment.id}", f"suspense:{payment.id}"], at=at)
        waiting_is_over([payment], at=at)
        settle({claim_id}, at=at)
    cause_gone(WorkKey.EXCEPTION, [f"corrected:{payment.id}"], at=at)
    _keep_candidate(payment, claim_id)
    open_items([unmatched_item(remittance, payment.id, payment.patient_control_number, payment.paid_cents)])
    audit.record(
        "remittances.remitclaim.detached",
        subject=payment,
        patient_id=patient_id,
        fields=("claim",),
        data={"claim_id": str(claim_id)},
    )
    audit.emit("era.unmatched", subject=payment, data={"claim_id": str(claim_id)})
    return RemitClaim.objects.select_related("remittance").get(id=payment.id)


def _keep_candidate(payment: RemitClaim, claim_id: UUID) -> None:
    """So that a detached payment can be put back with one click."""
    MatchCandidate.objects.get_or_create(
        remit_claim=payment,
        claim_id=claim_id,
        defaults={"score": 100, "reasons": ["It was matched to this claim"]},
    )


def look_again(*, at: datetime) -> int:
    """Match payments whose claim has come meanwhile. What a person detached is left alone. Safe to repeat."""
    waiting = list(
        RemitClaim.objects.filter(claim__isnull=True, match_state=MatchState.UNMATCHED)
        .select_related("remittance")
        .order_by("-id")[:LOOKED_AT]
    )
    if not waiting:
        return 0
    known = facts_of(waiting)
    found = zip(waiting, known, find_claims(known), strict=True)
    fitting = [(payment, facts, match) for payment, facts, match in found if match.claim]
    if not fitting:
        return 0
    lock_books()
    for payment, facts, match in sorted(fitting, key=_in_order_of_payment):
        taken = _take(payment, None)
        _attach(taken, facts, match, at=at)
        if taken.remittance.state == RemittanceState.POSTED:
            _apply_gated(taken, at=at)
    return len(fitting)


def _in_order_of_payment(found: tuple[RemitClaim, RemitClaimFacts, Found]) -> tuple[date, int, UUID]:
    payment = found[0]
    return payment.remittance.payment_on, payment.ordinal, payment.id


def _apply_gated(payment: RemitClaim, *, at: datetime) -> None:
    """Nobody looked at it: what has to be looked at waits, as it would have if its claim had been here."""

    def apply() -> None:
        payment.refresh_from_db(fields=["hold", "booking", "booking_count", "entry_id"])
        _apply(payment, at=at)

    answers = answers_of(payment.remittance, claim_id=payment.claim_id)
    if apply_gated(answers, apply, only={payment.id}):
        apply()


def facts_of(payments: Sequence[RemitClaim]) -> list[RemitClaimFacts]:
    """Stored payments as the rules read them."""
    ids = [payment.id for payment in payments]
    adjustments: dict[UUID, list[AdjustmentFacts]] = defaultdict(list)
    for one in RemitAdjustment.objects.filter(remit_claim_id__in=ids).order_by("position"):
        adjustments[one.remit_line_id or one.remit_claim_id].append(
            AdjustmentFacts(one.group_code, one.reason_code, one.amount_cents, one.quantity)
        )
    lines: dict[UUID, list[RemitLineFacts]] = defaultdict(list)
    for line in RemitLine.objects.filter(remit_claim_id__in=ids).order_by("ordinal"):
        lines[line.remit_claim_id].append(line_facts_of(line, tuple(adjustments.get(line.id, ()))))
    return [
        RemitClaimFacts(
            ordinal=one.ordinal,
            patient_control_number=one.patient_control_number,
            status=one.status_code,
            charge_cents=one.charge_cents,
            paid_cents=one.paid_cents,
            patient_responsibility_cents=one.patient_responsibility_cents,
            payer_control_number=one.payer_control_number,
            original_payer_control_number=one.original_payer_control_number,
            frequency=one.frequency_code,
            filing_indicator=one.filing_indicator,
            adjustments=tuple(adjustments.get(one.id, ())),
            lines=tuple(lines.get(one.id, ())),
            remark_codes=tuple(one.remark_codes),
            member_id=one.member_id,
            patient_last_name=one.patient_last_name,
            patient_first_name=one.patient_first_name,
            rendering_npi=one.rendering_npi,
            service_from_on=one.service_from_on,
            service_to_on=one.service_to_on,
        )
        for one in payments
    ]


def line_facts_of(line: RemitLine, adjustments: tuple[AdjustmentFacts, ...]) -> RemitLineFacts:
    return RemitLineFacts(
        ordinal=line.ordinal,
        charge_cents=line.charge_cents,
        paid_cents=line.paid_cents,
        adjustments=adjustments,
        procedure_code=line.procedure_code,
        modifiers=_split(line.modifiers),
        submitted_procedure_code=line.submitted_procedure_code,
        submitted_modifiers=_split(line.submitted_modifiers),
        revenue_code=line.revenue_code,
        units=line.units,
        submitted_units=line.submitted_units,
        line_control_number=line.line_control_number,
        service_date=line.service_from_on,
        remark_codes=tuple(line.remark_codes),
        allowed_cents=line.allowed_cents,
    )


def _split(modifiers: str) -> tuple[str, ...]:
    return tuple(one for one in modifiers.split(":") if one)
