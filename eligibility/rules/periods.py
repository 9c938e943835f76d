"""From when to when something holds, out of the many dates a payer may send for it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import lru_cache

import x12
from eligibility.rules.answers import Period

_BEGINS = ("348", "356", "346", "307", "291", "292", "193", "539", "290")
_ENDS = ("349", "357", "347", "194", "540")
_SPANS = ("307", "291", "292", "356", "346", "348", "472", "290")

IN_PERIODS = frozenset((*_BEGINS, *_ENDS, *_SPANS))
"""What a period is made from; other dates stand by themselves."""

ALWAYS = Period()


def period_of(dates: Sequence[x12.DateValue]) -> Period:
    """A benefit's own dates before those of eligibility, those before the plan's."""
    if not dates:
        return ALWAYS
    if len(dates) == 1:
        return _period(((dates[0].qualifier, dates[0].text, dates[0].format),))
    return _period(tuple([(one.qualifier, one.text, one.format) for one in dates]))


@lru_cache(maxsize=4096)
def _period(said: tuple[tuple[str, str, str], ...]) -> Period:
    dates = [x12.DateValue(qualifier, text, 0, form) for qualifier, text, form in said]
    return Period(_first(dates, _BEGINS), _first(dates, _ENDS) or _last_of_span(dates))


def _first(dates: Sequence[x12.DateValue], qualifiers: tuple[str, ...]) -> datetime.date | None:
    for qualifier in qualifiers:
        for one in dates:
            if one.qualifier == qualifier and one.date is not None:
                return one.date
    return None


def _last_of_span(dates: Sequence[x12.DateValue]) -> datetime.date | None:
    for qualifier in _SPANS:
        for one in dates:
            if one.qualifier == qualifier and one.format == "RD8" and one.end_date is not None:
                return one.end_date
    return None
