"""A question about coverage: written and kept, put to the payer without a transaction, its answer kept and read.

`ask`, `line_of` and `take` each want a scope; `exchange` between them wants none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import IntegrityError, transaction
from msgspec.structs import replace

from audit import services as audit
from clearinghouse.choices import Transaction
from clearinghouse.models import Connection
from clearinghouse.selectors import Way, question_line, way_to
from clearinghouse.services import questions
from eligibility.choices import AWAITED, InquiryReason, InquiryState
from eligibility.models import OPEN, EligibilityInquiry, EligibilityResponse, InquiryAttempt, stored
from eligibility.rules.answers import Answer
from eligibility.rules.asking import CannotAsk, Question, fingerprint, inquiry_content
from eligibility.rules.changes import Change, ChangeKind, changes
from eligibility.rules.normalising import Asked, normalise
from eligibility.rules.readings import reading_of
from eligibility.rules.words import Outcome
from eligibility.selectors import answer_before, asked_lately
from eligibility.services import alerts
from eligibility.services.silences import keep_silence
from patients.models import Coverage, Patient
from reference.models import Payer, Provider
from tenancy.ids import uuid7
from tenancy.jobs import NotNow, enqueue
from tenancy.scope import current_scope

FRESH_FOR = timedelta(hours=12)
MOST_ATTEMPTS = 3
FIRST_PAUSE = timedelta(seconds=30)
MOST_UNREADABLE = 2


@dataclass(frozen=True, slots=True)
class About:
    """Whom and what on file a question concerns; all may be unknown. A coverage says whose it is."""

    patient: Patient | None = None
    coverage: Coverage | None = None
    payer: Payer | None = None
    provider: Provider | None = None


class Put(NamedTuple):
    """An inquiry, whether it is new, and the line it is to be put on: None for a test, and where it is not new."""

    inquiry: EligibilityInquiry
    is_new: bool
    line: Connection | None = None


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What came of asking once; None of it where the line had no room."""

    asked: questions.Asked | None
    place: questions.Place | None
    connection: Connection | None
    started_at: datetime
    wait: timedelta | None = None


def ask(
    *,
    question: Question,
    about: About,
    is_test: bool,
    at: datetime,
    reason: str = InquiryReason.PERSON,
    anew: bool = False,
) -> Put:
    """Write and keep a question. The same one is not put twice while its answer is fresh or awaited.

    Raises CannotAsk where no way leads to the payer, or the guide forbids the question.
    """
    line = None
    if not is_test:
        way, line = _way(about)
        question = replace(question, payer_identifier=way.payer_identifier)
    mark = fingerprint(question, is_test=is_test)
    lately = asked_lately(mark, since=at - FRESH_FOR)
    if lately is not None and (lately.state in OPEN or not (anew or _is_of_another_record(lately, about))):
        return Put(lately, False)
    inquiry = _inquiry(question, about, is_test=is_test, reason=reason, at=at)
    inquiry.fingerprint = mark
    try:
        with transaction.atomic():
            audit.record("eligibility.inquiry.asked", subject=inquiry, patient_id=inquiry.patient_id)
            audit.emit("eligibility.check.requested", subject=inquiry)
            # Last: whoever asks the same partner waits from here until this transaction ends.
            inquiry.content = _content(inquiry, question, line, at=at)
            inquiry.save(force_insert=True)
    except IntegrityError:
        return Put(EligibilityInquiry.objects.get(fingerprint=mark, state__in=OPEN), False)
    return Put(inquiry, True, line)


def _content(
    inquiry: EligibilityInquiry, question: Question, line: Connection | None, *, at: datetime
) -> bytes:
    """The 270, with the next numbers of the partner's."""
    trace = inquiry.trace_number
    if line is None:
        envelope = questions.own_envelope(trace, at=at)
    else:
        envelope = questions.question_envelope(line.partner, at=at)
    return inquiry_content(question, envelope, trace=trace, assigned_by=_assigned_by())


def _is_of_another_record(inquiry: EligibilityInquiry, about: About) -> bool:
    """The payer could not tell them apart; whoever was registered since wants an answer in their own record."""
    patient = about.coverage.patient if about.coverage else about.patient
    return patient is not None and inquiry.patient_id != patient.id


def line_of(inquiry: EligibilityInquiry) -> Connection | None:
    """Where the payer can be asked now; None where no way leads there any more."""
    if inquiry.is_test:
        return None
    try:
        return _way(About(payer=inquiry.payer, provider=inquiry.provider))[1]
    except CannotAsk:
        return None


