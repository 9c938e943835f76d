"""A person writes down what a payer's portal shows or a voice on the telephone says, with the proof."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_GET, require_http_methods

from audit import services as audit
from eligibility import selectors, services
from eligibility.forms import ByHandForm
from eligibility.rules.answers import Member
from eligibility.rules.evidence import LARGEST, NotEvidence
from patients.choices import Relationship
from patients.models import Coverage
from patients.selectors import coverage_for
from patients.services import KeyUsedOtherwise, once
from tenancy.access import NotFound, Request, requires
from tenancy.ids import uuid7
from tenancy.urls import practice_url


@requires("eligibility.ask_payer")
@require_http_methods(["GET", "POST"])
def record(request: Request, coverage_id: UUID) -> HttpResponse:
    coverage = coverage_for(request.scope, coverage_id)
    if request.method == "GET":
        audit.record_view(subject=coverage, patient_id=coverage.patient_id)
        initial = {
            "once": str(uuid7()),
            "service_on": localdate(request.now),
            "plan_name": coverage.plan_name,
        }
        return _page(request, coverage, ByHandForm(initial=initial))
    form = ByHandForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, coverage, form, status=422)
    upload = form.cleaned_data["evidence"]
    evidence = upload.read(LARGEST + 1) if upload else b""

    def make() -> tuple[UUID, dict[str, Any]]:
        said = form.cleaned_data
        verified = services.Verified(said["how"], said["spoke_with"], said["reference_number"], evidence)
        told, on = form.told(_member(coverage)), said["service_on"]
        inquiry = services.record_by_hand(
            coverage=coverage, told=told, verified=verified, service_on=on, at=request.now
        )
        return inquiry.id, {}

    try:
        inquiry_id, _, _ = once(
            endpoint=f"eligibility.by_hand:{coverage.id}",
            key=form.cleaned_data["once"] or str(uuid7()),
            body=form.values(),
            make=make,
        )
    except NotEvidence as refusal:
        form.add_error("evidence", str(refusal))
        return _page(request, coverage, form, status=422)
    except KeyUsedOtherwise:
        form.add_error(None, "This form was already sent with other values. Open a new one.")
        return _page(request, coverage, form, status=422)
    return HttpResponseRedirect(practice_url("eligibility:inquiry", inquiry_id))


@requires("eligibility.view_inquiry")
@require_GET
def evidence(request: Request, inquiry_id: UUID) -> HttpResponse:
    """The file as it was handed in; a browser saves it and never opens it inside the site."""
    inquiry = selectors.inquiry_for(request.scope, inquiry_id)
    found = inquiry.verifications.exclude(evidence_name="").first()
    if found is None:
        raise NotFound
    audit.record_view(
        subject=inquiry, patient_id=inquiry.patient_id, data={"evidence": found.evidence_sha256}
    )
    return HttpResponse(
        bytes(found.evidence),
        content_type=found.evidence_type,
        headers={
            "Content-Disposition": f'attachment; filename="{found.evidence_name}"',
            "X-Content-Type-Options": "nosniff",
        },
    )


def _member(coverage: Coverage) -> Member:
    patient = coverage.patient
    return Member(
        number=coverage.member_id,
        last_name=patient.last_name,
        first_name=patient.first_name,
        birth_date=patient.birth_date,
        is_subscriber=coverage.relationship == Relationship.SELF,
    )


def _page(request: Request, coverage: Coverage, form: ByHandForm, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "coverage": coverage, "patient": coverage.patient}
    return render(request, "eligibility/by_hand.html", context, status=status)
