from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pytest

import x12
from tests.x12.support import FIXTURES, codes, fixture, whole


def test_a_remittance_is_read_with_its_header_claims_and_end() -> None:
    start, first, denied, partly, end = whole("835", fixture("835_good"))

    assert start.payment_amount == Decimal("377.75")
    assert (start.payment_method, start.trace_number, start.payer_trace_identifier) == (
        "ACH",
        "EFT000777",
        "1999999999",
    )
    assert start.payment_on == datetime.date(2026, 4, 3)
    assert start.production_on == datetime.date(2026, 4, 1)
    assert start.payer.name == "EXAMPLE HEALTH PLAN"
    assert (start.payer.city, start.payer.state, start.payer.postal_code) == ("SPRINGFIELD", "IL", "62701")
    assert [contact.function_code for contact in start.payer.contacts] == ["CX", "BL"]
    assert (start.payee_npi, start.payee_tax_identifier) == ("1234567893", "990000001")
    assert start.envelope.version == "005010X221A1"
    assert start.envelope.interchange_control_number == "000000101"

    assert [claim.patient_control_number for claim in (first, denied, partly)] == [
        "PT0001",
        "PT0002",
        "PT0003",
    ]
    assert denied.status_code == "4"
    assert denied.service_lines[0].remark_codes == ("N290", "MA130")
    assert partly.patient_responsibility_amount == Decimal(50)

    assert (end.claim_count, end.line_count, end.adjustment_count) == (3, 4, 10)
    assert (end.charge_total, end.paid_total) == (Decimal(950), Decimal("387.5"))
    assert end.provider_adjustment_total == Decimal("9.75")
    assert end.balanced is True
    assert end.is_complete
    assert end.findings == ()
    assert end.unmapped == ()
    assert end.segment_count == end.stated_segment_count


def test_a_claim_payment_keeps_everything_it_said() -> None:
    claim = whole("835", fixture("835_good"))[1]

    assert (claim.payer_control_number, claim.filing_indicator, claim.facility_code, claim.frequency_code) == (
        "ICN0001", "12", "11", "1",
    )  # fmt: skip
    assert [(one.group, one.reason, one.amount, one.quantity, one.element) for one in claim.adjustments] == [
        ("OA", "94", Decimal(5), None, 2),
        ("OA", "104", Decimal(-5), Decimal(1), 5),
    ]
    assert (claim.patient.name, claim.patient.first_name, claim.patient.identifier) == (
        "DIAZ",
        "ROSA",
        "W123456789",
    )
    assert claim.corrected.identifier == "W123456780"
    assert claim.rendering.identifier == "1760854442"
    assert claim.subscriber is None
    assert claim.crossover is None
    assert claim.remark_codes == ("MA01", "MA18")
    assert claim.received_on == datetime.date(2026, 3, 15)
    assert (claim.service_from_on, claim.service_to_on) == (
        datetime.date(2026, 3, 10),
        datetime.date(2026, 3, 10),
    )
    assert claim.amounts[0].amount == Decimal(175)
    assert claim.contacts[0].numbers == (("TE", "8005550100"),)
    assert claim.provider_summaries[0].elements[0] == "TS3"
    assert claim.group_number == "1"
    assert not claim.is_reversal


def test_a_service_line_keeps_what_was_paid_and_what_was_billed() -> None:
    visit, blood = whole("835", fixture("835_good"))[1].service_lines

    assert visit.procedure == x12.Procedure("HC", "99213", ("25",))
    assert (visit.charge_amount, visit.paid_amount, visit.units) == (Decimal(150), Decimal(80), Decimal(1))
    assert visit.line_control_number == "1.1"
    assert visit.allowed_amount == Decimal(100)
    assert visit.service_from_on == datetime.date(2026, 3, 10)
    assert [(one.group, one.reason) for one in visit.adjustments] == [("CO", "45"), ("PR", "1"), ("PR", "2")]
    assert blood.procedure.code == "85025"
    assert blood.original_procedure == x12.Procedure("HC", "85027")
    assert (blood.units, blood.original_units) == (Decimal(2), Decimal(3))


def test_dates_of_a_line_may_be_a_range() -> None:
    line = whole("835", fixture("835_good"))[3].service_lines[0]

    assert line.service_from_on == datetime.date(2026, 3, 1)
    assert line.service_to_on == datetime.date(2026, 3, 4)


def test_provider_adjustments_are_pairs_with_their_reference() -> None:
    end = whole("835", fixture("835_good"))[-1]

    assert [(one.reason_code, one.reference, one.amount) for one in end.provider_adjustments] == [
        ("WO", "ICN0009", Decimal(15)),
        ("L6", "", Decimal("-5.25")),
        ("72", "ICN0009", Decimal(0)),
    ]
    assert end.provider_adjustments[0].provider_identifier == "1234567893"


