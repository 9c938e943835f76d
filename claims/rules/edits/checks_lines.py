"""Layer 7: service lines and their codes."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from claims.rules.edits.checks_claim import INSTITUTIONAL, PROFESSIONAL
from claims.rules.edits.facts import CodePeriod, EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from x12 import SubmittedClaim, SubmittedLine

Result = Iterator[Found | Unchecked]
MINUTES = "MJ"
MOST_POINTERS = 4
DRUG_UNITS = frozenset({"F2", "GR", "ME", "ML", "UN"})
OUTPATIENT_BILLS = frozenset({"13", "14", "83", "85"})
# Revenue codes that tell nothing without a procedure: laboratory, imaging, therapies, emergency room, clinic.
_CODED_REVENUE = ("030", "031", "032", "033", "034", "035", "040", "042", "043", "044", "045", "051")
_TOGETHER_NEVER = (frozenset({"50", "RT"}), frozenset({"50", "LT"}), frozenset({"26", "TC"}))
_SHAPE = re.compile(r"[A-Z]\d{4}|\d{4}[0-9A-Z]")
_MEND = "Correct the charge on the visit, then build the claim anew."


def number(line: SubmittedLine) -> int:
    return int(line.line_number) if line.line_number.isdigit() else 0


def _segment(claim: SubmittedClaim) -> str:
    return "SV1" if claim.kind == PROFESSIONAL else "SV2"


def _code_element(claim: SubmittedClaim) -> int:
    return 1 if claim.kind == PROFESSIONAL else 2


@rule("E080", Layer.LINE)
def procedures_are_valid_on_the_day(claim: SubmittedClaim, context: EditContext) -> Result:
    missing = set()
    for line in claim.lines:
        code, on = line.procedure.code, line.service_from_on
        if not code and claim.kind == INSTITUTIONAL:
            continue
        found = None
        if line.procedure.qualifier == "HC" and not _SHAPE.fullmatch(code):
            found = f"{code!r} is no procedure code: five signs, such as 99213 or J1100."
        elif not code:
            found = "The line has no procedure code."
        elif context.procedure_codes is None:
            missing.add("no table of procedures (HCPCS) is loaded")
        elif code[0].isalpha() or context.knows_cpt:
            found = _invalid(context.procedure_codes.get(code, ()), code, line)
        else:
            missing.add("the licensed list of CPT codes is not loaded")
        if found and (on is not None or not code or not _SHAPE.fullmatch(code)):
            yield Found(
                "2400", _segment(claim), _code_element(claim), found, _MEND, number(line), Fix.REBUILD
            )
    yield from (Unchecked(one) for one in sorted(missing))


@rule("E081", Layer.LINE)
def modifiers_are_valid(claim: SubmittedClaim, context: EditContext) -> Result:
    is_untold = False
    for line in claim.lines:
        modifiers = line.procedure.modifiers
        words = [
            f"The modifier {one} stands twice." for one, count in Counter(modifiers).items() if count > 1
        ]
        words += [
            f"{one!r} is no modifier: two letters or digits." for one in modifiers if not _is_modifier(one)
        ]
        words += [
            f"The modifiers {' and '.join(sorted(pair))} may not stand together."
            for pair in _TOGETHER_NEVER
            if pair <= set(modifiers)
        ]
        for one in modifiers:
            if context.modifiers is None:
                is_untold = True
            elif _is_modifier(one) and (not one.isdigit() or context.knows_cpt):
                fault = _invalid(context.modifiers.get(one, ()), one, line)
                words += [fault] if fault else []
        for each in words:
            yield Found("2400", _segment(claim), _code_element(claim), each, _MEND, number(line), Fix.REBUILD)
    if is_untold:
        yield Unchecked("no table of modifiers (HCPCS) is loaded")


@rule("E082", Layer.LINE)
def charges_are_above_zero(claim: SubmittedClaim, context: EditContext) -> Result:
    """Codes that only report (category II, ending in F) may cost nothing."""
    for line in claim.lines:
        facts = (context.services or {}).get(line.procedure.code)
        may_be_free = (facts is not None and facts.may_be_free) or line.procedure.code.endswith("F")
        if line.charge_amount < 0 or (line.charge_amount == 0 and not may_be_free):
            yield Found(
                "2400", _segment(claim), 2 if claim.kind == PROFESSIONAL else 3,
                "The line's charge must be above zero.",
                "Correct the charge on the visit, or the fee in the fee schedule.", number(line), Fix.REBUILD,
            )  # fmt: skip


@rule("E083", Layer.LINE)
def units_are_counted(claim: SubmittedClaim, context: EditContext) -> Result:
    element = 4 if claim.kind == PROFESSIONAL else 5
    for line in claim.lines:
        is_drug = line.procedure.code.startswith("J") or any(
            one.elements[:1] == ("LIN",) for one in line.unmapped
        )
        if line.units <= 0:
            yield Found(
                "2400", _segment(claim), element, "The line has no units.", _MEND, number(line), Fix.REBUILD
            )
        elif line.units % 1 and line.unit_code != MINUTES and not is_drug:
            yield Found(
                "2400", _segment(claim), element, f"{line.units} units: only minutes and drugs may be parted.", _MEND,
                number(line), Fix.REBUILD,
            )  # fmt: skip


@rule("E084", Layer.LINE)
def pointers_point_to_diagnoses(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != PROFESSIONAL:
        return
    count = len(claim.diagnoses)
    for line in claim.lines:
        pointers = [one for one in line.diagnosis_pointers if one]
        stray = [one for one in pointers if not one.isdigit() or not 1 <= int(one) <= count]
        words = ""
        if not pointers:
            words = "The line points to no diagnosis."
        elif len(pointers) > MOST_POINTERS or len(set(pointers)) < len(pointers):
            words = "The line may point to four different diagnoses at most."
        elif stray:
            words = f"The line points to diagnosis {', '.join(stray)}; the claim has {count}."
        if words:
            yield Found("2400", "SV1", 7, words, _MEND, number(line), Fix.REBUILD)


@rule("E085", Layer.LINE)
def dates_of_service_are_possible(claim: SubmittedClaim, context: EditContext) -> Result:
    for line in claim.lines:
        first, last = line.service_from_on, line.service_to_on
        words = ""
        if first is None or last is None:
            words = (
                ""
                if claim.kind == INSTITUTIONAL and not line.dates
                else "The line has no valid date of service."
            )
        elif first > last:
            words = "The date of service ends before it begins."
        elif last > context.on:
            words = "The date of service lies in the future."
        if words:
            yield Found("2400", "DTP", 3, words, _MEND, number(line), Fix.REBUILD)


@rule("E086", Layer.LINE)
def place_is_told_once(claim: SubmittedClaim, context: EditContext) -> Result:
    for line in claim.lines:
        if (
            claim.kind == PROFESSIONAL
            and line.place_of_service
            and line.place_of_service == claim.facility_code
        ):
            yield Found(
                "2400", "SV1", 5, "The line repeats the claim's place of service.",
                "Build the claim anew: the place is told once.", number(line), Fix.REBUILD,
            )  # fmt: skip


@rule("E087", Layer.LINE)
def drugs_are_numbered(claim: SubmittedClaim, context: EditContext) -> Result:
    for line in claim.lines:
        raw = {one.elements[0]: one.elements for one in line.unmapped if one.elements}
        drug, amount = raw.get("LIN", ()), raw.get("CTP", ())
        if not drug and not line.procedure.code.startswith("J"):
            continue
        if len(drug) < 4 or not re.fullmatch(r"\d{11}", drug[3]):
            yield Found(
                "2410", "LIN", 3, "The payer asks for the drug's number (NDC) of eleven digits.", _MEND, number(line),
                Fix.REBUILD,
            )  # fmt: skip
        elif len(amount) < 6 or amount[5] not in DRUG_UNITS or not _is_positive(amount[4]):
            yield Found(
                "2410", "CTP", 4, "The drug needs a quantity above zero in F2, GR, ME, ML or UN.", _MEND, number(line),
                Fix.REBUILD,
            )  # fmt: skip


@rule("E088", Layer.LINE)
def lines_have_their_own_numbers(claim: SubmittedClaim, context: EditContext) -> Result:
    counts = Counter(line.line_control_number for line in claim.lines if line.line_control_number)
    for line in claim.lines:
        if counts[line.line_control_number] > 1:
            yield Found(
                "2400", "REF", 2, f"The line's number {line.line_control_number} stands on several lines.",
                "Build the claim anew: every charge has its own number.", number(line), Fix.REBUILD,
            )  # fmt: skip


@rule("E102", Layer.LINE)
def revenue_codes_are_complete(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.kind != INSTITUTIONAL:
        return
    for line in claim.lines:
        code = line.revenue_code
        if not re.fullmatch(r"\d{4}", code):
            yield Found(
                "2400",
                "SV2",
                1,
                f"The revenue code {code!r} must have four digits.",
                _MEND,
                number(line),
                Fix.REBUILD,
            )
        elif (
            claim.facility_code in OUTPATIENT_BILLS
            and code.startswith(_CODED_REVENUE)
            and not line.procedure.code
        ):
            yield Found(
                "2400", "SV2", 2, f"Revenue code {code} of an outpatient bill needs a procedure code.", _MEND,
                number(line), Fix.REBUILD,
            )  # fmt: skip


def _invalid(periods: tuple[CodePeriod, ...], code: str, line: SubmittedLine) -> str:
    """What is wrong with a code on the line's day, if anything."""
    on = line.service_from_on
    if not periods:
        return f"{code} is not on the list of codes."
    if on is not None and not any(one.period.covers(on) and one.is_billable for one in periods):
        return f"{code} was not in force on {on:%m/%d/%Y}."
    return ""


def _is_modifier(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z0-9]{2}", text))


def _is_positive(text: str) -> bool:
    return bool(re.fullmatch(r"\d+(\.\d+)?", text)) and float(text) > 0
