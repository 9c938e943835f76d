"""The list of claims and the page of one."""

import re

import pytest

from audit.events import NAMES
from claims.models import Claim
from claims.words import EVENT_WORDS
from rcm_site.engines.places import PROJECT
from tenancy.scope import organization_scope
from tests.factories.claims import Line, Person, SentClaim, import_claims, make_claim, make_claims
from workbench.models import ExportFile

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


def test_what_a_filter_cannot_read_is_left_out_and_said(claim, biller):
    text = biller.get(biller.at("claims/"), {"from_on": "soon", "adjudication": "?"}).content.decode()
    assert "from_on: “soon” is not a date" in text
    assert ">A1001<" in text


def test_the_chips_count_claims_and_dollars_and_each_leads_to_what_it_counts(practice, claim, biller):
    with organization_scope(practice.pk):
        make_claim(
            "Z9",
            person=Person("OSTROWSKI", "JAN", "M9", mrn="R9"),
            payer=("CEDAR", "C1"),
            lines=(Line(cents=70_00),),
        )
    text = biller.get(biller.at("work/claims/counts/")).content.decode()
    assert "<b>2</b> items" in text
    assert "$235.00" in text
    payer = re.search(r'href="([^"]*payer=[^"]*)"[^>]*>CEDAR<span class="count[^>]*>1 · \$70', text)
    assert payer
    found = biller.get(payer[1].replace("&amp;", "&"))
    assert [row.known.claim.patient_control_number for row in found.context["rows"]] == ["Z9"]


def test_the_list_can_be_read_from_the_oldest_and_back(practice, biller):
    with organization_scope(practice.pk):
        make_claims(60)
    first = biller.get(biller.at("claims/"), {"sort": "service"}).context
    days = [row.known.claim.service_from_on for row in first["rows"]]
    assert days == sorted(days)
    second = biller.get(biller.at("claims/"), {"sort": "service", "after": first["page"].after}).context
    again = biller.get(biller.at("claims/"), {"sort": "service", "before": second["page"].before}).context
    assert [row.id for row in again["rows"]] == [row.id for row in first["rows"]]


def test_the_list_as_a_file_has_what_the_filter_shows(practice, claim, biller, run_jobs):
    with organization_scope(practice.pk):
        make_claim("Z9", person=Person("=CMD()", "JAN", "M9", mrn="R9"), payer=("CEDAR", "C1"))
    biller.post(biller.at("work/claims/export/"), {"filter": f"payer={claim.payer_id}"})
    biller.post(biller.at("work/claims/export/"), {"filter": "number=Z9"})
    run_jobs()
    with organization_scope(practice.pk):
        files = [bytes(one.content).decode("utf-8-sig") for one in ExportFile.objects.order_by("id")]
    assert [file.count("\n") for file in files] == [2, 2]
    assert "A1001" in files[0]
    assert "165.00" in files[0]
    assert "'=CMD()" in files[1]


def test_a_view_of_the_list_is_saved_and_opens_it(claim, biller):
    biller.post(
        biller.at("work/claims/views/"),
        {"view-name": "Denied", "view-query": "adjudication=DENIED&junk=1", "view-visibility": "PRIVATE"},
    )
    text = biller.get(biller.at("claims/")).content.decode()
    assert "?adjudication=DENIED" in text
    assert "junk" not in text


def test_a_narrowed_grant_exports_its_claims_only(practice, claim, sign_in, run_jobs):
    with organization_scope(practice.pk):
        other = make_claim("Z9", person=Person("OSTROWSKI", "JAN", "M9", mrn="R9"), payer=("CEDAR", "C1"))
    narrowed = sign_in("BILLER", payer_ids=[other.payer_id])
    narrowed.post(narrowed.at("work/claims/export/"), {"filter": ""})
    run_jobs()
    with organization_scope(practice.pk):
        text = bytes(ExportFile.objects.get().content).decode("utf-8-sig")
    assert "Z9" in text
    assert "A1001" not in text


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


def test_every_event_a_timeline_may_tell_has_words_and_a_known_picture():
    nouns = ("appeal", "charge", "claim", "denial", "workitem")
    assert set(EVENT_WORDS) == {f"{noun}.{past}" for noun in nouns for past in NAMES[noun]}
    sprite = (PROJECT / "static/vendor/bootstrap-icons/sprite.svg").read_text()
    assert [icon for _, icon, _ in EVENT_WORDS.values() if f'id="{icon}"' not in sprite] == []
