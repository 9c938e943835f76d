from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.rules.facts import ClaimFacts, LineFacts, VersionFacts
from remittances.rules.facts import RemitClaimFacts, RemitLineFacts
from remittances.rules.line_matching import LineRule, match_lines, split_progress
from remittances.rules.matching import (
    ClaimIndex,
    MatchRule,
    candidate_for,
    choose_version,
    control_number_forms,
    lookup_keys,
    match_claim,
)
from tests.remittances.rules_support import cents, claim, line

DAY = date(2026, 3, 10)


def our_line(number, code="99213", amount="100.00", *, modifiers=(), units=1, day=DAY, control=""):
    return LineFacts(
        UUID(int=1000 + number), None, number, control, code, tuple(modifiers), Decimal(units), cents(amount), day
    )  # fmt: skip


def our_claim(number, pcn, *, lines=None, total="100.00", **fields):
    lines = lines or (our_line(1, amount=total),)
    defaults = {
        "payer_control_number": "",
        "member_id": f"M{number}",
        "patient_last_name": "Okafor",
        "patient_first_name": "Ada",
        "service_from_on": DAY,
        "service_to_on": DAY,
        "rendering_npi": "1234567893",
        "versions": (VersionFacts(1, "1", tuple(lines), total_cents=cents(total)),),
    }
    return ClaimFacts(
        UUID(int=number),
        UUID(int=900 + number),
        None,
        pcn,
        total_cents=cents(total),
        **{**defaults, **fields},
    )


def remitted(pcn="?", total="100.00", **fields):
    defaults = {
        "payer_control_number": "ICN1",
        "member_id": "M1",
        "patient_last_name": "OKAFOR",
        "patient_first_name": "ADA",
        "rendering_npi": "1234567893",
        "service_from_on": DAY,
        "service_to_on": DAY,
        "frequency": "1",
    }
    return RemitClaimFacts(1, pcn, "1", cents(total), cents(total), **{**defaults, **fields})


STRANGE = {
    "member_id": "ZZ", "patient_last_name": "Zed", "patient_first_name": "Zoe", "service_from_on": date(2020, 1, 1),
    "service_to_on": date(2020, 1, 1), "rendering_npi": "", "total": "7.77",
}  # fmt: skip


def matched(asked, *claims):
    return match_claim(asked, ClaimIndex(claims))


def test_the_control_number_decides_first():
    ours, other = our_claim(1, "ABC-000123-01"), our_claim(2, "ABC-2", payer_control_number="ICN1")
    found = matched(remitted("ABC-000123-01"), ours, other)
    assert (found.claim, found.rule, found.score) == (ours, MatchRule.CONTROL_NUMBER, 95)
    assert found.reasons[0] == "Same patient control number"


def test_the_payers_number_or_the_original_it_replaces_decides_next():
    ours = our_claim(2, "ABC-2", payer_control_number="ICN1")
    assert matched(remitted("0"), ours).rule == MatchRule.PAYER_CONTROL_NUMBER
    replaced = remitted("0", payer_control_number="NEW", original_payer_control_number="ICN1")
    assert matched(replaced, ours).claim == ours
    twin = our_claim(
        3, "ABC-3", payer_control_number="ICN1", member_id="M9", service_from_on=date(2026, 1, 1)
    )
    both = matched(remitted("0", member_id="", patient_last_name=""), ours, twin)
    assert both.claim is None
    assert {one.claim_id for one in both.candidates} == {ours.id, twin.id}


@pytest.mark.parametrize(
    "written",
    [
        "abc-000123-01",
        "000ABC-000123-01",
        "ABC-000123-01-CH7",
        "ABC-000123-01.2",
        " ABC-000123-01 ",
        "ABC-000123-0",
    ],
)
def test_a_cleaned_number_decides_where_charge_or_dates_agree(written):
    ours = our_claim(1, "ABC-000123-01")
    found = matched(remitted(written, payer_control_number=""), ours)
    assert found.claim == ours
    doubtful = matched(remitted(written, **STRANGE, payer_control_number=""), ours)
    exact = written.strip() == ours.patient_control_number
    assert doubtful.claim is None
    assert doubtful.candidates[0].claim_id == ours.id
    assert doubtful.candidates[0].rule == (
        MatchRule.CONTROL_NUMBER if exact else MatchRule.CLEANED_CONTROL_NUMBER
    )


