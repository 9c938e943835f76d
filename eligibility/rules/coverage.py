"""Whether the person is covered on the day asked about (domain: 4.3 rule 1; three values, nothing assumed)."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

import x12
from eligibility.rules.answers import WHOLE_PLAN, Period, Plan
from eligibility.rules.codes import benefit_kinds, service_type_label
from eligibility.rules.periods import period_of
from eligibility.rules.telling import day_told
from eligibility.rules.words import CoverageStatus

_STATUSES = {
    "status_active": CoverageStatus.ACTIVE,
    "status_active_warn": CoverageStatus.ACTIVE,
    "status_inactive": CoverageStatus.INACTIVE,
}
ASK_OTHERS = {
    "U": "The payer refers to somebody else for this.",
    "V": "The payer could not process the question.",
    "W": "The payer names another source of data.",
}
Verdict = tuple[CoverageStatus, str]
"""The status and why, in a sentence."""


def plans_of(benefits: Iterable[x12.Benefit], about: Sequence[str], plan_period: Period) -> tuple[Plan, ...]:
    """Every active or inactive statement about a whole plan or about these services."""
    statuses = _statuses()
    return tuple(
        Plan(
            benefit.terms.plan_description,
            benefit.terms.insurance_type,
            statuses[benefit.terms.code],
            period_of(benefit.dates) if benefit.dates else plan_period,
            benefit.terms.service_types,
            benefit.segment,
        )
        for benefit in benefits
        if benefit.terms.code in statuses and _is_about(benefit.terms.service_types, about)
    )


def verdict(
    plans: Sequence[Plan], benefits: Iterable[x12.Benefit], day: datetime.date, plan_period: Period
) -> Verdict:
    active = [one for one in plans if one.status is CoverageStatus.ACTIVE]
    inactive = [one for one in plans if one.status is CoverageStatus.INACTIVE]
    current = [one for one in active if one.period.holds(day) and plan_period.holds(day)]
    if current and not [one for one in inactive if one.period.holds(day) and _is_whole(one)]:
        return CoverageStatus.ACTIVE, f"The payer says that coverage is active on {day_told(day)}."
    if current:
        return CoverageStatus.UNDETERMINED, "The payer calls coverage both active and inactive on that day."
    if active:
        return CoverageStatus.INACTIVE, _outside(active, plan_period, day)
    if inactive:
        return CoverageStatus.INACTIVE, _outside(inactive, plan_period, day)
    return CoverageStatus.UNDETERMINED, _unsaid([one.terms for one in benefits])


def _is_whole(plan: Plan) -> bool:
    """About the plan, not about one service of it."""
    return WHOLE_PLAN in plan.service_types or not plan.service_types


def _outside(active: Sequence[Plan], plan_period: Period, day: datetime.date) -> str:
    periods = [one.period for one in active] + [plan_period]
    ended = [one.ends_on for one in periods if one.ends_on and one.ends_on < day]
    if ended:
        return f"Coverage ended on {day_told(max(ended))}."
    begins = [one.begins_on for one in periods if one.begins_on and one.begins_on > day]
    return (
        f"Coverage begins on {day_told(min(begins))}."
        if begins
        else "The payer says that coverage is not active."
    )


def _unsaid(terms: Sequence[x12.Terms]) -> str:
    for one in terms:
        if one.code in ASK_OTHERS:
            return ASK_OTHERS[one.code]
    others = [one for one in terms if _statuses().get(one.code) is CoverageStatus.ACTIVE]
    if others:
        named = ", ".join(service_type_label(code) for one in others for code in one.service_types[:3])
        return f"The payer says only that other services are covered: {named}."
    return "The payer says neither that coverage is active nor that it is not."


def _is_about(types: Sequence[str], about: Sequence[str]) -> bool:
    return WHOLE_PLAN in types or not types or bool(set(types) & set(about))


@cache
def _statuses() -> Mapping[str, CoverageStatus]:
    """What EB01 says of coverage, where it does."""
    return {code: _STATUSES[kind] for code, kind in benefit_kinds().items() if kind in _STATUSES}
