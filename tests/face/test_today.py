"""The landing page: cards that are queries, each opening what it counts."""

from __future__ import annotations

import datetime
from typing import Any

import pytest
from django.utils import timezone

from denials import services as denials
from tenancy.choices import Role
from tenancy.scope import organization_scope
from tests.factories import era
from workbench.kinds import all_kinds
from workbench.models import WorkItem
from workbench.services import open_item


@pytest.fixture
def late_item(in_practice: Any) -> Any:
    today = timezone.localtime().date()
    return open_item(
        kind="MANAGER",
        cause_key="deadline:1",
        title="Deadline passed",
        occurred_on=today - datetime.timedelta(days=3),
        due_on=today - datetime.timedelta(days=1),
        amount_cents=12_345,
    )


def test_nothing_to_do_is_said_warmly_once(biller: Any) -> None:
    page = biller.get(biller.at()).content.decode()
    assert page.count("Nothing waits for you") == 1


def test_a_card_opens_the_queue_it_counts(biller: Any, late_item: Any) -> None:
    page = biller.get(biller.at()).content.decode()
    assert "Manager items" in page
    assert "$123.45 · 1 overdue" in page
    assert "Nothing waits for you" not in page
    queue = biller.get(biller.at("work/manager/"))
    assert queue.status_code == 200
    assert late_item.title in queue.content.decode()


def test_the_rail_shows_what_is_open_and_warns_of_what_is_late(biller: Any, late_item: Any) -> None:
    figures = biller.get(biller.at("counts/")).content.decode()
    assert 'id="count-work"' in figures
    assert "rail-count-alarm" in figures


def test_every_role_gets_the_figures_of_its_own_rail(sign_in: Any) -> None:
    for role in Role.values:
        person = sign_in(role)
        assert person.get(person.at("counts/")).status_code == 200, role


def test_another_practice_counts_only_its_own(stranger: Any, late_item: Any) -> None:
    assert "Nothing waits for you" in stranger.get(stranger.at()).content.decode()
    assert stranger.get(f"/p/{late_item.organization_id}/").status_code == 404
    assert stranger.get(f"/p/{late_item.organization_id}/counts/").status_code == 404


def test_who_may_not_see_queues_sees_no_figures(admin_person: Any, late_item: Any) -> None:
    assert "Manager items" not in admin_person.get(admin_person.at()).content.decode()


def test_today_asks_little_of_the_database(
    biller: Any, late_item: Any, django_assert_max_num_queries: Any
) -> None:
    biller.get(biller.at())
    with django_assert_max_num_queries(14):
        biller.get(biller.at())


def test_the_queue_of_every_kind_opens(supervisor: Any) -> None:
    for kind in all_kinds():
        answer = supervisor.get(supervisor.at(f"work/{kind.slug}/"), follow=True)
        assert answer.status_code == 200, kind.slug
        assert supervisor.get(supervisor.at(f"work/{kind.slug}/counts/")).status_code == 200, kind.slug


def test_every_card_opens_a_list_of_exactly_what_it_counts(biller: Any, practice: Any) -> None:
    with organization_scope(practice.pk):
        era.claim("C1", "150.00")
        era.claim("C2", "90.00")
        era.post(era.Era("T1").paid("C1", "150.00 0 CO-197=150.00").paid("C2", "90.00 0 CO-197=90.00"))
        era.ingest(era.Era("T2").paid("C1", "150.00 100.00 CO-45=50.00"))
        today = timezone.localtime().date()
        denials.take_facts(on=today, at=timezone.now())
        mine, late = WorkItem.objects.filter(kind="DENIAL").order_by("id")
        WorkItem.objects.filter(id=mine.id).update(
            assignee=biller.person,
            state="ASSIGNED",
            follow_up_on=today,
            due_on=today + datetime.timedelta(days=7),
        )
        WorkItem.objects.filter(id=late.id).update(due_on=today - datetime.timedelta(days=1))
    cards = biller.get(biller.at()).context
    figures = {card.name: (card.figure, card.url) for card in [*cards["denials"], *cards["exceptions"]]}
    for name, (figure, url) in figures.items():
        page = biller.get(url)
        assert len(page.context["rows"]) == figure, name
    assert figures["Unposted remittances"][0] == 1
    assert {figures[name][0] for name in ("Overdue", "Due this week", "Yours", "Follow up")} == {1}