def test_a_number_of_twenty_five_comes_back_cut_to_twenty():
    ours = our_claim(1, "ABCDEFGHIJKLMNOPQRSTUVWXY")
    assert matched(remitted("ABCDEFGHIJKLMNOPQRST", payer_control_number=""), ours).claim == ours
    assert matched(remitted("ABCDEFGHIJK", member_id="", payer_control_number=""), ours).claim is None
    other = our_claim(2, "ABCDEFGHIJKLMNOPQRZ")
    found = matched(remitted("ABCDEFGHIJKLMNOPQRST", payer_control_number=""), ours, other)
    assert (found.claim, found.is_automatic) == (ours, True)
    assert (
        matched(remitted("ABCDEFGHIJKLMNOP", payer_control_number="", member_id=""), ours, other).claim
        is None
    )


def test_our_number_under_anothers_patient_is_a_persons_to_decide():
    ours = our_claim(1, "1001")
    foreign = matched(remitted("1001", **STRANGE, payer_control_number=""), ours)
    assert foreign.claim is None
    assert foreign.candidates[0].claim_id == ours.id
    bare = RemitClaimFacts(1, "1001", "1", 700, 700)
    assert matched(bare, ours).claim == ours


def test_member_dates_charge_and_provider_decide_only_where_one_claim_has_them():
    ours = our_claim(1, "A-1")
    asked = remitted("0", payer_control_number="")
    assert (matched(asked, ours).rule, matched(asked, ours).score) == (
        MatchRule.MEMBER_DATES_CHARGE_PROVIDER,
        80,
    )
    twin = our_claim(2, "A-2", member_id="M1")
    unsure = matched(asked, ours, twin)
    assert unsure.claim is None
    assert [one.score for one in unsure.candidates] == [80, 80]
    assert matched(replace(asked, rendering_npi="1999999999"), ours).claim is None
    assert matched(replace(asked, charge_cents=9999), ours).claim is None
    assert matched(replace(asked, service_from_on=date(2026, 3, 11)), ours).claim is None


def test_an_index_of_numbers_alone_decides_by_numbers_alone():
    ours = our_claim(1, "A-1")
    asked = remitted("0", payer_control_number="")
    index = ClaimIndex([ours])
    assert match_claim(asked, index, through=MatchRule.PAYER_CONTROL_NUMBER).claim is None
    assert match_claim(asked, index).claim == ours
    by_number = remitted("A-1", payer_control_number="")
    assert match_claim(by_number, index, through=MatchRule.PAYER_CONTROL_NUMBER).claim == ours


def test_a_line_number_of_ours_adds_to_the_score():
    ours = our_claim(1, "A-1", lines=(our_line(1, control="A-1-L1"),))
    asked = remitted("A-1", lines=(svc("99213", line_control_number="A-1-L1"),))
    assert matched(asked, ours).score == 100
    assert "a line control number of ours comes back" in matched(asked, ours).reasons
    assert matched(replace(asked, lines=(svc("99213"),)), ours).score == 95


def test_of_many_visits_the_nearest_in_time_are_shown():
    visits = [
        our_claim(
            number, f"V-{number}", member_id="", service_from_on=date(2026, 1, 1 + number), total="9.00"
        )
        for number in range(1, 30)
    ]
    asked = remitted(
        "0", payer_control_number="", member_id="", service_from_on=date(2026, 1, 6), service_to_on=None
    )
    shown = matched(asked, *visits).candidates
    assert shown[0].claim_id == UUID(int=5)
    assert len(shown) == 5


def test_a_name_never_decides_alone():
    found = matched(remitted("0", payer_control_number="", member_id=""), our_claim(1, "A-1"))
    assert found.claim is None
    best = found.candidates[0]
    assert (best.rule, best.score) == (MatchRule.NAME_DATES_CHARGE, 60)
    assert best.reasons == ("Same patient name, service dates and charge", "same rendering provider"), (
        "nothing is said twice"
    )


