"""Every kind of damage: what is said about it, and that the rest is still read."""

from __future__ import annotations

from decimal import Decimal

import pytest

import x12
from tests.x12.support import codes, fixture, whole


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("835_cut_in_the_middle", ["file.cut", "se.missing", "balance.claim", "balance.patient", "balance.payment",
                                   "ge.missing", "iea.missing"]),
        ("835_without_iea", ["ge.missing", "iea.missing"]),
        ("835_segment_lost", ["se.count"]),
        ("835_se_of_another_set", ["se.control_number"]),
        ("835_ge_and_iea_counts_wrong", ["ge.count", "iea.count"]),
        ("835_one_cent_out_of_balance", ["balance.line"]),
        ("835_payment_out_of_balance", ["balance.payment"]),
        ("835_unknown_codes", []),
        ("835_without_lx", []),
        ("835_segments_nobody_knows", ["segment.unexpected"]),
        ("835_segments_out_of_order", ["segment.order"]),
        ("835_version_4010", ["version.old"]),
        ("835_isa_wrongly_padded", ["isa.width"]),
        ("835_wrapped_at_80_columns", ["file.wrapped"]),
        ("835_text_before_and_after", ["file.preamble", "file.trailing"]),
        ("837p_lines_do_not_sum_to_the_claim", ["balance.claim"]),
        ("837i_lines_do_not_sum_to_the_claim", ["balance.claim"]),
        ("837p_line_without_service", ["line.empty", "balance.claim", "se.count"]),
        ("837p_unknown_provider_role", ["segment.code"]),
    ],
)  # fmt: skip
def test_damage_is_named(name: str, expected: list[str]) -> None:
    assert codes(whole(name[:3], fixture(name))) == expected


def test_a_count_with_a_control_beside_it_is_read() -> None:
    content = fixture("271_good")
    count = content.split(b"SE*")[1].split(b"*")[0]

    assert codes(whole("271", content.replace(b"SE*" + count, b"SE*" + count + b"\x1c"))) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("empty", "The file is empty"),
        ("only_blank_lines", "The file is empty"),
        ("web_page", "HTML"),
        ("zip_archive", "zip archive"),
        ("binary", "no ISA segment was found"),
        ("isa_alone", "ends before the ISA segment is complete"),
        ("without_envelope", "no ISA segment: its envelope was removed"),
        ("envelope_without_transaction_set", "no transaction set"),
    ],
)
@pytest.mark.parametrize("read", [x12.read_835, x12.read_837, x12.read_all])
def test_what_cannot_be_read_is_refused_in_words(name: str, words: str, read: object) -> None:
    with pytest.raises(x12.NotX12, match=words):
        list(read(fixture(name)))  # type: ignore[operator]


@pytest.mark.parametrize(
    "content", [b'{"a": 1}', b"%PDF-1.7", b"\x1f\x8b\x08", b"\x89PNG\r\n", b"ISA", b"hello"]
)
def test_other_formats_are_refused(content: bytes) -> None:
    with pytest.raises(x12.NotX12):
        list(x12.read_835(content))


def test_a_finding_names_place_difference_and_remedy() -> None:
    end = whole("835", fixture("835_one_cent_out_of_balance"))[-1]
    (finding,) = end.findings

    assert finding.severity is x12.Severity.ERROR
    assert (finding.loop, finding.segment, finding.element) == ("2110", "SVC", 3)
    assert finding.position == x12.Position(1, 1, 1, 32)
    assert finding.message == (
        "Line 1 does not balance: charge 150 less adjustments 70 is 80, but paid says 80.01, a difference of 0.01. "
        "Ask the payer for a corrected remittance."
    )
    assert end.balanced is False


def test_a_cut_segment_is_kept_but_never_taken_for_whole() -> None:
    *_, end = whole("835", fixture("835_cut_in_the_middle"))

    assert not end.is_complete
    assert end.balanced is None
    assert end.findings[0].position.segment == 57


def test_text_where_an_amount_belongs_is_read_as_zero_and_named() -> None:
    records = whole("835", fixture("835_text_where_an_amount_belongs"))
    unreadable = [finding for finding in records[-1].findings if finding.code == "element.unreadable"]

    assert [(finding.segment, finding.element) for finding in unreadable] == [("CAS", 3), ("CLP", 3)]
    assert records[1].service_lines[0].adjustments[0].amount == 0
    assert records[3].charge_amount == 0


@pytest.mark.parametrize(
    "text", ["NaN", "-nan", "sNaN1", "Infinity", "-inf", "1E999999999", "1_0", "9" * 30, "٣", ".", ""]
)
def test_nothing_but_numbers_becomes_an_amount(text: str) -> None:
    content = fixture("835_good").replace(b"AMT*AU*175", b"AMT*AU*" + text.encode())
    records = whole("835", content)

    for claim in records[1:-1]:
        for one in claim.amounts:
            assert one.amount.is_finite()
            assert abs(one.amount) < Decimal(10) ** 18


def test_names_that_look_like_no_number_stay_names() -> None:
    content = fixture("835_good").replace(b"NM1*QC*1*DIAZ*ROSA", b"NM1*QC*1*NAN*INF")
    records = whole("835", content)

    assert (records[1].patient.name, records[1].patient.first_name) == ("NAN", "INF")
    assert codes(records) == []


