"""Reading TA1 and 999: what partners say of the envelopes we sent becomes facts for the rooms that sent them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from audit import services as audit
from clearinghouse.choices import AnswerKind, ExchangeProblem, FileState, InterchangeAnswer, InterchangeState
from clearinghouse.models import EnvelopeAnswer, ExchangeFile, FileContent, Interchange
from clearinghouse.rules.answers import standing
from clearinghouse.selectors.answers import partners_of_file, sets_answered, unanswered
from clearinghouse.selectors.files import open_file
from clearinghouse.services.delivering import UNSENT
from clearinghouse.services.files import mark_file
from clearinghouse.services.problems import close_problem, open_problem
from x12 import (
    AcknowledgementEnd,
    AcknowledgementStart,
    InterchangeAcknowledgement,
    NotX12,
    Outcome,
    SegmentError,
    SetAcknowledgement,
    read_999,
)

UNFINISHED = (InterchangeAnswer.WAITING, InterchangeAnswer.RECEIVED)


@transaction.atomic
def read_answers(*, file_id: UUID, at: datetime) -> int:
    """Keep every TA1 and 999 of the file; returns how many were new. Safe to repeat."""
    file = ExchangeFile.objects.get(id=file_id)
    reading = _Reading(file, at)
    try:
        with open_file(file) as source:
            answers = list(reading.answers(source))
    except NotX12 as refusal:
        mark_file(file_id=file.id, state=FileState.QUARANTINED, message=str(refusal))
        open_problem(ExchangeProblem.UNREADABLE, subject=file, title=f"{file.name} cannot be read", at=at)
        return 0
    tied = [one.segment for one in answers if one.interchange_id is not None]
    EnvelopeAnswer.objects.filter(file=file, interchange__isnull=True, segment__in=tied).delete()
    known = set(EnvelopeAnswer.objects.filter(file=file).values_list("segment", "set_id"))
    fresh = [one for one in answers if (one.segment, one.set_id) not in known]
    EnvelopeAnswer.objects.bulk_create(fresh, ignore_conflicts=True)
    if file.state == FileState.STORED:
        mark_file(file_id=file.id, state=FileState.READ, message=" ".join(reading.complaints)[:2000])
    for interchange_id in {one.interchange_id for one in fresh if one.interchange_id}:
        _settle(interchange_id, at)
    for one in answers:
        if one.interchange_id is None:
            open_problem(
                ExchangeProblem.UNKNOWN_ANSWER,
                subject=file,
                title=f"{one.kind} answers {one.answers_to}, which was never sent",
                at=at,
                cause=f"{file.id}:{one.segment}",
            )
    return len(fresh)


def mark_answers_taken(ids: Collection[UUID], *, at: datetime) -> None:
    """By the room that has moved by them."""
    EnvelopeAnswer.objects.filter(id__in=ids, taken_at__isnull=True).update(taken_at=at)


def take_contents(kind: str, *, at: datetime) -> list[UUID]:
    """Files with transactions of this kind that nobody has taken; now they are the caller's."""
    rows = list(
        FileContent.objects.select_for_update(skip_locked=True)
        .filter(kind=kind, taken_at__isnull=True)
        .order_by("id")[:200]
    )
    FileContent.objects.filter(id__in=[row.id for row in rows]).update(taken_at=at)
    return [row.file_id for row in rows]


