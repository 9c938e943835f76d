"""Acknowledgements become evidence: kept for each claim they speak of, and moving it where they prove something."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.timezone import localdate, make_aware

from claims.choices import AckKind, AckSender, AckStatus, AckVerdict, RejectionKind, TicketReason
from claims.models import Claim, ClaimAcknowledgement, StatusQuestion
from claims.rules.acknowledging import (
    ACKNOWLEDGEMENT,
    TRY_LATER,
    Word,
    is_innocent,
    word_of,
    word_of_set,
)
from claims.rules.numbers import number_key
from claims.rules.states import Evidence, State, Verdict
from claims.selectors.acknowledgements import Named, named_by, named_in
from claims.selectors.asking import questions_by_trace
from claims.selectors.sending import set_position
from claims.services.asking import refuse_questions, take_answer_of
from claims.services.moving import Said, move_claims
from claims.services.rejections import open_envelope_rejection, open_rejections, release_again
from claims.services.tickets import Missing, open_tickets
from clearinghouse.choices import AnswerKind, ExchangeProblem, FileState
from clearinghouse.models import EnvelopeAnswer, ExchangeFile, InterchangeSet
from clearinghouse.rules.answers import is_refusal
from clearinghouse.selectors import open_file
from clearinghouse.selectors.answers import answers_untaken, set_of_batch
from clearinghouse.services import mark_answers_taken, mark_file, take_contents
from clearinghouse.services.problems import open_problem
from tenancy.bulk import insert_models
from tenancy.jobs import enqueue
from x12 import ClaimStatus, LevelStatus, NotX12, Party, StatusEnd, StatusStart, read_277

ANSWERS_AT_A_TIME = 200
CLAIMS_AT_A_TIME = 500
SOURCE, RECEIVER, PROVIDER = "20", "21", "19"
WHOLE = (RECEIVER, PROVIDER)
"""Levels whose word can be on all that would stand below them."""
REJECTIONS = {
    Evidence.SYNTAX_REJECTED: RejectionKind.SYNTAX,
    Evidence.CLEARINGHOUSE_REJECTED: RejectionKind.CLEARINGHOUSE,
    Evidence.PAYER_REJECTED: RejectionKind.PAYER,
}
Spoken = tuple[Named, Word]


@transaction.atomic
def take_answers(*, at: datetime) -> int:
    """Move claims by what partners answered to their envelopes; returns how many answers. Safe to repeat."""
    answers = answers_untaken(ANSWERS_AT_A_TIME)
    for answer in answers:
        if answer.kind == AnswerKind.TA1:
            _take_ta1(answer, at)
        else:
            _take_999(answer, at)
    mark_answers_taken([one.id for one in answers], at=at)
    return len(answers)


@transaction.atomic
def order_reading(*, at: datetime) -> int:
    """Have the claim acknowledgements read that came from partners; returns how many files."""
    taken = take_contents("277", at=at)
    for file_id in taken:
        enqueue("claims.read_statuses", file_id=file_id)
    return len(taken)


@transaction.atomic
def read_statuses(*, file_id: UUID, at: datetime) -> int:
    """Keep what a 277CA or 277 says of each claim and move by it; returns how many were new. Safe to repeat."""
    file = ExchangeFile.objects.get(id=file_id)
    reading = _Reading(file, at)
    try:
        with open_file(file) as source:
            count = reading.take(read_277(source))
    except NotX12 as refusal:
        mark_file(file_id=file.id, state=FileState.QUARANTINED, message=str(refusal))
        open_problem(ExchangeProblem.UNREADABLE, subject=file, title=f"{file.name} cannot be read", at=at)
        return 0
    if file.state == FileState.STORED:
        mark_file(file_id=file.id, state=FileState.READ, message=" ".join(reading.complaints)[:2000])
    return count


# -- TA1 and 999 -------------------------------------------------------------------------------------------------


def _take_ta1(answer: EnvelopeAnswer, at: datetime) -> None:
    """An accepted interchange proves that the partner holds it, which its delivery says; a refused one is nobody's."""
    assert answer.interchange is not None
    refused = is_refusal(answer.outcome, answer.reasons)
    word = Word(
        kind=AckKind.INTERCHANGE,
        sender=AckSender.PARTNER,
        status=answer.outcome,
        segment=answer.segment,
        evidence=Evidence.SYNTAX_REJECTED if refused else "",
        codes=[[answer.code, *answer.reasons]],
    )
    spoken = [(one, word) for one in named_in(interchange_id=answer.interchange_id)]
    said = _apply(spoken, answer.file_id, answer.received_at)
    moved = [claim for claim, one in said if one.verdict == AckVerdict.MOVED]
    if refused and moved:
        open_envelope_rejection(interchange=answer.interchange, of_set=None, claims=moved, at=at)
    _tell_of_contradictions(said, at)


