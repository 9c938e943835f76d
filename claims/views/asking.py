"""Asking the payer about a claim, from its page."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from claims import selectors, services
from tenancy.access import Request, requires
from tenancy.urls import practice_url


@requires("claims.ask_payer")
@require_POST
def ask(request: Request, claim_id: UUID) -> HttpResponse:
    claim = selectors.claim_for(request.scope, claim_id)
    try:
        services.ask_now(claim=claim, at=request.now)
    except services.CannotAsk as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, f"{claim.payer} is asked. The answer appears here.")
    return HttpResponseRedirect(practice_url("claims:tab", claim.id, "answers"))
