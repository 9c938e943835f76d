"""Lines that break, partners who err, servers that forget: nothing lost, nothing doubled, the right people told."""

import random

import pytest

from tests.soak import misfortunes
from tests.soak.sending import NeverCame

SEEDS, WORKERS, STRIKES_OF_A_SEED = range(1, 5), 4, 16
KINDS = {kind: {one.__name__: one for one in ones} for kind, ones in misfortunes.ALL.items()}


def befallen(scene, misfortune):
    """What is wrong afterwards."""
    try:
        misfortune(scene)
    except NeverCame as failure:
        return [str(failure)]
    return scene.settle()


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_lost_or_doubled_and_people_are_told(scene, figures, biller, kind):
    built = scene(person=biller)
    for name, misfortune in KINDS[kind].items():
        assert befallen(built, misfortune) == [], name
    figures(f"misfortunes of the {kind}", befell=len(KINDS[kind]), claims=built.billed)


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("seed", SEEDS)
def test_everything_at_once(scene, figures, seed):
    built = scene(workers=WORKERS)
    counted = misfortunes.storm(built, random.Random(seed), STRIKES_OF_A_SEED)
    assert built.settle() == []
    figures(f"storm, seed {seed}", claims=built.billed, **counted)


CAUGHT_BY = {
    "counts_every_arrival": (misfortunes.answers_come_twice, "answers to envelopes"),
    "takes_half_for_whole": (misfortunes.half_an_answer_comes_first, "answers lost"),
    "deletes_what_it_knows": (misfortunes.a_name_comes_again_in_the_same_second, "answers lost"),
    "trusts_every_key": (misfortunes.somebody_else_answers, "nobody is told"),
    "tells_nobody": (misfortunes.partner_has_no_room, "nobody is told"),
    "gives_up_at_once": (misfortunes.partner_is_away, "nobody is told"),
    "believes_the_last_word": (misfortunes.an_answer_that_contradicts, "nobody is told"),
    "works_without_an_outbox": (misfortunes.valkey_forgets_everything, "claims stand"),
}


@pytest.mark.soak
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("twin", CAUGHT_BY)
def test_a_way_known_to_be_wrong_is_caught(scene, figures, biller, twin):
    misfortune, words = CAUGHT_BY[twin]
    wrong = befallen(scene(twin=twin, person=biller), misfortune)
    assert any(words in one for one in wrong), wrong
    figures(f"known bad, {twin}", caught=misfortune.__name__.replace("_", " "))
