"""The front desk asks a payer, and reads the answer on the same page."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.timezone import localdate, now
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from eligibility import selectors, services
from eligibility.forms import CheckForm
from eligibility.models import EligibilityInquiry
from eligibility.rules.answers import Answer
from eligibility.rules.asking import CannotAsk
from eligibility.views.showing import answer_context
from patients.choices import RELATIONSHIP_CODES, Relationship
from patients.models import Coverage, Patient
from patients.rules.names import normalized, normalized_number
from patients.selectors import as_rows, coverage_for, patient_for, search_patients
from reference import selectors as reference
from reference.models import Payer, Provider
from tenancy.access import Request, requires
from tenancy.scope import within
from workbench.worklist import part_of

PAGE = "eligibility/check.html"
PARTS = {"desk": "desk"}
MOST_FOUND = 8


@requires("eligibility.ask_payer", own_transactions=True)
@require_http_methods(["GET", "POST"])
def check(request: Request) -> HttpResponse:
    """The payer is asked while the browser waits, and no transaction is open meanwhile."""
    with within(request.scope):
        if request.method == "GET":
            return _again(request) or _page(request, _bound(request, initial=_initial(request)))
        form = _bound(request, request.POST)
        if not form.is_valid():
            return _page(request, form, status=422)
        try:
            inquiry, is_new, line = services.ask(
                question=form.question(),
                about=_about(request, form),
                is_test=form.cleaned_data["is_test"],
                at=request.now,
                anew="anew" in request.POST,
            )
        except CannotAsk as refusal:
            form.add_error(_field(form, refusal.field), str(refusal))
            return _page(request, form, status=409)
    if is_new:
        exchanged = services.exchange(inquiry, line, at=request.now)
        with within(request.scope):
            services.take(inquiry_id=inquiry.id, exchanged=exchanged, at=now())
    with within(request.scope):
        return _answered(request, selectors.inquiry_for(request.scope, inquiry.id), form, is_new=is_new)


@requires("eligibility.ask_payer")
@require_POST
def find_patients(request: Request) -> HttpResponse:
    """Each coverage of whom the words fit leads to the form filled with it. No name stands in an address."""
    found = search_patients(request.scope, request.POST.get("words", "")[:100], MOST_FOUND)
    audit.record_search(kind="patients.patients", count=len(found), query={"by": "words"})
    context: dict[str, Any] = {"patients": as_rows(found), "has_searched": True}
    if part_of(request, {"patient-hits": "hits"}):
        return render(request, "eligibility/_patient_hits.html", context)
    return _page(request, _bound(request, initial=_initial(request)), **context)


@requires("eligibility.ask_payer")
@require_GET
def find_payers(request: Request) -> HttpResponse:
    words = request.GET.get("payer_words", "").strip()[:120]
    found = list(_payers(request, words)[:MOST_FOUND]) if words else []
    return render(request, "eligibility/_payer_hits.html", {"payers": found, "words": words})


# -- parts -------------------------------------------------------------------------------------------------------


def _bound(request: Request, data: Any = None, **options: Any) -> CheckForm:
    def payers(words: str) -> QuerySet[Payer]:
        return _payers(request, words)

    return CheckForm(data, payers=payers, providers=_providers(request), **options)


def _payers(request: Request, words: str) -> QuerySet[Payer]:
    return reference.payers(request.scope, words).filter(is_active=True)


def _providers(request: Request) -> QuerySet[Provider]:
    """Who has a number payers know, those who bill first."""
    known = reference.providers(request.scope).filter(is_active=True).exclude(npi="")
    return known.order_by("-bills", "kind", "search_name", "id")


def _initial(request: Request) -> dict[str, Any]:
    initial: dict[str, Any] = {"service_on": localdate(request.now), "service_type": "98"}
    initial["provider"] = _providers(request).first()
    coverage = _named(request, "coverage", coverage_for)
    patient = coverage.patient if coverage else _named(request, "patient", patient_for)
    if patient is None:
        return initial
    audit.record_view(subject=patient, patient_id=patient.id)
    initial["patient"] = patient.id
    if coverage is None:
        return initial | _as_subscriber(patient)
    initial |= {
        "coverage": coverage.id,
        "payer": coverage.payer_id,
        "payer_words": coverage.payer.name,
        "member_number": coverage.member_id,
        "group_number": coverage.group_number,
    }
    return initial | (_as_subscriber(patient) if coverage.relationship == "SELF" else _as_dependent(coverage))


def _named(request: Request, name: str, find: Any) -> Any:
    try:
        return find(request.scope, UUID(request.GET[name])) if name in request.GET else None
    except ValueError:
        return None


def _as_subscriber(patient: Patient) -> dict[str, Any]:
    return {
        "last_name": patient.last_name,
        "first_name": patient.first_name,
        "birth_date": patient.birth_date,
        "sex": _sex(patient.sex),
    }


def _as_dependent(coverage: Coverage) -> dict[str, Any]:
    patient = coverage.patient
    return {
        "last_name": coverage.subscriber_last_name,
        "first_name": coverage.subscriber_first_name,
        "birth_date": coverage.subscriber_birth_date,
        "sex": _sex(coverage.subscriber_sex),
        "relationship": RELATIONSHIP_CODES[Relationship(coverage.relationship)],
        "dependent_last_name": patient.last_name,
        "dependent_first_name": patient.first_name,
        "dependent_birth_date": patient.birth_date,
        "dependent_sex": _sex(patient.sex),
    }


def _sex(said: str) -> str:
    """As a 270 tells it; empty where it is not known."""
    return said if said in ("F", "M") else ""


def _about(request: Request, form: CheckForm) -> services.About:
    """A form that was filled from the record and written over is about the record only as far as it still fits: not
    about a coverage with another payer, nor about a patient of whom neither the member id nor name and birth date
    are left."""
    said = form.cleaned_data
    payer = None if said["is_test"] else said["payer"]
    coverage = coverage_for(request.scope, said["coverage"]) if said["coverage"] else None
    patient = patient_for(request.scope, said["patient"]) if said["patient"] else None
    patient = coverage.patient if coverage else patient
    if patient and not _fits(form, patient, coverage):
        patient, coverage = None, None
    if coverage and payer and coverage.payer_id != payer.id:
        coverage = None
    return services.About(patient=patient, coverage=coverage, payer=payer, provider=said["provider"])


def _fits(form: CheckForm, patient: Patient, coverage: Coverage | None) -> bool:
    asked = form.question()
    person = asked.dependent or asked.subscriber
    is_named = normalized(person.last_name) == normalized(patient.last_name)
    if is_named and person.birth_date == patient.birth_date:
        return True
    number = normalized_number(asked.subscriber.member_number)
    return coverage is not None and number == coverage.member_id_normalized


def _page(request: Request, form: CheckForm, *, status: int = 200, **more: Any) -> HttpResponse:
    part = part_of(request, PARTS)
    return render(request, f"{PAGE}#{part}" if part else PAGE, {"form": form, **more}, status=status)


def _again(request: Request) -> HttpResponse | None:
    """The form as it was for an earlier question, with what the payer refused said at its fields."""
    found = _named(request, "again", selectors.inquiry_for)
    return _answered(request, found, _bound(request, _said_then(found))) if found else None


def _said_then(inquiry: EligibilityInquiry) -> dict[str, Any]:
    named = (
        "member_number", "group_number", "last_name", "first_name", "birth_date", "sex", "relationship", "service_on",
        "dependent_last_name", "dependent_first_name", "dependent_birth_date", "dependent_sex",
    )  # fmt: skip
    said = {name: str(getattr(inquiry, name) or "") for name in named}
    return said | {
        "patient": str(inquiry.patient_id or ""),
        "coverage": str(inquiry.coverage_id or ""),
        "payer": str(inquiry.payer_id or ""),
        "payer_words": inquiry.payer.name if inquiry.payer else "",
        "provider": str(inquiry.provider_id or ""),
        "service_type": next(iter(inquiry.service_types), "30"),
        "is_test": "on" if inquiry.is_test else "",
        "test_payer": inquiry.payer_identifier if inquiry.is_test else "",
    }


def _answered(
    request: Request, found: EligibilityInquiry, form: CheckForm, *, is_new: bool = True
) -> HttpResponse:
    context = answer_context(request, found) | {"is_new": is_new}
    if "answer" in context:
        _mark(form, context["answer"])
    return _page(request, form, **context)


def _mark(form: CheckForm, answer: Answer) -> None:
    """Says at each field what the payer refused about it."""
    if not form.is_valid():
        return
    for refusal in answer.refusals:
        of_dependent = f"dependent_{refusal.field}"
        name = of_dependent if refusal.loop == "2100D" and of_dependent in form.fields else refusal.field
        if named := _field(form, name):
            form.add_error(named, f"The payer: {refusal.meaning.lower()}.")


def _field(form: CheckForm, name: str) -> str | None:
    """Where the form shows what is said of a field; nothing where it has none."""
    if name == "payer":
        return "test_payer" if form.data.get("is_test") else "payer_words"
    return name if name in form.fields else None
