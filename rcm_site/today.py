"""Today: every card is a query and opens the queue it counts. Nothing to do is said warmly, once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

from claims.selectors.tickets import KIND as TICKETS
from claims.selectors.tickets import MISSING_REMITTANCE, missing_remittances
from clearinghouse.selectors.answers import unanswered
from eligibility.schedule import expected
from rcm_site.templatetags.face import money, money_short
from remittances.choices import RemittanceState
from remittances.selectors import state_totals
from tenancy.access import Request
from tenancy.middleware import scope_with
from tenancy.urls import practice_url
from workbench import selectors, worklist
from workbench.kinds import WorkKind, all_kinds, kind_of

DENIAL = "DENIAL"
TREND_DAYS = 14


@dataclass(frozen=True)
class Card:
    name: str
    icon: str
    figure: int
    note: str
    url: str
    tone: str = ""
    trend: Sequence[int] = ()
    trend_label: str = ""


Counts = dict[str, dict[str, int]]
Trends = dict[str, list[int]]


def counts_of(request: Request, on: date) -> Counts:
    """What is open, as the right to see queues leaves it; nothing for those who have none."""
    return selectors.open_counts(request.scope, worklist.kinds_seen(request), on=on)


def trends_of(request: Request, on: date) -> Trends:
    return selectors.occurred_per_day(worklist.kinds_seen(request), on=on, days=TREND_DAYS)


def denial_cards(request: Request, counts: Counts, trends: Trends) -> list[Card]:
    """Deadlines first: what is lost if nobody acts."""
    if DENIAL not in worklist.kinds_seen(request):
        return []
    kind = kind_of(DENIAL)
    open_now = counts.get(DENIAL, {})
    queue = worklist.queue_url(kind)

    def card(name: str, icon: str, count: str, note: str, tone: str = "", **filters: str | list[str]) -> Card:
        figure = open_now.get(count, 0)
        return Card(
            name, icon, figure, note, f"{queue}?{urlencode(filters, doseq=True)}", tone if figure else ""
        )

    at_risk = money_short(open_now.get("due_this_week_cents", 0))
    return [
        card("Due today", "calendar-event", "due_today", "last day to appeal", "warn", due="today"),
        card("Overdue", "alarm", "overdue", "a limit or an answer is past", "alarm", due="overdue"),
        card(
            "Due this week", "stopwatch", "due_this_week", f"{at_risk} at risk", "warn", due=["today", "3", "7"]
        ),
        card("Yours", "person-check", "mine", "in your hands", owner="me"),
        card(
            "Follow up", "telephone", "follow_up_due", "promised for today or before", "warn", owner="me",
            follow_up="due",
        ),
        Card(
            "Open denials", kind.icon, open_now.get("count", 0), f"{money(open_now.get('cents', 0))} denied", queue,
            trend=trends.get(DENIAL, ()), trend_label=f"new denials a day, last {TREND_DAYS} days",
        ),
    ]  # fmt: skip


def visit_cards(request: Request, on: date) -> list[Card]:
    """Who is expected, and about whom something is to be settled before."""
    scope = scope_with(request, "eligibility.view_inquiry")
    if scope is None:
        return []
    tomorrow = on + timedelta(days=1)
    counts = expected(scope, [on, tomorrow])

    def card(name: str, day: date) -> Card:
        visits, alarming = counts[day]
        note = f"{alarming} to be settled before" if alarming else "nothing to settle"
        url = f"{practice_url('eligibility:schedule')}?{urlencode({'day': day.isoformat()})}"
        return Card(
            name, "calendar-check", visits, note if visits else "nobody", url, "warn" if alarming else ""
        )

    return [card("Visits today", on), card("Visits tomorrow", tomorrow)]


def unposted_card(request: Request) -> list[Card]:
    """Remittances that balance and wait for somebody to post them."""
    scope = scope_with(request, "remittances.view_remittance")
    if scope is None:
        return []
    [ready] = [one for one in state_totals(scope) if one.state == RemittanceState.READY]
    url = f"{practice_url('remittances:remittances')}?{urlencode({'state': ready.state})}"
    return [
        Card(
            "Unposted remittances",
            "cash-coin",
            ready.count,
            money(ready.cents) if ready.count else "none",
            url,
        )
    ]


def unanswered_card(request: Request) -> list[Card]:
    """Files that went out and of which the partner should have said something by now."""
    if not request.scope.may("clearinghouse.view_partner"):
        return []
    count = unanswered(at=request.now).count()
    return [
        Card(
            "Missing acknowledgements",
            "envelope-open",
            count,
            "sent and not answered" if count else "none",
            f"{practice_url('clearinghouse:sent')}?missing=1",
            "alarm" if count else "",
        )
    ]


def missing_remittances_card(request: Request) -> list[Card]:
    """Claims whose payer accepted or decided them, and of which no remittance came in its usual time."""
    scope = scope_with(request, "claims.view_claim")
    if scope is None:
        return []
    count, cents = missing_remittances(scope)
    query = urlencode({"category": [str(one) for one in MISSING_REMITTANCE]}, doseq=True)
    url = f"{worklist.queue_url(kind_of(TICKETS))}?{query}"
    note = money(cents) if count else "none"
    return [Card("Missing remittances", "patch-question", count, note, url, "warn" if count else "")]


def exception_cards(request: Request, counts: Counts, trends: Trends) -> list[Card]:
    """What is not posted, then one card for every other kind of work: unbalanced, unmatched, failed jobs, …"""
    seen = worklist.kinds_seen(request)
    kinds = [kind for kind in all_kinds() if kind.key in seen and kind.key != DENIAL]
    cards = (
        unposted_card(request)
        + unanswered_card(request)
        + missing_remittances_card(request)
        + [
            exception_card(kind, counts.get(kind.key, {}), trends.get(kind.key, ()))
            for kind in kinds
            if counts.get(kind.key) or not kind.only_when_open
        ]
    )
    return sorted(cards, key=lambda card: card.figure == 0)


def exception_card(kind: WorkKind, open_now: dict[str, int], trend: Sequence[int]) -> Card:
    figure, overdue = open_now.get("count", 0), open_now.get("overdue", 0)
    notes = [money(open_now["cents"])] if open_now.get("cents") else []
    notes += [
        f"{count} {words}"
        for count, words in ((overdue, "overdue"), (open_now.get("due_today", 0), "due today"))
        if count
    ]
    note = " · ".join(notes) or ("open" if figure else "none open")
    return Card(
        kind.plural, kind.icon, figure, note, worklist.queue_url(kind), "alarm" if overdue else "",
        trend if any(trend) else (), f"new a day, last {TREND_DAYS} days",
    )  # fmt: skip


def is_quiet(cards: Sequence[Card]) -> bool:
    return not any(card.figure for card in cards)
