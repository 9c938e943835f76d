"""Programs read where a claim stands and move the tickets of those that went missing."""

import datetime

import pytest
from django.utils import timezone

from claims.models import Claim
from claims.services import find_silent_claims
from tenancy.scope import organization_scope
from tests.factories.claims import make_claim
from workbench.models import WorkItem

URL = "/api/v1/claims/tickets/"
NOW = timezone.now()


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        return make_claim("A1001")


@pytest.fixture
def ticket(practice, claim):
    with organization_scope(practice.pk):
        find_silent_claims(at=NOW + datetime.timedelta(days=400))
        return WorkItem.objects.get(kind="NO_RESPONSE")


def send(who, path, **body):
    return who.post(path, body, content_type="application/json")


def test_where_a_claim_stands(claim, biller, stranger):
    path = f"/api/v1/claims/{claim.pk}/status/"
    standing = biller.get(path).json()
    assert (standing["submission_state"], standing["is_stuck"]) == ("TRANSMITTED", False)
    assert (standing["last_word"], standing["proof"], standing["ticket_id"]) == (None, None, None)
    usual = standing["usual"]
    assert (usual["basis"], usual["sample_size"], usual["days"]) == ("FALLBACK", 0, 45)
    assert "too few to measure" in usual["words"]
    assert stranger.get(path).status_code == 404


def test_a_ticket_goes_from_billing_to_support_and_is_resolved(claim, ticket, biller, reader, stranger):
    assert biller.get(f"/api/v1/claims/{claim.pk}/status/").json()["ticket_id"] == str(ticket.pk)
    (listed,) = biller.get(URL, {"side": "BILLING", "is_open": "true"}).json()["results"]
    assert (listed["id"], listed["side"], listed["category"]) == (str(ticket.pk), "BILLING", "SILENT")
    assert biller.get(URL, {"side": "SUPPORT"}).json()["results"] == []
    assert stranger.get(URL).json()["results"] == []
    path = f"{URL}{ticket.pk}/"
    body = {"reason": "The clearinghouse has it, the payer says no", "version": listed["version"]}
    assert send(reader, f"{path}hand-over/", **body).status_code == 403
    assert send(stranger, f"{path}hand-over/", **body).status_code == 404
    assert send(biller, f"{path}hand-over/").status_code == 400
    moved = send(biller, f"{path}hand-over/", **body)
    assert moved.status_code == 200
    assert biller.get(path).json()["side"] == "SUPPORT"
    assert moved.json()["due_on"] == str(timezone.localdate() + datetime.timedelta(days=5))
    assert send(biller, f"{path}hand-over/", **body).status_code == 409
    closed = send(biller, f"{path}close/", outcome="RESOLVED", reason="The payer found it")
    assert (closed.status_code, closed.json()["state"]) == (200, "DONE")


def test_a_lost_claim_is_sent_again(practice, claim, ticket, biller, reader):
    path = f"{URL}{ticket.pk}/send-again/"
    assert send(reader, path).status_code == 403
    assert send(biller, path).status_code == 200
    assert send(biller, path).status_code == 409
    with organization_scope(practice.pk):
        assert Claim.objects.get().submission_state == "DRAFT"
        assert not WorkItem.objects.get(id=ticket.pk).is_open
