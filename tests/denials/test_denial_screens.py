"""The queue and the workspace of denials, through HTTP, with people of every kind and one set-up."""

import datetime
import json
import uuid

import pytest
from django.utils import timezone

from audit.models import AuditEvent, DomainEvent
from denials.models import Denial, WriteOff
from ledger.selectors import charge_balances
from patients.models import Encounter
from tenancy.scope import organization_scope
from tests.factories.counting import at_most
from workbench.models import WorkItem

HTMX = {"HX-Request": "true", "HX-Target": "item"}
TODAY = timezone.now().date().isoformat()
SOON = (timezone.now() + datetime.timedelta(days=30)).date().isoformat()


@pytest.fixture
def denial(denied):
    return denied(codes="CO-197", remarks=("N385",))


def fresh(denial):
    with organization_scope(denial.organization_id):
        return Denial.objects.select_related("work_item").get(pk=denial.pk)


def address(who, denial, rest=""):
    return who.at(f"denials/{denial.pk}/{rest}")


def post(who, denial, rest, **data):
    """`rest` of two parts (`write-off/<id>/approve/`) stands below denials, one part below the denial.

    The person has seen the item as it is, unless `version` says otherwise.
    """
    data.setdefault("version", fresh(denial).work_item.version)
    where = who.at(f"denials/{rest}") if rest.count("/") > 1 else address(who, denial, rest)
    return who.post(where, data, headers=HTMX)


def verb(who, denial, name, **data):
    """A verb of the work item, by somebody who has seen it as it is."""
    item = fresh(denial).work_item
    return who.post(who.at(f"work/item/{item.pk}/{name}/"), {"version": item.version, **data}, headers=HTMX)


class TestQueue:
    def test_who_sees_it(self, denial, biller, reader, stranger, admin_person):
        for who, status, canary in ((stranger, 200, False), (reader, 200, True), (biller, 200, True)):
            answer = who.get(who.at("denials/"))
            assert (answer.status_code, b"CLM00001" in answer.content) == (status, canary)
        assert admin_person.get(admin_person.at("denials/")).status_code == 403

    def test_a_row_says_what_a_biller_asks(self, denial, biller):
        page = biller.get(biller.at("denials/")).content.decode()

        for words in (
            "CLM00001",
            "DOE, JANE",
            "EXAMPLE HEALTH",
            "$150.00",
            "Authorization",
            "CO-197",
            "Appeal",
        ):
            assert words in page

    def test_few_queries(self, denied, biller):
        for number in range(5):
            denied(f"CLM1000{number}", trace=f"T{number}")
        biller.get(biller.at("denials/"))
        with at_most(12):
            assert biller.get(biller.at("denials/")).content.count(b"data-row") >= 5

    def test_counts(self, denial, biller):
        fragment = biller.get(biller.at("work/denials/counts/")).content.decode()
        assert "Authorization" in fragment
        assert "CO-197" in fragment
        assert "$150.00" in fragment

    def test_nothing_to_do_is_said_warmly(self, biller):
        assert b"All worked" in biller.get(biller.at("denials/")).content
        assert b"Nothing matches" in biller.get(biller.at("denials/?code=CO-18")).content

    def test_the_title_carries_no_name(self, denial, biller):
        title = biller.get(address(biller, denial)).content.decode().split("<title>")[1].split("</title>")[0]
        assert "DOE" not in title


class TestWorkspace:
    def test_who_opens_it(self, denial, biller, reader, stranger, admin_person):
        for who, status in ((stranger, 404), (admin_person, 403), (reader, 200), (biller, 200)):
            assert who.get(address(who, denial)).status_code == status

    def test_it_tells_the_whole_story(self, denial, biller):
        page = biller.get(address(biller, denial)).content.decode()

        for words in ("Money by line", "$150.00", "N385", "Root cause", "from code", "Similar denials", "Appeal",
                      "Timeline", "Payer decided: denied", "T1", "Not possible here"):  # fmt: skip
            assert words in page, words

    def test_it_leads_to_the_claim_and_to_the_payment(self, denial, biller):
        page = biller.get(address(biller, denial)).content.decode()
        for place in (f"claims/{denial.claim_id}/", f"remittances/payments/{denial.remit_claim_id}/"):
            assert f'href="{biller.at(place)}"' in page
            assert biller.get(biller.at(place)).status_code == 200

    def test_seeing_it_is_recorded(self, denial, biller):
        biller.get(address(biller, denial))
        with organization_scope(denial.organization_id):
            event = AuditEvent.objects.get(verb="denials.denial.viewed")
        assert (event.actor_id, event.subject_id, event.patient_id) == (
            biller.person.pk, denial.pk, denial.patient_id,
        )  # fmt: skip

    def test_the_panel_is_a_part(self, denial, biller):
        part = biller.get(address(biller, denial), headers={"HX-Request": "true", "HX-Target": "panel"})
        assert b"<html" not in part.content
        assert b"data-panel-close" in part.content

    def test_a_bounded_number_of_queries(self, denial, biller):
        biller.get(address(biller, denial))
        with at_most(36):
            biller.get(address(biller, denial))

    def test_a_reader_is_shown_no_buttons(self, denial, reader):
        page = reader.get(address(reader, denial)).content
        assert b"do-claim" not in page
        assert b"do-write-off" not in page


