"""All that a claim can say is entered at the visit, and what cannot be is said beside its field."""

from pathlib import Path

import pytest
from django.core.management import call_command

from claims.models import ClaimVersion
from claims.rules.snapshot import claim_of
from claims.services import bill_visit
from patients.models import Charge, Encounter
from tenancy.scope import organization_scope
from tests.factories.billing import AT, make_providers
from tests.factories.patients import make_coverage, make_patient

URL = "/api/v1/encounters/"


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        patient = make_patient(mrn="R1", birth_date="1980-02-01")
        make_coverage(patient)
        return patient


@pytest.fixture
def providers(practice):
    with organization_scope(practice.pk):
        return make_providers()


OFFICE = {
    "claim_kind": "PROFESSIONAL",
    "service_from_on": "2026-03-02",
    "service_to_on": "2026-03-04",
    "place_of_service": "11",
    "diagnoses": "E11.9, i10",
    "owed_by": "1",
    "once": "k1",
    "authorization_number": "AUTH-7",
    "authorization_from_on": "2026-03-01",
    "authorization_to_on": "2026-03-31",
    "authorization_units": "12",
    "referral_number": "REF7",
    "laboratory_number": "36D0654321",
    "accident_cause": "AA",
    "accident_on": "2026-03-01",
    "accident_state": "oh",
    "onset_on": "2026-02-27",
    "patient_paid": "20",
    "claim_note": "Seen after hours",
    "charges-TOTAL_FORMS": "2",
    "charges-INITIAL_FORMS": "0",
    "charges-0-procedure_code": "99213",
    "charges-0-amount": "125.00",
    "charges-0-units": "1",
    "charges-0-diagnosis_pointers": "1 2",
    "charges-1-procedure_code": "J0696",
    "charges-1-amount": "48.00",
    "charges-1-units": "2",
    "charges-1-service_date": "2026-03-03",
    "charges-1-service_to_on": "2026-03-04",
    "charges-1-place_of_service": "12",
    "charges-1-authorization_number": "LINE-9",
    "charges-1-authorization_units": "2",
    "charges-1-description": "Injection at home",
    "charges-1-drug_code": "00409-1234-01",
    "charges-1-drug_units": "1.5",
    "charges-1-drug_unit_code": "ML",
    "charges-1-diagnosis_pointers": "1",
}
STAY = {
    "claim_kind": "INSTITUTIONAL",
    "service_from_on": "2026-03-02",
    "service_to_on": "2026-03-05",
    "type_of_bill": "11",
    "diagnoses": "M16.11/Y, I10/N",
    "admitting_diagnosis": "M16.11",
    "owed_by": "1",
    "once": "k2",
    "admitted_on": "2026-03-02",
    "admission_hour": "8",
    "admission_type": "3",
    "admission_source": "1",
    "discharge_hour": "14",
    "patient_status": "01",
    "drg": "470",
    "condition_codes": "09",
    "occurrence_codes": "11 03/01/2026",
    "value_codes": "80 3, A1 125.00",
    "procedures": "0SR9019 03/02/2026",
    "charges-TOTAL_FORMS": "1",
    "charges-INITIAL_FORMS": "0",
    "charges-0-revenue_code": "0120",
    "charges-0-amount": "4200",
    "charges-0-units": "3",
    "charges-0-unit_code": "DA",
}


def record(biller, patient, form):
    return biller.post(biller.at(f"patients/{patient.pk}/encounters/new/"), form)


def built(practice, providers):
    with organization_scope(practice.pk):
        visit = Encounter.objects.get()
        Encounter.objects.update(billing_provider=providers[0], rendering_provider=providers[1])
        claim = bill_visit(encounter_id=visit.id, at=AT)
        return claim_of(ClaimVersion.objects.get(claim=claim).snapshot)


def test_an_office_visit_says_all_a_professional_claim_can(biller, patient, practice, providers):
    assert record(biller, patient, OFFICE).status_code == 302
    claim = built(practice, providers)
    assert claim.authorization_number == "AUTH-7"
    assert {("9F", "REF7"), ("X4", "36D0654321")} <= {(one.qualifier, one.value) for one in claim.references}
    assert [one.qualifier for one in claim.dates if one.qualifier in ("431", "439")] == ["431", "439"]
    line = claim.lines[1]
    assert line.units == 2 and line.procedure.description == "INJECTION AT HOME"
    assert [(one.qualifier, one.value) for one in line.references if one.qualifier == "G1"] == [
        ("G1", "LINE-9")
    ]
    assert [one.text for one in line.dates if one.qualifier == "472"] == ["20260303-20260304"]
    assert [one.elements[3] for one in line.unmapped if one.elements[0] == "LIN"] == ["00409123401"]
    page = biller.get(biller.at(f"patients/encounters/{visit_of(practice).pk}/")).content.decode()
    for words in (
        "AUTH-7, 03/01/2026 to 03/31/2026, 12 units",
        "authorization LINE-9, 2 units",
        "NDC 00409123401, 1.5 ML",
        "Automobile accident",
        "entered by hand",
    ):
        assert words in page


