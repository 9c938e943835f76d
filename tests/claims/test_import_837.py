"""A file of claims another system exported, as it comes to stand in our books."""

import datetime

import pytest

from claims.choices import AdjudicationState, SubmissionState
from claims.models import Claim, ClaimLine, ClaimVersion
from ledger.selectors import charge_balances
from patients.models import Charge, Coverage, Diagnosis, Encounter, Guarantor, Patient, PatientHistory
from tests.factories.claims import Line, Person, SentClaim, file_837, import_bytes, import_claims
from workbench.models import WorkItem


def only_result(record):
    assert record.state == "IMPORTED", record.message
    return record.results[0]


def test_a_file_becomes_patients_coverages_encounters_charges_and_claims(in_practice):
    result = only_result(
        import_claims(SentClaim(person=Person(mrn="R77"), other=("CEDAR SUPPLEMENT", "CS9", "X5")))
    )
    assert (result["claims"], result["created"], result["refused"]) == (1, 1, 0)
    assert result["findings"] == []

    patient = Patient.objects.get()
    assert (patient.mrn, patient.last_name, patient.first_name) == ("R77", "RIVERA", "ANA")
    assert patient.birth_date == datetime.date(1980, 2, 14)
    assert Guarantor.objects.get().patient_id == patient.id
    primary, secondary = Coverage.objects.order_by("rank")
    assert (primary.member_id, primary.rank, primary.group_number) == ("M1001", 1, "G77")
    assert (secondary.member_id, secondary.rank, secondary.payer.name) == ("X5", 2, "CEDAR SUPPLEMENT")

    encounter = Encounter.objects.get()
    assert encounter.rendering_provider.npi == "1760854442"
    assert encounter.location.name == "RIVERSIDE FAMILY MEDICINE"
    codes = Diagnosis.objects.order_by("ordinal").values_list("code", "qualifier")
    assert list(codes) == [("E119", "ABK"), ("I10", "ABF")]

    claim = Claim.objects.get()
    assert claim.total_cents == 165_00
    assert claim.submission_state == SubmissionState.TRANSMITTED
    assert claim.adjudication_state == AdjudicationState.NONE
    version = ClaimVersion.objects.get()
    assert (version.number, version.frequency, version.source_position > 0) == (1, "1", True)
    assert version.submitted_on == datetime.date(2026, 3, 5)
    lines = list(ClaimLine.objects.order_by("line_number"))
    assert [(line.procedure_code, line.amount_cents, line.line_control_number) for line in lines] == [
        ("99213", 125_00, "A1001L1"),
        ("85025", 40_00, "A1001L2"),
    ]
    balances = charge_balances([line.charge_id for line in lines])
    assert [balances[line.charge_id].insurance_by_rank for line in lines] == [{1: 125_00}, {1: 40_00}]


def test_the_raw_segment_of_a_claim_is_where_the_version_says(in_practice):
    from clearinghouse.selectors import segments

    record = import_claims(SentClaim(number="A1"), SentClaim(number="A2", person=Person(member_id="M2")))
    version = ClaimVersion.objects.get(claim__patient_control_number="A2")
    [segment] = segments(record.file, version.source_position, version.source_position)
    assert segment.elements[:2] == ("CLM", "A2")


def test_the_same_file_and_the_same_claim_in_another_file_change_nothing(in_practice):
    import_claims(SentClaim())
    again = only_result(import_claims(SentClaim()))
    assert (again["created"], again["unchanged"]) == (0, 1)
    other = only_result(import_claims(SentClaim(), control="000000999", created="20260401"))
    assert (other["created"], other["unchanged"]) == (0, 1)
    assert ClaimVersion.objects.count() == 1
    assert Charge.objects.count() == 2
    assert PatientHistory.objects.count() == 2


def test_a_replacement_is_a_new_version_and_keeps_the_charges_of_unchanged_lines(in_practice):
    import_claims(SentClaim())
    first = {line.line_number: line.charge_id for line in ClaimLine.objects.all()}
    changed = SentClaim(
        frequency="7", prior_number="ICN9", lines=(Line(), Line("85025", 55_00), Line("81002", 10_00))
    )
    assert only_result(import_claims(changed))["versioned"] == 1

    claim = Claim.objects.get()
    assert (claim.current_version, claim.total_cents) == (2, 190_00)
    version = ClaimVersion.objects.get(number=2)
    assert (version.frequency, version.prior_payer_control_number) == ("7", "ICN9")
    second = {line.line_number: line.charge_id for line in ClaimLine.objects.filter(version=version)}
    assert second[1] == first[1]
    assert second[2] != first[2]
    owed = charge_balances([*first.values(), *second.values()])
    assert owed[first[2]].insurance_cents == 0
    assert sum(owed[charge].insurance_cents for charge in second.values()) == 190_00


