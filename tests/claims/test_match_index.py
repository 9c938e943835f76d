"""Finding claims for a chunk of payments."""

import pytest

from claims.selectors import claim_facts, match_index, search_claims
from claims.services import Adjudicated, record_adjudication
from tenancy.scope import organization_scope
from tests.factories.claims import Line, Person, SentClaim, import_claims, make_claim, make_claims

OTHER = Person("OSTROWSKI", "JAN", "M-9", "19551201", "M", mrn="R9")


@pytest.fixture
def claims(in_practice):
    return make_claim("RFM-000123-ABCDEF", person=Person(mrn="R1")), make_claim("Z900", person=OTHER)


@pytest.mark.parametrize(
    "keys",
    [
        {"control_numbers": ["RFM-000123-ABCDEF"]},
        {"control_numbers": ["rfm-000123-abcdef"]},
        {"control_numbers": ["000RFM-000123-ABCDEF"]},
        {"control_number_prefixes": ["RFM-000123-A"]},
        {"payer_control_numbers": ["ICN1"]},
        {"member_ids": ["m1001"]},
        {"last_names": ["Rivera"]},
    ],
)
def test_a_claim_is_found_by_each_kind_of_key(claims, keys):
    record_adjudication([Adjudicated(claims[0].id, "PAID", payer_control_number="ICN1")])
    [found] = match_index(**keys)
    assert found.id == claims[0].id
    assert [line.procedure_code for line in found.lines] == ["99213", "85025"]
    assert (found.member_id, found.patient_last_name, found.rendering_npi) == (
        "M1001",
        "RIVERA",
        "1760854442",
    )


def test_nothing_asked_finds_nothing(claims):
    assert match_index() == []
    assert match_index(control_numbers=["", "0", "000"], member_ids=[""], last_names=["-"]) == []


def test_a_version_has_the_payers_number_its_successor_names(claims):
    import_claims(
        SentClaim("Z900", person=OTHER, frequency="7", prior_number="ICN5", lines=(Line(cents=99_00),))
    )
    record_adjudication([Adjudicated(claims[1].id, "PAID", payer_control_number="ICN6")])
    [found] = match_index(payer_control_numbers=["ICN5"])
    assert [version.payer_control_number for version in found.versions] == ["ICN5", "ICN6"]
    assert [version.frequency for version in found.versions] == ["1", "7"]
    assert found.lines[0].amount_cents == 99_00


def test_the_number_of_queries_does_not_grow(in_practice, django_assert_max_num_queries):
    make_claims(60)
    numbers = [f"B{index:05d}" for index in range(60)]
    with django_assert_max_num_queries(6):
        assert len(match_index(control_numbers=numbers, payer_control_numbers=["X"])) == 60


def test_foreign_claims_are_not_found(practice, other_practice):
    with organization_scope(practice.pk):
        claim = make_claim("RFM-000123-ABCDEF")
    with organization_scope(other_practice.pk) as scope:
        keys = {
            "control_numbers": [claim.patient_control_number],
            "control_number_prefixes": ["RFM-000123-A"],
            "last_names": ["Rivera"],
        }
        assert match_index(**keys) == []
        assert claim_facts([claim.id]) == []
        assert search_claims(scope, "RFM") == []


def test_the_search_box_finds_by_the_beginning_of_a_number(claims, in_practice):
    assert [claim.id for claim in search_claims(in_practice, "rfm-0001")] == [claims[0].id]
    assert search_claims(in_practice, "0") == []
