"""A 271 to one answer in one shape, whoever sent it. Nothing summed, nothing guessed silently."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
from msgspec import Struct
from msgspec.structs import replace

import x12
from eligibility.rules.answers import WHOLE_PLAN, Answer
from eligibility.rules.benefits import rows_of
from eligibility.rules.coverage import plans_of, verdict
from eligibility.rules.entities import (
    clean,
    entities_of,
    member_of,
    named,
    printable,
    reached,
    subscriber_of,
)
from eligibility.rules.flags import flags_of
from eligibility.rules.particulars import (
    days_of,
    diagnoses_of,
    numbers_of,
    retired_of,
    taxonomy_of,
    types_said,
    unread_of,
    unreported,
)
from eligibility.rules.periods import period_of
from eligibility.rules.readings import AS_SENT, PayerReading
from eligibility.rules.refusals import outcome_of, refusal
from eligibility.rules.words import CoverageStatus, Outcome


class Asked(Struct, frozen=True):
    """What of the question decides on the reading of its answer."""

    service_on: datetime.date
    service_types: tuple[str, ...] = (WHOLE_PLAN,)
    trace_number: str = ""
    """TRN02 we sent; an answer with another one answers something else."""
    assigned_by: str = ""


WHY = {
    Outcome.PAYER_UNAVAILABLE: "The payer's system cannot answer now. This says nothing about coverage.",
    Outcome.PERSON_NOT_FOUND: "The payer does not find this person. This says nothing about coverage.",
    Outcome.REJECTED: "The payer did not take the question. This says nothing about coverage.",
    Outcome.UNPARSEABLE: "The payer's answer cannot be read. This says nothing about coverage.",
    Outcome.OTHER_QUESTION: "The payer answered another question. This says nothing about coverage.",
}
TWO_ANSWERS = "The payer gave two answers that do not agree."


def normalise(content: bytes, asked: Asked, reading: PayerReading = AS_SENT) -> Answer:
    """The answer to one question. Bytes that are no 271, or a damaged one, are an answer that cannot be read: it never
    raises and never says inactive for what was not said."""
    try:
        records = list(x12.read_271(content, checked=False))
    except x12.NotX12 as reason:
        return unanswered(Outcome.UNPARSEABLE, printable(str(reason)))
    answer = _read(content, records, asked, reading)
    return _printable(answer, content, _delimiters(records)) if _is_odd(content) else answer


def _read(content: bytes, records: Sequence[Any], asked: Asked, reading: PayerReading) -> Answer:
    broken = [one.message for one in _findings(records) if _breaks(one)]
    if broken:
        return unanswered(Outcome.UNPARSEABLE, *broken)
    if _start(records) is None:
        return _without_answer(content)
    people = _people(records, asked)
    found = [_one(records, person, asked, reading) for person in people] or [
        _one(records, None, asked, reading)
    ]
    first = found[0]
    if len({one.status for one in found}) > 1:
        first = replace(first, status=CoverageStatus.UNDETERMINED, why=TWO_ANSWERS)
    if len(found) > 1:
        first = replace(
            first, warnings=(*first.warnings, "The payer answered twice; this is its first answer.")
        )
    return first


def _without_answer(content: bytes) -> Answer:
    """A TA1 or 999 in its place may say that the question itself is at fault: then no repetition helps."""
    try:
        receipts = list(x12.read_999(content))
    except x12.NotX12:
        receipts = []
    for one in receipts:
        if getattr(one, "outcome", None) is not x12.Outcome.REJECTED:
            continue
        if isinstance(one, x12.InterchangeAcknowledgement):
            return unanswered(
                Outcome.REJECTED, f"The partner refused the question's envelope: TA1 {one.reason_code}."
            )
        if isinstance(one, x12.SetAcknowledgement):
            reasons = ", ".join(one.reasons)
            return unanswered(Outcome.REJECTED, f"The partner refused the question's form: 999 {reasons}.")
    return unanswered(Outcome.UNPARSEABLE, "There is no answer in it.")


def _one(
    records: Sequence[Any], person: x12.EligibilityPerson | None, asked: Asked, reading: PayerReading
) -> Answer:
    refusals = tuple(refusal(one) for one in _rejections(records, person))
    blocked = outcome_of(refusals)
    warnings = tuple(dict.fromkeys(one.message for one in _findings(records)))
    if person is None:
        is_ours = blocked is not Outcome.ANSWERED
        found = unanswered(blocked if is_ours else Outcome.OTHER_QUESTION, *warnings)
        return _with_payer(found, records, refusals)
    if person.benefits and not _is_named(person.party):
        return unanswered(Outcome.UNPARSEABLE, "Segments with benefits stand with nobody's name.", *warnings)
    separator = _component(records)
    rows, left_out = rows_of(person.benefits, reading, diagnoses_of(person, separator))
    answer = _answer(person, asked, reading, refusals, blocked, (*warnings, *left_out))
    return replace(
        answer, retired=tuple(retired_of(person, separator)), unread=tuple(unread_of(records)),
        benefits=rows,
    )  # fmt: skip


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
    about = (*asked.service_types, reading.whole_plan) if reading.whole_plan else asked.service_types
    plans = plans_of(person.benefits, about, period)
    status, why = verdict(plans, person.benefits, asked.service_on, period)
    if outcome is not Outcome.ANSWERED and not plans:
        status, why = CoverageStatus.UNDETERMINED, WHY[outcome]
    elif plans:
        outcome = Outcome.ANSWERED
    references = _references(person)
    terms = [one.terms for one in person.benefits]
    types = types_said(terms)
    texts = dict.fromkeys([one.text for each in person.benefits if each.messages for one in each.messages])
    group, group_name = _number(references, "6P", "1L", "IG")
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
        plan_number=_number(references, "18")[0],
        network_id=_number(references, "N6")[0],
        period=period,
        entities=tuple(entities_of(person.benefits)),
        refusals=refusals,
        messages=tuple(dict.fromkeys(map(clean, texts))),
        flags=tuple(flags_of(person.member_number, terms, texts, types, asked.service_types, reading)),
        warnings=warnings,
        trace_numbers=tuple(one.number for one in person.traces),
        numbers=tuple(numbers_of(person, reading)),
        days=tuple(days_of(person)),
        unreported=unreported(types, asked.service_types) if status is CoverageStatus.ACTIVE else (),
        provider_taxonomy=taxonomy_of(person.receiver),
        payer_contact=named(source.contacts) if source else "",
        payer_phone=reached(source.contacts, "TE") if source else "",
        payer_url=reached(source.contacts, "UR") if source else "",
        source=reading.source,
    )


def _people(records: Iterable[Any], asked: Asked) -> list[x12.EligibilityPerson]:
    """Whom our trace names, else the only one there is: many payers send the trace back at the subscriber."""
    people = [one for one in records if isinstance(one, x12.EligibilityPerson)]
    about = [one for one in people if one.is_asked_about and not _only_stands_above(one, people)]
    if not asked.trace_number:
        return about[-1:]
    named = [one for one in people if any(each.number == asked.trace_number for each in one.traces)]
    meant = [one for one in named if one in about]
    if meant:
        return meant
    if named or not any(one.traces for one in people):
        return about if len(about) == 1 else []
    return []


def _only_stands_above(person: x12.EligibilityPerson, people: Iterable[x12.EligibilityPerson]) -> bool:
    """A subscriber with a dependent below, of whom no benefit is told: the answer is about the dependent."""
    return not person.benefits and any(one.is_dependent and one.subscriber is person.party for one in people)


def _is_named(party: x12.Party | None) -> bool:
    return party is not None and bool(party.name or party.identifier)


def _rejections(records: Iterable[Any], person: x12.EligibilityPerson | None) -> Iterator[x12.Rejection]:
    """Of the payer, the provider, this person and the subscriber above, and of their benefits; without a person of
    everybody named."""
    for record in records:
        is_person = isinstance(record, x12.EligibilityPerson)
        if isinstance(record, x12.EligibilityLevel) or (is_person and _concerns(record, person)):
            yield from record.rejections
        if record is person and person is not None:
            yield from (one for each in person.benefits if each.rejections for one in each.rejections)


def _concerns(record: x12.EligibilityPerson, person: x12.EligibilityPerson | None) -> bool:
    if person is None or record is person:
        return True
    return person.is_dependent and record.party is not None and record.party is person.subscriber


def _with_payer(answer: Answer, records: Iterable[Any], refusals: tuple[Any, ...]) -> Answer:
    payer = next((one.party for one in records if isinstance(one, x12.EligibilityLevel) and one.party), None)
    name, number = (clean(payer.name), payer.identifier) if payer else ("", "")
    contacts = payer.contacts if payer else ()
    return replace(
        answer, payer_name=name, payer_id=number, refusals=refusals, payer_contact=named(contacts),
        payer_phone=reached(contacts, "TE"), payer_url=reached(contacts, "UR"),
    )  # fmt: skip


References = Sequence[x12.Reference]


def _references(person: x12.EligibilityPerson) -> tuple[References, References]:
    """At the person, and at the benefits."""
    at_person = person.party.references if person.party else ()
    return at_person, [one for each in person.benefits if each.references for one in each.references]


def _number(standing: Iterable[References], *qualifiers: str) -> tuple[str, str]:
    """The first number of these kinds at the person, else at a benefit, with what it is called."""
    for references in standing:
        for qualifier in qualifiers:
            for one in references:
                if one.qualifier == qualifier:
                    return one.value, one.description
    return "", ""


def _findings(records: Iterable[Any]) -> Iterator[x12.Finding]:
    for record in records:
        yield from getattr(record, "findings", ())


# -- what cannot be printed ----------------------------------------------------------------------------------------


_PLAIN = bytes(range(32, 127)) + b"\r\n"


def _is_odd(content: bytes) -> bool:
    return bool(content.translate(None, _PLAIN))


def _printable(answer: Answer, content: bytes, delimiters: str) -> Answer:
    """Without letters nobody can print, and with their count; the file keeps them."""
    text = content.decode("utf-8", errors="x12.single_bytes")
    count = sum(1 for one in text if not (one.isprintable() or one in delimiters or one in "\r\n"))
    cleaned: Answer = msgspec.convert(_without(msgspec.to_builtins(answer)), Answer)
    if not count:
        return cleaned
    said = (
        "1 character that cannot be printed was"
        if count == 1
        else f"{count} characters that cannot be printed were"
    )
    return replace(
        cleaned, warnings=(*cleaned.warnings, f"{said} left out; the answer as it came keeps them.")
    )


def _without(said: Any) -> Any:
    if isinstance(said, str):
        return printable(said)
    if isinstance(said, dict):
        return {name: _without(value) for name, value in said.items()}
    return [_without(one) for one in said] if isinstance(said, list | tuple) else said


def _start(records: Iterable[Any]) -> x12.EligibilityStart | None:
    return next((one for one in records if isinstance(one, x12.EligibilityStart)), None)


def _component(records: Iterable[Any]) -> str:
    start = _start(records)
    return start.envelope.delimiters.component if start else ":"


def _delimiters(records: Iterable[Any]) -> str:
    start = _start(records)
    known = start.envelope.delimiters if start else None
    return known.element + known.repetition + known.component + known.terminator if known else ""


_BREAKS = ("file.cut", "se.", "ge.", "iea.", "segment.unexpected")


def _breaks(finding: x12.Finding) -> bool:
    """Faults of the envelope and segments without a place: what is left cannot be trusted to be the whole answer."""
    is_error = finding.severity is x12.Severity.ERROR
    return finding.code == "version.other" or (is_error and finding.code.startswith(_BREAKS))
