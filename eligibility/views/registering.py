"""Whoever was asked about before being on file is registered, with the coverage and the check."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from audit import services as audit
from eligibility import selectors, services
from eligibility.forms import RegisterForm
from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer, Member
from patients.models import Patient
from patients.rules.names import normalized
from patients.selectors import patient_for, patients_alike
from patients.services import PatientRefusal
from tenancy.access import Request, requires
from tenancy.urls import practice_url

TEMPLATE = "eligibility/register.html"
MEMBER = (
    "last_name", "first_name", "middle_name", "birth_date", "sex", "address_line", "address_line_2", "city", "state",
    "postal_code",
)  # fmt: skip
NAMES = ("last_name", "first_name", "middle_name")


@requires("patients.edit_patient")
@require_http_methods(["GET", "POST"])
def register(request: Request, inquiry_id: UUID) -> HttpResponse:
    """A POST with `patient` says that it is that one; with `is_another`, that it is none of those alike."""
    inquiry = selectors.inquiry_for(request.scope, inquiry_id)
    if not request.scope.may("patients.edit_coverage"):
        raise PermissionDenied
    if not selectors.is_to_register(inquiry):
        return HttpResponseRedirect(practice_url("eligibility:inquiry", inquiry.id))
    answer, on = selectors.named_in(inquiry), localdate(request.now)
    if request.method == "GET":
        audit.record_view(subject=inquiry)
        return _page(request, inquiry, RegisterForm(initial=_initial(inquiry, answer), on=on))
    form = RegisterForm(request.POST, on=on)
    if not form.is_valid():
        return _page(request, inquiry, form, status=422)
    patient = _chosen(request)
    alike = [] if patient or "is_another" in request.POST else patients_alike(request.scope, form.values())
    if alike:
        audit.record_search(kind="patients.patients", count=len(alike), query={"by": "alike"})
        return _page(request, inquiry, form, status=409, alike=alike)
    try:
        services.register(
            inquiry_id=inquiry.id,
            answer=answer,
            member_id=form.cleaned_data["member_id"],
            at=request.now,
            patient=patient,
            values=form.values(),
        )
    except PatientRefusal as refusal:
        for name, words in (refusal.fields or {"": str(refusal)}).items():
            form.add_error(name if name in form.fields else None, words)
        return _page(request, inquiry, form, status=409)
    messages.success(request, "Registered with this coverage. The check stands in the record.")
    return HttpResponseRedirect(practice_url("eligibility:inquiry", inquiry.id))


def _chosen(request: Request) -> Patient | None:
    try:
        return (
            patient_for(request.scope, UUID(request.POST["patient"])) if "patient" in request.POST else None
        )
    except ValueError:
        return None


def _initial(inquiry: EligibilityInquiry, answer: Answer) -> dict[str, Any]:
    """As the payer has the person; names as they were asked about where only their letters' size differs."""
    member, holder = answer.member or Member(), answer.subscriber
    asked, _ = selectors.asked_about(inquiry)
    initial = {name: getattr(member, name) or getattr(asked, name) for name in MEMBER}
    for name in NAMES:
        written = getattr(asked, name)
        if written and normalized(written) == normalized(initial[name]):
            initial[name] = written
    initial["sex"] = initial["sex"] if initial["sex"] in ("F", "M") else "U"
    return initial | {
        "member_id": (holder.number if holder else "") or member.number or inquiry.member_number
    }


def _page(
    request: Request, inquiry: EligibilityInquiry, form: RegisterForm, *, status: int = 200, **more: Any
) -> HttpResponse:
    context = {"inquiry": inquiry, "form": form, **more}
    return render(request, TEMPLATE, context, status=status)
