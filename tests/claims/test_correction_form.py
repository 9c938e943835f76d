"""From a claim or its denial to the form that holds what was sent, to what will be sent, to sending it."""

import datetime

import pytest

from claims.models import Claim, ClaimVersion
from claims.rules.states import Evidence
from claims.services import Said, move_claims
from denials.models import Denial
from denials.services import take_facts
from patients.models import Encounter
from tenancy.scope import organization_scope
from tests.claims.test_correcting_imported_claims import entered
from tests.factories.billing import make_claim, make_providers
from tests.factories.era import Era, post

AT = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)
TAKEN_IN = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_ACCEPTED)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        made = make_claim(make_providers(), code="99211", on=datetime.date(2026, 3, 10))
        move_claims([Said(made.id, one, AT) for one in (*TAKEN_IN, Evidence.ADJUDICATED)])
        Claim.objects.update(payer_control_number="ICN1")
        made.refresh_from_db()
        return made


@pytest.fixture
def form_path(biller, claim):
    return f"{biller.at(f'patients/encounters/{claim.encounter_id}/edit/')}?claim={claim.pk}"


def test_a_claim_is_corrected_from_its_page(practice, biller, claim, form_path):
    assert f'href="{form_path}"' in biller.get(biller.at(f"claims/{claim.pk}/")).content.decode()
    form = biller.get(form_path)
    page = form.content.decode()
    assert "Correct the claim" in page and f"claims/{claim.pk}/correcting/" in page
    told = biller.get(biller.at(f"claims/{claim.pk}/correcting/"), headers=HTMX).content.decode()
    assert "frequency 7" in told and "ICN1" in told and "See what would be sent now" not in told
    values = entered(form) | {"charges-0-modifiers": "25", "authorization_number": "AUTH7"}
    assert values["diagnoses"] == "E119, I10" and values["charges-0-procedure_code"] == "99211"
    saved = biller.post(form_path, values)
    assert saved.url == biller.at(f"claims/{claim.pk}/correct/")
    seen = biller.get(saved.url).content.decode()
    for told in ("<ins>AUTH7</ins>", "REF*F8*ICN1", "<del>CLM*", "SV1*HC:99211:25*125*UN*1***1:2"):
        assert told in seen, told
    again = biller.get(biller.at(f"claims/{claim.pk}/correcting/"), headers=HTMX).content.decode()
    assert "See what would be sent now" in again and "AUTH7" in again
    assert biller.post(saved.url, {"reason": "Modifier 25", "version": 1}).status_code == 302
    with organization_scope(practice.pk):
        version = ClaimVersion.objects.get(number=2)
        assert (version.frequency, version.prior_payer_control_number) == ("7", "ICN1")
        assert Encounter.objects.get().billing_state == "BILLED"


def test_what_is_wrong_is_named_in_the_form_and_nothing_is_sent(practice, biller, form_path):
    form = biller.get(form_path)
    wrong = biller.post(form_path, entered(form) | {"charges-0-amount": "none"})
    assert wrong.status_code == 422 and "Correct the claim" in wrong.content.decode()
    assert biller.post(form_path, entered(form)).status_code == 302
    with organization_scope(practice.pk):
        assert ClaimVersion.objects.count() == 1


def test_a_payer_that_takes_no_replacements_is_named_above_the_form(practice, biller, claim):
    with organization_scope(practice.pk):
        type(claim.payer).objects.update(accepts_replacement=False)
    told = biller.get(biller.at(f"claims/{claim.pk}/correcting/"), headers=HTMX).content.decode()
    assert "takes no replacements" in told


def test_only_who_may_build_sees_what_would_be_sent(biller, reader, stranger, claim, form_path):
    path = f"claims/{claim.pk}/correcting/"
    assert biller.get(biller.at(path)).url == biller.at(f"claims/{claim.pk}/correct/")
    assert reader.get(reader.at(path), headers=HTMX).status_code == 403
    assert stranger.get(biller.at(path), headers=HTMX).status_code == 404
    assert stranger.get(stranger.at(path), headers=HTMX).status_code == 404
    assert reader.get(form_path).status_code == 403
    assert stranger.get(form_path).status_code == 404


def test_a_denial_leads_to_the_form(practice, biller, claim, form_path):
    with organization_scope(practice.pk):
        era = Era("T1", payer=("GREAT PLAINS HEALTH", "GP001"))
        who = {"icn": "ICN1", "member": "M1001", "last_name": "RIVERA"}
        post(era.paid(claim.patient_control_number, "125.00 0.00 CO-16=125.00", status="4", **who))
        take_facts(on=AT.date(), at=AT)
        denial = Denial.objects.get()
    page = biller.get(biller.at(f"denials/{denial.pk}/")).content.decode()
    assert f'href="{form_path}"' in page
