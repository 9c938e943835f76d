"""Visits that are to become claims, many at once, and what changes at a visit after it was billed."""

import datetime

import pytest

from claims.models import Claim, ClaimVersion, EditRun, Submission
from claims.rules.snapshot import claim_of
from claims.rules.states import Evidence
from claims.selectors.editing import latest_run
from claims.services import Said, move_claims, send_ready, take_changed_visits
from patients.models import Charge, Encounter, EncounterHold
from reference.models import Provider
from tenancy.scope import organization_scope
from tests.factories.billing import AT, make_providers, make_visit
from tests.factories.claims import SentClaim, import_claims
from workbench.models import ExportFile

DAY = datetime.date(2026, 3, 2)


@pytest.fixture
def visits(practice):
    """One ready, one still being entered, one held."""
    with organization_scope(practice.pk):
        providers = make_providers()
        return [
            make_visit(
                providers, mrn=f"V{number}", on=DAY + datetime.timedelta(number), cents=100_00 + number
            )
            for number in range(3)
        ]


def state(practice, visit):
    with organization_scope(practice.pk):
        return Encounter.objects.get(id=visit.id).billing_state


def listed(client, query=""):
    page = client.get(client.at(f"claims/visits/{query}"))
    assert page.status_code == 200, page.content
    return [row.known.visit.id for row in page.context["rows"]]


def act(client, visit, verb, **form):
    return client.post(client.at(f"patients/encounters/{visit.pk}/{verb}/"), form)


def test_what_is_not_billed_is_listed_the_oldest_first(biller, practice, visits):
    act(biller, visits[0], "ready")
    act(biller, visits[2], "hold", reason="CODING")
    with organization_scope(practice.pk):
        import_claims(SentClaim("IMPORTED"))
    assert listed(biller) == [one.id for one in visits]
    assert listed(biller, "?sort=-service") == [one.id for one in reversed(visits)]
    assert listed(biller, "?state=READY") == [visits[0].id]
    assert listed(biller, "?state=HELD&state=OPEN") == [visits[1].id, visits[2].id]
    assert listed(biller, f"?from_on={DAY + datetime.timedelta(2)}") == [visits[2].id]
    page = biller.get(biller.at("claims/visits/"))
    assert "Coding question" in page.content.decode() and "$100.02" in page.content.decode()
    counts = biller.get(page.context["counts_url"]).content.decode()
    assert "<b>3</b> items" in counts and "$300.03" in counts and "Ready to bill" in counts
    act(biller, visits[1], "cancel", version=visits[1].version)
    assert listed(biller) == [visits[0].id, visits[2].id]


def test_claims_of_many_visits_are_made_at_once_and_what_cannot_be_says_why(
    biller, practice, visits, run_jobs
):
    act(biller, visits[2], "hold", reason="CODING")
    with organization_scope(practice.pk):
        Encounter.objects.filter(id=visits[1].id).update(billing_provider=None, rendering_provider=None)
    path, chosen = biller.at("claims/visits/bill/"), {"item": [str(one.id) for one in visits]}
    asked = biller.post(path, chosen, headers={"HX-Request": "true"}).content.decode()
    assert "2 claims will be made" in asked and "1 visit on hold is left as it is" in asked
    with organization_scope(practice.pk):
        assert not Claim.objects.exists()
    told = biller.post(path, {**chosen, "confirmed": "yes"}, headers={"HX-Request": "true"})
    assert "worklist:changed" in told.headers["HX-Trigger"]
    words = told.content.decode()
    assert "1 claim made" in words and "names nobody who bills" in words and "on hold" in words
    run_jobs()
    with organization_scope(practice.pk):
        assert EditRun.objects.filter(version__claim=Claim.objects.get()).exists()
    assert listed(biller) == [visits[1].id, visits[2].id]
    again = biller.post(path, {"item": [str(visits[0].id)]}).content.decode()
    assert "Tick visits" in again


def test_all_that_match_are_billed_by_a_job_with_a_line_each(biller, practice, visits, run_jobs, reader):
    act(biller, visits[2], "hold", reason="CODING")
    with organization_scope(practice.pk):
        Encounter.objects.filter(id=visits[1].id).update(billing_provider=None, rendering_provider=None)
    path = biller.at("claims/visits/bill/")
    everything = {"everything": "3", "filter": "", "item": [str(visits[0].id)]}
    asked = biller.post(path, everything, headers={"HX-Request": "true"})
    words = asked.content.decode()
    assert "2 claims will be made" in words and "1 visit on hold is left as it is" in words
    confirmed = everything | {"confirmed": "yes", "form_key": str(asked.context["form_key"])}
    stale = biller.post(path, confirmed | {"everything": "4"})
    assert stale.status_code == 409 and "now it shows 3" in stale.content.decode()
    followed = [biller.post(path, confirmed).url for _ in range(2)]
    assert followed[0] == followed[1]
    polled = biller.get(followed[0], headers={"HX-Request": "true"})
    assert polled.status_code == 200 and "0 of 2" in polled.content.decode()
    run_jobs()
    assert biller.get(followed[0], headers={"HX-Request": "true"}).status_code == 286
    told = biller.get(followed[0]).content.decode()
    assert "1 claim made, 1 not" in told and "names nobody who bills" in told and "C000001" in told
    with organization_scope(practice.pk):
        assert Claim.objects.count() == 1
    assert reader.get(followed[0]).status_code == 403
    filtered = {"everything": "0", "filter": "state=READY", "confirmed": "yes"}
    assert "Tick visits" in biller.post(path, filtered).content.decode()


