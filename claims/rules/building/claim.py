"""The professional and the institutional claim (005010X222A1, 005010X223A2) from stored facts."""

from __future__ import annotations

import dataclasses
from datetime import date

from claims.rules.building import parts
from claims.rules.building.facts import BuildFacts, Hospital, Named
from claims.rules.building.lines import submitted_line
from claims.rules.building.parts import NOWHERE, code, day, dollars, text
from claims.rules.building.payers import SELF, coverage_information, other_coverage, payer, subscriber
from x12 import AmountValue, DateValue, HealthCode, Note, Party, Position, Reference, SubmittedClaim

PROFESSIONAL, INSTITUTIONAL = "PROFESSIONAL", "INSTITUTIONAL"
# Loops 2310 in the order of each guide, and whether the guide has a place for the specialty (PRV).
_HOSPITAL_ROLES = {"71": True, "72": False, "82": False, "77": False, "DN": False}
_OFFICE_ROLES = {"DN": False, "82": True, "77": False, "DQ": False}
_ADMITTING, _REASON, _CAUSE = "ABJ", "APR", "ABN"
AT_HOME = "12"


def build_claim(facts: BuildFacts, *, frequency: str = "1", prior_number: str = "") -> SubmittedClaim:
    """The claim these facts make. `prior_number` is the payer's number of what a 7 or 8 replaces or voids."""
    billed = facts.billed
    lines = sorted(facts.lines, key=lambda one: one.line_number)
    is_self = billed.relationship_code == SELF
    return SubmittedClaim(
        ordinal=0,
        kind=INSTITUTIONAL if facts.hospital else PROFESSIONAL,
        patient_control_number=facts.control_number,
        charge_amount=dollars(sum(line.charge_cents for line in lines)),
        position=Position(0, 0, 0, 0),
        facility_code=facts.hospital.type_of_bill if facts.hospital else facts.place_of_service,
        facility_qualifier="A" if facts.hospital else "B",
        frequency_code=frequency,
        provider_signature="" if facts.hospital else "Y",
        assignment_code=facts.assignment_code,
        benefits_assigned=facts.benefits_assigned,
        release_code=facts.release_code,
        related_causes=_related_causes(facts),
        delay_reason_code=facts.delay_reason_code,
        billing_provider=_billing(facts),
        pay_to=_pay_to(facts),
        coverage=coverage_information(billed),
        subscriber=subscriber(billed, facts.patient),
        payer=payer(billed),
        patient_relationship_code=billed.relationship_code,
        dependent=None if is_self else _patient(facts.patient),
        admission_type_code=facts.hospital.admission_type if facts.hospital else "",
        admission_source_code=facts.hospital.admission_source if facts.hospital else "",
        patient_status_code=facts.hospital.patient_status if facts.hospital else "",
        codes=_codes(facts),
        dates=_dates(facts),
        references=_references(facts, prior_number),
        amounts=_amounts(facts),
        notes=(Note("ADD", text(facts.note)[:80], NOWHERE),) if facts.note else (),
        parties=_parties(facts),
        other_coverages=tuple(
            other_coverage(one, facts)
            for one in sorted(facts.coverages, key=lambda one: one.rank)
            if one.rank != facts.billed_rank
        ),
        lines=tuple(submitted_line(line, number, facts) for number, line in enumerate(lines, start=1)),
    )


# -- who ---------------------------------------------------------------------------------------------------------


def _billing(facts: BuildFacts) -> Party:
    tax_number = parts.references(("EI", parts.digits(facts.billing.tax_id)))
    return parts.party("85", facts.billing, address=True, references=tax_number, contact=True)


def _pay_to(facts: BuildFacts) -> Party | None:
    if not facts.pay_to or facts.pay_to == facts.billing.address:
        return None
    named = Named("", is_organization=facts.billing.is_organization, address=facts.pay_to)
    return parts.party("87", named, address=True)


def _patient(patient: Named) -> Party:
    return parts.party("QC", patient, identifier=("", ""), address=True, demographics=True)


