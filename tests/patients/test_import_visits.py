"""Another program hands over its visits: once by its own numbers, each judged by itself."""

import pytest

from audit.models import AuditEvent
from claims.models import Claim
from patients.models import Charge, Encounter, EncounterHold
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers
from tests.factories.patients import make_coverage, make_patient

URL = "/api/v1/encounters/"


@pytest.fixture
def patient(practice):
    with organization_scope(practice.pk):
        make_providers()
        patient = make_patient(mrn="R1", birth_date="1980-02-01")
        make_coverage(patient)
        return patient


def visit(**changes):
    return {
        "external_id": "EHR-1001",
        "mrn": "R1",
        "service_from_on": "2026-03-02",
        "place_of_service": "11",
        "billing_npi": "1234567893",
        "rendering_npi": "1760854442",
        "diagnoses": ["E11.9", "I10"],
        "charges": [
            {"procedure_code": "99213", "amount_cents": 125_00, "diagnosis_pointers": [1, 2]},
            {"procedure_code": "85025", "amount_cents": 40_00, "diagnosis_pointers": [1]},
        ],
        **changes,
    }


def hand_over(client, *sent):
    answer = client.post(f"{URL}import/", {"encounters": list(sent)}, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_same_visit_handed_over_again_changes_nothing(biller, patient, practice):
    first = hand_over(biller, visit(is_ready=True))
    again = hand_over(biller, visit(is_ready=True), visit(is_ready=True))
    assert (first["created"], again["created"], again["unchanged"]) == (1, 0, 2)
    assert again["results"][0]["encounter_id"] == first["results"][0]["encounter_id"]
    assert again["results"][0]["billing_state"] == "READY"
    with organization_scope(practice.pk):
        found = Encounter.objects.get()
        assert (found.external_id, found.version) == ("EHR-1001", 1)
        assert found.billing_provider.npi == "1234567893" and found.rendering_provider.npi == "1760854442"
        assert Charge.objects.count() == 2
        assert AuditEvent.objects.filter(verb="patients.encounters.imported").count() == 2


def test_what_the_sender_says_otherwise_changes_the_visit(biller, patient, practice):
    hand_over(biller, visit())
    lines = [{"procedure_code": "99214", "amount_cents": 180_00, "diagnosis_pointers": [1]}]
    told = hand_over(biller, visit(charges=lines, diagnoses=["I10"], authorization_number="A1"))
    assert told["updated"] == 1
    with organization_scope(practice.pk):
        found = Encounter.objects.get()
        assert [one.code for one in found.diagnoses.all()] == ["I10"]
        assert found.authorization_number == "A1"
        live = found.charges.exclude(state="VOIDED")
        assert [(one.procedure_code, one.amount_cents) for one in live] == [("99214", 180_00)]


def test_a_late_charge_from_the_sender_shows_at_the_billed_visit(biller, patient, practice):
    made = hand_over(biller, visit())["results"][0]["encounter_id"]
    biller.post(biller.at(f"claims/of-visit/{made}/bill/"))
    with organization_scope(practice.pk):
        assert Claim.objects.count() == 1
    assert hand_over(biller, visit())["results"][0]["billing_state"] == "BILLED"
    more = [*visit()["charges"], {"procedure_code": "81002", "amount_cents": 9_00, "diagnosis_pointers": [1]}]
    assert hand_over(biller, visit(charges=more))["results"][0]["billing_state"] == "CHANGED"


def test_each_wrong_visit_is_named_at_its_fields_and_keeps_no_other_back(biller, patient, practice):
    told = hand_over(
        biller,
        visit(external_id="OK-1"),
        visit(external_id="NPI", rendering_npi="1760854443"),
        visit(external_id="WHO", mrn="NOBODY"),
        visit(external_id="NONE", mrn=None),
        visit(external_id="LINE", charges=[{"procedure_code": "9921", "amount_cents": -1}]),
        visit(external_id="X" * 51),
        visit(external_id="LATER", service_from_on="2099-01-01"),
        {"mrn": "R1"},
        visit(external_id="OK-2"),
    )
    assert (told["created"], told["refused"]) == (2, 7)
    fields = {one["external_id"]: one["fields"] for one in told["results"]}
    assert fields["OK-1"] == {}
    assert fields["NPI"] == {"rendering_npi": ["Not an NPI: its last digit does not fit the others."]}
    assert fields["WHO"] == {"mrn": ["No such patient is on file. Send the patient first."]}
    assert fields["NONE"] == {"mrn": ["This field may not be null."]}
    assert fields["LINE"]["charges"]["0"].keys() == {"amount_cents"}
    assert "no more than 50" in fields["X" * 50]["external_id"][0]
    assert fields["LATER"] == {"service_from_on": ["This day is yet to come."]}
    assert {"external_id", "service_from_on", "charges"} <= fields[""].keys()
    with organization_scope(practice.pk):
        assert set(Encounter.objects.values_list("external_id", flat=True)) == {"OK-1", "OK-2"}


def test_a_rule_that_refuses_says_so_and_leaves_nothing(biller, patient, practice):
    made = hand_over(biller, visit())["results"][0]["encounter_id"]
    with organization_scope(practice.pk):
        make_patient(mrn="R2")
    other = hand_over(biller, visit(mrn="R2"))["results"][0]
    assert (other["outcome"], other["fields"]) == (
        "REFUSED", {"external_id": "The visit of this number belongs to another patient."},
    )  # fmt: skip
    biller.post(biller.at(f"patients/encounters/{made}/cancel/"), {"version": 1})
    cancelled = hand_over(biller, visit())["results"][0]
    assert cancelled["outcome"] == "REFUSED" and "cancelled" in cancelled["detail"]


def test_only_who_captures_charges_hands_over_visits(reader, stranger, patient, practice):
    body = {"encounters": [visit()]}
    assert reader.post(f"{URL}import/", body, content_type="application/json").status_code == 403
    assert hand_over(stranger, visit())["refused"] == 1
    with organization_scope(practice.pk):
        assert not Encounter.objects.exists()
    wrong = stranger.post(f"{URL}import/", {"encounters": []}, content_type="application/json")
    assert wrong.status_code == 400 and "encounters" in wrong.json()


def test_a_program_holds_releases_protects_and_says_ready(biller, patient, practice):
    made = hand_over(biller, visit())["results"][0]["encounter_id"]

    def act(verb, body=None):
        return biller.post(f"{URL}{made}/{verb}/", body or {}, content_type="application/json")

    held = act("hold", {"reason": "CODING", "note": "Which modifier?"})
    assert held.json()["billing_state"] == "HELD"
    assert [(one["reason"], one["note"]) for one in held.json()["holds"]] == [("CODING", "Which modifier?")]
    assert act("ready").status_code == 409
    assert act("release", {"reason": "OTHER"}).status_code == 409
    assert act("release", {"reason": "CODING"}).json()["billing_state"] == "OPEN"
    assert act("ready").json()["billing_state"] == "READY"
    assert act("hold", {"reason": "SENSITIVE"}).status_code == 400
    assert act("protection", {"is_sensitive": True}).json()["billing_state"] == "HELD"
    told = {"recipients": "All payers", "starts_on": "2020-01-01", "how": "Signed"}
    assert act("consent", {**told, "ends_on": "2019-01-01"}).json() == {
        "ends_on": ["It cannot end before it begins."]
    }
    assert act("consent", told).json()["billing_state"] == "OPEN"
    private = act("private", {"pays_privately": True}).json()
    assert (private["billing_state"], private["pays_privately"]) == ("HELD", True)
    assert act("release", {"reason": "SELF_PAY"}).status_code == 409
    assert act("private", {"pays_privately": False}).json()["billing_state"] == "OPEN"
    with organization_scope(practice.pk):
        assert not EncounterHold.objects.filter(released_at__isnull=True).exists()
