"""The front desk asks, and reads what payers answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.views.decorators.http import require_GET, require_http_methods

from audit import services as audit
from clearinghouse.selectors import shown_lines
from eligibility import selectors, services
from eligibility.choices import InquiryState
from eligibility.forms import CheckForm
from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer
from eligibility.rules.asking import CannotAsk
from eligibility.showing import as_row, shown
from patients.models import Coverage
from patients.selectors import coverage_for
from reference import selectors as reference
from reference.models import Provider
from tenancy.access import Request, requires
from tenancy.scope import within

RECENT = 30


@requires("eligibility.view_inquiry")
@require_GET
def inquiries(request: Request) -> HttpResponse:
    rows = [as_row(one) for one in selectors.with_status(selectors.inquiries(request.scope))[:RECENT]]
    audit.record_search(kind="eligibility.inquiries", count=len(rows), query={})
    return render(
        request,
        "eligibility/inquiries.html",
        {"rows": rows, "may_ask": request.scope.may("eligibility.ask_payer")},
    )


@requires("eligibility.ask_payer", own_transactions=True)
@require_http_methods(["GET", "POST"])
def check(request: Request) -> HttpResponse:
    """The payer is asked while the browser waits, and no transaction is open meanwhile."""
    with within(request.scope):
        if request.method == "GET":
            return _form(request, _bound(request, initial=_initial(request)))
        form = _bound(request, request.POST)
        if not form.is_valid():
            return _form(request, form, status=422)
        try:
            inquiry, is_new, line = services.ask(
                question=form.question(),
                about=_about(request, form),
                is_test=form.cleaned_data["is_test"],
                at=request.now,
                anew="anew" in request.POST,
            )
        except CannotAsk as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return _form(request, form, status=409)
    if is_new:
        exchanged = services.exchange(inquiry, line, at=request.now)
        with within(request.scope):
            services.take(inquiry_id=inquiry.id, exchanged=exchanged, at=now())
    with within(request.scope):
        return _answer(request, selectors.inquiry_for(request.scope, inquiry.id), form=form, is_new=is_new)


@requires("eligibility.view_inquiry")
@require_GET
def inquiry(request: Request, inquiry_id: UUID) -> HttpResponse:
    return _answer(request, selectors.inquiry_for(request.scope, inquiry_id))


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


# -- parts -------------------------------------------------------------------------------------------------------


def _bound(request: Request, data: Any = None, **options: Any) -> CheckForm:
    return CheckForm(data, payers=reference.payers(request.scope), providers=_providers(request), **options)


def _providers(request: Request) -> QuerySet[Provider]:
    """Who has a number payers know, those who bill first."""
    known = reference.providers(request.scope).filter(is_active=True).exclude(npi="")
    return known.order_by("-bills", "kind", "search_name", "id")


def _initial(request: Request) -> dict[str, Any]:
    initial: dict[str, Any] = {"service_on": localdate(request.now), "service_type": "98"}
    initial["provider"] = _providers(request).first()
    if "coverage" not in request.GET:
        return initial
    coverage = _coverage(request, request.GET["coverage"])
    if coverage is None:
        return initial
    patient = coverage.patient
    audit.record_view(subject=patient, patient_id=patient.id)
    initial |= {
        "coverage": coverage.id,
        "payer": coverage.payer_id,
        "member_number": coverage.member_id,
        "group_number": coverage.group_number,
    }
    if coverage.relationship == "SELF":
        return initial | {
            "last_name": patient.last_name,
            "first_name": patient.first_name,
            "birth_date": patient.birth_date,
            "sex": patient.sex if patient.sex in ("F", "M") else "",
        }
    return initial | {
        "last_name": coverage.subscriber_last_name,
        "first_name": coverage.subscriber_first_name,
        "birth_date": coverage.subscriber_birth_date,
        "relationship": {"SPOUSE": "01", "CHILD": "19"}.get(coverage.relationship, "G8"),
        "dependent_last_name": patient.last_name,
        "dependent_first_name": patient.first_name,
        "dependent_birth_date": patient.birth_date,
    }


def _coverage(request: Request, text: str) -> Coverage | None:
    try:
        return coverage_for(request.scope, UUID(text))
    except ValueError:
        return None


def _about(request: Request, form: CheckForm) -> services.About:
    said = form.cleaned_data
    coverage = coverage_for(request.scope, said["coverage"]) if said["coverage"] else None
    payer = None if said["is_test"] else said["payer"]
    return services.About(coverage=coverage, payer=payer, provider=said["provider"])


def _form(request: Request, form: CheckForm, *, status: int = 200) -> HttpResponse:
    return render(request, "eligibility/check.html", {"form": form}, status=status)


def _answer(
    request: Request, found: EligibilityInquiry, *, form: CheckForm | None = None, is_new: bool = True
) -> HttpResponse:
    audit.record_view(subject=found, patient_id=found.patient_id)
    response = selectors.newest_answer(found)
    context: dict[str, Any] = {
        "inquiry": found,
        "form": form,
        "is_new": is_new,
        "is_open": found.state in (InquiryState.ASKING, InquiryState.WAITING),
        "last_attempt": found.attempts.order_by("-started_at").first(),
        "now": request.now,
    }
    if response is not None:
        context |= shown(found, response)
        if form is not None:
            _mark(form, context["answer"])
    template = "eligibility/check.html" if form is not None else "eligibility/inquiry.html"
    return render(request, template, context)


def _mark(form: CheckForm, answer: Answer) -> None:
    """Says at each field what the payer refused about it."""
    for refusal in answer.refusals:
        of_dependent = f"dependent_{refusal.field}"
        name = of_dependent if refusal.loop == "2100D" and of_dependent in form.fields else refusal.field
        if name == "payer" and form.cleaned_data["is_test"]:
            name = "test_payer"
        if name in form.fields:
            form.add_error(name, f"The payer: {refusal.meaning.lower()}.")
