from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from denials.rules.actions import is_no_surprises
from denials.rules.facts import DenialAdjustment, DenialFacts, EarlierDenial, Resubmission
from denials.rules.overrides import winning_override
from denials.rules.resolution import PRECEDENCE, resolve
from reference.rules.code_files import our_rows
from reference.rules.codes import carc_rules, rarc_rules
from reference.rules.overrides import OverrideRule, pattern_problem

CARCS = carc_rules(our_rows("adjustment_reason_codes"), our_rows("adjustment_reason_codes_retired"))
RARCS = rarc_rules(our_rows("remark_codes"))


def facts(written, remarks="", **fields):
    """ "CO-151 70, CO-97 20" """
    adjustments = []
    for part in written.split(","):
        code, amount = part.split()
        group, carc = code.split("-")
        adjustments.append(DenialAdjustment(group, carc, int(amount) * 100))
    return DenialFacts(tuple(adjustments), tuple(remarks.split()), **fields)


def resolved(written, remarks="", overrides=(), **fields):
    return resolve(facts(written, remarks, **fields), carcs=CARCS, rarcs=RARCS, overrides=overrides)


def test_worked_example_2_late_notice_of_admission():
    found = resolved("CO-197 150", "N385")
    assert (found.category, found.subcategory, found.root_cause) == (
        "authorization",
        "auth_missing",
        "auth_late",
    )
    assert found.actions == ("appeal", "write_off")
    assert found.owner_team == "auth_team"
    assert found.explanations[1].decided_by == "RARC N385"


def test_worked_example_3_units_above_the_maximum():
    found = resolved("CO-151 70", "N362")
    assert (found.category, found.subcategory, found.root_cause) == (
        "medical_necessity", "frequency", "coding_units",
    )  # fmt: skip
    assert found.actions == ("correct_resubmit_7", "appeal")


def test_worked_example_5_unprocessable():
    found = resolved("CO-16 200", "M51 MA130")
    assert (found.category, found.root_cause, found.owner_team) == ("coding", "coding_cpt", "coding")
    assert found.actions == ("rebill_new",)
    assert found.resubmission is Resubmission.NEW_CLAIM
    assert (found.is_unprocessable, found.is_appeal_allowed) == (True, False)
    assert {one.action for one in found.blocked} == {
        "appeal",
        "peer_to_peer",
        "correct_resubmit_7",
        "bill_patient",
    }
    assert not found.needs_review


def test_worked_example_9_another_plan_is_liable():
    found = resolved("CO-24 120")
    assert (found.category, found.root_cause, found.actions[0]) == (
        "cob",
        "reg_wrong_payer",
        "bill_other_payer",
    )
    assert resolved("CO-24 120", "N52").category == "eligibility"


def test_worked_example_10_a_fee_cut_of_the_whole_charge():
    found = resolved("CO-45 90")
    assert (found.subcategory, found.needs_review) == ("full_charge_adjustment", True)
    assert "review_pricing" in found.actions


def test_worked_example_11_the_patient_is_liable_after_the_next_payer():
    found = resolved("PR-204 180")
    assert (found.category, found.is_patient_liable) == ("noncovered_benefit_max", True)
    assert found.actions[:2] == ("bill_secondary", "bill_patient")


