"""What a queue shows: filters and sort, read from a query string and written back to one.

The address is the whole state of a queue, so a saved view is a query string and a colleague can be sent a
link. Values that cannot be understood are dropped and named in `problems`; nothing from a browser reaches
a field name.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import QueryDict

from workbench.choices import ItemState, Stage

# Every sort ends in the primary key. In the address `-` means falling. `FORWARD` are the sorts whose columns,
# all rising, give the order asked for (`priority_order` falls as priority rises); the others read backwards.
SORTS: dict[str, tuple[str, ...]] = {
    "priority": ("priority_order", "due_order", "id"),
    "due": ("due_order", "priority_order", "id"),
    "amount": ("amount_order", "id"),
    "age": ("occurred_on", "id"),
    "follow_up": ("follow_up_order", "id"),
}
FORWARD = ("-priority", "due", "-amount", "-age", "follow_up")
DEFAULT_SORT = "-priority"
DUE_BUCKETS: dict[str, tuple[str, int | None, int | None]] = {
    # bucket: label, first and last day counted from today (None: open end)
    "overdue": ("Overdue", None, -1),
    "today": ("Today", 0, 0),
    "3": ("In 1 to 3 days", 1, 3),
    "7": ("In 4 to 7 days", 4, 7),
    "14": ("In 8 to 14 days", 8, 14),
    "30": ("In 15 to 30 days", 15, 30),
    "later": ("Later", 31, None),
}
FOLLOW_UPS = {"due": "Follow-up due", "set": "Follow-up set", "none": "No follow-up"}
LISTS = ("category", "payer", "owner", "queue", "code", "state", "location", "due")
MAX_CHOICES = 50


@dataclass(frozen=True)
class Criteria:
    stage: str = Stage.TO_WORK
    category: tuple[str, ...] = ()
    code: tuple[str, ...] = ()
    payer: tuple[UUID, ...] = ()
    queue: tuple[UUID, ...] = ()
    location: tuple[UUID, ...] = ()
    owner: tuple[str, ...] = ()
    state: tuple[str, ...] = ()
    due: tuple[str, ...] = ()
    minimum_cents: int | None = None
    maximum_cents: int | None = None
    older_than: int | None = None
    untouched_for: int | None = None
    follow_up: str = ""
    escalated: bool = False
    reference: str = ""
    subject: UUID | None = None
    sort: str = DEFAULT_SORT
    problems: tuple[str, ...] = field(default=(), compare=False)

    @property
    def is_filtered(self) -> bool:
        return replace(self, sort=DEFAULT_SORT, problems=()) != Criteria(stage=self.stage)

    def without(self, name: str) -> "Criteria":
        unset: dict[str, Any] = {name: Criteria.__dataclass_fields__[name].default}
        return replace(self, **unset)

    @property
    def columns(self) -> tuple[str, ...]:
        return SORTS[self.sort.lstrip("-")]

    @property
    def is_backward(self) -> bool:
        return self.sort not in FORWARD

    def pairs(self) -> list[tuple[str, str]]:
        pairs = [(name, str(value)) for name in LISTS for value in getattr(self, name)]
        single = {
            "stage": self.stage if self.stage != Stage.TO_WORK else "",
            "amount_from": _dollars(self.minimum_cents),
            "amount_to": _dollars(self.maximum_cents),
            "older": "" if self.older_than is None else str(self.older_than),
            "untouched": "" if self.untouched_for is None else str(self.untouched_for),
            "follow_up": self.follow_up,
            "escalated": "1" if self.escalated else "",
            "reference": self.reference,
            "subject": str(self.subject or ""),
            "sort": self.sort if self.sort != DEFAULT_SORT else "",
        }
        pairs.extend((name, text) for name, text in single.items() if text)
        return pairs

    def query(self) -> str:
        return urlencode(self.pairs())


# What stands in the address of a list beside its filters: pages, the open row, "nothing left out".
NO_FILTERS = frozenset({"after", "before", "open", "all"})


class Reader:
    """Takes values out of a query string one by one and remembers what it could not read."""

    def __init__(self, query: QueryDict) -> None:
        self.query, self._problems, self._names = query, list[str](), set(NO_FILTERS)

    @property
    def problems(self) -> tuple[str, ...]:
        """What was left out, and at the end of it the filters that nobody asked for."""
        unknown = sorted(set(self.query) - self._names)
        return (*self._problems, *(f"“{name[:40]}” is no filter of this list" for name in unknown))

    def text(self, name: str) -> str:
        self._names.add(name)
        return self.query.get(name, "").strip()

    def _all(self, name: str) -> list[str]:
        self._names.add(name)
        return [text for text in self.query.getlist(name)[:MAX_CHOICES] if text]

    def one_of(self, name: str, allowed: Iterable[str], default: str) -> str:
        text = self.text(name)
        if not text:
            return default
        if text in set(allowed):
            return text
        self._problems.append(f"{name}: “{text[:40]}” is not a choice")
        return default

    def texts(self, name: str, *, allowed: Iterable[str] | None = None, longest: int = 60) -> tuple[str, ...]:
        values = self._all(name)
        good = [text for text in values if len(text) <= longest and (allowed is None or text in set(allowed))]
        self._problems.extend(f"{name}: “{text[:40]}” is not a choice" for text in values if text not in good)
        return tuple(dict.fromkeys(good))

    def ids(self, name: str) -> tuple[UUID, ...]:
        found = []
        for text in self._all(name):
            try:
                found.append(UUID(text))
            except ValueError:
                self._problems.append(f"{name}: not an id")
        return tuple(dict.fromkeys(found))

    def number(self, name: str, *, scale: int = 1) -> int | None:
        text = self.text(name).replace(",", "").replace("$", "")
        if not text:
            return None
        try:
            amount = Decimal(text) * scale
            value = int(amount.to_integral_value(ROUND_HALF_UP)) if amount.is_finite() else -1
        except (ArithmeticError, ValueError):
            value = -1
        if 0 <= value < 10**15:
            return value
        self._problems.append(f"{name}: “{text[:20]}” is not a number")
        return None

    def people(self, name: str) -> tuple[str, ...]:
        """Ids of colleagues, `me` for oneself, `none` for nobody."""
        found = self.texts(name)
        good = tuple(one for one in found if one in ("me", "none") or _is_id(one))
        self._problems.extend(f"{name}: “{one[:40]}” is nobody" for one in found if one not in good)
        return good

    def day(self, name: str) -> date | None:
        text = self.text(name)
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self._problems.append(f"{name}: “{text[:20]}” is not a date")
            return None


def from_query(query: QueryDict) -> Criteria:
    reader = Reader(query)
    criteria = Criteria(
        stage=reader.one_of("stage", Stage.values, Stage.TO_WORK),
        category=reader.texts("category", longest=40),
        code=reader.texts("code", longest=24),
        payer=reader.ids("payer"),
        queue=reader.ids("queue"),
        location=reader.ids("location"),
        owner=reader.people("owner"),
        state=reader.texts("state", allowed=ItemState.values),
        due=reader.texts("due", allowed=[*DUE_BUCKETS, "none"]),
        minimum_cents=reader.number("amount_from", scale=100),
        maximum_cents=reader.number("amount_to", scale=100),
        older_than=reader.number("older"),
        untouched_for=reader.number("untouched"),
        follow_up=reader.one_of("follow_up", FOLLOW_UPS, ""),
        escalated=reader.one_of("escalated", ("1", "0"), "0") == "1",
        reference=normalised_reference(reader.text("reference")),
        subject=next(iter(reader.ids("subject")), None),
        sort=reader.one_of("sort", [*SORTS, *(f"-{sort}" for sort in SORTS)], DEFAULT_SORT),
    )
    return replace(criteria, problems=reader.problems)


def from_string(query: str) -> Criteria:
    return from_query(QueryDict(query))


def normalised_reference(text: str) -> str:
    return "".join(text.split()).upper()[:60]


def due_bucket(due_on: date | None, *, on: date) -> str:
    if due_on is None:
        return "none"
    days = (due_on - on).days
    for bucket, (_, first, last) in DUE_BUCKETS.items():
        if (first is None or days >= first) and (last is None or days <= last):
            return bucket
    return "later"


def _dollars(cents: int | None) -> str:
    return "" if cents is None else f"{cents // 100}.{cents % 100:02d}"


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