def test_only_who_makes_claims_makes_them(practice, visits, biller, reader, stranger):
    chosen = {"item": [str(visits[0].id)], "confirmed": "yes"}
    assert reader.post(reader.at("claims/visits/bill/"), chosen).status_code == 403
    assert stranger.post(biller.at("claims/visits/bill/"), chosen).status_code == 404
    assert stranger.post(stranger.at("claims/visits/bill/"), chosen).status_code == 200
    with organization_scope(practice.pk):
        assert not Claim.objects.exists()
    assert listed(reader) == [one.id for one in visits]


def test_what_the_law_protects_stands_in_no_file_before_a_consent(biller, practice, visits, run_jobs):
    def exported(slug):
        biller.post(biller.at(f"work/{slug}/export/"), {"filter": ""})
        run_jobs()
        with organization_scope(practice.pk):
            newest = ExportFile.objects.order_by("-id")[0]
            return bytes(newest.content).decode("utf-8-sig").count("\n") - 1

    biller.post(biller.at(f"claims/of-visit/{visits[0].pk}/bill/"))
    assert (exported("visits"), exported("claims")) == (2, 1)
    for visit in visits[:2]:
        act(biller, visit, "protection", is_sensitive="on")
    assert (exported("visits"), exported("claims")) == (1, 0)
    told = {"recipients": "All payers", "purpose": "Payment", "how": "Signed", "starts_on": "2020-01-01"}
    for visit in visits[:2]:
        act(biller, visit, "consent", **told)
    assert (exported("visits"), exported("claims")) == (2, 1)


# -- after billing -----------------------------------------------------------------------------------------------


@pytest.fixture
def billed(biller, practice, visits):
    biller.post(biller.at(f"claims/of-visit/{visits[0].pk}/bill/"))
    with organization_scope(practice.pk):
        claim = Claim.objects.get()
        move_claims([Said(claim.id, Evidence.EDITS_PASSED, AT)])
    return claim


def add_charge(biller, practice, visit, code="85025"):
    with organization_scope(practice.pk):
        version = Encounter.objects.get(id=visit.id).version
    body = {"procedure_code": code, "amount_cents": 40_00, "diagnosis_pointers": [1], "version": version}
    answer = biller.post(f"/api/v1/encounters/{visit.pk}/charges/", body, content_type="application/json")
    assert answer.status_code == 200, answer.content


def test_a_late_charge_joins_a_claim_that_has_not_left(biller, practice, visits, billed):
    add_charge(biller, practice, visits[0])
    assert state(practice, visits[0]) == "CHANGED"
    part = biller.get(biller.at(f"claims/of-visit/{visits[0].pk}/")).content.decode()
    assert "has changed since its claim was made" in part and "Build the claim again" in part
    with organization_scope(practice.pk):
        send_ready(at=AT)
        assert not Submission.objects.exists()
        take_changed_visits(at=AT)
        take_changed_visits(at=AT)
        version = ClaimVersion.objects.get(claim=billed, number=2)
        assert (version.frequency, len(claim_of(version.snapshot).lines)) == ("1", 2)
        assert ClaimVersion.objects.filter(claim=billed).count() == 2
    assert state(practice, visits[0]) == "BILLED"


def test_a_late_charge_of_a_claim_the_payer_has_leads_to_a_corrected_claim(biller, practice, visits, billed):
    with organization_scope(practice.pk):
        taken_in = (Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_ACCEPTED)
        move_claims([Said(billed.id, one, AT) for one in taken_in])
        Claim.objects.update(payer_control_number="ICN1")
    add_charge(biller, practice, visits[0])
    with organization_scope(practice.pk):
        take_changed_visits(at=AT)
    assert listed(biller, "?state=CHANGED") == [visits[0].id]
    page = biller.get(biller.at(f"claims/of-visit/{visits[0].pk}/")).content.decode()
    assert "The payer has the claim." in page and f"claims/{billed.pk}/correct/" in page
    refused = biller.post(biller.at(f"claims/of-visit/{visits[0].pk}/bill/"))
    assert refused.status_code == 409 and "send a corrected claim" in refused.content.decode()
    sent = biller.post(
        biller.at(f"claims/{billed.pk}/correct/"), {"reason": "A test was entered late", "version": 1}
    )
    assert sent.status_code == 302
    with organization_scope(practice.pk):
        content = claim_of(ClaimVersion.objects.get(claim=billed, number=2).snapshot)
        assert (content.frequency_code, content.payer_control_number, len(content.lines)) == ("7", "ICN1", 2)
    assert listed(biller, "?state=CHANGED") == []