def test_the_best_five_candidates_stand_in_order_with_their_reasons():
    claims = [
        our_claim(number, f"A-{number}", member_id="M1", total=f"{number}.00") for number in range(1, 9)
    ]
    found = matched(remitted("0", total="3.00", payer_control_number="", rendering_npi=""), *claims)
    assert found.claim.id == UUID(int=3)
    unsure = matched(remitted("0", total="99.00", payer_control_number=""), *claims)
    assert unsure.claim is None
    assert len(unsure.candidates) == 5
    assert all(one.score < 60 for one in unsure.candidates)
    assert unsure.candidates[0].reasons[1:] == (
        "same member number", "same service dates", "same patient name", "same rendering provider", "charge differs",
    )  # fmt: skip


def test_nothing_resembling_has_no_candidates():
    assert matched(remitted("0", **STRANGE, payer_control_number=""), our_claim(1, "A-1")).candidates == ()


def test_a_zero_number_is_no_number():
    assert control_number_forms("0") == ()
    assert control_number_forms("000") == ()
    keys = lookup_keys([remitted("0"), remitted("abc-000123-01", member_id=" m 7 ")])
    assert "ABC-000123-01" in keys.control_numbers
    assert "0" not in keys.control_numbers
    assert {"M7", "M1"} == keys.member_ids
    assert keys.control_number_prefixes == {"ABC-000123-01"}
    assert keys.payer_control_numbers == {"ICN1"}


def test_a_claim_chosen_by_hand_is_scored_and_explained():
    assert candidate_for(remitted("A-1"), our_claim(1, "A-1")).score == 95
    assert candidate_for(remitted("0", **STRANGE), our_claim(1, "A-1")).score == 0


def versions(*rows):
    return tuple(
        VersionFacts(number, frequency, lines, payer_control_number=icn)
        for number, frequency, icn, lines in rows
    )


def test_the_version_is_chosen_by_payer_number_then_frequency_then_fit():
    first, second = (our_line(1, "99213"),), (our_line(1, "99214"),)
    ours = our_claim(
        1, "A-1", versions=versions((1, "1", "ICN1", first), (2, "7", "", second), (3, "7", "", first))
    )
    assert choose_version(remitted(payer_control_number="ICN1"), ours).number == 1
    assert choose_version(remitted(payer_control_number="NEW", frequency="7"), ours).number == 3
    fits_second = remitted(
        payer_control_number="NEW", frequency="7",
        lines=(RemitLineFacts(1, 10000, 10000, procedure_code="99214"),),
    )  # fmt: skip
    assert choose_version(fits_second, ours).number == 2
    assert choose_version(remitted(payer_control_number="NEW", frequency="8"), ours).number == 3
    correction = remitted(payer_control_number="ICN2", original_payer_control_number="ICN1")
    assert choose_version(correction, ours).number == 1
    assert choose_version(remitted(), replace(ours, versions=())) is None
    matching_none = remitted(payer_control_number="N", frequency="1", lines=(svc("X1"), svc("X2", ordinal=2)))
    assert choose_version(matching_none, ours).number == 1


def rules_of(found):
    return [(one.line.line_number if one.line else None, one.rule) for one in found.matches]


def svc(code, charge="100.00", **fields):
    ordinal = fields.pop("ordinal", 1)
    return RemitLineFacts(
        ordinal, cents(charge), cents(charge), procedure_code=code, service_date=DAY, **fields
    )


def lines_of(*lines):
    return remitted(lines=lines)


def test_lines_match_by_number_then_facts_then_code_then_position():
    ours = (
        our_line(1, "99213", "100.00", control="6R1"),
        our_line(2, "36415", "10.00"),
        our_line(3, "80053", "30.00"),
        our_line(4, "J1100", "5.00"),
    )
    remit = lines_of(
        svc("J0000", "9.99"),
        svc("36415", "10.00", ordinal=2),
        svc("80053", "29.00", ordinal=3),
        svc("99213", "60.00", ordinal=4, line_control_number="6R1"),
    )
    found = match_lines(remit, ours)
    assert rules_of(found) == [
        (None, LineRule.NONE),
        (2, LineRule.ALL_FACTS),
        (3, LineRule.CODE_AND_DATE),
        (1, LineRule.LINE_CONTROL_NUMBER),
    ]
    assert [one.line_number for one in found.missing] == [4]
    assert not found.is_complete
    assert [one.procedure_code for one in found.unmatched] == ["J0000"]
    in_place = match_lines(lines_of(svc("X1"), svc("X2", ordinal=2)), ours[2:])
    assert rules_of(in_place) == [(3, LineRule.POSITION), (4, LineRule.POSITION)]
    assert not in_place.is_complete


