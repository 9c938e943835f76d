"""How it stands with a partner, and what it begins to send that no guide names."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clearinghouse import lines
from clearinghouse.models import Connection, Enrolment, Interchange, UnknownThing
from clearinghouse.services import seal
from clearinghouse.services.partners import add_enrolment, add_route, move_enrolment
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.factories import answers
from tests.factories.billing import make_providers
from tests.factories.partners import claims_to_send, make_partner
from tests.factories.patients import make_payer
from workbench.models import WorkItem


def sealed(practice, partner, prefix="C"):
    with organization_scope(practice.pk):
        return seal(
            partner_id=partner.id, kind="837P", claims=claims_to_send(1, prefix), at=timezone.now()
        ).interchange_id


def fail(practice, times):
    with organization_scope(practice.pk):
        line = Connection.objects.select_related("partner").get(is_active=True)
    for _ in range(times):
        with lines.place_on(line) as place:
            place.trouble = "UNREACHABLE"


def pages(who, partner):
    everywhere = who.get(who.at("files/partners/")).content.decode()
    return everywhere, who.get(who.at(f"files/partners/{partner.pk}/")).content.decode()


def test_a_partner_that_works_rests_and_is_tried_at_once(
    practice, wire, partner_server, run_jobs, biller, poster, reader, tmp_path
):
    for page in pages(reader, wire):
        assert "Not used yet" in page
    sealed(practice, wire)
    run_jobs()
    everywhere, page = pages(biller, wire)
    assert "Works" in everywhere
    assert "100% of 1" in everywhere
    assert "1 of 1 attempts (100%)" in page
    assert "Ask for files now" in page

    fail(practice, lines.FAILURES)
    sealed(practice, wire, "D")
    run_jobs()
    everywhere, page = pages(biller, wire)
    assert "Does not answer" in everywhere
    assert "by itself" in page
    assert "1 interchange, the oldest since" in page
    assert "Try now" in page
    assert "Try now" not in pages(poster, wire)[1]

    assert poster.post(poster.at(f"files/partners/{wire.pk}/fetch/")).status_code == 403
    assert biller.post(biller.at(f"files/partners/{wire.pk}/fetch/")).status_code == 302
    run_jobs()
    everywhere, page = pages(biller, wire)
    assert "Works" in everywhere
    assert "Tried again" not in page
    assert len(list((tmp_path / "in").iterdir())) == 2


def test_what_went_wrong_and_what_waits_stand_on_the_page(
    practice, wire, partner_server, run_jobs, biller, tmp_path
):
    (tmp_path / "in").rmdir()
    sealed(practice, wire)
    for _ in range(7):
        run_jobs()
        OutboxMessage.objects.update(due_at=timezone.now())
    everywhere, page = pages(biller, wire)
    assert "Failed the last time" in everywhere
    assert "0% of 6" in everywhere
    assert "folder is missing or closed to us" in page
    assert "1 could not be sent" in page


def test_partners_served_by_hand_or_not_in_use_say_so(practice, reader):
    with organization_scope(practice.pk):
        partner = make_partner()
    assert "Served by hand" in pages(reader, partner)[0]
    with organization_scope(practice.pk):
        make_partner(name="Old House", is_active=False)
    assert "Not in use" in pages(reader, partner)[0]


def test_enrolments_that_keep_claims_back_stand_on_the_partners_page(practice, biller):
    with organization_scope(practice.pk):
        partner, payer, (provider, *_) = make_partner(), make_payer(), make_providers()
        for transaction_kind in ("837P", "837I"):
            add_enrolment(
                provider=provider, payer=payer, transaction_kind=transaction_kind, at=timezone.now()
            )
    assert "keep claims back" not in pages(biller, partner)[1]
    with organization_scope(practice.pk):
        add_route(
            partner=partner, payer=payer, transaction_kind="837P", payer_identifier="P1", needs_enrolment=True
        )
    page = pages(biller, partner)[1]
    assert "Enrolments that keep claims back" in page
    assert page.count("Not sent") == 1
    with organization_scope(practice.pk):
        enrolment = Enrolment.objects.get(transaction="837P")
        for to in ("SUBMITTED", "PROVISIONING", "LIVE"):
            enrolment.refresh_from_db()
            move_enrolment(enrolment=enrolment, to=to, note="", at=timezone.now())
    assert "keep claims back" not in pages(biller, partner)[1]


@pytest.fixture
def tell(practice, wire, partner_server, run_jobs, tmp_path, biller):
    """The partner answers a sent file with its bytes changed, and is asked."""
    interchange = sealed(practice, wire)
    run_jobs()
    [sent] = (tmp_path / "in").iterdir()

    def answer(name, change):
        content = change(answers.acknowledged(sent.read_bytes()))
        (tmp_path / "out" / name).write_bytes(content)
        biller.post(biller.at(f"files/partners/{wire.pk}/fetch/"))
        run_jobs()
        with organization_scope(practice.pk):
            return list(
                WorkItem.objects.filter(kind="EXCHANGE").order_by("id").values_list("title", "is_open")
            )

    answer.interchange = interchange
    return answer


def test_what_no_guide_names_is_told_of_the_first_time_only(practice, wire, tell, biller):
    assert tell("a.999", lambda content: content) == []

    told = tell("b.999", lambda content: content.replace(b"AK9*", b"ZZ9*SMITH~AK9*"))
    assert told == [("Prairie Clearinghouse sends a segment ZZ9 for the first time", True)]
    assert tell("c.999", lambda content: content.replace(b"AK9*", b"ZZ9*JONES~AK9*")) == told

    with organization_scope(practice.pk):
        item = WorkItem.objects.get(kind="EXCHANGE")
    page = biller.get(biller.at(f"work/item/{item.id}/")).content.decode()
    assert "ZZ9" in page
    assert "SMITH" not in page
    assert "Try again" not in page
    said = {"version": str(item.version), "outcome": "NO_ACTION_NEEDED", "reason": "Announced in March"}
    assert biller.post(biller.at(f"work/item/{item.id}/close/"), said).status_code == 302

    [first, second] = tell(
        "d.999",
        lambda content: content.replace(b"AK9*A*", b"ZZ9~AK9*Q*").replace(b"IK5*A", b"IK5*A*1*2*3*4*5*6"),
    )
    assert first == (told[0][0], False)
    assert second[0].endswith("for the first time and 1 more")
    page = pages(biller, wire)[1]
    assert "What no guide names" in page
    for label in ("ZZ9", "AK901", "IK507"):
        assert label in page
    with organization_scope(practice.pk):
        assert UnknownThing.objects.count() == 3
        assert set(UnknownThing.objects.values_list("code", flat=True)) == {"", "Q"}


def test_the_page_of_a_file_says_what_left_what_came_back_and_what_is_missing(practice, wire, tell, biller):
    page = f"files/sent/{tell.interchange}/"
    before = biller.get(biller.at(page)).content.decode()
    assert "Not yet</span>" in before
    with organization_scope(practice.pk):
        Interchange.objects.update(sent_at=timezone.now() - timedelta(days=2))
    assert "Missing</span>" in biller.get(biller.at(page)).content.decode()

    tell("a.999", lambda content: content.replace(b"IK5*A", b"IK3*N3*25*2010*8~IK5*E"))
    after = biller.get(biller.at(page)).content.decode()
    assert "Missing</span>" not in after
    assert "Not yet</span>" not in after
    assert "<code>N3</code> in 2010, code 8" in after