class TestWork:
    def test_taking_it_begins_the_work(self, denial, biller, reader, poster, stranger):
        for who, status in ((stranger, 404), (reader, 403), (poster, 403), (biller, 200)):
            assert verb(who, denial, "claim").status_code == status
        assert fresh(denial).state == "IN_WORK"

    def test_resolving_ends_it_and_moves_on(self, denial, biller):
        answer = verb(biller, denial, "close", outcome="CONTRACTUAL")

        assert "worklist:left" in json.loads(answer.headers["HX-Trigger-After-Settle"])
        assert (fresh(denial).state, fresh(denial).work_item.state) == ("ACCEPTED_CONTRACTUAL", "DONE")
        again = verb(biller, denial, "reopen", reason="Contract was wrong")
        assert again.status_code == 200
        assert fresh(denial).state == "TRIAGED"

    def test_what_is_not_the_patients_is_never_billed_to_the_patient(self, denial, biller):
        answer = verb(biller, denial, "close", outcome="BILLED_PATIENT")

        assert answer.status_code == 409
        assert b"does not hold the patient liable" in answer.content
        assert fresh(denial).state == "TRIAGED"

    def test_a_patients_denial_may_be(self, denied, biller):
        denial = denied(codes="PR-204")
        answer = verb(biller, denial, "close", outcome="BILLED_PATIENT")

        assert answer.status_code == 200, answer.content
        assert fresh(denial).state == "TRANSFERRED_PATIENT"

    def test_waiting_on_others_is_information_needed(self, denial, biller):
        verb(biller, denial, "block", waiting_on="PROVIDER")
        assert fresh(denial).state == "INFO_NEEDED"
        verb(biller, denial, "wake")
        assert fresh(denial).state == "IN_WORK"


class TestAppeals:
    def send(self, who, denial, **changed):
        data = {"method": "FAX", "sent_on": TODAY, "decision_due_on": SOON, "reference": "F-77",
                "form_key": str(uuid.uuid4()), **changed}  # fmt: skip
        return post(who, denial, "appeal/", **data)

    def test_who_records_one(self, denial, biller, reader, stranger):
        for who, status in ((stranger, 404), (reader, 403), (biller, 200)):
            assert self.send(who, denial).status_code == status
        after = fresh(denial)
        assert (after.state, after.work_item.state) == ("APPEAL_SUBMITTED", "SNOOZED")

    def test_the_same_form_twice_is_one_appeal(self, denial, biller):
        key = str(uuid.uuid4())
        assert [self.send(biller, denial, form_key=key).status_code for _ in range(2)] == [200, 200]
        with organization_scope(denial.organization_id):
            assert denial.appeals.count() == 1

    @pytest.mark.parametrize(
        ("changed", "status"),
        [({"sent_on": "2999-01-01"}, 409), ({"sent_on": ""}, 422), ({"method": "PIGEON"}, 422),
         ({"decision_due_on": "2020-01-01"}, 409)],
    )  # fmt: skip
    def test_what_makes_no_sense_is_refused(self, denial, biller, changed, status):
        assert self.send(biller, denial, **changed).status_code == status
        assert fresh(denial).state == "TRIAGED"

    def test_an_unprocessable_claim_has_no_appeal(self, denied, biller):
        denial = denied(codes="CO-16", remarks=("M51",), claim_remarks="MA130")
        assert self.send(biller, denial).status_code == 409

    def test_a_decision_brings_it_back_to_work(self, denial, biller):
        self.send(biller, denial)
        with organization_scope(denial.organization_id):
            appeal = denial.appeals.get()
        rest = f"appeal/{appeal.pk}/"
        assert post(biller, denial, rest + "answer/", state="ACKNOWLEDGED").status_code == 200
        answer = post(biller, denial, rest + "decision/", outcome="UPHELD", decided_on=TODAY)

        assert answer.status_code == 200
        after = fresh(denial)
        assert (after.state, after.work_item.stage) == ("DECIDED", "TO_WORK")
        assert after.next_action == "appeal"
        assert "Level 1 appeal <b>upheld</b>" in answer.content.decode()
        assert post(biller, denial, rest + "decision/", outcome="UPHELD", decided_on=TODAY).status_code == 409

    def test_a_denial_upheld_at_every_level_is_not_done_while_money_is_open(self, denial, sign_in):
        biller = sign_in("BILLER", write_off_limit_cents=20000)
        for level in range(1, 6):
            self.send(biller, denial)
            with organization_scope(denial.organization_id):
                appeal = denial.appeals.get(level=level)
            post(biller, denial, f"appeal/{appeal.pk}/decision/", outcome="UPHELD", decided_on=TODAY)
        assert fresh(denial).next_action == "write_off"
        page = biller.get(address(biller, denial)).content.decode()
        assert "CONTRACTUAL" in page
        assert "UPHELD" not in page
        assert "NOT_A_DENIAL" not in page

        refused = verb(biller, denial, "close", outcome="UPHELD")
        assert refused.status_code == 409
        assert "$150.00 of it is still open in the books" in refused.content.decode()
        asked = {"amount": "150.00", "reason": "EFFORTS_EXHAUSTED", "form_key": str(uuid.uuid4())}
        assert post(biller, denial, "write-off/", **asked).status_code == 200
        assert fresh(denial).state == "WRITTEN_OFF"

    def test_a_decision_in_our_favor_waits_for_its_money(self, denial, biller):
        self.send(biller, denial)
        with organization_scope(denial.organization_id):
            appeal = denial.appeals.get()
        post(biller, denial, f"appeal/{appeal.pk}/decision/", outcome="OVERTURNED", decided_on=TODAY)
        assert fresh(denial).next_action == "wait_payer"


