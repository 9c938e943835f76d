"""A person takes over into the record what the payer says, after having seen both."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from audit import services as audit
from eligibility import selectors, services
from eligibility.models import EligibilityInquiry
from eligibility.selectors import Applicable
from patients.selectors import last_change
from patients.services import ChangedMeanwhile, PatientRefusal
from tenancy.access import Request, requires
from tenancy.urls import practice_url

NOT_THEIRS = "There is no record to change, or no payer's answer to take: a test payer's is never taken."
MEANWHILE = "changed the record while you had it open. Nothing was taken; this is how it stands now."


@requires("patients.edit_coverage")
@require_http_methods(["GET", "POST"])
def apply(request: Request, inquiry_id: UUID) -> HttpResponse:
    inquiry = selectors.inquiry_for(request.scope, inquiry_id)
    if request.method == "GET":
        return _page(request, inquiry_id)
    what = _applicable(request, inquiry)
    if what is None:
        return _page(request, inquiry_id, status=409, refusal=NOT_THEIRS)
    try:
        labels = services.apply(
            what=what, taken=request.POST.getlist("take"), versions=_versions(request), at=request.now
        )
    except ChangedMeanwhile as change:
        told = last_change(change.current.id)
        refusal = f"{told.who if told else 'Somebody'} {MEANWHILE}"
        return _page(request, inquiry_id, status=409, refusal=refusal)
    except PatientRefusal as refusal:
        return _page(request, inquiry_id, status=409, refusal=str(refusal))
    if not labels:
        return _page(request, inquiry_id, status=422, refusal="Tick what is to be taken over.")
    messages.success(request, f"Taken over: {', '.join(labels).lower()}.")
    return HttpResponseRedirect(practice_url("patients:patient", inquiry.patient_id))


def _applicable(request: Request, inquiry: EligibilityInquiry) -> Applicable | None:
    response = selectors.newest_answer(inquiry)
    return selectors.applicable(request.scope, inquiry, response.read()) if response else None


def _versions(request: Request) -> services.Versions:
    def number(name: str) -> int:
        text = request.POST.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 10 else 0

    return services.Versions(number("patient_version"), number("coverage_version"))


def _page(request: Request, inquiry_id: UUID, *, status: int = 200, refusal: str = "") -> HttpResponse:
    """As the record stands now, whatever stood in it when the page was opened."""
    inquiry = selectors.inquiry_for(request.scope, inquiry_id)
    audit.record_view(subject=inquiry, patient_id=inquiry.patient_id)
    context: dict[str, Any] = {
        "inquiry": inquiry,
        "what": _applicable(request, inquiry),
        "refusal": refusal,
        "taken": request.POST.getlist("take"),
    }
    return render(request, "eligibility/apply.html", context, status=status)
