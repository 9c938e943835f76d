import datetime
import json
import uuid

import pytest
from django.utils import timezone

from tenancy.scope import organization_scope
from tests.factories.counting import at_most
from tests.factories.workbench import make_item
from workbench import services
from workbench.models import SavedView, WorkItem

QUEUE = "work/manager/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def items(practice):
    with organization_scope(practice.pk):
        return [make_item(number) for number in range(1, 61)]


def test_who_sees_a_queue(items, biller, reader, stranger, admin_person):
    for who, status in ((stranger, 200), (reader, 200), (biller, 200), (admin_person, 403)):
        assert who.get(who.at(QUEUE)).status_code == status
    assert b"Item 60" in reader.get(reader.at(QUEUE)).content
    assert b"Item 60" not in stranger.get(stranger.at(QUEUE)).content
    assert stranger.get(reader.at(QUEUE)).status_code == 404


def test_a_page_costs_few_queries_and_is_never_stored(items, biller):
    biller.get(biller.at(QUEUE))
    with at_most(12):
        page = biller.get(biller.at(QUEUE))

    assert page.headers["Cache-Control"] == "no-store"
    assert b"Item 60" in page.content
    assert b"Item 10<" not in page.content


def test_pages_go_forth_and_back_without_gap_or_repeat(items, biller):
    first = biller.get(biller.at(QUEUE))
    after = first.context["page"].after
    second = biller.get(biller.at(f"{QUEUE}?after={after}"))
    titles = [row["item"].title for page in (first, second) for row in page.context["rows"]]
    back = biller.get(biller.at(f"{QUEUE}?before={second.context['page'].before}"))

    assert titles == [f"Item {number}" for number in range(60, 0, -1)]
    assert [row["item"].title for row in back.context["rows"]] == titles[:50]
    assert second.context["page"].after == ""
    assert back.context["page"].before == ""


def all_rows(biller, sort):
    after = ""
    for _ in range(3):
        page = biller.get(biller.at(f"{QUEUE}?sort={sort}&after={after}"))
        yield from (row["item"].pk for row in page.context["rows"])
        after = page.context["page"].after
        if not after:
            return


def test_every_sort_ends_and_repeats_nothing(items, biller):
    expected = {item.pk for item in items}
    for sort in ("priority", "due", "amount", "age", "follow_up"):
        up, down = list(all_rows(biller, sort)), list(all_rows(biller, f"-{sort}"))
        assert (len(up), set(up)) == (len(down), set(down)) == (60, expected), sort


def test_filters(items, biller):
    expected = {
        "amount_from=550": 6,
        "amount_to=20": 2,
        "reference=clm0000": 9,
        "older=55": 50,
        "owner=none": 50,
        "owner=me": 0,
        "due=overdue": 0,
        "due=none": 50,
        "follow_up=none": 50,
        "stage=CLOSED": 0,
        "escalated=1": 0,
        "state=UNASSIGNED": 50,
        "category=nothing_such": 0,
    }
    shown = {query: len(biller.get(biller.at(f"{QUEUE}?{query}")).context["rows"]) for query in expected}

    assert shown == expected


def test_a_filter_that_cannot_be_read_is_named(items, biller):
    page = biller.get(
        biller.at(f"{QUEUE}?amount_from=lots&payer=x&sort=patient__last_name&due=sometime&after=%00")
    )

    assert page.status_code == 200
    assert page.content.count(b"This filter was left out") == 4


@pytest.mark.parametrize(
    "asked", ["q=RFM", "decision=DENIED", "ordering=-amount", "owner=everybody", "escalated=yes"]
)
def test_a_filter_nobody_knows_is_said_and_not_dropped_in_silence(items, biller, asked):
    page = biller.get(biller.at(f"{QUEUE}?{asked}"))

    assert page.content.count(b"This filter was left out") == 1
    assert b"Clean the address" in page.content