def _take_999(answer: EnvelopeAnswer, at: datetime) -> None:
    """Of a rejected set the claims that are named stay for a person; the others go again by themselves."""
    assert answer.interchange is not None
    assert answer.set is not None
    begins = set_position(answer.set)
    errors = [
        {**one, "ours": begins + int(one["place"]) - 1 if begins and one["place"].isdecimal() else None}
        for one in answer.errors
    ]
    spoken = [
        (
            one,
            word_of_set(
                control_number=one.claim.patient_control_number,
                code=answer.code,
                outcome=answer.outcome,
                reasons=answer.reasons,
                errors=errors,
                segment=answer.segment,
            ),
        )
        for one in named_in(set_id=answer.set_id)
    ]
    is_anybody_named = any(word.places for _, word in spoken) and any(one["claim"] for one in errors)
    said = _apply(spoken, answer.file_id, answer.received_at)
    words = {one.claim.id: word for one, word in spoken}
    moved = [(claim, one) for claim, one in said if one.verdict == AckVerdict.MOVED]
    rejected = [(claim, one) for claim, one in moved if one.evidence == Evidence.SYNTAX_REJECTED]
    if rejected and not is_anybody_named:
        open_envelope_rejection(
            interchange=answer.interchange,
            of_set=answer.set,
            claims=[claim for claim, _ in rejected],
            at=at,
        )
    elif rejected:
        again = [claim.id for claim, _ in rejected if is_innocent(words[claim.id], errors)]
        open_rejections(
            [(RejectionKind.SYNTAX, claim, one) for claim, one in rejected if claim.id not in again], at=at
        )
        if again:
            release_again(again, at=at)
    _tell_of_contradictions(said, at)


# -- 277CA and 277 -----------------------------------------------------------------------------------------------


