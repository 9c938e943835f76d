"""People and organisations an answer names: the member, other payers, the primary care provider, whom to call."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import x12
from eligibility.rules.answers import Entity, Member
from eligibility.rules.periods import period_of

_CHANGED = ("001", "25")
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
    for benefit in benefits:
        number = next((one.value for one in benefit.references if one.qualifier in _NUMBERS), "")
        for party in benefit.entities:
            yield Entity(
                role=party.entity_code,
                name=clean(" ".join(filter(None, (party.first_name, party.name)))),
                identifier=party.identifier,
                phone=_reached(party.contacts, "TE"),
                url=_reached(party.contacts, "UR"),
                benefit_code=benefit.code,
                insurance_type=benefit.insurance_type,
                number=number,
                period=period_of(benefit.dates),
                service_types=benefit.service_types,
                segment=party.segment,
            )


def _reached(contacts: Iterable[x12.Contact], kind: str) -> str:
    return next((value for one in contacts for way, value in one.numbers if way == kind), "")


def clean(text: str) -> str:
    """Without what cannot be printed; the file keeps it."""
    return "".join(letter for letter in text if letter.isprintable()).strip()
