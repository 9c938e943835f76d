import itertools

import pytest

from denials.rules.chain import Link, standing


def links(*words):
    """`("DENIED A 7000", "PAID B 0 5600", "REVERSED A")`: kind, decision, cents refused, cents paid."""
    return [
        Link(place, *(part if n < 2 else int(part) for n, part in enumerate(word.split())))
        for place, word in enumerate(words, start=1)
    ]


@pytest.mark.parametrize(
    ("words", "denied", "recovered"),
    [
        (["DENIED A 7000"], 7000, 0),
        (["DENIED A 7000", "REVERSED A"], None, 0),
        (["DENIED A 7000", "REVERSED A", "DENIED B 14000"], 14000, 0),
        (["DENIED A 7000", "DENIED B 14000", "REVERSED A"], 14000, 0),
        (["DENIED A 7000", "PAID B 0 5600"], None, 5600),
        (["DENIED A 7000", "PAID B 0 5600", "REVERSED B"], 7000, 0),
        (["DENIED A 7000", "REVERSED A", "DENIED A 7000"], 7000, 0),
        (["DENIED A 7000", "PAID B 0 2000", "PARTLY_DENIED B 1000"], 1000, 2000),
        (["DENIED A 7000", "PARTLY_DENIED B 1000", "PAID B 0 2000"], 1000, 2000),
        (["PARTLY_DENIED A 7000 5000"], 7000, 0),
        (["DENIED A 7000", "PARTLY_DENIED B 1000 2000"], 1000, 2000),
        (["REVERSED A"], None, 0),
        ([], None, 0),
    ],
)
def test_where_a_denial_stands(words, denied, recovered):
    result = standing(links(*words))

    assert (result.current.amount_cents if result.current else None) == denied
    assert result.recovered_cents == recovered


def test_the_order_given_does_not_matter_only_the_order_taken():
    facts = links("DENIED A 7000", "REVERSED A", "PARTLY_DENIED B 3000", "PAID B 0 4000")

    assert len({standing(order) for order in itertools.permutations(facts)}) == 1
