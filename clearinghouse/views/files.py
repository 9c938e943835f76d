"""Pages of stored files and the raw segments in them."""

from __future__ import annotations

from typing import BinaryIO, cast
from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_POST

from audit import services as audit
from clearinghouse import selectors
from clearinghouse.choices import FileState, Source
from clearinghouse.models import ExchangeFile
from clearinghouse.services import bring_in
from tenancy.access import Request, requires
from tenancy.urls import practice_url

AROUND = 20
MOST = 400


@requires("clearinghouse.view_file")
@require_GET
def files(request: Request) -> HttpResponse:
    state = request.GET.get("state", "")
    state = state if state in FileState else ""
    find = request.GET.get("find", "").replace("\x00", "").strip()[:50]
    rows, after = selectors.file_page(state=state, find=find, after=request.GET.get("after", ""))
    audit.record_search(
        kind="clearinghouse.exchangefile", count=len(rows), query={"state": state, "find": find}
    )
    path, kept = practice_url("clearinghouse:files"), {"find": find} if find else {}
    shown = [("", "All"), *FileState.choices]
    context = {
        "rows": rows,
        "after": after,
        "path": path,
        "states": [
            {
                "label": label,
                "address": f"{path}?{urlencode({**kept, 'state': value} if value else kept)}",
                "count": None,
                "is_current": value == state,
            }
            for value, label in shown
        ],
        "search": {"name": "find", "label": "Find a file by name", "value": find},
        "is_filtered": bool(state or find),
        "may_bring": request.scope.may("clearinghouse.send_file"),
        "may_see_partners": request.scope.may("clearinghouse.view_partner"),
    }
    return render(request, "clearinghouse/files.html", context)


@requires("clearinghouse.send_file")
@require_POST
def bring(request: Request) -> HttpResponse:
    """A file a person has downloaded from a partner's portal: acknowledgements, statuses, remittances."""
    upload = request.FILES.get("file")
    if upload is None or upload.file is None:
        messages.error(request, "Choose the file you downloaded from the partner.")
        return HttpResponseRedirect(practice_url("clearinghouse:files"))
    found = bring_in(
        name=upload.name or "", content=cast(BinaryIO, upload.file), source=Source.UPLOAD, at=request.now
    )
    messages.success(request, f"{found.name} is kept and will be read.")
    return HttpResponseRedirect(practice_url("clearinghouse:file", found.id))


@requires("clearinghouse.view_file")
@require_GET
def file(request: Request, file_id: UUID) -> HttpResponse:
    found = selectors.file_for(request.scope, file_id)
    audit.record_view(subject=found)
    context = {
        "file": found,
        "arrivals": found.arrivals.order_by("arrived_at", "id"),
        "may_see_results": _may_see_results(request, found),
    }
    return render(request, "clearinghouse/file.html", context)


def _may_see_results(request: Request, found: ExchangeFile) -> bool:
    return request.scope.may("remittances.view_remittance") and "835" in found.kinds


@requires("clearinghouse.view_file")
@require_GET
def segments(request: Request, file_id: UUID) -> HttpResponse:
    """The segments of a place in a file, `at` to `to` marked, each element explained."""
    found = selectors.file_for(request.scope, file_id)
    at = _number(request, "at", 1)
    to = min(max(at, _number(request, "to", at)), at + MOST)
    shown = selectors.shown_segments(found, at - AROUND, to + AROUND)
    patients = selectors.patients_within(found.id, at - AROUND, to + AROUND)
    audit.record_views(subject=found, patient_ids=patients, data={"segment": at, "to": to})
    context = {
        "file": found,
        "segments": shown,
        "at": at,
        "to": to,
        "marked": [one.explained for one in shown if at <= one.number <= to],
        "before": max(1, at - 2 * AROUND) if shown and shown[0].number > 1 else None,
        "after": to + 2 * AROUND if shown and shown[-1].number == to + AROUND else None,
        "may_see_results": _may_see_results(request, found),
    }
    return render(request, "clearinghouse/segments.html", context)


def _number(request: Request, name: str, default: int) -> int:
    text = request.GET.get(name, "")
    return max(1, int(text)) if text.isdecimal() and len(text) < 9 else default
