"""A worker, the clearinghouse or Valkey killed at each step of sending, and started again.

Every claim is delivered exactly once by the clearinghouse's own count, numbers have no gap and no repeat, and every
answer is applied once. Ways of sending that are known to be wrong are killed at the same steps, and must be caught.
"""

import pytest

from tests.soak.sending import CLEARINGHOUSE, VALKEY, WORKER
from tests.soak.steps import BY_HTTPS, SFTP, STEPS_OF, TOGETHER, receiving

ROUNDS, SECONDS_OF_A_TWIN = 3, 30
RECEIVING = list(receiving(SFTP))
STEPS = {WORKER: list(STEPS_OF["SFTP"]), CLEARINGHOUSE: TOGETHER, VALKEY: TOGETHER}


def killed_at(scene, killings, seconds=120):
    """What is wrong after claims were billed and somebody was killed at each of the steps, which come in this order."""
    scene.bill()
    scene.kill_at(killings)
    return scene.settle(seconds)


@pytest.mark.django_db(transaction=True)
def test_some_steps(scene, figures):
    killings = [
        ("sealed, claims not moved", WORKER),
        ("all written, not renamed", CLEARINGHOUSE),
        ("delivered, not remembered", WORKER),
        ("answer read, not stored", VALKEY),
    ]
    assert killed_at(scene(), killings) == []
    figures("sending, a few steps", killed=", ".join(f"{victim} when {step}" for step, victim in killings))


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("turn", range(ROUNDS))
@pytest.mark.parametrize("victim", STEPS)
def test_every_step(scene, figures, victim, turn):
    """A turn has steps far from each other, so that no job is interrupted more often than it is tried. Of those of
    receiving, which other threads may have passed by then, each has claims of its own.
    """
    built, steps = scene(), STEPS[victim][turn::ROUNDS]
    together = [step for step in steps if step not in RECEIVING]
    for some in (together, *([step] for step in steps if step in RECEIVING)):
        assert killed_at(built, [(step, victim) for step in some]) == [], some
    figures(f"sending by SFTP, {victim} killed", steps=len(steps))


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("victim", [WORKER, CLEARINGHOUSE])
def test_every_step_of_the_other_wire(scene, figures, victim):
    steps = [*BY_HTTPS, "answer deleted there"]
    assert killed_at(scene(transport="HTTPS"), [(step, victim) for step in steps]) == []
    figures(f"sending by HTTPS, {victim} killed", steps=len(steps))


CAUGHT_AT = {
    "remembers_before_it_sends": ("in the middle of the file", "claims lost"),
    "draws_a_new_number_after_a_crash": ("delivered, not remembered", "claims doubled"),
    "never_asks_what_is_there": ("delivered, not remembered", "claims doubled"),
    "deletes_before_it_stores": ("answer read, not stored", "answers lost"),
    "draws_numbers_apart": ("numbers drawn, nothing kept", "interchange numbers"),
}


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("twin", CAUGHT_AT)
def test_a_way_known_to_be_wrong_is_caught(scene, figures, twin):
    step, words = CAUGHT_AT[twin]
    wrong = killed_at(scene(twin=twin), [(step, WORKER)], seconds=SECONDS_OF_A_TWIN)
    assert any(one.startswith(words) for one in wrong), wrong
    figures(f"known bad, {twin}", caught=f"worker killed when {step}")
