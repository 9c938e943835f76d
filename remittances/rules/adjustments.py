"""The class of each adjustment of one line, and what posting does with its money."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from reference.rules.codes import CarcRule, PayerFacts
from remittances.rules.classes import AdjustmentClass, ClassifiedAdjustment, Treatment
from remittances.rules.facts import AdjustmentFacts, RemitLineFacts

AGREED_CLASSES = frozenset(
    {AdjustmentClass.CONTRACTUAL, AdjustmentClass.INFORMATIONAL, AdjustmentClass.PAYER_REDUCTION}
)
PAYER_REDUCTIONS = frozenset({"sequestration", "withhold", "penalty"})
STILL_OPEN_SUBCATEGORIES = frozenset({"pended", "forwarded", "grace_period"})
NEXT_PAYER_SUBCATEGORIES = frozenset({"next_payer"})


@dataclass(frozen=True, slots=True)
class _Sums:
    """What the adjustments come to that need no comparison; conditional codes are held against it."""

    charge_cents: int
    paid_cents: int
    contractual_cents: int
    prior_payer_cents: int

    def is_most_of_the_rest(self, cents: int) -> bool:
        return cents > 0 and 2 * cents >= self.charge_cents - self.contractual_cents - self.prior_payer_cents


def classify_adjustments(
    line: RemitLineFacts, *, payer: PayerFacts, carcs: Mapping[str, CarcRule]
) -> tuple[ClassifiedAdjustment, ...]:
    """Codes whose meaning hangs on the amount (`conditional`) are decided after all others are summed."""
    firm = [_classify_firm(one, line, payer, carcs.get(one.carc)) for one in line.adjustments]
    if all(firm):
        return tuple(one for one in firm if one)
    contractual = sum(one.amount_cents for one in firm if one and one.kind in AGREED_CLASSES)
    prior = sum(one.amount_cents for one in firm if one and one.kind is AdjustmentClass.PRIOR_PAYER_IMPACT)
    sums = _Sums(line.charge_cents, line.paid_cents, contractual, prior)
    return tuple(
        one or _classify_conditional(facts, sums, carcs[facts.carc])
        for one, facts in zip(firm, line.adjustments, strict=True)
    )


def _classify_firm(
    facts: AdjustmentFacts, line: RemitLineFacts, payer: PayerFacts, rule: CarcRule | None
) -> ClassifiedAdjustment | None:
    if rule is None:
        return _classify_unknown(facts)
    if rule.subcategory == "capitation":
        return _classify_capitation(facts, payer, rule)
    if rule.subcategory == "appeal_upheld":
        return _denial(facts, rule, "The payer upholds an earlier decision.")
    if rule.is_denial == "conditional":
        return None
    if rule.is_denial == "y":
        return _denial(facts, rule)
    return _classify_not_denied(facts, line, payer, rule)


def _classify_unknown(facts: AdjustmentFacts) -> ClassifiedAdjustment:
    if facts.group in {"CO", "PI"}:
        return ClassifiedAdjustment(
            facts,
            AdjustmentClass.DENIAL,
            Treatment.STAYS_OPEN,
            needs_review=True,
            reason="The code is not in our table: a person reads it.",
        )
    return ClassifiedAdjustment(
        facts,
        AdjustmentClass.UNKNOWN,
        Treatment.STAYS_OPEN,
        needs_review=True,
        reason="The code is not in our table: the money stays open until a person reads it.",
    )


def _classify_capitation(facts: AdjustmentFacts, payer: PayerFacts, rule: CarcRule) -> ClassifiedAdjustment:
    if payer.is_capitated:
        return ClassifiedAdjustment(
            facts,
            AdjustmentClass.INFORMATIONAL,
            Treatment.WRITE_OFF,
            rule.category,
            rule.subcategory,
            reason="Capitated contract: an encounter, nothing is owed for it.",
        )
    return _denial(facts, rule, "No capitated contract with this payer: another plan is liable.")


def _classify_conditional(facts: AdjustmentFacts, sums: _Sums, rule: CarcRule) -> ClassifiedAdjustment:
    if sums.paid_cents == 0 and sums.is_most_of_the_rest(facts.amount_cents):
        return _denial(facts, rule, "Nothing paid, and this takes at least half of what was left.")
    reason = "A price, not a refusal: something was paid, or the amount is the smaller part."
    return _by_group(facts, rule, reason)


def _denial(facts: AdjustmentFacts, rule: CarcRule, reason: str = "") -> ClassifiedAdjustment:
    return ClassifiedAdjustment(
        facts,
        AdjustmentClass.DENIAL,
        Treatment.STAYS_OPEN,
        rule.category,
        rule.subcategory,
        is_patient_liable=facts.group == "PR",
        reason=reason,
    )


def _classify_not_denied(
    facts: AdjustmentFacts, line: RemitLineFacts, payer: PayerFacts, rule: CarcRule
) -> ClassifiedAdjustment:
    if rule.subcategory == "prior_payer_impact":
        reason = "Restates what earlier payers paid and adjusted; never posted again."
        return _plain(facts, AdjustmentClass.PRIOR_PAYER_IMPACT, Treatment.BALANCING_ONLY, rule, reason)
    if _is_hidden_denial(facts, line):
        reason = "CARC 45 may not take the whole charge: a refusal under another name."
        return replace(_denial(facts, rule, reason), needs_review=True)
    if rule.subcategory in STILL_OPEN_SUBCATEGORIES:
        reason = "Not decided yet: expect a later remittance."
        return _plain(facts, AdjustmentClass.INFORMATIONAL, Treatment.STAYS_OPEN, rule, reason)
    if rule.subcategory in NEXT_PAYER_SUBCATEGORIES:
        reason = "For the next payer; the patient may not be billed."
        return _plain(facts, AdjustmentClass.INFORMATIONAL, Treatment.NEXT_PAYER, rule, reason)
    if rule.subcategory in PAYER_REDUCTIONS:
        return _plain(facts, AdjustmentClass.PAYER_REDUCTION, Treatment.WRITE_OFF, rule, "")
    if facts.group == "PI" and not (rule.code == "45" and payer.treats_pi_45_as_contractual):
        return _payer_initiated(facts, rule)
    return _by_group(facts, rule)


def _is_hidden_denial(facts: AdjustmentFacts, line: RemitLineFacts) -> bool:
    return (
        facts.carc == "45"
        and facts.group in {"CO", "PI"}
        and line.paid_cents == 0
        and facts.amount_cents == line.charge_cents > 0
    )


def _payer_initiated(facts: AdjustmentFacts, rule: CarcRule) -> ClassifiedAdjustment:
    if rule.category == "informational":
        return _plain(facts, AdjustmentClass.INFORMATIONAL, Treatment.SUSPENSE, rule, "")
    reason = "Group PI has no contract behind it: dispute it, or map PI-45 as contractual for this payer."
    return replace(_denial(facts, rule, reason), needs_review=True)


def _by_group(facts: AdjustmentFacts, rule: CarcRule, reason: str = "") -> ClassifiedAdjustment:
    """The group says who bears what is not a denial."""
    if rule.subcategory == "interest" and rule.category != "patient_responsibility":
        return _plain(facts, AdjustmentClass.INTEREST, Treatment.SUSPENSE, rule, reason)
    if facts.group == "PR":
        return _plain(
            facts, AdjustmentClass.PATIENT_RESPONSIBILITY, Treatment.NEXT_PAYER_OR_PATIENT, rule, reason
        )
    if facts.group in {"CO", "PI", "CR"}:
        kind = AdjustmentClass.CONTRACTUAL
        if rule.category in {"informational", "cob"}:
            kind = AdjustmentClass.INFORMATIONAL
        return _plain(facts, kind, Treatment.WRITE_OFF, rule, reason)
    return _plain(facts, AdjustmentClass.INFORMATIONAL, Treatment.SUSPENSE, rule, reason)


def _plain(
    facts: AdjustmentFacts, kind: AdjustmentClass, treatment: Treatment, rule: CarcRule, reason: str
) -> ClassifiedAdjustment:
    return ClassifiedAdjustment(facts, kind, treatment, rule.category, rule.subcategory, reason=reason)