def test_a_replacement_in_the_same_file_finds_what_it_replaces(in_practice):
    result = only_result(import_claims(SentClaim(), SentClaim(frequency="7", lines=(Line(cents=90_00),))))
    assert (result["created"], result["versioned"]) == (1, 1)


def test_a_void_keeps_the_charges_until_the_payer_confirms(in_practice):
    import_claims(SentClaim())
    assert only_result(import_claims(SentClaim(frequency="8", prior_number="ICN9")))["versioned"] == 1
    claim = Claim.objects.get()
    assert (claim.current_version, claim.submission_state) == (2, SubmissionState.TRANSMITTED)
    assert Charge.objects.filter(state="BILLABLE").count() == 2


def test_another_patient_under_the_same_number_is_left_to_a_person(in_practice):
    import_claims(SentClaim(person=Person(mrn="R1")))
    stranger = Person("OSTROWSKI", "JAN", "M9", "19551201", "M", mrn="R2")
    result = only_result(import_claims(SentClaim(person=stranger, lines=(Line(cents=1_00),))))
    assert (result["refused"], result["versioned"]) == (1, 0)
    assert result["findings"][0]["code"] == "patient_conflict"
    assert Patient.objects.count() == 1
    assert ClaimVersion.objects.count() == 1
    assert WorkItem.objects.get().kind == "CLAIM_CONFLICT"


def test_a_record_number_of_somebody_else_is_left_to_a_person(in_practice):
    import_claims(SentClaim(person=Person(mrn="R1")))
    stranger = Person("OSTROWSKI", "JAN", "M9", "19551201", "M", mrn="R1")
    result = only_result(import_claims(SentClaim(number="A2", person=stranger)))
    assert (result["created"], result["refused"]) == (0, 1)
    assert Claim.objects.count() == 1


def test_a_new_member_id_is_a_new_coverage_whose_order_a_person_settles(in_practice):
    import_claims(SentClaim(person=Person(mrn="R1")))
    result = only_result(import_claims(SentClaim(number="A2", person=Person(mrn="R1", member_id="M-NEW"))))
    assert result["created"] == 1
    assert result["findings"][0]["code"] == "coverage_order"
    assert set(Coverage.objects.values_list("member_id", "rank")) == {("M1001", 1), ("M-NEW", None)}


def test_what_a_file_says_differently_is_kept_beside_the_record(in_practice):
    import_claims(SentClaim(person=Person(mrn="R1")))
    moved = Person(mrn="R1", address_line="9 NEW STREET")
    import_claims(SentClaim(number="A2", person=moved), SentClaim(number="A3", person=moved))
    import_claims(SentClaim(number="A4", person=moved))
    assert Patient.objects.get().address_line == "1 MAIN STREET"
    told = PatientHistory.objects.get(action="SEEN_DIFFERENT")
    assert told.changes == {"address_line": ["1 MAIN STREET", "9 NEW STREET"]}
    assert told.source == "CLAIM_FILE"


def test_a_dependent_is_the_patient_and_the_subscriber_their_guarantor(in_practice):
    child = Person("RIVERA", "LUZ", "", "20150101", "F")
    import_claims(SentClaim(dependent=child))
    patient = Patient.objects.get()
    assert patient.first_name == "LUZ"
    assert Guarantor.objects.get().first_name == "ANA"
    coverage = Coverage.objects.get()
    assert (coverage.relationship, coverage.subscriber_first_name) == ("CHILD", "ANA")


def test_without_a_record_number_member_id_name_and_birth_date_decide(in_practice):
    import_claims(SentClaim(), SentClaim(number="A2"))
    import_claims(SentClaim(number="A3", person=Person(first_name="LUZ", birth_date="20150101")))
    assert Patient.objects.count() == 2


def test_a_claim_that_cannot_stand_is_named_and_the_others_come_in(in_practice):
    lacking = SentClaim(number="A2", person=Person(member_id="M2"), lines=(Line(date="20261399"),))
    result = only_result(import_claims(SentClaim(), lacking))
    assert (result["created"], result["refused"]) == (1, 1)
    assert any(one["code"] == "service_date" and one["claim"] == 2 for one in result["findings"])


def test_a_chunk_costs_the_same_number_of_queries_whatever_its_size(
    in_practice, django_assert_max_num_queries
):
    def people(prefix, count):
        return [
            SentClaim(number=f"{prefix}{i}", person=Person(last_name=f"P{i}", member_id=f"{prefix}M{i}"))
            for i in range(count)
        ]

    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    import_claims(*people("W", 2))
    with CaptureQueriesContext(
        connection,
    ) as few:
        import_claims(*people("F", 10))
    with CaptureQueriesContext(connection) as many:
        import_claims(*people("G", 100))
    assert len(many) - len(few) <= 2, [len(few), len(many)]


