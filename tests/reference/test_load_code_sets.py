from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from reference.choices import Action, Category, CodeSet, OwnerTeam, RootCause
from reference.loading import load_official, load_our_code_sets, unmapped_codes
from reference.models import AdjustmentReasonCode, CodeSetImport, RemarkCode
from reference.rules.code_files import UnreadableCodeList, our_rows, parse_date, read_official
from reference.rules.codes import carc_rules, rarc_rules, replacement_codes
from reference.selectors import carc_meaning, meaning, rarc_meaning
from reference.selectors import carc_rules as stored_carc_rules
from reference.selectors import rarc_rules as stored_rarc_rules

CARC_ROWS = our_rows("adjustment_reason_codes")
RETIRED_ROWS = our_rows("adjustment_reason_codes_retired")


def test_every_database_has_our_code_tables_from_its_migration(db):
    active = AdjustmentReasonCode.objects.filter(is_retired=False)
    assert set(active.values_list("code", flat=True)) == {row["code"] for row in CARC_ROWS}
    assert active.count() == 297
    assert AdjustmentReasonCode.objects.filter(is_retired=True).count() == 110
    assert RemarkCode.objects.count() == 250
    assert set(CodeSetImport.objects.values_list("code_set", flat=True)) == set(CodeSet.values)


def test_the_codes_that_need_a_remark_and_those_bound_to_a_group(db):
    codes = AdjustmentReasonCode.objects.filter(is_retired=False)
    needing = set(codes.filter(requires_remark=True).values_list("code", flat=True))
    expected = {"16", "96", "129", "148", "201", "226", "227", "234", "237", "250", "251", "252", "267"}
    assert needing == expected | {"307", "A1", "P1"}
    bound = {row.code: "/".join(row.group_hint) for row in codes.filter(is_group_mandated=True)}
    assert len(bound) == 25
    expected = {
        "OA": "18 23 133 136 209 257 271 277 P11", "PR": "85 201 229 238 275 P3",
        "CO": "139 249 281 303 P24 P25 P26", "CO/PR": "45", "CO/PI": "278", "CO/OA": "P16",
    }  # fmt: skip
    assert bound == {code: group for group, listed in expected.items() for code in listed.split()}


def test_the_highest_codes_of_the_list(db):
    codes = set(AdjustmentReasonCode.objects.filter(is_retired=False).values_list("code", flat=True))
    assert max(int(code) for code in codes if code.isdigit()) == 308
    assert {code for code in codes if code.startswith("P")} == {f"P{number}" for number in range(1, 33)}
    assert not {code for code in codes if code[0] in "WYD"}


def test_every_word_the_tables_use_is_one_we_can_show():
    carcs = carc_rules(CARC_ROWS, RETIRED_ROWS)
    rarcs = rarc_rules(our_rows("remark_codes"))
    for rule in (*carcs.values(), *rarcs.values()):
        assert rule.category in Category.values, rule.code
        assert rule.root_cause in RootCause.values, rule.code
        assert set(rule.actions) <= set(Action.values), rule.code
    assert {rule.owner_team for rule in carcs.values()} <= set(OwnerTeam.values)


def test_the_stored_rules_are_those_of_the_files(db):
    assert stored_carc_rules() == carc_rules(CARC_ROWS, RETIRED_ROWS)
    assert stored_rarc_rules() == rarc_rules(our_rows("remark_codes"))
    assert carc_meaning("197") == "Authorization or notification missing"
    assert rarc_meaning("MA130").startswith("Unprocessable")
    assert meaning(CodeSet.PROVIDER_ADJUSTMENT, "WO").startswith("Overpayment recovery")
    assert carc_meaning("999") == ""


def test_retired_codes_are_read_as_what_replaced_them():
    assert replacement_codes("197/284/296") == ("197", "284", "296")
    assert replacement_codes("177-180") == ("177", "178", "179", "180")
    assert replacement_codes("16+N4") == ("16",)
    assert replacement_codes("PLB WO") == ()
    rules = carc_rules(CARC_ROWS, RETIRED_ROWS)
    assert (rules["62"].category, rules["62"].is_retired) == ("authorization", True)
    assert (rules["A2"].is_denial, rules["A2"].category) == ("n", "contractual_bundling")
    assert rules["123"].is_denial == "n"


