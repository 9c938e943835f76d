"""What of an answer changes whom to bill, what the patient owes, or who may see it (domain: 4.3 rule 10)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

import x12
from eligibility.rules.answers import WHOLE_PLAN
from eligibility.rules.benefits import own_plans
from eligibility.rules.codes import service_types
from eligibility.rules.readings import PayerReading
from reference.rules.medicare import is_mbi

MEDICARE = frozenset({"MA", "MB"})
BEHAVIORAL = "behavioral"
ADVANTAGE = "HN"
"""Original Medicare names the plan as another payer."""
OF_TYPES = {ADVANTAGE: "medicare_advantage", "QM": "qmb", "MC": "medicaid", "SP": "supplement"}
"""EB04 of what the person has."""
OF_CODES = {"R": "other_payer", "X": "facility_episode", "Y": "spend_down"}


def flags_of(
    member_number: str,
    terms: Collection[x12.Terms],
    texts: Collection[str],
    types: Collection[str],
    asked: Sequence[str],
    reading: PayerReading,
) -> Iterator[str]:
    """Of what the payer says in terms and in words, and of the service types that it says something about."""
    codes = {one.code for one in terms}
    kinds = {(one.code, one.insurance_type) for one in terms if one.insurance_type}
    own = own_plans(kinds)
    enrolled = {kind for _, kind in kinds} & {ADVANTAGE}
    is_qmb = any("QMB" in text for text in texts)
    for kind, flag in OF_TYPES.items():
        if kind in own | enrolled or (flag == "qmb" and is_qmb):
            yield flag
    yield from (flag for code, flag in OF_CODES.items() if code in codes)
    if "Y" in {one.authorization for one in terms}:
        yield "authorization"
    if own & MEDICARE and not is_mbi(member_number):
        yield "not_an_mbi"
    if _is_behavioral(types, asked):
        yield "sensitive"
    for flag, pattern in reading.flags:
        if any(pattern.search(text) for text in texts):
            yield flag


def _is_behavioral(types: Iterable[str], asked: Sequence[str]) -> bool:
    """Such a service was asked about, or besides the whole plan nothing else is answered."""
    groups = {_group(code) for code in types if code != WHOLE_PLAN} - {""}
    return groups == {BEHAVIORAL} or any(_group(code) == BEHAVIORAL for code in asked)


def _group(code: str) -> str:
    known = service_types().get(code)
    return known.group if known else ""
