"""The facts a claim was made of, from what was sent: the inverse of building it.

A visit has no place for everything a file may say. What it has one for stands here as the import keeps it, so that a
claim built from these facts differs from what was sent only in what a visit cannot tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from claims.rules.building.facts import (
    Accident,
    Address,
    BuildFacts,
    CoverageFacts,
    Hospital,
    LineFacts,
    Named,
)
from claims.rules.building.parts import digits, text
from claims.rules.building.payers import SELF
from claims.rules.building.told import RANKS, decisions_told
from x12 import CoverageInformation, DateValue, HealthCode, Party, RawSegment, SubmittedClaim, SubmittedLine

REFERRING_ROLES = ("DN", "P3", "DK")
DIAGNOSES = frozenset({"ABK", "BK", "ABF", "BF", "ABJ", "BJ", "APR", "PR", "ABN", "BN"})
ACCIDENTS = ("AA", "EM", "OA")
# Who is more than child or spouse is kept as "other" only.
RELATIONSHIPS = {SELF: "SELF", "01": "SPOUSE", "19": "CHILD"}
OTHER_RELATIONSHIP = "G8"
LARGEST_CENTS = 999_999_999


def facts_told(claim: SubmittedClaim) -> BuildFacts:
    """Of a claim with a patient, a payer, a subscriber, its days and its lines."""
    assert claim.patient is not None
    is_hospital = claim.kind == "INSTITUTIONAL"
    treating = named(first_party(claim, treating_roles(claim.kind))) or _person_billing(claim)
    return BuildFacts(
        control_number=claim.patient_control_number.strip(),
        billed_rank=RANKS.get(claim.coverage.responsibility_code if claim.coverage else "", 1),
        billing=named(claim.billing_provider) or Named("", is_organization=True),
        pay_to=_address(claim.pay_to),
        patient=replace(_named(claim.patient), npi=""),
        coverages=_coverages(claim),
        lines=tuple(_line(line, number, claim) for number, line in enumerate(claim.lines, start=1)),
        diagnoses=tuple(
            (place, one.qualifier, undotted(one), one.present_on_admission[:1])
            for place, one in enumerate(_listed(claim, DIAGNOSES), start=1)
        ),
        place_of_service="" if is_hospital else claim.facility_code[:2],
        hospital=_hospital(claim) if is_hospital else None,
        rendering=None if is_hospital else treating,
        attending=treating if is_hospital else None,
        operating=named(claim.party("72")) if is_hospital else None,
        referring=named(first_party(claim, REFERRING_ROLES)),
        supervising=None if is_hospital else named(claim.party("DQ")),
        facility=named(claim.party("77")),
        record_number=reference(claim, "EA"),
        authorization_number=fits(claim.authorization_number, 50),
        referral_number=reference(claim, "9F"),
        laboratory_number="" if is_hospital else fits(reference(claim, "X4"), 10),
        accident=None if is_hospital else _accident(claim),
        onset_on=None if is_hospital else _day(claim.dates, "431"),
        admitted_on=None if is_hospital else _day(claim.dates, "435"),
        patient_paid_cents=0 if is_hospital else _paid(claim),
        note=next((fits(one.text.strip(), 80) for one in claim.notes if one.qualifier == "ADD"), ""),
    )


def treating_roles(kind: str) -> tuple[str, ...]:
    """Who stands for the person who treated: a surgeon or attending physician on an institutional claim."""
    return ("71", "82", "72") if kind == "INSTITUTIONAL" else ("82", "71", "72")


def first_party(claim: SubmittedClaim, roles: tuple[str, ...]) -> Party | None:
    """Of the claim, else of the first line that names one."""
    of_claim = (claim.party(role) for role in roles)
    of_lines = (one for line in claim.lines for one in line.parties if one.entity_code in roles)
    return next((one for one in of_claim if one is not None), None) or next(of_lines, None)


def reference(claim: SubmittedClaim, qualifier: str) -> str:
    return next((one.value for one in claim.references if one.qualifier == qualifier), "").strip()[:50]


def undotted(code: HealthCode) -> str:
    return code.code.replace(".", "").upper()[:30]


def fits(value: str, most: int) -> str:
    """What is longer than the visit has room for is not kept there."""
    return value if len(value) <= most else ""


def named(party: Party | None) -> Named | None:
    return _named(party) if party is not None and party.name else None


# -- with what stands on file now --------------------------------------------------------------------------------


def filled(now: BuildFacts, told: BuildFacts) -> BuildFacts:
    """The facts of today, and where nothing is on file of the same people and payers, what was told of them."""
    billing = _filled(now.billing, told.billing)
    assert billing is not None
    patient = _blanks_filled(now.patient, told.patient)
    return replace(
        now,
        billing=billing,
        pay_to=now.pay_to or told.pay_to,
        patient=patient,
        coverages=tuple(_coverage_filled(one, told) for one in now.coverages),
        rendering=_filled(now.rendering, told.rendering),
        referring=_filled(now.referring, told.referring),
        supervising=_filled(now.supervising, told.supervising),
        attending=_filled(now.attending, told.attending),
        operating=_filled(now.operating, told.operating),
        facility=_filled(now.facility, told.facility),
    )


def _filled(now: Named | None, told: Named | None) -> Named | None:
    if now is None or told is None:
        return now
    is_same = now.npi == told.npi if now.npi and told.npi else text(now.name) == text(told.name)
    return _blanks_filled(now, told) if is_same else now


def _blanks_filled(now: Named, told: Named) -> Named:
    names = ("first_name", "middle_name", "npi", "tax_id", "taxonomy_code", "address", "phone", "birth_date")
    blanks = {name: getattr(told, name) for name in names if not getattr(now, name)}
    return replace(now, sex=now.sex if now.sex not in ("", "U") else told.sex, **blanks)


def _coverage_filled(now: CoverageFacts, told: BuildFacts) -> CoverageFacts:
    same = (one for one in told.coverages if (one.rank, one.member_id) == (now.rank, now.member_id))
    known = next(same, None)
    if known is None:
        return now
    return replace(
        now,
        filing_indicator=now.filing_indicator or known.filing_indicator,
        subscriber=_blanks_filled(now.subscriber, known.subscriber),
    )


# -- how ---------------------------------------------------------------------------------------------------------


def _named(party: Party) -> Named:
    is_npi = party.identifier_qualifier == "XX"
    numbers = (number for contact in party.contacts for kind, number in contact.numbers if kind == "TE")
    return Named(
        party.name,
        is_organization=party.entity_type == "2",
        first_name=party.first_name,
        middle_name=party.middle_name,
        npi=party.identifier[:10] if is_npi else "",
        tax_id=(party.reference("EI") or party.reference("SY")).replace("-", "")[:10],
        taxonomy_code=party.taxonomy_code[:10],
        address=_address(party),
        phone=next(numbers, "")[:40],
        birth_date=party.birth_date,
        sex=party.sex,
    )


def _address(party: Party | None) -> Address:
    if party is None:
        return Address()
    return Address(party.address_line, party.address_line_2, party.city, party.state, party.postal_code)


def _person_billing(claim: SubmittedClaim) -> Named | None:
    """A physician billing alone is not named again as rendering."""
    billing = claim.billing_provider
    return named(billing) if billing is not None and billing.entity_type == "1" else None


def _coverages(claim: SubmittedClaim) -> tuple[CoverageFacts, ...]:
    """Without a member id or a payer another coverage is not kept."""
    assert claim.payer is not None
    assert claim.subscriber is not None
    lines = {line.line_number.lstrip("0"): place for place, line in enumerate(claim.lines, start=1)}
    decisions = decisions_told(claim, lines)
    billed = _coverage(claim.coverage, claim.patient_relationship_code, claim.payer, claim.subscriber)
    others = (
        replace(
            _coverage(one.coverage, one.coverage.relationship_code, one.payer, one.subscriber),
            decision=decisions.get(RANKS[one.coverage.responsibility_code]),
        )
        for one in claim.other_coverages
        if one.payer is not None
        and one.subscriber is not None
        and one.subscriber.identifier
        and one.coverage.responsibility_code in RANKS
    )
    return (billed, *others)


def _coverage(
    coverage: CoverageInformation | None, relationship: str, payer: Party, subscriber: Party
) -> CoverageFacts:
    known = relationship in RELATIONSHIPS
    return CoverageFacts(
        rank=RANKS.get(coverage.responsibility_code if coverage else "", 1),
        payer_name=payer.name,
        payer_identifier=payer.identifier,
        member_id=subscriber.identifier[:80],
        filing_indicator=coverage.filing_indicator if coverage else "",
        relationship_code=relationship if known else OTHER_RELATIONSHIP if relationship else SELF,
        subscriber=replace(_named(subscriber), npi=""),
        group_number=(coverage.group_number if coverage else "")[:50],
        plan_name=(coverage.group_name if coverage else "")[:80],
    )


def _line(line: SubmittedLine, number: int, claim: SubmittedClaim) -> LineFacts:
    is_hospital = claim.kind == "INSTITUTIONAL"
    begins = line.service_from_on or claim.service_from_on
    assert begins is not None
    own = next((one.value for one in line.references if one.qualifier == "G1"), "")
    drug, drug_units, drug_unit = _drug(line.unmapped)
    return LineFacts(
        line_number=number,
        control_number=line.line_control_number[:50],
        charge_cents=int(line.charge_amount * 100),
        units=line.units,
        from_on=begins,
        to_on=max(line.service_to_on or begins, begins),
        procedure_code=line.procedure.code[:48],
        modifiers=tuple(one[:2] for one in line.procedure.modifiers[:4] if one),
        revenue_code=line.revenue_code[:48],
        unit_code=fits(line.unit_code, 2) or "UN",
        pointers=line.diagnosis_pointers[:4],
        place_of_service="" if is_hospital else fits(line.place_of_service, 2),
        authorization_number="" if is_hospital else fits(own, 50),
        description=fits(line.procedure.description, 80),
        drug_code=drug,
        drug_units=drug_units,
        drug_unit_code=drug_unit,
    )


def _drug(segments: Iterable[RawSegment]) -> tuple[str, Decimal | None, str]:
    """LIN and CTP of loop 2410, where they name an NDC with its quantity."""
    by_tag = {one.elements[0]: one.elements for one in segments if one.loop == "2410"}
    named, counted = by_tag.get("LIN", ()), by_tag.get("CTP", ())
    number = digits(named[3]) if len(named) > 3 and named[2] == "N4" else ""
    if not number or len(number) > 11 or len(counted) < 6:
        return "", None, ""
    units = counted[4]
    return (number, Decimal(units), counted[5][:2]) if _is_count(units) else ("", None, "")


def _is_count(value: str) -> bool:
    return value.replace(".", "", 1).isdecimal() and Decimal(value) < 10**6


def _accident(claim: SubmittedClaim) -> Accident | None:
    cause = next((one for one in claim.related_causes if one in ACCIDENTS), "")
    on = _day(claim.dates, "439") or claim.service_from_on
    if not cause or on is None:
        return None
    state = claim.related_causes[3] if len(claim.related_causes) > 3 else ""
    return Accident(cause, on, fits(state, 2))


def _hospital(claim: SubmittedClaim) -> Hospital:
    admitted = next((one for one in claim.dates if one.qualifier == "435"), None)
    left = next((one.text for one in claim.dates if one.qualifier == "096"), "")
    begins, ends = claim.service_from_on, claim.service_to_on
    assert begins is not None
    assert ends is not None
    return Hospital(
        type_of_bill=claim.facility_code[:2],
        span=(min(begins, ends), max(begins, ends)),
        admission_type=fits(claim.admission_type_code, 1),
        admission_source=fits(claim.admission_source_code, 1),
        patient_status=fits(claim.patient_status_code, 2),
        admitted_on=admitted.date if admitted else None,
        admission_hour=admitted.text[8:12] if admitted and admitted.format == "DT" and admitted.date else "",
        discharge_hour=fits(left, 4),
        drg=next((fits(one.code, 4) for one in _listed(claim, {"DR"})), ""),
        conditions=tuple(one.code for one in _listed(claim, {"BG"})),
        occurrences=_dated(claim, "BH"),
        values=tuple(
            (one.code, int(one.amount * 100)) for one in _listed(claim, {"BE"}) if one.amount is not None
        ),
        procedures=(*_dated(claim, "BBR"), *_dated(claim, "BBQ")),
    )


def _listed(claim: SubmittedClaim, qualifiers: Iterable[str]) -> list[HealthCode]:
    wanted = frozenset(qualifiers)
    return [one for one in claim.codes if one.qualifier in wanted and one.code]


def _dated(claim: SubmittedClaim, qualifier: str) -> tuple[tuple[str, date], ...]:
    told = ((one.code, _day_of(one)) for one in _listed(claim, {qualifier}))
    return tuple((code, on) for code, on in told if on is not None)


def _day_of(code: HealthCode) -> date | None:
    try:
        return datetime.strptime(code.date_text, "%Y%m%d").date()  # noqa: DTZ007 - a day has no time zone
    except ValueError:
        return None


def _day(dates: Iterable[DateValue], qualifier: str) -> date | None:
    return next((one.date for one in dates if one.qualifier == qualifier), None)


def _paid(claim: SubmittedClaim) -> int:
    paid = next((int(one.amount * 100) for one in claim.amounts if one.qualifier == "F5"), 0)
    return paid if 0 <= paid <= LARGEST_CENTS else 0
