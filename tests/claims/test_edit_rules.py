"""Every rule of the catalogue: one claim that trips it and one that passes, each a small change of a good claim."""

import dataclasses
import datetime
from decimal import Decimal

import msgspec
import pytest

import x12
from claims.rules.building import Accident, Address, LineFacts, Taken, build_claim
from claims.rules.edits import (
    CATALOGUE,
    Authorization,
    CodePeriod,
    DiagnosisFacts,
    EarlierLine,
    EarlierVersion,
    EditContext,
    MueEdit,
    NpiFacts,
    PayerFacts,
    Period,
    PtpEdit,
    ServiceFacts,
    Severity,
    WireFacts,
    run_edits,
)
from claims.rules.edits.model import RULES
from tests.claims.test_building import (
    BILLING,
    DAY,
    DECIDED,
    DOCTOR,
    LINES,
    MEDICARE,
    PATIENT,
    PLAN,
    SECONDARY,
    STAY,
    VISIT,
)

TODAY = DAY + datetime.timedelta(14)
EVER = Period(datetime.date(2020, 1, 1))
OVER = Period(datetime.date(2020, 1, 1), datetime.date(2025, 12, 31))
GOOD, STAYED, SECOND = build_claim(VISIT), build_claim(STAY), build_claim(SECONDARY)
OUTPATIENT_STAY = dataclasses.replace(
    STAY,
    hospital=dataclasses.replace(STAY.hospital, type_of_bill="13"),
    lines=tuple(dataclasses.replace(one, revenue_code="0450") for one in STAY.lines),
)
PAYER = PayerFacts(filing_indicator="MB", filing_limit_on=DAY + datetime.timedelta(365))
WIRE = WireFacts(
    x12.Delimiters("*", "^", ":", "~"), "US1", "THEM1", "2175550100", ("1", "2", "3"), ("1", "2", "3"),
    frozenset(), (10, 1, 1), (10, 1, 1), "005010X222A1",
)  # fmt: skip
VISIT_LINE = EarlierLine("C0", DAY, "99214", ("25",), 200_00, DOCTOR.npi, MEDICARE.payer_identifier)


def visit(**changes):
    return build_claim(dataclasses.replace(VISIT, **changes))


def stay(**changes):
    return build_claim(dataclasses.replace(STAY, **changes))


def hospital(**changes):
    return stay(hospital=dataclasses.replace(STAY.hospital, **changes))


def billing(**changes):
    return visit(billing=dataclasses.replace(BILLING, **changes))


def street(**changes):
    return billing(address=dataclasses.replace(BILLING.address, **changes))


def line(**changes):
    return visit(lines=(dataclasses.replace(LINES[0], **changes),))


def patient(**changes):
    person = dataclasses.replace(PATIENT, **changes)
    return visit(patient=person, coverages=(dataclasses.replace(MEDICARE, subscriber=person),))


def coverage(**changes):
    return visit(coverages=(dataclasses.replace(MEDICARE, **changes),))


def diagnoses(*codes):
    return visit(diagnoses=tuple((n, "ABK" if n == 1 else "ABF", one, "") for n, one in enumerate(codes, 1)))


def second(*, decision=DECIDED, **changes):
    primary = dataclasses.replace(MEDICARE, decision=decision, **changes)
    return build_claim(dataclasses.replace(SECONDARY, coverages=(PLAN, primary)))


def raw(claim=GOOD, **changes):
    return msgspec.structs.replace(claim, **changes)


def raw_line(**changes):
    return raw(lines=(msgspec.structs.replace(GOOD.lines[0], **changes), *GOOD.lines[1:]))


def service(code="99214", **facts):
    return {"services": {code: ServiceFacts(**facts)}}


def wire(**changes):
    return {"wire": dataclasses.replace(WIRE, **changes)}


def payer(**changes):
    return {"payer": dataclasses.replace(PAYER, **changes)}


def pair(indicator="1", period=EVER):
    return {"pairs": {("99214", "36415"): (PtpEdit("99214", "36415", indicator, period),)}}


