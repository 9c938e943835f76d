"""The same verbs for programs, under the same rights."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from claims.models import Claim
from remittances.models import Remittance
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, ingest
from tests.remittances.test_bad_input import GOOD, QUARANTINED, REFUSED, UNBALANCED

API = "/api/v1/remittances/"


@pytest.fixture
def ready(practice):
    with organization_scope(practice.pk):
        claim("C1", "150.00")
        claim("C2", "80.00", last_name="ROE")
        ingest(
            Era()
            .paid("C1", "150.00 100.00 CO-45=50.00")
            .paid("X9", "80.00 60.00 CO-45=20.00", last_name="ROE")
        )
        return Remittance.objects.get()


def test_reading(reader, ready):
    [row] = reader.get(API, {"state": "READY"}).json()["results"]
    assert (row["trace_number"], row["payment_cents"]) == ("T1", 16_000)
    assert reader.get(f"{API}{ready.id}/").json()["provider_adjustments"] == []
    payments = reader.get(f"{API}payments/", {"remittance": str(ready.id)}).json()["results"]
    assert {one["match_state"] for one in payments} == {"MATCHED", "UNMATCHED"}
    detail = reader.get(f"{API}payments/{payments[0]['id']}/").json()
    assert detail["lines"][0]["charge_cents"] in (15_000, 8_000)
    assert reader.get(f"{API}receivables/").json()["results"] == []


def test_the_verbs_and_who_may(poster, biller, reader, sign_in, other_practice, practice, ready):
    stranger = sign_in("POSTER", other_practice)
    address = f"{API}{ready.id}/post/"
    for who, status in ((stranger, 404), (reader, 403), (biller, 403)):
        assert who.post(address, {"version": ready.version}).status_code == status
    assert poster.post(address, {}).status_code == 400
    posted = poster.post(address, {"version": ready.version})
    assert (posted.status_code, posted.json()["state"]) == (200, "POSTED")
    assert poster.post(address, {"version": ready.version}).status_code == 409
    [lost] = poster.get(f"{API}payments/", {"match_state": "UNMATCHED"}).json()["results"]
    with organization_scope(practice.pk):
        other = Claim.objects.get(patient_control_number="C2")
    match = poster.post(
        f"{API}payments/{lost['id']}/match/", {"version": lost["version"], "claim": str(other.id)}
    )
    assert match.json()["booking"] == "APPLIED"
    detach = poster.post(f"{API}payments/{lost['id']}/detach/", {"version": match.json()["version"]})
    assert detach.json()["booking"] == "UNAPPLIED"
    version = poster.get(f"{API}{ready.id}/").json()["version"]
    assert poster.post(f"{API}{ready.id}/unpost/", {"version": version}).json()["state"] == "READY"


BAD = {
    **{name: (content, "REFUSED", words) for name, (content, words) in REFUSED.items()},
    **{name: (content, "QUARANTINED", words) for name, (content, words) in QUARANTINED.items()},
    **{name: (content, "UNBALANCED", place) for name, (content, place, _) in UNBALANCED.items()},
}


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_told(poster, run_jobs, name):
    content, state, words = BAD[name]
    sent = poster.post(f"{API}files/", {"file": SimpleUploadedFile(f"{name}.835", content), "post": "true"})
    assert sent.status_code == 202
    run_jobs()
    [result] = poster.get(f"{API}files/{sent.json()['file_id']}/").json()["results"]
    assert result["state"] == state
    assert words in result["message"]


def test_a_file_is_posted_when_asked(poster, stranger, practice, run_jobs):
    with organization_scope(practice.pk):
        claim("C1", "150.00")
    sent = poster.post(
        f"{API}files/", {"file": SimpleUploadedFile("g.835", GOOD.bytes()), "post": "true"}
    ).json()
    run_jobs()
    assert poster.get(API, {"state": "POSTED"}).json()["results"]
    assert stranger.get(f"{API}files/{sent['file_id']}/").status_code == 404
