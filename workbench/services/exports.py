"""A queue as CSV: ordered by a person, written by a job, kept, audited, and safe to open in a spreadsheet."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import islice
from typing import Any
from uuid import UUID

from django.http import QueryDict
from django.utils.timezone import localdate, localtime

from audit import services as audit
from tenancy.jobs import enqueue
from tenancy.scope import Scope, current_scope
from workbench import criteria, selectors
from workbench.choices import RunState
from workbench.keysets import ordered
from workbench.kinds import WorkKind, kind_of
from workbench.models import ExportFile, WorkItem
from workbench.records import ExportRow, RecordList, record_list
from workbench.services.refusals import Refusal

ROWS_AT_A_TIME = 1000
MOST_ROWS = 100_000
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def listing_of(key: str) -> WorkKind | RecordList:
    return record_list(key) or kind_of(key)


def request_export(
    *, listing: WorkKind | RecordList, query: str, at: datetime, scope: Scope | None = None
) -> ExportFile:
    """Order the file. The grant's locations and payers at this moment bound it, whoever runs the job."""
    scope = scope or current_scope()
    if scope.person_id is None:
        raise Refusal("Only a person can order an export.")
    export = ExportFile.objects.create(
        kind=listing.key,
        query=query,
        name=f"{listing.slug}-{localtime(at):%Y-%m-%d-%H%M}.csv",
        requested_by_id=scope.person_id,
        requested_at=at,
        narrowed_to={
            "locations": sorted(map(str, scope.location_ids)) if scope.location_ids is not None else None,
            "payers": sorted(map(str, scope.payer_ids)) if scope.payer_ids is not None else None,
        },
    )
    audit.record(
        verb="workbench.export.requested", subject=export, data={"kind": listing.key, "query": query}
    )
    enqueue("workbench.write_export", export_id=export.id)
    return export


def write_export(*, export_id: UUID, at: datetime) -> None:
    """Write the file. Safe to repeat: a finished file is left alone."""
    export = ExportFile.objects.select_for_update().get(id=export_id)
    if export.state == RunState.DONE:
        return
    listing = listing_of(export.kind)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    if isinstance(listing, RecordList):
        titles, rows = listing.export_titles, _records(listing, export)
    else:
        columns = listing.export_columns or DEFAULT_EXPORT
        titles, rows = [title for title, _ in columns], _work(listing, columns, export, at)
    writer.writerow(titles)
    count = cents = 0
    patients: set[UUID] = set()
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in row.cells])
        count, cents = count + 1, cents + row.cents
        if row.patient_id:
            patients.add(row.patient_id)
    export.content = b"\xef\xbb\xbf" + text.getvalue().encode()
    export.state, export.row_count, export.amount_cents, export.finished_at = RunState.DONE, count, cents, at
    export.message = f"Only the first {MOST_ROWS:,} rows." if count == MOST_ROWS else ""
    export.save(update_fields=["content", "state", "row_count", "amount_cents", "finished_at", "message"])
    audit.record(
        verb="workbench.export.written",
        subject=export,
        data={"rows": count, "patients": len(patients), "query": export.query},
    )


def _records(listing: RecordList, export: ExportFile) -> Iterator[ExportRow]:
    asked = listing.read(QueryDict(export.query))
    return islice(listing.export(asked, export.narrowing()), MOST_ROWS)


def _work(
    kind: WorkKind, columns: Sequence[tuple[str, Any]], export: ExportFile, at: datetime
) -> Iterator[ExportRow]:
    for item, row in _rows(kind, export, at):
        cells = [value(item, row) for _, value in columns]
        yield ExportRow(cells, item.amount_cents, item.patient_id)


def _rows(kind: WorkKind, export: ExportFile, at: datetime) -> Iterator[tuple[WorkItem, Any]]:
    asked = criteria.from_string(export.query)
    rows = selectors.matching(
        kind=kind,
        asked=asked,
        person_id=export.requested_by_id,
        on=localdate(at),
        narrowed_to=export.narrowing(),
    )
    columns = asked.columns
    rows = rows.select_related("payer", "assignee", "queue", "location")
    after: tuple[Any, ...] | None = None
    for _ in range(MOST_ROWS // ROWS_AT_A_TIME):
        page = ordered(rows, columns, falling=asked.is_backward, after=after)[:ROWS_AT_A_TIME]
        items = list(page)
        hydrated, kept_here = kind.hydrate(items), kind.kept_here(items)
        yield from ((item, hydrated.get(item.id)) for item in items if item.id not in kept_here)
        if len(items) < ROWS_AT_A_TIME:
            return
        after = tuple(getattr(items[-1], column) for column in columns)


def safe_cell(value: Any) -> str:
    """A spreadsheet must not run what somebody typed: text that looks like a formula gets an apostrophe."""
    text = "" if value is None else str(value)
    if text[:1] in ("=", "+", "-", "@", "\t", "\r", "\n", "|") and not _NUMBER.fullmatch(text):
        return "'" + text
    return text


def dollars(cents: int) -> str:
    return f"{'-' if cents < 0 else ''}{abs(cents) // 100}.{abs(cents) % 100:02d}"


DEFAULT_EXPORT: tuple[tuple[str, Any], ...] = (
    ("Priority", lambda item, row: item.priority),
    ("What", lambda item, row: item.title),
    ("Reference", lambda item, row: item.reference),
    ("Payer", lambda item, row: item.payer or ""),
    ("Category", lambda item, row: item.category),
    ("Amount", lambda item, row: dollars(item.amount_cents)),
    ("Opened on", lambda item, row: item.occurred_on),
    ("Due on", lambda item, row: item.due_on or ""),
    ("Follow-up on", lambda item, row: item.follow_up_on or ""),
    ("State", lambda item, row: item.get_state_display()),
    ("Owner", lambda item, row: item.assignee or ""),
    ("Team", lambda item, row: item.queue or ""),
)
