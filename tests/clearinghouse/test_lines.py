"""A partner that does not answer is left alone for a while, and takes no worker's time from the others."""

import threading
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone

from audit.models import DomainEvent
from clearinghouse import lines
from clearinghouse.models import Connection, DeliveryAttempt, Interchange
from clearinghouse.services import seal
from clearinghouse.tasks import order_fetches
from tenancy.ids import uuid7
from tenancy.jobs import NotNow
from tenancy.models import OutboxMessage
from tenancy.scope import organization_scope
from tests.factories.partners import claims_to_send
from workbench.models import WorkItem


@pytest.fixture
def line():
    """One that nobody has used."""
    return Connection(id=uuid7(), organization_id=uuid7())


def use(line, trouble=""):
    with lines.place_on(line) as place:
        place.trouble = trouble
    return place


def rest(line):
    for _ in range(lines.FAILURES):
        place = use(line, "UNREACHABLE")
    return place


def is_free(line):
    try:
        use(line, None)
    except NotNow:
        return False
    return True


# -- the breaker -------------------------------------------------------------------------------------------------


def test_a_line_rests_after_failures_in_a_row_longer_each_time(line):
    use(line, "TIMED_OUT")
    use(line, "TIMED_OUT")
    assert use(line).rests == 0
    assert rest(line).rests == 1
    asked = []
    for _ in range(7):
        with pytest.raises(NotNow) as refusal:
            use(line)
        asked.append(refusal.value.wait)
        lines.end_rest(line)
        use(line, "UNREACHABLE")
    minutes = [1, 2, 4, 8, 15, 15, 15]
    for minute, wait in zip(minutes, asked, strict=True):
        assert timedelta(minutes=minute * 0.74) < wait < timedelta(minutes=minute * 1.25, seconds=3)
    lines.end_rest(line)
    assert use(line).came_back
    assert not use(line).came_back
    assert lines.state_of(line) == lines.LineState()


def test_what_is_not_the_lines_fault_lets_it_work(line):
    for trouble in ("SIGN_IN", "HOST_KEY", "FOLDER", "CUT_SHORT", "SECRET"):
        for _ in range(5):
            assert use(line, trouble).rests == 0


def test_one_alone_tries_a_line_after_its_rest(line):
    rest(line)
    lines.end_rest(line)
    together, inside = threading.Barrier(8), []
    finished = threading.Event()

    def try_it():
        together.wait()
        try:
            with lines.place_on(line) as place:
                inside.append(place)
                finished.wait()
        except NotNow:
            refused.release()

    refused = threading.Semaphore(0)
    workers = [threading.Thread(target=try_it) for _ in range(8)]
    for one in workers:
        one.start()
    assert all(refused.acquire(timeout=20) for _ in range(7))
    finished.set()
    for one in workers:
        one.join()
    assert len(inside) == 1


def test_who_began_before_the_rest_does_not_make_it_longer(line):
    use(line)
    with ExitStack() as held:
        together = [held.enter_context(lines.place_on(line)) for _ in range(lines.PLACES)]
        for place in together:
            place.trouble = "UNREACHABLE"
    told = {(one.rests, one.rest > timedelta()) for one in together}
    assert told == {(0, False), (1, True)}
    assert lines.state_of(line).rests == 1


def test_without_valkey_every_line_may_be_used(line, settings, monkeypatch):
    rest(line)
    monkeypatch.setitem(settings.CACHES["default"], "LOCATION", "redis://127.0.0.1:1/0")
    lines._client.cache_clear()
    try:
        assert [use(line, "UNREACHABLE").rests for _ in range(5)] == [0] * 5
        assert lines.state_of(line) == lines.LineState()
    finally:
        lines._client.cache_clear()


# -- the places --------------------------------------------------------------------------------------------------


def test_a_line_that_works_has_four_places_and_a_new_one_a_single(line):
    with lines.place_on(line):
        assert not is_free(line)
    use(line)
    with ExitStack() as held:
        for _ in range(lines.PLACES):
            held.enter_context(lines.place_on(line))
        assert not is_free(line)
    assert is_free(line)


def test_a_payer_in_trouble_has_a_single_place_and_then_none_and_the_others_on_its_line_have_theirs(line):
    def held(payer):
        with ExitStack() as places:
            taken = 0
            try:
                while taken <= lines.PAYER_PLACES:
                    places.enter_context(lines.place_of(line, payer))
                    taken += 1
            except NotNow:
                pass
            return taken

    def fails(payer):
        with lines.place_of(line, payer) as place:
            place.trouble = "TIMED_OUT"

    assert (held("SLOW"), held("OTHER")) == (lines.PAYER_PLACES, lines.PAYER_PLACES)
    fails("SLOW")
    assert (held("SLOW"), held("OTHER")) == (1, lines.PAYER_PLACES)
    for _ in range(lines.FAILURES - 1):
        fails("SLOW")
    assert (held("SLOW"), held("OTHER")) == (0, lines.PAYER_PLACES)
    assert is_free(line)
    assert lines.state_of(line) == lines.LineState()


def test_the_place_of_a_dead_worker_is_free_after_its_lease(line, monkeypatch):
    monkeypatch.setattr(lines, "LEASE", timedelta(milliseconds=60))
    with lines.place_on(line):
        assert not is_free(line)
        threading.Event().wait(0.1)
        assert is_free(line)


