"""Claims on file are checked, kept from leaving or let go; what was found stays with the version."""

import datetime

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from claims.models import Claim, ClaimVersion, EditRun, EditSetting
from claims.rules.edits import RELEASE
from claims.rules.states import Evidence
from claims.services import Said, move_claims, take_changed_visits
from claims.services.building import rebuild_claim
from claims.services.editing import CannotLetPass, let_pass, run_edits_for
from claims.tasks import run_edits
from clearinghouse.services.partners import add_enrolment
from eligibility.rules.answers import Member
from eligibility.rules.by_hand import Told
from eligibility.rules.words import CoverageStatus
from eligibility.services.by_hand import Verified, record_by_hand
from patients.models import Charge, Consent, Encounter
from reference.models import Credentialing, Provider
from tenancy.models import OutboxMessage
from tests.factories.billing import make_claim, make_providers

DAY = datetime.date(2026, 3, 2)
AT = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)


@pytest.fixture
def providers(in_practice):
    return make_providers()


def state(claim: Claim) -> str:
    claim.refresh_from_db()
    return claim.submission_state


def test_a_good_claim_is_checked_when_it_is_built_and_becomes_ready(providers):
    claim = make_claim(providers)
    message = OutboxMessage.objects.get(name="claims.run_edits")
    run_edits(**message.arguments)
    run = EditRun.objects.get()
    assert (state(claim), run.is_clean, run.results, run.blocked_by) == ("READY", True, [], [])
    assert run.unchecked["E071"] == "Not checked: no table of diagnoses (ICD-10-CM) is loaded."
    run_edits(**message.arguments)
    assert state(claim) == "READY"


def test_a_fault_is_named_at_its_field_and_gone_once_it_is_mended(providers):
    Provider.objects.filter(id=providers[0].id).update(address_line="PO Box 7")
    claim = make_claim(providers)
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("EDITING_FAILED", ["E022"])
    (told,) = run.results
    assert (told["place"], told["severity"], told["fix"]) == ("2010AA N301", "fatal", "rebuild")
    with pytest.raises(CannotLetPass, match="correct what it names"):
        let_pass(claim_id=claim.id, rule_id="E022", reason="It is late", at=AT)
    Provider.objects.filter(id=providers[0].id).update(address_line="7 Lake Road")
    rebuild_claim(claim_id=claim.id, at=AT)
    run_edits_for(claim_ids=[claim.id], at=AT)
    assert state(claim) == "READY"
    assert EditRun.objects.filter(version__claim=claim).count() == 2


def test_the_same_service_twice_waits_for_a_person_who_answers_for_it(providers):
    first = make_claim(providers)
    second = make_claim(providers, mrn="MRN2")
    Claim.objects.filter(id=second.id).update(patient_id=first.patient_id)
    run_edits_for(claim_ids=[second.id], at=AT)
    assert state(second) == "HELD"
    with pytest.raises(CannotLetPass, match="Give a reason"):
        let_pass(claim_id=second.id, rule_id="E067", reason=" ", at=AT)
    with pytest.raises(CannotLetPass, match="did not name"):
        let_pass(claim_id=second.id, rule_id="E066", reason="Twice on that day", at=AT)
    run = let_pass(claim_id=second.id, rule_id="E067", reason="Twice on that day", at=AT)
    assert (state(second), run.is_clean) == ("READY", True)
    assert [one["rule_id"] for one in run.results] == ["E067"]


def test_what_a_person_holds_is_not_released_by_the_edits(providers):
    claim = make_claim(providers)
    move_claims([Said(claim.id, Evidence.HOLD_PLACED, AT)])
    assert run_edits_for(claim_ids=[claim.id], at=AT) == []
    assert state(claim) == "HELD"


def ask_by_hand(claim: Claim, status: CoverageStatus, on: datetime.date, at=AT) -> None:
    told = Told(status, "30", "by telephone", Member(last_name="Rivera"))
    verified = Verified("PHONE", "Dana", "R1")
    record_by_hand(coverage=claim.coverage, told=told, verified=verified, service_on=on, at=at)


