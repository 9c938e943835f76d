"""A claim no payer has is withdrawn: the patient owes its charges, and nobody works it any more."""

import pytest

from audit.models import DomainEvent
from claims.models import Claim, EditRun, Submission
from claims.rules.states import Evidence
from claims.services import Said, move_claims, send_ready, take_changed_visits
from ledger.selectors import charge_balances
from patients.models import Charge
from tenancy.scope import organization_scope
from tests.factories.billing import AT, make_providers, make_visit
from tests.factories.claims import SentClaim, import_claims
from workbench.models import WorkItem

REASON = {"reason": "The patient pays for it", "version": 1}


@pytest.fixture
def visit(practice):
    with organization_scope(practice.pk):
        return make_visit(make_providers())


@pytest.fixture
def claim(biller, practice, visit, run_jobs):
    biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/"))
    run_jobs()
    with organization_scope(practice.pk):
        return Claim.objects.get()


def stands(practice, claim):
    with organization_scope(practice.pk):
        claim.refresh_from_db()
        return claim.submission_state, claim.is_withdrawn, claim.responsibility


def owed(practice, visit):
    """By the plan and by the patient."""
    with organization_scope(practice.pk):
        balances = charge_balances(Charge.objects.filter(encounter=visit).values_list("id", flat=True))
    totals = [(one.insurance_cents, one.patient_cents) for one in balances.values()]
    return tuple(map(sum, zip(*totals, strict=True)))


def items(practice, kind):
    with organization_scope(practice.pk):
        return WorkItem.objects.filter(kind=kind, is_open=True).count()


def withdraw(client, claim, **more):
    return client.post(client.at(f"claims/{claim.pk}/withdraw/"), REASON | more)


def let_the_plan_pay(client, visit):
    path = client.at(f"patients/encounters/{visit.pk}/edit/")
    page = client.get(path)
    form = {name: str(value) for name, value in page.context["form"].initial.items() if value} | {
        "owed_by": "1", "charges-TOTAL_FORMS": "1", "charges-INITIAL_FORMS": "0", "charges-0-line_number": "1",
        "charges-0-procedure_code": "99213", "charges-0-amount": "125", "charges-0-units": "1",
        "charges-0-diagnosis_pointers": "1:2",
    }  # fmt: skip
    answer = client.post(path, form)
    assert answer.status_code == 302, answer.context["form"].errors


def listed(client):
    return [row.known.visit.id for row in client.get(client.at("claims/visits/")).context["rows"]]


def test_what_the_patient_pays_privately_is_withdrawn_from_its_queue(
    biller, practice, visit, claim, run_jobs
):
    biller.post(biller.at(f"patients/encounters/{visit.pk}/private/"), {"pays_privately": "on"})
    with organization_scope(practice.pk):
        take_changed_visits(at=AT)
    assert (stands(practice, claim)[0], items(practice, "CLAIM_EDITS")) == ("HELD", 1)
    charged = owed(practice, visit)
    page = biller.get(biller.at(f"claims/{claim.pk}/withdraw/")).content.decode()
    assert f"${charged[0] / 100:,.2f}" in page
    assert withdraw(biller, claim, reason="").status_code == 422
    assert withdraw(biller, claim, version=7).status_code == 409
    told = withdraw(biller, claim)
    assert told.status_code == 302
    assert stands(practice, claim) == ("HELD", True, "NONE")
    assert owed(practice, visit) == (0, charged[0])
    assert (items(practice, "CLAIM_EDITS"), listed(biller)) == (0, [])
    shown = biller.get(biller.at(f"claims/{claim.pk}/")).content.decode()
    assert "The patient pays for it" in shown and "Build again" not in shown
    assert withdraw(biller, claim).status_code == 409
    with organization_scope(practice.pk):
        runs = EditRun.objects.count()
        take_changed_visits(at=AT)
        send_ready(at=AT)
        assert (EditRun.objects.count(), Submission.objects.count()) == (runs, 0)
        assert DomainEvent.objects.filter(name="claim.withdrawn").count() == 1


