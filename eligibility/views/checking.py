"""What payers were asked, and what they answered."""

from __future__ import annotations

import json
from dataclasses import replace
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from audit import services as audit
from clearinghouse.selectors import shown_lines
from eligibility import selectors
from eligibility.listing import INQUIRY_LIST, InquiryFilters
from eligibility.listing import page as listing_page
from eligibility.models import OPEN
from eligibility.selectors import newest_answers
from eligibility.showing import past_checks
from eligibility.views.showing import answer_context
from patients.selectors import patient_for
from tenancy.access import Request, requires
from workbench import record_views


@requires("eligibility.view_inquiry")
@require_GET
def inquiries(request: Request) -> HttpResponse:
    return record_views.record_list(request, INQUIRY_LIST, template="eligibility/inquiries.html")


@requires("eligibility.view_inquiry")
@require_GET
def history(request: Request, patient_id: UUID) -> HttpResponse:
    """Every check of a patient, with what changed from one to the next."""
    patient = patient_for(request.scope, patient_id)
    audit.record_view(subject=patient, patient_id=patient.id)
    asked = replace(InquiryFilters(), patient=patient.id)
    page = listing_page(request.scope, asked, request.GET.get("after", ""), request.GET.get("before", ""))
    context = {
        "patient": patient,
        "page": replace(page, rows=past_checks(page.rows, newest_answers(page.rows))),
        "path": request.path,
        "query": request.GET,
        "may_ask": request.scope.may("eligibility.ask_payer"),
    }
    return render(request, "eligibility/history.html", context)


@requires("eligibility.view_inquiry")
@require_GET
def inquiry(request: Request, inquiry_id: UUID) -> HttpResponse:
    found = selectors.inquiry_for(request.scope, inquiry_id)
    return render(request, "eligibility/inquiry.html", answer_context(request, found))


@requires("eligibility.view_inquiry")
@require_GET
def answer(request: Request, inquiry_id: UUID) -> HttpResponse:
    """What an open page asks for until it is answered: nothing (204) while nobody was asked since `attempts`."""
    found = selectors.inquiry_for(request.scope, inquiry_id)
    if found.state in OPEN and request.GET.get("attempts") == str(found.attempts.count()):
        return HttpResponse(status=204)
    context = answer_context(request, found) | {"is_late": True}
    page = render(request, "eligibility/_answer.html", context)
    if "attempts" in request.GET and found.state not in OPEN and "response" in context:
        said = {"message": f"The payer answered: {context['status_words'].lower()}.", "tone": "good"}
        page.headers["HX-Trigger"] = json.dumps({"toast": said})
    return page


@requires("eligibility.view_inquiry")
@require_GET
def segments(request: Request, inquiry_id: UUID) -> HttpResponse:
    """The newest answer as it came, a segment a line."""
    found = selectors.inquiry_for(request.scope, inquiry_id)
    audit.record_view(subject=found, patient_id=found.patient_id)
    response = selectors.newest_answer(found)
    lines = shown_lines(bytes(response.content), transaction="271") if response else []
    context = {"inquiry": found, "response": response, "segments": lines}
    return render(request, "eligibility/segments.html", context)