@pytest.mark.parametrize("days_off", [0, 20])
def test_what_the_payer_said_of_the_coverage_holds_the_claim_until_it_says_otherwise(providers, days_off):
    claim, about = make_claim(providers), DAY - datetime.timedelta(days_off)
    ask_by_hand(claim, CoverageStatus.INACTIVE, about)
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("HELD", ["E049"])
    assert run.results[0]["message"].startswith(f"Asked about {about:%m/%d/%Y}, the payer said")
    take_changed_visits(at=AT)
    assert (state(claim), EditRun.objects.count()) == ("HELD", 1)
    ask_by_hand(claim, CoverageStatus.ACTIVE, DAY, at=AT + datetime.timedelta(hours=1))
    take_changed_visits(at=AT)
    assert state(claim) == "READY"


def test_what_the_payer_said_of_another_time_or_left_open_holds_nothing(providers):
    claim = make_claim(providers)
    ask_by_hand(claim, CoverageStatus.INACTIVE, DAY - datetime.timedelta(31))
    ask_by_hand(claim, CoverageStatus.UNDETERMINED, DAY)
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), "E049" in run.unchecked) == ("READY", True)


@pytest.mark.parametrize(
    ("covers", "words"),
    [
        ({"authorization_to_on": DAY - datetime.timedelta(1)}, "Authorization AUTH7 does not cover the day"),
        ({"authorization_units": 2}, "has 0 units left, and the claim bills 1."),
    ],
    ids=["span", "units"],
)
def test_what_the_payer_did_not_authorize_waits_until_the_visit_says_otherwise(providers, covers, words):
    first = make_claim(providers, authorization_number="AUTH7", code="99214")
    Charge.objects.filter(encounter_id=first.encounter_id).update(units=2)
    claim = make_claim(providers, mrn="MRN2", authorization_number="AUTH7", **covers)
    for row in (first, first.encounter):
        type(row).objects.filter(id=row.id).update(patient_id=claim.patient_id)
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("HELD", ["E059"])
    assert words in run.results[0]["message"]
    Encounter.objects.filter(id=claim.encounter_id).update(
        authorization_to_on=DAY, authorization_units=3, billing_state="CHANGED"
    )
    OutboxMessage.objects.all().delete()
    take_changed_visits(at=AT)
    run_edits(**OutboxMessage.objects.get(name="claims.run_edits").arguments)
    assert (state(claim), ClaimVersion.objects.filter(claim=claim).count()) == ("READY", 1)


@pytest.mark.parametrize(
    ("enrolled", "outcome"),
    [("Riverside Clinic LLC", ["E021"]), ("RIVERSIDE  CLINIC.", []), ("", None)],
    ids=["another", "the-same", "unknown"],
)
def test_a_claim_under_another_name_than_the_payer_enrolled_is_warned_of(providers, enrolled, outcome):
    claim = make_claim(providers)
    add_enrolment(
        provider=providers[0],
        payer=claim.payer,
        transaction_kind="837P",
        enrolled_name=enrolled,
        at=AT,
    )
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert state(claim) == "READY"
    assert "E021" in run.unchecked if outcome is None else [one["rule_id"] for one in run.results] == outcome


def test_what_the_payer_wants_authorized_waits_for_a_number(providers, admin_person):
    claim = make_claim(providers)
    address = admin_person.at(f"reference/payers/{claim.payer_id}/edit/")
    form = admin_person.get(address).context["form"]
    values = {name: value for name, value in form.initial.items() if value} | {"version": 1}
    wrong = admin_person.post(address, values | {"authorized_services": "99213, KNEE 7055"})
    assert wrong.status_code == 422
    assert "70551 or J1100: 7055, KNEE." in wrong.content.decode()
    typed = {"authorized_services": "99213; j1100,\n99213 70551"}
    page = admin_person.post(address, values | typed, follow=True).content.decode()
    assert "70551, 99213, J1100" in page
    told = admin_person.get(f"/api/v1/payers/{claim.payer_id}/").json()
    assert told["authorized_services"] == ["70551", "99213", "J1100"]
    assert "70551, 99213, J1100</textarea>" in admin_person.get(address).content.decode()
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("HELD", ["E058"])
    Encounter.objects.filter(id=claim.encounter_id).update(authorization_number="AUTH7")
    rebuild_claim(claim_id=claim.id, at=AT)
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("READY", [])
    other = make_claim(providers, mrn="MRN2", code="99214")
    (run,) = run_edits_for(claim_ids=[other.id], at=AT)
    assert (run.blocked_by, "E058" in run.unchecked) == ([], False)


