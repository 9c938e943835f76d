"""A claim to one of several payers: to the next, or again to one that has decided."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.timezone import localdate
from django.views.decorators.http import require_http_methods

from audit import services as audit
from claims.choices import Frequency
from claims.models import Claim, ClaimVersion
from claims.selectors import claim_for, draft_context
from claims.services import last_sent
from remittances import services
from remittances.forms import ReleaseForm, ReplaceForm
from remittances.services import Decided
from tenancy.access import NotFound, Request, requires
from tenancy.urls import practice_url

BUILD = "claims.build_claim"


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def next_payer(request: Request, claim_id: UUID) -> HttpResponse:
    """What the next payer would be sent, with what the earlier ones decided; sent by a POST."""
    claim = claim_for(request.scope, claim_id)
    if request.method == "GET":
        audit.record_view(subject=claim, patient_id=claim.patient_id, data={"draft": "next payer"})
        return _next_payer_page(request, claim, ReleaseForm())
    form = ReleaseForm(request.POST)
    if "reason" in request.POST and not form.is_valid():
        return _next_payer_page(request, claim, form, status=422)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    try:
        version = services.bill_next(claim=claim, at=request.now, although_forwarded=reason)
    except services.IsForwarded:
        return _next_payer_page(request, claim, form, status=409)
    except services.CannotBillNext as cannot:
        return _next_payer_page(request, claim, form, refusal=str(cannot), status=409)
    services.close_billed(claim, at=request.now)
    return _made(request, version, "for the next payer")


def _next_payer_page(
    request: Request, claim: Claim, form: ReleaseForm, *, refusal: str = "", status: int = 200
) -> HttpResponse:
    forwarded, billing = "", None
    on = localdate(request.now)
    try:
        billing = services.next_billing(claim, on=on)
    except services.IsForwarded as hold:
        forwarded = str(hold)
    except services.CannotBillNext as cannot:
        refusal = str(cannot)
    if forwarded:
        try:
            billing = services.next_billing(claim, on=on, although_forwarded=True)
        except services.CannotBillNext as cannot:
            refusal = f"{forwarded} {cannot}"
    sent = last_sent(claim, rank=billing.rank) if billing else last_sent(claim)
    context = {
        **draft_context(claim, billing.content if billing else None, sent),
        "claim": claim,
        "billing": billing,
        "refusal": refusal,
        "forwarded": forwarded,
        "form": form,
    }
    return render(request, "remittances/next_payer.html", context, status=status)


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def correct_claim(request: Request, claim_id: UUID) -> HttpResponse:
    return _replacement(request, claim_id, Frequency.REPLACEMENT)


@requires(BUILD)
@require_http_methods(["GET", "POST"])
def void_claim(request: Request, claim_id: UUID) -> HttpResponse:
    return _replacement(request, claim_id, Frequency.VOID)


def _replacement(request: Request, claim_id: UUID, frequency: Frequency) -> HttpResponse:
    """What a payer that has decided would be sent again, beside what it was sent last; sent with a reason."""
    claim = claim_for(request.scope, claim_id)
    payers = services.payers_decided(claim)
    payer = _chosen(request, claim, payers)
    if request.method == "GET":
        audit.record_view(subject=claim, patient_id=claim.patient_id, data={"draft": frequency.value})
        return _replacement_page(request, claim, payers, payer, frequency, ReplaceForm())
    form = ReplaceForm(request.POST)
    if not form.is_valid():
        return _replacement_page(request, claim, payers, payer, frequency, form, status=422)
    if form.cleaned_data["version"] != claim.current_version:
        form.add_error(None, "Another version was made meanwhile. Look again at what would be sent.")
        return _replacement_page(request, claim, payers, payer, frequency, form, status=409)
    try:
        version = services.replace_at_payer(
            claim=claim,
            rank=payer.rank,
            frequency=frequency,
            reason=form.cleaned_data["reason"],
            at=request.now,
        )
    except services.CannotBillNext:
        return _replacement_page(request, claim, payers, payer, frequency, form, status=409)
    return _made(request, version, f"for {payer.name}")


def _chosen(request: Request, claim: Claim, payers: list[Decided]) -> Decided:
    """The payer the address names, else the one that was billed last, else the last that decided."""
    asked = request.POST.get("payer") or request.GET.get("payer")
    if asked:
        named = [one for one in payers if str(one.rank) == asked]
        if not named:
            raise NotFound
        return named[0]
    billed = [one for one in payers if one.rank == claim.payer_rank]
    return [*payers, *billed][-1] if payers else Decided(claim.payer_rank, str(claim.payer), "")


def _replacement_page(
    request: Request,
    claim: Claim,
    payers: list[Decided],
    payer: Decided,
    frequency: Frequency,
    form: ReplaceForm,
    *,
    status: int = 200,
) -> HttpResponse:
    refusal, billing = "", None
    try:
        billing = services.replacement_billing(claim, rank=payer.rank, frequency=frequency)
    except services.CannotBillNext as cannot:
        refusal = str(cannot)
    context = {
        **draft_context(claim, billing.content if billing else None, last_sent(claim, rank=payer.rank)),
        "claim": claim,
        "form": form,
        "refusal": refusal,
        "is_void": frequency is Frequency.VOID,
        "payers": payers,
        "payer": payer,
        "may_edit_visit": request.scope.may("patients.edit_charge"),
    }
    return render(request, "claims/claim_change.html", context, status=status)


def _made(request: Request, version: ClaimVersion, whom: str) -> HttpResponse:
    messages.success(request, f"Version {version.number} is made {whom}; the edits look at it now.")
    return HttpResponseRedirect(practice_url("claims:tab", version.claim_id, "versions"))