class _Reading:
    """One file of claim acknowledgements, some hundred claims at a time."""

    def __init__(self, file: ExchangeFile, at: datetime) -> None:
        self.file, self.at = file, at
        self.complaints: list[str] = []
        self.kind = ""
        self.sender = ""
        self.source: Party | None = None
        self.of_set: InterchangeSet | None = None

    def take(self, records: Iterator[Any]) -> int:
        count, waiting = 0, list[ClaimStatus]()
        for record in records:
            if isinstance(record, ClaimStatus):
                waiting.append(record)
                if len(waiting) < CLAIMS_AT_A_TIME:
                    continue
            count += self._take_claims(waiting)
            waiting = []
            if isinstance(record, StatusStart):
                self.kind, self.sender = record.kind, record.envelope.sender
                self.of_set = self._set_asked(record)
            elif isinstance(record, LevelStatus):
                count += self._take_level(record)
            elif isinstance(record, StatusEnd):
                self.complaints += [finding.message for finding in record.findings]
        return count + self._take_claims(waiting)

    def _set_asked(self, start: StatusStart) -> InterchangeSet | None:
        """The set of questions that an answer names."""
        if start.kind == ACKNOWLEDGEMENT:
            return None
        return set_of_batch(self.file, self.sender, start.reference)

    def _take_level(self, level: LevelStatus) -> int:
        """The receiver's level names our batch. Where nobody stands below it, its word is on the whole batch; below a
        provider's, on that provider's claims in it.
        """
        if self.kind != ACKNOWLEDGEMENT:
            self._take_refusal(level)
            return 0
        if level.level_code == SOURCE:
            self.source = level.parties[0] if level.parties else None
        elif level.level_code == RECEIVER:
            self.of_set = set_of_batch(self.file, self.sender, level.trace_number)
        if level.level_code not in WHOLE or self.of_set is None or level.has_levels_below != "0":
            return 0
        if not level.statuses:
            return 0
        whole = ClaimStatus(0, "", level.position, source=self.source, statuses=level.statuses)
        word = word_of(whole, self.kind)
        if word.evidence not in REJECTIONS:
            word = replace(word, evidence="")
        provider = level.parties[0].identifier if level.level_code == PROVIDER and level.parties else ""
        named = named_in(set_id=self.of_set.id, billing_npi=provider)
        if not named:
            self._tell_of_unknown(f"of provider {provider}", word)
        return self._keep([(one, word) for one in named])

    def _take_refusal(self, level: LevelStatus) -> None:
        """A level that is answered as a whole: the payer answers none of these questions."""
        if self.of_set is None or not level.statuses or level.has_levels_below == "1":
            return
        refuse_questions(set_id=self.of_set.id, at=self.at)
        interchange = self.of_set.interchange
        title = f"Questions about claims in interchange {interchange} were refused"
        open_problem(ExchangeProblem.QUESTIONS_REFUSED, subject=interchange, title=title, at=self.at)

    def _take_claims(self, claims: Sequence[ClaimStatus]) -> int:
        if not claims:
            return 0
        is_answer = self.kind != ACKNOWLEDGEMENT
        asked = questions_by_trace(one.trace_number for one in claims) if is_answer else {}
        numbers = {id(one): self._number(one) for one in claims}
        known = named_by(numbers.values(), of_set=None if is_answer else self.of_set)
        spoken, answered = [], []
        for one in claims:
            word = word_of(one, self.kind)
            question = asked.get(one.trace_number)
            named = (
                _named_by(question)
                if question
                else _chosen(known.get(number_key(numbers[id(one)]), ()), numbers[id(one)], word)
            )
            if named is None:
                self._tell_of_unknown(numbers[id(one)], word)
                continue
            spoken.append((named, word))
            if question:
                answered.append((question, word.segment))
        return self._keep(spoken, answered)

    def _number(self, claim: ClaimStatus) -> str:
        """CLM01: a 277CA traces by it, the answer to a question repeats it as the account."""
        if self.kind == ACKNOWLEDGEMENT:
            return claim.trace_number
        return claim.patient_account_number or claim.trace_number

    def _keep(self, spoken: Sequence[Spoken], answered: Sequence[tuple[StatusQuestion, int]] = ()) -> int:
        said = _apply(spoken, self.file.id, self.at)
        words = {(one.claim.id, word.segment): word for one, word in spoken}
        fresh = {(claim.id, row.segment): row for claim, row in said}
        for question, segment in answered:
            if row := fresh.get((question.claim_id, segment)):
                take_answer_of(question, row, at=self.at)
        _keep_payer_numbers(said)
        open_rejections(
            [
                (REJECTIONS[Evidence(one.evidence)], claim, one)
                for claim, one in said
                if one.verdict == AckVerdict.MOVED and one.evidence in REJECTIONS
            ],
            at=self.at,
        )
        open_rejections(
            [
                (kind, claim, one)
                for claim, one in said
                if one.verdict != AckVerdict.LATE
                and (kind := _question(words[claim.id, one.segment])) is not None
            ],
            at=self.at,
        )
        _tell_of_contradictions(said, self.at)
        open_tickets(
            [
                Missing(claim, TicketReason.NOT_FOUND, localdate(self.at))
                for claim, one in said
                if one.status == AckStatus.NOT_FOUND
                and (one.verdict == AckVerdict.MOVED or _is_still_lost(claim, one))
            ],
            at=self.at,
        )
        return len(said)

    def _tell_of_unknown(self, number: str, word: Word) -> None:
        open_problem(
            ExchangeProblem.UNKNOWN_ANSWER,
            subject=self.file,
            title=f"{word.kind} answers claim {number or 'without a number'}, which is not on file"[:200],
            at=self.at,
            cause=f"{self.file.id}:{word.segment}",
        )


def _is_still_lost(claim: Claim, said: ClaimAcknowledgement) -> bool:
    """It was looked for before the payer said that it has no such claim."""
    return said.verdict == AckVerdict.IGNORED and claim.submission_state == State.STUCK


def _question(word: Word) -> RejectionKind | None:
    """What a person has to look at though nothing was rejected."""
    category = word.codes[0][0] if word.codes else ""
    if category.startswith("R"):
        return RejectionKind.INFORMATION
    if category in TRY_LATER:
        return None
    return RejectionKind.UNKNOWN if word.status == "UNKNOWN" else None