# CARC, remark, category, root cause: the decisive pairs.
PAIRS = """
16 M51 coding coding_cpt | 16 N56 coding coding_cpt | 16 M76 coding coding_dx | 16 MA63 coding coding_dx
16 M64 coding coding_dx | 16 M81 coding coding_dx | 16 N822 coding coding_modifier | 16 N823 coding coding_modifier
16 N519 coding coding_modifier | 16 M77 coding coding_pos | 16 M53 coding coding_units
16 N345 billing_error coding_units | 16 N430 coding coding_units | 16 N290 billing_error provider_data
16 N289 billing_error provider_data | 16 N288 credentialing_network provider_data
16 N257 billing_error provider_data | 16 N256 billing_error provider_data
16 N255 credentialing_network provider_data | 16 N258 billing_error provider_data
16 N286 billing_error provider_data | 16 N285 billing_error provider_data | 16 N265 billing_error provider_data
16 N264 billing_error provider_data | 16 N293 billing_error provider_data | 16 N294 billing_error provider_data
16 N382 eligibility reg_demographics | 16 MA27 eligibility reg_demographics | 16 MA36 eligibility reg_demographics
16 N329 eligibility reg_demographics | 16 MA39 eligibility reg_demographics | 16 MA04 cob cob_data
16 N4 cob cob_data | 16 N479 cob cob_data | 16 MA92 cob cob_data | 16 MA83 cob cob_data
16 M62 authorization auth_missing | 16 N54 authorization auth_mismatch | 16 MA120 credentialing_network provider_data
16 M119 billing_error coding_ndc | 16 N815 billing_error coding_ndc | 16 N816 billing_error coding_ndc
16 N846 billing_error coding_ndc | 16 M47 billing_error billing_data | 16 N152 billing_error billing_data
16 N34 billing_error billing_data | 252 M127 billing_error docs_missing | 252 N706 billing_error docs_missing
252 M29 billing_error docs_missing | 252 M30 billing_error docs_missing | 252 M31 billing_error docs_missing
252 N26 billing_error docs_missing | 252 N463 billing_error docs_missing | 96 N30 eligibility reg_coverage
96 N52 eligibility reg_wrong_payer | 96 N425 noncovered_benefit_max plan_exclusion
96 N429 noncovered_benefit_max plan_exclusion | 96 N216 noncovered_benefit_max plan_exclusion
96 N130 noncovered_benefit_max plan_exclusion | 96 N115 medical_necessity clinical_criteria
96 N386 medical_necessity clinical_criteria | 96 N569 medical_necessity coding_dx_cpt_pair
96 M80 contractual_bundling coding_bundling | 96 N20 contractual_bundling coding_bundling
96 M15 contractual_bundling coding_bundling | 96 N390 contractual_bundling coding_bundling
96 N525 contractual_bundling coding_bundling | 50 N115 medical_necessity clinical_criteria
50 N386 medical_necessity clinical_criteria | 97 N525 contractual_bundling coding_bundling
97 M144 contractual_bundling coding_bundling | 97 M15 contractual_bundling coding_bundling
97 N19 contractual_bundling coding_bundling | 97 N20 contractual_bundling coding_bundling
97 N70 contractual_bundling reg_wrong_payer | 109 N418 cob reg_wrong_payer | 109 N104 cob reg_wrong_payer
109 N105 cob reg_wrong_payer | 109 N751 cob reg_wrong_payer | 109 N747 cob reg_wrong_payer
24 N52 eligibility reg_wrong_payer | 197 N385 authorization auth_late | 151 N362 medical_necessity coding_units
B7 N570 credentialing_network provider_enrollment | B7 M143 credentialing_network provider_enrollment
B7 N831 credentialing_network provider_enrollment | B7 N767 credentialing_network provider_enrollment
18 N522 duplicate billing_duplicate
"""
PAIR_ROWS = [row.split() for line in PAIRS.strip().splitlines() for row in line.split("|")]


@pytest.mark.parametrize(("carc", "rarc", "category", "root_cause"), PAIR_ROWS)
def test_decisive_pairs(carc, rarc, category, root_cause):
    found = resolved(f"CO-{carc} 50", rarc)
    assert (found.category, found.root_cause) == (category, root_cause)
    assert not found.needs_review


def test_of_several_remarks_the_more_basic_matter_decides():
    assert resolved("CO-16 50", "N290 M51 N382 M62").category == "authorization"
    assert resolved("CO-16 50", "N290 M51 N382").category == "eligibility"
    assert resolved("CO-16 50", "N290 M51").category == "coding"


def test_the_lines_own_remark_stands_before_the_claims():
    assert resolved("CO-16 50", "M51", claim_remark_codes=("M62",)).category == "coding"
    assert resolved("CO-16 50", "", claim_remark_codes=("M62",)).category == "authorization"


def test_a_notice_of_rights_changes_nothing():
    plain = resolved("CO-197 50")
    noted = resolved("CO-197 50", "MA01 N381 MA13")
    assert (noted.category, noted.root_cause, noted.actions) == (
        plain.category,
        plain.root_cause,
        plain.actions,
    )


def test_a_remark_about_what_may_be_done_is_not_what_it_is_about():
    assert resolved("CO-197 50", "N704").category == "authorization"
    assert resolved("CO-50 50", "M27").category == "medical_necessity"
    assert resolved("CO-50 50", "N939").actions[0] == "peer_to_peer"
    assert resolved("CO-16 50", "MA130").category == "billing_error"


def test_the_largest_denial_is_primary_and_ties_go_to_the_more_basic_matter():
    found = resolved("CO-97 20, CO-50 70")
    assert (found.primary.carc, [one.carc for one in found.secondary]) == ("50", ["97"])
    assert (found.denied_cents, found.has_mixed_signals) == (9000, True)
    assert resolved("CO-97 50, CO-197 50").primary.carc == "197"
    assert not resolved("CO-50 70, CO-56 20").has_mixed_signals


