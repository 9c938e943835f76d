import itertools
from uuid import NAMESPACE_OID, uuid5

import pytest

from denials.rules.chain import Link, standing


def links(*words):
    """`("A 7000", "B 0 5600", "C 0 0 gone")`: decision, cents refused, cents paid; taken back; replaced."""
    made = []
    for place, word in enumerate(words, start=1):
        name, *rest = word.split()
        numbers = [int(part) for part in rest if part.isdigit()]
        made.append(
            Link(
                uuid5(NAMESPACE_OID, name),
                (place,),
                None,
                *numbers,
                is_live="gone" not in rest,
                is_in_force="replaced" not in rest,
            )
        )
    return made


@pytest.mark.parametrize(
    ("words", "denied", "recovered", "refusals"),
    [
        (["A 7000"], 7000, 0, 1),
        (["A 7000 gone"], None, 0, 1),
        (["A 7000 gone", "B 14000"], 14000, 0, 2),
        (["A 7000 replaced", "B 14000"], 14000, 0, 2),
        (["A 7000 replaced", "B 0 5600"], None, 5600, 1),
        (["A 7000 gone", "B 0 5600"], None, 5600, 1),
        (["A 7000", "B 0 5600 gone"], 7000, 0, 1),
        (["A 7000 replaced", "B 1000 2000"], 1000, 2000, 2),
        (["A 7000 5000"], 7000, 0, 1),
        (["A 0 5000 replaced", "B 7000"], 7000, 0, 1),
        (["A 7000 replaced", "B 0 0"], None, 0, 1),
        ([], None, 0, 0),
    ],
)
def test_where_a_denial_stands(words, denied, recovered, refusals):
    result = standing(links(*words))

    assert (result.current.denied_cents if result.current else None) == denied
    assert (result.recovered_cents, result.refusals) == (recovered, refusals)


def test_the_order_given_does_not_matter_only_the_payers_dates():
    said = links("A 7000 gone", "B 3000 4000", "C 0 100")

    assert len({standing(order) for order in itertools.permutations(said)}) == 1
