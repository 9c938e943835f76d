"""Layers 12 to 14: time limits, duplicates, and whether the claim may leave at all."""

from __future__ import annotations

from collections.abc import Iterator

from claims.rules.edits.checks_claim import ORIGINAL, REPLACEMENT
from claims.rules.edits.checks_lines import number
from claims.rules.edits.facts import EditContext
from claims.rules.edits.model import Found, Layer, Severity, Unchecked, rule
from x12 import SubmittedClaim

Result = Iterator[Found | Unchecked]
MAY_BE_TWICE = frozenset({"76", "77", "91", "59", "RT", "LT"})
LATE_SHARE, VERY_LATE_SHARE = 0.75, 0.90


@rule("E066", Layer.TIMELY)
def claim_is_in_time(claim: SubmittedClaim, context: EditContext) -> Result:
    limit = context.payer.filing_limit_on if context.payer else None
    if limit is None:
        yield Unchecked("no filing limit of this payer is on file")
        return
    began = claim.service_to_on if claim.kind == "INSTITUTIONAL" else claim.service_from_on
    if context.on > limit:
        yield Found(
            "2300", "CLM", 0, f"The payer's limit for this claim was {limit:%m/%d/%Y}.",
            "Send it with the reason of the delay if there is one the payer accepts.",
        )  # fmt: skip
    elif began is not None and limit > began:
        share = (context.on - began).days / (limit - began).days
        if share >= LATE_SHARE:
            passed = "90" if share >= VERY_LATE_SHARE else "75"
            yield Found(
                "2300", "CLM", 0, f"{passed} percent of the time to file have passed; the limit is {limit:%m/%d/%Y}.",
                softer=Severity.WARN,
            )  # fmt: skip


@rule("E067", Layer.TIMELY)
def service_is_billed_once(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.earlier_lines is None:
        yield Unchecked("no other claims of the patient were looked at")
        return
    if claim.frequency_code != ORIGINAL:
        return
    rendering = claim.rendering or claim.billing_provider
    npi = rendering.identifier if rendering else ""
    payer = claim.payer.identifier if claim.payer else ""
    for line in claim.lines:
        if MAY_BE_TWICE & set(line.procedure.modifiers) or not line.procedure.code:
            continue
        for one in context.earlier_lines:
            is_same = (one.code, one.service_on, one.provider_npi, one.payer_identifier) == (
                line.procedure.code, line.service_from_on, npi, payer,
            )  # fmt: skip
            if is_same and sorted(one.modifiers) == sorted(line.procedure.modifiers):
                is_exact = one.cents == int(line.charge_amount * 100)
                yield Found(
                    "2400", "SV1", 1,
                    f"{one.code} of that day was billed on claim {one.control_number} already"
                    f"{'' if is_exact else ', with another charge'}.",
                    "Take the line off, or add 76, 77, 91, 59, RT or LT if it was done again.",
                    number(line), softer=None if is_exact else Severity.WARN,
                )  # fmt: skip
                break


@rule("E120", Layer.PAYER_OWN)
def rejected_claim_goes_as_original(claim: SubmittedClaim, context: EditContext) -> Result:
    before = context.earlier_version
    if before is not None and before.was_rejected and claim.frequency_code == REPLACEMENT:
        yield Found(
            "2300", "CLM", 5, "The claim before was rejected and never decided; there is nothing to replace.",
            "Send it as an original.",
        )  # fmt: skip


@rule("E122", Layer.PAYER_OWN)
def visit_at_home_is_verified(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.services is None:
        yield Unchecked("no table of services that need verified visits is loaded")
        return
    for line in claim.lines:
        facts = context.services.get(line.procedure.code)
        if facts is None or not facts.is_visit_verified:
            continue
        if context.is_visit_verified is None:
            yield Unchecked("no record of verified visits (EVV) is on file")
        elif not context.is_visit_verified:
            yield Found(
                "2400", "SV1", 1, f"{line.procedure.code} needs a verified visit, and none matches.",
                "Match the visit with its record first.", number(line),
            )  # fmt: skip


@rule("E121", Layer.RELEASE)
def patient_has_consented(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.is_sensitive is None:
        yield Unchecked("the visit does not say whether it is protected (42 CFR Part 2)")
    elif context.is_sensitive and not context.has_consent:
        yield Found(
            "2300", "CLM", 0, "The visit is protected (42 CFR Part 2), and no consent to tell the payer is on file.",
            "Record the patient's consent, or do not bill the plan.",
        )  # fmt: skip


@rule("E123", Layer.RELEASE)
def protected_beneficiary_is_not_billed(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.is_qualified_medicare_beneficiary is None:
        yield Unchecked("no answer of Medicare about the patient's status (QMB) is on file")
    elif context.is_qualified_medicare_beneficiary and context.patient_cost_share_cents:
        yield Found(
            "2300", "AMT", 2, "The patient is a qualified Medicare beneficiary and owes no share, but one is billed.",
            "Take the share off the patient's account.",
        )  # fmt: skip


@rule("E124", Layer.RELEASE)
def plan_may_be_told(claim: SubmittedClaim, context: EditContext) -> Result:
    if context.patient_pays_privately is None:
        yield Unchecked("nothing is on file about a request not to tell the plan")
    elif context.patient_pays_privately:
        yield Found(
            "2300", "CLM", 0, "The patient pays for this and asked that the plan be told nothing (45 CFR 164.522).",
            "Withdraw the claim: the patient is billed.",
        )  # fmt: skip
