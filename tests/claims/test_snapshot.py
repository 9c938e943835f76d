"""What stands on file of a claim is what is written to the payer: nothing is lost on the way there and back."""

import json

import pytest

import x12
from claims.rules.snapshot import canonical_json, claim_of, digest, snapshot_of
from tests.x12.support import fixture, whole

FILES = ("837p_good", "837i_good")


def claims_of(content: bytes) -> list[x12.SubmittedClaim]:
    return [one for one in whole("837", content) if isinstance(one, x12.SubmittedClaim)]


@pytest.mark.parametrize("name", FILES)
def test_a_claim_read_back_from_its_snapshot_is_the_same_claim(name):
    for claim in claims_of(fixture(name)):
        stored = json.loads(canonical_json(snapshot_of(claim)))
        assert snapshot_of(claim_of(stored)) == stored


@pytest.mark.parametrize("name", FILES)
def test_a_snapshot_written_and_read_again_is_the_same(name):
    records = whole("837", fixture(name))
    rebuilt = [claim_of(snapshot_of(one)) if isinstance(one, x12.SubmittedClaim) else one for one in records]
    again = claims_of(b"".join(x12.write_837(rebuilt)))
    assert [snapshot_of(one) for one in again] == [snapshot_of(one) for one in claims_of(fixture(name))]


def test_the_place_in_a_file_does_not_matter():
    content = fixture("837p_good")
    moved = content.replace(b"~BHT", b"~\n\nBHT", 1)
    assert [digest(snapshot_of(one)) for one in claims_of(content)] == [
        digest(snapshot_of(one)) for one in claims_of(moved)
    ]


def test_a_cent_matters():
    claim = claims_of(fixture("837p_good"))[0]
    before = digest(snapshot_of(claim))
    claim.lines[0].charge_amount += 1
    assert digest(snapshot_of(claim)) != before
