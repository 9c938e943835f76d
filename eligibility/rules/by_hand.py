"""What a person read in a payer's portal or was told on the telephone, in the shape of any other answer."""

from __future__ import annotations

import datetime

from msgspec import Struct

from eligibility.rules.answers import (
    WHOLE_PLAN,
    Answer,
    BenefitKey,
    BenefitRow,
    BenefitValue,
    Entity,
    Member,
    Period,
    Plan,
)
from eligibility.rules.telling import day_told
from eligibility.rules.words import BenefitKind, CoverageStatus, Level, Network, Outcome

OTHER_PAYER = "R"
"""EB01 of the benefit under which an answer names another payer."""


class Told(Struct, frozen=True):
    """Nothing is what was not said; a zero was."""

    status: CoverageStatus
    service_type: str
    how: str
    """In words, such as "by telephone"."""
    member: Member
    plan_name: str = ""
    begins_on: datetime.date | None = None
    ends_on: datetime.date | None = None
    copay_cents: int | None = None
    coinsurance_points: int | None = None
    deductible_cents: int | None = None
    deductible_left_cents: int | None = None
    out_of_pocket_cents: int | None = None
    out_of_pocket_left_cents: int | None = None
    needs_authorization: bool | None = None
    other_payer: str = ""
    note: str = ""


def answer_of(told: Told, *, payer_name: str, on: datetime.date) -> Answer:
    period = Period(told.begins_on, told.ends_on)
    plans = (Plan(told.plan_name, "", told.status, period, (WHOLE_PLAN,), 0),)
    is_unknown = told.status is CoverageStatus.UNDETERMINED
    other = (Entity("PRP", told.other_payer, benefit_code=OTHER_PAYER),) if told.other_payer else ()
    return Answer(
        outcome=Outcome.ANSWERED,
        status=told.status,
        why=_why(told, on),
        plans=() if is_unknown else plans,
        member=told.member,
        payer_name=payer_name,
        period=period,
        benefits=tuple(_benefits(told)),
        entities=other,
        messages=(told.note,) if told.note else (),
    )


def _why(told: Told, on: datetime.date) -> str:
    says = {
        CoverageStatus.ACTIVE: "coverage is active",
        CoverageStatus.INACTIVE: "coverage is not active",
        CoverageStatus.UNDETERMINED: "it cannot say whether coverage is active",
    }
    return f"Verified {told.how}: the payer says that {says[told.status]} on {day_told(on)}."


def _benefits(told: Told) -> list[BenefitRow]:
    amounts = (
        (BenefitKind.COPAY, told.service_type, told.copay_cents),
        (BenefitKind.DEDUCTIBLE_TOTAL, WHOLE_PLAN, told.deductible_cents),
        (BenefitKind.DEDUCTIBLE_REMAINING, WHOLE_PLAN, told.deductible_left_cents),
        (BenefitKind.OUT_OF_POCKET_TOTAL, WHOLE_PLAN, told.out_of_pocket_cents),
        (BenefitKind.OUT_OF_POCKET_REMAINING, WHOLE_PLAN, told.out_of_pocket_left_cents),
    )
    rows = [
        _row(kind, service, BenefitValue(cents=cents))
        for kind, service, cents in amounts
        if cents is not None
    ]
    if told.coinsurance_points is not None:
        value = BenefitValue(basis_points=told.coinsurance_points)
        rows.append(_row(BenefitKind.COINSURANCE, told.service_type, value))
    if told.needs_authorization is not None:
        rows.append(_row(BenefitKind.NOTE, told.service_type, BenefitValue(), needs=told.needs_authorization))
    return rows


def _row(kind: BenefitKind, service_type: str, value: BenefitValue, needs: bool | None = None) -> BenefitRow:
    key = BenefitKey(service_type, kind, Network.IN, Level.INDIVIDUAL, "")
    return BenefitRow(key, value, (), needs_authorization=needs)
