"""What an answer says besides coverage and amounts: numbers, days, what it left out, and what we have no words for."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

import x12
from eligibility.rules.answers import WHOLE_PLAN, Day, Number, Retired, Unread
from eligibility.rules.codes import date_kinds, number_kinds, owed_types, retired_codes
from eligibility.rules.periods import IN_PERIODS
from eligibility.rules.readings import PayerReading
from reference.rules.medicare import is_mbi

SOCIAL_SECURITY = "SY"
OLD_MEDICARE = "F6"
NOT_SHOWN = "not shown"


def numbers_of(person: x12.EligibilityPerson, reading: PayerReading) -> Iterator[Number]:
    """Those of the payer and the provider, of the person, of each benefit, and those its messages are known to hold."""
    for party in (person.source, person.receiver, person.subscriber, person.party):
        if party is not None and not (party is person.subscriber and not person.is_dependent):
            yield from _referred(party.references)
    for benefit in person.benefits:
        if benefit.references:
            yield from _referred(benefit.references, benefit.terms.service_types)
        if reading.numbers and benefit.messages:
            yield from _told(benefit, reading)


def _told(benefit: x12.Benefit, reading: PayerReading) -> Iterator[Number]:
    """Numbers that stand in messages."""
    for message in benefit.messages:
        for kind, pattern in reading.numbers:
            found = pattern.search(message.text)
            if found:
                yield Number(kind, kind, found[1], message.segment, service_types=benefit.terms.service_types)


def _referred(references: Iterable[x12.Reference], types: tuple[str, ...] = ()) -> Iterator[Number]:
    for one in references:
        if one.qualifier != SOCIAL_SECURITY:
            label = number_kinds().get(one.qualifier, f"Number {one.qualifier}")
            yield Number(one.qualifier, label, one.value, one.segment, one.description, types)


def days_of(person: x12.EligibilityPerson) -> Iterator[Day]:
    for one in person.dates:
        yield _day(one)
    for benefit in person.benefits:
        for one in benefit.dates:
            if one.qualifier not in IN_PERIODS:
                yield _day(one, benefit.terms.service_types)


def _day(one: x12.DateValue, types: tuple[str, ...] = ()) -> Day:
    label = date_kinds().get(one.qualifier, f"Date {one.qualifier}")
    return Day(one.qualifier, label, one.segment, one.date, one.end_date, types)


def types_said(terms: Iterable[x12.Terms]) -> set[str]:
    """The service types that something is said about."""
    return set().union(*{one.service_types for one in terms})


def unreported(said: Container[str], asked: Sequence[str]) -> tuple[str, ...]:
    """Not there is not the same as not covered (domain: 4.3 rule 8, 4.5)."""
    wanted = (*asked, *owed_types()) if WHOLE_PLAN in asked else asked
    return tuple([code for code in dict.fromkeys(wanted) if code != WHOLE_PLAN and code not in said])


def taxonomy_of(party: x12.Party | None) -> str:
    """PRV03 of the provider, as the payer sends it back."""
    raw = party.unmapped if party is not None else ()
    return next((one.elements[3] for one in raw if one.elements[0] == "PRV" and len(one.elements) > 3), "")


def diagnoses_of(person: x12.EligibilityPerson, separator: str) -> tuple[str, ...]:
    """Those of HI in the order that benefits point at them."""
    return tuple(code for _, code, _ in _diagnoses(person, separator))


def _diagnoses(person: x12.EligibilityPerson, separator: str) -> Iterator[tuple[str, str, int]]:
    for raw in person.unmapped:
        if raw.elements[0] == "HI":
            for composite in raw.elements[1:]:
                qualifier, code, *_ = [*composite.split(separator), ""]
                if code:
                    yield qualifier, code, raw.segment


def retired_of(person: x12.EligibilityPerson, separator: str) -> Iterator[Retired]:
    """Values that later guides dropped (`eligibility/data/retired_codes.csv`)."""
    for place, code, value, segment in _suspects(person, separator):
        known = retired_codes().get((place, code)) or retired_codes().get((place, "*"))
        if known is not None and not (code == OLD_MEDICARE and is_mbi(value)):
            shown = NOT_SHOWN if (place, code) == ("REF", SOCIAL_SECURITY) else value
            yield Retired(place, shown, known.meaning, segment, known.successor)


def _suspects(person: x12.EligibilityPerson, separator: str) -> Iterator[tuple[str, str, str, int]]:
    for party in (person.party, person.subscriber if person.is_dependent else None):
        for one in party.references if party is not None else ():
            yield "REF", one.qualifier, one.value, one.segment
    for day in person.dates:
        yield "DTP", day.qualifier, day.text, day.segment
    for qualifier, code, segment in _diagnoses(person, separator):
        yield "HI", qualifier, code, segment
    relation = person.relationship
    if relation is not None:
        for place, value in (("INS09", relation.student_status), ("INS10", relation.handicapped)):
            if value:
                yield place, value, value, relation.segment
    for benefit in person.benefits:
        procedure = benefit.terms.procedure
        if procedure is not None:
            yield "EB13", procedure.qualifier, procedure.code, benefit.segment


def unread_of(records: Iterable[Any]) -> Iterator[Unread]:
    """Every segment that was kept whole because nothing of ours holds it, in the order sent."""
    raw = [one for record in records for one in _kept(record)]
    for one in sorted(raw, key=lambda each: each.segment):
        if one.elements[:2] != ("REF", SOCIAL_SECURITY):
            yield Unread(one.segment, "*".join(one.elements))


def _kept(record: Any) -> Iterator[x12.RawSegment]:
    yield from getattr(record, "unmapped", ())
    party = getattr(record, "party", None)
    if party is not None:
        yield from party.unmapped
    for benefit in getattr(record, "benefits", ()):
        if benefit.unmapped:
            yield from benefit.unmapped
        if benefit.entities:
            yield from (raw for entity in benefit.entities for raw in entity.unmapped)
