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
    person: x12.EligibilityPerson, types: Collection[str], asked: Sequence[str], reading: PayerReading
) -> Iterator[str]:
    """`types` are those that the answer says something about."""
    said = {(one.terms.code, one.terms.insurance_type, one.terms.authorization) for one in person.benefits}
    codes = {code for code, _, _ in said}
    own = own_plans((code, kind) for code, kind, _ in said)
    enrolled = {kind for _, kind, _ in said} & {ADVANTAGE}
    texts = {one.text for each in person.benefits if each.messages for one in each.messages}
    is_qmb = any("QMB" in text for text in texts)
    for kind, flag in OF_TYPES.items():
        if kind in own | enrolled or (flag == "qmb" and is_qmb):
            yield flag
    yield from (flag for code, flag in OF_CODES.items() if code in codes)
    if "Y" in {authorization for _, _, authorization in said}:
        yield "authorization"
    if own & MEDICARE and not is_mbi(person.member_number):
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
