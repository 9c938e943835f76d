"""A worker, the clearinghouse, Valkey or PostgreSQL killed at each step of sending, and started again; or a worker that
is so slow that another takes up the same.

Every claim is delivered exactly once by the clearinghouse's own count, numbers have no gap and no repeat, and every
answer is applied once. Ways of sending that are known to be wrong are killed at the same steps, and must be caught.
"""

import pytest

from tests.soak.sending import ANOTHER, CLEARINGHOUSE, DATABASE, RESTARTS, VALKEY, WORKER
from tests.soak.steps import BY_HTTPS, REMEMBERING, SFTP, STEPS_OF, TOGETHER, receiving

ROUNDS = 3
RECEIVING = list(receiving(SFTP))
STEPS = {
    WORKER: list(STEPS_OF["SFTP"]),
    CLEARINGHOUSE: TOGETHER,
    VALKEY: TOGETHER,
    # A transfer is given up long before its lease ends: nobody else begins in the middle of it.
    ANOTHER: ["before connecting", *REMEMBERING, *RECEIVING],
}
# The clearinghouse answers when whoever was interrupted has had the time to go on, and not before.
SLOWLY = {"acknowledged": 5, "forwarded": 5.1, "accepted": 5.2, "paid": 5.3}
VERY_SLOWLY = {step: seconds + 10 for step, seconds in SLOWLY.items()}
LONG_AWAY = ["in the middle of the file", "delivered, not remembered", "answer read, not stored"]


def killed_at(scene, killings):
    """What is wrong after claims were billed and somebody was killed at each of the steps, which come in this order."""
    scene.bill()
    scene.kill_at(killings)
    return scene.settle()


@pytest.mark.django_db(transaction=True)
def test_some_steps(scene, figures):
    killings = [
        ("sealed, claims not moved", WORKER),
        ("all written, not renamed", CLEARINGHOUSE),
        ("delivered, not remembered", WORKER),
        ("answer read, not stored", VALKEY),
    ]
    assert killed_at(scene(kinds=("837P", "837I")), killings) == []
    figures("sending, a few steps", killed=", ".join(f"{victim} when {step}" for step, victim in killings))


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("victim", STEPS)
def test_every_step(scene, figures, victim, turn):
    """A turn has steps far from each other, so that no job is interrupted more often than it is tried. Of those of
    receiving, which other threads may have passed by then, each has claims of its own.
    """
    steps = STEPS[victim][turn::ROUNDS]
    killed_in_turn(scene(**SLOWLY) if victim == ANOTHER else scene(), steps, victim)
    figures(f"sending by SFTP, {victim} killed", steps=len(steps))


def killed_in_turn(built, steps, victim):
    together = [step for step in steps if step not in RECEIVING]
    for some in (together, *([step] for step in steps if step in RECEIVING)):
        assert killed_at(built, [(step, victim) for step in some]) == [], some


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(ROUNDS))
def test_every_step_without_a_database(own_postgres, scene, figures, turn):
    steps = TOGETHER[turn::ROUNDS]
    killed_in_turn(scene(postgres=own_postgres, **VERY_SLOWLY), steps, DATABASE)
    figures("sending by SFTP, PostgreSQL stopped", steps=len(steps))


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_database_that_stops_again_and_again(own_postgres, scene, figures):
    own_postgres.restarts = RESTARTS
    killed_in_turn(scene(postgres=own_postgres, **VERY_SLOWLY), LONG_AWAY, DATABASE)
    figures(f"sending by SFTP, PostgreSQL stopped {RESTARTS} times in a row", steps=len(LONG_AWAY))


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("victim", [WORKER, CLEARINGHOUSE])
def test_every_step_of_the_other_wire(scene, figures, victim):
    steps = [*BY_HTTPS, "answer deleted there"]
    assert killed_at(scene(transport="HTTPS"), [(step, victim) for step in steps]) == []
    figures(f"sending by HTTPS, {victim} killed", steps=len(steps))


CAUGHT_AT = {
    "remembers_before_it_sends": ("in the middle of the file", WORKER, "claims lost"),
    "draws_a_new_number_after_a_crash": ("delivered, not remembered", WORKER, "claims doubled"),
    "never_asks_what_is_there": ("delivered, not remembered", WORKER, "claims doubled"),
    "deletes_before_it_stores": ("answer read, not stored", WORKER, "answers lost"),
    "draws_numbers_apart": ("numbers drawn, nothing kept", WORKER, "interchange numbers"),
    "knows_before_it_locks": ("answer read, not stored", ANOTHER, "answers lost"),
}


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("twin", CAUGHT_AT)
def test_a_way_known_to_be_wrong_is_caught(scene, figures, twin):
    step, victim, words = CAUGHT_AT[twin]
    wrong = killed_at(scene(twin=twin, **SLOWLY), [(step, victim)])
    assert any(one.startswith(words) for one in wrong), wrong
    figures(f"known bad, {twin}", caught=f"{victim}, {step}")


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
def test_a_database_that_confirms_what_is_not_written_is_caught(own_postgres, scene, figures):
    own_postgres.confirms_too_early()
    built = scene(postgres=own_postgres)
    wrong = killed_at(built, [("delivered, not remembered", DATABASE)])
    assert any(one.startswith(("words on claims", "claims lost")) for one in wrong), wrong
    figures("known bad, commits that are not written", caught=f"{DATABASE} stopped")