def exchange(inquiry: EligibilityInquiry, line: Connection | None, *, at: datetime) -> Exchanged:
    """Put the question once. No transaction may be open. Test questions never leave this process."""
    if inquiry.is_test:
        is_first = inquiry.state == InquiryState.ASKING
        return Exchanged(questions.ask_test_payer(bytes(inquiry.content), is_first=is_first), None, None, at)
    if line is None:
        return Exchanged(None, None, None, at)
    try:
        asked, place = questions.ask(line, bytes(inquiry.content), payer=inquiry.payer_identifier)
    except NotNow as busy:
        return Exchanged(None, None, line, at, busy.wait)
    return Exchanged(asked, place, line, at)


@transaction.atomic(savepoint=False)
def take(*, inquiry_id: UUID, exchanged: Exchanged, at: datetime) -> EligibilityInquiry:
    """Keep what came back, and say what follows. An answer that comes after all is kept beside the first."""
    inquiry = EligibilityInquiry.objects.select_for_update().get(id=inquiry_id)
    if exchanged.asked is not None and exchanged.connection is not None and not exchanged.asked.trouble:
        data = {"request_id": str(exchanged.asked.request_id)}
        audit.emit("eligibility.check.sent", subject=inquiry, data=data)
    content = exchanged.asked.content if exchanged.asked else None
    answer = _keep_answer(inquiry, content, at=at) if content is not None else None
    if exchanged.asked is not None:
        _keep_attempt(inquiry, exchanged.asked, exchanged, answer)
    if exchanged.place is not None and exchanged.connection is not None:
        questions.note_line(exchanged.connection, exchanged.place, at=at)
    if inquiry.state in OPEN:
        _settle(inquiry, _state_after(inquiry, exchanged, answer), answer, at=at)
    return inquiry


@transaction.atomic
def take_late(*, inquiry_id: UUID, content: bytes, at: datetime) -> EligibilityInquiry:
    """Keep an answer that came by a file, as far as it says anything new. It answers also what was given up."""
    inquiry = EligibilityInquiry.objects.select_for_update().get(id=inquiry_id)
    answer = _keep_answer(inquiry, content, at=at)
    if answer.outcome is Outcome.ANSWERED:
        if inquiry.state != InquiryState.ANSWERED:
            _settle(inquiry, InquiryState.ANSWERED, answer, at=at)
    elif inquiry.state in OPEN and not _most_attempts(answer):
        _settle(inquiry, InquiryState.REFUSED, answer, at=at)
    return inquiry


def _settle(inquiry: EligibilityInquiry, state: InquiryState, answer: Answer | None, *, at: datetime) -> None:
    inquiry.state = state
    inquiry.save(update_fields=["state"])
    keep_silence(inquiry, at=at)
    _follow(inquiry, answer, at=at)


def _inquiry(
    question: Question, about: About, *, is_test: bool, reason: str, at: datetime
) -> EligibilityInquiry:
    subscriber, dependent = question.subscriber, question.dependent
    return EligibilityInquiry(
        patient=about.coverage.patient if about.coverage else about.patient,
        coverage=about.coverage,
        payer=about.payer,
        payer_identifier=question.payer_identifier,
        provider=about.provider,
        provider_name=question.provider_name,
        provider_npi=question.provider_npi,
        member_number=subscriber.member_number,
        group_number=subscriber.group_number,
        last_name=subscriber.last_name,
        first_name=subscriber.first_name,
        birth_date=subscriber.birth_date,
        sex=subscriber.sex,
        dependent_last_name=dependent.last_name if dependent else "",
        dependent_first_name=dependent.first_name if dependent else "",
        dependent_birth_date=dependent.birth_date if dependent else None,
        dependent_sex=dependent.sex if dependent else "",
        relationship=question.relationship,
        service_types=list(question.service_types),
        procedure=question.procedure,
        service_on=question.service_on,
        is_test=is_test,
        reason=reason,
        trace_number=f"E{uuid7().hex[-18:].upper()}",
        asked_by_id=current_scope().person_id,
        asked_at=at,
    )


def _way(about: About) -> tuple[Way, Connection]:
    if about.payer is None:
        raise CannotAsk("Choose the payer to ask.", "payer")
    provider_id = about.provider.id if about.provider else None
    way = way_to(payer_id=about.payer.id, provider_id=provider_id, transaction=Transaction.ELIGIBILITY)
    if way.partner_id is None:
        raise CannotAsk(way.obstacle, "payer")
    line = question_line(way.partner_id)
    if line is None:
        raise CannotAsk("The partner this payer is reached through answers no questions at once.", "payer")
    return way, line


def _assigned_by() -> str:
    """TRN03, ten characters of the practice: 9 and the end of its id."""
    return f"9{current_scope().practice_id.hex[-9:].upper()}"


