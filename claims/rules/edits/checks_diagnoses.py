"""Layer 6: diagnoses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import date

from claims.rules.edits.checks_claim import INPATIENT_BILLS, INSTITUTIONAL, PROFESSIONAL
from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from x12 import SubmittedClaim

Result = Iterator[Found | Unchecked]
MOST_DIAGNOSES = {PROFESSIONAL: 12, INSTITUTIONAL: 25}
PRINCIPAL, ADMITTING, REASON = "ABK", "ABJ", "APR"
OUTPATIENT_BILLS = frozenset({"13", "85"})
UNSCHEDULED = frozenset({"1", "2", "5"})
"""Types of admission: emergency, urgent, trauma."""
_EMERGENCY_ROOM = "045"
_OUTER_CAUSES = ("V", "W", "X", "Y")
_MEND = "Correct the diagnoses of the visit, then build the claim anew."


@rule("E070", Layer.DIAGNOSIS)
def diagnoses_are_listed(claim: SubmittedClaim, context: EditContext) -> Result:
    diagnoses = claim.diagnoses
    most = MOST_DIAGNOSES.get(claim.kind, 12)
    if not diagnoses or len(diagnoses) > most:
        yield Found(
            "2300", "HI", 1, f"The claim has {len(diagnoses)} diagnoses; it needs 1 to {most}.", _MEND,
            fix=Fix.REBUILD,
        )  # fmt: skip
        return
    if diagnoses[0].qualifier not in (PRINCIPAL, "BK"):
        yield Found(
            "2300", "HI", 1, "The first diagnosis is not marked as the principal one.", _MEND, fix=Fix.REBUILD
        )
    for place, one in enumerate(diagnoses, start=1):
        if not one.code or not one.code.isalnum():
            yield Found(
                "2300", "HI", place, f"The diagnosis {one.code!r} must be written without a point.", _MEND,
                fix=Fix.REBUILD,
            )  # fmt: skip


@rule("E071", Layer.DIAGNOSIS)
def diagnoses_are_valid_on_the_day(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.diagnosis_codes is None:
        yield Unchecked("no table of diagnoses (ICD-10-CM) is loaded")
        return
    on = _judged_on(claim)
    if on is None:
        return
    for place, one in enumerate(claim.diagnoses, start=1):
        periods = context.diagnosis_codes.get(one.code, ())
        current = [each for each in periods if each.period.covers(on)]
        if any(each.is_billable for each in current):
            continue
        if current:
            words = f"{one.code} is a heading; a claim needs a code with more digits."
        elif periods:
            words = f"{one.code} was not in force on {on:%m/%d/%Y}."
        else:
            words = f"{one.code} is no diagnosis code (ICD-10-CM)."
        yield Found("2300", "HI", place, words, _MEND, fix=Fix.REBUILD)


@rule("E072", Layer.DIAGNOSIS)
def first_diagnosis_may_stand_first(claim: SubmittedClaim, context: EditContext) -> Result:
    codes = [one.code for one in claim.diagnoses]
    for code, count in Counter(codes).items():
        if count > 1:
            yield Found(
                "2300", "HI", codes.index(code) + 1, f"{code} stands {count} times.", _MEND, fix=Fix.REBUILD
            )
    if not codes:
        return
    facts = (context.diagnoses or {}).get(codes[0])
    if codes[0].startswith(_OUTER_CAUSES):
        yield Found(
            "2300",
            "HI",
            1,
            f"{codes[0]} is an external cause and may not stand first.",
            _MEND,
            fix=Fix.REBUILD,
        )
    elif facts is not None and facts.is_manifestation:
        yield Found(
            "2300", "HI", 1, f"{codes[0]} is a manifestation: the disease behind it stands first.", _MEND,
            fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E073", Layer.DIAGNOSIS)
def diagnoses_do_not_exclude_each_other(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.diagnoses is None:
        yield Unchecked("no table of diagnoses that exclude each other is loaded")
        return
    codes = [one.code for one in claim.diagnoses]
    for place, code in enumerate(codes, start=1):
        facts = context.diagnoses.get(code)
        for other in codes:
            if facts is not None and other != code and other in facts.excludes:
                yield Found(
                    "2300",
                    "HI",
                    place,
                    f"{code} and {other} may not be coded together.",
                    _MEND,
                    fix=Fix.REBUILD,
                )


@rule("E074", Layer.DIAGNOSIS)
def diagnoses_fit_the_patient(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.diagnoses is None:
        yield Unchecked("no table of ages and sexes of diagnoses is loaded")
        return
    patient = claim.patient
    if patient is None:
        return
    age = age_on(patient.birth_date, claim.service_from_on)
    for place, one in enumerate(claim.diagnoses, start=1):
        facts = context.diagnoses.get(one.code)
        if facts is None:
            continue
        if facts.sex and patient.sex in ("M", "F") and patient.sex != facts.sex:
            yield Found(
                "2300", "HI", place, f"{one.code} does not fit the patient's sex.", _MEND, fix=Fix.REBUILD
            )
        if not fits_age(age, facts.least_age, facts.greatest_age):
            yield Found(
                "2300", "HI", place, f"{one.code} does not fit the patient's age.", _MEND, fix=Fix.REBUILD
            )


@rule("E075", Layer.DIAGNOSIS)
def inpatient_diagnoses_say_what_was_present(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != INSTITUTIONAL or claim.facility_code != "11":
        return
    is_silent = not any(one.present_on_admission for one in claim.diagnoses)
    for place, one in enumerate(claim.diagnoses, start=1):
        facts = (context.diagnoses or {}).get(one.code)
        if facts is not None and facts.is_exempt_from_admission_flag:
            continue
        if one.present_on_admission and one.present_on_admission not in "YNUW":
            yield Found(
                "2300", "HI", place, f"Present on admission is {one.present_on_admission!r}; it is Y, N, U or W.",
                _MEND, fix=Fix.REBUILD,
            )  # fmt: skip
        elif not one.present_on_admission and (is_silent or context.diagnoses is not None):
            yield Found(
                "2300", "HI", place, f"{one.code} does not say whether it was present on admission.", _MEND,
                fix=Fix.REBUILD,
            )  # fmt: skip
        elif not one.present_on_admission:
            yield Unchecked("no table of diagnoses exempt from the flag of admission is loaded")


@rule("E076", Layer.DIAGNOSIS)
def admission_has_its_diagnosis(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != INSTITUTIONAL:
        return
    kinds = {one.qualifier for one in claim.codes}
    if claim.facility_code in INPATIENT_BILLS and ADMITTING not in kinds:
        yield Found(
            "2300", "HI", 1, "An inpatient bill needs the admitting diagnosis.", _MEND, fix=Fix.REBUILD
        )
    is_unscheduled = claim.admission_type_code in UNSCHEDULED and any(
        line.revenue_code.startswith(_EMERGENCY_ROOM) for line in claim.lines
    )
    if claim.facility_code in OUTPATIENT_BILLS and is_unscheduled and REASON not in kinds:
        yield Found(
            "2300", "HI", 1, "An unscheduled outpatient visit needs the patient's reason for the visit.", _MEND,
            fix=Fix.REBUILD,
        )  # fmt: skip


def _judged_on(claim: SubmittedClaim) -> date | None:
    """A stay is coded by the day it ended."""
    is_stay = claim.kind == INSTITUTIONAL and claim.facility_code in INPATIENT_BILLS
    return claim.service_to_on if is_stay else claim.service_from_on


def age_on(born: date | None, on: date | None) -> int | None:
    if born is None or on is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def fits_age(age: int | None, least: int | None, greatest: int | None) -> bool:
    return age is None or ((least is None or least <= age) and (greatest is None or age <= greatest))
