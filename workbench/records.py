"""Lists of an app's own records (claims, remittances), shown by the machine of the queues: columns, chips with
counts, saved views, pages and CSV. An app registers a `RecordList` in `AppConfig.ready()`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from django.http import QueryDict

from workbench.columns import Column
from workbench.facets import Facet
from workbench.querysets import Narrowing
from workbench.selectors import Totals

if TYPE_CHECKING:
    from tenancy.scope import Scope


class Asked(Protocol):
    """What an address asks of a list: parsed once, written back the same, what cannot be read is named."""

    @property
    def sort(self) -> str: ...
    @property
    def problems(self) -> tuple[str, ...]: ...
    @property
    def is_filtered(self) -> bool: ...
    def pairs(self) -> list[tuple[str, str]]: ...
    def query(self) -> str: ...


@dataclass(frozen=True)
class Row:
    """One record: where it is shown, its dollars, and what its row template draws."""

    id: str
    url: str
    cents: int
    known: Any


@dataclass(frozen=True)
class RecordPage:
    rows: Sequence[Any]
    after: str = ""
    before: str = ""


@dataclass(frozen=True)
class ExportRow:
    cells: Sequence[Any]
    cents: int = 0
    patient_id: UUID | None = None


@dataclass(frozen=True)
class RecordList:
    """`read` parses an address; `page`, `facets` and `totals` answer it for a scope; `present` makes a row for
    the template; `export` writes every row of it within a grant's narrowing. `search` names the parameter of
    the box in the filter line and its label, `ranges` the spans (first and last parameter,
    label, input type). `has_money` is off where the rows stand for nothing in dollars. `actions` (name, label,
    icon) are offered for ticked rows to whoever has `actions_permission`; their ids go to `actions_route`, which
    answers with a dialog.
    Who may work many at once can choose all that match: then `everything` says how many were seen, and `filter` which.
    """

    key: str
    plural: str
    slug: str
    icon: str
    queue_route: str
    view_permission: str
    columns: tuple[Column, ...]
    row_template: str
    order_words: str
    read: Callable[[QueryDict], Any]
    page: Callable[["Scope", Any, str, str], RecordPage]
    present: Callable[[Any], Row]
    facets: Callable[["Scope", Any], Iterable[Facet]]
    totals: Callable[["Scope", Any], Totals]
    quick: Sequence[tuple[str, str]]
    export_titles: Sequence[str]
    export: Callable[[Any, Narrowing], Iterator[ExportRow]]
    search: tuple[str, str] = ("", "")
    ranges: Sequence[tuple[str, str, str, str]] = ()
    empty_words: str = "Nothing here yet."
    everything: str = "all=1"
    audit_kind: str = ""
    has_money: bool = True
    actions: Sequence[Mapping[str, str]] = ()
    actions_route: str = ""
    actions_permission: str = "workbench.work_item"

    def clean(self, query: str) -> str:
        text: str = self.read(QueryDict(query)).query()
        return text


_lists: dict[str, RecordList] = {}


def register(listing: RecordList) -> None:
    _lists[listing.key] = listing


def record_list(key: str) -> RecordList | None:
    return _lists.get(key)


def by_slug(slug: str) -> RecordList | None:
    return next((listing for listing in _lists.values() if listing.slug == slug), None)