def test_unknown_codes_are_kept_as_they_came() -> None:
    records = whole("835", fixture("835_unknown_codes"))

    assert records[2].status_code == "77"
    assert records[2].service_lines[0].adjustments[0].reason == "999"
    assert records[2].service_lines[0].remark_codes == ("NXXX", "MA130")
    assert records[1].references[0].qualifier == "ZZ9"


def test_a_segment_nobody_knows_is_kept_whole_with_its_claim() -> None:
    records = whole("835", fixture("835_segments_nobody_knows"))

    assert records[1].unmapped == (x12.RawSegment("", ("ZZZ", "WHAT", "IS", "THIS"), 26),)


def test_a_segment_out_of_order_belongs_to_its_claim() -> None:
    records = whole("835", fixture("835_segments_out_of_order"))

    assert records[1].rendering.name == "REYES"
    assert records[1].service_lines[-1].unmapped == ()


def test_missing_elements_are_named_and_the_rest_is_read() -> None:
    records = whole("835", fixture("835_elements_missing"))

    assert records[0].trace_number == "EFT000777"
    assert records[2].patient_control_number == "PT0002"
    assert records[2].charge_amount == 0
    assert len(records[2].service_lines) == 1


def test_an_unknown_party_is_kept_with_its_role() -> None:
    claim = whole("837", fixture("837p_unknown_provider_role"))[1]

    assert claim.party("Q9").name == "PATEL"


def test_a_header_named_lisa_is_no_header() -> None:
    content = fixture("835_good").replace(b"NM1*QC*1*DIAZ*ROSA", b"NM1*QC*1*DIAZ*LISA")

    assert codes(whole("835", content)) == []


def test_two_files_glued_together_after_a_cut_are_both_read() -> None:
    content = fixture("835_good")
    glued = content[: content.index(b"CLP*PT0003") + 14] + content

    records = whole("835", glued)

    assert [type(record).__name__ for record in records].count("RemittanceEnd") == 2
    assert records[-1].claim_count == 3
    assert not [finding for finding in records[-1].findings if finding.code != "iea.missing"]


def test_a_million_faults_are_counted_not_held() -> None:
    junk = b"ZZZ*1~\n" * 30_000
    content = fixture("835_good").replace(b"PLB*1234567893*20261231*WO", junk + b"PLB*1234567893*20261231*WO")
    end = whole("835", content)[-1]

    assert len(end.findings) < 500
    assert any("more times" in finding.message for finding in end.findings)


@pytest.mark.parametrize(
    ("name", "before"), [("835_good", b"CLP*PT0002"), ("837p_good", b"HL*3*1*22"), ("837i_good", b"LX*2~")]
)
def test_a_claim_that_never_ends_is_closed(name: str, before: bytes) -> None:
    content = fixture(name)
    records = whole(name[:3], content.replace(before, b"REF*G1*1~" * 40_000 + before, 1))

    assert "claim.too_long" in codes(records)
    assert len(records) >= 3
    assert records[-1].segment_count > 40_000


def test_nul_characters_are_removed_and_named() -> None:
    records = whole("835", fixture("835_good").replace(b"DIAZ", b"DI\x00AZ"))

    assert records[1].patient.name == "DIAZ"
    assert codes(records) == ["file.nul"]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b"ST*835*0001~\n", b"ST*835*0001~\nSE*2*0001~\nSE*2*0001~\nST*835*0002~\n", "se.unexpected"),
        (b"GE*1*101~\n", b"GE*1*101~\nGE*1*101~\n", "ge.unexpected"),
        (b"IEA*1*000000101~\n", b"IEA*1*000000101~\nIEA*1*000000101~\n", "iea.unexpected"),
        (b"GE*1*101~", b"GE*1*109~", "ge.control_number"),
        (b"IEA*1*000000101~", b"IEA*1*000000109~", "iea.control_number"),
        (b"GE*1*101~", b"GE*x*101~", "ge.count"),
        (b"LX*1~\n", b"ST*835*0002~\nLX*1~\n", "se.missing"),
        (b"SE*62*0001~\n", b"", "se.missing"),
        (b"GS*HP*EXAMPLEPAYER*EXAMPLEPRACTICE*20260401*0930*101*X*005010X221A1~\n", b"", "gs.missing"),
        (b"005010X221A1~", b"007030X221~", "version.other"),
        (b"GE*1*101~\n", b"ZZZ*1~\nGE*1*101~\n", "segment.unexpected"),
    ],
)
def test_broken_envelopes_are_named(old: bytes, new: bytes, expected: str) -> None:
    content = fixture("835_good")
    assert old in content

    assert expected in codes(whole("835", content.replace(old, new, 1)))


def test_a_set_knows_better_than_its_group_what_it_is() -> None:
    content = fixture("837i_good").replace(b"*X*005010X223A2~", b"*X*005010X222A1~")
    records = whole("837", content)

    assert codes(records) == ["version.differs"]
    assert records[1:-1] == whole("837", fixture("837i_good"))[1:-1]


def test_a_ta1_before_a_remittance_is_named_by_those_who_read_remittances() -> None:
    content = fixture("835_good").replace(b":~\nGS", b":~\nTA1*000000001*260401*0930*A*000~\nGS")

    *_, end = whole("835", content)
    assert [(one.code, one.segment, one.position.segment) for one in end.findings] == [
        ("set.other_kind", "TA1", 2)
    ]