@pytest.mark.parametrize("where", ["claims/", "remittances/", "patients/"])
def test_a_list_of_records_says_so_too(supervisor, where):
    page = supervisor.get(supervisor.at(f"{where}?q=RFM&ordering=-amount"))

    assert page.content.count(b"This filter was left out") == 2
    assert b"This filter was left out" not in supervisor.get(supervisor.at(f"{where}?all=1")).content


def test_what_stands_in_every_address_is_no_unknown_filter(items, biller):
    page = biller.get(biller.at(f"{QUEUE}?all=1&open=item-1&after=&stage=TO_WORK&escalated=1&owner=me"))

    assert b"This filter was left out" not in page.content


def test_counts_and_dollars_come_in_a_fragment_of_their_own(items, biller):
    counts = biller.get(biller.at(f"{QUEUE}counts/?amount_from=550"), headers=HTMX)

    assert b"<b>6</b> items" in counts.content
    assert b"$3,450.00" in counts.content
    assert b"Nobody" in counts.content


def test_htmx_gets_only_the_part_it_may_ask_for(items, biller):
    part = biller.get(biller.at(QUEUE), headers={**HTMX, "HX-Target": "rows"})
    other = biller.get(biller.at(QUEUE), headers={**HTMX, "HX-Target": "secrets"})

    assert b"<html" not in part.content
    assert b'id="rows"' in part.content
    assert b"<html" in other.content


def soon() -> str:
    return (timezone.now().date() + datetime.timedelta(days=30)).isoformat()


class TestVerbs:
    def post(self, who, item, verb, **data):
        return who.post(who.at(f"work/item/{item.pk}/{verb}/"), data, headers={**HTMX, "HX-Target": "item"})

    def test_who_may_work(self, items, biller, reader, stranger):
        for who, status in ((stranger, 404), (reader, 403), (biller, 200)):
            assert self.post(who, items[0], "claim", version=1).status_code == status

    @pytest.mark.parametrize(("verb", "status"), [("claim", 409), ("escalate", 422)])
    def test_without_the_version_one_has_seen_nothing_is_changed(self, items, biller, verb, status):
        assert self.post(biller, items[0], verb, reason="Look").status_code == status

    def test_a_note_sent_twice_is_written_once(self, items, biller, practice):
        for key in ("018f0000-0000-7000-8000-000000000001",) * 2:
            self.post(biller, items[0], "note", body="Called", form_key=key)
        with organization_scope(practice.pk):
            assert items[0].notes.count() == 1

    def test_claiming_answers_with_panel_and_row(self, items, biller):
        answer = self.post(biller, items[0], "claim", version=1)

        assert b'id="item"' in answer.content
        assert f'id="item-{items[0].pk}"'.encode() in answer.content
        assert "worklist:changed" in answer.headers["HX-Trigger-After-Settle"]

    def test_snoozing_moves_the_list_on(self, items, biller):
        answer = self.post(biller, items[0], "snooze", until=soon(), reason="OTHER", version=1)

        left = json.loads(answer.headers["HX-Trigger-After-Settle"])["worklist:left"]
        assert left == {"row": f"item-{items[0].pk}"}

    def test_nothing_sleeps_longer_than_a_year(self, items, biller):
        answer = self.post(biller, items[0], "snooze", until="2999-01-01", reason="OTHER", version=1)
        assert answer.status_code == 422

    def test_a_form_with_errors_comes_back_open(self, items, biller):
        answer = self.post(biller, items[0], "snooze", until="", reason="", version=1)

        assert answer.status_code == 422
        assert b'id="dialog-snooze"' in answer.content
        assert b"data-autoshow" in answer.content

    def test_somebody_was_first(self, items, biller, supervisor):
        self.post(supervisor, items[0], "claim", version=1)
        answer = self.post(biller, items[0], "assign", assignee=str(biller.person.pk), version=1)

        assert answer.status_code == 409
        assert supervisor.person.name.encode() in answer.content
        assert f"<del>{biller.person.name}</del>" in answer.content.decode()

    def test_without_scripts_a_verb_is_a_form_and_a_redirect(self, items, biller):
        answer = biller.post(
            biller.at(f"work/item/{items[0].pk}/note/"), {"body": "Called", "form_key": str(uuid.uuid4())}
        )

        assert answer.status_code == 302
        assert b"Called" in biller.get(answer.headers["Location"]).content

    def test_a_note_without_words_is_refused(self, items, biller):
        assert self.post(biller, items[0], "note", body=" ").status_code == 422


