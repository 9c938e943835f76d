"""What the front desk has to do about checks: those that failed, and those that change a planned visit."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import services as audit
from eligibility.work import told_of
from eligibility.work_kinds import KINDS
from patients.selectors import patients_visible_to
from tenancy.access import Request, requires
from workbench import worklist
from workbench.kinds import kind_of
from workbench.models import WorkItem

MOST = 100


@requires("eligibility.view_inquiry")
@require_GET
def todo(request: Request) -> HttpResponse:
    """The soonest visit first."""
    items = WorkItem.objects.filter(kind__in=KINDS, is_open=True).select_related("payer")
    if request.scope.payer_ids is not None:
        items = items.filter(payer__in=request.scope.payer_ids)
    if request.scope.location_ids is not None:
        items = items.filter(patient_id__in=patients_visible_to(request.scope).values("id"))
    found = list(items.order_by("due_on", "-priority", "id")[:MOST])
    patients = {
        one.id: one
        for one in patients_visible_to(request.scope).filter(id__in={one.patient_id for one in found})
    }
    rows = [(one, patients.get(one.item.patient_id)) for one in told_of(found)]
    audit.record_search(kind="eligibility.todo", count=len(rows), query={})
    seen = worklist.kinds_seen(request)
    context = {
        "rows": rows,
        "queues": [kind_of(key) for key in KINDS if key in seen],
        "workable": [key for key in KINDS if worklist.may_work(request, kind_of(key))],
    }
    return render(request, "eligibility/todo.html", context)