def test_a_secondary_payers_claim_bills_the_same_visit_and_charges_nothing_twice(in_practice):
    import_claims(SentClaim(person=Person(mrn="R1")))
    second = SentClaim(
        number="A1001-S",
        order="S",
        person=Person(mrn="R1", member_id="X5"),
        payer=("CEDAR SUPPLEMENT", "CS9"),
    )
    assert only_result(import_claims(second))["created"] == 1
    primary, secondary = Claim.objects.order_by("payer_rank")
    assert secondary.encounter_id == primary.encounter_id
    assert secondary.responsibility == "INSURANCE_SECONDARY"
    assert Charge.objects.count() == 2
    owed = charge_balances(Charge.objects.values_list("id", flat=True))
    assert sum(balance.outstanding_cents for balance in owed.values()) == 165_00


BAD = {
    "empty": (b"", "empty"),
    "html": (b"<!DOCTYPE html><html><body>sign in</body></html>", "web page"),
    "zip": (b"PK\x03\x04rest", "zip"),
    "binary": (b"\x00\x01\x02\x03" * 50, "binary"),
    "text": (b"Dear colleague, please find attached", "ISA"),
    "4010": (file_837(SentClaim(), version="004010X098A1"), "005010X222A1"),
    "cut": (file_837(SentClaim())[:700], "cut"),
    "counts": (file_837(SentClaim()).replace(b"SE*", b"SE*9"), "segments"),
    "835": (
        b"ISA*00*          *00*          *ZZ*PAYER          *ZZ*RFM01          *260305*1200*^*00501*000000009*0*T*:~"
        b"GS*HP*PAYER*RFM01*20260305*1200*1*X*005010X221A1~ST*835*0001~SE*2*0001~GE*1*1~IEA*1*000000009~",
        "837",
    ),
}


@pytest.mark.parametrize("defect", BAD)
def test_a_bad_file_is_kept_and_named_and_nothing_of_it_is_done(in_practice, defect):
    content, word = BAD[defect]
    record = import_bytes(content)
    assert record.state == "REFUSED"
    assert word in record.message
    assert record.file.sha256
    assert not Claim.objects.exists()
    assert not Patient.objects.exists()
    good = only_result(import_claims(SentClaim()))
    assert good["created"] == 1


GOOD = {
    "byte order mark": b"\xef\xbb\xbf" + file_837(SentClaim()),
    "other delimiters": file_837(SentClaim(), delimiters="|>!"),
    "one line": file_837(SentClaim(), newline=""),
    "windows lines": file_837(SentClaim(), newline="\r\n"),
    "two interchanges": file_837(SentClaim(number="A0", person=Person(member_id="M0")))
    + file_837(SentClaim()),
}


@pytest.mark.parametrize("form", GOOD)
def test_an_odd_but_whole_file_is_read(in_practice, form):
    record = import_bytes(GOOD[form])
    assert record.state == "IMPORTED", record.message
    assert Claim.objects.filter(patient_control_number="A1001").exists()
    assert len(record.results) == (2 if form == "two interchanges" else 1)


def two_sets(first, second):
    """One interchange and functional group with the transaction sets of two files."""
    head, body = first[: first.index(b"ST*")], first[first.index(b"ST*") : first.index(b"GE*")]
    other = second[second.index(b"ST*") : second.index(b"GE*")].replace(b"*0001", b"*0002")
    return head + body + other + first[first.index(b"GE*") :].replace(b"GE*1*", b"GE*2*")


SETS = (
    file_837(SentClaim(number="A1")),
    file_837(SentClaim(number="B1", person=Person("OSTROWSKI", "JAN", "M9", "19551201", "M"))),
)


@pytest.mark.parametrize(("damaged", "kept", "lost"), [(0, "B1", "A1"), (1, "A1", "B1")])
def test_wrong_counts_in_one_transaction_set_leave_the_others_unharmed(in_practice, damaged, kept, lost):
    sets = list(SETS)
    sets[damaged] = sets[damaged].replace(b"SE*", b"SE*9")
    record = import_bytes(two_sets(*sets))
    assert record.state == "IMPORTED"
    assert f"Nothing of transaction set 000{damaged + 1} was imported" in record.message
    assert "segments were lost or added" in record.message
    assert "send it again" in record.message
    assert list(Claim.objects.values_list("patient_control_number", flat=True)) == [kept]
    assert Patient.objects.count() == 1
    assert (record.claims_created, record.claims_refused) == (1, 1)
    good = import_bytes(two_sets(*SETS), name="again.837")
    assert (good.claims_created, good.claims_unchanged, good.message) == (1, 1, "")
    assert set(Claim.objects.values_list("patient_control_number", flat=True)) == {kept, lost}


