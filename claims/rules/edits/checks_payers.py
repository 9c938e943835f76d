"""Layers 10 and 11: coverage, authorization and referral; what earlier payers decided."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal

from claims.rules.edits.checks_lines import number
from claims.rules.edits.checks_subscriber import MEDICARE_PART_A, MEDICARE_PART_B
from claims.rules.edits.facts import Authorization, EditContext
from claims.rules.edits.model import Fix, Found, Layer, Unchecked, rule
from x12 import LineAdjudication, OtherCoverage, SubmittedClaim, SubmittedLine

Result = Iterator[Found | Unchecked]
PRIMARY = "P"
_AUTHORIZE = "Ask the payer for more, or correct on the visit what is authorized and for which lines."


@rule("E049", Layer.AUTHORIZATION)
def coverage_was_active(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.has_active_coverage is None:
        yield Unchecked("no answer of the payer about this coverage and that time is on file")
    elif not context.has_active_coverage:
        about = context.coverage_asked_about
        day = f"{about:%m/%d/%Y}" if about else "the day of service"
        yield Found(
            "2010BA", "NM1", 9, f"Asked about {day}, the payer said that the coverage was not active.",
            "Ask the payer about the day of service, or the patient for the coverage of that day.",
        )  # fmt: skip


@rule("E058", Layer.AUTHORIZATION)
def authorization_is_named(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.needs_authorization is None:
        yield Unchecked("no list of services this payer wants authorized is on file")
        return
    for line in claim.lines:
        if line.procedure.code in context.needs_authorization and not _authorization(claim, line):
            yield Found(
                "2300", "REF", 2, f"The payer wants {line.procedure.code} authorized, and no number is named (REF*G1).",
                "Enter the authorization on the visit.", number(line), Fix.REBUILD,
            )  # fmt: skip


@rule("E059", Layer.AUTHORIZATION)
def authorization_covers_the_service(claim: SubmittedClaim, context: EditContext) -> Result:
    lines = [(line, _authorization(claim, line)) for line in claim.lines]
    if context.authorizations is None:
        if any(value for _, value in lines):
            yield Unchecked("the visit does not say what its authorization covers")
        return
    on_file = {one.number: one for one in context.authorizations}
    used: dict[str, Decimal] = defaultdict(Decimal)
    for line, value in lines:
        if value:
            used[value] += line.units
            words = _not_covered(claim, line, on_file.get(value), used[value])
            if words:
                yield Found("2400", "REF", 2, f"Authorization {value} {words}.", _AUTHORIZE, number(line))


@rule("E060", Layer.AUTHORIZATION)
def referral_is_named(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.needs_referral is None:
        yield Unchecked("nothing is on file about the plan's referrals")
    elif context.needs_referral and not any(one.qualifier == "9F" for one in claim.references):
        yield Found(
            "2300", "REF", 2, "The plan wants a referral, and no number is named (REF*9F).",
            "Enter the referral on the visit.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E110", Layer.OTHER_PAYERS)
def other_payers_are_complete(claim: SubmittedClaim, context: EditContext) -> Result:
    is_later = claim.coverage is not None and claim.coverage.responsibility_code not in (PRIMARY, "U")
    places = {one.coverage.responsibility_code for one in claim.other_coverages}
    if is_later and PRIMARY not in places:
        yield Found(
            "2320", "SBR", 1, "The claim goes to a later payer and does not name the primary one.",
            "Bill the next payer from the primary's remittance.",
        )  # fmt: skip
    identifiers = [claim.payer.identifier if claim.payer else ""]
    for other in claim.other_coverages:
        insured, payer = other.subscriber, other.payer
        if insured is None or not insured.identifier:
            yield Found("2330A", "NM1", 9, "The member id with another payer is missing.", fix=Fix.REBUILD)
        if payer is None or not payer.identifier:
            yield Found("2330B", "NM1", 9, "The identifier of another payer is missing.", fix=Fix.REBUILD)
        else:
            identifiers.append(payer.identifier)
    if any(count > 1 for one, count in Counter(identifiers).items() if one):
        yield Found("2330B", "NM1", 9, "Two payers of the claim have the same identifier.")


@rule("E111", Layer.OTHER_PAYERS)
def decisions_balance(claim: SubmittedClaim, context: EditContext) -> Result:
    """005010X222A1 section 1.4.4: paid and taken make up the charge, on the line and on the claim."""
    for line in claim.lines:
        for decided in line.adjudications:
            taken = sum((one.amount for one in decided.adjustments), Decimal(0))
            if decided.paid_amount + taken != line.charge_amount:
                yield Found(
                    "2430", "SVD", 2,
                    f"Paid {decided.paid_amount} and taken {taken} do not make the line's {line.charge_amount}.",
                    "Check the remittance of the earlier payer.", number(line),
                )  # fmt: skip
    for other in claim.other_coverages:
        paid = other.paid_amount
        if paid is None:
            continue
        of_lines = (one.adjustments for one in _decisions_of(claim, other))
        taken = sum((one.amount for group in (other.adjustments, *of_lines) for one in group), Decimal(0))
        if paid + taken != claim.charge_amount:
            yield Found(
                "2320", "AMT", 2, f"Paid {paid} and taken {taken} do not make the claim's {claim.charge_amount}.",
                "Check the remittance of the earlier payer.",
            )  # fmt: skip


@rule("E112", Layer.OTHER_PAYERS)
def decisions_are_dated(claim: SubmittedClaim, context: EditContext) -> Result:
    for other in claim.other_coverages:
        if other.paid_amount is None:
            continue
        dates = [*other.dates, *(one for each in _decisions_of(claim, other) for one in each.dates)]
        if not any(one.qualifier == "573" and one.date for one in dates):
            yield Found(
                "2330B", "DTP", 3, "The day on which the earlier payer decided is missing.", fix=Fix.REBUILD
            )


@rule("E113", Layer.OTHER_PAYERS)
def medicare_says_why_it_is_second(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.coverage is None:
        return
    medicare = (MEDICARE_PART_A, MEDICARE_PART_B)
    is_medicare = claim.coverage.filing_indicator in medicare
    if is_medicare and any(
        one.coverage.filing_indicator == claim.coverage.filing_indicator for one in claim.other_coverages
    ):
        yield Found("2320", "SBR", 9, "Medicare is named as both payers.", "Correct the patient's coverages.")
    is_second = claim.coverage.responsibility_code != PRIMARY
    if is_medicare and is_second and not claim.coverage.insurance_type_code:
        yield Found(
            "2000B", "SBR", 5, "Medicare pays second, and the claim does not say why (insurance type).",
            "Enter the reason on the patient's coverage.", fix=Fix.REBUILD,
        )  # fmt: skip


@rule("E114", Layer.OTHER_PAYERS)
def earlier_payer_has_decided(claim: SubmittedClaim, context: EditContext) -> Result:
    if claim.coverage is None or claim.coverage.responsibility_code == PRIMARY:
        return
    for other in claim.other_coverages:
        if other.coverage.responsibility_code == PRIMARY and other.paid_amount is None:
            yield Found(
                "2320", "AMT", 2, "The primary payer has not decided yet.", "Wait for its remittance."
            )
    limit = context.payer.later_limit_on if context.payer else None
    if limit is None:
        yield Unchecked("no limit of this payer for claims that another payer decided before is on file")
    elif context.on > limit:
        yield Found(
            "2300", "CLM", 0,
            f"The payer's limit for a claim that another payer decided before was {limit:%m/%d/%Y}.",
            "Look for a reason of the delay that the payer accepts.",
        )  # fmt: skip


# -- how ---------------------------------------------------------------------------------------------------------


def _authorization(claim: SubmittedClaim, line: SubmittedLine) -> str:
    own = next((one.value for one in line.references if one.qualifier == "G1"), "")
    return own or claim.authorization_number


def _not_covered(claim: SubmittedClaim, line: SubmittedLine, one: Authorization | None, used: Decimal) -> str:
    if one is None:
        return "is not among the payer's authorizations on file"
    on, rendering = line.service_from_on, claim.rendering or claim.billing_provider
    if on is not None and not one.period.covers(on):
        return "does not cover the day of service"
    if one.codes and line.procedure.code not in one.codes:
        return f"does not cover {line.procedure.code}"
    if one.provider_npi and rendering and rendering.identifier != one.provider_npi:
        return "was given to another provider"
    if one.units_left is not None and used > one.units_left:
        left = max(one.units_left, Decimal(0))
        return f"has {left.normalize():f} units left, and the claim bills {used.normalize():f}"
    return ""


def _decisions_of(claim: SubmittedClaim, other: OtherCoverage) -> Iterator[LineAdjudication]:
    identifier = other.payer.identifier if other.payer else ""
    return (one for line in claim.lines for one in line.adjudications if one.payer_identifier == identifier)
