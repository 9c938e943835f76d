"""Layer 5: the claim as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from x12 import SubmittedClaim

Result = Iterator[Found | Unchecked]
PROFESSIONAL, INSTITUTIONAL = "PROFESSIONAL", "INSTITUTIONAL"
ORIGINAL, REPLACEMENT, VOID = "1", "7", "8"
INPATIENT_PLACES = frozenset({"21", "51"})
INPATIENT_BILLS = frozenset({"11", "12", "18", "21"})
STILL_A_PATIENT = "30"
MOST_SIGNS = 20
_MEND_VISIT = "Correct it on the visit, then build the claim anew."


@rule("E050", Layer.CLAIM)
def claim_number_is_unique(claim: SubmittedClaim, context: EditContext) -> Result:
    number = claim.patient_control_number
    if not re.fullmatch(r"[A-Z0-9-]{1,20}", number):
        yield Found(
            "2300", "CLM", 1,
            f"The claim number must have 1 to {MOST_SIGNS} capitals, digits or hyphens; this one has {len(number)}.",
        )  # fmt: skip
    if context.control_numbers_taken is not None and number in context.control_numbers_taken:
        yield Found("2300", "CLM", 1, "The claim number belongs to another claim.")


@rule("E051", Layer.CLAIM)
def total_is_the_sum_of_lines(claim: SubmittedClaim, context: EditContext) -> Result:
    total = sum((line.charge_amount for line in claim.lines), Decimal(0))
    if claim.charge_amount != total:
        yield Found(
            "2300", "CLM", 2, f"The claim says {claim.charge_amount}; its lines make {total}.",
            "Build the claim anew: the total is added up then.", fix=Fix.REBUILD,
        )  # fmt: skip
    if claim.charge_amount < 0:
        yield Found("2300", "CLM", 2, "The claim's charge is below zero.", _MEND_VISIT)


@rule("E052", Layer.CLAIM)
def place_or_bill_type_is_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    what = "place of service" if claim.kind == PROFESSIONAL else "type of bill"
    if not re.fullmatch(r"\d{2}", claim.facility_code):
        yield Found(
            "2300", "CLM", 5, f"The {what} {claim.facility_code!r} must have two digits.", _MEND_VISIT,
            fix=Fix.REBUILD,
        )  # fmt: skip
    elif claim.kind == PROFESSIONAL and context.places is None:
        yield Unchecked("no table of places of service is loaded")
    elif claim.kind == PROFESSIONAL and context.places and claim.facility_code not in context.places:
        yield Found(
            "2300", "CLM", 5, f"{claim.facility_code} is no place of service.", _MEND_VISIT, fix=Fix.REBUILD
        )


@rule("E053", Layer.CLAIM)
def frequency_is_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    allowed = {ORIGINAL, REPLACEMENT, VOID} if claim.kind == PROFESSIONAL else set("0123456789")
    if claim.frequency_code not in allowed:
        yield Found(
            "2300",
            "CLM",
            5,
            f"The frequency {claim.frequency_code!r} is not one of {', '.join(sorted(allowed))}.",
        )


@rule("E054", Layer.CLAIM)
def replacement_names_its_predecessor(claim: SubmittedClaim, context: EditContext) -> Result:
    replaces = claim.frequency_code in (REPLACEMENT, VOID)
    if replaces and not claim.payer_control_number:
        yield Found(
            "2300", "REF", 2, "A replacement or void must name the payer's number of the claim it concerns (REF*F8).",
            "Find the number on the remittance, or send the claim as a new one.",
        )  # fmt: skip
    elif claim.frequency_code == ORIGINAL and claim.payer_control_number:
        yield Found(
            "2300", "REF", 2, "An original claim names a predecessor (REF*F8).",
            "Send it as a replacement, or as an original without that number.",
        )  # fmt: skip


@rule("E055", Layer.CLAIM)
def payer_takes_replacements(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.frequency_code not in (REPLACEMENT, VOID):
        return
    if context.payer is not None and not context.payer.accepts_replacement:
        yield Found(
            "2300", "CLM", 5, "This payer takes no replacements or voids.",
            "Send a corrected claim as a new one, ask for a reopening, or appeal.",
        )  # fmt: skip
    elif context.earlier_version is not None and not context.earlier_version.is_decided:
        yield Found(
            "2300", "CLM", 5, "The payer has not decided the claim that this one replaces.",
            "Wait for the decision; a claim that was never taken in goes again as an original.",
        )  # fmt: skip


@rule("E056", Layer.CLAIM)
def signatures_are_stated(claim: SubmittedClaim, context: EditContext) -> Result:
    wanted = [
        (claim.assignment_code, "ABC", 7, "assignment (A, B or C)"),
        (claim.benefits_assigned, "NWY", 8, "assignment of benefits (Y, N or W)"),
        (claim.release_code, "IY", 9, "release of information (Y or I)"),
    ]
    if claim.kind == PROFESSIONAL:
        wanted.insert(0, (claim.provider_signature, "YN", 6, "provider's signature (Y or N)"))
    for value, allowed, element, what in wanted:
        if len(value) != 1 or value not in allowed:
            yield Found(
                "2300", "CLM", element, f"The {what} is missing or not valid.", _MEND_VISIT, fix=Fix.REBUILD
            )


@rule("E057", Layer.CLAIM)
def accident_is_complete(claim: SubmittedClaim, context: EditContext) -> Result:
    causes = {one for one in claim.related_causes[:3] if one}
    if not causes:
        return
    if causes - {"AA", "EM", "OA"}:
        yield Found(
            "2300",
            "CLM",
            11,
            "The cause must be an automobile (AA), employment (EM) or another accident (OA).",
        )
    if causes & {"AA", "OA"} and not any(one.qualifier == "439" and one.date for one in claim.dates):
        yield Found(
            "2300", "DTP", 3, "The claim names an accident without its date.", _MEND_VISIT, fix=Fix.REBUILD
        )
    if "AA" in causes and not (len(claim.related_causes) > 3 and claim.related_causes[3]):
        yield Found(
            "2300",
            "CLM",
            11,
            "An automobile accident needs the state it happened in.",
            _MEND_VISIT,
            fix=Fix.REBUILD,
        )


@rule("E061", Layer.CLAIM)
def laboratory_is_certified(claim: SubmittedClaim, context: EditContext) -> Result:
    number = next((one.value for one in claim.references if one.qualifier == "X4"), "")
    if number and not re.fullmatch(r"\d{2}D\d{7}", number):
        yield Found(
            "2300", "REF", 2, "A CLIA number has ten signs, the third a D, such as 14D0123456.",
            "Correct the laboratory's number, then build the claim anew.", fix=Fix.REBUILD,
        )  # fmt: skip
    if context.services is None:
        yield Unchecked("no table of laboratory tests is loaded")
        return
    for line in claim.lines:
        facts = context.services.get(line.procedure.code)
        if facts is None:
            continue
        if facts.needs_laboratory_number and not number:
            yield Found(
                "2300", "REF", 2, f"{line.procedure.code} is a laboratory test, and the claim has no CLIA number.",
                "Enter the laboratory's number, then build the claim anew.", int(line.line_number), Fix.REBUILD,
            )  # fmt: skip
        if facts.is_waived_test and "QW" not in line.procedure.modifiers:
            yield Found(
                "2400", "SV1", 1, f"{line.procedure.code} is a waived test and needs the modifier QW.", _MEND_VISIT,
                int(line.line_number), Fix.REBUILD,
            )  # fmt: skip


@rule("E062", Layer.CLAIM)
def inpatient_claim_has_an_admission(claim: SubmittedClaim, context: EditContext) -> Result:
    places = INPATIENT_PLACES if claim.kind == PROFESSIONAL else INPATIENT_BILLS
    if claim.facility_code in places and not any(one.qualifier == "435" and one.date for one in claim.dates):
        yield Found(
            "2300",
            "DTP",
            3,
            "An inpatient service needs the date of admission.",
            _MEND_VISIT,
            fix=Fix.REBUILD,
        )


@rule("E063", Layer.CLAIM)
def onset_is_stated(claim: SubmittedClaim, context: EditContext) -> Result:
    if not any(one.qualifier in ("431", "454") and one.date for one in claim.dates):
        yield Found(
            "2300", "DTP", 3, "The payer asks for the date of onset or of first treatment.", _MEND_VISIT,
            fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E064", Layer.CLAIM)
def sent_records_are_numbered(claim: SubmittedClaim, context: EditContext) -> Result:
    papers = [one for one in claim.unmapped if one.elements and one.elements[0] == "PWK"]
    for paper in papers:
        by_hand = len(paper.elements) > 2 and paper.elements[2] == "AA"
        if not by_hand and not (len(paper.elements) > 6 and paper.elements[6]):
            yield Found("2300", "PWK", 6, "Records are announced without a control number to find them by.")
    if not papers and context.records_sent is None:
        yield Unchecked("the visit does not say whether records are sent")
    elif not papers and context.records_sent:
        yield Found("2300", "PWK", 6, "Records are sent, and the claim does not announce them.")


@rule("E065", Layer.CLAIM)
def unlisted_code_is_described(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.notes:
        return
    if context.services is None:
        yield Unchecked("no table of unlisted procedures is loaded")
        return
    for line in claim.lines:
        facts = context.services.get(line.procedure.code)
        if facts is not None and facts.is_unlisted and not line.procedure.description and not line.notes:
            yield Found(
                "2300", "NTE", 2, f"{line.procedure.code} is an unlisted procedure and needs a description.",
                _MEND_VISIT, int(line.line_number), Fix.REBUILD,
            )  # fmt: skip


@rule("E103", Layer.CLAIM)
def admission_is_stated(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != INSTITUTIONAL:
        return
    wanted = [(claim.patient_status_code, 3, "the patient's status at discharge")]
    if claim.facility_code in INPATIENT_BILLS:
        wanted += [(claim.admission_type_code, 1, "the type"), (claim.admission_source_code, 2, "the source")]
    for value, element, what in wanted:
        if not value:
            yield Found("2300", "CL1", element, f"The admission lacks {what}.", _MEND_VISIT, fix=Fix.REBUILD)
    is_final = claim.frequency_code in ("1", "4")
    if is_final and claim.facility_code in INPATIENT_BILLS and claim.patient_status_code == STILL_A_PATIENT:
        yield Found(
            "2300", "CL1", 3, "The bill is final (frequency 1 or 4), and the patient is said to be still in the house.",
            _MEND_VISIT, fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E104", Layer.CLAIM)
def statement_period_covers_the_lines(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != INSTITUTIONAL:
        return
    period = next((one for one in claim.dates if one.qualifier == "434"), None)
    if period is None or period.date is None or period.end_date is None or period.date > period.end_date:
        yield Found(
            "2300",
            "DTP",
            3,
            "The statement period is missing or not a range of dates.",
            _MEND_VISIT,
            fix=Fix.REBUILD,
        )
        return
    for line in claim.lines:
        first, last = line.service_from_on, line.service_to_on
        if (first and first < period.date) or (last and last > period.end_date):
            yield Found(
                "2400", "DTP", 3, "The line's dates lie outside the statement period.", _MEND_VISIT,
                int(line.line_number), Fix.REBUILD,
            )  # fmt: skip


@rule("E105", Layer.CLAIM)
def hospital_codes_are_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != INSTITUTIONAL:
        return
    if context.hospital_codes is None:
        yield Unchecked("no licensed lists of value, condition and occurrence codes are loaded")
        return
    for one in claim.codes:
        known = context.hospital_codes.get(one.qualifier)
        if known is not None and one.code not in known:
            yield Found("2300", "HI", 1, f"{one.code} is no code of its kind ({one.qualifier}).", _MEND_VISIT)
