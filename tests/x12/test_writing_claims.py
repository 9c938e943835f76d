"""Claims as a billing system makes them: corrected, voided, secondary and tertiary, with all that may hang on one."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest

import x12
from tests.x12.support import codes, fixture, whole
from tests.x12.test_writing import said, written

replace = msgspec.structs.replace


def raw(loop: str, *elements: str) -> x12.RawSegment:
    return x12.RawSegment(loop, elements, 0)


def batch(name: str, **values: Any) -> list[Any]:
    """The first claim of the file, changed."""
    start, claim, *_, end = whole("837", fixture(name))
    return [start, replace(claim, **values), end]


def first_claim(name: str) -> x12.SubmittedClaim:
    claim: x12.SubmittedClaim = whole("837", fixture(name))[1]
    return claim


def written_and_read(events: list[Any]) -> x12.SubmittedClaim:
    content = written(events)
    _, claim, _ = records = list(x12.read_all(content, guided=True))
    assert codes(records) == []
    assert said([claim]) == said([events[1]])
    return claim


@pytest.mark.parametrize("frequency", ["1", "7", "8"])
@pytest.mark.parametrize("name", ["837p_good", "837i_good"])
def test_a_claim_is_sent_anew_replaced_or_voided(name: str, frequency: str) -> None:
    numbers = (x12.Reference("F8", "EHP2026040200017", 0),) if frequency != "1" else ()
    claim = written_and_read(batch(name, frequency_code=frequency, references=numbers))

    assert claim.frequency_code == frequency
    assert claim.payer_control_number == ("" if frequency == "1" else "EHP2026040200017")


def decision(
    payer: str, line: x12.SubmittedLine, paid: str, *taken: tuple[str, str, str]
) -> x12.LineAdjudication:
    return x12.LineAdjudication(
        payer,
        Decimal(paid),
        line.procedure,
        0,
        revenue_code=line.revenue_code,
        units=line.units,
        adjustments=tuple(
            x12.Adjustment(group, reason, Decimal(amount), None, 0, at)
            for at, (group, reason, amount) in zip((2, 5), taken, strict=False)
        ),
        dates=(x12.DateValue("573", "20260415", 0),),
    )


def other_payer(order: str, identifier: str, paid: str) -> x12.OtherCoverage:
    member = x12.Party("IL", "1", "DIAZ", "ROSA", "", "", "MI", f"M{identifier}", 0)
    payer = x12.Party("PR", "2", f"OTHER {order}", "", "", "", "PI", identifier, 0)
    payer.references = (x12.Reference("F8", f"ICN{identifier}", 0),)
    return x12.OtherCoverage(
        x12.CoverageInformation(order, "18", "GRP7", "", "", "CI", 0),
        0,
        "Y",
        "",
        "Y",
        amounts=(x12.AmountValue("D", Decimal(paid), 0), x12.AmountValue("EAF", Decimal("12.5"), 0)),
        parties=(member, payer),
    )


@pytest.mark.parametrize("name", ["837p_good", "837i_good"])
@pytest.mark.parametrize("order", ["S", "T"])
def test_what_earlier_payers_decided_goes_to_the_next(name: str, order: str) -> None:
    plain = first_claim(name)
    assert plain.coverage is not None
    payers = [("P", "OTH01"), ("S", "OTH02")][: 1 if order == "S" else 2]
    lines = tuple(
        replace(
            line,
            adjudications=tuple(
                decision(identifier, line, "10", ("CO", "45", "5"), ("CO", "253", "0.2"))
                for _, identifier in payers
            ),
        )
        for line in plain.lines
    )
    claim = written_and_read(
        batch(
            name,
            coverage=replace(plain.coverage, responsibility_code=order),
            other_coverages=tuple(other_payer(*payer, "10") for payer in payers),
            lines=lines,
        )
    )

    assert [one.paid_amount for one in claim.other_coverages] == [Decimal(10)] * len(payers)
    assert [one.payer_identifier for one in claim.lines[0].adjudications] == [payer for _, payer in payers]


def test_everything_a_professional_claim_may_carry_is_written() -> None:
    plain = first_claim("837p_good")
    line = replace(plain.lines[0], epsdt_code="Y", family_planning_code="Y", copay_status_code="0")
    claim = written_and_read(
        batch(
            "837p_good",
            references=(
                x12.Reference("9F", "REF7", 0),
                x12.Reference("G1", "AUTH7", 0),
                x12.Reference("EA", "M1", 0),
            ),
            notes=(x12.Note("ADD", "SEE ATTACHED OPERATIVE REPORT", 0),),
            amounts=(x12.AmountValue("F5", Decimal("20"), 0),),
            lines=(line, *plain.lines[1:]),
            unmapped=(
                raw("2300", "PWK", "OZ", "EL", "", "", "AC", "DMN0012"),
                raw("2300", "CN1", "02", "75"),
                raw("2300", "CR1", "LB", "140", "", "A", "DH", "12"),
                raw("2300", "CRC", "07", "Y", "01"),
            ),
        )
    )

    assert claim.authorization_number == "AUTH7"
    assert claim.lines[0].epsdt_code == "Y"
    assert [segment.elements[0] for segment in claim.unmapped] == ["PWK", "CN1", "CR1", "CRC"]


def test_weight_and_pregnancy_stand_at_the_patients_level() -> None:
    weight = ("PAT", "", "", "", "", "", "", "01", "7.5", "Y")
    content = written(batch("837p_good", dependent=None, unmapped=(raw("2000B", *weight),)))

    assert b"PAT*******01*7.5*Y~NM1*IL*" in content
    assert codes(list(x12.read_all(content, guided=True))) == []
