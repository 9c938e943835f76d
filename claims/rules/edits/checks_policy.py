"""Layer 9: what a payer covers, for whom, where and how often."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from claims.rules.edits.checks_claim import PROFESSIONAL
from claims.rules.edits.checks_diagnoses import age_on, fits_age
from claims.rules.edits.checks_lines import number
from claims.rules.edits.checks_pairs import is_visit
from claims.rules.edits.facts import EditContext, ServiceFacts
from claims.rules.edits.model import Found, Layer, Unchecked, rule
from x12 import SubmittedClaim, SubmittedLine

Result = Iterator[Found | Unchecked]
TELEHEALTH = frozenset({"02", "10"})
TELEHEALTH_MODIFIERS = frozenset({"95", "93"})
INPATIENT = "21"
TOLD_NOT_COVERED = frozenset({"GA", "GZ", "GY"})
"""The patient knows, or the provider says, that it is not covered."""
NEW_FOR_YEARS = 3
NO_SERVICES = Unchecked("no table of what is covered is loaded")
_MEND = "Correct the charge on the visit, then build the claim anew."


@rule("E089", Layer.POLICY)
def place_fits_the_service(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != PROFESSIONAL:
        return
    for line in claim.lines:
        place = line.place_of_service or claim.facility_code
        code, facts = line.procedure.code, (context.services or {}).get(line.procedure.code)
        words = ""
        if _is_office_visit(code) and place == INPATIENT:
            words = f"{code} is an office visit and cannot have been in a hospital bed (21)."
        elif (
            is_visit(code)
            and place in TELEHEALTH
            and not TELEHEALTH_MODIFIERS & set(line.procedure.modifiers)
        ):
            words = f"A visit by telehealth ({place}) needs the modifier 95, or 93 without a picture."
        elif facts is not None and facts.places and place not in facts.places:
            words = f"{code} is not done at place of service {place}."
        if words:
            yield Found("2400", "SV1", 5, words, _MEND, number(line))


@rule("E090", Layer.POLICY)
def service_fits_the_patient(claim: SubmittedClaim, context: EditContext) -> Result:
    patient = claim.patient
    for line, facts in _known(claim, context):
        if facts is None:
            yield NO_SERVICES
        elif patient is not None:
            if facts.sex and patient.sex in ("M", "F") and patient.sex != facts.sex:
                yield Found(
                    "2400",
                    "SV1",
                    1,
                    f"{line.procedure.code} does not fit the patient's sex.",
                    _MEND,
                    number(line),
                )
            if not fits_age(
                age_on(patient.birth_date, line.service_from_on), facts.least_age, facts.greatest_age
            ):
                yield Found(
                    "2400",
                    "SV1",
                    1,
                    f"{line.procedure.code} does not fit the patient's age.",
                    _MEND,
                    number(line),
                )


@rule("E091", Layer.POLICY)
def service_fits_the_specialty(claim: SubmittedClaim, context: EditContext) -> Result:
    rendering = claim.rendering or claim.billing_provider
    for line, facts in _known(claim, context):
        if facts is None:
            yield NO_SERVICES
        elif facts.specialties and rendering and rendering.taxonomy_code not in facts.specialties:
            yield Found(
                "2400", "SV1", 1, f"The payer pays {line.procedure.code} to other specialties only.", _MEND,
                number(line),
            )  # fmt: skip


@rule("E098", Layer.POLICY)
def new_patient_is_new(claim: SubmittedClaim, context: EditContext) -> Result:
    if not context.knows_visits:
        yield Unchecked("no history of earlier visits is on file")
        return
    seen = context.seen_before_on
    for line in claim.lines:
        on = line.service_from_on
        if seen is None or on is None or not _is_new_patient(line.procedure.code):
            continue
        if seen < on and (on - seen) < timedelta(days=365 * NEW_FOR_YEARS):
            yield Found(
                "2400", "SV1", 1,
                f"{line.procedure.code} is for new patients; this one was seen on {seen:%m/%d/%Y}.",
                "Choose the code for an established patient.", number(line),
            )  # fmt: skip


@rule("E099", Layer.POLICY)
def diagnoses_justify_the_service(claim: SubmittedClaim, context: EditContext) -> Result:
    codes = [one.code for one in claim.diagnoses]
    for line, facts in _known(claim, context):
        if facts is None:
            yield Unchecked("no table of coverage policies (LCD, NCD) is loaded")
            continue
        if not facts.covered_by or TOLD_NOT_COVERED & set(line.procedure.modifiers):
            continue
        places = [int(one) for one in line.diagnosis_pointers if one.isdigit()]
        pointed = {codes[one - 1] for one in places if 1 <= one <= len(codes)} or set(codes)
        if not pointed & facts.covered_by:
            yield Found(
                "2400", "SV1", 7, f"No diagnosis of the line justifies {line.procedure.code} by the payer's policy.",
                "Check the diagnoses; with the patient's signed notice add GA, without it GZ.", number(line),
            )  # fmt: skip


@rule("E100", Layer.POLICY)
def service_is_not_too_soon(claim: SubmittedClaim, context: EditContext) -> Result:
    for line, facts in _known(claim, context):
        if facts is None or context.earlier_lines is None:
            yield Unchecked("no table of how often services are paid is loaded")
            continue
        on, days = line.service_from_on, facts.least_days_between
        if on is None or not days:
            continue
        before = [
            one.service_on
            for one in context.earlier_lines
            if one.code == line.procedure.code and on - timedelta(days) < one.service_on <= on
        ]
        if before:
            yield Found(
                "2400", "SV1", 1,
                f"{line.procedure.code} is paid every {days} days; the last was on {max(before):%m/%d/%Y}.",
                "Tell the patient, or wait.", number(line),
            )  # fmt: skip


@rule("E101", Layer.POLICY)
def both_sides_are_told_the_payers_way(claim: SubmittedClaim, context: EditContext) -> Result:
    for line, facts in _known(claim, context):
        if facts is None or facts.is_bilateral_by_units is None:
            if facts is None:
                yield Unchecked("no table of how payers want both sides told is loaded")
            continue
        has_50 = "50" in line.procedure.modifiers
        if facts.is_bilateral_by_units and has_50:
            yield Found(
                "2400", "SV1", 1, "This payer wants two units or RT and LT, not 50.", _MEND, number(line)
            )
        elif not facts.is_bilateral_by_units and {"RT", "LT"} <= set(line.procedure.modifiers):
            yield Found(
                "2400", "SV1", 1, "This payer wants 50 on one line, not RT with LT.", _MEND, number(line)
            )


def _known(
    claim: SubmittedClaim, context: EditContext
) -> Iterator[tuple[SubmittedLine, ServiceFacts | None]]:
    """The lines the tables know; one line without facts where there are no tables."""
    if context.services is None:
        if claim.lines:
            yield claim.lines[0], None
        return
    for line in claim.lines:
        facts = context.services.get(line.procedure.code)
        if facts is not None:
            yield line, facts


def _is_office_visit(code: str) -> bool:
    return code.isdigit() and 99202 <= int(code) <= 99215


def _is_new_patient(code: str) -> bool:
    return code.isdigit() and 99202 <= int(code) <= 99205