def test_slow_and_failing_lines_together_leave_places_for_the_rest(monkeypatch):
    monkeypatch.setattr(lines, "IN_DOUBT", f"tests:{uuid7()}")
    monkeypatch.setattr(lines, "SLOW_SECONDS", -1)
    slow = [Connection(id=uuid7(), organization_id=uuid7()) for _ in range(lines.PLACES_IN_DOUBT + 1)]
    for one in slow:
        use(one)
    monkeypatch.setattr(lines, "SLOW_SECONDS", 5)
    with ExitStack() as held:
        for one in slow[:-1]:
            held.enter_context(lines.place_on(one))
        assert not is_free(slow[-1])
        assert is_free(Connection(id=uuid7(), organization_id=uuid7()))


# -- what a partner's absence does to its files ------------------------------------------------------------------


@pytest.fixture
def away(practice, wire, partner_server, run_jobs):
    """Two files were sealed while the partner was away, and its line rests."""
    partner_server.close()
    with organization_scope(practice.pk):
        for prefix in "CD":
            seal(partner_id=wire.id, kind="837P", claims=claims_to_send(1, prefix), at=timezone.now())
    later(run_jobs, times=8)
    return partner_server


def later(run_jobs, times=1):
    for _ in range(times):
        OutboxMessage.objects.update(due_at=timezone.now())
        run_jobs()


def troubles():
    return list(DeliveryAttempt.objects.order_by("id").values_list("trouble", flat=True))


def problems(state="UNASSIGNED"):
    rows = WorkItem.objects.filter(kind="EXCHANGE", state=state)
    return sorted(rows.values_list("category", flat=True))


def test_files_wait_for_a_resting_line_and_leave_when_it_is_back(practice, wire, away, run_jobs, tmp_path):
    with organization_scope(practice.pk):
        order_fetches()
        order_fetches()
    later(run_jobs)
    with organization_scope(practice.pk):
        assert set(Interchange.objects.values_list("state", flat=True)) == {"SEALED"}
        assert troubles() == ["UNREACHABLE"] * 3
        assert problems() == []
        waiting = OutboxMessage.objects.filter(state="PENDING", due_at__gt=timezone.now())
        assert sorted(waiting.values_list("name", "attempts")) == [
            ("clearinghouse.deliver", 0), ("clearinghouse.deliver", 0), ("clearinghouse.fetch", 0),
        ]  # fmt: skip
        connection = Connection.objects.get(is_active=True)
    for _ in range(9):
        lines.end_rest(connection)
        later(run_jobs)
    with organization_scope(practice.pk):
        assert set(Interchange.objects.values_list("state", flat=True)) == {"SEALED"}
        assert problems() == ["AWAY"]

    away.open_again()
    lines.end_rest(connection)
    with organization_scope(practice.pk):
        fetch = OutboxMessage.objects.filter(name="clearinghouse.fetch")
        fetch.update(due_at=timezone.now())
    run_jobs()
    with organization_scope(practice.pk):
        assert set(Interchange.objects.values_list("state", flat=True)) == {"SENT"}
        assert problems() == []
        assert problems("CANCELLED") == ["AWAY"]
        told = DomainEvent.objects.filter(name__startswith="breaker.").order_by("id")
        assert list(told.values_list("name", flat=True)) == ["breaker.opened", "breaker.closed"]
        assert all(DeliveryAttempt.objects.values_list("adapter", flat=True))
    assert len(list((tmp_path / "in").iterdir())) == 2


def test_a_person_who_asks_now_need_not_wait(practice, wire, away, run_jobs, biller, reader, stranger):
    away.open_again()
    run_jobs()
    assert troubles_of(practice) == ["UNREACHABLE"] * 3
    address = f"files/partners/{wire.pk}/fetch/"
    for who, status in ((stranger, 404), (reader, 403), (biller, 302)):
        assert who.post(biller.at(address)).status_code == status
    run_jobs()
    assert troubles_of(practice) == ["UNREACHABLE"] * 3 + ["", ""]


def test_a_new_address_is_tried_at_once(practice, wire, away, run_jobs, admin_person, partner_server):
    away.open_again()
    with organization_scope(practice.pk):
        old = Connection.objects.get(is_active=True)
    form = {name: getattr(old, name) for name in (
        "transport", "address", "port", "user_name", "secret_name", "host_key", "outgoing_folder", "incoming_folder",
        "timeout_seconds",
    )}  # fmt: skip
    assert (
        admin_person.post(admin_person.at(f"files/partners/{wire.pk}/connection/"), form).status_code == 302
    )
    run_jobs()
    run_jobs()
    assert troubles_of(practice)[3:].count("") >= 1


def test_a_waiting_file_can_be_sent_at_once_or_brought_by_hand(practice, wire, away, run_jobs, biller):
    with organization_scope(practice.pk):
        first, second = Interchange.objects.order_by("control_number")
    away.open_again()
    assert biller.post(biller.at(f"files/sent/{first.id}/send/")).status_code == 302
    hand = biller.at(f"files/sent/{second.id}/confirm/")
    assert biller.post(hand, {"confirmation": "PCH-1"}).status_code == 302
    run_jobs()
    with organization_scope(practice.pk):
        assert list(Interchange.objects.order_by("control_number").values_list("state", "confirmation")) == [
            ("SENT", ""), ("SENT", "PCH-1"),
        ]  # fmt: skip
        assert troubles() == ["UNREACHABLE"] * 3 + [""]


def troubles_of(practice):
    with organization_scope(practice.pk):
        return troubles()