def test_a_reversal_and_its_correction_are_two_claim_payments() -> None:
    reversal, correction = whole("835", fixture("835_reversal_and_correction"))[1:3]

    assert reversal.is_reversal
    assert reversal.paid_amount == Decimal(-250)
    assert correction.references[0] == x12.Reference("F8", "ICN0003", correction.references[0].segment)


def test_positions_lead_back_to_the_segments() -> None:
    content = fixture("835_good")
    records = whole("835", content)
    raw = {one.segment: one.elements for one in x12.segments(content)}

    for claim in records[1:-1]:
        assert raw[claim.position.segment][:2] == ("CLP", claim.patient_control_number)
        for line in claim.service_lines:
            assert raw[line.position.segment][0] == "SVC"
            for one in line.adjustments:
                assert raw[one.segment][one.element : one.element + 2] == (one.reason, str(one.amount))
    assert raw[records[0].position.segment][0] == "ST"
    assert raw[records[-1].position.segment][0] == "SE"


def test_the_same_payment_in_a_new_envelope_has_the_same_hash() -> None:
    one = fixture("835_good")
    another = one.replace(b"000000101", b"000000999").replace(b"ST*835*0001", b"ST*835*0077").replace(
        b"SE*62*0001", b"SE*62*0077"
    )  # fmt: skip
    redelimited = one.replace(b"*", b"|").replace(b"~\n", b"'")

    hashes = {whole("835", content)[-1].content_hash for content in (one, another, redelimited)}

    assert len(hashes) == 1
    assert whole("835", one.replace(b"377.75", b"377.76"))[-1].content_hash not in hashes


@pytest.mark.parametrize(
    "name",
    [
        "835_bom_and_windows_line_ends",
        "835_newline_as_terminator",
        "835_carriage_return_as_terminator",
        "835_wrapped_at_80_columns",
        "835_isa_wrongly_padded",
        "835_without_iea",
        "835_ge_and_iea_counts_wrong",
    ],
)
def test_the_same_claims_come_out_of_every_shape_of_file(name: str) -> None:
    expected = [
        record for record in whole("835", fixture("835_good")) if isinstance(record, x12.ClaimPayment)
    ]

    assert [
        record for record in whole("835", fixture(name)) if isinstance(record, x12.ClaimPayment)
    ] == expected


def test_two_interchanges_with_other_delimiters_are_both_read() -> None:
    records = whole("835", fixture("835_two_interchanges_with_other_delimiters"))
    starts = [record for record in records if isinstance(record, x12.RemittanceStart)]
    ends = [record for record in records if isinstance(record, x12.RemittanceEnd)]

    assert [start.envelope.delimiters.element for start in starts] == ["*", "|"]
    assert [start.position.interchange for start in starts] == [1, 2]
    assert [end.balanced for end in ends] == [True, True]
    assert [record.patient_control_number for record in records if isinstance(record, x12.ClaimPayment)] == [
        "PT0001", "PT0002", "PT0003", "PX0001", "PX0002", "PX0003",
    ]  # fmt: skip


def test_blocks_may_end_anywhere(monkeypatch: pytest.MonkeyPatch) -> None:
    names = ["835_good", "835_two_interchanges_with_other_delimiters", "835_accents_in_windows_1252"]
    expected = {name: whole("835", fixture(name)) for name in names}

    for size in (1, 7, 64, 401):
        monkeypatch.setattr("x12.tokens.BLOCK_BYTES", size)
        for name in names:
            assert whole("835", fixture(name)) == expected[name], (name, size)


def test_a_path_an_open_file_and_bytes_are_all_sources() -> None:
    path = FIXTURES / "835_good.edi"
    expected = whole("835", path.read_bytes())

    assert list(x12.read_835(path)) == list(x12.read_835(str(path))) == expected
    assert list(x12.read_835(io.BytesIO(path.read_bytes()))) == expected


def test_unchecked_reading_yields_the_same_claims_without_judging_them() -> None:
    claims = [record for record in whole("835", fixture("835_good")) if isinstance(record, x12.ClaimPayment)]
    unchecked = whole("835", fixture("835_good"), checked=False)

    assert unchecked[1:-1] == claims
    assert (unchecked[-1].balanced, unchecked[-1].content_hash) == (None, "")


def test_accents_of_windows_1252_are_read() -> None:
    assert whole("835", fixture("835_accents_in_windows_1252"))[3].patient.name == "NUÑEZ"


def test_utf_16_is_read_and_named() -> None:
    records = whole("835", fixture("835_good").decode().encode("utf-16"))

    assert records[-1].claim_count == 3
    assert codes(records) == ["file.utf16"]


def test_claims_of_another_kind_of_file_are_refused_in_words() -> None:
    with pytest.raises(x12.NotX12, match=r"holds claims \(837\), not remittances"):
        whole("835", fixture("837p_good"))


def test_a_set_of_another_kind_in_the_file_is_named() -> None:
    both = fixture("837p_good") + fixture("835_good")

    assert codes(whole("835", both)) == ["set.other_kind"]
    assert [type(record) for record in x12.read_all(both)].count(x12.RemittanceEnd) == 1