# -- what comes back -----------------------------------------------------------------------------------------------


def _keep_attempt(
    inquiry: EligibilityInquiry, asked: questions.Asked, exchanged: Exchanged, answer: Answer | None
) -> None:
    trouble = AWAITED if _is_awaited(asked, answer) else asked.trouble
    InquiryAttempt.objects.create(
        inquiry=inquiry,
        connection=exchanged.connection,
        request_id=asked.request_id,
        started_at=exchanged.started_at,
        latency_ms=asked.latency_ms,
        adapter=asked.adapter,
        trouble=trouble,
    )


def _keep_answer(inquiry: EligibilityInquiry, content: bytes, *, at: datetime) -> Answer:
    answer = normalise(content, asked_of(inquiry), reading_of(inquiry.payer_identifier))
    keep(inquiry, content, answer, at=at)
    return answer


def keep(inquiry: EligibilityInquiry, content: bytes, answer: Answer, *, at: datetime) -> None:
    """An answer, once, with what changed since the one before. The inquiry is locked, or new."""
    sha256 = hashlib.sha256(content).hexdigest()
    if inquiry.responses.filter(sha256=sha256).exists():
        return
    previous = answer_before(inquiry)
    moved = changes(previous.read(), answer, on=inquiry.service_on) if previous else ()
    EligibilityResponse.objects.create(
        inquiry=inquiry,
        sha256=sha256,
        content=content,
        received_at=at,
        outcome=answer.outcome.value,
        status=answer.status.value,
        answer=stored(answer),
        changes=stored(moved),
        previous_at=previous.received_at if previous else None,
    )
    _tell(inquiry, answer, moved)
    if answer.outcome is Outcome.ANSWERED:
        alerts.tell_answer(inquiry, answer, moved, at=at)


def asked_of(inquiry: EligibilityInquiry) -> Asked:
    return Asked(inquiry.service_on, tuple(inquiry.service_types), inquiry.trace_number, _assigned_by())


def _tell(inquiry: EligibilityInquiry, answer: Answer, moved: tuple[Change, ...]) -> None:
    happened = {
        Outcome.ANSWERED: "eligibility.check.completed",
        Outcome.UNPARSEABLE: "eligibility.check.unparseable",
        Outcome.OTHER_QUESTION: "eligibility.check.unparseable",
    }.get(answer.outcome, "eligibility.check.rejected")
    audit.emit(
        happened, subject=inquiry, data={"outcome": answer.outcome.value, "status": answer.status.value}
    )
    kinds = sorted({one.kind.value for one in moved if one.kind is not ChangeKind.NOT_SAID})
    if kinds:
        audit.emit("eligibility.changed", subject=inquiry, data={"kinds": kinds})


def _state_after(inquiry: EligibilityInquiry, exchanged: Exchanged, answer: Answer | None) -> InquiryState:
    if answer is not None and answer.outcome is Outcome.ANSWERED:
        return InquiryState.ANSWERED
    if exchanged.asked is not None and _is_awaited(exchanged.asked, answer):
        return InquiryState.WAITING
    most = _most_attempts(answer)
    if most == 0:
        return InquiryState.REFUSED
    has_no_line = exchanged.asked is None and exchanged.wait is None
    if has_no_line or inquiry.attempts.count() >= most:
        return InquiryState.FAILED
    return InquiryState.WAITING


def _is_awaited(asked: questions.Asked, answer: Answer | None) -> bool:
    """The payer took the question and answers later by itself."""
    return answer.is_awaited if answer else not asked.trouble


def _most_attempts(answer: Answer | None) -> int:
    """How often in all the question may be put; 0 where it has to be mended first (domain: 4.4)."""
    if answer is None:
        return MOST_ATTEMPTS
    if answer.outcome in (Outcome.UNPARSEABLE, Outcome.OTHER_QUESTION):
        return MOST_UNREADABLE
    if answer.outcome is Outcome.PAYER_UNAVAILABLE:
        return MOST_ATTEMPTS if any(one.may_retry for one in answer.refusals) else 1
    return 0


def _follow(inquiry: EligibilityInquiry, answer: Answer | None, *, at: datetime) -> None:
    """What is to be asked again is asked by a job; what failed for good is told."""
    if inquiry.state == InquiryState.WAITING:
        enqueue("eligibility.ask_again", inquiry_id=inquiry.id, once_key=str(inquiry.id))
        return
    if inquiry.state == InquiryState.FAILED:
        audit.emit("eligibility.check.failed", subject=inquiry)
    if inquiry.state in (InquiryState.FAILED, InquiryState.REFUSED):
        alerts.tell_failure(inquiry, answer, at=at)