def limit(units, indicator):
    return {"unit_limits": {"36415": (MueEdit("36415", units, indicator, EVER),)}}


def codes(*named, period=EVER, is_billable=True):
    return {one: (CodePeriod(period, is_billable),) for one in named}


MEDICARE_SECOND = dataclasses.replace(
    SECONDARY,
    coverages=(
        dataclasses.replace(MEDICARE, rank=2, insurance_type_code="12"),
        dataclasses.replace(PLAN, rank=1, decision=DECIDED),
    ),
)
FACILITY = dataclasses.replace(BILLING, name="Lakeside East", npi="1679576722")
REFERRER = dataclasses.replace(DOCTOR, name="Reed", npi="1234567893")
TWICE_THE_PRIMARY = dataclasses.replace(
    SECONDARY, coverages=(PLAN, dataclasses.replace(MEDICARE, decision=DECIDED, payer_identifier="60054"))
)
UNDATED = second(decision=dataclasses.replace(DECIDED, lines=(), taken=(Taken("PR", "2", 105_92),)))
DRUG = LineFacts(
    1, "C1-1", 90_00, Decimal("1.5"), DAY, DAY, "J1100", pointers=("1",), place_of_service="11",
    drug_code="00071015523", drug_units=Decimal(2), drug_unit_code="ML",
)  # fmt: skip
STRAY = x12.RawSegment("2300", ("CLP", "1"), 0)
PAPER = x12.RawSegment("2300", ("PWK", "OZ", "EL", "", "", "AC", "77"), 0)

