"""A visit becomes a claim: one claim, one number, a version for each content, and the books untouched by any of it."""

import datetime
from decimal import Decimal

import pytest

from claims.models import Claim, ClaimLine, ClaimVersion
from claims.rules.building import Decision, LineDecision, Taken
from claims.rules.snapshot import claim_of, digest, snapshot_of
from claims.rules.states import Evidence
from claims.services import Said, move_claims
from claims.services.building import CannotBuild, bill_payer, bill_visit, rebuild_claim, replace_claim
from patients.models import Encounter
from patients.services import ChargeDraft, DiagnosisDraft, EncounterDraft, record_encounter
from reference.models import Payer, Provider
from reference.services import create_provider
from tests.factories.patients import by_hand, make_coverage, make_patient, make_payer

DAY = datetime.date(2026, 3, 2)
AT = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)


@pytest.fixture
def visit(in_practice) -> Encounter:
    patient = make_patient(
        mrn="MRN1", address_line="1 Main St", city="Toledo", state="OH", postal_code="43604"
    )
    make_coverage(patient)
    make_coverage(patient, make_payer("Acme Plan", "AC002"), member_id="W2002", rank=2)
    billing = create_provider(
        kind="ORGANIZATION", organization_name="Riverside Clinic", npi="1234567893", tax_id="990000001"
    )
    doctor = create_provider(kind="PERSON", last_name="Okafor", first_name="Ngozi", npi="1760854442")
    charges = (
        ChargeDraft(1, "99213", Decimal(1), 125_00, DAY, diagnosis_pointers="1:2"),
        ChargeDraft(2, "85025", Decimal(1), 40_00, DAY, diagnosis_pointers="1"),
    )
    draft = EncounterDraft(
        patient.id,
        DAY,
        DAY,
        (DiagnosisDraft("E119", "ABK"), DiagnosisDraft("I10")),
        charges,
        payer_id=make_payer().id,
        values={
            "billing_provider_id": billing.id,
            "rendering_provider_id": doctor.id,
            "place_of_service": "11",
        },
    )
    return record_encounter(draft=draft, origin=by_hand())


def test_a_visit_becomes_one_claim_however_often_it_is_billed(visit):
    claim = bill_visit(encounter_id=visit.id, at=AT)
    assert bill_visit(encounter_id=visit.id, at=AT).id == claim.id
    assert (claim.patient_control_number, claim.submission_state, claim.total_cents) == (
        "C000001",
        "DRAFT",
        165_00,
    )
    version = ClaimVersion.objects.get(claim=claim)
    content = claim_of(version.snapshot)
    assert digest(snapshot_of(content)) == version.sha256
    assert [line.line_control_number for line in content.lines] == ["C000001-1", "C000001-2"]
    assert [one.coverage.responsibility_code for one in content.other_coverages] == ["S"]
    assert ClaimLine.objects.filter(version=version).count() == 2
    visit.refresh_from_db()
    assert visit.billing_state == "BILLED"


def test_a_change_is_a_new_version_with_the_same_number(visit):
    claim = bill_visit(encounter_id=visit.id, at=AT)
    assert rebuild_claim(claim_id=claim.id, at=AT) is None
    Encounter.objects.filter(id=visit.id).update(authorization_number="AUTH7")
    version = rebuild_claim(claim_id=claim.id, at=AT)
    assert version is not None
    assert (version.number, version.frequency) == (2, "1")
    assert claim_of(version.snapshot).authorization_number == "AUTH7"
    assert claim_of(version.snapshot).patient_control_number == claim.patient_control_number


def test_what_was_rejected_goes_again_as_an_original(visit):
    claim = bill_visit(encounter_id=visit.id, at=AT)
    sent = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_REJECTED)
    move_claims([Said(claim.id, one, AT) for one in sent])
    Encounter.objects.filter(id=visit.id).update(referral_number="R1")
    version = rebuild_claim(claim_id=claim.id, at=AT)
    assert version is not None and version.frequency == "1"
    assert Claim.objects.get(id=claim.id).submission_state == "DRAFT"


def test_a_claim_that_was_taken_in_is_replaced_not_rebuilt(visit):
    claim = bill_visit(encounter_id=visit.id, at=AT)
    taken_in = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_ACCEPTED)
    move_claims([Said(claim.id, one, AT) for one in taken_in])
    with pytest.raises(CannotBuild, match="replacement"):
        rebuild_claim(claim_id=claim.id, at=AT)
    with pytest.raises(CannotBuild, match="number of this claim is not known"):
        replace_claim(claim_id=claim.id, frequency="7", at=AT)
    Claim.objects.filter(id=claim.id).update(payer_control_number="ICN1")
    with pytest.raises(CannotBuild, match="Nothing has changed"):
        replace_claim(claim_id=claim.id, frequency="7", at=AT)
    Encounter.objects.filter(id=visit.id).update(referral_number="R1")
    version = replace_claim(claim_id=claim.id, frequency="7", at=AT)
    content = claim_of(version.snapshot)
    assert (content.frequency_code, content.payer_control_number) == ("7", "ICN1")


def test_a_payer_that_takes_no_replacements_gets_none(visit):
    claim = bill_visit(encounter_id=visit.id, at=AT)
    Claim.objects.filter(id=claim.id).update(payer_control_number="ICN1")
    Payer.objects.filter(id=claim.payer_id).update(accepts_replacement=False)
    with pytest.raises(CannotBuild, match="takes no replacements"):
        replace_claim(claim_id=claim.id, frequency="7", at=AT)


def test_the_next_payer_is_told_what_the_first_decided(visit):
    claim = bill_visit(encounter_id=visit.id, at=AT)
    taken = (Taken("CO", "45", 45_00), Taken("PR", "2", 16_00))
    lines = (
        LineDecision(1, 64_00, Decimal(1), taken),
        LineDecision(2, 0, Decimal(1), (Taken("CO", "97", 40_00),)),
    )
    decided = {1: Decision(DAY, 64_00, "ICN1", lines=lines)}
    version = bill_payer(claim_id=claim.id, rank=2, decisions=decided, at=AT)
    assert version is not None
    content = claim_of(version.snapshot)
    assert content.coverage is not None and content.coverage.responsibility_code == "S"
    for line in content.lines:
        (decision,) = line.adjudications
        assert decision.paid_amount + sum(one.amount for one in decision.adjustments) == line.charge_amount
    assert bill_payer(claim_id=claim.id, rank=2, decisions=decided, at=AT) is None


def test_a_visit_without_coverage_or_biller_says_so(visit):
    Encounter.objects.filter(id=visit.id).update(billing_provider=None, rendering_provider=None)
    with pytest.raises(CannotBuild, match="nobody who bills"):
        bill_visit(encounter_id=visit.id, at=AT)
    assert Claim.objects.count() == 0
    assert Provider.objects.count() == 2