def test_what_is_no_denial_is_left_out():
    price = DenialAdjustment("CO", "45", 9000, is_denial=False)
    found = resolve(DenialFacts((price, DenialAdjustment("CO", "97", 1000))), carcs=CARCS, rarcs=RARCS)
    assert (found.primary.carc, found.secondary) == ("97", ())
    assert resolve(DenialFacts((price,)), carcs=CARCS, rarcs=RARCS) is None


@pytest.mark.parametrize("remark", ["MA44", "N211", "N83"])
def test_no_appeal(remark):
    found = resolved("CO-50 50", remark)
    assert not found.is_appeal_allowed
    assert "appeal" not in found.actions
    assert any(one.action == "appeal" and remark in one.because for one in found.blocked)


def test_forms_of_sending_again():
    assert resolved("CO-16 50", "M51").resubmission is Resubmission.REPLACEMENT
    assert resolved("CO-16 50", "M51 N142").actions == ("rebill_new",)
    assert resolved("CO-16 50", "M51 N517").resubmission is Resubmission.NEW_CLAIM
    voided = resolved("CO-16 50", "M51 N798")
    assert (voided.actions, voided.resubmission) == (("void_then_new",), Resubmission.VOID_THEN_NEW)
    assert resolved("OA-18 50", "N779").actions[0] == "wait_payer"
    for remark in ("N185", "N938"):
        held = resolved("CO-16 50", f"M51 {remark}")
        assert held.resubmission is Resubmission.NOT_ALLOWED
        assert "correct_resubmit_7" not in held.actions
    assert resolved("CO-16 50", "M51 N798 MA130").actions == ("rebill_new",)
    assert resolved("CO-16 50", "M51 N185 MA130").actions == ("write_off",)
    corrected = resolved("CO-50 50", "N704")
    assert corrected.actions[0] == "correct_resubmit_7"
    assert not corrected.is_appeal_allowed


@pytest.mark.parametrize("group", ["CO", "OA", "PI", "CR", "ZZ"])
@pytest.mark.parametrize("carc", ["204", "96", "27", "158", "119"])
def test_only_group_pr_may_reach_the_patient(group, carc):
    found = resolved(f"{group}-{carc} 50", "M38")
    assert "bill_patient" not in found.actions
    assert found.actions
    assert not found.is_patient_liable
    assert "bill_patient" in resolved(f"PR-{carc} 50").actions


def test_law_protects_the_patient_even_in_group_pr():
    assert "bill_patient" not in resolved("PR-204 50", is_qmb=True).actions
    for remark in ("N192", "N781", "N830", "N859", "N877", "M27", "M39"):
        found = resolved("PR-204 50", remark)
        assert "bill_patient" not in found.actions, remark
        assert not found.is_patient_liable
    assert "bill_patient" in resolved("PR-204 50", "N880").actions
    assert not is_no_surprises("N880", RARCS)
    assert is_no_surprises("N870", RARCS)
    assert not is_no_surprises("N886", RARCS)
    stated = resolved("PR-50 50", "M38")
    assert "bill_patient" in stated.actions


def test_an_upheld_decision_keeps_the_earlier_matter():
    earlier = EarlierDenial("authorization", "auth_missing", "auth_missing", "auth_team")
    found = resolved("CO-193 50", earlier=earlier)
    assert (found.category, found.owner_team, found.actions) == (
        "authorization", "auth_team", ("appeal", "write_off"),
    )  # fmt: skip
    lost = resolved("CO-193 50")
    assert (lost.category, lost.needs_review) == ("billing_error", True)


def test_a_code_that_says_nothing_goes_to_a_person():
    for written in ("CO-16 50", "CO-A1 50", "CO-P1 50", "CO-X99 50", "PI-45 50"):
        assert resolved(written).needs_review, written
    assert resolved("CO-A1 50").actions[0] == "call_payer"
    assert resolved("CO-96 50", "N9999").actions[0] == "read_rarc"


def test_a_retired_code_is_read_as_its_successor():
    found = resolved("CO-62 50")
    assert (found.category, found.primary.carc) == ("authorization", "62")
    assert any("197/198" in one.words for one in found.explanations)


PAYER, OTHER = UUID(int=1), UUID(int=2)


def rule(number, **fields):
    return OverrideRule(UUID(int=number), **fields)