def test_wrong_counts_of_the_envelope_hold_the_whole_file(in_practice):
    record = import_bytes(two_sets(*SETS).replace(b"GE*2*", b"GE*3*"))
    assert record.state == "REFUSED"
    assert "Nothing was imported" in record.message
    assert not Claim.objects.exists()


def institutional(*, number="H1001", member="M77", npi="1234567893"):
    """A hospital's outpatient claim of two revenue lines, as another system exports it."""
    body = f"""ST*837*0001*005010X223A2~BHT*0019*00*0123*20260305*1200*CH~NM1*41*2*RIVERSIDE*****46*RFM01~
PER*IC*BILLING*TE*5550100~NM1*40*2*CLEARINGHOUSE*****46*CLH01~HL*1**20*1~PRV*BI*PXC*282N00000X~
NM1*85*2*RIVERSIDE HOSPITAL*****XX*{npi}~N3*10 RIVER ROAD~N4*TOLEDO*OH*436040001~REF*EI*990000001~HL*2*1*22*0~
SBR*P*18*G77******CI~NM1*IL*1*RIVERA*ANA****MI*{member}~N3*1 MAIN STREET~N4*TOLEDO*OH*43604~DMG*D8*19800214*F~
NM1*PR*2*GREAT PLAINS HEALTH*****PI*GP001~CLM*{number}*1450.5***13:A:1*Y*A*Y*Y~DTP*434*RD8*20260302-20260303~
CL1*3*1*01~REF*EA*R77~HI*ABK:E119~HI*APR:R0789~HI*BE:A1:::100~NM1*71*1*OKAFOR*NGOZI****XX*1760854442~LX*1~
SV2*0450*HC:99284*1200.5*UN*1~DTP*472*D8*20260302~REF*6R*H1L1~LX*2~SV2*0301*HC:80053*250*UN*1~DTP*472*D8*20260303~
REF*6R*H1L2~""".replace("\n", "")
    segments = body.split("~")[:-1]
    head = (
        "ISA*00*          *00*          *ZZ*RFM01          *ZZ*CLH01          *260305*1200*^*00501*000000301*0*T*:~"
        "GS*HC*RFM01*CLH01*20260305*1200*1*X*005010X223A2~"
    )
    return (head + body + f"SE*{len(segments) + 1}*0001~GE*1*1~IEA*1*000000301~").encode()


def test_an_institutional_claim_comes_in_with_its_revenue_lines(in_practice):
    record = import_bytes(institutional())
    result = only_result(record)
    assert (result["kind"], result["created"], result["refused"]) == ("INSTITUTIONAL", 1, 0)
    record.file.refresh_from_db()
    assert record.file.kinds == ["837I"]
    claim = Claim.objects.get()
    assert (claim.kind, claim.patient_control_number, claim.total_cents) == (
        "INSTITUTIONAL",
        "H1001",
        1450_50,
    )
    assert (claim.service_from_on, claim.service_to_on) == (
        datetime.date(2026, 3, 2),
        datetime.date(2026, 3, 3),
    )
    lines = ClaimLine.objects.order_by("line_number")
    assert list(
        lines.values_list("revenue_code", "procedure_code", "amount_cents", "line_control_number")
    ) == [
        ("0450", "99284", 1200_50, "H1L1"),
        ("0301", "80053", 250_00, "H1L2"),
    ]
    assert list(Charge.objects.order_by("line_number").values_list("amount_cents", "service_date")) == [
        (1200_50, datetime.date(2026, 3, 2)),
        (250_00, datetime.date(2026, 3, 3)),
    ]
    assert Patient.objects.get().mrn == "R77"
    assert Diagnosis.objects.filter(code="E119", qualifier="ABK").exists()
    owed = charge_balances(Charge.objects.values_list("id", flat=True))
    assert sum(balance.insurance_by_rank[1] for balance in owed.values()) == 1450_50


def test_an_institutional_claim_again_changes_nothing_and_a_replacement_is_a_version(in_practice):
    import_bytes(institutional())
    again = import_bytes(institutional().replace(b"000000301", b"000000302"), name="again.837")
    assert (again.claims_created, again.claims_unchanged) == (0, 1)
    changed = (
        institutional()
        .replace(b"13:A:1", b"13:A:7")
        .replace(b"*250*", b"*200*")
        .replace(b"1450.5", b"1400.5")
    )
    assert only_result(import_bytes(changed, name="changed.837"))["versioned"] == 1
    assert Claim.objects.get().total_cents == 1400_50


def test_both_guides_in_one_file(in_practice):
    record = import_bytes(institutional() + file_837(SentClaim(number="A1", person=Person(mrn="R77"))))
    assert [one["kind"] for one in record.results] == ["INSTITUTIONAL", "PROFESSIONAL"]
    assert record.claims_created == 2
