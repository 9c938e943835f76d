"""Claims read, and files of claims sent, by another program."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from tenancy.scope import organization_scope
from tests.factories.claims import Person, SentClaim, file_837, make_claim, make_claims

URL = "/api/v1/claims/"


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        return make_claim("A1001", person=Person(mrn="R1"))


def test_a_claim_with_its_lines_versions_and_money(claim, biller, reader, stranger):
    answer = biller.get(f"{URL}{claim.pk}/").json()
    assert answer["claim"]["patient_control_number"] == "A1001"
    assert answer["balance"]["insurance_cents"] == 165_00
    assert [one["balance"]["charged_cents"] for one in answer["lines"]] == [125_00, 40_00]
    assert [one["number"] for one in answer["versions"]] == [1]
    assert "snapshot" not in answer["versions"][0]
    for who, status in ((reader, 200), (stranger, 404)):
        assert who.get(f"{URL}{claim.pk}/").status_code == status


def test_lists_are_paged_filtered_and_scoped(practice, claim, biller, stranger):
    with organization_scope(practice.pk):
        make_claims(5)
    page = biller.get(URL, {"page_size": 4}).json()
    assert len(page["results"]) == 4
    assert len(biller.get(page["next"]).json()["results"]) == 2
    found = biller.get(URL, {"patient_control_number": "A1001"}).json()["results"]
    assert [one["id"] for one in found] == [str(claim.pk)]
    assert biller.get(URL, {"adjudication_state": "DENIED"}).json()["results"] == []
    assert biller.get(URL, {"adjudication_state": "NONSENSE"}).status_code == 400
    assert stranger.get(URL).json()["results"] == []


def test_a_file_is_sent_and_its_result_asked_for(practice, biller, reader, stranger, run_jobs):
    upload = SimpleUploadedFile("claims.837", file_837(SentClaim()))
    answer = biller.post(f"{URL}imports/", {"file": upload})
    assert answer.status_code == 202
    where = f"{URL}imports/{answer.json()['file_id']}/"
    assert biller.get(where).status_code == 404
    run_jobs()
    result = biller.get(where).json()
    assert (result["state"], result["claims_created"]) == ("IMPORTED", 1)
    assert reader.get(where).status_code == 403
    assert stranger.get(where).status_code == 404


def test_a_bad_file_says_so_at_once(biller):
    upload = SimpleUploadedFile("page.html", b"<!DOCTYPE html><html></html>")
    answer = biller.post(f"{URL}imports/", {"file": upload})
    assert answer.status_code == 202
    assert answer.json()["state"] == "REFUSED"
    assert "web page" in answer.json()["message"]
