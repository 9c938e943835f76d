"""What is worth telling a person about how a line was decided, without changing what is posted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from reference.rules.codes import CarcRule, PayerFacts, RarcRule
from remittances.rules.classes import AdjustmentClass, ClassifiedAdjustment, Finding, FindingKind
from remittances.rules.facts import RemitClaimFacts, RemitLineFacts

SEQUESTRATION_PERCENT = 2


def line_findings(
    line: RemitLineFacts,
    claim: RemitClaimFacts,
    payer: PayerFacts,
    carcs: Mapping[str, CarcRule],
    rarcs: Mapping[str, RarcRule],
    adjustments: tuple[ClassifiedAdjustment, ...],
) -> Iterable[Finding]:
    remarks = (*line.remark_codes, *claim.remark_codes)
    has_remark = any(not (code in rarcs and rarcs[code].is_alert) for code in remarks)
    for one in adjustments:
        rule = carcs.get(one.facts.carc)
        if rule is None:
            yield Finding(
                FindingKind.UNKNOWN_CODE, f"CARC {one.facts.carc} is not in our table.", one.amount_cents
            )
            continue
        yield from _code_findings(one, rule, payer, has_remark)
    if line.submitted_procedure_code and line.submitted_procedure_code != line.procedure_code:
        message = f"Billed {line.submitted_procedure_code}, decided as {line.procedure_code}."
        yield Finding(FindingKind.RECODED, message)
    if line.paid_cents > line.charge_cents > 0:
        message = "Paid more than billed, as a case rate may."
        yield Finding(FindingKind.PAID_ABOVE_CHARGE, message, line.paid_cents - line.charge_cents)
    yield from _sequestration_finding(line, carcs)


def _code_findings(
    one: ClassifiedAdjustment, rule: CarcRule, payer: PayerFacts, has_remark: bool
) -> Iterable[Finding]:
    facts = one.facts
    if rule.is_retired:
        message = f"CARC {facts.carc} is retired (now {rule.replaced_by})."
        yield Finding(FindingKind.RETIRED_CODE, message, facts.amount_cents)
    if rule.requires_remark and not has_remark:
        message = f"CARC {facts.carc} says nothing without a remark code, and none was sent."
        yield Finding(FindingKind.REMARK_MISSING, message, facts.amount_cents)
    is_state_duplicate = facts.carc == "18" and facts.group == "CO" and payer.kind == "workers_comp"
    if rule.is_group_mandated and facts.group not in rule.group_hint and not is_state_duplicate:
        message = f"CARC {facts.carc} belongs in group {' or '.join(rule.group_hint)}, not {facts.group}."
        yield Finding(FindingKind.GROUP_NOT_ALLOWED, message, facts.amount_cents)
    if facts.carc == "45" and one.kind is AdjustmentClass.DENIAL and facts.group == "CO":
        yield Finding(FindingKind.FULL_CHARGE_FEE_CUT, one.reason, facts.amount_cents)
    if facts.carc == "45" and facts.group == "PR":
        message = "The payer leaves its fee cut to the patient: check balance-billing law first."
        yield Finding(FindingKind.BALANCE_BILLING, message, facts.amount_cents)


def _sequestration_finding(line: RemitLineFacts, carcs: Mapping[str, CarcRule]) -> Iterable[Finding]:
    """`cents` is positive where the payer took too much."""
    taken = [
        one.amount_cents
        for one in line.adjustments
        if one.carc in carcs and carcs[one.carc].subcategory == "sequestration"
    ]
    if not taken:
        return
    difference = sum(taken) - expected_sequestration_cents(line.paid_cents + sum(taken))
    if difference:
        message = "The federal cut is not 2 % of the payment after the patient's share."
        yield Finding(FindingKind.SEQUESTRATION_DIFFERS, message, difference)


def expected_sequestration_cents(payment_before_cut_cents: int) -> int:
    """2 % of what Medicare pays after the patient's share, half a cent rounded up."""
    return (payment_before_cut_cents * SEQUESTRATION_PERCENT + 50) // 100
