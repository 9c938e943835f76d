"""Releases of NCCI, ICD-10-CM and HCPCS, from the files their publishers give out."""

import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from reference.models import CodePair, CodeRelease, ServiceCode
from reference.rules.release_files import UnreadableRelease, read_release
from reference.selectors import diagnosis_table, pair_table, service_table, unit_limit_table

SAMPLES = Path(__file__).resolve().parents[2] / "reference" / "data" / "samples"
PAIRS, UNITS = SAMPLES / "ncci_pairs_practitioner.txt", SAMPLES / "ncci_units_practitioner.csv"
DIAGNOSES, SERVICES = SAMPLES / "icd10cm_order.txt", SAMPLES / "hcpcs.txt"

pytestmark = pytest.mark.django_db(databases=["default", "owner"], transaction=True)


def load(kind, file, label="1", starts_on="2026-01-01", *more):
    call_command(
        "load_code_set", kind, str(file), "--label", label, "--starts-on", starts_on, "--sample", *more
    )


def test_pairs_keep_their_windows(capsys):
    load("ncci-ptp", PAIRS, "v320", "2026-01-01", "--setting", "practitioner")
    assert "NCCI procedure pairs (PTP) v320: 5 rows, loaded" in capsys.readouterr().out
    table = pair_table("practitioner", {"99213", "36415", "99214"})
    assert [(one.other, one.indicator, one.to_on) for one in table.rows["99213"]] == [
        ("36415", "1", datetime.date(2021, 12, 31)),
        ("36415", "0", None),
    ]
    assert pair_table("hospital", {"99213"}) is None
    load("ncci-ptp", PAIRS, "v320", "2026-01-01", "--setting", "practitioner")
    assert "nothing changed" in capsys.readouterr().out
    assert CodePair.objects.count() == 5


def test_a_release_rules_until_the_next_one():
    load("ncci-mue", UNITS, "v1", "2026-01-01", "--setting", "practitioner")
    load("ncci-mue", UNITS, "v2", "2026-04-01", "--setting", "practitioner")
    limits = unit_limit_table("practitioner", {"36415"}).rows["36415"]
    assert [(one.units, one.indicator, one.from_on, one.to_on) for one in limits] == [
        (2, "3", datetime.date(2026, 1, 1), datetime.date(2026, 3, 31)),
        (2, "3", datetime.date(2026, 4, 1), None),
    ]


def test_diagnoses_tell_headings_and_services_their_last_day(django_assert_num_queries):
    load("icd-10-cm", DIAGNOSES, "2026", "2025-10-01")
    load("hcpcs", SERVICES, "2026-jan")
    with django_assert_num_queries(2):
        table = diagnosis_table({"E11", "E119", "Q99"})
    assert {code: rows[0].is_billable for code, rows in table.rows.items()} == {"E11": False, "E119": True}
    assert table.is_whole is False
    services = service_table({"J9999", "RT"}).rows
    assert services["J9999"][0].to_on == datetime.date(2024, 12, 31)
    assert ServiceCode.objects.count() == 5


def test_a_piece_of_a_file_or_another_under_its_name_is_refused(tmp_path):
    with pytest.raises(CommandError, match="Only 7 rows were found"):
        call_command(
            "load_code_set", "icd-10-cm", str(DIAGNOSES), "--label", "2026", "--starts-on", "2025-10-01"
        )
    assert CodeRelease.objects.count() == 0
    load("icd-10-cm", DIAGNOSES, "2026")
    other = tmp_path / "other.txt"
    other.write_bytes(DIAGNOSES.read_bytes()[:-1] + b"x")
    with pytest.raises(CommandError, match="loaded with other content"):
        load("icd-10-cm", other, "2026")


def test_ncci_needs_a_setting():
    with pytest.raises(CommandError, match="need --setting"):
        load("ncci-ptp", PAIRS)


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        ("ncci-ptp", "A\tB\n99213\t36415\t\t20260101\t*\t7\tx\n", "indicator is '7'"),
        ("ncci-ptp", "99213\t36415\t\t20261301\t*\t1\tx\n", "is no date"),
        ("ncci-mue", "HCPCS,Units\n99213,many\n", "Row 2"),
        ("icd-10-cm", "A00 Cholera\n", "Line 1"),
        ("hcpcs", "J1100001003short\n", "Line 1"),
    ],
)
def test_a_line_that_cannot_be_is_named(kind, text, words):
    with pytest.raises(UnreadableRelease, match=words):
        list(read_release(kind, text.splitlines(keepends=True)))


def test_the_running_application_cannot_change_a_release():
    load("hcpcs", SERVICES)
    with pytest.raises(DatabaseError), transaction.atomic():
        ServiceCode.objects.update(stops_on=None)
