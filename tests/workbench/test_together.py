"""Several people at once: the database decides who won, on real connections."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.utils import timezone

from tenancy.scope import organization_scope
from tests.conftest import make_person
from tests.factories.workbench import make_item
from workbench import services
from workbench.models import WorkItem

PEOPLE = 6


@pytest.fixture
def people(transactional_db, practice):
    return [make_person(practice, "BILLER").pk for _ in range(PEOPLE)]


def at_once(practice, people, act):
    """Run `act` for everybody, each in a transaction of their own, begun together."""
    ready = threading.Barrier(len(people))

    def one(person_id):
        try:
            ready.wait(timeout=30)
            with organization_scope(practice.pk, person_id=person_id):
                return act()
        except services.Refusal:
            return None
        finally:
            connection.close()

    with ThreadPoolExecutor(len(people)) as pool:
        return list(pool.map(one, people))


def test_one_of_many_claimants_wins(practice, people):
    with organization_scope(practice.pk):
        item = make_item()

    won = at_once(practice, people, lambda: services.claim_item(item=item, at=timezone.now()))

    assert sum(one is not None for one in won) == 1
    with organization_scope(practice.pk):
        assert WorkItem.objects.get().version == 2


def test_everybody_gets_another_next_item(practice, people):
    with organization_scope(practice.pk):
        for number in range(PEOPLE):
            make_item(number)

    def take():
        rows = WorkItem.objects.to_work()
        item = services.take_next(rows=rows, order=("priority_order", "due_order", "id"), at=timezone.now())
        return item.pk if item else None

    taken = [one for one in at_once(practice, people, take) if one]
    assert len(taken) == len(set(taken)) == PEOPLE


def test_one_cause_opens_one_item_however_many_find_it(practice, people):
    opened = at_once(practice, people, lambda: make_item().pk)

    assert len(set(opened)) == 1
