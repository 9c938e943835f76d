from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from audit.models import DomainEvent
from tenancy.scope import organization_scope
from tests.factories.workbench import make_item
from workbench import services
from workbench.choices import ItemState, Stage
from workbench.models import WorkItem, WorkNote

NOW = timezone.now()
TOMORROW = NOW.date() + timedelta(days=1)


@pytest.fixture
def as_biller(practice, biller):
    with organization_scope(practice.pk, actor_kind="PERSON", person_id=biller.person.pk) as scope:
        yield scope


class TestOpening:
    def test_one_cause_has_one_open_item(self, in_practice):
        first = make_item(1)
        again = make_item(1, title="The same thing, said again")

        assert again.pk == first.pk
        assert WorkItem.objects.count() == 1

    def test_a_closed_item_leaves_room_for_a_new_one(self, in_practice):
        first = make_item(1)
        services.close_item(item=first, outcome="RESOLVED", at=NOW)

        assert make_item(1).pk != first.pk

    def test_the_database_refuses_a_second_open_item(self, in_practice):
        from django.db import IntegrityError, transaction

        item = make_item(1)
        with pytest.raises(IntegrityError), transaction.atomic():
            WorkItem.objects.create(
                kind=item.kind, cause_key=item.cause_key, title="x", occurred_on=item.occurred_on
            )

    def test_many_items_take_a_constant_number_of_statements(
        self, in_practice, django_assert_max_num_queries
    ):
        drafts = [
            services.ItemDraft(
                kind="MANAGER", cause_key=f"c{n}", title="t", occurred_on=NOW.date(), queue="billing"
            )
            for n in range(300)
        ]
        with django_assert_max_num_queries(8):
            assert len(services.open_items(drafts)) == 300

        assert DomainEvent.objects.filter(name="workitem.created").count() == 300

    def test_stage_and_order_follow_from_the_database(self, in_practice):
        item = make_item(7, due_on=None)

        assert (item.stage, item.is_open, item.priority_order) == (Stage.TO_WORK, True, -7)
        assert item.due_order == date(9999, 12, 31)


class TestVerbs:
    def test_a_claim_is_mine_in_progress_and_leased(self, as_biller):
        item = services.claim_item(item=make_item(), at=NOW)

        assert (item.assignee_id, item.state) == (as_biller.person_id, ItemState.IN_PROGRESS)
        assert item.lease_until == NOW + services.LEASE

    def test_a_leased_item_is_not_taken_by_a_colleague(self, practice, biller, supervisor):
        with organization_scope(practice.pk, person_id=biller.person.pk):
            item = services.claim_item(item=make_item(), at=NOW)
        with organization_scope(practice.pk, person_id=supervisor.person.pk):
            with pytest.raises(services.HeldByAnother) as refusal:
                services.claim_item(item=item, at=NOW)
            assert biller.person.name in refusal.value.message

            later = NOW + services.LEASE + timedelta(seconds=1)
            assert services.claim_item(item=item, at=later).assignee_id == supervisor.person.pk

    def test_an_old_version_is_refused_with_who_changed_it(self, as_biller, biller):
        item = make_item()
        services.assign_item(item=item, assignee_id=biller.person.pk, at=NOW)

        with pytest.raises(services.ChangedMeanwhile) as refusal:
            services.snooze_item(item=item, until=TOMORROW, reason="OTHER", at=NOW, version=item.version)

        assert biller.person.name in refusal.value.message

    def test_snoozed_items_wait_and_wake_on_their_day(self, as_biller):
        item = services.snooze_item(item=make_item(), until=TOMORROW, reason="PAYER_RESPONSE", at=NOW)
        assert item.stage == Stage.WAITING

        assert services.wake_due_items(on=NOW.date(), at=NOW) == 0
        assert services.wake_due_items(on=TOMORROW, at=NOW) == 1
        assert services.wake_due_items(on=TOMORROW, at=NOW) == 0
        item.refresh_from_db()
        assert (item.state, item.follow_up_on) == (ItemState.UNASSIGNED, TOMORROW)

    @pytest.mark.parametrize(("until", "reason"), [(NOW.date(), "OTHER"), (TOMORROW, "BORED")])
    def test_a_snooze_needs_a_later_day_and_a_reason(self, as_biller, until, reason):
        with pytest.raises(services.Refusal):
            services.snooze_item(item=make_item(), until=until, reason=reason, at=NOW)

    def test_a_note_sets_the_follow_up_and_stays_as_written(self, as_biller):
        item = make_item()
        note = services.note_item(item=item, body="Called, on hold 40 min", follow_up_on=TOMORROW, at=NOW)

        item.refresh_from_db()
        assert item.follow_up_on == TOMORROW
        from django.db import DatabaseError, transaction

        with pytest.raises(DatabaseError), transaction.atomic():
            WorkNote.objects.filter(pk=note.pk).update(body="Something else")

    def test_an_escalated_item_lies_before_the_managers(self, as_biller):
        item = services.claim_item(item=make_item(), at=NOW)
        item = services.escalate_item(item=item, reason="Payer refuses to talk to us", at=NOW)

        assert (item.is_escalated, item.queue.code, item.assignee_id) == (True, "managers", None)
        assert item.state == ItemState.UNASSIGNED

    def test_a_closed_item_takes_no_further_verb(self, as_biller):
        item = make_item()
        services.close_item(item=item, outcome="RESOLVED", at=NOW)

        with pytest.raises(services.NotPossible):
            services.claim_item(item=item, at=NOW)

    def test_reopening_waits_for_no_other_open_item_of_the_cause(self, as_biller):
        item = services.close_item(item=make_item(), outcome="RESOLVED", at=NOW)
        other = make_item()
        with pytest.raises(services.Refusal):
            services.reopen_item(item=item, reason="", at=NOW)

        services.close_item(item=other, outcome="RESOLVED", at=NOW)
        assert services.reopen_item(item=item, reason="", at=NOW).stage == Stage.TO_WORK

    def test_cancelling_a_cause_twice_changes_nothing(self, as_biller):
        make_item()
        assert services.cancel_items(kind="MANAGER", cause_keys=["cause:1"], at=NOW) == 1
        assert services.cancel_items(kind="MANAGER", cause_keys=["cause:1"], at=NOW) == 0


class TestNextItem:
    def take(self, at=NOW):
        return services.take_next(rows=WorkItem.objects.to_work(), order=("priority_order", "id"), at=at)

    def test_the_best_free_item_comes_first_and_only_once(self, practice, biller, supervisor):
        with organization_scope(practice.pk, person_id=biller.person.pk):
            for number in (1, 2, 3):
                make_item(number)
            assert self.take().title == "Item 3"
        with organization_scope(practice.pk, person_id=supervisor.person.pk):
            assert self.take().title == "Item 2"

    def test_a_skipped_item_is_for_others(self, as_biller):
        make_item(1), make_item(2)
        services.skip_item(item=self.take(), reason="Needs a coder", at=NOW)

        assert self.take().title == "Item 1"
        assert self.take(at=NOW + timedelta(days=1)).title == "Item 2"

    def test_nothing_free_is_no_item(self, as_biller):
        assert self.take() is None


def test_the_verbs_leave_no_row_behind_in_another_practice(in_practice, other_practice):
    make_item()
    with organization_scope(other_practice.pk), connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM workbench_workitem")
        assert cursor.fetchone() == (0,)
