import pytest

from reference.services import create_payer, create_provider
from tenancy.scope import organization_scope


@pytest.fixture
def on_file(practice, other_practice):
    with organization_scope(practice.pk):
        payer = create_payer(name="Aetna", payer_identifier="60054")
        provider = create_provider(kind="PERSON", npi="1234567893", last_name="Okafor")
    with organization_scope(other_practice.pk):
        create_payer(name="Cigna", payer_identifier="62308")
    return payer, provider


def test_payers_with_their_names_and_deadlines(reader, on_file, django_assert_max_num_queries):
    payer, _ = on_file
    found = reader.get("/api/v1/payers/").json()["results"]
    assert [one["name"] for one in found] == ["Aetna"]
    assert {one["kind"] for one in found[0]["deadline_rules"]} == {
        "INITIAL_CLAIM",
        "CORRECTED_CLAIM",
        "APPEAL_1",
    }
    assert all(one["is_example"] for one in found[0]["deadline_rules"])
    assert reader.get(f"/api/v1/payers/{payer.pk}/").json()["payer_identifier"] == "60054"
    assert reader.get("/api/v1/payers/?payer_identifier=62308").json()["results"] == []


def test_a_strangers_payer_is_not_there(stranger, on_file):
    payer, provider = on_file
    assert stranger.get(f"/api/v1/payers/{payer.pk}/").status_code == 404
    assert stranger.get(f"/api/v1/providers/{provider.pk}/").status_code == 404
    assert [one["name"] for one in stranger.get("/api/v1/payers/").json()["results"]] == ["Cigna"]


def test_providers_and_codes(reader, on_file):
    [provider] = reader.get("/api/v1/providers/?npi=1234567893").json()["results"]
    assert provider["has_valid_npi"] is True
    page = reader.get("/api/v1/adjustment-reason-codes/?page_size=200").json()
    assert len(page["results"]) == 200
    assert page["next"]
    code = reader.get("/api/v1/adjustment-reason-codes/197/").json()
    assert (code["category"], code["actions"][0]) == ("authorization", "add_auth")
    assert reader.get("/api/v1/remark-codes/MA130/").json()["is_decisive"] is True
    assert reader.get("/api/v1/remark-codes/ZZZ/").status_code == 404


def test_nothing_is_served_to_nobody(client, db):
    assert client.get("/api/v1/payers/").status_code in {401, 403}