def test_a_line_number_with_another_code_and_charge_is_not_believed():
    ours = (our_line(1, "99213", "100.00", control="1"), our_line(2, "36415", "10.00", control="2"))
    swapped = lines_of(
        svc("36415", "10.00", line_control_number="1"), svc("99213", ordinal=2, line_control_number="2")
    )
    assert rules_of(match_lines(swapped, ours)) == [(2, LineRule.ALL_FACTS), (1, LineRule.ALL_FACTS)]


def test_a_recoded_line_is_ours_by_what_we_sent():
    ours = (our_line(1, "99214", modifiers=("25",), units=2), our_line(2, "99213"))
    recoded = svc(
        "99213", submitted_procedure_code="99214", submitted_modifiers=("25",), submitted_units=Decimal(2)
    )
    assert rules_of(match_lines(lines_of(recoded), ours)) == [(1, LineRule.ALL_FACTS)]


def test_modifiers_compare_as_a_set_and_equal_lines_pair_in_order():
    ours = (our_line(1, "99213", modifiers=("59", "25")), our_line(2, "99213", modifiers=("25", "59")))
    twice = lines_of(svc("99213", modifiers=("25", "59")), svc("99213", modifiers=("59", "25"), ordinal=2))
    assert rules_of(match_lines(twice, ours)) == [(1, LineRule.ALL_FACTS), (2, LineRule.ALL_FACTS)]


def test_a_line_split_by_the_payer_is_one_line_of_ours():
    ours = (our_line(1, "97110", "100.00", units=4, control="6R1"),)
    halves = lines_of(
        svc("97110", "50.00", line_control_number="6R1"),
        svc("97110", "50.00", ordinal=2, line_control_number="6R1"),
    )
    assert rules_of(match_lines(halves, ours)) == [(1, LineRule.LINE_CONTROL_NUMBER)] * 2


def test_a_reversals_negative_lines_match_like_the_original():
    remit = replace(lines_of(svc("99213", "-100.00")), status="22")
    assert rules_of(match_lines(remit, (our_line(1), our_line(2, "36415")))) == [(1, LineRule.ALL_FACTS)]


def test_a_split_claim_is_complete_when_its_parts_reach_our_charge():
    first = claim(line("300.00", "CO-45 100.00", "200.00"), payer_control_number="A1")
    second = claim(line("200.00", "CO-45 50.00", "150.00"), payer_control_number="A2")
    half = split_progress(50000, [first])
    assert (half.is_complete, half.open_cents, half.is_split) == (False, 20000, False)
    whole = split_progress(50000, [second, first])
    assert (whole.is_complete, whole.is_split) == (True, True)
    undone = claim(line("-300.00", "", "-200.00"), status="22", original_payer_control_number="A1")
    corrected = claim(line("300.00", "", "250.00"), payer_control_number="A3")
    again = split_progress(50000, [first, second, undone, corrected])
    assert (again.is_complete, set(again.payer_control_numbers)) == (True, {"A2", "A3"})


@given(
    st.permutations(range(6)), st.lists(st.sampled_from(["99213", "36415", "80053"]), min_size=6, max_size=6)
)
def test_lines_in_any_order_find_a_line_of_the_same_facts_each_once(order, codes):
    ours = tuple(our_line(number, code) for number, code in enumerate(codes, 1))
    remit = lines_of(*(svc(codes[index], ordinal=place) for place, index in enumerate(order, 1)))
    found = match_lines(remit, ours)
    assert found.is_complete
    assert len({one.line.id for one in found.matches}) == 6
    assert all(one.line.procedure_code == one.remitted.procedure_code for one in found.matches)


@given(st.permutations([our_claim(number, f"N{number:03}") for number in range(1, 8)]))
def test_the_order_claims_were_fetched_in_changes_nothing(claims):
    asked = remitted("0", total="55.00", payer_control_number="", member_id="")
    usual = matched(asked, *sorted(claims, key=lambda one: one.id.int))
    assert matched(asked, *claims).candidates == usual.candidates