def test_a_change_that_is_taken_back_needs_no_claim(biller, practice, visits, billed):
    with organization_scope(practice.pk):
        move_claims(
            [Said(billed.id, one, AT) for one in (Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_ACCEPTED)]
        )
        Encounter.objects.filter(id=visits[0].id).update(billing_state="CHANGED")
    biller.post(biller.at("claims/visits/bill/"), {"item": [str(visits[0].id)], "confirmed": "yes"})
    assert state(practice, visits[0]) == "BILLED"
    with organization_scope(practice.pk):
        assert ClaimVersion.objects.count() == 1


def test_the_claim_of_a_visit_cancelled_after_billing_withdraws_itself(biller, practice, visits, billed):
    with organization_scope(practice.pk):
        version = Encounter.objects.get(id=visits[0].id).version
    act(biller, visits[0], "cancel", version=version)
    with organization_scope(practice.pk):
        take_changed_visits(at=AT)
        claim = Claim.objects.get()
        assert (claim.submission_state, claim.is_withdrawn) == ("HELD", True)
        send_ready(at=AT)
        assert not Submission.objects.exists()
        assert Charge.objects.filter(state="BILLABLE", encounter=visits[0]).count() == 0
    page = biller.get(biller.at(f"claims/of-visit/{visits[0].pk}/")).content.decode()
    assert "Withdrawn" in page and "Bill it after all" not in page
    assert visits[0].id not in listed(biller)


def test_a_consent_releases_the_claim_it_was_waited_for_and_its_end_stops_it(
    biller, practice, visits, billed, run_jobs
):
    def stands():
        with organization_scope(practice.pk):
            take_changed_visits(at=datetime.datetime.now(datetime.UTC))
            run = EditRun.objects.order_by("-ran_at", "-id").first()
            return Claim.objects.get().submission_state, "E121" in run.blocked_by

    run_jobs()
    act(biller, visits[0], "protection", is_sensitive="on")
    with organization_scope(practice.pk):
        send_ready(at=AT)
        assert not Submission.objects.exists()
        assert not EncounterHold.objects.exists()
    assert stands() == ("HELD", True)
    told = {"recipients": "All payers", "purpose": "Payment", "how": "Signed", "starts_on": "2020-01-01"}
    act(biller, visits[0], "consent", **told)
    after = stands()
    assert after[1] is False and after[0] != "HELD"
    with organization_scope(practice.pk):
        consent = visits[0].patient.consents.get()
    biller.post(biller.at(f"patients/consents/{consent.pk}/revoke/"))
    assert stands() == ("HELD", True)
    act(biller, visits[0], "protection")
    assert stands()[1] is False


def test_a_claim_the_plan_may_not_hear_of_stays_until_the_request_is_taken_back(
    biller, supervisor, practice, visits, billed, run_jobs
):
    def stands():
        with organization_scope(practice.pk):
            take_changed_visits(at=datetime.datetime.now(datetime.UTC))
            return Claim.objects.get().submission_state, latest_run(Claim.objects.get()).blocked_by

    run_jobs()
    assert stands() == ("READY", [])
    act(biller, visits[0], "private", pays_privately="on")
    with organization_scope(practice.pk):
        send_ready(at=AT)
        assert not Submission.objects.exists()
    assert stands() == ("HELD", ["E124"])
    act(biller, visits[0], "protection", is_sensitive="on")
    assert stands() == ("HELD", ["E121", "E124"])
    with organization_scope(practice.pk):
        claim, runs = Claim.objects.get(), EditRun.objects.count()
    assert stands()[0] == "HELD"
    for rule in ("E121", "E124"):
        asked = {"rule": rule, "reason": "In a hurry"}
        answer = supervisor.post(supervisor.at(f"claims/{claim.pk}/edits/pass/"), asked)
        assert (answer.status_code, "cannot be let pass" in answer.content.decode()) == (409, True)
    act(biller, visits[0], "protection")
    assert stands() == ("HELD", ["E124"])
    act(biller, visits[0], "private")
    assert stands() == ("READY", [])
    with organization_scope(practice.pk):
        assert EditRun.objects.count() == runs + 2


def test_a_flagged_claim_whose_form_is_wrong_is_not_judged_over_and_over(practice, biller, visits):
    with organization_scope(practice.pk):
        Provider.objects.filter(kind="ORGANIZATION").update(address_line="PO Box 7")
    biller.post(biller.at(f"claims/of-visit/{visits[0].pk}/bill/"))
    act(biller, visits[0], "private", pays_privately="on")
    with organization_scope(practice.pk):
        for _ in range(3):
            take_changed_visits(at=AT)
        assert (Claim.objects.get().submission_state, EditRun.objects.count()) == ("EDITING_FAILED", 1)


def test_only_who_may_make_claims_is_offered_to(biller, poster):
    offered = biller.get(biller.at("claims/visits/")).context["may_bulk"]
    not_offered = poster.get(poster.at("claims/visits/")).context["may_bulk"]

    assert (offered, not_offered) == (True, False)