def test_a_stay_says_all_an_institutional_claim_can(biller, patient, practice, providers):
    assert record(biller, patient, STAY).status_code == 302
    claim = built(practice, providers)
    assert claim.kind == "INSTITUTIONAL"
    codes = {(one.qualifier, one.code) for one in claim.codes}
    assert codes >= {
        ("ABK", "M1611"),
        ("ABF", "I10"),
        ("ABJ", "M1611"),
        ("BG", "09"),
        ("BH", "11"),
        ("BE", "A1"),
    }
    assert codes >= {("BBR", "0SR9019"), ("DR", "470")}
    assert claim.lines[0].revenue_code == "0120" and claim.lines[0].unit_code == "DA"
    page = biller.get(biller.at(f"patients/encounters/{visit_of(practice).pk}/")).content.decode()
    for words in ("11x", "1: M1611/Y", "80 3.00, A1 125.00", "0SR9019 03/02/2026", "days"):
        assert words in page


@pytest.mark.parametrize("form", [OFFICE, STAY], ids=["office", "stay"])
def test_what_was_entered_stands_in_the_form_again_and_changes_nothing(biller, patient, practice, form):
    record(biller, patient, form)
    path = biller.at(f"patients/encounters/{visit_of(practice).pk}/edit/")
    page = biller.get(path)
    again = {**form, "version": page.context["form"].initial["version"]}
    again |= {
        f"charges-{number}-{name}": value if value is not None else ""
        for number, line in enumerate(page.context["charges"].initial)
        for name, value in line.items()
    }
    assert biller.post(path, again).status_code == 302
    with organization_scope(practice.pk):
        assert not Charge.objects.filter(state="VOIDED").exists()


def visit_of(practice):
    with organization_scope(practice.pk):
        return Encounter.objects.get()


WRONG = [
    ("service_from_on", {"service_from_on": "2099-01-01", "service_to_on": ""}, "yet to come"),
    (
        "service_from_on",
        {"service_from_on": "1979-01-01", "service_to_on": ""},
        "before the patient was born",
    ),
    ("service_to_on", {"service_to_on": "2026-03-01"}, "cannot end before it began"),
    ("place_of_service", {"place_of_service": "1"}, "Two digits"),
    ("laboratory_number", {"laboratory_number": "36X0654321"}, "Ten characters"),
    ("accident_on", {"accident_on": ""}, "On which day"),
    ("accident_state", {"accident_state": ""}, "In which state"),
    ("accident_cause", {"accident_cause": ""}, "What kind of accident"),
    ("accident_on", {"accident_on": "2026-03-09"}, "after the visit"),
    ("authorization_number", {"authorization_number": "A*1"}, "cannot carry *"),
    ("authorization_number", {"authorization_number": "", "authorization_units": 5}, "Under which number"),
    (
        "authorization_to_on",
        {
            "authorization_number": "A~1",
            "authorization_from_on": "2026-03-01",
            "authorization_to_on": "2026-02-28",
        },
        "before it began",
    ),
    ("authorization_number", {"authorization_number": "9" * 51}, "at most 50"),
    ("referral_number", {"referral_number": "R~1"}, "cannot carry ~"),
    ("claim_note", {"claim_note": "Боль"}, "cannot carry"),
    ("diagnoses", {"diagnoses": ", ".join(f"E11{number:02}" for number in range(13))}, "at most 12"),
]
WRONG_LINES = [
    ("procedure_code", {"procedure_code": ""}, "Which procedure"),
    ("procedure_code", {"procedure_code": "9921"}, ""),
    ("units", {"units": "0"}, ""),
    ("unit_code", {"unit_code": "DA"}, "One of UN, MJ"),
    ("amount", {"amount": "12.345"}, ""),
    ("service_date", {"service_date": "2026-03-09", "service_to_on": ""}, "The visit is from"),
    ("service_to_on", {"service_to_on": "2026-03-02"}, "cannot end before"),
    ("diagnosis_pointers", {"diagnosis_pointers": "3"}, "lists 2 diagnoses"),
    ("drug_code", {"drug_code": "409-1234-01"}, "Eleven digits"),
    ("drug_units", {"drug_units": ""}, "How much"),
    ("drug_unit_code", {"drug_unit_code": ""}, "In which unit"),
    ("description", {"description": "\N{SNOWMAN}"}, "cannot carry \N{SNOWMAN}"),
    ("authorization_number", {"authorization_number": "A^1"}, "cannot carry ^"),
]