def _named_by(question: StatusQuestion) -> Named:
    return Named(question.claim, question.version, question.version.number == question.claim.current_version)


def _chosen(candidates: Sequence[Named], number: str, word: Word) -> Named | None:
    """Of claims whose numbers a payer may have mangled alike, the one that says exactly this; of its versions the
    newest whose charge is the one named.
    """
    exact = [one for one in candidates if one.claim.patient_control_number == number.strip()]
    left = exact or list(candidates)
    if len({one.claim.id for one in left}) != 1:
        return None
    same_charge = [one for one in left if one.version.total_cents == word.charge_cents]
    return (same_charge or left)[0]


def _keep_payer_numbers(said: Sequence[tuple[Claim, ClaimAcknowledgement]]) -> None:
    """The payer's number of an accepted claim, until its decision names one."""
    for claim, one in said:
        if (
            one.verdict == AckVerdict.MOVED
            and one.evidence == Evidence.PAYER_ACCEPTED
            and one.payer_control_number
        ):
            Claim.objects.filter(id=claim.id, payer_control_number="").update(
                payer_control_number=one.payer_control_number
            )


# -- keeping -----------------------------------------------------------------------------------------------------


def _apply(spoken: Sequence[Spoken], file_id: UUID, at: datetime) -> list[tuple[Claim, ClaimAcknowledgement]]:
    """Keep each word once, move by those that speak of what was sent last; returns what was new."""
    known = set(
        ClaimAcknowledgement.objects.filter(
            file=file_id, claim__in={one.claim.id for one, _ in spoken}
        ).values_list("claim_id", "segment")
    )
    fresh = [(one, word) for one, word in spoken if (one.claim.id, word.segment) not in known]
    rows = [(one.claim, _row(one, word, file_id, at)) for one, word in fresh]
    telling = [
        (row, Said(claim.id, row.evidence, _moment(row, at), _data(row)))
        for claim, row in rows
        if row.evidence and row.verdict != AckVerdict.LATE
    ]
    for (row, _), moved in zip(telling, move_claims([said for _, said in telling]), strict=True):
        row.verdict = VERDICTS[moved.verdict]
    insert_models([row for _, row in rows])
    return rows


VERDICTS: Mapping[Verdict, AckVerdict] = {
    Verdict.MOVED: AckVerdict.MOVED,
    Verdict.IGNORED: AckVerdict.IGNORED,
    Verdict.CONTRADICTED: AckVerdict.CONTRADICTED,
}


def _row(named: Named, word: Word, file_id: UUID, at: datetime) -> ClaimAcknowledgement:
    return ClaimAcknowledgement(
        claim=named.claim,
        version=named.version,
        kind=word.kind,
        sender=word.sender,
        status=word.status,
        codes=[list(one) for one in word.codes],
        places=[dict(one) for one in word.places],
        message=word.message,
        action=word.action[:2],
        payer_control_number=word.payer_control_number[:50],
        clearinghouse_trace=word.clearinghouse_trace[:50],
        effective_on=word.effective_on,
        charge_cents=word.charge_cents,
        paid_cents=word.paid_cents,
        paid_on=word.paid_on,
        payment_reference=word.payment_reference[:50],
        evidence=word.evidence,
        verdict=AckVerdict.NOTED if named.is_newest else AckVerdict.LATE,
        file_id=file_id,
        segment=word.segment,
        received_at=at,
    )


def _moment(row: ClaimAcknowledgement, at: datetime) -> datetime:
    """The day the acknowledgement names is what proves timely filing; it has no hour."""
    if row.effective_on is None or row.effective_on >= localdate(at):
        return at
    return make_aware(datetime.combine(row.effective_on, time(23, 59)))


def _data(row: ClaimAcknowledgement) -> dict[str, Any]:
    return {
        "file_id": str(row.file_id),
        "segment": row.segment,
        "kind": row.kind,
        "codes": [":".join(one) for one in row.codes][:3],
    }


def _tell_of_contradictions(said: Collection[tuple[Claim, ClaimAcknowledgement]], at: datetime) -> None:
    open_rejections(
        [
            (RejectionKind.CONTRADICTION, claim, one)
            for claim, one in said
            if one.verdict == AckVerdict.CONTRADICTED
        ],
        at=at,
    )
