"""The accounts of the practice and single entries."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import services as audit
from ledger import selectors
from tenancy.access import Request, requires


@requires("ledger.view_ledger")
@require_GET
def accounts(request: Request) -> HttpResponse:
    rows = selectors.trial_balance()
    audit.record_search(kind="ledger.accountbalance", count=len(rows))
    return render(
        request, "ledger/accounts.html", {"rows": rows, "total": sum(cents for _, _, cents in rows)}
    )


@requires("ledger.view_ledger")
@require_GET
def entry(request: Request, entry_id: UUID) -> HttpResponse:
    found = selectors.entry_for(request.scope, entry_id)
    audit.record_views(subject=found, patient_ids=[one.patient_id for one in found.postings.all()])
    return render(request, "ledger/entry.html", {"entry": found, "mirror": selectors.mirror_of(found)})
