"""What to do after an answer, in the order of need. Nothing here is done by itself: the words are for a person."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from enum import StrEnum

from msgspec import Struct

from eligibility.rules.answers import WHOLE_PLAN, Answer, BenefitRow, Entity, Refusal
from eligibility.rules.codes import service_type_label
from eligibility.rules.refusals import LATER, PAUSES, UNAVAILABLE
from eligibility.rules.telling import day_told, money_told
from eligibility.rules.words import BenefitKind, CoverageStatus, Outcome


class StepKind(StrEnum):
    WAIT = "WAIT"
    """It is asked again, or answered, by itself."""
    ASK_LATER = "ASK_LATER"
    MEND = "MEND"
    """Change the named field and ask again."""
    ENROL = "ENROL"
    SET_UP = "SET_UP"
    """Our own or the partner's setting is wrong."""
    CALL = "CALL"
    FIND_COVERAGE = "FIND_COVERAGE"
    ASK_OTHER = "ASK_OTHER"
    """Another payer may have the coverage."""
    BILL_OTHER = "BILL_OTHER"
    ORDER = "ORDER"
    """Settle which payer comes first."""
    AUTHORIZATION = "AUTHORIZATION"
    REFERRAL = "REFERRAL"
    COLLECT = "COLLECT"
    UPDATE = "UPDATE"
    """The record differs from what the payer has."""
    CHECK_AGAIN = "CHECK_AGAIN"
    NOTE = "NOTE"


class Step(Struct, frozen=True):
    kind: StepKind
    words: str
    field: str = ""
    """Of the form, to mend."""
    on: datetime.date | None = None
    segments: tuple[int, ...] = ()


_OF_HANDLING = {
    "enrolment": StepKind.ENROL,
    "credentialing": StepKind.ENROL,
    "system": StepKind.SET_UP,
    "network": StepKind.ASK_OTHER,
    "referral": StepKind.REFERRAL,
    "auth": StepKind.AUTHORIZATION,
    "info": StepKind.NOTE,
    "retry": StepKind.CALL,
}
_OF_NOTES = {
    "5": (StepKind.CALL, "The payer still looks into the coverage: call before the visit"),
    "N": (StepKind.NOTE, "Only by the provider the payer names"),
    "Q": (StepKind.AUTHORIZATION, "A second opinion is required"),
    "T": (StepKind.NOTE, "The card was reported lost or stolen: make sure who the patient is"),
}
"""By EB01."""
_MANAGED_CARE, _ADVANTAGE = "HM", "HN"
_MEDICARE = frozenset({"MA", "MB", "MP"})
_OF_NOBODY = frozenset({"U", "V", "W"})
_CARVE_OUT = "VN"
_MONTH = datetime.timedelta(days=31)


def next_steps(answer: Answer, *, on: datetime.date) -> tuple[Step, ...]:
    """`on` is the day the payer answered."""
    steps = [
        *_of_outcome(answer),
        *(_of_refusal(one, on) for one in answer.refusals),
        *_of_status(answer),
        *_of_others(answer),
        *_of_benefits(answer),
        *_of_record(answer),
    ]
    return tuple(dict.fromkeys(steps))


def _of_outcome(answer: Answer) -> Iterator[Step]:
    if answer.outcome in (Outcome.UNPARSEABLE, Outcome.OTHER_QUESTION):
        yield Step(
            StepKind.WAIT,
            "The payer is asked once more by itself. If that fails too, call. The answer is kept as it came.",
        )
    if answer.outcome is Outcome.REJECTED and not answer.refusals:
        words = "The partner refuses the question's form, not the person: tell whoever looks after the connection."
        yield Step(StepKind.SET_UP, words)


def _of_refusal(one: Refusal, on: datetime.date) -> Step:
    at = (one.segment,)
    if one.may_retry:
        return Step(StepKind.WAIT, "The payer's system is down. It is asked again by itself.", segments=at)
    if one.follow_up == LATER:
        return Step(StepKind.WAIT, "The payer answers later by itself. Do not ask again.", segments=at)
    if one.follow_up in PAUSES:
        day = on + datetime.timedelta(days=PAUSES[one.follow_up])
        return Step(StepKind.ASK_LATER, f"Ask again from {day_told(day)}.", on=day, segments=at)
    if one.reason in UNAVAILABLE:
        return Step(StepKind.CALL, "The payer cannot answer and wants no repetition: call.", segments=at)
    if one.field and one.handling in ("user_fix", "provider"):
        return Step(StepKind.MEND, f"{one.advice}.", one.field, segments=at)
    kind = _OF_HANDLING.get(one.handling, StepKind.CALL)
    return Step(kind, f"{one.advice}.", one.field, segments=at)


