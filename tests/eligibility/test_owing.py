"""What the patient owes today: the domain's estimator, and never a guess."""

from __future__ import annotations

import pytest

from eligibility.rules.owing import owed_today
from tests.eligibility.test_normalising import read

ESTIMATOR = [
    "EB*1**30",
    "EB*C*IND*30***29*150*****Y",
    "EB*C*FAM*30***29*1000*****Y",
    "EB*A*IND*30*****.2****Y",
]
"""Domain 10: 150 left of the deductible, 1,000 of the family's, 20 per cent."""


PERSONS = ["EB*1**30", "EB*C*IND*30***23*500*****Y", "EB*A**30*****.2****Y"]
"""A deductible of the person's, of which the payer does not say what is left."""


@pytest.mark.parametrize(
    ("body", "allowed", "owed"),
    [
        ([*ESTIMATOR, "EB*G*IND*30***29*1000*****Y"], 40_000, 20_000),
        ([*ESTIMATOR, "EB*G*IND*30***29*120*****Y"], 40_000, 12_000),
        (["EB*1**30", "EB*B*IND*98***27*40*****Y"], None, 4_000),
        (["EB*1**30", "EB*B*IND*98***27*40*****Y"], 3_000, 3_000),
        (["EB*1**30", "EB*B*IND*98***27*0*****Y"], None, 0),
        (["EB*1**30"], None, None),
        (["EB*1**30", "EB*A*IND*30*****.2****Y"], 40_000, None),
        (["EB*1**30", "EB*C*IND*30***29*150*****Y"], 40_000, None),
        (["EB*1**30", "EB*I**98"], None, None),
        (["EB*6**30", "EB*B*IND*98***27*40*****Y"], None, None),
        (["EB*1**30", "EB*B*IND*98***27*25*****Y", "EB*B*IND*98***27*50*****Y"], None, None),
        (["EB*1**30", "EB*B*IND*98***27*-5*****Y"], None, None),
        ([*ESTIMATOR, "EB*C*IND*98***23*500*****Y"], 40_000, None),
        ([*ESTIMATOR, "EB*C*IND*98***23*500*****Y", "EB*C*IND*98***29*100*****Y"], 40_000, 16_000),
        ([*ESTIMATOR, "EB*C*IND*30**OTHER PLAN*29*90*****Y"], 40_000, None),
        (["EB*1**30", "EB*C*IND*30***23*0*****Y", "EB*A*IND*30*****.2****Y"], 40_000, 8_000),
        (["EB*1**30", "EB*C*IND*30***29*0*****Y", "EB*A*IND*30*****20****Y"], 40_000, None),
        ([*PERSONS, "EB*C*FAM*30***29*900*****Y"], 40_000, None),
        ([*PERSONS, "EB*C*FAM*30***29*0*****Y"], 40_000, 8_000),
        (["EB*1**30", "EB*6**98", "EB*B*IND*30***27*25*****Y"], None, None),
    ],
    ids=[
        "deductible and coinsurance",
        "out of pocket caps",
        "copay",
        "copay above the allowed",
        "zero copay",
        "nothing said",
        "deductible not said",
        "coinsurance not said",
        "not covered",
        "not active",
        "two copays",
        "copay below zero",
        "own deductible, what is left of it not said",
        "own deductible",
        "two plans leave different amounts",
        "no deductible at all",
        "share above the whole",
        "person's deductible, only the family's left said",
        "person's deductible, family's met",
        "service not active",
    ],
)
def test_what_is_owed_for_an_office_visit(body: list[str], allowed: int | None, owed: int | None) -> None:
    found = owed_today(read(*body), "98", allowed_cents=allowed)

    assert found.cents == owed, found
    assert found.why


def test_the_nearest_service_type_counts() -> None:
    answer = read("EB*1**30", "EB*B*IND*30***27*60*****Y", "EB*B*IND*98***27*20*****Y")

    assert owed_today(answer, "98").cents == 2_000
    assert owed_today(answer, "UC").cents == 6_000
    assert owed_today(answer, "98").segments == (15,)


def test_several_copays_are_named_with_their_messages() -> None:
    answer = read(
        "EB*1**30", "EB*B*IND*98***27*15*****Y", "MSG*TIER 1", "EB*B*IND*98***27*40*****Y", "MSG*TIER 2"
    )

    assert owed_today(answer, "98").why == "The payer names several copays: $15.00 (TIER 1), $40.00 (TIER 2)."


@pytest.mark.parametrize(
    ("body", "is_wanted"),
    [
        (["EB*1**30"], True),
        (["EB*1**30", "EB*B*IND*98***27*25*****Y", "EB*B*IND*98***27*50*****Y"], False),
        (["EB*1**30", "EB*I**98"], False),
        (["EB*6**30"], False),
    ],
    ids=["no copay", "two copays", "not covered", "not active"],
)
def test_an_allowed_amount_is_wanted_only_where_it_would_help(body: list[str], is_wanted: bool) -> None:
    assert owed_today(read(*body), "98").wants_allowed is is_wanted
