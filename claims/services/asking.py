"""Asking payers where claims stand (276): at the payer's own time by the clock, or at once for a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from audit import services as audit
from claims.choices import AskedBy, QuestionState
from claims.models import Claim, ClaimAcknowledgement, ClaimVersion, StatusQuestion
from claims.rules.asking import ANSWERED_WITHIN, question
from claims.rules.snapshot import claim_of
from claims.selectors.asking import (
    claims_to_ask,
    questions_failed,
    way_to_ask,
    without_open_question,
)
from claims.selectors.finding import claims_by_id
from claims.selectors.sending import current_versions
from clearinghouse.choices import ExchangeProblem, InterchangeState, Transaction
from clearinghouse.selectors import Way, partners_taking, ways_to
from clearinghouse.services import CannotSeal, Sealed, seal
from clearinghouse.services.problems import open_problem
from tenancy.bulk import insert_models
from workbench.models import WorkItem
from workbench.services import Refusal
from x12 import ClaimStatus

AT_A_TIME = 2000


class CannotAsk(Exception):
    """The payer cannot be asked about this claim now; the text says why."""


@dataclass(frozen=True, slots=True)
class _Asking:
    row: StatusQuestion
    content: ClaimStatus

    @property
    def place(self) -> tuple[str, ...]:
        """Who shares a payer, a provider and a subscriber stands together, subscribers before their dependents."""
        assert self.content.source is not None
        assert self.content.subscriber is not None
        return (
            self.content.source.identifier,
            *(one.identifier for one in self.content.providers),
            "1" if self.content.dependent else "0",
            self.content.subscriber.identifier,
            self.row.trace,
        )


@transaction.atomic
def ask_payers(*, at: datetime) -> int:
    """Ask about every claim whose payer is due to be asked; returns how many. Safe to repeat: one question a claim."""
    end_questions(at=at)
    due = [one.id for one in claims_to_ask(at=at)[:AT_A_TIME]]
    claims = without_open_question(due)
    ways = _ways(claims)
    taking = partners_taking({way.partner_id for way in ways.values() if way.partner_id}, at=at)
    open_ways = {claim_id: way for claim_id, way in ways.items() if way.partner_id in taking}
    return len(_ask([one for one in claims if one.id in open_ways], open_ways, AskedBy.CLOCK, at))


@transaction.atomic
def ask_now(*, claim: Claim, at: datetime) -> StatusQuestion:
    """Ask the payer now, whatever was asked before. Refused while a question is open, or no way leads there."""
    way = way_to_ask(claim)
    if way.partner_id is None:
        raise CannotAsk(way.obstacle)
    free = without_open_question([claim.id])
    if not free:
        raise CannotAsk(why_not(claim))
    asked = _ask(free, {claim.id: way}, AskedBy.PERSON, at)
    if not asked:
        raise CannotAsk("What is on file of this claim does not make a question the payer could read.")
    return asked[0]


def ask_item(*, item: WorkItem, at: datetime) -> str:
    """Ask about the claim of a ticket, as one of many."""
    claim = claims_by_id([item.subject_id]).get(item.subject_id) if item.subject_id else None
    if claim is None:
        raise Refusal("It is about a file, not a claim.")
    try:
        ask_now(claim=claim, at=at)
    except CannotAsk as refusal:
        raise Refusal(str(refusal)) from refusal
    return ""


def why_not(claim: Claim) -> str:
    if StatusQuestion.objects.filter(claim=claim, state=QuestionState.ASKED).exists():
        return "A question about this claim is open. Its answer comes first."
    return "Only a claim that was sent and that no payer has decided can be asked about."


@transaction.atomic
def end_questions(*, at: datetime) -> int:
    """End the questions nobody will answer any more; returns how many. Safe to repeat."""
    failed = questions_failed()
    lost = [one for one in failed if one.interchange.state == InterchangeState.FAILED]
    refused = [one for one in failed if one not in lost]
    for one in {each.interchange_id: each.interchange for each in refused}.values():
        title = f"Questions about claims in interchange {one} were refused"
        open_problem(ExchangeProblem.QUESTIONS_REFUSED, subject=one, title=title, at=at)
    late = StatusQuestion.objects.filter(
        state=QuestionState.ASKED, asked_at__lt=at - timedelta(days=ANSWERED_WITHIN)
    )
    return (
        _end(lost, QuestionState.NOT_SENT, at)
        + _end(refused, QuestionState.REFUSED, at)
        + late.update(state=QuestionState.UNANSWERED, ended_at=at)
    )


def refuse_questions(*, set_id: UUID, at: datetime) -> int:
    """The payer answered to the whole set that it answers none of it."""
    open_ones = StatusQuestion.objects.filter(set=set_id, state=QuestionState.ASKED)
    return _end(list(open_ones), QuestionState.REFUSED, at)


def take_answer_of(asked: StatusQuestion, answer: ClaimAcknowledgement, *, at: datetime) -> None:
    """The first answer ends a question, however late it comes."""
    taken = (
        StatusQuestion.objects.filter(id=asked.id)
        .exclude(state=QuestionState.ANSWERED)
        .update(state=QuestionState.ANSWERED, ended_at=at, answer=answer)
    )
    if taken:
        data = {"file_id": str(answer.file_id), "segment": answer.segment, "status": answer.status}
        audit.emit("claim.answered", subject=asked.claim, data=data)


# -- how ---------------------------------------------------------------------------------------------------------


def _end(questions: Collection[StatusQuestion], state: QuestionState, at: datetime) -> int:
    rows = StatusQuestion.objects.filter(id__in=[one.id for one in questions], state=QuestionState.ASKED)
    return rows.update(state=state, ended_at=at)


def _ways(claims: Sequence[Claim]) -> dict[UUID, Way]:
    """By claim: how its payer is asked."""
    wanted = {one.id: (one.payer_id, one.billing_provider_id, Transaction.STATUS.value) for one in claims}
    ways = ways_to(set(wanted.values()))
    return {claim_id: ways[group] for claim_id, group in wanted.items()}


def _ask(
    claims: Sequence[Claim], ways: Mapping[UUID, Way], asked_by: AskedBy, at: datetime
) -> list[StatusQuestion]:
    """Questions sealed for their partners, one interchange each."""
    versions = current_versions(claims)
    by_partner: dict[UUID, list[_Asking]] = defaultdict(list)
    for claim in claims:
        partner_id = ways[claim.id].partner_id
        assert partner_id is not None
        made = _asking(claim, versions[claim.id], ways[claim.id], asked_by, at)
        if made is not None:
            by_partner[partner_id].append(made)
    asked = [row for partner_id, those in by_partner.items() for row in _seal(partner_id, those, at)]
    _tell(asked)
    return asked


def _asking(claim: Claim, version: ClaimVersion, way: Way, asked_by: AskedBy, at: datetime) -> _Asking | None:
    """None where what was sent does not say who is meant."""
    row = StatusQuestion(claim=claim, version=version, asked_by=asked_by, asked_at=at)
    sent = claim_of(version.snapshot)
    if sent.payer is None or sent.subscriber is None or sent.billing_provider is None:
        return None
    content = question(
        sent,
        trace=row.trace,
        payer_identifier=way.payer_identifier,
        payer_control_number=claim.payer_control_number,
    )
    return _Asking(row, content)


def _seal(partner_id: UUID, those: Sequence[_Asking], at: datetime) -> list[StatusQuestion]:
    """One interchange of the questions that can be written; the others are not asked."""
    left = {one.row.id: one for one in sorted(those, key=lambda one: one.place)}
    while left:
        given = [(row_id, one.content) for row_id, one in left.items()]
        try:
            sealed = seal(partner_id=partner_id, kind=Transaction.STATUS, claims=given, at=at)
        except CannotSeal as refusal:
            if refusal.subject_id is None:
                raise
            del left[refusal.subject_id]
        else:
            return _record(sealed, left)
    return []


def _record(sealed: Sealed, left: Mapping[UUID, _Asking]) -> list[StatusQuestion]:
    rows = []
    for of_set in sealed.sets:
        for row_id in of_set.subject_ids:
            row = left[row_id].row
            row.interchange_id, row.set_id = sealed.interchange_id, of_set.id
            rows.append(row)
    insert_models(rows)
    return rows


def _tell(asked: Sequence[StatusQuestion]) -> None:
    audit.record_many(
        audit.Entry(
            verb="claims.claim.asked",
            subject_type="claims.claim",
            subject_id=one.claim_id,
            patient_id=one.claim.patient_id,
            data={"question_id": str(one.id), "asked_by": one.asked_by},
        )
        for one in asked
    )
    audit.emit_many(
        audit.Happening(
            name="claim.asked",
            subject_type="claims.claim",
            subject_id=one.claim_id,
            occurred_at=one.asked_at,
            data={"question_id": str(one.id), "interchange_id": str(one.interchange_id)},
        )
        for one in asked
    )