def test_a_visit_billed_after_all_takes_its_claim_up_again(biller, practice, visit, claim, run_jobs):
    charged = owed(practice, visit)
    with organization_scope(practice.pk):
        Charge.objects.update(price_source="API")
    assert stands(practice, claim)[0] == "READY"
    withdraw(biller, claim)
    at_visit = biller.at(f"claims/of-visit/{visit.pk}/")
    assert "Bill it after all" not in biller.get(at_visit).content.decode()
    assert "patient pays" in biller.get(biller.at(f"patients/encounters/{visit.pk}/")).content.decode()
    told = biller.post(biller.at(f"patients/encounters/{visit.pk}/ready/"), follow=True).content.decode()
    assert "no plan is billed" in told
    refused = biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/"))
    assert (refused.status_code, "no billable charge" in refused.content.decode()) == (409, True)
    assert stands(practice, claim) == ("HELD", True, "NONE")
    let_the_plan_pay(biller, visit)
    assert owed(practice, visit) == charged
    with organization_scope(practice.pk):
        assert {one.price_source for one in Charge.objects.filter(encounter=visit)} == {"API"}
    assert listed(biller) == [visit.id]
    assert "Bill it after all" in biller.get(at_visit).content.decode()
    biller.post(biller.at(f"claims/of-visit/{visit.pk}/bill/"))
    run_jobs()
    assert stands(practice, claim) == ("READY", False, "INSURANCE_PRIMARY")
    with organization_scope(practice.pk):
        assert Claim.objects.count() == 1 and claim.closed_on is None


def test_a_rejected_claim_is_withdrawn_with_its_work(biller, practice, visit, claim):
    with organization_scope(practice.pk):
        move_claims(
            [Said(claim.id, one, AT) for one in (Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_REJECTED)]
        )
    assert withdraw(biller, claim).status_code == 302
    assert stands(practice, claim) == ("PAYER_REJECTED", True, "NONE")
    page = biller.get(biller.at(f"claims/{claim.pk}/"))
    assert "Withdrawn" in page.content.decode()


@pytest.mark.parametrize(
    "state", ["BATCHED", "SEND_FAILED", "TRANSMITTED", "PAYER_ACCEPTED", "STUCK", "VOIDED"]
)
def test_what_a_payer_has_or_may_have_stays(biller, practice, claim, state):
    with organization_scope(practice.pk):
        Claim.objects.filter(id=claim.id).update(submission_state=state)
    assert "Withdraw <kbd>" not in biller.get(biller.at(f"claims/{claim.pk}/")).content.decode()
    assert withdraw(biller, claim).status_code == 409
    assert stands(practice, claim)[1] is False


def test_what_another_system_has_sent_stays(biller, practice):
    with organization_scope(practice.pk):
        import_claims(SentClaim("IMPORTED"))
        sent = Claim.objects.get()
        Claim.objects.filter(id=sent.id).update(submission_state="EDITING_FAILED")
    assert withdraw(biller, sent).status_code == 409


def test_only_who_may_make_claims_withdraws_them(practice, claim, biller, reader, stranger):
    assert withdraw(reader, claim).status_code == 403
    assert stranger.post(biller.at(f"claims/{claim.pk}/withdraw/"), REASON).status_code == 404
    assert withdraw(stranger, claim).status_code == 404
    assert "Withdraw" not in reader.get(reader.at(f"claims/{claim.pk}/")).content.decode()
    url = f"/api/v1/claims/{claim.pk}/withdraw/"
    for who, status in ((reader, 403), (stranger, 404), (biller, 200), (biller, 409)):
        answer = who.post(url, REASON, content_type="application/json")
        assert answer.status_code == status
    assert stands(practice, claim)[1] is True