# -- how ---------------------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """One file of answers; each is tied to what it answers as it passes."""

    file: ExchangeFile
    at: datetime
    complaints: list[str] = field(default_factory=list)

    def answers(self, source: Any) -> Iterator[EnvelopeAnswer]:
        group: Interchange | None = None
        start: AcknowledgementStart | None = None
        answered: set[UUID] = set()
        for record in read_999(source):
            if isinstance(record, InterchangeAcknowledgement):
                yield self._of_interchange(record)
            elif isinstance(record, AcknowledgementStart):
                start, answered = record, set()
                group = self._find(record.envelope.sender, group_number=record.group_control_number)
            elif isinstance(record, SetAcknowledgement) and start is not None:
                one = self._of_set(record, start, group)
                answered |= {one.set_id} if one.set_id else set()
                yield one
            elif isinstance(record, AcknowledgementEnd) and start is not None:
                self.complaints += [finding.message for finding in record.findings]
                yield from self._of_rest(record, start, group, answered)

    def _find(self, sender: str, **numbers: str) -> Interchange | None:
        """What was sent to the partner of this file under the number."""
        wanted = {name: int(text) for name, text in numbers.items() if text.isdecimal() and len(text) < 10}
        if len(wanted) < len(numbers):
            return None
        found = Interchange.objects.filter(partner__in=partners_of_file(self.file, sender), **wanted)
        return found.get() if found.count() == 1 else None

    def _of_interchange(self, record: InterchangeAcknowledgement) -> EnvelopeAnswer:
        self.complaints += [finding.message for finding in record.findings]
        return self._answer(
            kind=AnswerKind.TA1,
            interchange=self._find(record.envelope.sender, control_number=record.control_number),
            answers_to=f"interchange {record.control_number}"[:40],
            code=record.verdict[:2],
            outcome=record.outcome,
            reasons=[record.reason_code[:8]] if record.reason_code else [],
            segment=record.position.segment,
        )

    def _of_set(
        self, record: SetAcknowledgement, start: AcknowledgementStart, group: Interchange | None
    ) -> EnvelopeAnswer:
        number = record.control_number
        found = None
        if group is not None and number.isdecimal() and len(number) < 10:
            found = group.sets.filter(control_number=int(number)).first()
        return self._answer(
            kind=AnswerKind.SET,
            interchange=group if found else None,
            set=found,
            answers_to=f"group {start.group_control_number} set {number}"[:40],
            code=record.verdict[:2],
            outcome=record.outcome,
            reasons=[one[:8] for one in record.reasons],
            errors=[_error(one) for one in record.errors],
            segment=record.position.segment,
        )

    def _of_rest(
        self,
        record: AcknowledgementEnd,
        start: AcknowledgementStart,
        group: Interchange | None,
        answered: Collection[UUID],
    ) -> Iterator[EnvelopeAnswer]:
        """Sets that stand in the group's verdict only; a partly accepted group says nothing of those it leaves out."""
        facts = {
            "kind": AnswerKind.SET,
            "code": record.verdict[:2],
            "outcome": record.outcome,
            "reasons": [one[:8] for one in record.reasons],
            "segment": record.position.segment,
        }
        number = start.group_control_number
        if group is None and not record.set_count:
            yield self._answer(interchange=None, answers_to=f"group {number}"[:40], **facts)
        if group is None or record.outcome is Outcome.PARTLY_ACCEPTED:
            return
        for one in group.sets.exclude(id__in=answered).order_by("control_number"):
            yield self._answer(
                interchange=group, set=one, answers_to=f"group {number} set {one}"[:40], **facts
            )

    def _answer(self, **facts: Any) -> EnvelopeAnswer:
        return EnvelopeAnswer(file=self.file, received_at=self.at, **facts)


def _error(error: SegmentError) -> dict[str, Any]:
    return {
        "claim": error.patient_control_number,
        "tag": error.tag,
        "place": error.place,
        "loop": error.loop,
        "code": error.code,
        "segment": error.segment,
        "elements": [
            {
                "element": one.element,
                "component": one.component,
                "code": one.code,
                "value": one.value,
            }
            for one in error.elements
        ],
    }


def _settle(interchange_id: UUID, at: datetime) -> None:
    """What all its answers come to. Whoever answers holds the file, whatever we knew of its delivery."""
    subject = Interchange.objects.select_for_update().get(id=interchange_id)
    answers = list(EnvelopeAnswer.objects.filter(interchange=subject))
    if Interchange.objects.filter(id=subject.id, state__in=UNSENT).update(
        state=InterchangeState.SENT, sent_at=at
    ):
        audit.record(
            "clearinghouse.interchange.delivered",
            subject=subject,
            data={"control_number": subject.control_number},
        )
        audit.emit("batch.sent", subject=subject, data={"control_number": subject.control_number})
        close_problem(ExchangeProblem.NOT_SENT, subject=subject, at=at)
    answer = standing(
        envelope=[(one.outcome, one.reasons) for one in answers if one.kind == AnswerKind.TA1],
        sets=sets_answered(subject, answers),
    )
    if answer != subject.answer:
        Interchange.objects.filter(id=subject.id).update(answer=answer)
        data = {"control_number": subject.control_number, "answer": answer}
        audit.emit("batch.acked", subject=subject, data=data)
    if answer not in UNFINISHED:
        close_problem(ExchangeProblem.UNANSWERED, subject=subject, at=at)


def find_unanswered(*, at: datetime) -> int:
    """One item for each interchange that its partner should have answered by now; returns how many there are."""
    late = list(unanswered(at=at))
    for one in late:
        open_problem(
            ExchangeProblem.UNANSWERED,
            subject=one,
            title=f"Interchange {one} to {one.partner}: no acknowledgement",
            at=at,
        )
        audit.emit(
            "batch.missing_ack",
            subject=one,
            data={"control_number": one.control_number, "partner_id": str(one.partner_id)},
            idempotency_key=f"batch.missing_ack:{one.id}:{one.sent_at}",
        )
    return len(late)