def test_a_provider_the_payer_has_not_credentialed_waits(providers, admin_person):
    claim = make_claim(providers)
    address = admin_person.at(f"reference/payers/{claim.payer_id}/")
    told = {"provider": providers[1].id, "starts_on": "2025-01-01", "stops_on": "2026-03-01"}
    wrong = admin_person.post(f"{address}providers/", told | {"stops_on": "2024-12-31"})
    assert (wrong.status_code, "cannot end before" in wrong.content.decode()) == (422, True)
    assert admin_person.post(f"{address}providers/", told).status_code == 302
    page = admin_person.get(address).content.decode()
    assert 'aria-label="Remove Okafor, Ngozi from January 1, 2025"' in page and "March 1, 2026" in page
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("HELD", ["E034"])
    take_changed_visits(at=timezone.now())
    judged = EditRun.objects.count()
    take_changed_visits(at=timezone.now())
    assert (state(claim), EditRun.objects.count()) == ("HELD", judged)
    admin_person.post(f"{address}providers/", told | {"stops_on": ""})
    take_changed_visits(at=timezone.now())
    assert (state(claim), EditRun.objects.count()) == ("READY", judged + 1)
    kept = Credentialing.objects.get()
    (told,) = admin_person.get(f"/api/v1/payers/{claim.payer_id}/").json()["credentialings"]
    assert (told["provider_id"], told["stops_on"]) == (str(providers[1].id), None)
    admin_person.post(f"{address}providers/{kept.id}/remove/")
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (run.is_clean, "E034" in run.unchecked) == (True, True)


def test_a_protected_visit_waits_for_consent(providers):
    claim = make_claim(providers)
    Encounter.objects.filter(id=claim.encounter_id).update(is_sensitive=True)
    (run,) = run_edits_for(claim_ids=[claim.id], at=AT)
    assert (state(claim), run.blocked_by) == ("HELD", ["E121"])
    with pytest.raises(CannotLetPass):
        let_pass(claim_id=claim.id, rule_id="E121", reason="In a hurry", at=AT)
    Consent(patient_id=claim.patient_id, recipients="All payers", starts_on=DAY, how="On paper").save()
    run_edits_for(claim_ids=[claim.id], at=AT)
    assert state(claim) == "READY"


@pytest.mark.parametrize(
    ("scope", "outcome"),
    [
        ({}, "READY"),
        ({"claim_kind": "INSTITUTIONAL"}, "EDITING_FAILED"),
        ({"stops_on": DAY - datetime.timedelta(1)}, "EDITING_FAILED"),
    ],
)
def test_a_practice_grades_a_rule_for_some_claims_and_a_time(providers, scope, outcome):
    Provider.objects.filter(id=providers[0].id).update(address_line="PO Box 7")
    setting = {"starts_on": datetime.date(2026, 1, 1), "note": "Our payers take it"} | scope
    EditSetting(rule_id="E022", severity="warn", **setting).save()
    claim = make_claim(providers)
    run_edits_for(claim_ids=[claim.id], at=AT)
    assert state(claim) == outcome


def test_a_batch_takes_the_same_number_of_queries_as_one_claim(providers):
    claims = [make_claim(providers, mrn=f"MRN{number}") for number in range(5)]
    with CaptureQueriesContext(
        connection,
    ) as alone:
        run_edits_for(claim_ids=[claims[0].id], at=AT)
    with CaptureQueriesContext(connection) as together:
        run_edits_for(claim_ids=[one.id for one in claims[1:]], at=AT)
    assert len(together) == len(alone)


def test_what_was_found_is_never_changed(providers):
    claim = make_claim(providers)
    run_edits_for(claim_ids=[claim.id], at=AT)
    with pytest.raises(DatabaseError), transaction.atomic():
        EditRun.objects.update(is_clean=False)
    assert ClaimVersion.objects.get(claim=claim).edit_runs.get().is_clean


def test_the_page_of_the_claim_names_what_stops_it(providers, biller):
    Provider.objects.filter(id=providers[0].id).update(address_line="PO Box 7")
    claim = make_claim(providers)
    run_edits_for(claim_ids=[claim.id], at=AT)
    page = biller.get(biller.at(f"claims/{claim.id}/versions/")).content.decode()
    assert "Edits stop this claim" in page
    assert f", by catalogue {RELEASE}; " in page
    assert "2010AA N301" in page and "is a post box; payers ask for a street." in page