def test_next_item_mode_takes_one_and_goes_on(items, biller):
    start = biller.post(biller.at(f"{QUEUE}next/"), {"filter": "amount_to=100"})
    assert "mode=next" in start.headers["Location"]
    page = biller.get(start.headers["Location"])
    assert b"Item 10" in page.content
    item = WorkItem
    with organization_scope(biller.practice.pk):
        item = WorkItem.objects.get(title="Item 10")
        assert item.lease_person_id == biller.person.pk

    on = biller.post(
        biller.at(f"work/item/{item.pk}/close/"),
        {"outcome": "RESOLVED", "mode": "next", "filter": "amount_to=100", "version": item.version},
    )
    assert b"Item 9" in biller.get(on.headers["Location"]).content


def test_the_address_of_an_item_in_hand_does_not_say_it_is_in_yours(items, biller, supervisor):
    start = biller.post(biller.at(f"{QUEUE}next/"), {"filter": "amount_to=100"})
    address = start.headers["Location"]
    assert b"In your hands until" in biller.get(address).content
    seen = supervisor.get(address).content.decode()
    assert "In your hands" not in seen
    assert f"{biller.person.name} has this in hand until" in seen


class TestSavedViews:
    def save(self, who, **data):
        fields = {
            "view-name": "Big ones",
            "view-query": "amount_from=500",
            "view-visibility": "PRIVATE",
            **data,
        }
        return who.post(who.at(f"{QUEUE}views/"), fields)

    def test_a_view_is_an_address(self, items, biller):
        answer = self.save(biller)

        assert answer.headers["Location"].endswith("?amount_from=500.00")
        assert b"Big ones" in biller.get(biller.at(QUEUE)).content

    def test_the_default_view_opens_the_queue(self, items, biller):
        self.save(biller, **{"view-is_default": "on"})

        assert biller.get(biller.at(QUEUE)).headers["Location"].endswith("?amount_from=500.00")

    def test_private_views_are_private_and_team_views_are_not(self, items, biller, reader):
        self.save(biller)
        assert b"Big ones" not in reader.get(reader.at(QUEUE)).content
        self.save(biller, **{"view-visibility": "TEAM"})
        assert b"Big ones" in reader.get(reader.at(QUEUE)).content

    def test_only_its_owner_deletes_a_view(self, items, biller, reader):
        self.save(biller, **{"view-visibility": "TEAM"})
        with organization_scope(biller.practice.pk):
            view = SavedView.objects.get()
        assert reader.post(reader.at(f"{QUEUE}views/{view.pk}/delete/")).status_code == 404
        assert biller.post(biller.at(f"{QUEUE}views/{view.pk}/delete/")).status_code == 302


