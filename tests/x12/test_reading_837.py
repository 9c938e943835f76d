from __future__ import annotations

import datetime
from decimal import Decimal

import x12
from tests.x12.support import codes, fixture, whole


def test_a_professional_batch_is_read_with_its_levels() -> None:
    start, own, dependent, end = whole("837", fixture("837p_good"))

    assert (start.kind, start.batch_reference, start.claim_or_encounter) == ("PROFESSIONAL", "BATCH1", "CH")
    assert (start.submitter.name, start.receiver.identifier) == ("EXAMPLE BILLING", "CLR001")
    assert own.billing_provider.identifier == "1234567893"
    assert own.billing_provider.taxonomy_code == "207Q00000X"
    assert own.billing_provider.reference("EI") == "990000001"
    assert own.billing_provider.address_line_2 == "SUITE 5"
    assert own.pay_to.address_line == "PO BOX 12"
    assert own.billing_provider == dependent.billing_provider
    assert (own.coverage.responsibility_code, own.coverage.group_number, own.coverage.filing_indicator) == (
        "P", "GRP100", "CI",
    )  # fmt: skip
    assert own.patient is own.subscriber
    assert own.patient.birth_date == datetime.date(1970, 3, 1)
    assert own.patient_relationship_code == "18"
    assert own.payer.identifier == "EHP01"
    assert dependent.subscriber.first_name == "PABLO"
    assert (dependent.patient.first_name, dependent.patient_relationship_code) == ("LEO", "19")
    assert (end.claim_count, end.line_count, end.charge_total, end.balanced) == (2, 3, Decimal(550), True)
    assert end.findings == ()


def test_a_professional_claim_keeps_everything_it_said() -> None:
    claim = whole("837", fixture("837p_good"))[1]

    assert (claim.patient_control_number, claim.charge_amount) == ("PT0001", Decimal(250))
    assert (claim.facility_code, claim.facility_qualifier, claim.frequency_code) == ("11", "B", "1")
    assert (claim.provider_signature, claim.assignment_code, claim.benefits_assigned, claim.release_code) == (
        "Y", "A", "Y", "Y",
    )  # fmt: skip
    assert claim.related_causes[0] == "AA"
    assert [(one.qualifier, one.code) for one in claim.diagnoses] == [("ABK", "E119"), ("ABF", "I10")]
    assert claim.authorization_number == "AUTH0001"
    assert claim.amounts[0].amount == Decimal(25)
    assert claim.notes[0].text == "NOTE FOR TESTING"
    assert claim.rendering.taxonomy_code == "207Q00000X"
    assert claim.party("DN").name == "PATEL"
    assert claim.party("77").address_line == "9 SAMPLE ST"
    assert [one.elements[0] for one in claim.unmapped] == ["PWK", "K3"]
    assert (claim.service_from_on, claim.service_to_on) == (
        datetime.date(2026, 3, 10),
        datetime.date(2026, 3, 11),
    )


def test_a_professional_line_keeps_everything_it_said() -> None:
    visit, drug = whole("837", fixture("837p_good"))[1].lines

    assert visit.procedure == x12.Procedure("HC", "99213", ("25",))
    assert (visit.charge_amount, visit.units, visit.diagnosis_pointers) == (
        Decimal(150),
        Decimal(1),
        ("1", "2"),
    )
    assert (visit.line_number, visit.line_control_number) == ("1", "1.1")
    assert (drug.place_of_service, drug.emergency_code) == ("11", "Y")
    assert drug.service_to_on == datetime.date(2026, 3, 11)
    assert drug.notes[0].text == "SECOND LINE"
    assert drug.parties[0].entity_code == "DK"
    assert [one.elements[0] for one in drug.unmapped] == ["LIN", "CTP"]


