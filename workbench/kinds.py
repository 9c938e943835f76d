"""The registry of kinds of work: what a higher app declares to get a queue of its own.

Register in `AppConfig.ready()`. The machine reads work items; a kind adds what only its app knows: how
the rows of one page are completed (`hydrate`, a constant number of queries), how a row and a panel look,
what the verbs do to the subject, and who may.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workbench import criteria
from workbench.columns import Column as Column

if TYPE_CHECKING:
    from tenancy.scope import Scope
    from workbench.models import WorkItem

Hydrate = Callable[[Sequence["WorkItem"]], Mapping[UUID, Any]]
Verb = Callable[..., object]
Objection = Callable[["WorkItem", Mapping[str, Any]], str]


DEFAULT_COLUMNS: tuple[Column, ...] = (
    Column("priority", "Priority", sort="priority", width=85),
    Column("title", "What", css="long", width=250, is_fixed=True),
    Column("payer", "Payer", css="drop-3", width=165),
    Column("amount", "Amount", sort="amount", css="money", width=95),
    Column("age", "Age", sort="age", css="number drop-2", width=60),
    Column("due", "Due", sort="due", width=125),
    Column("state", "Status", css="drop-4", width=120),
    Column("owner", "Owner", css="drop-2", width=120),
    Column("follow_up", "Follow-up", sort="follow_up", css="drop-4", width=90),
)
DEFAULT_FACETS = ("due", "state", "category", "payer", "queue", "owner")


def nothing(items: Sequence["WorkItem"]) -> Mapping[UUID, Any]:
    return {}


@dataclass(frozen=True)
class WorkKind:
    """Names a kind and says how its queue looks and behaves.

    `queue_route` and `item_route` are addresses of the app's own pages, if it has them; `item_route`
    takes the value of `item_by`. `verbs` replace the machine's own (assign, claim, snooze, close) where
    the subject must move too. `objection` names what forbids a bulk action on one item, or "". Where the
    `panel_context` has `close_reasons`, an item's own dialog offers these alone. A `fix_label` offers the verb `fix`
    for one item and for ticked rows, to who has `fix_permission`. Jobs whose names begin with one of `jobs` and that
    gave up stand in this kind's queue as `job_category`. `kept_here` names the items that no file may hold.
    """

    key: str
    label: str
    plural: str
    slug: str
    view_permission: str
    icon: str = "inbox"
    work_permission: str = "workbench.work_item"
    queue_route: str = ""
    item_route: str = "workbench:item"
    item_by: str = "id"
    columns: tuple[Column, ...] = DEFAULT_COLUMNS
    facets: tuple[str, ...] = DEFAULT_FACETS
    hydrate: Hydrate = nothing
    row_template: str = "workbench/_row.html"
    panel_template: str = "workbench/_item_panel.html"
    panel_context: Callable[["Scope", "WorkItem", datetime], dict[str, Any]] | None = None
    category_labels: Mapping[str, str] = field(default_factory=dict)
    close_reasons: Sequence[tuple[str, str]] = ()
    verbs: Mapping[str, Verb] = field(default_factory=dict)
    objection: Objection | None = None
    export_columns: Sequence[tuple[str, Callable[["WorkItem", Any], Any]]] = ()
    kept_here: Callable[[Sequence["WorkItem"]], Collection[UUID]] = nothing
    subject_address: Callable[["WorkItem"], str] | None = None
    advice: Callable[["WorkItem"], str] | None = None
    empty_words: str = "Nothing here needs you. New work appears by itself."
    everything: str = "stage=TO_WORK"
    has_money: bool = True
    fix_label: str = ""
    fix_icon: str = "arrow-repeat"
    fix_permission: str = "workbench.work_item"
    only_when_open: bool = False
    close_label: str = ""
    jobs: tuple[str, ...] = ()
    job_category: str = ""

    @property
    def closing(self) -> str:
        """What ending an item of this kind is called."""
        return self.close_label or ("Resolve" if self.close_reasons else "Close")

    def clean(self, query: str) -> str:
        return criteria.from_string(query).query()

    def category_label(self, category: str) -> str:
        return self.category_labels.get(category) or category.replace("_", " ").capitalize()


class UnknownKind(LookupError):
    """No app registered this kind of work."""


_kinds: dict[str, WorkKind] = {}


def register(kind: WorkKind) -> None:
    if kind.key in _kinds and _kinds[kind.key] != kind:
        raise ValueError(f"work kind {kind.key} is registered twice")
    _kinds[kind.key] = kind


def kind_of(key: str) -> WorkKind:
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None


def by_slug(slug: str) -> WorkKind | None:
    return next((kind for kind in _kinds.values() if kind.slug == slug), None)


def all_kinds() -> tuple[WorkKind, ...]:
    return tuple(_kinds.values())


_subjects: dict[str, Callable[[UUID], str]] = {}


def register_subject(subject_type: str, address: Callable[[UUID], str]) -> None:
    """Say where objects of a model are shown, so that items of any kind about one can lead there."""
    _subjects[subject_type] = address


def address_of_subject(item: "WorkItem") -> str:
    """The page of what an item is about, or ""."""
    address = _subjects.get(item.subject_type)
    return address(item.subject_id) if address and item.subject_id else ""


def kind_of_job(name: str) -> WorkKind | None:
    """The kind that takes the failures of jobs of this name."""
    return next((kind for kind in _kinds.values() if kind.jobs and name.startswith(kind.jobs)), None)


def visible_kinds(scope: "Scope") -> tuple[WorkKind, ...]:
    return tuple(kind for kind in _kinds.values() if scope.may(kind.view_permission))
