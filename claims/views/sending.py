"""What is ready to leave, by payer, and sending it now."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from claims import services
from claims.selectors.sending import waiting_to_leave
from tenancy.access import Request, requires
from tenancy.urls import practice_url

SEND = "claims.send_claim"


@requires(SEND)
@require_http_methods(["GET", "POST"])
def sending(request: Request) -> HttpResponse:
    if request.method == "POST":
        batched = services.send_now(at=request.now)
        words = f"{batched.sent} {'claim' if batched.sent == 1 else 'claims'} sealed"
        if batched.kept:
            words += f", {batched.kept} cannot be sent yet"
        messages.success(request, f"{words}.")
        return HttpResponseRedirect(practice_url("claims:sending"))
    waiting = waiting_to_leave(at=request.now)
    context = {
        "waiting": waiting,
        "count": sum(one.count for one in waiting if one.partner),
        "cents": sum(one.cents for one in waiting if one.partner),
    }
    return render(request, "claims/sending.html", context)
