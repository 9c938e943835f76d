"""Search parameters as queries: tokens, references and dates with prefixes, pages by place in the list."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.timezone import get_current_timezone

from eligibility.fhir import systems
from workbench.keysets import leaf

DEFAULT_COUNT, MOST = 50, 200
IDENTIFIERS = (systems.TRACE_NUMBER, systems.COMPATIBLE_NUMBER)
STATUSES = ("active", "cancelled", "draft", "entered-in-error")
CONTROL = ("_count", "_after", "_format", "_pretty", "_sort", "_total", "_summary", "_include", "_revinclude")
_DATE = re.compile(
    r"(eq|ne|gt|lt|ge|le|sa|eb)?"
    r"(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?)?)?"
)


class BadSearch(Exception):
    """A parameter nobody can make sense of; the text names it."""


Filter = Callable[[str], Q]


@dataclass(frozen=True, slots=True)
class Page:
    count: int
    after: UUID | None
    wants_total: bool
    wants_rows: bool
    included: frozenset[str]


def filtered(
    rows: QuerySet[Any], asked: Mapping[str, list[str]], known: Mapping[str, Filter]
) -> QuerySet[Any]:
    """Several values of one parameter behind a comma: one of them; the parameter twice: both."""
    for name, values in asked.items():
        if name in CONTROL:
            continue
        if name not in known:
            raise BadSearch(f"There is no search parameter {name}.")
        for value in values:
            either = Q()
            for one in value.split(","):
                either |= _condition(name, one, known[name])
            rows = rows.filter(either)
    return rows


def _condition(name: str, value: str, read: Filter) -> Q:
    try:
        return read(value)
    except (ValueError, OverflowError) as reason:
        raise BadSearch(f"The search parameter {name} cannot be read: {reason}.") from reason


def read_page(asked: Mapping[str, list[str]], includes: frozenset[str]) -> Page:
    """How many, from where on, and what else is wanted. Raises BadSearch."""
    count = _whole(_last(asked, "_count", str(DEFAULT_COUNT)))
    after = _last(asked, "_after", "")
    if (sort := _last(asked, "_sort", "-created")) != "-created":
        raise BadSearch(f"Resources come newest first (-created); {sort[:40]} is not offered.")
    included = frozenset(asked.get("_include", []) + asked.get("_revinclude", []))
    if not included <= includes:
        raise BadSearch(f"What can be included is {', '.join(sorted(includes))}.")
    summary = _last(asked, "_summary", "false")
    if summary not in ("false", "count"):
        raise BadSearch("The only summary offered is count.")
    wants_rows = summary != "count" and count > 0
    wants_total = not wants_rows or _last(asked, "_total", "none") == "accurate"
    return Page(min(count, MOST), _id(after) if after else None, wants_total, wants_rows, included)


def _last(asked: Mapping[str, list[str]], name: str, otherwise: str) -> str:
    values = asked.get(name)
    return values[-1] if values else otherwise


def _whole(text: str) -> int:
    if not text.isdecimal() or len(text) > 6:
        raise BadSearch("The search parameter _count is a whole number.")
    return int(text)


def page_of(rows: QuerySet[Any], page: Page, moment: str) -> tuple[list[Any], UUID | None]:
    """The page's rows, newest first, and behind which one the next page begins."""
    behind = None
    if page.after is not None:
        place = rows.filter(id=page.after).values_list(moment, flat=True).first()
        if place is None:
            raise BadSearch("There is no such page; begin with the first.")
        behind = (place, page.after)
    found = leaf(rows, (moment, "id"), falling=True, after=behind, size=page.count)
    return found.rows, found.rows[-1].id if found.has_after else None


# -- kinds of parameters -------------------------------------------------------------------------------------------


def by_id(column: str) -> Filter:
    return lambda value: Q(**{column: _id(value)})


def by_reference(column: str, kind: str) -> Filter:
    """Patient/123, 123, or the whole address of it."""

    def read(value: str) -> Q:
        *before, last = value.rsplit("/", 2)
        if before and before[-1] != kind:
            raise ValueError(f"it is a reference to a {kind}")
        return Q(**{column: _id(last)})

    return read


def by_identifier(column: str) -> Filter:
    def read(value: str) -> Q:
        system, bar, number = value.rpartition("|")
        if bar and system not in IDENTIFIERS:
            return Q(pk__in=())
        return Q(**{column: number})

    return read


def by_status(value: str) -> Q:
    """Everything on file is active: it is neither withdrawn nor a draft."""
    code = _code(value)
    if code not in STATUSES:
        raise ValueError(f"a status is one of {', '.join(STATUSES)}")
    return ~Q(pk__in=()) if code == "active" else Q(pk__in=())


def by_code(conditions: Mapping[str, Q]) -> Filter:
    def read(value: str) -> Q:
        code = _code(value)
        if code not in conditions:
            raise ValueError(f"it is one of {', '.join(conditions)}")
        return conditions[code]

    return read


def by_moment(column: str) -> Filter:
    """With the prefixes of FHIR; a day, month or year is that of the practice."""

    def read(value: str) -> Q:
        prefix, first, end = span(value)
        within = Q(**{f"{column}__gte": first, f"{column}__lt": end})
        return {
            "eq": within,
            "ne": ~within,
            "gt": Q(**{f"{column}__gte": end}),
            "sa": Q(**{f"{column}__gte": end}),
            "lt": Q(**{f"{column}__lt": first}),
            "eb": Q(**{f"{column}__lt": first}),
            "ge": Q(**{f"{column}__gte": first}),
            "le": Q(**{f"{column}__lt": end}),
        }[prefix]

    return read


def span(value: str) -> tuple[str, datetime.datetime, datetime.datetime]:
    """The prefix, and from when up to when the value reaches: a date is a whole day. Raises ValueError."""
    found = _DATE.fullmatch(value.replace(" ", "+"))
    if found is None:
        raise ValueError("a date is written 2026-11-03, a moment 2026-11-03T09:30:00Z")
    prefix, year, month, day, hour, minute, second, fraction, zone = found.groups()
    if not 1900 <= int(year) < 2200:
        raise ValueError("no such year is on file")
    first = datetime.datetime(
        int(year), int(month or 1), int(day or 1), int(hour or 0), int(minute or 0), int(second or 0),
        round(float(fraction or 0) * 1_000_000), tzinfo=_zone(zone),
    )  # fmt: skip
    if day is None:
        whole = (first.replace(day=1) + datetime.timedelta(days=32)).replace(day=1)
        end = whole if month else first.replace(year=first.year + 1)
    elif hour is None:
        end = first + datetime.timedelta(days=1)
    elif second is None:
        end = first + datetime.timedelta(minutes=1)
    else:
        end = first + datetime.timedelta(seconds=10.0 ** -(len(fraction or ".") - 1))
    return prefix or "eq", first, end


def _zone(written: str | None) -> datetime.tzinfo:
    if not written:
        return get_current_timezone()
    return datetime.datetime.strptime(written, "%z").tzinfo or datetime.UTC


def _code(value: str) -> str:
    return value.rpartition("|")[2]


def _id(value: str) -> UUID:
    try:
        return UUID(value)
    except ValueError:
        raise ValueError("an id is a UUID") from None