def _parties(facts: BuildFacts) -> tuple[Party, ...]:
    """In the order of the guides. Who bills alone, or attends, is not named again as rendering."""
    named = {
        "71": facts.attending,
        "72": facts.operating,
        "82": _other_than(facts.attending if facts.hospital else facts.billing, facts.rendering),
        "77": _facility(facts),
        "DN": facts.referring,
        "DQ": facts.supervising,
    }
    roles = _HOSPITAL_ROLES if facts.hospital else _OFFICE_ROLES
    present = ((role, named[role], with_specialty) for role, with_specialty in roles.items())
    return tuple(_party(role, one, with_specialty) for role, one, with_specialty in present if one)


def _facility(facts: BuildFacts) -> Named | None:
    """Where the service took place, told only where that is neither who bills nor the patient's home."""
    place = facts.facility
    if place is None or not place.address or facts.place_of_service == AT_HOME:
        return None
    return None if place.npi == facts.billing.npi != "" else place


def _party(role: str, named: Named, with_specialty: bool) -> Party:
    known = named if with_specialty else dataclasses.replace(named, taxonomy_code="")
    return parts.party(role, known, address=role == "77")


def _other_than(first: Named | None, named: Named | None) -> Named | None:
    """None where both are the same person."""
    is_same = first is not None and named is not None and named.npi == first.npi != ""
    return None if is_same else named


# -- what and when -----------------------------------------------------------------------------------------------


def _related_causes(facts: BuildFacts) -> tuple[str, ...]:
    accident = facts.accident
    if accident is None or facts.hospital:
        return ()
    return (accident.cause, "", "", accident.state) if accident.state else (accident.cause,)


def _dates(facts: BuildFacts) -> tuple[DateValue, ...]:
    hospital = facts.hospital
    if hospital is None:
        told = [
            day("431", facts.onset_on) if facts.onset_on else None,
            day("439", facts.accident.on) if facts.accident else None,
            day("435", facts.admitted_on) if facts.admitted_on else None,
        ]
        return tuple(one for one in told if one)
    told = [
        DateValue("096", hospital.discharge_hour, NOWHERE, format="TM") if hospital.discharge_hour else None,
        parts.span("434", *hospital.span, always=True),
        parts.moment("435", hospital.admitted_on, hospital.admission_hour) if hospital.admitted_on else None,
    ]
    return tuple(one for one in told if one)


def _references(facts: BuildFacts, prior_number: str) -> tuple[Reference, ...]:
    return parts.references(
        ("9F", code(facts.referral_number)),
        ("G1", code(facts.authorization_number)),
        ("F8", prior_number.strip()),
        ("X4", code(facts.laboratory_number)),
        ("EA", text(facts.record_number)[:50]),
    )


def _amounts(facts: BuildFacts) -> tuple[AmountValue, ...]:
    """What the patient has paid; an institutional claim tells what the patient is expected to pay instead."""
    if facts.hospital or not facts.patient_paid_cents:
        return ()
    return (AmountValue("F5", dollars(facts.patient_paid_cents), NOWHERE),)


def _codes(facts: BuildFacts) -> tuple[HealthCode, ...]:
    diagnoses = [_health_code(*one[1:]) for one in sorted(facts.diagnoses)]
    if facts.hospital is None:
        return tuple(diagnoses)
    listed = ("ABK", _ADMITTING, _REASON, _CAUSE)
    principal = [one for kind in listed for one in diagnoses if one.qualifier == kind]
    others = [one for one in diagnoses if one.qualifier not in listed]
    return (*principal, *_hospital_codes(facts.hospital, others))


def _hospital_codes(hospital: Hospital, others: list[HealthCode]) -> list[HealthCode]:
    operations = [
        _health_code("BBR" if place == 0 else "BBQ", one, on=on)
        for place, (one, on) in enumerate(hospital.procedures)
    ]
    return [
        *([_health_code("DR", hospital.drg)] if hospital.drg else []),
        *others,
        *operations,
        *(_health_code("BH", one, on=on) for one, on in sorted(hospital.occurrences)),
        *(_health_code("BE", one, cents=cents) for one, cents in sorted(hospital.values)),
        *(_health_code("BG", one) for one in sorted(hospital.conditions)),
    ]


def _health_code(
    qualifier: str, value: str, admission: str = "", *, on: date | None = None, cents: int | None = None
) -> HealthCode:
    return HealthCode(
        qualifier=qualifier,
        code=code(value).replace(".", ""),
        date_format="D8" if on else "",
        date_text=f"{on:%Y%m%d}" if on else "",
        amount=None if cents is None else dollars(cents),
        present_on_admission=admission,
        segment=NOWHERE,
    )
