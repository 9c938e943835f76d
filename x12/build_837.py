"""837P and 837I segments to records. Each act below is named in ACTS for the loops it serves."""

from __future__ import annotations

from x12.claim_batch import BILLING, DEPENDENT, SUBSCRIBER, ClaimBatchBuilder
from x12.grammar.placement import Act
from x12.money import ZERO, amount
from x12.parts import (
    BLANKS,
    MOST_REFERENCES,
    SHORT,
    adjustments,
    birth,
    contact,
    name,
    optional,
    reference,
    street,
    town,
)
from x12.records import (
    AmountValue,
    DateValue,
    Party,
    QuantityValue,
    RawSegment,
    Reference,
    parse_date,
)
from x12.remembered import counts
from x12.submission import (
    CoverageInformation,
    LineAdjudication,
    Note,
    OtherCoverage,
    SubmittedClaim,
    SubmittedLine,
)

# -- above the claim ---------------------------------------------------------------------------------------------


def batch_header(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    is_first = b.header is BLANKS and not b.has_started
    if is_first:
        b.header = e
    if not is_first or (len(e) > 4 and not parse_date(e[4])):
        b.keep(RawSegment("HEADER", tuple(e), n))


def billing_level(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.begin_level(BILLING)
    b.billing_provider = b.pay_to = b.pay_to_plan = b.subscriber = b.payer = b.dependent = None
    b.coverage = b.patient_information = None
    b.billing_taxonomy = b.relationship = ""


def subscriber_level(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.begin_level(SUBSCRIBER)
    b.subscriber = b.payer = b.dependent = None
    b.coverage = b.patient_information = None
    b.relationship = ""


def patient_level(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.begin_level(DEPENDENT)
    b.dependent = b.patient_information = None


def billing_specialty(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    segment = RawSegment("2000A", tuple(e), n)
    if b.billing_taxonomy:
        b.keep(segment)
        return
    b.billing_taxonomy = e[3]
    b.billing_specialty = segment


def _coverage(e: list[str], n: int) -> CoverageInformation:
    padded = e if len(e) > 9 else e + SHORT[10 - len(e)]
    return CoverageInformation(padded[1], padded[2], padded[3], padded[4], padded[5], padded[9], n)


def coverage(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.coverage is not None:
        b.keep(RawSegment("2000B", tuple(e), n))
        return
    b.coverage = _coverage(e, n)
    b.named_up_to = n
    b.relationship = b.coverage.relationship_code


def patient_information(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    """PAT. Weight, pregnancy and death are kept whole for the claim that follows."""
    segment = RawSegment("2000C", tuple(e), n)
    if e[1] and b.dependent is None:
        b.relationship = e[1]
        b.patient_information = segment
        b.named_up_to = n
    if len(e) > 2 or b.dependent is not None:
        b.keep(segment)


def _role(attribute: str, code: str) -> Act:
    """The act for a name that stands once per level: a second one, or another code, is kept whole."""
    is_of_header = attribute in ("submitter", "receiver")

    def set_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
        if e[1] != code or (is_of_header and b.has_started) or getattr(b, attribute) is not None:
            b.party = None
            b.keep(RawSegment("", tuple(e), n))
            return
        if len(e) == 10:
            _, _, kind, last, first, middle, prefix, suffix, qualifier, identifier = e
            party = Party(code, kind, last, first, middle, suffix, qualifier, identifier, n, prefix)
        else:
            party = name(e, n)
        if code == "85":
            party.taxonomy_code = b.billing_taxonomy
            b.billing_specialty = None
        b.party = party
        setattr(b, attribute, party)
        b.named_up_to = n

    return set_party


# -- a person or organization ------------------------------------------------------------------------------------


def party_street(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    party = b.party
    if party is None or party.address_line:
        b.keep(RawSegment("", tuple(e), n))
    elif len(e) == 2:
        party.address_line = e[1]
    else:
        street(party, e)


def party_town(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    party = b.party
    if party is None or party.city or party.postal_code:
        b.keep(RawSegment("", tuple(e), n))
    elif len(e) == 4:
        _, party.city, party.state, party.postal_code = e
    else:
        town(party, e)


def party_birth(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    party = b.party
    if party is None or party.birth_date is not None:
        b.keep(RawSegment("", tuple(e), n))
        return
    birth(party, e)
    if party.birth_date is None:
        b.keep(RawSegment("", tuple(e), n))


def party_specialty(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.party is None or b.party.taxonomy_code:
        b.keep(RawSegment("", tuple(e), n))
    else:
        b.party.taxonomy_code = e[3]


def party_reference(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.party is None or len(b.party.references) > MOST_REFERENCES:
        b.keep(RawSegment("", tuple(e), n))
    else:
        b.party.references += (reference(e, n),)
        if len(e) > 4:
            b.keep(RawSegment("", tuple(e), n))


def party_contact(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if b.party is None or len(b.party.contacts) > MOST_REFERENCES:
        b.keep(RawSegment("", tuple(e), n))
    else:
        b.party.contacts += (contact(e, n),)


# -- the claim ---------------------------------------------------------------------------------------------------


def claim(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    padded = e if len(e) > 10 else e + SHORT[11 - len(e)]
    place = b.composites[padded[5]]
    facility, facility_kind, frequency = place if len(place) == 3 else (*place, "", "", "")[:3]
    record = SubmittedClaim(
        b.claim_count + 1,
        b.kind,
        padded[1],
        amount(padded[2]),
        b.position(n),
        facility,
        facility_kind,
        frequency,
        padded[6],
        padded[7],
        padded[8],
        padded[9],
        padded[10],
        b.composites[e[11]] if len(e) > 11 else (),
        e[12] if len(e) > 12 else "",
        e[20] if len(e) > 20 else "",
        b.billing_provider,
        b.pay_to,
        b.pay_to_plan,
        b.coverage,
        b.subscriber,
        b.payer,
        b.relationship,
        b.dependent,
    )
    if b.claim is not None:
        b.finish_claim()
    if not b.has_started:
        b.start()
    b.claim_count += 1
    b.claim = b.target = record
    b.party = None
    b.claimed_up_to = n
    if b.billing_specialty is not None:
        b.level_kept += (b.billing_specialty,)
        b.billing_specialty = None
    if b.level_kept:
        record.unmapped = b.level_kept
        b.level_kept = ()


def admission(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    """CL1."""
    record = b.claim
    assert record is not None
    if record.patient_status_code:
        b.keep(RawSegment("2300", tuple(e), n))
        return
    _, record.admission_type_code, record.admission_source_code, record.patient_status_code, *_ = (
        e + BLANKS[:3]
    )


def health_codes(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    record = b.claim
    assert record is not None
    codes = b.codes
    found = []
    for text in e[1:]:
        if text:
            found.append(codes[text](n))
    record.codes += tuple(found)


def claim_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    if len(e) == 10:
        _, code, kind, last, first, middle, prefix, suffix, qualifier, identifier = e
        b.party = party = Party(code, kind, last, first, middle, suffix, qualifier, identifier, n, prefix)
    else:
        b.party = party = name(e, n)
    b.claim.parties += (party,)


def any_reference(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    if len(e) == 3:
        b.target.references += (Reference(e[1], e[2], n),)
        return
    b.target.references += (reference(e, n),)
    if len(e) > 4:
        b.keep(RawSegment("", tuple(e), n))


def any_date(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.dates += (DateValue(e[1], e[3], n, e[2]),)


def any_amount(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.amounts += (AmountValue(e[1], amount(e[2]), n),)


def any_quantity(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.quantities += (QuantityValue(e[1], amount(e[2]), n),)


def any_note(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.target.notes += (Note(e[1], e[2], n),)


# -- other coverage ----------------------------------------------------------------------------------------------


def other_coverage(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    assert b.claim is not None
    b.other = OtherCoverage(_coverage(e, n), n)
    b.claim.other_coverages += (b.other,)
    b.party = None


def other_adjustment(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.other.adjustments += adjustments(e, n)


def other_amount(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.other.amounts += (AmountValue(e[1], amount(e[2]), n),)


def other_insurance(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    padded = e + BLANKS[:7]
    if b.other.release_code:
        b.keep(RawSegment("2320", tuple(e), n))
        return
    b.other.benefits_assigned, b.other.patient_signature_code, b.other.release_code = (
        padded[3],
        padded[4],
        padded[6],
    )


def other_date(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.other.dates += (DateValue(e[1], e[3], n, e[2]),)


def other_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.party = name(e, n)
    b.other.parties += (b.party,)


# -- the line ----------------------------------------------------------------------------------------------------


def line_number(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    """Only remembered: the service segment right behind it makes the line. Until then nothing has a target, so that
    anything else that comes first lands in `settle` and not in the line before."""
    if b.line_number is not None:
        b.settle("")
    b.line_number = e[1]
    b.line_segment = n
    b.party = None
    del b.target


def professional_service(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    number = b.line_number
    if number is None:
        raise IndexError
    emergency = ""
    if len(e) == 8:
        _, code, charge, unit_code, units, place, _, pointers = e
    else:
        _, code, charge, unit_code, units, place, _, pointers, _, emergency = (e + BLANKS)[:10]
    b.target = line = SubmittedLine(
        number,
        b.line_segment,
        b.procedures[code],
        amount(charge),
        unit_code,
        counts[units] if units else ZERO,
        "",
        place,
        b.composites[pointers],
        emergency,
    )
    b.line_number = None
    b.lines.append(line)
    if len(e) > 10:
        _further_service(b, line, e, n)


def _further_service(b: ClaimBatchBuilder, line: SubmittedLine, e: list[str], n: int) -> None:
    _, epsdt, family_planning, _, _, copay_status, *rest = e[10:] + BLANKS[:6]
    line.epsdt_code, line.family_planning_code, line.copay_status_code = epsdt, family_planning, copay_status
    if any((e[6], e[8], e[10], *e[13:15], *rest)):
        b.keep(RawSegment("2400", tuple(e), n))


def institutional_service(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    number = b.line_number
    if number is None:
        raise IndexError
    _, revenue_code, code, charge, unit_code, units, _, non_covered = (
        e + SHORT[8 - len(e)] if len(e) <= 8 else e[:8]
    )
    b.target = line = SubmittedLine(
        number,
        b.line_segment,
        b.procedures[code],
        amount(charge),
        unit_code,
        counts[units] if units else ZERO,
        revenue_code,
        non_covered_amount=optional(non_covered),
    )
    b.line_number = None
    b.lines.append(line)


def line_party(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    line = b.target
    assert isinstance(line, SubmittedLine)
    b.party = name(e, n)
    line.parties += (b.party,)


def line_adjudication(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    line = b.target
    assert isinstance(line, SubmittedLine)
    padded = e + SHORT[7 - len(e)] if len(e) <= 7 else e
    b.adjudication = LineAdjudication(
        padded[1],
        amount(padded[2]),
        b.procedures[padded[3]],
        n,
        padded[4],
        amount(padded[5]) if padded[5] else ZERO,
        padded[6],
    )
    line.adjudications += (b.adjudication,)


def adjudication_adjustment(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.adjudication.adjustments += adjustments(e, n)


def adjudication_date(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.adjudication.dates += (DateValue(e[1], e[3], n, e[2]),)


def adjudication_amount(b: ClaimBatchBuilder, e: list[str], n: int) -> None:
    b.adjudication.amounts += (AmountValue(e[1], amount(e[2]), n),)


_PARTY_LOOPS = (
    *("1000A", "1000B", "2010AA", "2010AB", "2010AC", "2010BA", "2010BB", "2010CA"),
    *(f"2310{letter}" for letter in "ABCDEF"),
    *(f"2330{letter}" for letter in "ABCDEFGHI"),
    *(f"2420{letter}" for letter in "ABCDEFGH"),
)
_PARTY_ACTS = {
    "N3": party_street,
    "N4": party_town,
    "DMG": party_birth,
    "PRV": party_specialty,
    "REF": party_reference,
    "PER": party_contact,
}
_NAME_ACTS = {"231": claim_party, "233": other_party, "242": line_party}

ACTS = {
    "BHT": batch_header,
    "2000A/HL": billing_level,
    "2000B/HL": subscriber_level,
    "2000C/HL": patient_level,
    "2000A/PRV": billing_specialty,
    "2000B/SBR": coverage,
    "PAT": patient_information,
    "1000A/NM1": _role("submitter", "41"),
    "1000B/NM1": _role("receiver", "40"),
    "2010AA/NM1": _role("billing_provider", "85"),
    "2010AB/NM1": _role("pay_to", "87"),
    "2010AC/NM1": _role("pay_to_plan", "PE"),
    "2010BA/NM1": _role("subscriber", "IL"),
    "2010BB/NM1": _role("payer", "PR"),
    "2010CA/NM1": _role("dependent", "QC"),
    **{f"{loop}/{tag}": act for loop in _PARTY_LOOPS for tag, act in _PARTY_ACTS.items()},
    **{f"{loop}/NM1": _NAME_ACTS[loop[:3]] for loop in _PARTY_LOOPS if loop[:3] in _NAME_ACTS},
    "CLM": claim,
    "CL1": admission,
    "HI": health_codes,
    **{f"{loop}/REF": any_reference for loop in ("2300", "2400")},
    **{f"{loop}/DTP": any_date for loop in ("2300", "2400")},
    **{f"{loop}/AMT": any_amount for loop in ("2300", "2400")},
    "QTY": any_quantity,
    "NTE": any_note,
    "2320/SBR": other_coverage,
    "2320/CAS": other_adjustment,
    "2320/AMT": other_amount,
    "OI": other_insurance,
    "2330B/DTP": other_date,
    "LX": line_number,
    "SV1": professional_service,
    "SV2": institutional_service,
    "SVD": line_adjudication,
    "2430/CAS": adjudication_adjustment,
    "2430/DTP": adjudication_date,
    "2430/AMT": adjudication_amount,
}