class TestBulk:
    def order(self, who, items, run_jobs, **data):
        address = who.at(f"{QUEUE}bulk/run/")
        return who.post(address, {"item": [str(item.pk) for item in items], **data}, headers=HTMX)

    def test_the_dialog_says_how_many_how_much_and_what_is_left_out(self, items, biller):
        with organization_scope(biller.practice.pk):
            services.close_item(item=items[0], outcome="RESOLVED", at=timezone.now())
        answer = biller.post(
            biller.at(f"{QUEUE}bulk/"),
            {"item": [str(item.pk) for item in items[:3]], "action": "CLOSE"},
            headers=HTMX,
        )

        assert b"$60.00" in answer.content
        assert b"$50.00" in answer.content
        assert b"1 left out: is done" in answer.content

    def test_a_run_does_each_item_and_reports(self, items, biller, run_jobs):
        answer = self.order(
            biller,
            items[:3],
            run_jobs,
            action="ASSIGN",
            assignee_id=str(biller.person.pk),
            form_key=str(items[0].pk),
        )
        assert answer.status_code == 202
        run_jobs()

        with organization_scope(biller.practice.pk):
            assert WorkItem.objects.filter(assignee_id=biller.person.pk).count() == 3
        again = self.order(
            biller,
            items[:3],
            run_jobs,
            action="ASSIGN",
            assignee_id=str(biller.person.pk),
            form_key=str(items[0].pk),
        )
        assert again.status_code in (202, 409)

    def test_one_bad_item_stops_nothing(self, items, biller, run_jobs, monkeypatch):
        from workbench.services import bulk

        real = bulk.close_item

        def fails_once(*, item, **rest):
            if item.pk == items[1].pk:
                raise ZeroDivisionError
            return real(item=item, **rest)

        monkeypatch.setattr(bulk, "close_item", fails_once)
        self.order(biller, items[:3], run_jobs, action="CLOSE", outcome="RESOLVED", form_key=str(items[0].pk))
        run_jobs()

        with organization_scope(biller.practice.pk):
            closed = set(WorkItem.objects.filter(stage="CLOSED").values_list("id", flat=True))
        assert closed == {items[0].pk, items[2].pk}

    def test_everything_that_matches_is_counted_again(self, items, biller, run_jobs):
        asked = {
            "everything": "59",
            "filter": "",
            "action": "NOTE",
            "body": "All of you",
            "form_key": str(items[0].pk),
        }
        moved = biller.post(biller.at(f"{QUEUE}bulk/run/"), asked, headers=HTMX)
        assert moved.status_code == 409
        assert b"now it shows 60" in moved.content

        agreed = biller.post(biller.at(f"{QUEUE}bulk/run/"), {**asked, "everything": "60"}, headers=HTMX)
        assert agreed.status_code == 202
        run_jobs()
        with organization_scope(biller.practice.pk):
            assert all(item.notes.count() == 1 for item in WorkItem.objects.all())

    def test_who_may(self, items, biller, reader, stranger):
        data = {"item": str(items[0].pk), "action": "NOTE"}
        assert reader.post(reader.at(f"{QUEUE}bulk/"), data).status_code == 403
        strange = stranger.post(stranger.at(f"{QUEUE}bulk/"), data, headers=HTMX)
        assert b"Chosen</dt><dd>0<" in strange.content


class TestExport:
    def test_a_file_for_the_one_who_asked(self, items, biller, supervisor, run_jobs, practice):
        with organization_scope(practice.pk):
            make_item(61, title='=HYPERLINK("http://evil","x")')
        address = biller.post(biller.at(f"{QUEUE}export/"), {"filter": "amount_from=590"}).headers["Location"]
        run_jobs()

        file = biller.get(address + "file/")
        text = file.content.decode("utf-8-sig")
        assert text.count("\r\n") == 4
        assert "\"'=HYPERLINK" in text
        assert supervisor.get(address + "file/").status_code == 404
        assert b"Item 59" not in biller.get(address).content

    def test_who_may(self, items, reader):
        assert reader.post(reader.at(f"{QUEUE}export/"), {}).status_code == 403


def test_no_page_reads_a_whole_table(items, biller):
    from django.db import connection

    from workbench.criteria import Criteria
    from workbench.keysets import ordered
    from workbench.kinds import kind_of
    from workbench.querysets import Narrowing
    from workbench.selectors import matching

    with organization_scope(biller.practice.pk), connection.cursor() as cursor:
        cursor.execute(
            "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
        )
        asked = Criteria()
        rows = matching(
            kind=kind_of("MANAGER"),
            asked=asked,
            person_id=None,
            on=timezone.now().date(),
            narrowed_to=Narrowing(),
        )
        first = WorkItem.objects.order_by(*asked.columns).first()
        place = tuple(getattr(first, column) for column in asked.columns)
        plan = ordered(rows, asked.columns, after=place)[:51].explain()

    assert "workitem_by_priority" in plan
    assert "Seq Scan" not in plan
    assert "Sort" not in plan
    assert "ROW(" in plan.split("Index Cond")[1]
