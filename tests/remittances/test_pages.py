"""The pages of remittances as a poster, a biller, a reader and a stranger see them."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from ledger.models import JournalEntry
from remittances.models import RemitClaim, Remittance
from tenancy.scope import organization_scope
from tests.factories.era import Era, claim, ingest, post
from tests.remittances.test_bad_input import GOOD, QUARANTINED, REFUSED
from workbench.models import ExportFile


@pytest.fixture
def at_home(practice):
    with organization_scope(practice.pk):
        yield


def in_scope(practice):
    return organization_scope(practice.pk)


@pytest.fixture
def ready(practice):
    with in_scope(practice):
        claim("C1", "150.00")
        ingest(
            Era()
            .paid("C1", "150.00 100.00 CO-45=30.00 PR-2=20.00")
            .paid("X9", "80.00 60.00 CO-45=20.00", last_name="ROE")
        )
        return Remittance.objects.get()


def fresh(practice, row):
    with in_scope(practice):
        return type(row).objects.get(pk=row.pk)


def test_the_list_shows_what_came_with_totals(poster, ready):
    page = poster.get(poster.at("remittances/")).content.decode()
    assert "T1" in page
    assert "$160.00" in page
    assert "Ready to post" in page
    assert 'type="file"' in page


def test_the_page_proves_the_balance_and_says_how_each_claim_was_found(poster, ready):
    page = poster.get(poster.at(f"remittances/{ready.id}/")).content.decode()
    assert "Σ paid $160.00 − PLB ($0.00) = $160.00 ✓" in page
    assert "Patient control number" in page
    assert "No claim found" in page
    assert "Contractual: written off" in page
    assert page.index("Look at these first") < page.index("The rest")


def test_a_dry_run_shows_entries_and_writes_nothing(poster, practice, ready):
    page = poster.get(poster.at(f"remittances/{ready.id}/dry-run/")).content.decode()
    assert "Announced by a payer" in page
    assert "Paid for a claim not found" in page
    with in_scope(practice):
        assert not JournalEntry.objects.exclude(kind="CHARGE").exists()
    assert fresh(practice, ready).state == "READY"


def test_posting_and_unposting_with_and_without_javascript(poster, practice, ready):
    address = poster.at(f"remittances/{ready.id}/")
    assert poster.post(address + "post/", {"version": ready.version}).status_code == 302
    posted = fresh(practice, ready)
    assert posted.state == "POSTED"
    assert "In the books" in poster.get(address).content.decode()
    answer = poster.post(address + "unpost/", {"version": posted.version}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.content.decode()
    assert fresh(practice, ready).state == "READY"


def test_who_was_second_sees_it_as_it_is_now(poster, practice, ready):
    address = poster.at(f"remittances/{ready.id}/post/")
    poster.post(address, {"version": ready.version})
    late = poster.post(address, {"version": ready.version})
    assert late.status_code == 409
    assert "Somebody changed this meanwhile" in late.content.decode()


def test_matching_by_hand_and_detaching(poster, practice, ready):
    poster.post(poster.at(f"remittances/{ready.id}/post/"), {"version": ready.version})
    with in_scope(practice):
        claim("C2", "80.00", last_name="ROE")
        lost = RemitClaim.objects.get(patient_control_number="X9")
    assert "X9" in poster.get(poster.at("work/unmatched-payments/")).content.decode()
    address = poster.at(f"remittances/payments/{lost.id}/")
    assert "Which claim is it?" in poster.get(address).content.decode()
    wrong = poster.post(address + "match/", {"version": lost.version, "number": "NOPE"})
    assert (wrong.status_code, "no claim of that number" in wrong.content.decode()) == (422, True)
    lost = fresh(practice, lost)
    assert poster.post(address + "match/", {"version": lost.version, "number": "C2"}).status_code == 302
    matched = fresh(practice, lost)
    assert (matched.booking, matched.match_rule) == ("APPLIED", "BY_HAND")
    assert poster.post(address + "detach/", {"version": lost.version}).status_code == 409
    assert poster.post(address + "detach/", {"version": matched.version}).status_code == 302
    assert fresh(practice, lost).booking == "UNAPPLIED"
    assert "It was matched to this claim" in poster.get(address).content.decode()


def test_uploads_are_stored_read_and_told(poster, practice, run_jobs):
    with in_scope(practice):
        claim("C1", "150.00")
    files = [
        SimpleUploadedFile("good.835", GOOD.bytes()),
        SimpleUploadedFile("page.835", REFUSED["html"][0]),
        SimpleUploadedFile("foreign.835", QUARANTINED["another_payee"][0]),
    ]
    answer = poster.post(
        poster.at("remittances/upload/"), {"files": files, "post": "1"}, headers={"HX-Request": "true"}
    )
    told = answer.content.decode()
    assert "web page" in told, "what is no X12 at all is said at once"
    cards = re.findall(r'hx-get="([^"]+/files/[^"]+)"', told)
    assert len(cards) == 2
    assert poster.get(cards[0], headers={"HX-Request": "true"}).status_code == 200
    run_jobs()
    good, foreign = [poster.get(card, headers={"HX-Request": "true"}) for card in cards]
    assert {good.status_code, foreign.status_code} == {286}
    assert "T1" in good.content.decode()
    assert "not known as this practice" in foreign.content.decode()
    with in_scope(practice):
        assert Remittance.objects.get().state == "POSTED"


def test_a_billers_upload_waits_for_a_poster(biller, practice, run_jobs):
    biller.post(
        biller.at("remittances/upload/"), {"files": SimpleUploadedFile("g.835", GOOD.bytes()), "post": "1"}
    )
    run_jobs()
    with in_scope(practice):
        assert Remittance.objects.get().state == "READY"


def test_segments_are_shown_marked_and_explained(poster, ready):
    page = poster.get(poster.at(f"files/{ready.file_id}/segments/?at=12&to=14")).content.decode()
    assert page.count('class="marked"') == 3
    assert "CLP01" in page
    assert poster.get(poster.at(f"files/{ready.file_id}/")).status_code == 200
    assert "era.835" in poster.get(poster.at("files/")).content.decode()


def test_receivables(poster, practice):
    with in_scope(practice):
        claim("C1", "150.00")
        post(Era().paid("C1", "150.00 100.00 CO-45=50.00").adjusted("WO", "ICN7", "-30.00"))
    page = poster.get(poster.at("remittances/receivables/")).content.decode()
    assert "ICN7" in page
    assert "$30.00" in page


def test_the_accounts(poster, practice, ready):
    poster.post(poster.at(f"remittances/{ready.id}/post/"), {"version": ready.version})
    assert "sums to $0.00" in poster.get(poster.at("ledger/")).content.decode()
    with in_scope(practice):
        entry = JournalEntry.objects.exclude(kind="CHARGE").first()
    assert poster.get(poster.at(f"ledger/entries/{entry.id}/")).status_code == 200


GETS = ("remittances/{r}/", "remittances/payments/{p}/", "remittances/files/{f}/", "files/{f}/", "files/{f}/segments/",
        "ledger/entries/{e}/")  # fmt: skip
POSTS = {"remittances/{r}/post/": 403, "remittances/{r}/unpost/": 403, "remittances/payments/{p}/match/": 403,
         "remittances/payments/{p}/detach/": 403, "remittances/upload/": 403}  # fmt: skip


def test_who_may_see_and_do(reader, biller, stranger, practice, ready):
    with in_scope(practice):
        ids = {"r": ready.id, "p": RemitClaim.objects.first().id, "f": ready.file_id,
               "e": JournalEntry.objects.first().id}  # fmt: skip
    for path in GETS:
        assert reader.get(reader.at(path.format(**ids))).status_code == 200, path
        assert stranger.get(stranger.at(path.format(**ids))).status_code == 404, path
        assert stranger.get(reader.at(path.format(**ids))).status_code == 404, path
    for path, status in POSTS.items():
        assert reader.post(reader.at(path.format(**ids))).status_code == status, path
        assert stranger.post(reader.at(path.format(**ids))).status_code == 404, path
        if "upload" not in path:
            assert biller.post(biller.at(path.format(**ids))).status_code == status, path
    assert reader.get(reader.at(f"remittances/{ready.id}/dry-run/")).status_code == 403
    page = reader.get(reader.at(f"remittances/{ready.id}/")).content.decode()
    assert "do-post" not in page


def test_a_poster_takes_back_their_own_of_today_and_a_supervisor_anything(sign_in, practice, ready):
    poster, colleague, boss = sign_in("POSTER"), sign_in("POSTER"), sign_in("SUPERVISOR")
    path = f"remittances/{ready.id}/"

    def unpost(who):
        form = {"version": fresh(practice, ready).version}
        return who.post(who.at(path + "unpost/"), form).status_code

    def post_again(who):
        who.post(who.at(path + "post/"), {"version": fresh(practice, ready).version})

    def is_offered(who):
        return "do-unpost" in who.get(who.at(path)).content.decode()

    post_again(poster)
    assert [is_offered(one) for one in (poster, colleague, boss)] == [True, False, True]
    assert unpost(colleague) == 409
    assert unpost(poster) == 302
    post_again(poster)
    with in_scope(practice):
        Remittance.objects.update(posted_at=timezone.now() - timedelta(days=1))
    assert unpost(poster) == 409
    assert fresh(practice, ready).state == "POSTED"
    assert unpost(boss) == 302


def test_the_list_is_filtered_counted_saved_and_exported(poster, biller, practice, ready, run_jobs):
    with in_scope(practice):
        claim("C2", "90.00")
        post(Era(trace="U2").paid("C2", "90.00 90.00"))
    for query, shown in (
        ({"state": "READY"}, {"T1"}), ({"state": "POSTED"}, {"U2"}), ({"trace": "u"}, {"U2"}),
        ({"issue": "unmatched"}, {"T1"}), ({"to_on": "2001-01-01"}, set()), ({"sort": "received"}, {"T1", "U2"}),
    ):  # fmt: skip
        page = poster.get(poster.at("remittances/"), query).content.decode()
        assert {trace for trace in ("T1", "U2") if f">{trace}</a>" in page} == shown, query
    counts = poster.get(poster.at("work/remittances/counts/")).content.decode()
    assert "<b>2</b> items" in counts
    assert "$250.00" in counts
    biller.post(biller.at("work/remittances/export/"), {"filter": "state=POSTED"})
    run_jobs()
    with in_scope(practice):
        text = bytes(ExportFile.objects.get().content).decode("utf-8-sig")
    assert "U2" in text
    assert "T1" not in text
    assert poster.get(poster.at("remittances/"), {"state": "NONSENSE"}).status_code == 200