class TestEvents:
    def told(self, denial):
        with organization_scope(denial.organization_id):
            rows = DomainEvent.objects.filter(subject_id=denial.pk).exclude(name="denial.detected")
            return [
                (row.name, row.data.get("assignee_id", ""))
                for row in rows.exclude(name="denial.categorized").order_by("occurred_at", "id")
            ]

    def test_assigned_says_who_and_taken_up_says_that_work_began(self, denial, biller, supervisor):
        boss, mine = str(supervisor.person.pk), str(biller.person.pk)
        verb(supervisor, denial, "assign", assignee=mine)
        verb(supervisor, denial, "assign", assignee=mine)
        assert self.told(denial) == [("denial.assigned", mine)]
        verb(biller, denial, "claim")
        assert self.told(denial)[1:] == [("denial.taken_up", "")]
        verb(biller, denial, "assign", assignee="")
        verb(supervisor, denial, "assign", assignee=boss)
        assert self.told(denial)[2:] == [("denial.assigned", boss)]


class TestWriteOffs:
    def ask(self, who, denial, amount="150.00", **changed):
        data = {"amount": amount, "reason": "EFFORTS_EXHAUSTED", "form_key": str(uuid.uuid4()), **changed}
        return post(who, denial, "write-off/", **data)

    def open_cents(self, denial):
        with organization_scope(denial.organization_id):
            return charge_balances([denial.charge_id])[denial.charge_id].outstanding_cents

    def test_within_the_limit_it_is_posted_at_once(self, denial, sign_in, reader, stranger):
        biller = sign_in("BILLER", write_off_limit_cents=20000)
        for who, status in ((stranger, 404), (reader, 403), (biller, 200)):
            assert self.ask(who, denial).status_code == status

        assert self.open_cents(denial) == 0
        after = fresh(denial)
        assert (after.state, after.written_off_cents, after.work_item.state) == ("WRITTEN_OFF", 15000, "DONE")

    def test_a_part_leaves_the_rest_open(self, denial, sign_in):
        biller = sign_in("BILLER", write_off_limit_cents=20000)
        self.ask(biller, denial, "50.00")

        assert self.open_cents(denial) == 10000
        assert (fresh(denial).is_open, fresh(denial).work_item.amount_cents) == (True, 10000)

    def test_above_the_limit_a_second_person_decides(self, denial, sign_in, supervisor):
        biller = sign_in("BILLER", write_off_limit_cents=1000)
        supervisor = sign_in("SUPERVISOR", write_off_limit_cents=500000)
        self.ask(biller, denial)
        assert self.open_cents(denial) == 15000
        assert fresh(denial).work_item.state == "REVIEW"
        with organization_scope(denial.organization_id):
            asked = WriteOff.objects.get()
            assert WorkItem.objects.filter(kind="MANAGER", is_open=True).count() == 1
        rest = f"write-off/{asked.pk}/approve/"
        assert post(biller, denial, rest).status_code == 403

        assert post(supervisor, denial, rest).status_code == 200
        assert self.open_cents(denial) == 0
        assert post(supervisor, denial, rest).status_code == 409
        with organization_scope(denial.organization_id):
            assert not WorkItem.objects.filter(kind="MANAGER", is_open=True).exists()

    def test_never_the_one_who_asked(self, denial, sign_in):
        boss = sign_in("SUPERVISOR", write_off_limit_cents=100)
        self.ask(boss, denial)
        with organization_scope(denial.organization_id):
            asked = WriteOff.objects.get()
        answer = post(boss, denial, f"write-off/{asked.pk}/approve/")

        assert answer.status_code == 409
        assert b"second person" in answer.content
        assert self.open_cents(denial) == 15000

    def test_the_database_too_wants_a_second_person(self, denial, sign_in):
        from django.db import IntegrityError, transaction

        biller = sign_in("BILLER", write_off_limit_cents=0)
        self.ask(biller, denial)
        with organization_scope(denial.organization_id), pytest.raises(IntegrityError), transaction.atomic():
            WriteOff.objects.update(state="POSTED", decided_by=biller.person)

    def test_a_refusal_needs_words_and_brings_it_back(self, denial, sign_in):
        biller, boss = sign_in("BILLER", write_off_limit_cents=0), sign_in("SUPERVISOR")
        self.ask(biller, denial)
        with organization_scope(denial.organization_id):
            asked = WriteOff.objects.get()
        assert post(boss, denial, f"write-off/{asked.pk}/refuse/", note="").status_code == 422
        assert post(boss, denial, f"write-off/{asked.pk}/refuse/", note="Appeal it").status_code == 200
        assert fresh(denial).work_item.stage == "TO_WORK"

    def test_the_requester_may_take_it_back(self, denial, sign_in):
        biller = sign_in("BILLER", write_off_limit_cents=0)
        self.ask(biller, denial)
        with organization_scope(denial.organization_id):
            asked = WriteOff.objects.get()
        assert post(biller, denial, f"write-off/{asked.pk}/withdraw/").status_code == 200
        assert fresh(denial).work_item.stage == "TO_WORK"

    def test_a_refusal_half_way_leaves_nothing_behind(self, denial, sign_in):
        biller = sign_in("BILLER", write_off_limit_cents=0)
        self.ask(biller, denial)
        data = {"method": "FAX", "sent_on": TODAY, "form_key": str(uuid.uuid4())}
        assert post(biller, denial, "appeal/", **data).status_code == 409

        with organization_scope(denial.organization_id):
            assert not denial.appeals.exists()
        assert (fresh(denial).state, fresh(denial).work_item.state) == ("TRIAGED", "REVIEW")

    @pytest.mark.parametrize("amount", ["0", "-1", "150.01", "abc"])
    def test_no_more_than_is_open(self, denial, biller, amount):
        assert self.ask(biller, denial, amount).status_code in (409, 422)
        assert self.open_cents(denial) == 15000

    def test_the_same_form_twice_posts_once(self, denial, sign_in):
        biller = sign_in("BILLER", write_off_limit_cents=20000)
        key = str(uuid.uuid4())
        self.ask(biller, denial, "50.00", form_key=key)
        self.ask(biller, denial, "50.00", form_key=key)
        assert self.open_cents(denial) == 10000