def test_the_most_specific_rule_of_the_practice_overrules_and_is_named():
    general = rule(
        1, carc="197", category="eligibility", root_cause="reg_coverage", actions=("verify_eligibility",)
    )
    narrow = rule(2, payer_id=PAYER, group="CO", carc="197", procedure_code="70551", text_pattern="retro.*72 hours",
                  root_cause="auth_late", actions=("add_auth",), priority_boost=10)  # fmt: skip
    asked = {"payer_id": PAYER, "procedure_code": "70551", "text": "Retro auth within 72 hours only"}
    found = resolved("CO-197 50", overrides=(general, narrow), **asked)
    assert (found.category, found.root_cause, found.actions) == ("authorization", "auth_late", ("add_auth",))
    assert (found.override_rule_id, found.priority_boost) == (narrow.id, 10)
    assert "retro.*72 hours" in found.explanations[-1].words
    elsewhere = resolved("CO-197 50", overrides=(general, narrow), **{**asked, "payer_id": OTHER})
    assert (elsewhere.category, elsewhere.owner_team) == ("eligibility", "front_desk")
    assert resolved("CO-197 50", overrides=()).override_rule_id is None


@pytest.mark.parametrize(
    "condition",
    [
        {"payer_id": OTHER}, {"group": "PR"}, {"carc": "50"}, {"rarc": "M51"}, {"procedure_code": "1"},
        {"place_of_service": "22"}, {"text_pattern": "never said"},
    ],
)  # fmt: skip
def test_every_condition_of_a_rule_must_fit(condition):
    asked = facts(
        "CO-197 50", "N385", payer_id=PAYER, procedure_code="99213", place_of_service="11", text="late"
    )
    fitting = rule(1, payer_id=PAYER, group="CO", carc="197", rarc="N385", procedure_code="99213",
                   place_of_service="11", text_pattern="LATE")  # fmt: skip
    assert winning_override(asked, asked.adjustments[0], [fitting]) == fitting
    assert winning_override(asked, asked.adjustments[0], [rule(2, **condition)]) is None
    assert winning_override(asked, asked.adjustments[0], [rule(3)]) is None


def test_among_equals_the_payers_own_rule_wins_then_the_older():
    asked = facts("CO-197 50", payer_id=PAYER)
    rules = [rule(3, carc="197"), rule(2, carc="197"), rule(9, payer_id=PAYER)]
    assert winning_override(asked, asked.adjustments[0], rules).id == UUID(int=9)
    assert winning_override(asked, asked.adjustments[0], rules[:2]).id == UUID(int=2)


def test_no_rule_of_the_practice_reaches_a_protected_patient():
    forced = rule(1, carc="50", actions=("bill_patient", "write_off"))
    assert resolved("CO-50 50", overrides=(forced,)).actions == ("write_off",)
    assert resolved("CO-50 50", "MA130", overrides=(rule(2, carc="50", actions=("appeal",)),)).actions == (
        "rebill_new",
    )


def test_patterns_that_could_run_forever_or_cannot_be_read_are_refused():
    for pattern in ("(a+)+$", "(a*)*b", "(", r"(a)\1", "a" * 200):
        assert pattern_problem(pattern), pattern
    for pattern in ("retro.*auth", "units? (exceed|above)", r"\b72 hours\b"):
        assert pattern_problem(pattern) == ""


known = st.sampled_from(sorted(code for code, one in CARCS.items() if one.is_denial != "n"))
remarks = st.lists(st.sampled_from([*sorted(RARCS), "N83", "N870", "XX1"]), max_size=4)
groups = st.sampled_from(["CO", "PR", "OA", "PI"])


@given(
    st.lists(st.tuples(groups, known, st.integers(1, 900)), min_size=1, max_size=4), remarks, st.booleans()
)
def test_whatever_the_codes_the_law_holds(written, codes, is_qmb):
    text = ", ".join(f"{group}-{code} {amount}" for group, code, amount in written)
    found = resolved(text, " ".join(codes), is_qmb=is_qmb)
    assert found.category in PRECEDENCE[:-2]
    assert found.actions
    assert found.explanations
    if found.primary.group != "PR" or is_qmb or {"N192", "N781", "N830", "M27", "M39"} & set(codes):
        assert "bill_patient" not in found.actions
    if {"MA130", "MA44", "N211", "N83", "N704"} & set(codes):
        assert not {"appeal", "peer_to_peer"} & set(found.actions)
    if "MA130" in codes:
        assert "correct_resubmit_7" not in found.actions
    assert not {one.action for one in found.blocked} & set(found.actions)
    assert found == resolved(text, " ".join(codes), is_qmb=is_qmb)
