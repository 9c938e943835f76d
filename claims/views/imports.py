from __future__ import annotations

from typing import BinaryIO, cast
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from audit import services as audit
from claims import selectors
from claims.services import receive_837
from claims.services.progress import claims_read
from clearinghouse.choices import FileState, Source
from clearinghouse.selectors import file_for
from tenancy.access import Request, requires

LARGEST = 200 * 1024 * 1024
POLL_STOPS = 286  # htmx stops polling on this status


@requires("claims.import_claim")
@require_http_methods(["GET", "POST"])
def imports(request: Request) -> HttpResponse:
    """Upload files of claims; each is kept, then read by a job."""
    if request.method == "GET":
        return render(
            request, "claims/import_list.html", {"imports": selectors.recent_imports(), "path": request.path}
        )
    uploads = request.FILES.getlist("files")
    cards: list[dict[str, object]] = []
    for upload in uploads:
        if (upload.size or 0) > LARGEST:
            cards.append(
                {"name": upload.name, "refusal": "Larger than 200 MB. Export the claims in smaller files."}
            )
            continue
        file, is_new = receive_837(
            name=upload.name or "unnamed",
            content=cast("BinaryIO", upload.file),
            source=Source.UPLOAD,
            at=request.now,
        )
        cards.append({"file": file, "is_new": is_new})
    if not uploads:
        cards.append({"name": "", "refusal": "No file was chosen."})
    status = 202 if uploads else 422
    if request.htmx:
        return render(request, "claims/import_list.html#cards", {"cards": cards}, status=status)
    context = {"cards": cards, "imports": selectors.recent_imports(), "path": request.path}
    return render(request, "claims/import_list.html", context, status=status)


@requires("claims.import_claim")
@require_GET
def progress(request: Request, file_id: UUID) -> HttpResponse:
    """The card of a file being read: it asks again until the file is read or refused."""
    file = file_for(request.scope, file_id)
    record = selectors.import_of(file)
    is_final = record is not None or file.state == FileState.REFUSED
    context = {"card": {"file": file, "record": record, "read": claims_read(file.id)}, "is_final": is_final}
    return render(request, "claims/import_list.html#card", context, status=POLL_STOPS if is_final else 200)


@requires("claims.import_claim")
@require_GET
def report(request: Request, import_id: UUID) -> HttpResponse:
    """What came of a file, transaction set by transaction set."""
    record = selectors.import_for(request.scope, import_id)
    audit.record_view(subject=record)
    may_see_file = request.scope.may("clearinghouse.view_file")
    context = {"record": record, "file": record.file, "may_see_file": may_see_file}
    return render(request, "claims/import_detail.html", context)
