"""What the implementation guide asks, beyond what reading needs."""

from __future__ import annotations

from typing import Any

import pytest

import x12
from tests.x12.support import fixture
from x12.grammar.model import Element
from x12.grammar.segments import SEGMENTS
from x12.grammar.t837p import CLAIM
from x12.guide import Guide, is_faultless


def guided(content: bytes) -> list[tuple[str, str, int]]:
    return [
        (finding.code, finding.segment, finding.element)
        for record in x12.read_all(content, guided=True)
        for finding in getattr(record, "findings", ())
        if finding.code.startswith("guide.")
    ]


@pytest.mark.parametrize(
    "name", ["835_good", "835_reversal_and_correction", "835_without_lx", "837p_good", "837i_good"]
)
def test_a_good_file_has_nothing_to_report(name: str) -> None:
    assert guided(fixture(name)) == []


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("835_good", b"TRN*1*EFT000777*1999999999~\n", b"", ("guide.segment_missing", "TRN", 0)),
        ("835_good", b"NM1*QC*1*REYES*PABLO****MI*W222222222~\n", b"", ("guide.segment_missing", "NM1", 0)),
        ("835_good", b"N1*PR*EXAMPLE HEALTH PLAN*XV*EHP01~\nN3*100 SAMPLE PLAZA~\nN4*SPRINGFIELD*IL*62701~\n", b"",
         ("guide.loop_missing", "N1", 0)),
        ("835_good", b"DTM*050*20260315~", b"DTM*050*20260315~\nDTM*050*20260315~",
         ("guide.segment_too_often", "DTM", 0)),
        ("835_good", b"CLP*PT0001*1*", b"CLP*" + b"9" * 39 + b"*1*", ("guide.too_long", "CLP", 1)),
        ("835_good", b"N4*SPRINGFIELD*IL*62701~", b"N4*SPRINGFIELD*I*62701~", ("guide.too_short", "N4", 2)),
        ("835_good", b"*C*ACH*", b"*Q*ACH*", ("guide.code", "BPR", 3)),
        ("835_good", b"*20260403~", b"*20261403~", ("guide.date", "BPR", 16)),
        ("835_good", b"CAS*CO*45*50~", b"CAS*CO*45*5E1~", ("guide.not_a_number", "CAS", 3)),
        ("835_good", b"CAS*CO*45*50~", b"CAS*CO*45*1234567890123456789~", ("guide.too_long", "CAS", 3)),
        ("835_good", b"LX*1~", b"LX*one~", ("guide.not_a_number", "LX", 1)),
        ("835_good", b"CLP*PT0001*1*250*137.5*37.5*12*ICN0001*11*1~", b"CLP*PT0001*1*250*137.5*37.5*12*ICN0001*11*1*Y~",
         ("guide.element_not_used", "CLP", 10)),
        ("835_good", b"LQ*HE*N381~", b"LQ*HE*N381*X~", ("guide.too_many_elements", "LQ", 3)),
        ("835_good", b"REF*EA*MRN0001~", b"REF*ZZ*MRN0001~", ("guide.code", "REF", 1)),
        ("835_good", b"SVC*HC:99214*300", b"SVC*HC*300", ("guide.element_missing", "SVC", 1)),
        ("835_good", b"NM1*QC*1*DIAZ", b"NM1*QC*1*DI\tAZ", ("guide.character", "NM1", 3)),
        ("837p_good", b"BHT*0019*00*BATCH1*20260312*0930*CH~", b"BHT*0019*00*BATCH1*20260312*2530*CH~",
         ("guide.time", "BHT", 5)),
        ("837p_good", b"NM1*85*2*EXAMPLE MEDICAL GROUP*****XX*1234567893~\nN3*200 TEST AVE*SUITE 5~\n",
         b"NM1*85*2*EXAMPLE MEDICAL GROUP*****XX*1234567893~\n", ("guide.segment_missing", "N3", 0)),
        ("837p_good", b"HL*1**20*1~\n", b"", ("guide.segment_missing", "HL", 0)),
        ("837p_good", b"DTP*472*D8*20260310~\nREF*6R*1.1~\n", b"REF*6R*1.1~\n", ("guide.segment_missing", "DTP", 0)),
        ("837p_good", b"NM1*82*1*REYES*SIMON****XX*1760854442~\nPRV*PE*PXC*207Q00000X~\n",
         b"NM1*82*1*REYES*SIMON****XX*1760854442~\nNM1*82*1*REYES*SIMON****XX*1760854442~\n",
         ("guide.loop_too_often", "NM1", 0)),
    ],
)  # fmt: skip
def test_what_the_guide_forbids_is_reported(
    name: str, old: bytes, new: bytes, expected: tuple[str, str, int]
) -> None:
    content = fixture(name)
    assert old in content

    assert expected in guided(content.replace(old, new, 1))


def test_a_file_may_hold_fifty_lines_a_claim_and_no_more() -> None:
    line = b"LX*9~\nSV1*HC:99214*0*UN*1***1~\nDTP*472*D8*20260311~\n"
    content = fixture("837p_good").replace(b"HL*3*1*22*1~", line * 49 + b"HL*3*1*22*1~")

    assert ("guide.loop_too_often", "LX", 0) in guided(content)


def test_findings_are_sorted_into_errors_and_warnings() -> None:
    def severities(name: str) -> set[Any]:
        return {
            finding.severity
            for record in x12.read_all(fixture(name), guided=True)
            for finding in getattr(record, "findings", ())
        }

    assert severities("835_unknown_codes") == {x12.Severity.WARNING}
    assert severities("835_elements_missing") >= {x12.Severity.ERROR}


TEXTS = [
    *(
        "",
        "A",
        "AB",
        "D8",
        "Y",
        "18",
        "1",
        "00",
        "1.5",
        "-2",
        ".5",
        "5.",
        "1.234",
        "+5",
        "1E3",
        "NaN",
        "\u00e9",
        "\x07",
    ),
    *(
        "20260310",
        "20260131",
        "20260230",
        "1200",
        "2561",
        "HC:99213",
        "HC:",
        ":",
        "A7:562:85",
        "x" * 90,
        "9" * 19,
    ),
]


def valid(element: Element) -> str:
    if element.components:
        return "HC:99213:25"
    if element.codes:
        return min(element.codes)
    return {"R": "12.5", "DT": "20260310", "TM": "1200"}.get(element.kind, "1" * max(1, element.minimum))


@pytest.mark.parametrize("key", sorted(SEGMENTS))
def test_what_the_pattern_of_a_segment_lets_pass_has_no_fault(key: str) -> None:
    """Every text at every element, the others being well."""
    segment = SEGMENTS[key]
    well = [segment.tag, *(valid(element) if element.usage != "-" else "" for element in segment.elements)]
    found: list[x12.Finding] = []
    guide = Guide(key.partition("@")[2], ":", lambda ordinal: x12.Position(0, 0, 0, ordinal), found.append)
    lax = []
    for at in range(1, len(well)):
        for text in TEXTS:
            elements = [*well[:at], text, *well[at + 1 :]]
            found.clear()
            guide.examine(CLAIM, segment, elements, 1)
            if found and is_faultless(segment, ":", elements):
                lax.append(elements)

    assert lax == []