# rule: (claim that trips it, facts of that run), (claim that passes, facts of that run)
CASES = {
    "E001": ((GOOD, wire(delimiters=x12.Delimiters("*", "*", ":", "~"))), (GOOD, wire())),
    "E002": ((GOOD, wire(trailer_numbers=("1", "2", "4"))), (GOOD, wire())),
    "E003": ((GOOD, wire(counted=(11, 1, 1))), (GOOD, wire())),
    "E004": ((GOOD, wire(version="005010X223A2")), (GOOD, wire())),
    "E005": ((raw(coverage=None), {}), (GOOD, {})),
    "E006": ((raw(notes=(x12.Note("ADD", "CAFÉ", 0),)), {}), (GOOD, {})),
    "E007": ((raw(unmapped=(STRAY,)), {}), (GOOD, {})),
    "E008": ((raw(lines=GOOD.lines * 26), {}), (raw(lines=GOOD.lines * 25), {})),
    "E009": ((GOOD, wire(submitter_phone="")), (GOOD, wire())),
    "E010": ((GOOD, {"is_enrolled": False}), (GOOD, {"is_enrolled": True})),
    "E020": ((billing(npi="0123456789"), {}), (billing(npi="1760854442"), {})),
    "E021": ((GOOD, {"enrolled_name": "Lakeside LLC"}), (GOOD, {"enrolled_name": "Lakeside Family Practice"})),
    "E022": ((street(line="P.O. Box 7"), {}), (GOOD, {})),
    "E023": ((street(postal_code="62701"), {}), (GOOD, {})),
    "E024": ((billing(tax_id="12-345678"), {}), (GOOD, {})),
    "E025": ((billing(taxonomy_code="207Q"), {}), (GOOD, {"specialties": frozenset({"207Q00000X"})})),
    "E026": ((visit(rendering=None), {}), (GOOD, {})),
    "E027": (
        (GOOD, {"specialties": frozenset({"208D00000X"})}),
        (GOOD, {"specialties": frozenset({"207Q00000X"})}),
    ),
    "E028": ((visit(referral_number="R1"), {}), (visit(referral_number="R1", referring=REFERRER), {})),
    "E029": (
        (line(procedure_code="80053"), {}),
        (visit(lines=(dataclasses.replace(LINES[0], procedure_code="80053"),), referring=REFERRER), {}),
    ),
    "E030": ((GOOD, {"is_supervised": True}), (visit(supervising=REFERRER), {"is_supervised": True})),
    "E031": (
        (visit(facility=dataclasses.replace(FACILITY, address=Address("2 Lake Road", postal_code="62701"))), {}),
        (visit(facility=FACILITY), {}),
    ),
    "E032": ((stay(attending=None), {}), (STAYED, {})),
    "E033": (
        (GOOD, {"registry": {DOCTOR.npi: NpiFacts("1", deactivated_on=datetime.date(2025, 1, 1))}}),
        (GOOD, {"registry": {DOCTOR.npi: NpiFacts("1")}}),
    ),
    "E034": (
        (GOOD, {"credentialed": {DOCTOR.npi: (OVER,)}}),
        (GOOD, {"credentialed": {DOCTOR.npi: (OVER, EVER)}}),
    ),
    "E040": ((raw(SECOND, coverage=SECOND.other_coverages[0].coverage), {}), (SECOND, {})),
    "E041": ((raw(dependent=GOOD.subscriber), {}), (GOOD, {})),
    "E042": ((coverage(member_id=""), {}), (GOOD, payer(member_id_pattern=r"1\w{10}"))),
    "E043": ((patient(name="Dr Nunez"), {}), (GOOD, {})),
    "E044": ((patient(birth_date=None), {}), (GOOD, {})),
    "E045": ((patient(birth_date=DAY + datetime.timedelta(1)), {}), (GOOD, {})),
    "E046": ((coverage(filing_indicator="CI"), payer()), (GOOD, payer())),
    "E047": ((GOOD, payer(is_active=False)), (GOOD, payer())),
    "E048": ((coverage(member_id="1EG4SE5MK73"), {}), (GOOD, {})),
    "E049": ((GOOD, {"has_active_coverage": False}), (GOOD, {"has_active_coverage": True})),
    "E050": ((visit(control_number="C" * 21), {}), (GOOD, {"control_numbers_taken": frozenset({"C2"})})),
    "E051": ((raw(charge_amount=Decimal(1)), {}), (GOOD, {})),
    "E052": (
        (visit(place_of_service="98"), {"places": frozenset({"11", "21"})}),
        (GOOD, {"places": frozenset({"11", "21"})}),
    ),
    "E053": ((raw(frequency_code="6"), {}), (GOOD, {})),
    "E054": ((raw(frequency_code="7"), {}), (build_claim(VISIT, frequency="7", prior_number="ICN1"), {})),
    "E055": (
        (build_claim(VISIT, frequency="7", prior_number="ICN1"), payer(accepts_replacement=False)),
        (build_claim(VISIT, frequency="7", prior_number="ICN1"), payer()),
    ),
    "E056": ((visit(release_code="N"), {}), (GOOD, {})),
    "E057": ((visit(accident=Accident("AA", DAY)), {}), (visit(accident=Accident("AA", DAY, "IL")), {})),
    "E058": (
        (GOOD, {"needs_authorization": frozenset({"99214"})}),
        (visit(authorization_number="A1"), {"needs_authorization": frozenset({"99214"})}),
    ),
    "E059": (
        (visit(authorization_number="A1"), {"authorizations": (Authorization("A1", OVER),)}),
        (visit(authorization_number="A1"), {"authorizations": (Authorization("A1", EVER),)}),
    ),
    "E060": ((GOOD, {"needs_referral": True}), (GOOD, {"needs_referral": False})),
    "E061": (
        (GOOD, service(needs_laboratory_number=True)),
        (visit(laboratory_number="14D0123456"), service(needs_laboratory_number=True)),
    ),
    "E062": (
        (visit(place_of_service="21"), {}),
        (visit(place_of_service="21", admitted_on=DAY), {}),
    ),
    "E063": ((GOOD, {}), (visit(onset_on=DAY), {})),
    "E064": ((GOOD, {"records_sent": True}), (raw(unmapped=(PAPER,)), {"records_sent": True})),
    "E065": ((GOOD, service(is_unlisted=True)), (visit(note="Described"), service(is_unlisted=True))),
    "E066": ((GOOD, payer(filing_limit_on=DAY)), (GOOD, payer())),
    "E067": (
        (GOOD, {"earlier_lines": (VISIT_LINE,)}),
        (GOOD, {"earlier_lines": (dataclasses.replace(VISIT_LINE, service_on=DAY - datetime.timedelta(1)),)}),
    ),
    "E070": ((visit(diagnoses=()), {}), (GOOD, {})),
    "E071": (
        (GOOD, {"diagnosis_codes": codes("E119") | codes("I10", period=OVER)}),
        (GOOD, {"diagnosis_codes": codes("E119", "I10")}),
    ),
    "E072": ((diagnoses("W19XXXA", "I10"), {}), (GOOD, {})),
    "E073": (
        (GOOD, {"diagnoses": {"I10": DiagnosisFacts(excludes=frozenset({"E119"}))}}),
        (GOOD, {"diagnoses": {"I10": DiagnosisFacts(excludes=frozenset({"I11"}))}}),
    ),
    "E074": (
        (GOOD, {"diagnoses": {"I10": DiagnosisFacts(greatest_age=17)}}),
        (GOOD, {"diagnoses": {"I10": DiagnosisFacts(least_age=18, sex="M")}}),
    ),
    "E075": ((stay(diagnoses=((1, "ABK", "M16.11", ""), (3, "ABJ", "M16.11", ""))), {}), (STAYED, {})),
    "E076": ((stay(diagnoses=STAY.diagnoses[:2]), {}), (STAYED, {})),
    "E080": (
        (line(procedure_code="J1100"), {"procedure_codes": codes("J1100", period=OVER)}),
        (line(procedure_code="J1100"), {"procedure_codes": codes("J1100")}),
    ),
    "E081": (
        (line(modifiers=("XE", "XE")), {"modifiers": codes("XE")}),
        (line(modifiers=("XE",)), {"modifiers": codes("XE")}),
    ),
    "E082": ((line(charge_cents=0), {}), (line(charge_cents=0, procedure_code="3044F"), {})),
    "E083": ((line(units=Decimal("1.5")), {}), (line(units=Decimal("1.5"), unit_code="MJ"), {})),
    "E084": ((line(pointers=("1", "3")), {}), (GOOD, {})),
    "E085": (
        (line(from_on=TODAY + datetime.timedelta(1), to_on=TODAY + datetime.timedelta(1)), {}),
        (GOOD, {}),
    ),
    "E086": ((raw_line(place_of_service="11"), {}), (raw_line(place_of_service="12"), {})),
    "E087": ((line(procedure_code="J1100"), {}), (visit(lines=(DRUG,)), {})),
    "E088": ((raw(lines=(GOOD.lines[0], GOOD.lines[0])), {}), (GOOD, {})),
    "E089": ((visit(place_of_service="10"), {}), (line(modifiers=("25", "95")), {})),
    "E090": ((GOOD, service(sex="F")), (GOOD, service(sex="M", least_age=18))),
    "E091": (
        (GOOD, service(specialties=frozenset({"213E00000X"}))),
        (GOOD, service(specialties=frozenset({"207Q00000X"}))),
    ),
    "E092": ((line(modifiers=()), {**pair(), "earlier_lines": (
        dataclasses.replace(VISIT_LINE, code="36415", modifiers=()),)}), (GOOD, pair())),
    "E093": ((GOOD, limit(1, "1")), (GOOD, limit(2, "1"))),
    "E094": ((GOOD, limit(1, "2")), (GOOD, limit(2, "2"))),
    "E095": ((GOOD, limit(1, "3")), (GOOD, limit(2, "3"))),
    "E096": (
        (GOOD, service("36415", primaries=frozenset({"99999"}))),
        (GOOD, service("36415", primaries=frozenset({"99214"}))),
    ),
    "E097": (
        (line(modifiers=()), {**service("27447", global_days=90), "earlier_lines": (
            EarlierLine("C0", DAY - datetime.timedelta(30), "27447", (), 1, DOCTOR.npi, "00952"),)}),
        (GOOD, {**service("27447", global_days=90), "earlier_lines": (
            EarlierLine("C0", DAY - datetime.timedelta(30), "27447", (), 1, DOCTOR.npi, "00952"),)}),
    ),
    "E098": (
        (line(procedure_code="99203"), {"knows_visits": True, "seen_before_on": datetime.date(2025, 1, 1)}),
        (line(procedure_code="99203"), {"knows_visits": True}),
    ),
    "E099": (
        (GOOD, service(covered_by=frozenset({"M1611"}))),
        (GOOD, service(covered_by=frozenset({"E119"}))),
    ),
    "E100": (
        (GOOD, {**service(least_days_between=365), "earlier_lines": (
            dataclasses.replace(VISIT_LINE, service_on=DAY - datetime.timedelta(100)),)}),
        (GOOD, {**service(least_days_between=30), "earlier_lines": (
            dataclasses.replace(VISIT_LINE, service_on=DAY - datetime.timedelta(100)),)}),
    ),
    "E101": (
        (line(modifiers=("50",)), service(is_bilateral_by_units=True)),
        (line(modifiers=("50",)), service(is_bilateral_by_units=False)),
    ),
    "E102": (
        (stay(lines=(dataclasses.replace(STAY.lines[0], revenue_code="120"),)), {}),
        (build_claim(OUTPATIENT_STAY), {}),
    ),
    "E103": ((hospital(patient_status="30"), {}), (STAYED, {})),
    "E104": ((raw(STAYED, dates=()), {}), (STAYED, {})),
    "E105": (
        (STAYED, {"hospital_codes": {"BG": frozenset({"C9"})}}),
        (STAYED, {"hospital_codes": {"BG": frozenset({"C1"})}}),
    ),
    "E110": ((build_claim(TWICE_THE_PRIMARY), {}), (SECOND, {})),
    "E111": (
        (second(decision=dataclasses.replace(DECIDED, paid_cents=94_09)), {}),
        (SECOND, {}),
    ),
    "E112": ((raw(UNDATED, other_coverages=tuple(
        msgspec.structs.replace(one, dates=()) for one in UNDATED.other_coverages
    )), {}), (SECOND, {})),
    "E113": (
        (build_claim(dataclasses.replace(MEDICARE_SECOND, coverages=(
            dataclasses.replace(MEDICARE_SECOND.coverages[0], insurance_type_code=""),
            MEDICARE_SECOND.coverages[1],
        ))), {}),
        (build_claim(MEDICARE_SECOND), {}),
    ),
    "E114": (
        (SECOND, payer(filing_indicator="", later_limit_on=TODAY - datetime.timedelta(1))),
        (SECOND, payer(filing_indicator="", later_limit_on=TODAY)),
    ),
    "E120": (
        (
            build_claim(VISIT, frequency="7", prior_number="ICN1"),
            {"earlier_version": EarlierVersion(was_rejected=True, is_decided=False)},
        ),
        (GOOD, {"earlier_version": EarlierVersion(was_rejected=True, is_decided=False)}),
    ),
    "E121": ((GOOD, {"is_sensitive": True}), (GOOD, {"is_sensitive": True, "has_consent": True})),
    "E122": (
        (GOOD, {**service(is_visit_verified=True), "is_visit_verified": False}),
        (GOOD, {**service(is_visit_verified=True), "is_visit_verified": True}),
    ),
    "E123": (
        (GOOD, {"is_qualified_medicare_beneficiary": True, "patient_cost_share_cents": 20_00}),
        (GOOD, {"is_qualified_medicare_beneficiary": True, "patient_cost_share_cents": 0}),
    ),
    "E124": ((GOOD, {"patient_pays_privately": True}), (GOOD, {"patient_pays_privately": False})),
}  # fmt: skip


