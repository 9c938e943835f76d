"""A 271 to one answer in one shape, whoever sent it. Nothing summed, nothing guessed silently."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from msgspec import Struct

import x12
from eligibility.rules.answers import WHOLE_PLAN, Answer
from eligibility.rules.benefits import PayerReading, cents_of, rows_of
from eligibility.rules.coverage import plans_of, verdict
from eligibility.rules.entities import clean, entities_of, member_of, subscriber_of
from eligibility.rules.periods import period_of
from eligibility.rules.refusals import outcome_of, refusal
from eligibility.rules.words import CoverageStatus, Outcome


class Asked(Struct, frozen=True):
    """What of the question decides on the reading of its answer."""

    service_on: datetime.date
    service_types: tuple[str, ...] = (WHOLE_PLAN,)
    trace_number: str = ""
    """TRN02 we sent; an answer with another one answers something else."""
    assigned_by: str = ""


AS_SENT = PayerReading()
WHY = {
    Outcome.PAYER_UNAVAILABLE: "The payer's system cannot answer now. This says nothing about coverage.",
    Outcome.PERSON_NOT_FOUND: "The payer does not find this person. This says nothing about coverage.",
    Outcome.REJECTED: "The payer did not take the question. This says nothing about coverage.",
    Outcome.UNPARSEABLE: "The payer's answer cannot be read. This says nothing about coverage.",
    Outcome.OTHER_QUESTION: "The payer answered another question. This says nothing about coverage.",
}


def normalise(content: bytes, asked: Asked, reading: PayerReading = AS_SENT) -> Answer:
    """The answer to one question. Bytes that are no 271, or a damaged one, are an answer that cannot be read: it never
    raises and never says inactive for what was not said."""
    try:
        records = list(x12.read_271(content))
    except x12.NotX12 as reason:
        return unanswered(Outcome.UNPARSEABLE, str(reason))
    broken = [one.message for one in _findings(records) if _breaks(one)]
    if broken:
        return unanswered(Outcome.UNPARSEABLE, *broken)
    person = _person(records, asked)
    refusals = tuple(refusal(one) for one in _rejections(records, person))
    blocked = outcome_of(refusals)
    warnings = tuple(dict.fromkeys(one.message for one in _findings(records)))
    if person is None:
        is_ours = blocked is not Outcome.ANSWERED
        found = unanswered(blocked if is_ours else Outcome.OTHER_QUESTION, *warnings)
        return _with_payer(found, records, refusals)
    return _answer(person, asked, reading, refusals, blocked, (*warnings, *_fractions(person.benefits)))


def unanswered(outcome: Outcome, *warnings: str) -> Answer:
    return Answer(outcome, CoverageStatus.UNDETERMINED, WHY[outcome], warnings=warnings)


def _answer(
    person: x12.EligibilityPerson,
    asked: Asked,
    reading: PayerReading,
    refusals: tuple[Any, ...],
    outcome: Outcome,
    warnings: tuple[str, ...],
) -> Answer:
    period = period_of(person.dates)
    plans = plans_of(person.benefits, asked.service_types, period)
    status, why = verdict(plans, person.benefits, asked.service_on, period)
    if outcome is not Outcome.ANSWERED and not plans:
        status, why = CoverageStatus.UNDETERMINED, WHY[outcome]
    elif plans:
        outcome = Outcome.ANSWERED
    group, group_name = _number(person, "6P", "1L", "IG")
    source = person.source
    return Answer(
        outcome,
        status,
        why,
        plans=plans,
        member=member_of(person),
        subscriber=subscriber_of(person),
        payer_name=clean(source.name) if source else "",
        payer_id=source.identifier if source else "",
        group_number=group,
        group_name=clean(group_name),
        plan_number=_number(person, "18")[0],
        network_id=_number(person, "N6")[0],
        period=period,
        benefits=rows_of(person.benefits, reading),
        entities=tuple(entities_of(person.benefits)),
        refusals=refusals,
        messages=tuple(dict.fromkeys(clean(one.text) for each in person.benefits for one in each.messages)),
        flags=tuple(_flags(person.benefits)),
        warnings=warnings,
        trace_numbers=tuple(one.number for one in person.traces),
    )


def _person(records: Iterable[Any], asked: Asked) -> x12.EligibilityPerson | None:
    """The one our trace names, else the only one there is: many payers send the trace back at the subscriber."""
    people = [one for one in records if isinstance(one, x12.EligibilityPerson)]
    about = [one for one in people if one.is_asked_about]
    if not asked.trace_number:
        return about[-1] if about else None
    named = [one for one in people if any(each.number == asked.trace_number for each in one.traces)]
    if named and named[0].is_asked_about:
        return named[0]
    if named or not any(one.traces for one in people):
        return about[0] if len(about) == 1 else None
    return None


def _rejections(records: Iterable[Any], person: x12.EligibilityPerson | None) -> Iterator[x12.Rejection]:
    """Of the payer, the provider and this person, and of their benefits; without a person of everybody named."""
    for record in records:
        if isinstance(record, x12.EligibilityLevel) or (
            isinstance(record, x12.EligibilityPerson) and person in (None, record)
        ):
            yield from record.rejections
        if record is person and person is not None:
            for benefit in person.benefits:
                yield from benefit.rejections


def _with_payer(answer: Answer, records: Iterable[Any], refusals: tuple[Any, ...]) -> Answer:
    payer = next((one.party for one in records if isinstance(one, x12.EligibilityLevel) and one.party), None)
    name, number = (clean(payer.name), payer.identifier) if payer else ("", "")
    return Answer(
        answer.outcome, answer.status, answer.why, payer_name=name, payer_id=number, refusals=refusals,
        warnings=answer.warnings,
    )  # fmt: skip


def _number(person: x12.EligibilityPerson, *qualifiers: str) -> tuple[str, str]:
    """The first number of these kinds at the person, else at a benefit, with what it is called."""
    at_person = person.party.references if person.party else ()
    at_benefits = (one for benefit in person.benefits for one in benefit.references)
    for references in (at_person, tuple(at_benefits)):
        for qualifier in qualifiers:
            for one in references:
                if one.qualifier == qualifier:
                    return one.value, one.description
    return "", ""


def _flags(benefits: Sequence[x12.Benefit]) -> Iterator[str]:
    """What changes whom to bill, or what the patient owes (domain: 4.3 rule 10)."""
    types = {one.insurance_type for one in benefits}
    codes = {one.code for one in benefits}
    if "HN" in types:
        yield "medicare_advantage"
    if "QM" in types or any("QMB" in one.text for each in benefits for one in each.messages):
        yield "qmb"
    if "MC" in types:
        yield "medicaid"
    if "R" in codes:
        yield "other_payer"
    if "X" in codes:
        yield "facility_episode"
    if "Y" in codes:
        yield "spend_down"
    if any(one.authorization == "Y" for one in benefits):
        yield "authorization"


def _fractions(benefits: Iterable[x12.Benefit]) -> Iterator[str]:
    for benefit in benefits:
        if benefit.amount is not None and cents_of(benefit.amount) is None:
            yield f"Segment {benefit.position.segment}: the amount has fractions of a cent and was left out."


def _findings(records: Iterable[Any]) -> Iterator[x12.Finding]:
    for record in records:
        yield from getattr(record, "findings", ())


_BREAKS = ("file.cut", "se.", "ge.", "iea.", "segment.unexpected")


def _breaks(finding: x12.Finding) -> bool:
    """Faults of the envelope and segments without a place: what is left cannot be trusted to be the whole answer."""
    is_error = finding.severity is x12.Severity.ERROR
    return finding.code == "version.other" or (is_error and finding.code.startswith(_BREAKS))