@pytest.mark.parametrize(("field", "changes", "words"), WRONG)
def test_what_cannot_be_of_a_visit_is_said_beside_its_field(biller, patient, practice, field, changes, words):
    answer = record(biller, patient, {**OFFICE, **changes})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])
    with organization_scope(practice.pk):
        assert not Encounter.objects.exists()


@pytest.mark.parametrize(("field", "changes", "words"), WRONG_LINES)
def test_what_cannot_be_of_a_line_is_said_beside_its_field(biller, patient, field, changes, words):
    wrong = {f"charges-1-{name}": value for name, value in changes.items()}
    answer = record(biller, patient, {**OFFICE, **wrong})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["charges"].forms[1].errors[field])
    assert not answer.context["charges"].forms[0].errors


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        ("type_of_bill", {"type_of_bill": ""}, "Which type of bill"),
        ("type_of_bill", {"type_of_bill": "91"}, "two digits before the frequency"),
        ("admitted_on", {"admitted_on": "2026-03-09"}, "after the visit has ended"),
        ("admitted_on", {"admitted_on": ""}, "An hour needs its day"),
        ("admission_hour", {"admission_hour": "25"}, "An hour as in"),
        ("patient_status", {"patient_status": "1"}, "Two digits"),
        ("condition_codes", {"condition_codes": "999"}, "two characters"),
        ("occurrence_codes", {"occurrence_codes": "11"}, "write each as in"),
        ("occurrence_codes", {"occurrence_codes": "11 02/30/2026"}, "is no day"),
        ("value_codes", {"value_codes": "80 x"}, "is no amount"),
        ("procedures", {"procedures": "0SRO019 03/02/2026"}, "seven characters"),
        ("visit_reasons", {"visit_reasons": "R07.1 R07.2 R07.3 R07.4"}, "at most 3"),
    ],
)
def test_what_cannot_be_of_a_stay_is_said_beside_its_field(biller, patient, field, changes, words):
    answer = record(biller, patient, {**STAY, **changes})
    assert answer.status_code == 422
    assert words in " ".join(answer.context["form"].errors[field])


def test_51_lines_are_one_too_many_for_a_professional_visit(biller, patient, practice):
    lines = {"charges-TOTAL_FORMS": "51"}
    for number in range(51):
        lines |= {
            f"charges-{number}-procedure_code": "99213",
            f"charges-{number}-amount": "1",
            f"charges-{number}-units": "1",
            f"charges-{number}-diagnosis_pointers": "1",
        }
    answer = record(biller, patient, {**OFFICE, **dict.fromkeys(OFFICE.keys() & {"none"}), **lines})
    assert answer.status_code == 422
    assert "at most 50 lines, and here are 51" in answer.content.decode()
    body = sent(patient, charges=[{"procedure_code": "99213", "amount_cents": 1}] * 51)
    answer = say(biller, body)
    assert answer.status_code == 400
    assert "at most 50 lines, and here are 51" in answer.json()["charges"][0]


# -- programs ----------------------------------------------------------------------------------------------------

# A program leaves a field out by not sending it; these wrong ones are about fields that were emptied.
ONLY_FORMS = ("diagnoses", "service_from_on", "accident_on", "accident_state", "accident_cause")
SENT_WRONG = [one for one in WRONG if one[0] not in ONLY_FORMS]


def say(client, body, path=URL):
    return client.post(path, body, content_type="application/json")


def sent(patient, **changes):
    return {
        "patient_id": str(patient.pk),
        "service_from_on": "2026-03-02",
        "service_to_on": "2026-03-04",
        "place_of_service": "11",
        "diagnoses": ["E11.9", "I10"],
        "charges": [{"procedure_code": "99213", "amount_cents": 125_00, "diagnosis_pointers": [1]}],
        **changes,
    }


