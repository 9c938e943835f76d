"""Visits and their charges, and what they do in the books."""

import pytest

from ledger.selectors import charge_balances
from patients.models import Charge, Diagnosis, Encounter
from tenancy.scope import organization_scope
from tests.factories.patients import make_coverage, make_patient


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        patient = make_patient(mrn="R1")
        make_coverage(patient)
        return patient


def sent(*lines, **changes):
    form = {
        "service_from_on": "2026-03-02", "place_of_service": "11", "diagnoses": "E11.9, i10", "owed_by": "1",
        "once": "k1", "charges-TOTAL_FORMS": str(len(lines) + 1), "charges-INITIAL_FORMS": "0", **changes,
    }  # fmt: skip
    for place, (number, code, amount) in enumerate(lines):
        form |= {
            f"charges-{place}-line_number": number or "",
            f"charges-{place}-procedure_code": code,
            f"charges-{place}-amount": amount,
            f"charges-{place}-units": "1",
        }
    return form


def test_a_visit_captures_its_charges_once(biller, patient, practice):
    path = biller.at(f"patients/{patient.pk}/encounters/new/")
    assert biller.get(path).status_code == 200
    for _ in range(2):
        answer = biller.post(path, sent((None, "99213", "125.00"), (None, "85025", "40")))
        assert answer.status_code == 302, answer.content
    with organization_scope(practice.pk):
        charges = list(Charge.objects.order_by("line_number"))
        assert [(one.procedure_code, one.amount_cents) for one in charges] == [
            ("99213", 125_00),
            ("85025", 40_00),
        ]
        balances = charge_balances([one.id for one in charges])
        assert [balances[one.id].insurance_by_rank for one in charges] == [{1: 125_00}, {1: 40_00}]
        assert list(Diagnosis.objects.order_by("ordinal").values_list("code", "qualifier")) == [
            ("E119", "ABK"),
            ("I10", "ABF"),
        ]


def test_a_patient_who_pays_owes_it(biller, patient, practice):
    biller.post(
        biller.at(f"patients/{patient.pk}/encounters/new/"), sent((None, "99213", "125"), owed_by="0")
    )
    with organization_scope(practice.pk):
        charge = Charge.objects.get()
        assert charge_balances([charge.id])[charge.id].patient_cents == 125_00


def test_a_changed_charge_leaves_the_books_and_enters_again(biller, patient, practice):
    biller.post(
        biller.at(f"patients/{patient.pk}/encounters/new/"),
        sent((None, "99213", "125"), (None, "85025", "40")),
    )
    with organization_scope(practice.pk):
        encounter = Encounter.objects.get()
    path = biller.at(f"patients/encounters/{encounter.pk}/edit/")
    version = biller.get(path).context["form"].initial["version"]
    changed = sent((1, "99214", "180"), (2, "85025", "40"), version=version)
    assert biller.post(path, changed).status_code == 302
    assert biller.post(path, sent((1, "99215", "200"), version=version)).status_code == 409
    with organization_scope(practice.pk):
        charges = Charge.objects.order_by("line_number", "procedure_code")
        assert [(one.procedure_code, one.state) for one in charges] == [
            ("99213", "VOIDED"),
            ("99214", "BILLABLE"),
            ("85025", "BILLABLE"),
        ]
        balances = charge_balances([one.id for one in charges])
        assert [balances[one.id].outstanding_cents for one in charges] == [0, 180_00, 40_00]


def test_a_cancelled_visit_owes_nothing(biller, patient, practice):
    biller.post(biller.at(f"patients/{patient.pk}/encounters/new/"), sent((None, "99213", "125")))
    with organization_scope(practice.pk):
        encounter = Encounter.objects.get()
    path = biller.at(f"patients/encounters/{encounter.pk}/cancel/")
    assert biller.post(path, {"version": encounter.version}).status_code == 302
    with organization_scope(practice.pk):
        assert Encounter.objects.get().state == "CANCELLED"
        charge = Charge.objects.get()
        assert charge_balances([charge.id])[charge.id].outstanding_cents == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"diagnoses": "hello world"},
        {"service_to_on": "2026-03-01"},
        {"service_from_on": "sometime"},
        {"charges-0-procedure_code": "9"},
        {"charges-0-amount": ""},
        {"charges-0-amount": "-5"},
        {"charges-0-modifiers": "TOOLONG"},
        {"charges-0-diagnosis_pointers": "99"},
        {"charges-0-procedure_code": "", "charges-0-amount": ""},
    ],
)
def test_what_cannot_be_is_said_beside_its_field(biller, patient, wrong):
    answer = biller.post(
        biller.at(f"patients/{patient.pk}/encounters/new/"), {**sent((None, "99213", "125")), **wrong}
    )
    assert answer.status_code == 422


def test_visits_are_closed_to_readers_and_strangers(biller, patient, practice, reader, stranger):
    path = f"patients/{patient.pk}/encounters/new/"
    biller.post(biller.at(path), sent((None, "99213", "125")))
    with organization_scope(practice.pk):
        encounter = Encounter.objects.get()
    assert reader.post(reader.at(path), sent((None, "99213", "125"), once="k2")).status_code == 403
    assert stranger.post(biller.at(path), sent((None, "99213", "125"), once="k2")).status_code == 404
    page = f"patients/encounters/{encounter.pk}/"
    for who, status in ((biller, 200), (reader, 200)):
        assert who.get(who.at(page)).status_code == status
    for address in (stranger.at(page), biller.at(page)):
        assert stranger.get(address).status_code == 404


def test_charges_of_who_has_no_coverage_go_to_the_patient(biller, practice):
    with organization_scope(practice.pk):
        bare, covered = make_patient(mrn="N1"), make_patient(mrn="N2")
        make_coverage(covered)
    for patient, owed_by in ((bare, "0"), (covered, "1")):
        page = biller.get(biller.at(f"patients/{patient.pk}/encounters/new/"))
        assert page.context["form"].initial["owed_by"] == owed_by


def test_charges_go_to_whom_the_form_says_now(biller, patient, practice):
    biller.post(biller.at(f"patients/{patient.pk}/encounters/new/"), sent((None, "99213", "125")))
    with organization_scope(practice.pk):
        encounter = Encounter.objects.get()
    path = biller.at(f"patients/encounters/{encounter.pk}/edit/")
    changed = sent((1, "99213", "125"), version=encounter.version, owed_by="0")
    assert biller.post(path, changed).status_code == 302
    with organization_scope(practice.pk):
        charge = Charge.objects.exclude(state="VOIDED").get()
        assert charge_balances([charge.id])[charge.id].patient_cents == 125_00
