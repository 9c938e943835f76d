"""Parts of a claim from parts of the facts: parties, dates, references, text that X12 can carry."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from claims.rules.building.facts import Address, Named, Taken
from x12 import Adjustment, Contact, DateValue, Party, Reference

NOWHERE = 0  # a claim that is being built stands in no file yet


def text(value: str) -> str:
    """Capitals without accents, delimiters or needless space: what every receiver reads."""
    plain = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode()
    return " ".join(plain.translate(_DELIMITERS).upper().split())


_DELIMITERS = str.maketrans(dict.fromkeys("*~:^|<>{}[]`\\", " "))


def code(value: str) -> str:
    """A code, number or identifier: nothing but the letters and digits it is made of, in capitals."""
    return value.strip().upper().replace(" ", "")


def digits(value: str) -> str:
    return "".join(sign for sign in value if sign.isdigit())


def dollars(cents: int) -> Decimal:
    return Decimal(cents) / 100


def day(qualifier: str, on: date) -> DateValue:
    return DateValue(qualifier, on.strftime("%Y%m%d"), NOWHERE)


def span(qualifier: str, from_on: date, to_on: date, *, always: bool = False) -> DateValue:
    """One day as D8, several as RD8; `always` where the guide knows only the range."""
    if from_on == to_on and not always:
        return day(qualifier, from_on)
    return DateValue(qualifier, f"{from_on:%Y%m%d}-{to_on:%Y%m%d}", NOWHERE, format="RD8")


def moment(qualifier: str, on: date, hour: str) -> DateValue:
    """An hour of admission makes the date a DT."""
    if not hour:
        return day(qualifier, on)
    return DateValue(qualifier, f"{on:%Y%m%d}{hour:0<4}"[:12], NOWHERE, format="DT")


def references(*pairs: tuple[str, str]) -> tuple[Reference, ...]:
    return tuple(Reference(qualifier, value, NOWHERE) for qualifier, value in pairs if value)


def adjustments(taken: Iterable[Taken]) -> tuple[Adjustment, ...]:
    """By group and reason, so that the same decision always reads the same."""
    ordered = sorted(taken, key=lambda one: (one.group, one.reason, one.amount_cents))
    return tuple(
        Adjustment(one.group, one.reason, dollars(one.amount_cents), one.units, NOWHERE, 0)
        for one in ordered
        if one.amount_cents
    )


def party(
    entity_code: str,
    named: Named,
    *,
    identifier: tuple[str, str] | None = None,
    address: bool = False,
    demographics: bool = False,
    references: tuple[Reference, ...] = (),
    contact: bool = False,
) -> Party:
    """NM1 with what follows it. Without an `identifier` of (qualifier, value) the NPI is named."""
    qualifier, value = identifier or ("XX", named.npi)
    place = named.address if address else Address()
    return Party(
        entity_code=entity_code,
        entity_type="2" if named.is_organization else "1",
        name=text(named.name)[:60],
        first_name="" if named.is_organization else text(named.first_name)[:35],
        middle_name="" if named.is_organization else text(named.middle_name)[:25],
        suffix="",
        identifier_qualifier=qualifier if value else "",
        identifier=code(value),
        segment=NOWHERE,
        address_line=text(place.line)[:55],
        address_line_2=text(place.line_2)[:55],
        city=text(place.city)[:30],
        state=code(place.state),
        postal_code=digits(place.postal_code),
        birth_date=named.birth_date if demographics else None,
        sex=(named.sex or "U") if demographics and named.birth_date else "",
        taxonomy_code=code(named.taxonomy_code),
        references=references,
        contacts=_contacts(named) if contact else (),
    )


def _contacts(named: Named) -> tuple[Contact, ...]:
    phone = digits(named.phone)
    return (Contact("IC", text(named.name)[:60], (("TE", phone),), NOWHERE),) if phone else ()
