"""What keeps a visit from being billed is said, taken away, and leads to a claim."""

import datetime

import pytest

from audit.models import AuditEvent, DomainEvent
from claims.models import Claim, EditRun
from patients.models import Consent, Encounter, EncounterHold
from tenancy.scope import organization_scope
from tests.factories.billing import make_providers, make_visit

DAY = datetime.date(2026, 3, 2)


@pytest.fixture
def visit(practice):
    with organization_scope(practice.pk):
        return make_visit(make_providers())


@pytest.fixture
def at(visit, biller):
    def address(rest=""):
        return biller.at(f"patients/encounters/{visit.pk}/{rest}")

    return address


def standing(practice, visit):
    with organization_scope(practice.pk):
        visit.refresh_from_db()
        return visit.billing_state


def test_a_visit_goes_from_ready_to_a_claim_whose_edits_are_told(biller, practice, visit, at, run_jobs):
    assert biller.post(at("ready/")).status_code == 302
    assert standing(practice, visit) == "READY"
    answer = biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/"))
    run_jobs()
    with organization_scope(practice.pk):
        claim = Claim.objects.get()
        assert EditRun.objects.filter(version__claim=claim).exists()
    assert answer.status_code == 302 and str(claim.pk) in answer.url
    assert standing(practice, visit) == "BILLED"
    part = biller.get(biller.at(f"claims/of-visit/{visit.pk}/"), headers={"HX-Request": "true"})
    assert claim.patient_control_number in part.content.decode()
    assert "Make the claim" not in part.content.decode()


def test_a_held_visit_makes_no_claim_and_says_why(biller, practice, visit, at):
    assert biller.post(at("hold/"), {"reason": "CODING", "note": "Which modifier?"}).status_code == 302
    assert biller.post(at("hold/"), {"reason": "CODING"}).status_code == 409
    assert biller.post(at("hold/"), {"reason": "NO_SUCH"}).status_code == 422
    assert biller.post(at("hold/"), {"reason": "SENSITIVE"}).status_code == 422
    assert "Which modifier?" in biller.get(at()).content.decode()
    refused = biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/"), headers={"HX-Request": "true"})
    assert refused.status_code == 409
    assert "The visit is on hold. Release it first." in refused.content.decode()
    with organization_scope(practice.pk):
        hold = EncounterHold.objects.get()
        assert not Claim.objects.exists()
    biller.post(biller.at(f"patients/holds/{hold.pk}/release/"))
    assert standing(practice, visit) == "OPEN"


def test_a_protected_visit_waits_for_a_consent_in_force(biller, practice, visit, at):
    biller.post(at("protection/"), {"is_sensitive": "on"})
    assert standing(practice, visit) == "HELD"
    with organization_scope(practice.pk):
        hold = EncounterHold.objects.get()
    biller.post(biller.at(f"patients/holds/{hold.pk}/release/"))
    assert standing(practice, visit) == "HELD"
    ended = {"recipients": "All payers", "purpose": "Payment", "how": "Signed", "starts_on": "2020-01-01"}
    wrong = biller.post(at("consent/"), {**ended, "ends_on": "2019-01-01"})
    assert wrong.status_code == 422
    biller.post(at("consent/"), {**ended, "ends_on": "2020-12-31"})
    assert standing(practice, visit) == "HELD"
    biller.post(at("consent/"), ended)
    assert standing(practice, visit) == "OPEN"
    with organization_scope(practice.pk):
        consent = Consent.objects.get(ends_on__isnull=True)
    biller.post(biller.at(f"patients/consents/{consent.pk}/revoke/"))
    assert standing(practice, visit) == "HELD"
    with organization_scope(practice.pk):
        told = DomainEvent.objects.filter(subject_id=consent.pk).order_by("recorded_at", "id")
        assert [(one.name, one.data) for one in told] == [("consent.granted", {}), ("consent.revoked", {})]
    biller.post(at("protection/"))
    assert standing(practice, visit) == "OPEN"


def test_what_the_patient_pays_privately_waits_whatever_consents_stand(biller, practice, visit, at):
    biller.post(at("private/"), {"pays_privately": "on"})
    biller.post(at("private/"), {"pays_privately": "on"})
    assert standing(practice, visit) == "HELD"
    page = biller.get(at()).content.decode()
    assert "asked that the plan be told nothing" in page and "Release it" not in page
    with organization_scope(practice.pk):
        hold = EncounterHold.objects.get()
        flagged = AuditEvent.objects.filter(verb="patients.encounter.flagged", subject_id=visit.pk)
        assert [one.data for one in flagged] == [{"pays_privately": True}]
    agreed = {"recipients": "All payers", "purpose": "Payment", "how": "Signed", "starts_on": "2020-01-01"}
    biller.post(at("consent/"), agreed)
    released = biller.post(biller.at(f"patients/holds/{hold.pk}/release/"), follow=True)
    assert "Take that request back first." in released.content.decode()
    assert biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/")).status_code == 409
    biller.post(at("private/"))
    assert standing(practice, visit) == "OPEN"


def test_what_cannot_become_a_claim_says_so(biller, practice, visit, at):
    with organization_scope(practice.pk):
        Encounter.objects.filter(id=visit.id).update(billing_provider=None, rendering_provider=None)
    answer = biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/"))
    assert answer.status_code == 409
    assert "names nobody who bills" in answer.content.decode()
    biller.post(at("cancel/"), {"version": visit.version})
    assert biller.post(at("hold/"), {"reason": "OTHER"}).status_code == 409
    biller.post(at("ready/"))
    assert standing(practice, visit) == "OPEN"


def test_only_who_may_bill_does(practice, visit, biller, reader, stranger):
    for rest, address in (
        ("ready/", f"patients/encounters/{visit.pk}/"),
        ("hold/", f"patients/encounters/{visit.pk}/"),
        ("protection/", f"patients/encounters/{visit.pk}/"),
        ("private/", f"patients/encounters/{visit.pk}/"),
        ("consent/", f"patients/encounters/{visit.pk}/"),
        ("bill/", f"claims/of-visit/{visit.pk}/"),
    ):
        assert reader.post(reader.at(address + rest)).status_code == 403
        assert stranger.post(biller.at(address + rest)).status_code == 404
        assert stranger.post(stranger.at(address + rest)).status_code == 404
    page = reader.get(reader.at(f"patients/encounters/{visit.pk}/")).content.decode()
    assert "Put on hold" not in page and "Make the claim" not in page
