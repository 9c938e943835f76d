"""A claim is built again, corrected and voided by a person who sees beforehand what the payer will read."""

import datetime
import uuid

import pytest

from claims.models import Claim, ClaimLine, ClaimVersion, EditRun
from claims.rules.snapshot import claim_of
from claims.rules.states import Evidence
from claims.services import Said, move_claims
from patients.models import Encounter
from reference.models import Payer
from tenancy.scope import organization_scope
from tests.factories.billing import make_claim, make_providers, make_visit

AT = datetime.datetime(2026, 3, 10, 9, tzinfo=datetime.UTC)
TAKEN_IN = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.PAYER_ACCEPTED)


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        return make_claim(make_providers())


@pytest.fixture
def decided(claim, practice):
    with organization_scope(practice.pk):
        move_claims([Said(claim.id, one, AT) for one in (*TAKEN_IN, Evidence.ADJUDICATED)])
        Claim.objects.filter(id=claim.id).update(payer_control_number="ICN1")
    return claim


def change_visit(practice, claim, **values):
    with organization_scope(practice.pk):
        Encounter.objects.filter(id=claim.encounter_id).update(**values)


def newest(practice, claim):
    with organization_scope(practice.pk):
        return ClaimVersion.objects.filter(claim=claim).latest("number")


def test_a_claim_that_nobody_took_in_is_built_again(biller, practice, claim):
    path = biller.at(f"claims/{claim.pk}/edits/rebuild/")
    refused = biller.post(path)
    assert refused.status_code == 409
    assert "Nothing on file has changed" in refused.content.decode()
    change_visit(practice, claim, authorization_number="AUTH7")
    answer = biller.post(path, follow=True)
    version = newest(practice, claim)
    assert (version.number, version.frequency) == (2, "1")
    with organization_scope(practice.pk):
        assert EditRun.objects.filter(version=version).exists()
    assert answer.redirect_chain[-1][0] == biller.at(f"claims/{claim.pk}/edits/")


def test_a_corrected_claim_is_seen_sent_and_ready(biller, practice, decided, run_jobs):
    path = biller.at(f"claims/{decided.pk}/correct/")
    assert "Nothing has changed since the claim was sent" in biller.get(path).content.decode()
    change_visit(practice, decided, authorization_number="AUTH7")
    page = biller.get(path).content.decode()
    for told in ("REF*G1*AUTH7", "REF*F8*ICN1", "<ins>7</ins>"):
        assert told in page
    assert biller.post(path, {"reason": "", "version": 1}).status_code == 422
    assert biller.post(path, {"reason": "Late", "version": 7}).status_code == 409
    answer = biller.post(path, {"reason": "The authorization came late", "version": 1}, follow=True)
    assert "The authorization came late" in answer.content.decode()
    version = newest(practice, decided)
    assert (version.number, version.frequency, version.prior_payer_control_number) == (2, "7", "ICN1")
    run_jobs()
    with organization_scope(practice.pk):
        decided.refresh_from_db()
        assert decided.submission_state == "READY"
    assert "REF*F8*ICN1" in biller.get(biller.at(f"claims/{decided.pk}/x12/")).content.decode()
    change_visit(practice, decided, authorization_number="AUTH8")
    biller.post(biller.at(f"claims/{decided.pk}/edits/rebuild/"))
    again = newest(practice, decided)
    assert (again.number, again.frequency, again.prior_payer_control_number) == (3, "7", "ICN1")


def test_a_void_repeats_what_was_sent(biller, practice, decided):
    change_visit(practice, decided, authorization_number="CHANGED")
    path = biller.at(f"claims/{decided.pk}/void/")
    assert "CHANGED" not in biller.get(path).content.decode()
    assert biller.post(path, {"reason": "Wrong patient", "version": 1}).status_code == 302
    version = newest(practice, decided)
    content = claim_of(version.snapshot)
    assert (content.frequency_code, content.payer_control_number, content.authorization_number) == (
        "8", "ICN1", "",
    )  # fmt: skip
    with organization_scope(practice.pk):
        lines = ClaimLine.objects.filter(claim=decided).order_by("version__number")
        assert len({line.charge_id for line in lines}) == 1 and lines.count() == 2


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"payer_control_number": ""}, "number of this claim is not known"),
        ({"submission_state": "VOIDED"}, "nothing left to correct"),
        ({"submission_state": "BATCHED"}, "on its way"),
    ],
    ids=["number", "voided", "under-way"],
)
def test_what_cannot_be_corrected_says_so(biller, practice, decided, values, words):
    with organization_scope(practice.pk):
        Claim.objects.filter(id=decided.id).update(**values)
    path = biller.at(f"claims/{decided.pk}/correct/")
    assert words in biller.get(path).content.decode()
    assert biller.post(path, {"reason": "Because", "version": 1}).status_code == 409


def test_a_payer_that_takes_no_replacements_is_named(biller, practice, decided):
    with organization_scope(practice.pk):
        Payer.objects.filter(id=decided.payer_id).update(accepts_replacement=False)
    assert "takes no replacements" in biller.get(biller.at(f"claims/{decided.pk}/correct/")).content.decode()


def test_only_who_may_build_does(practice, decided, biller, reader, stranger):
    for rest in ("edits/rebuild/", "correct/", "void/"):
        path = f"claims/{decided.pk}/{rest}"
        form = {"reason": "Because", "version": 1}
        assert reader.post(reader.at(path), form).status_code == 403
        assert stranger.post(biller.at(path), form).status_code == 404
        assert stranger.post(stranger.at(path), form).status_code == 404
    page = reader.get(reader.at(f"claims/{decided.pk}/")).content.decode()
    assert "Send a corrected claim" not in page


def test_a_program_assembles_corrects_and_voids(practice, biller, reader, stranger):
    with organization_scope(practice.pk):
        visit = make_visit(make_providers())
    url, asked = "/api/v1/claims/", {"encounter_id": str(visit.pk), "with_x12": True}

    def send(who, path, body):
        return who.post(path, body, content_type="application/json")

    assert send(reader, url, asked).status_code == 403
    assert send(stranger, url, asked).status_code == 404
    made = send(biller, url, asked)
    assert made.status_code == 201
    assert "CLM*C000001*125***11:B:1" in made.json()["x12"]
    assert send(biller, url, asked).status_code == 200
    claim = uuid.UUID(made.json()["claim"]["id"])
    assert send(biller, f"{url}{claim}/rebuild/", {}).status_code == 200
    refused = send(biller, f"{url}{claim}/correct/", {"reason": "Late", "version": 1})
    assert refused.status_code == 409 and "not known" in refused.json()["detail"]
    with organization_scope(practice.pk):
        move_claims([Said(claim, one, AT) for one in TAKEN_IN])
        Claim.objects.filter(id=claim).update(payer_control_number="ICN1")
    body = {"reason": "Wrong patient", "version": 1, "with_x12": True}
    assert send(biller, f"{url}{claim}/void/", body | {"version": 9}).status_code == 409
    assert "11:B:8" in send(biller, f"{url}{claim}/void/", body).json()["x12"]
    assert send(stranger, f"{url}{claim}/void/", body).status_code == 404
