"""What is ready to leave, by payer, and sending it now."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from audit import services as audit
from claims import services
from claims.selectors.asking import claims_asked_in
from claims.selectors.sending import claims_of_interchange, count_unspoken, last_words, waiting_to_leave
from clearinghouse.choices import InterchangeState
from clearinghouse.selectors.partners import interchange_for
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


@requires("claims.view_claim")
@require_GET
def of_interchange(request: Request, interchange_id: UUID) -> HttpResponse:
    """The claims of an interchange as a fragment of its page."""
    found = interchange_for(request.scope, interchange_id)
    submissions, count = claims_of_interchange(request.scope, found)
    questions = claims_asked_in(request.scope, found.id)
    seen = len(submissions) + len(questions)
    audit.record_search(kind="claims.claims", count=seen, query={"by": ["interchange"]})
    words = last_words(submissions)
    context = {
        "submissions": [(one, words.get(one.version_id)) for one in submissions],
        "count": count,
        "unspoken": count_unspoken(request.scope, found),
        "is_sent": found.state == InterchangeState.SENT,
        "questions": questions,
        "may_see_file": request.scope.may("clearinghouse.view_file"),
    }
    return render(request, "claims/_of_interchange.html", context)