class TestAppealDates:
    @pytest.mark.parametrize(
        ("sent_on", "due_on"), [("1900-01-01", ""), (TODAY, "2999-01-01"), (TODAY, "1999-01-01")]
    )
    def test_a_day_that_cannot_be_is_refused(self, denial, biller, sent_on, due_on):
        data = {"method": "FAX", "sent_on": sent_on, "decision_due_on": due_on, "form_key": str(uuid.uuid4())}
        assert post(biller, denial, "appeal/", **data).status_code == 409
        assert fresh(denial).state == "TRIAGED"

    def test_what_changed_meanwhile_is_refused(self, denial, biller):
        data = {"method": "FAX", "sent_on": TODAY, "form_key": str(uuid.uuid4()), "version": 99}
        assert post(biller, denial, "appeal/", **data).status_code == 409
        assert post(biller, denial, "appeal/", **data | {"version": ""}).status_code == 422


class TestRouting:
    def test_who_decides(self, denial, biller, supervisor, reader):
        assert reader.get(reader.at("denials/routing/")).status_code == 200
        data = {"category": "coding", "team": "coding", "payer": "", "note": "ours"}
        assert biller.post(biller.at("denials/routing/save/"), data).status_code == 403
        assert supervisor.post(supervisor.at("denials/routing/save/"), data).status_code == 302
        assert b"ours" in reader.get(reader.at("denials/routing/")).content
        assert (
            supervisor.post(supervisor.at("denials/routing/save/"), {**data, "team": "x"}).status_code == 422
        )


