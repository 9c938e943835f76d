"""From a visit to its claim, and from a claim to its next version."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from audit import services as audit
from claims import selectors, services
from claims.choices import AdjudicationState, Frequency
from claims.forms import ReasonForm, WithdrawalForm
from claims.models import Claim
from claims.services import CannotBuild, CannotWithdraw, NothingChanged
from patients.choices import Source
from patients.models import Encounter
from patients.selectors import encounter_for
from patients.services.history import Origin
from tenancy.access import Request, requires
from tenancy.urls import practice_url

BUILD = "claims.build_claim"


@requires("claims.view_claim")
@require_GET
def of_visit(request: Request, encounter_id: UUID) -> HttpResponse:
    return _of_visit(request, encounter_for(request.scope, encounter_id))


@requires(BUILD)
@require_POST
def bill_visit(request: Request, encounter_id: UUID) -> HttpResponse:
    found = encounter_for(request.scope, encounter_id)
    try:
        claim = services.bill_visit(encounter_id=found.id, at=request.now)
    except CannotBuild as refusal:
        return _of_visit(request, found, refusal=str(refusal), status=409)
    messages.success(request, f"Claim {claim.patient_control_number} is made; the edits look at it now.")
    address = practice_url("claims:claim", claim.id)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def _of_visit(request: Request, encounter: Encounter, *, status: int = 200, **more: Any) -> HttpResponse:
    context = selectors.visit_context(request.scope, encounter) | more
    context["may_build"] = request.scope.may(BUILD)
    name = "claims/_of_visit.html" if request.htmx else "claims/of_visit.html"
    return render(request, name, context, status=status)


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def correct(request: Request, claim_id: UUID) -> HttpResponse:
    return _replacement(request, claim_id, Frequency.REPLACEMENT)


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def void(request: Request, claim_id: UUID) -> HttpResponse:
    return _replacement(request, claim_id, Frequency.VOID)


@requires(BUILD)
@require_GET
def correcting(request: Request, claim_id: UUID) -> HttpResponse:
    """What is corrected at a visit: the claim, to whom it goes again, and how the visit differs from what was sent."""
    found = selectors.claim_for(request.scope, claim_id)
    if not request.htmx:
        return HttpResponseRedirect(practice_url("claims:correct", found.id))
    refusal, content = "", None
    try:
        # What a later payer is told of earlier decisions is for the room that knows them.
        content = services.draft_replacement(found, Frequency.REPLACEMENT) if found.payer_rank == 1 else None
    except NothingChanged:
        pass
    except CannotBuild as cannot:
        refusal = str(cannot)
    sent = services.last_sent(found, rank=found.payer_rank)
    context = {**selectors.draft_context(found, content, sent), "claim": found, "refusal": refusal}
    return render(request, "claims/_correcting.html", context)


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def withdraw(request: Request, claim_id: UUID) -> HttpResponse:
    """Before a payer has it. Moving what a plan owes to the patient takes the permission to change charges."""
    found = selectors.claim_for(request.scope, claim_id)
    if request.method == "GET":
        audit.record_view(subject=found, patient_id=found.patient_id, data={"draft": "withdrawal"})
        return _withdrawal_page(request, found, WithdrawalForm())
    form = WithdrawalForm(request.POST)
    if not form.is_valid():
        return _withdrawal_page(request, found, form, status=422)
    reason, version = form.cleaned_data["reason"], form.cleaned_data["version"]
    try:
        services.withdraw_claim(
            claim_id=found.id, version=version, reason=reason, origin=Origin(Source.PERSON, request.now)
        )
    except CannotWithdraw as refusal:
        form.add_error(None, str(refusal))
        return _withdrawal_page(request, found, form, status=409)
    messages.success(request, "Withdrawn. The visit may be billed otherwise.")
    return HttpResponseRedirect(practice_url("claims:claim", found.id))


def _withdrawal_page(
    request: Request, claim: Claim, form: WithdrawalForm, *, status: int = 200
) -> HttpResponse:
    context = selectors.withdrawal_context(request.scope, claim) | {"form": form}
    return render(request, "claims/claim_withdraw.html", context, status=status)


def _replacement(request: Request, claim_id: UUID, frequency: Frequency) -> HttpResponse:
    """What would be sent beside what was sent last; sent with a reason. Where several payers may have decided, the room
    that knows their decisions asks which.
    """
    found = selectors.claim_for(request.scope, claim_id)
    if found.adjudication_state != AdjudicationState.NONE and selectors.has_several_payers(found):
        verb = "void" if frequency is Frequency.VOID else "correct"
        return HttpResponseRedirect(practice_url(f"remittances:{verb}-claim", found.id))
    if request.method == "GET":
        audit.record_view(subject=found, patient_id=found.patient_id, data={"draft": frequency.value})
        return _draft_page(request, found, frequency, ReasonForm())
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _draft_page(request, found, frequency, form, status=422)
    if form.cleaned_data["version"] != found.current_version:
        form.add_error(None, "Another version was made meanwhile. Look again at what would be sent.")
        return _draft_page(request, found, frequency, form, status=409)
    try:
        version = services.replace_claim(
            claim_id=found.id, frequency=frequency, reason=form.cleaned_data["reason"], at=request.now
        )
    except CannotBuild:
        return _draft_page(request, found, frequency, form, status=409)
    messages.success(request, f"Version {version.number} is made; the edits look at it now, then it leaves.")
    return HttpResponseRedirect(practice_url("claims:tab", found.id, "versions"))


def _draft_page(
    request: Request, claim: Claim, frequency: Frequency, form: ReasonForm, *, status: int = 200
) -> HttpResponse:
    refusal, content = "", None
    try:
        content = services.draft_replacement(claim, frequency)
    except CannotBuild as cannot:
        refusal = str(cannot)
    context = {
        **selectors.draft_context(claim, content, services.last_sent(claim)),
        "claim": claim,
        "form": form,
        "refusal": refusal,
        "is_void": frequency is Frequency.VOID,
        "may_edit_visit": request.scope.may("patients.edit_charge"),
    }
    return render(request, "claims/claim_change.html", context, status=status)
