from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.x12.support import FIXTURES
from x12.cli import main


def path(name: str) -> str:
    return str(FIXTURES / f"{name}.edi")


def test_read_prints_one_object_per_transaction_set(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", path("835_good"), path("837p_good")]) == 0
    remittance, claims = map(json.loads, capsys.readouterr().out.splitlines())

    assert remittance == {
        "file": path("835_good"),
        "interchange": 1,
        "group": 1,
        "transaction": 1,
        "kind": "835",
        "version": "005010X221A1",
        "control_number": "0001",
        "claims": 3,
        "lines": 4,
        "adjustments": 10,
        "charge_total": "950.00",
        "paid_total": "387.50",
        "balanced": True,
        "findings": [],
    }
    assert (claims["claims"], claims["lines"], claims["adjustments"], claims["paid_total"]) == (
        2,
        3,
        None,
        None,
    )


def test_read_says_by_its_exit_code_how_bad_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", path("835_unknown_codes")]) == 0
    assert main(["read", path("835_good"), path("835_segment_lost")]) == 1
    assert main(["read", path("835_good"), path("web_page")]) == 2
    assert "HTML" in capsys.readouterr().err
    assert main(["read", path("no_such_file")]) == 2
    assert "cannot be opened" in capsys.readouterr().err


def test_read_gives_findings_with_place_and_words(capsys: pytest.CaptureFixture[str]) -> None:
    main(["read", path("835_one_cent_out_of_balance")])
    row = json.loads(capsys.readouterr().out)

    assert row["balanced"] is False
    (finding,) = row["findings"]
    assert set(finding) == {"severity", "code", "loop", "segment", "element", "position", "message"}
    assert finding["position"] == {"interchange": 1, "group": 1, "transaction": 1, "segment": 32}


def test_read_names_sets_of_other_kinds(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "278.edi"
    other.write_bytes(
        (FIXTURES / "835_reversal_and_correction.edi").read_bytes().replace(b"ST*835*", b"ST*278*")
    )

    assert main(["read", str(other)]) == 0
    row = json.loads(capsys.readouterr().out)
    assert (row["kind"], row["claims"], row["charge_total"], row["balanced"]) == ("278", None, None, None)


def test_json_is_the_whole_content_with_money_of_two_decimals(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["json", path("835_good")]) == 0
    records = json.loads(capsys.readouterr().out)

    assert [record["record"] for record in records] == [
        "RemittanceStart", "ClaimPayment", "ClaimPayment", "ClaimPayment", "RemittanceEnd",
    ]  # fmt: skip
    assert records[0]["payment_amount"] == "377.75"
    assert records[1]["charge_amount"] == "250.00"
    assert records[1]["service_lines"][0]["units"] == "1"
    assert records[1]["service_lines"][0]["adjustments"][0]["amount"] == "50.00"
    assert records[-1]["paid_total"] == "387.50"


def test_check_speaks_to_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", path("835_good"), path("835_one_cent_out_of_balance")]) == 1
    good, bad = capsys.readouterr().out.splitlines()

    assert good.endswith("835 0001: nothing to report")
    assert "ERROR at segment 32, SVC03, loop 2110: Line 1 does not balance" in bad


def test_ack_prints_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["ack", "--control-number", "7", "--date", "20260401", "--time", "1015", path("837p_good")]) == 0
    )
    segments = capsys.readouterr().out.split()

    assert "GS*FA*EXAMPLEPAYER*EXAMPLEPRACTICE*20260401*1015*7*X*005010X231A1~" in segments
    assert "IK5*A~" in segments


def test_read_says_what_an_acknowledgement_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["read", path("999_good"), path("277ca_good")]) == 0
    interchange, group, claims = map(json.loads, capsys.readouterr().out.splitlines())

    assert [(row["kind"], row["outcome"]) for row in (interchange, group)] == [
        ("TA1", "ACCEPTED"), ("999", "PARTLY_ACCEPTED"),
    ]  # fmt: skip
    assert (claims["kind"], claims["claims"], claims["lines"], claims["charge_total"]) == (
        "277",
        3,
        2,
        "950.00",
    )


def test_explain_names_every_element(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", path("277ca_good"), "--first", "30", "--last", "30"]) == 0

    assert capsys.readouterr().out.splitlines() == [
        "30 STC Status",
        "    STC01-1 Category: A2",
        "    STC01-2 Status: 20",
        "    STC01-3 Entity: PR",
        "    STC02 Effective date: 20260402",
        "    STC03 Action: WQ",
        "    STC04 Charge: 350.5",
    ]