def found(rule_id, claim, facts):
    """How the rule judged the claim: its edits, with the rule in force whatever the payer."""
    default = CATALOGUE[rule_id].severity
    severities = {rule_id: "fatal"} if default == "payer" else {}
    edits = run_edits(claim, EditContext(on=TODAY, severities=severities, **facts))
    return [one for one in edits if one.rule_id == rule_id]


def test_every_rule_of_the_catalogue_has_code_and_cases():
    assert set(CATALOGUE) == set(RULES) == set(CASES)


@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_a_claim_trips_the_rule(rule_id):
    claim, facts = CASES[rule_id][0]
    edits = found(rule_id, claim, facts)
    assert edits and all(one.severity is not Severity.UNCHECKED and one.message for one in edits)


@pytest.mark.parametrize("rule_id", sorted(CASES))
def test_a_claim_passes_the_rule(rule_id):
    claim, facts = CASES[rule_id][1]
    assert found(rule_id, claim, facts) == []


@pytest.mark.parametrize("claim", [GOOD, STAYED, SECOND], ids=["office", "hospital", "secondary"])
def test_a_good_claim_is_clean_and_says_what_was_not_checked(claim):
    edits = run_edits(claim, EditContext(on=TODAY))
    assert {one.severity for one in edits} == {Severity.UNCHECKED}
    words = {one.rule_id: one.message for one in edits}
    assert words["E071"] == "Not checked: no table of diagnoses (ICD-10-CM) is loaded."
    assert words["E033"] == "Not checked: no table of the NPI registry (NPPES) is loaded."


