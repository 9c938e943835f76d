"""People and organisations an answer names: the member, other payers, the primary care provider, whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import x12
from eligibility.rules.answers import Entity, Member
from eligibility.rules.periods import period_of

_CHANGED = ("001", "25")
OTHER_PAYER = "R"
HARD_SPACE = "\xa0"
_NUMBERS = ("1W", "IG", "1L", "6P")


def member_of(person: x12.EligibilityPerson) -> Member | None:
    party, relation = person.party, person.relationship
    if party is None:
        return None
    return Member(
        number=person.member_number,
        last_name=clean(party.name),
        first_name=clean(party.first_name),
        middle_name=clean(party.middle_name),
        birth_date=party.birth_date,
        sex=party.sex,
        address_line=clean(party.address_line),
        address_line_2=clean(party.address_line_2),
        city=clean(party.city),
        state=party.state,
        postal_code=party.postal_code,
        is_subscriber=not person.is_dependent,
        relationship=relation.code if relation else "",
        is_changed_by_payer=bool(
            relation and (relation.maintenance_type, relation.maintenance_reason) == _CHANGED
        ),
        segment=party.segment,
    )


def subscriber_of(person: x12.EligibilityPerson) -> Member | None:
    party = person.subscriber
    if not person.is_dependent or party is None:
        return None
    return Member(
        number=party.identifier,
        last_name=clean(party.name),
        first_name=clean(party.first_name),
        birth_date=party.birth_date,
        sex=party.sex,
        segment=party.segment,
    )


def entities_of(benefits: Iterable[x12.Benefit]) -> Iterator[Entity]:
    """Everybody named; another payer, or whom to call, also where the payer gives no name."""
    for benefit in benefits:
        if benefit.entities:
            for party in benefit.entities:
                name = clean(f"{party.first_name} {party.name}")
                yield _entity(
                    benefit, party.contacts, party.entity_code, name, party.identifier, party.segment
                )
        elif benefit.contacts or benefit.terms.code == OTHER_PAYER:
            name = clean(benefit.terms.plan_description)
            yield _entity(benefit, benefit.contacts, "", name, "", benefit.segment)


def _entity(
    benefit: x12.Benefit, contacts: Iterable[x12.Contact], role: str, name: str, identifier: str, segment: int
) -> Entity:
    return Entity(
        role=role,
        name=name,
        identifier=identifier,
        phone=reached(contacts, "TE"),
        url=reached(contacts, "UR"),
        benefit_code=benefit.terms.code,
        insurance_type=benefit.terms.insurance_type,
        number=_number_of(benefit.references) if benefit.references else "",
        period=period_of(benefit.dates),
        service_types=benefit.terms.service_types,
        segment=segment,
        contact=named(contacts),
        messages=tuple([clean(one.text) for one in benefit.messages]) if benefit.messages else (),
    )


def _number_of(references: Iterable[x12.Reference]) -> str:
    return next((one.value for one in references if one.qualifier in _NUMBERS), "")


def named(contacts: Iterable[x12.Contact]) -> str:
    """Whom to ask for."""
    for one in contacts:
        if one.name:
            return clean(one.name)
    return ""


def reached(contacts: Iterable[x12.Contact], kind: str) -> str:
    for one in contacts:
        for way, value in one.numbers:
            if way == kind:
                return value
    return ""


def clean(text: str) -> str:
    """Without what cannot be printed; the file keeps it."""
    return printable(text).strip()


def printable(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(letter for letter in text.replace(HARD_SPACE, " ") if letter.isprintable())
