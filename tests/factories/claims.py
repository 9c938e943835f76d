"""Claim files as another billing system exports them, and claims imported from them."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

MOMENT = datetime.datetime(2026, 3, 10, 9, 0, tzinfo=datetime.UTC)


@dataclass(frozen=True)
class Person:
    last_name: str = "RIVERA"
    first_name: str = "ANA"
    member_id: str = "M1001"
    birth_date: str = "19800214"
    sex: str = "F"
    mrn: str = ""
    address_line: str = "1 MAIN STREET"
    phone: str = ""


@dataclass(frozen=True)
class Line:
    procedure: str = "99213"
    cents: int = 125_00
    date: str = "20260302"
    units: str = "1"
    control_number: str = ""
    modifiers: tuple[str, ...] = ()


@dataclass(frozen=True)
class SentClaim:
    number: str = "A1001"
    person: Person = field(default_factory=Person)
    lines: tuple[Line, ...] = (Line(), Line("85025", 40_00))
    frequency: str = "1"
    payer: tuple[str, str] = ("GREAT PLAINS HEALTH", "GP001")
    order: str = "P"
    prior_number: str = ""
    dependent: Person | None = None
    diagnoses: tuple[str, ...] = ("E119", "I10")
    rendering: tuple[str, str, str] = ("OKAFOR", "NGOZI", "1760854442")
    total_cents: int | None = None
    other: tuple[str, str, str] | None = None


def dollars(cents: int) -> str:
    return f"{cents / 100:.2f}".rstrip("0").rstrip(".")


def file_837(
    *claims: SentClaim,
    version: str = "005010X222A1",
    delimiters: str = "*:~",
    control: str = "000000101",
    created: str = "20260305",
    newline: str = "\n",
    tax_id: str = "990000001",
) -> bytes:
    """A whole file of professional claims, one subscriber loop a claim. `tax_id` is that of who bills."""
    element, component, terminator = delimiters
    body = [
        f"ST*837*0001*{version}",
        f"BHT*0019*00*{control}*{created}*1200*CH",
        "NM1*41*2*RIVERSIDE FAMILY MEDICINE*****46*RFM01",
        "PER*IC*BILLING*TE*5550100",
        "NM1*40*2*CLEARINGHOUSE*****46*CLH01",
        "HL*1**20*1",
        "NM1*85*2*RIVERSIDE FAMILY MEDICINE*****XX*1234567893",
        "N3*10 RIVER ROAD",
        "N4*TOLEDO*OH*436040001",
        f"REF*EI*{tax_id}",
    ]
    for level, claim in enumerate(claims):
        body.extend(_claim(claim, 2 + level * 2))
    body.append(f"SE*{len(body) + 1}*0001")
    isa = (
        "ISA*00*          *00*          *ZZ*RFM01          *ZZ*CLH01          *260305*1200*^*00501*"
        f"{control}*0*T*:"
    )
    gs = f"GS*HC*RFM01*CLH01*{created}*1200*1*X*{version}"
    text = "~".join([isa, gs, *body, "GE*1*1", f"IEA*1*{control}", ""])
    text = text.translate(str.maketrans({"*": element, ":": component, "~": terminator + newline}))
    return text.encode()


def _claim(claim: SentClaim, level: int) -> list[str]:
    person, dependent = claim.person, claim.dependent
    segments = [
        f"HL*{level}*1*22*{1 if dependent else 0}",
        f"SBR*{claim.order}*{'' if dependent else '18'}*G77******CI",
        f"NM1*IL*1*{person.last_name}*{person.first_name}****MI*{person.member_id}",
    ]
    if dependent is None:
        segments += _demographics(person)
    segments.append(f"NM1*PR*2*{claim.payer[0]}*****PI*{claim.payer[1]}")
    if dependent is not None:
        segments += [
            f"HL*{level + 1}*{level}*23*0",
            "PAT*19",
            f"NM1*QC*1*{dependent.last_name}*{dependent.first_name}",
            *_demographics(dependent),
        ]
    total = claim.total_cents if claim.total_cents is not None else sum(line.cents for line in claim.lines)
    segments.append(f"CLM*{claim.number}*{dollars(total)}***11:B:{claim.frequency}*Y*A*Y*Y")
    if claim.prior_number:
        segments.append(f"REF*F8*{claim.prior_number}")
    mrn = (dependent or person).mrn
    if mrn:
        segments.append(f"REF*EA*{mrn}")
    first, *others = claim.diagnoses
    segments.append("*".join([f"HI*ABK:{first}", *(f"ABF:{code}" for code in others)]))
    last, given, npi = claim.rendering
    segments.append(f"NM1*82*1*{last}*{given}****XX*{npi}")
    if claim.other:
        name, identifier, member = claim.other
        segments += [
            "SBR*S*18*******CI",
            "OI***Y***Y",
            f"NM1*IL*1*{person.last_name}*{person.first_name}****MI*{member}",
            f"NM1*PR*2*{name}*****PI*{identifier}",
        ]
    for number, line in enumerate(claim.lines, start=1):
        procedure = ":".join(["HC", line.procedure, *line.modifiers])
        segments += [
            f"LX*{number}",
            f"SV1*{procedure}*{dollars(line.cents)}*UN*{line.units}***1",
            f"DTP*472*D8*{line.date}",
            f"REF*6R*{line.control_number or f'{claim.number}L{number}'}",
        ]
    return segments


def _demographics(person: Person) -> list[str]:
    return [
        f"N3*{person.address_line}",
        "N4*TOLEDO*OH*43604",
        f"DMG*D8*{person.birth_date}*{person.sex}",
    ]


def import_claims(*claims: SentClaim, at: datetime.datetime = MOMENT, **envelope: Any) -> Any:
    """In an open scope: store a file with these claims and import it."""
    return import_bytes(file_837(*claims, **envelope), at=at)


def import_bytes(content: bytes, *, name: str = "claims.837", at: datetime.datetime = MOMENT) -> Any:
    from claims.services import import_837
    from clearinghouse.services import store_inbound

    file, _ = store_inbound(name=name, content=content, source="COMMAND", at=at)
    return import_837(file=file, at=at)


def make_claim(number: str = "A1001", **sent: Any) -> Any:
    """In an open scope: one claim on file, as imported."""
    from claims.models import Claim

    import_claims(SentClaim(number=number, **sent), control=f"{abs(hash(number)) % 10**9:09d}")
    return Claim.objects.get(patient_control_number=number)


def make_claims(count: int, *, prefix: str = "B", people: Sequence[Person] = ()) -> Any:
    """In an open scope: `count` claims, each of another patient unless `people` are given."""
    claims = [
        SentClaim(
            number=f"{prefix}{index:05d}",
            person=people[index % len(people)]
            if people
            else Person(
                last_name=f"PATIENT{index}", member_id=f"M{prefix}{index:05d}", mrn=f"{prefix}{index}"
            ),
        )
        for index in range(count)
    ]
    return import_claims(*claims)