def test_the_running_application_cannot_change_a_code(db):
    with pytest.raises(DatabaseError), transaction.atomic():
        AdjustmentReasonCode.objects.filter(code="45").update(is_denial="y")


def official_list(extra="", header="Code\tDescription\tStart Date\tLast Modified Date\tStop Date\tNotes"):
    rows = [
        f"{row['code']}\tOfficial words of {row['code']}\t01/01/1995\t07/01/2017\t\t" for row in CARC_ROWS
    ]
    return "\n".join(["Licensed to the test organization", "", header, *rows, extra])


def test_an_official_list_keeps_its_dates_and_usage():
    text = official_list(
        "62\tPayment denied. Usage: Refer to the 835. Start: 01/01/1995 | Last Modified: 02/28/2001 |"
        " Stop: 04/01/2007\t\t\t\tUse 197"
    )
    codes = {one.code: one for one in read_official(text)}
    assert (codes["45"].text, codes["45"].starts_on) == ("Official words of 45", date(1995, 1, 1))
    retired = codes["62"]
    assert (retired.text, retired.usage_note) == ("Payment denied.", "Refer to the 835. Use 197")
    assert (retired.starts_on, retired.modified_on, retired.stops_on) == (
        date(1995, 1, 1), date(2001, 2, 28), date(2007, 4, 1),
    )  # fmt: skip
    assert retired.is_retired
    assert not codes["45"].is_retired


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "No header"),
        ("<html><body>codes</body></html>", "No header"),
        ("Code,Description\n1,One", "Only 1 codes"),
        (official_list("45\ttwice\t\t\t\t"), "more than once"),
    ],
)
def test_what_is_no_code_list_is_refused_in_words(text, words):
    with pytest.raises(UnreadableCodeList, match=words):
        read_official(text)


def test_dates_come_in_two_forms():
    assert parse_date(" 7/1/2017 ") == date(2017, 7, 1)
    assert parse_date("2017-07-01") == date(2017, 7, 1)
    assert parse_date("soon") is None


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_official_claim_statuses_are_told_from_adjustment_reasons_of_the_same_numbers(tmp_path):
    path = tmp_path / "statuses.csv"
    listed = [f"{code},Official words of status {code},01/01/1995" for code in range(790)]
    path.write_text("\n".join(["Code,Description,Start Date", *listed]), encoding="utf-8")
    loaded = load_official(path)
    assert (loaded.code_set, loaded.row_count) == (CodeSet.CLAIM_STATUS, 790)
    assert meaning(CodeSet.CLAIM_STATUS, "21") == "Official words of status 21"
    assert meaning(CodeSet.CLAIM_STATUS, "788") == "Official words of status 788", (
        "which we have no words for"
    )
    assert not AdjustmentReasonCode.objects.filter(official_text__startswith="Official words of status")
    assert unmapped_codes() == {CodeSet.ADJUSTMENT_REASON: [], CodeSet.REMARK: []}


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_loading_an_official_list_keeps_our_judgement_and_repeats_without_change(tmp_path, capsys):
    path = tmp_path / "carc.txt"
    added = "999\tA brand new code\t11/01/2026\t\t\t"
    without_17 = official_list(f"{added}\n62\tOld\t01/01/1995\t\t04/01/2007\t")
    path.write_text(without_17, encoding="utf-8")
    before = AdjustmentReasonCode.objects.get(code="197").category
    load_official(path)
    code = AdjustmentReasonCode.objects.get(code="197")
    assert (code.category, code.official_text, code.starts_on) == (
        before, "Official words of 197", date(1995, 1, 1),
    )  # fmt: skip
    assert code.words == "Official words of 197"
    assert AdjustmentReasonCode.objects.filter(code="17", is_retired=True).exists()
    assert unmapped_codes()[CodeSet.ADJUSTMENT_REASON] == ["999"]
    assert "999" not in stored_carc_rules()
    assert carc_meaning("999") == "A brand new code"
    imports = CodeSetImport.objects.count()
    load_official(path)
    call_command("load_code_sets", official=[path])
    assert CodeSetImport.objects.count() == imports
    assert load_our_code_sets() == []
    wrong = tmp_path / "wrong.txt"
    wrong.write_text("nothing", encoding="utf-8")
    with pytest.raises(CommandError, match=r"wrong\.txt: No header"):
        call_command("load_code_sets", official=[wrong])