def test_bulk_closing_leaves_out_what_may_not_be(denial, denied, biller, run_jobs):
    patients = denied("CLM00002", codes="PR-204", trace="T2")
    answer = biller.post(
        biller.at("work/denials/bulk/run/"),
        {"item": [str(denial.work_item_id), str(patients.work_item_id)], "action": "CLOSE", "outcome": "BILLED_PATIENT",
         "form_key": str(uuid.uuid4())},
        headers=HTMX,
    )  # fmt: skip
    assert answer.status_code == 202, answer.content
    run_jobs()

    assert fresh(patients).state == "TRANSFERRED_PATIENT"
    assert fresh(denial).state == "TRIAGED"


def test_the_bulk_dialog_counts_by_what_was_chosen(denial, denied, biller):
    patients = denied("CLM00002", codes="PR-204", trace="T2")
    both = {"item": [str(denial.work_item_id), str(patients.work_item_id)], "action": "CLOSE"}
    chosen = {**both, "outcome": "BILLED_PATIENT"}
    dialog = biller.post(biller.at("work/denials/bulk/"), chosen, headers=HTMX).content.decode()
    assert "1 left out: the payer does not hold the patient liable" in dialog
    assert 'name="changing" value="1"' in dialog

    unseen = biller.post(biller.at("work/denials/bulk/run/"), {**chosen, "changing": "2"}, headers=HTMX)
    assert unseen.status_code == 409
    assert "With this choice 1 of them will change" in unseen.content.decode()
    upheld = biller.post(biller.at("work/denials/bulk/"), {**both, "outcome": "UPHELD"}, headers=HTMX)
    assert "2 left out: money is still open in the books" in upheld.content.decode()


def test_the_export_says_it_in_words_and_that_it_was_taken_away(denial, practice, biller, run_jobs):
    where = biller.post(biller.at("work/denials/export/"), {}).headers["Location"]
    run_jobs()
    text = biller.get(where + "file/").content.decode("utf-8-sig")

    with organization_scope(practice.pk):
        assert DomainEvent.objects.get(name="access.phi.exported").data == {"rows": 1}

    assert "CLM00001" in text
    assert "CO-197" in text
    assert "Authorization" in text


def test_a_denial_the_law_protects_stands_in_no_file(denial, practice, biller, run_jobs):
    with organization_scope(practice.pk):
        Encounter.objects.update(is_sensitive=True)
    where = biller.post(biller.at("work/denials/export/"), {}).headers["Location"]
    run_jobs()
    assert "CLM00001" not in biller.get(where + "file/").content.decode("utf-8-sig")
    assert "CLM00001" in biller.get(biller.at("denials/")).content.decode()


def test_the_portfolio_shows_the_practices_one_serves(denial, biller, stranger):
    assert b"CLM00001" in biller.get("/portfolio/denials/").content
    assert b"CLM00001" not in stranger.get("/portfolio/denials/").content
    assert biller.post("/portfolio/denials/").status_code == 405
    assert biller.get("/portfolio/", follow=True).status_code == 200


def test_a_page_of_its_own_stays_one_after_an_action(denial, biller):
    for headers, is_panel in ((HTMX, True), ({**HTMX, "X-Item-Page": "1"}, False)):
        answer = biller.post(
            biller.at(f"work/item/{denial.work_item_id}/note/"),
            {"body": "Called", "form_key": str(uuid.uuid4())},
            headers=headers,
        )
        page = answer.content.decode()
        assert answer.status_code == 200, page
        assert ("data-panel-close" in page, "hx-swap-oob" in page) == (is_panel, is_panel)


def test_a_suggested_write_off_is_one_button(denied, biller, reader):
    late = denied(codes="CO-29")
    with organization_scope(late.organization_id):
        Denial.objects.filter(pk=late.pk).update(next_action="write_off")

    page = biller.get(address(biller, late)).content.decode()

    assert page.count('data-dialog-open="#dialog-write_off"') == 1
    assert 'data-key-too="w"' in page


def test_the_timeline_begins_with_the_visit(denial, biller):
    for where in (address(biller, denial), biller.at(f"claims/{denial.claim_id}/work/")):
        page = biller.get(where).content.decode()
        for words in ("Visit", "1 charge captured: $", "Coverage on file: EXAMPLE HEALTH"):
            assert words in page, words
