"""What a denial is about and what to do: which code wins, what its remarks add, what may not be done.

Steps, in their order: the largest denied adjustment is the reason; remarks decide where the code alone says
nothing or where they are decisive; a practice's own rule for the payer may overrule; then remarks, group and
law take actions out again, whatever came before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from denials.rules.actions import (
    ACTION_REMARKS,
    PATIENT_LIABLE,
    PATIENT_NOT_LIABLE,
    UNPROCESSABLE,
    ActionList,
    apply_remarks,
    guard_patient,
)
from denials.rules.facts import DenialAdjustment, DenialFacts, Explanation, Resolution
from denials.rules.overrides import winning_override
from reference.rules.codes import CarcRule, RarcRule
from reference.rules.overrides import OverrideRule

# CARC 125 is retired; old remittances carry it.
READ_THE_REMARK = frozenset({"16", "96", "A1", "125", "226", "227", "252", "129", "148", "267", "P1"})
EMPTY_WITHOUT_REMARK = frozenset({"16", "A1", "P1", "125"})
PRECEDENCE = (
    "authorization",
    "eligibility",
    "cob",
    "credentialing_network",
    "medical_necessity",
    "coding",
    "timely_filing",
    "duplicate",
    "contractual_bundling",
    "noncovered_benefit_max",
    "billing_error",
    "patient_responsibility",
    "informational",
)
NOT_A_DENIAL = frozenset({"patient_responsibility", "informational"})
TEAM_BY_CATEGORY = {
    "eligibility": "front_desk",
    "authorization": "auth_team",
    "medical_necessity": "clinical_appeals",
    "coding": "coding",
    "billing_error": "billing",
    "timely_filing": "billing",
    "duplicate": "billing",
    "cob": "front_desk",
    "contractual_bundling": "coding",
    "noncovered_benefit_max": "front_desk",
    "credentialing_network": "credentialing",
}
TEAM_BY_ROOT_CAUSE = {
    "cob_data": "billing",
    "provider_data": "credentialing",
    "contract_terms": "contracting",
    "contract_load": "contracting",
    "regulatory": "contracting",
    "patient_action": "patient_ar",
    "coding_units": "coding",
    "coding_level": "clinical_appeals",
}
SUBCATEGORY_BY_ROOT_CAUSE = {
    "coding_cpt": "procedure_code",
    "coding_dx": "dx",
    "coding_modifier": "modifier",
    "coding_pos": "place_of_service",
    "coding_units": "units",
    "coding_dx_cpt_pair": "dx_procedure_pair",
    "coding_level": "level_of_service",
    "coding_bundling": "bundled",
    "coding_age_gender": "age_gender",
    "coding_ndc": "ndc",
    "docs_missing": "documentation",
    "docs_insufficient": "documentation",
    "reg_coverage": "coverage_dates",
    "reg_demographics": "demographics",
    "reg_cob_order": "cob_order",
    "reg_wrong_payer": "wrong_payer",
    "cob_data": "prior_payer_data",
    "referral_missing": "referral",
    "provider_enrollment": "enrollment",
    "provider_network": "out_of_network",
    "benefit_limit": "benefit_max",
    "plan_exclusion": "exclusion",
    "clinical_criteria": "policy",
    "billing_data": "missing_invalid_data",
    "billing_duplicate": "exact",
    "billing_split": "span",
    "abn_missing": "abn",
}


@dataclass(slots=True)
class _Draft:
    category: str
    subcategory: str
    root_cause: str
    actions: tuple[str, ...]
    owner_team: str
    is_preventable: bool = False
    core_scenario: str = ""
    needs_review: bool = False
    explanations: list[Explanation] = field(default_factory=list)

    def explain(self, what: str, decided_by: str, words: str) -> None:
        self.explanations.append(Explanation(what, decided_by, words))

    def turn_to(self, category: str, root_cause: str, actions: tuple[str, ...]) -> None:
        """Another category brings its own subcategory and team; the same one keeps what the code says."""
        if category != self.category:
            self.category = category
            self.subcategory = SUBCATEGORY_BY_ROOT_CAUSE.get(root_cause, root_cause)
            self.owner_team = TEAM_BY_ROOT_CAUSE.get(root_cause) or TEAM_BY_CATEGORY.get(category, "billing")
        self.root_cause = root_cause
        self.actions = actions


def resolve(
    facts: DenialFacts,
    *,
    carcs: Mapping[str, CarcRule],
    rarcs: Mapping[str, RarcRule],
    overrides: Iterable[OverrideRule] = (),
) -> Resolution | None:
    """None where nothing of the line is a denial."""
    denied = [one for one in facts.adjustments if one.is_denial and one.amount_cents]
    if not denied:
        return None
    primary, *others = sorted(denied, key=lambda one: _weight(one, carcs))
    draft = _from_code(facts, primary, carcs.get(primary.carc))
    _from_remarks(draft, facts, primary, rarcs)
    override = winning_override(facts, primary, overrides)
    if override:
        _from_override(draft, override)
    _settle(draft, primary)
    actions = _allowed_actions(draft, facts, primary, [one.carc for one in denied], rarcs)
    return Resolution(
        primary=primary,
        secondary=tuple(others),
        category=draft.category,
        subcategory=draft.subcategory,
        root_cause=draft.root_cause,
        actions=tuple(actions.actions),
        owner_team=draft.owner_team,
        is_preventable=draft.is_preventable,
        is_appeal_allowed=actions.may_appeal,
        is_patient_liable=_is_patient_liable(facts, primary, actions),
        is_unprocessable=UNPROCESSABLE in facts.all_remarks,
        resubmission=actions.resubmission,
        needs_review=draft.needs_review or any(one.needs_review for one in denied),
        has_mixed_signals=_has_mixed_signals(others, carcs, primary),
        core_scenario=draft.core_scenario,
        blocked=actions.blocked_actions,
        explanations=tuple(draft.explanations),
        override_rule_id=override.id if override else None,
        priority_boost=override.priority_boost if override else 0,
    )


def _weight(adjustment: DenialAdjustment, carcs: Mapping[str, CarcRule]) -> tuple[int, int, str]:
    rule = carcs.get(adjustment.carc)
    return (-abs(adjustment.amount_cents), _rank(rule.category if rule else "billing_error"), adjustment.carc)


def _rank(category: str) -> int:
    return PRECEDENCE.index(category) if category in PRECEDENCE else len(PRECEDENCE)


def _from_code(facts: DenialFacts, primary: DenialAdjustment, rule: CarcRule | None) -> _Draft:
    code = f"{primary.group}-{primary.carc}"
    if rule is None:
        draft = _Draft("billing_error", "unknown_code", "unknown", ("call_payer", "appeal"), "billing")
        draft.needs_review = True
        draft.explain("category", code, f"CARC {primary.carc} is not in our table.")
        return draft
    draft = _Draft(
        category=rule.category,
        subcategory=rule.subcategory,
        root_cause=rule.root_cause,
        actions=rule.actions,
        owner_team=rule.owner_team,
        is_preventable=rule.is_preventable,
        core_scenario=rule.core_scenario,
    )
    draft.explain("category", code, rule.meaning)
    if rule.is_retired:
        draft.explain("code", code, f"A retired code, read as {rule.replaced_by}.")
    if rule.subcategory == "capitation":
        draft.turn_to("cob", "reg_wrong_payer", ("bill_other_payer", "verify_eligibility"))
        draft.explain(
            "category", code, "No capitated contract here: the patient is in another plan; bill that."
        )
    elif rule.subcategory == "appeal_upheld":
        _inherit(draft, facts, code)
    elif rule.is_denial == "n":
        _dispute(draft, primary, code)
    return draft


def _inherit(draft: _Draft, facts: DenialFacts, code: str) -> None:
    """CARC 193 upholds an earlier decision: same matter, next level of appeal."""
    if facts.earlier is None:
        draft.needs_review = True
        draft.explain("category", code, "Upholds an earlier decision that is not on file.")
        return
    draft.category = facts.earlier.category
    draft.subcategory = facts.earlier.subcategory
    draft.root_cause = facts.earlier.root_cause
    draft.owner_team = facts.earlier.owner_team or TEAM_BY_CATEGORY.get(draft.category, "billing")
    draft.explain(
        "category", code, "Upholds the earlier denial and keeps its category; the next level is open."
    )


def _dispute(draft: _Draft, primary: DenialAdjustment, code: str) -> None:
    """A price code that took the whole charge, or one under PI: a refusal in all but name."""
    draft.actions = ("call_payer", "review_pricing", "appeal", "write_off")
    draft.root_cause = "unknown"
    draft.owner_team = "contracting"
    draft.needs_review = True
    if primary.carc == "45":
        draft.subcategory = "full_charge_adjustment" if primary.group != "PI" else "payer_initiated"
    draft.explain(
        "actions", code, "A price adjustment that is used as a refusal: compare it with the contract."
    )


def _from_remarks(
    draft: _Draft, facts: DenialFacts, primary: DenialAdjustment, rarcs: Mapping[str, RarcRule]
) -> None:
    deciding = _deciding_remark(facts, primary, rarcs)
    if deciding:
        draft.turn_to(deciding.category, deciding.root_cause, deciding.actions or draft.actions)
        draft.explain("category", f"RARC {deciding.code}", deciding.meaning)
        return
    known = [rarcs[code] for code in facts.all_remarks if code in rarcs]
    for rule in known:
        fits = rule.category == draft.category or primary.carc in rule.typical_carcs
        if fits and rule.root_cause != "none" and rule.category not in NOT_A_DENIAL:
            draft.root_cause = rule.root_cause
            draft.actions = rule.actions or draft.actions
            draft.explain("root cause", f"RARC {rule.code}", rule.meaning)
            break
    if primary.carc in EMPTY_WITHOUT_REMARK:
        draft.needs_review = True
        draft.explain("review", f"CARC {primary.carc}", "Says nothing without a remark that decides it.")


def _deciding_remark(
    facts: DenialFacts, primary: DenialAdjustment, rarcs: Mapping[str, RarcRule]
) -> RarcRule | None:
    """A line's own remark before the claim's. Remarks that only change what may be done decide last of all."""
    reads_remark = primary.carc in READ_THE_REMARK
    for codes in (facts.remark_codes, facts.claim_remark_codes):
        known = [rarcs[code] for code in codes if code in rarcs]
        able = [
            rule
            for rule in known
            if (rule.is_decisive or (reads_remark and not rule.is_alert))
            and rule.category not in NOT_A_DENIAL
        ]
        telling = [rule for rule in able if rule.code not in ACTION_REMARKS]
        if telling or (reads_remark and able):
            return min(telling or able, key=lambda rule: (_rank(rule.category), codes.index(rule.code)))
    return None


def _from_override(draft: _Draft, rule: OverrideRule) -> None:
    category = rule.category or draft.category
    draft.turn_to(category, rule.root_cause or draft.root_cause, rule.actions or draft.actions)
    draft.subcategory = rule.subcategory or draft.subcategory
    draft.owner_team = rule.owner_team or draft.owner_team
    draft.explain("override", f"rule {rule.id}", f"This practice's rule for {rule.words}.")


def _settle(draft: _Draft, primary: DenialAdjustment) -> None:
    """A denial is never filed under what is no denial."""
    if draft.category in NOT_A_DENIAL:
        draft.category, draft.subcategory = "billing_error", "unspecified"
        draft.owner_team = "billing"
        draft.needs_review = True
        draft.explain("review", f"CARC {primary.carc}", "The code does not say why; a person finds out.")
    if draft.root_cause in {"inherit", "none", ""}:
        draft.root_cause = "unknown"


def _allowed_actions(
    draft: _Draft,
    facts: DenialFacts,
    primary: DenialAdjustment,
    carcs: list[str],
    rarcs: Mapping[str, RarcRule],
) -> ActionList:
    offered = list(draft.actions)
    if "read_rarc" in offered and not any(code not in rarcs for code in facts.all_remarks):
        offered[offered.index("read_rarc")] = "call_payer"
    actions = ActionList(offered)
    remarks = facts.all_remarks
    apply_remarks(actions, remarks)
    guard_patient(
        actions, group=primary.group, carcs=carcs, remarks=remarks, is_qmb=facts.is_qmb, rarcs=rarcs
    )
    if not actions.actions:
        actions.add("appeal")
        actions.add("write_off")
    return actions


def _is_patient_liable(facts: DenialFacts, primary: DenialAdjustment, actions: ActionList) -> bool:
    if "bill_patient" in actions.blocked:
        return False
    stated = PATIENT_LIABLE in facts.all_remarks and not set(PATIENT_NOT_LIABLE) & set(facts.all_remarks)
    return primary.group == "PR" or stated


def _has_mixed_signals(
    others: Iterable[DenialAdjustment], carcs: Mapping[str, CarcRule], primary: DenialAdjustment
) -> bool:
    ours = carcs[primary.carc].category if primary.carc in carcs else ""
    return any(carcs[one.carc].category != ours for one in others if one.carc in carcs)
