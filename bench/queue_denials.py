"""The denial queue of a practice of 100,000 claims among a million, against a database of one small
practice.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from bench.database import NAME, administrator, connected_to, create_database
from bench.queue_seed import fill
from bench.registry import Figure, benchmark
from bench.seeding import DAY, make_place, sizes

if TYPE_CHECKING:
    from collections.abc import Iterator

SMALL = "rcm_bench_small"
LARGE = "rcm_bench_large"
PRACTICES, CLAIMS, LARGEST, SMALL_CLAIMS = 50, 1_000_000, 100_000, 10_000
REPEATS, CALLS = 7, 8
SEED = 20260310
assert NAME not in (SMALL, LARGE)


@cache
def filled(name: str) -> UUID:
    """A database of its own with its practices; the id of the first, the one that is looked at."""
    create_database(name)
    large = name == LARGE
    counts = list(sizes(CLAIMS, PRACTICES, LARGEST)) if large else [SMALL_CLAIMS]
    with connected_to(name):
        places = [make_place(number, claims) for number, claims in enumerate(counts)]
    with administrator(name) as connection:
        fill(connection, places, seed=SEED, name="a million claims" if large else "ten thousand claims")
    return places[0].organization_id


def in_practice(name: str, work: Callable[[Any], float]) -> float:
    """Run `work` with the practice's scope open, row security on, as the running role; its own measure."""
    from tenancy.scope import organization_scope

    practice = filled(name)
    with connected_to(name), organization_scope(practice) as scope:
        return work(scope)


def page_time(page: int) -> Callable[[Any], float]:
    """Seconds of one page: its statements, the objects made of them, the rows completed. The fastest of
    some calls: the machine may be busy, the page is not slower for it.
    """

    def measure(scope: Any) -> float:
        from denials.queue import DENIALS
        from workbench.criteria import Criteria
        from workbench.cursors import write_cursor
        from workbench.models import WorkItem
        from workbench.selectors import queue_page

        asked = Criteria()
        after = ""
        if page > 1:
            rows = WorkItem.objects.filter(kind="DENIAL", stage="TO_WORK").order_by(*asked.columns)
            after = write_cursor(rows[(page - 1) * 50 - 1], asked.columns)
        taken = []
        for call in range(CALLS + 2):
            begun = time.perf_counter()
            found = queue_page(scope, kind=DENIALS, asked=asked, on=DAY, after=after)
            if call >= 2:
                taken.append(time.perf_counter() - begun)
            assert len(found.items) == 50
        return min(taken)

    return measure


def compared(large_page: int, small_page: int) -> Figure:
    large, small = [], []
    for _ in range(REPEATS):
        large.append(in_practice(LARGE, page_time(large_page)))
        small.append(in_practice(SMALL, page_time(small_page)))
    one, other = statistics.median(large), statistics.median(small)
    detail = (
        f"page {large_page} of 15,000: {one * 1000:.2f} ms; page {small_page} of 1,500: {other * 1000:.2f} ms"
    )
    return Figure(one / other, detail)


@benchmark("queue.denials.first_page", limit=1.5, needs_database=True)
def first_page() -> Figure:
    return compared(1, 1)


@benchmark("queue.denials.deep_page", limit=1.5, needs_database=True)
def deep_page() -> Figure:
    return compared(100, 20)


@benchmark("queue.denials.scans", limit=0, needs_database=True)
def scans() -> Figure:
    """Tenant tables that a page among a million claims reads from end to end, as the planner decides then."""

    def measure(scope: Any) -> float:
        from denials.queue import DENIALS
        from workbench.criteria import Criteria
        from workbench.selectors import queue_page

        with plans_of_statements() as plans:
            queue_page(scope, kind=DENIALS, asked=Criteria(), on=DAY, after="")
        statements.append(len(plans))
        read_whole.update(*(tables_read_whole(plan) for plan in plans))
        return len(read_whole)

    statements: list[int] = []
    read_whole: set[str] = set()
    count = in_practice(LARGE, measure)
    return Figure(count, f"{statements[0]} statements: {', '.join(sorted(read_whole)) or 'none'}")


@contextmanager
def plans_of_statements() -> Iterator[list[dict[str, Any]]]:
    """The plan of every SELECT sent meanwhile."""
    from django.db import connection

    plans: list[dict[str, Any]] = []

    def explain(execute: Any, sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if str(sql).startswith("SELECT"):
            with context["connection"].connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (FORMAT JSON) {sql}", params)
                plans.append(cursor.fetchone()[0][0]["Plan"])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(explain):
        yield plans


def tables_read_whole(plan: dict[str, Any]) -> set[str]:
    from django.apps import apps

    from tenancy.models import TenantModel

    tenant_tables = {model._meta.db_table for model in apps.get_models() if issubclass(model, TenantModel)}
    found = {plan["Relation Name"]} & tenant_tables if plan["Node Type"] == "Seq Scan" else set()
    return found.union(*(tables_read_whole(part) for part in plan.get("Plans", ())))


@benchmark("queue.denials.counts", limit=None, needs_database=True)
def counts() -> Figure:
    """Milliseconds of all filter chips with counts and dollars, and of the totals."""

    def measure(scope: Any) -> float:
        from denials.queue import DENIALS
        from workbench.criteria import Criteria
        from workbench.facets import queue_facets
        from workbench.selectors import queue_totals

        taken = []
        for _ in range(CALLS):
            begun = time.perf_counter()
            queue_facets(scope, kind=DENIALS, asked=Criteria(), on=DAY)
            queue_totals(scope, kind=DENIALS, asked=Criteria(), on=DAY)
            taken.append(time.perf_counter() - begun)
        return statistics.median(taken)

    large, small = in_practice(LARGE, measure), in_practice(SMALL, measure)
    return Figure(large * 1000, f"ms for 15,000 open denials; {small * 1000:.1f} ms for 1,500")
