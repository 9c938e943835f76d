"""What single payers want otherwise than the payer-neutral claim says it: done when it is built, told on the claim."""

import dataclasses

import pytest

from claims.models import Claim, ClaimVersion
from claims.rules.building import build_claim, versioned, with_quirks
from claims.rules.building.quirks import QUIRKS
from claims.rules.snapshot import claim_of, snapshot_of
from claims.rules.states import Evidence
from claims.services import Said, move_claims
from claims.services.building import rebuild_claim, replace_claim
from reference.choices import PayerQuirk
from reference.models import Payer
from tenancy.scope import organization_scope
from tests.claims.test_building import MEDICARE, SECONDARY, STAY, VISIT, read_back, sent
from tests.factories.billing import AT, make_claim, make_providers

FULL = dataclasses.replace(
    VISIT,
    authorization_number="AUTH1",
    coverages=(dataclasses.replace(MEDICARE, group_number="G100", member_id="1EG4-TE5-MK72"),),
)
PLACES = {
    "AUTHORIZATION_ON_LINES": {"references"},
    "NO_GROUP_NUMBER": {"group_number"},
    "NO_SPECIALTIES": {"taxonomy_code"},
    "BARE_MEMBER_ID": {"identifier"},
}


def changed(before, after):
    """The last names of the places that differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        names = {*before, *after}
        return {
            found
            for name in names
            if before.get(name) != after.get(name)
            for found in (changed(before.get(name), after.get(name)) or {name})
        }
    if isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        return {found for pair in zip(before, after, strict=True) for found in changed(*pair)}
    return set()


def test_what_a_payer_may_want_has_code_and_a_version():
    assert set(QUIRKS) == set(PayerQuirk.values)
    assert all(quirk.version >= 1 for quirk in QUIRKS.values())


@pytest.mark.parametrize("name", list(QUIRKS))
def test_a_quirk_changes_its_own_place_alone_and_once(name):
    neutral = build_claim(FULL)
    once = with_quirks(neutral, [name])
    assert changed(snapshot_of(neutral), snapshot_of(once)) == PLACES[name]
    assert with_quirks(once, [name]) == once
    assert snapshot_of(read_back(sent(once))) == snapshot_of(once)


@pytest.mark.parametrize("facts", [FULL, STAY, SECONDARY], ids=["office", "hospital", "secondary"])
def test_in_whatever_order_a_payer_lists_them_the_bytes_are_the_same(facts):
    facts = dataclasses.replace(facts, authorization_number="AUTH1")
    names = list(QUIRKS)
    claim = with_quirks(build_claim(facts), names)
    assert sent(with_quirks(build_claim(facts), reversed(names))) == sent(claim)
    assert snapshot_of(read_back(sent(claim))) == snapshot_of(claim)
    assert versioned(reversed(names)) == versioned(names)


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        found = make_claim(make_providers(), authorization_number="AUTH7")
        Payer.objects.filter(id=found.payer_id).update(quirks=["AUTHORIZATION_ON_LINES"])
        return found


def newest(claim):
    return ClaimVersion.objects.filter(claim=claim).order_by("-number").first()


def test_a_claim_is_built_as_its_payer_wants_it_and_says_so(biller, practice, claim):
    with organization_scope(practice.pk):
        version = rebuild_claim(claim_id=claim.id, at=AT)
        assert version.quirks == ["AUTHORIZATION_ON_LINES/1"]
        (line,) = claim_of(version.snapshot).lines
        assert ("G1", "AUTH7") in [(one.qualifier, one.value) for one in line.references]
        assert rebuild_claim(claim_id=claim.id, at=AT) is None
    page = biller.get(biller.at(f"claims/{claim.id}/versions/")).content.decode()
    assert page.count("Authorization repeated on every line (version 1)") == 1
    told = biller.get(f"/api/v1/claims/{claim.id}/").json()["versions"]
    assert {one["number"]: one["quirks"] for one in told} == {1: [], 2: ["AUTHORIZATION_ON_LINES/1"]}


def test_a_void_repeats_what_was_sent_whatever_the_payer_wants_since(practice, claim):
    with organization_scope(practice.pk):
        way = (Evidence.EDITS_PASSED, Evidence.BATCHED, Evidence.STORED, Evidence.ADJUDICATED)
        move_claims([Said(claim.id, one, AT) for one in way])
        Claim.objects.filter(id=claim.id).update(payer_control_number="ICN1")
        before = newest(claim)
        version = replace_claim(claim_id=claim.id, frequency="8", at=AT)
        assert (version.number, version.quirks) == (2, [])
        assert claim_of(version.snapshot).lines == claim_of(before.snapshot).lines


def test_what_a_payer_wants_is_chosen_at_the_payer(admin_person, practice, claim):
    address = admin_person.at(f"reference/payers/{claim.payer_id}/edit/")
    form = admin_person.get(address).context["form"]
    values = {name: value for name, value in form.initial.items() if value is not None} | {"version": 1}
    wrong = admin_person.post(address, values | {"quirks": ["WHATEVER"]})
    assert wrong.status_code != 302 and "WHATEVER" in wrong.content.decode()
    saved = admin_person.post(address, values | {"quirks": ["NO_GROUP_NUMBER", "BARE_MEMBER_ID"]})
    assert saved.status_code == 302
    page = admin_person.get(saved.url).content.decode()
    assert "No group number" in page and "Member id without hyphens" in page
    with organization_scope(practice.pk):
        assert Payer.objects.get(id=claim.payer_id).quirks == ["NO_GROUP_NUMBER", "BARE_MEMBER_ID"]