def test_a_later_payer_waits_for_the_primarys_decision():
    told = [one.message for one in found("E114", second(decision=None), {})]
    assert told[0] == "The primary payer has not decided yet."
    assert told[1].startswith("Not checked: no limit of this payer")


def test_every_fault_of_form_is_told_at_once_and_policy_waits():
    claim = visit(billing=dataclasses.replace(BILLING, npi="1", tax_id=""), diagnoses=())
    edits = run_edits(claim, EditContext(on=TODAY, has_active_coverage=False))
    told = {one.rule_id for one in edits if one.severity is Severity.FATAL}
    assert {"E020", "E024", "E070", "E084"} <= told
    assert "E049" not in {one.rule_id for one in edits}


def test_a_practice_may_grade_a_rule_otherwise():
    claim = street(line="PO BOX 7")
    (edit,) = [
        one
        for one in run_edits(claim, EditContext(on=TODAY, severities={"E022": "warn"}))
        if one.rule_id == "E022"
    ]
    assert (edit.severity, edit.place, edit.fix) == (Severity.WARN, "2010AA N301", "rebuild")
    off = run_edits(claim, EditContext(on=TODAY, severities={"E022": "off"}))
    assert "E022" not in {one.rule_id for one in off}


@pytest.mark.parametrize(
    ("indicator", "period", "modifiers", "trips"),
    [
        ("0", EVER, ("59",), True),
        ("1", EVER, (), True),
        ("1", EVER, ("59",), False),
        ("9", EVER, (), False),
        ("0", OVER, (), False),
    ],
)
def test_code_pairs_follow_indicator_and_dates(indicator, period, modifiers, trips):
    lines = (dataclasses.replace(LINES[0], modifiers=modifiers), LINES[1])
    assert bool(found("E092", visit(lines=lines), pair(indicator, period))) is trips


@pytest.mark.parametrize(
    ("enrolled", "is_warned"),
    [("Okafor, Ngozi", False), ("Ngozi Okafor", False), ("OKAFOR", False), ("Okafor, Ada", True)],
)
def test_a_person_is_enrolled_with_the_first_name_before_or_behind_or_without(enrolled, is_warned):
    claim = billing(name="Okafor", first_name="Ngozi", is_organization=False)
    assert bool(found("E021", claim, {"enrolled_name": enrolled})) is is_warned


def test_what_the_writer_refuses_is_named_at_its_field_once():
    edits = run_edits(coverage(member_id=""), EditContext(on=TODAY))
    fatal = [(one.rule_id, one.place) for one in edits if one.severity is Severity.FATAL]
    assert fatal == [("E042", "2010BA NM109"), ("E048", "2010BA NM109")]