def test_what_another_payer_decided_is_kept_by_claim_and_line() -> None:
    claim = whole("837", fixture("837p_good"))[2]
    other = claim.other_coverages[0]
    decision = claim.lines[0].adjudications[0]

    assert claim.payer_control_number == "ICN0002"
    assert (other.coverage.group_name, other.paid_amount) == ("OTHER GROUP", Decimal(100))
    assert (other.subscriber.identifier, other.payer.identifier) == ("Z123456789", "OTH99")
    assert (other.benefits_assigned, other.patient_signature_code, other.release_code) == ("Y", "P", "Y")
    assert [(one.reason, one.amount) for one in other.adjustments] == [("94", Decimal(1))]
    assert other.dates[0].date == datetime.date(2026, 4, 1)
    assert (decision.payer_identifier, decision.paid_amount) == ("OTH99", Decimal(100))
    assert [(one.group, one.amount) for one in decision.adjustments] == [
        ("CO", Decimal(150)),
        ("PR", Decimal(50)),
    ]
    assert decision.amounts[0].qualifier == "EAF"


def test_an_institutional_claim_is_read_with_its_codes() -> None:
    start, claim, end = whole("837", fixture("837i_good"))

    assert start.kind == claim.kind == "INSTITUTIONAL"
    assert (claim.facility_code, claim.facility_qualifier, claim.frequency_code) == ("11", "A", "1")
    assert (claim.admission_type_code, claim.admission_source_code, claim.patient_status_code) == (
        "1",
        "7",
        "01",
    )
    assert [one.code for one in claim.diagnoses] == ["I2510", "E119", "I10"]
    assert claim.diagnoses[0].present_on_admission == "Y"
    by_kind = {one.qualifier: one for one in claim.codes}
    assert (by_kind["BBR"].code, by_kind["BBR"].date_text) == ("02703DZ", "20260302")
    assert by_kind["BE"].amount == Decimal(3)
    assert by_kind["DR"].code == "247"
    assert (claim.service_from_on, claim.service_to_on) == (
        datetime.date(2026, 3, 1),
        datetime.date(2026, 3, 4),
    )
    assert claim.party("71").taxonomy_code == "207RC0000X"
    room, blood = claim.lines
    assert (room.revenue_code, room.procedure.code, room.unit_code, room.units) == (
        "0120",
        "",
        "DA",
        Decimal(3),
    )
    assert (blood.revenue_code, blood.procedure.code, blood.non_covered_amount) == (
        "0300",
        "85025",
        Decimal(50),
    )
    assert end.balanced


def test_positions_lead_back_to_the_segments() -> None:
    for name in ("837p_good", "837i_good"):
        raw = {one.segment: one.elements for one in x12.segments(fixture(name))}
        for claim in whole("837", fixture(name))[1:-1]:
            assert raw[claim.position.segment][:2] == ("CLM", claim.patient_control_number)
            for line in claim.lines:
                assert raw[line.segment] == ("LX", line.line_number)


def test_a_line_whose_service_comes_late_takes_nothing_of_the_line_before() -> None:
    content = fixture("837p_good").replace(
        b"SV1*HC:J1885*100*UN*2*11**1**Y~\nDTP*472*RD8*20260310-20260311~\n",
        b"DTP*472*RD8*20260310-20260311~\nSV1*HC:J1885*100*UN*2*11**1**Y~\n",
    )
    records = whole("837", content)
    first, late = records[1].lines

    assert len(first.dates) == 1
    assert late.dates[0].format == "RD8"
    assert codes(records)[:2] == ["line.empty", "segment.unexpected"]
    assert late.unmapped[0].elements[0] == "SV1"


def test_a_missing_level_costs_only_its_own_values() -> None:
    records = whole("837", fixture("837p_without_billing_level"))

    assert [record.patient_control_number for record in records if isinstance(record, x12.SubmittedClaim)] == [
        "PT0001", "PT0002",
    ]  # fmt: skip
    assert records[1].billing_provider.name == "EXAMPLE MEDICAL GROUP"