def test_a_program_sends_all_of_a_stay_and_changes_one_thing(biller, patient):
    body = {
        "patient_id": str(patient.pk), "claim_kind": "INSTITUTIONAL", "type_of_bill": "11",
        "service_from_on": "2026-03-02", "service_to_on": "2026-03-05", "diagnoses": ["M16.11/Y", "I10"],
        "admitting_diagnosis": "M16.11", "admitted_on": "2026-03-02", "admission_hour": "8",
        "condition_codes": ["09"], "occurrence_codes": [{"code": "11", "on": "2026-03-01"}],
        "value_codes": [{"code": "80", "amount_cents": 300}], "procedures": [{"code": "0SR9019", "on": "2026-03-02"}],
        "charges": [{"revenue_code": "0120", "amount_cents": 4200_00, "units": "3", "unit_code": "DA"}],
    }  # fmt: skip
    answer = say(biller, body)
    assert answer.status_code == 201, answer.content
    visit = answer.json()
    told = {name: visit[name] for name in body if name not in ("charges", "diagnoses", "admission_hour")}
    assert told == {name: body[name] for name in told} | {"admitting_diagnosis": "M1611"}
    assert (visit["diagnoses"], visit["admission_hour"]) == (["M1611/Y", "I10"], "0800")
    assert visit["charges"][0]["price_source"] == "API"
    changed = say(
        biller, {"version": visit["version"], "value_codes": [], "drg": "470"}, f"{URL}{visit['id']}/change/"
    )
    assert changed.status_code == 200, changed.content
    expected = {**visit, "value_codes": [], "drg": "470", "version": changed.json()["version"]}
    assert changed.json() == expected


@pytest.mark.parametrize(
    ("field", "changes", "words"),
    [
        *SENT_WRONG,
        ("accident_on", {"accident_cause": "OA"}, "On which day"),
        ("service_from_on", {"service_from_on": "2099-01-01", "service_to_on": "2099-01-01"}, "yet to come"),
        ("type_of_bill", {"type_of_bill": "11"}, "Only institutional"),
        ("condition_codes", {"condition_codes": ["09"]}, "Only institutional"),
        ("rendering_provider_id", {"rendering_provider_id": "00000000-0000-7000-8000-000000000000"}, "none of this id"),
        ("whatever", {"whatever": 1}, "no such field"),
    ],
)  # fmt: skip
def test_a_program_is_told_the_field_that_cannot_be(biller, patient, field, changes, words):
    answer = say(biller, sent(patient, **changes))
    assert answer.status_code == 400, answer.content
    said = " ".join(answer.json()[field])
    assert words in said or "no more than 50" in said


def test_a_program_is_told_the_line_and_field_that_cannot_be(biller, patient):
    good = {"procedure_code": "99213", "amount_cents": 1, "diagnosis_pointers": [1]}
    answer = say(
        biller, sent(patient, charges=[good, {**good, "diagnosis_pointers": [9], "revenue_code": "0450"}])
    )
    assert answer.status_code == 400
    assert answer.json()["charges"] == {
        "1": {
            "revenue_code": ["Only institutional claims have a place for this."],
            "diagnosis_pointers": ["The visit lists 2 diagnoses."],
        },
    }


def test_charges_that_would_not_fit_keep_a_visit_from_changing_its_kind(biller, patient):
    visit = say(biller, sent(patient)).json()
    change = {"version": visit["version"], "claim_kind": "INSTITUTIONAL", "type_of_bill": "13"}
    answer = say(biller, change, f"{URL}{visit['id']}/change/")
    assert answer.status_code == 400
    assert "Line 1 would not fit" in answer.json()["charges"][0]


@pytest.mark.django_db(databases=["default", "owner"], transaction=True)
def test_a_diagnosis_that_is_none_on_the_day_is_said_beside_its_field(biller, patient):
    table = Path(__file__).resolve().parents[2] / "reference" / "data" / "samples" / "icd10cm_order.txt"
    call_command(
        "load_code_set", "icd-10-cm", str(table), "--label", "1", "--starts-on", "2026-03-04", "--sample"
    )
    early = record(biller, patient, {**OFFICE, "diagnoses": "E11.9"})
    assert early.context["form"].errors["diagnoses"] == ["E119 was not in force on 03/02/2026."]
    stay = record(biller, patient, {**STAY, "diagnoses": "E11.9", "admitting_diagnosis": "E11"})
    assert stay.context["form"].errors == {
        "admitting_diagnosis": ["E11 is a heading: a claim needs a code with more digits."]
    }
    answer = say(biller, sent(patient, diagnoses=["E11.9"]))
    assert answer.json() == {"diagnoses": ["E119 was not in force on 03/02/2026."]}
