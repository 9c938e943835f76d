"""Layer 3: who bills, renders, refers, orders, attends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from reference.rules.npi import is_valid_npi
from x12 import Party, SubmittedClaim, SubmittedLine

Result = Iterator[Found | Unchecked]
PERSON, ORGANIZATION = "1", "2"
HOME = "12"
MEDICARE = frozenset({"MB", "MA", "16"})
_POST_BOX = re.compile(r"\b(P\s*\.?\s*O\s*\.?\s*BOX|POST OFFICE BOX|LOCK\s*BOX)\b")
_SPECIALTY = re.compile(r"[0-9A-Z]{9}X")
_ORDERED = re.compile(r"(7\d{4}|8\d{4}|E\d{4})")
"""The chapters of radiology, laboratory and durable equipment."""
LONGEST_NAME = 60
"""NM103."""
_LOOPS = {"DN": "2310A", "82": "2310B", "77": "2310C", "DQ": "2310D", "71": "2310A"}
_MEND_PROVIDER = "Correct it on the provider's page, then build the claim anew."


@rule("E020", Layer.PROVIDER)
def billing_npi_is_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    billing = claim.billing_provider
    if billing is None or billing.identifier_qualifier not in ("XX", ""):
        return
    if not is_valid_npi(billing.identifier):
        given = f"{billing.identifier!r} is not a valid NPI" if billing.identifier else "The NPI is missing"
        yield Found(
            "2010AA", "NM1", 9,
            f"Billing provider: {given} (ten digits, beginning with 1 or 2, the last a check digit).",
            _MEND_PROVIDER, fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E021", Layer.PROVIDER)
def billing_name_is_the_enrolled_one(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.enrolled_name is None:
        yield Unchecked("the name under which the payer has enrolled the billing provider is not on file")
    elif claim.billing_provider and not _is_named(claim.billing_provider, context.enrolled_name):
        yield Found(
            "2010AA", "NM1", 3, f"The payer has enrolled the billing provider as {context.enrolled_name}.",
            "Bill under that name, or correct it on the enrolment if the payer has changed it.",
        )  # fmt: skip


@rule("E022", Layer.PROVIDER)
def billing_address_is_a_street(claim: SubmittedClaim, context: EditContext) -> Result:
    billing = claim.billing_provider
    if billing is None:
        return
    if not billing.address_line:
        yield Found(
            "2010AA",
            "N3",
            1,
            "The billing provider's street address is missing.",
            _MEND_PROVIDER,
            fix=Fix.REBUILD,
        )
    elif _POST_BOX.search(f"{billing.address_line} {billing.address_line_2}".upper()):
        yield Found(
            "2010AA", "N3", 1, "The billing provider's address is a post box; payers ask for a street.",
            "Put the street on the provider's page and the box into the pay-to address.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E023", Layer.PROVIDER)
def billing_zip_has_nine_digits(claim: SubmittedClaim, context: EditContext) -> Result:
    billing = claim.billing_provider
    if billing is not None and billing.address_line and not _is_full_zip(billing.postal_code):
        yield Found(
            "2010AA", "N4", 3,
            f"The billing provider's ZIP code {billing.postal_code!r} must have nine digits, the last four not 0000"
            " or 9999.",
            _MEND_PROVIDER, fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E024", Layer.PROVIDER)
def tax_number_has_nine_digits(claim: SubmittedClaim, context: EditContext) -> Result:
    billing = claim.billing_provider
    if billing is None:
        return
    number = billing.reference("EI") or billing.reference("SY")
    if not re.fullmatch(r"\d{9}", number):
        yield Found(
            "2010AA", "REF", 2, "The billing provider's tax number must be nine digits without a hyphen.",
            _MEND_PROVIDER, fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E025", Layer.PROVIDER)
def billing_specialty_is_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.billing_provider is not None:
        yield from _specialty(claim.billing_provider, context, "2000A", "billing")


@rule("E026", Layer.PROVIDER)
def rendering_provider_is_a_person(claim: SubmittedClaim, context: EditContext) -> Result:
    """A group bills for a person who rendered; who bills alone is not named again."""
    if claim.kind != "PROFESSIONAL":
        return
    people: list[tuple[Party, int | None]] = [(one, None) for one in claim.parties if one.entity_code == "82"]
    people += [
        (one, int(line.line_number))
        for line in claim.lines
        for one in line.parties
        if one.entity_code == "82"
    ]
    billing = claim.billing_provider
    if not people and billing is not None and billing.entity_type == ORGANIZATION:
        yield Found(
            "2310B", "NM1", 0, "A group bills, and nobody is named who rendered the service.",
            "Name the rendering provider on the visit.", fix=Fix.REBUILD,
        )  # fmt: skip
    for person, line in people:
        loop = "2310B" if line is None else "2420A"
        if not is_valid_npi(person.identifier):
            yield Found(
                loop, "NM1", 9, "The rendering provider's NPI is missing or not valid.", _MEND_PROVIDER, line,
                Fix.REBUILD,
            )  # fmt: skip
        elif billing and billing.entity_type == ORGANIZATION and person.entity_type == ORGANIZATION:
            yield Found(
                loop, "NM1", 2, "The rendering provider must be a person when a group bills.",
                "Name the person who rendered the service on the visit.", line, Fix.REBUILD,
            )  # fmt: skip


@rule("E027", Layer.PROVIDER)
def rendering_specialty_is_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.rendering is not None:
        yield from _specialty(claim.rendering, context, "2310B", "rendering")


@rule("E028", Layer.PROVIDER)
def referring_provider_is_named(claim: SubmittedClaim, context: EditContext) -> Result:
    number = next((one.value for one in claim.references if one.qualifier == "9F"), "")
    services = context.services or {}
    codes = {line.procedure.code for line in claim.lines}
    is_needed = bool(number) or any(code in services and services[code].needs_referral for code in codes)
    referring = claim.party("DN")
    if is_needed and (referring is None or not referring.name or not is_valid_npi(referring.identifier)):
        yield Found(
            "2310A", "NM1", 9, "The service was referred, and the referring provider's name or valid NPI is missing.",
            "Name the referring provider on the visit.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E029", Layer.PROVIDER)
def ordering_provider_is_named(claim: SubmittedClaim, context: EditContext) -> Result:
    """Medicare asks it of everything that is ordered; whoever referred at claim level will do."""
    if claim.kind != "PROFESSIONAL" or not claim.coverage or claim.coverage.filing_indicator not in MEDICARE:
        return
    if claim.party("DN") or claim.party("DK"):
        return
    for line in claim.lines:
        has_one = any(one.entity_code in ("DK", "DN") for one in line.parties)
        if _ORDERED.fullmatch(line.procedure.code) and not has_one:
            yield Found(
                "2420E", "NM1", 9,
                f"{line.procedure.code} was ordered (laboratory, imaging or equipment), and nobody is named who did.",
                "Name the ordering or referring provider on the visit.", int(line.line_number), Fix.REBUILD,
            )  # fmt: skip


@rule("E030", Layer.PROVIDER)
def supervising_provider_is_named(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.is_supervised is None:
        yield Unchecked("the visit does not say whether the service was incident to another's")
    elif context.is_supervised and claim.party("DQ") is None:
        yield Found(
            "2310D", "NM1", 0, "The service was incident to another's, and no supervising provider is named.",
            "Name the supervising provider on the visit.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E031", Layer.PROVIDER)
def service_facility_is_complete(claim: SubmittedClaim, context: EditContext) -> Result:
    facility = claim.party("77")
    if facility is None:
        return
    if claim.facility_code == HOME and claim.kind == "PROFESSIONAL":
        yield Found(
            "2310C", "NM1", 0, "A service at the patient's home names no service facility.",
            "Take the location off the visit.", fix=Fix.REBUILD,
        )  # fmt: skip
    elif not facility.address_line or not _is_full_zip(facility.postal_code):
        yield Found(
            "2310C", "N4", 3, "The service facility needs a street and a ZIP code of nine digits.",
            "Complete the location's address.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E032", Layer.PROVIDER)
def attending_provider_is_named(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != "INSTITUTIONAL":
        return
    attending = claim.party("71")
    if attending is None or not is_valid_npi(attending.identifier):
        yield Found(
            "2310A", "NM1", 9, "The attending provider's name or valid NPI is missing.",
            "Name the attending provider on the visit.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E033", Layer.PROVIDER)
def npis_are_active(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.registry is None:
        yield Unchecked("no table of the NPI registry (NPPES) is loaded")
        return
    on = claim.service_from_on or context.on
    for party, loop in _providers(claim):
        facts = context.registry.get(party.identifier)
        if facts is None:
            continue
        was_gone = facts.deactivated_on is not None and facts.deactivated_on <= on
        if was_gone and not (facts.reactivated_on and facts.reactivated_on <= on):
            yield Found(loop, "NM1", 9, f"NPI {party.identifier} was deactivated on the day of service.")
        elif facts.entity_type and party.entity_type and facts.entity_type != party.entity_type:
            kind = "a person" if facts.entity_type == PERSON else "an organization"
            yield Found(loop, "NM1", 2, f"NPI {party.identifier} belongs to {kind}.", _MEND_PROVIDER)


@rule("E034", Layer.PROVIDER)
def rendering_provider_is_credentialed(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.credentialed is None:
        yield Unchecked("no table of credentialed providers is loaded for this payer")
        return
    rendering, on = claim.rendering or claim.billing_provider, claim.service_from_on
    if rendering is None or on is None:
        return
    if not any(one.covers(on) for one in context.credentialed.get(rendering.identifier, ())):
        yield Found(
            "2310B", "NM1", 9, "The rendering provider was not credentialed with this payer on the day of service.",
            "Once the payer has confirmed the provider, list it on the payer's page; the claim then goes on by itself.",
        )  # fmt: skip


# -- how ---------------------------------------------------------------------------------------------------------


def _is_named(party: Party, name: str) -> bool:
    """However it is written; of a person with the first name before or behind the last, or without."""
    first, last = _plain(party.first_name), _plain(party.name)
    return _plain(name[:LONGEST_NAME]) in {last, f"{last} {first}".strip(), f"{first} {last}".strip()}


def _plain(name: str) -> str:
    return " ".join(re.findall(r"[A-Z0-9]+", name.upper()))


def _is_full_zip(code: str) -> bool:
    return bool(re.fullmatch(r"\d{9}", code)) and code[5:] not in ("0000", "9999")


def _specialty(party: Party, context: EditContext, loop: str, who: str) -> Result:
    code = party.taxonomy_code
    if not _SPECIALTY.fullmatch(code):
        yield Found(
            loop, "PRV", 3, f"The {who} provider's specialty (taxonomy) {code!r} is missing or not of ten characters.",
            _MEND_PROVIDER, fix=Fix.REBUILD,
        )  # fmt: skip
    elif context.specialties is None:
        yield Unchecked("no table of specialties (NUCC) is loaded")
    elif code not in context.specialties:
        yield Found(
            loop, "PRV", 3, f"{code} is no specialty (taxonomy) in force.", _MEND_PROVIDER, fix=Fix.REBUILD
        )


def _providers(claim: SubmittedClaim) -> Iterator[tuple[Party, str]]:
    if claim.billing_provider is not None:
        yield claim.billing_provider, "2010AA"
    for party in claim.parties:
        if party.identifier_qualifier == "XX":
            yield party, _LOOPS.get(party.entity_code, "2310")
    for line in claim.lines:
        yield from ((party, "2420") for party in _people(line))


def _people(line: SubmittedLine) -> Iterator[Party]:
    return (party for party in line.parties if party.identifier_qualifier == "XX")
