"""Many checks ordered at once: by file, and how far they are."""

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_POST

from audit import services as audit
from eligibility import batch_reading as reading
from eligibility import services
from eligibility.rules.tables import CannotRead
from eligibility.services.batch_files import COLUMNS
from tenancy.access import Request, requires
from tenancy.urls import practice_url
from workbench.services.exports import safe_cell

LARGEST = 5 * 1024 * 1024
RECENT = 30
POLL_STOPS = 286  # htmx stops polling on this status
HEADING = ("Line", "Person", "Member id", "Payer", "Day of service", "Status", "Why", "Checked")


@requires("eligibility.view_inquiry")
@require_GET
def batches(request: Request) -> HttpResponse:
    return _page(request)


@requires("eligibility.ask_payer")
@require_POST
def upload(request: Request) -> HttpResponse:
    """A file of people to ask about; the same one is taken once."""
    sent = request.FILES.get("file")
    if sent is None or (sent.size or 0) > LARGEST:
        return _page(request, "Choose a file." if sent is None else "Larger than 5 MB. Send it in parts.")
    try:
        batch, _ = services.order_file(
            name=sent.name or "unnamed", content=sent.read(), is_test="is_test" in request.POST,
            today=localdate(request.now), payer_ids=request.scope.payer_ids, at=request.now,
        )  # fmt: skip
    except CannotRead as reason:
        return _page(request, str(reason))
    return HttpResponseRedirect(practice_url("eligibility:batch", batch.id))


def _page(request: Request, refusal: str = "") -> HttpResponse:
    found = list(reading.batches(request.scope)[:RECENT])
    context = {
        "batches": reading.progress_of_each(found),
        "columns": COLUMNS,
        "refusal": refusal,
        "may_ask": request.scope.may("eligibility.ask_payer"),
    }
    return render(request, "eligibility/batches.html", context, status=422 if refusal else 200)


@requires("eligibility.view_inquiry")
@require_GET
def batch(request: Request, batch_id: UUID) -> HttpResponse:
    """Line by line; with `progress` the card that asks for itself until nothing is asked any more."""
    found = reading.batch_for(request.scope, batch_id)
    progress = reading.progress_of(found)
    if "progress" in request.GET:
        status = POLL_STOPS if progress.is_final else 200
        return render(request, "components/_progress.html", progress.card(), status=status)
    rows = reading.rows_of(request.scope, found)
    audit.record_view(subject=found)
    context = {"batch": found, "progress": progress, "card": progress.card(), "rows": rows}
    return render(request, "eligibility/batch.html", context)


@requires("eligibility.view_inquiry")
@require_GET
def batch_file(request: Request, batch_id: UUID) -> HttpResponse:
    """The same as CSV."""
    found = reading.batch_for(request.scope, batch_id)
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(HEADING)
    rows = reading.rows_of(request.scope, found)
    for row in rows:
        writer.writerow([safe_cell(cell) for cell in _cells(row)])
    audit.record_export("eligibility.batch.exported", subject=found, data={"rows": len(rows)})
    content = b"\xef\xbb\xbf" + text.getvalue().encode()
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="coverage-{found.ordered_at:%Y-%m-%d}.csv"'
    return response


def _cells(row: Any) -> tuple[object, ...]:
    return (
        row.line_number, row.person, row.member_number, row.payer_words, row.service_on, row.state.label,
        row.fault or row.reason, row.inquiry.asked_at.isoformat() if row.inquiry else "",
    )  # fmt: skip
