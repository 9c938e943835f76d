"""The list of claims and the page of one."""

import re

import pytest

from claims.models import Claim
from tenancy.scope import organization_scope
from tests.factories.claims import Line, Person, SentClaim, import_claims, make_claim, make_claims

TABS = ("", "versions/", "payments/", "work/", "x12/")


@pytest.fixture
def claim(practice):
    with organization_scope(practice.pk):
        return make_claim("A1001", person=Person(mrn="R1"))


@pytest.mark.parametrize("tab", TABS)
def test_a_claim_is_shown_to_those_of_its_practice_only(claim, tab, biller, reader, stranger):
    path = f"claims/{claim.pk}/{tab}"
    for who in (biller, reader):
        answer = who.get(who.at(path))
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
    for address in (stranger.at(path), biller.at(path)):
        assert stranger.get(address).status_code == 404


def test_the_audit_of_a_claim_is_for_auditors(claim, biller, auditor):
    biller.get(biller.at(f"claims/{claim.pk}/"))
    assert biller.get(biller.at(f"claims/{claim.pk}/audit/")).status_code == 404
    text = auditor.get(auditor.at(f"claims/{claim.pk}/audit/")).content.decode()
    assert biller.person.name in text


def test_the_money_of_each_line_comes_from_the_books(claim, biller):
    text = biller.get(biller.at(f"claims/{claim.pk}/")).content.decode()
    assert "$125.00" in text
    assert "$165.00" in text
    assert "Owed by insurance" in text
    assert "no acknowledgement on file" in text


def test_versions_say_what_changed(practice, claim, biller):
    with organization_scope(practice.pk):
        import_claims(
            SentClaim(
                person=Person(mrn="R1"),
                frequency="7",
                prior_number="ICN9",
                lines=(Line(cents=130_00), Line("85025", 40_00)),
            )
        )
    text = biller.get(biller.at(f"claims/{claim.pk}/versions/")).content.decode()
    assert "<del>125.00</del>" in text
    assert "<ins>130.00</ins>" in text
    assert "Replacement" in text
    assert "ICN9" in text


def test_the_raw_segments_of_a_version_are_explained(claim, biller):
    text = biller.get(biller.at(f"claims/{claim.pk}/x12/")).content.decode()
    assert "CLM*A1001*165" in text
    assert "CLM02" in text
    assert biller.get(biller.at(f"claims/{claim.pk}/x12/?version=99")).status_code == 200


def test_the_list_filters_by_what_may_stand_in_an_address(practice, claim, biller):
    with organization_scope(practice.pk):
        other = make_claim(
            "Z9",
            person=Person("OSTROWSKI", "JAN", "M9", mrn="R9"),
            payer=("CEDAR", "C1"),
            lines=(Line(date="20260210"),),
        )

    def numbers(**query):
        text = biller.get(biller.at("claims/"), query).content.decode()
        return {number for number in ("A1001", "Z9") if f">{number}<" in text}

    assert numbers() == {"A1001", "Z9"}
    assert numbers(number="a10") == {"A1001"}
    assert numbers(payer=other.payer_id) == {"Z9"}
    assert numbers(patient=other.patient_id) == {"Z9"}
    assert numbers(from_on="2026-03-01") == {"A1001"}
    assert numbers(to_on="2026-03-01") == {"Z9"}
    assert numbers(adjudication="DENIED") == set()
    assert numbers(submission="TRANSMITTED", responsibility="INSURANCE_PRIMARY") == {"A1001", "Z9"}
    for nonsense in (
        {"payer": "x"},
        {"from_on": "soon"},
        {"patient": "1"},
        {"adjudication": "?"},
        {"after": "?"},
    ):
        assert biller.get(biller.at("claims/"), nonsense).status_code == 200


def test_pages_of_the_list_hold_every_claim_once(practice, biller):
    with organization_scope(practice.pk):
        make_claims(120)
    seen, after, sizes = [], "", []
    while True:
        page = biller.get(biller.at("claims/"), {"after": after}).context["page"]
        seen += [row.claim.patient_control_number for row in page.rows]
        sizes.append(len(page.rows))
        after = page.after
        if not after:
            break
    assert sizes == [50, 50, 20]
    assert len(set(seen)) == 120


def test_a_page_of_the_list_costs_the_same_queries_for_every_number_of_rows(
    practice, biller, django_assert_max_num_queries
):
    with organization_scope(practice.pk):
        make_claims(60)
    with django_assert_max_num_queries(20):
        biller.get(biller.at("claims/"))


def test_a_grant_narrowed_to_a_payer_sees_its_claims_only(practice, claim, sign_in):
    with organization_scope(practice.pk):
        other = make_claim("Z9", person=Person("OSTROWSKI", "JAN", "M9", mrn="R9"), payer=("CEDAR", "C1"))
    narrowed = sign_in("BILLER", payer_ids=[other.payer_id])
    assert narrowed.get(narrowed.at(f"claims/{other.pk}/")).status_code == 200
    assert narrowed.get(narrowed.at(f"claims/{claim.pk}/")).status_code == 404


def test_the_title_has_no_name(claim, biller):
    text = biller.get(biller.at(f"claims/{claim.pk}/")).content.decode()
    title = text[text.index("<title>") : text.index("</title>")]
    assert "A1001" in title
    assert "RIVERA" not in title


def test_reading_a_claim_is_recorded(practice, claim, biller):
    from audit.models import AuditEvent

    biller.get(biller.at(f"claims/{claim.pk}/"))
    with organization_scope(practice.pk):
        seen = AuditEvent.objects.get(verb="claims.claim.viewed")
        assert (seen.subject_id, seen.patient_id, seen.actor_id) == (
            claim.pk,
            claim.patient_id,
            biller.person.pk,
        )
        assert Claim.objects.count() == 1


@pytest.mark.parametrize("room", ["remittances", "denials"])
def test_other_rooms_tell_their_part_of_a_claim(claim, room, biller, stranger, sign_in):
    path = f"{room}/of-claim/{claim.pk}/"
    assert path in biller.get(biller.at(f"claims/{claim.pk}/payments/")).content.decode()
    assert biller.get(biller.at(path)).status_code == 200
    assert stranger.get(stranger.at(path)).status_code == 404
    clerk = sign_in("FRONT_DESK")
    assert clerk.get(clerk.at(path)).status_code == 403


def test_the_timeline_leads_to_the_segment_that_proves_an_entry(claim, biller):
    text = biller.get(biller.at(f"claims/{claim.pk}/work/")).content.decode()
    address = re.search(r'href="(/p/[^"]+/segments/\?at=\d+)"', text).group(1)
    assert "CLM" in biller.get(address).content.decode()