def _of_status(answer: Answer) -> Iterator[Step]:
    if answer.outcome is not Outcome.ANSWERED or answer.status is CoverageStatus.ACTIVE:
        return
    named = [one for one in answer.entities if one.benefit_code in _OF_NOBODY and (one.name or one.phone)]
    if answer.status is CoverageStatus.INACTIVE:
        for one in named:
            yield Step(StepKind.ASK_OTHER, f"Check with {_reached(one)}.", segments=(one.segment,))
        yield Step(
            StepKind.FIND_COVERAGE, "Ask the patient for other coverage, or treat the visit as self-pay."
        )
        return
    for one in named:
        yield Step(StepKind.CALL, f"Call {_reached(one)}.", segments=(one.segment,))
    if not named:
        ways = ", ".join(filter(None, (answer.payer_phone, answer.payer_url)))
        yield Step(StepKind.CALL, f"Call the payer{f' ({ways})' if ways else ''}.")


def _of_others(answer: Answer) -> Iterator[Step]:
    if "medicare_advantage" in answer.flags and not any(
        one.insurance_type == _ADVANTAGE for one in answer.other_payers
    ):
        yield Step(StepKind.BILL_OTHER, "Bill this plan, not Medicare.")
    for one in answer.entities:
        at, name = (one.segment,), one.name or "the payer named"
        if one.role == _CARVE_OUT:
            yield Step(StepKind.BILL_OTHER, f"{_services(one)}: bill {_reached(one)}.", segments=at)
        elif one not in answer.other_payers:
            continue
        elif one.insurance_type == _ADVANTAGE:
            yield Step(
                StepKind.BILL_OTHER, f"Bill {name}, the Medicare Advantage plan, not Medicare.", segments=at
            )
        elif "medicaid" in answer.flags and one.insurance_type == _MANAGED_CARE:
            yield Step(
                StepKind.BILL_OTHER, f"Bill {name}, the managed care plan, not the state.", segments=at
            )
        elif "medicaid" in answer.flags:
            yield Step(StepKind.ORDER, f"{name} pays first, Medicaid last.", segments=at)
        elif "supplement" in answer.flags and one.insurance_type in _MEDICARE:
            yield Step(StepKind.ORDER, "Medicare pays first, this supplement second.", segments=at)
        elif answer.status is CoverageStatus.ACTIVE:
            yield Step(StepKind.ORDER, f"Settle whether {name} pays first.", segments=at)


def _of_benefits(answer: Answer) -> Iterator[Step]:
    needing: dict[str, tuple[int, ...]] = {}
    for row in answer.benefits:
        if row.needs_authorization and not row.is_derived:
            name = row.key.procedure or service_type_label(row.key.service_type)
            needing[name] = needing.get(name, ()) + row.segments
        if row.code in _OF_NOTES:
            yield _of_note(row)
        if row.key.kind is BenefitKind.SPEND_DOWN and row.value.cents:
            words = f"A share of cost of {money_told(row.value.cents)} comes before the plan pays."
            yield Step(StepKind.COLLECT, words, segments=row.segments)
    for name, segments in needing.items():
        yield Step(StepKind.AUTHORIZATION, f"{name}: an authorization is needed.", segments=segments)
    if "referral" in answer.flags:
        yield Step(StepKind.REFERRAL, "The payer wants a referral.")


def _of_note(row: BenefitRow) -> Step:
    kind, words = _OF_NOTES[row.code]
    service = row.key.service_type
    about = "" if service in ("", WHOLE_PLAN) else f"{service_type_label(service)}: "
    return Step(
        kind, f"{about}{words if not about else words[0].lower() + words[1:]}.", segments=row.segments
    )


def _of_record(answer: Answer) -> Iterator[Step]:
    if answer.member is not None and answer.member.is_changed_by_payer:
        words = "The payer corrected what identifies the person: compare the record."
        yield Step(StepKind.UPDATE, words, segments=(answer.member.segment,))
    if "not_an_mbi" in answer.flags:
        words = "The member id has not the form of a Medicare number (MBI): look at the card."
        yield Step(StepKind.MEND, words, "member_number")
    period = answer.period
    if answer.status is CoverageStatus.ACTIVE and period.begins_on and period.ends_on:
        day = period.ends_on + datetime.timedelta(days=1)
        if day.day == 1 and period.ends_on - period.begins_on < _MONTH:
            yield Step(
                StepKind.CHECK_AGAIN, f"Covered month by month: check again on {day_told(day)}.", on=day
            )


def _services(one: Entity) -> str:
    named = [service_type_label(code) for code in one.service_types if code != WHOLE_PLAN]
    return ", ".join(named) or "Part of the benefits"


def _reached(one: Entity) -> str:
    ways = ", ".join(filter(None, (one.phone, one.url)))
    return f"{one.name or one.contact or 'whom the payer names'}{f' ({ways})' if ways else ''}"
