"""Everything that was sealed for partners, and what of it nobody has answered."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clearinghouse.selectors.answers import sent_page, unanswered
from tenancy.access import Request, requires

MOST_MISSING = 200


@requires("clearinghouse.view_partner")
@require_GET
def sent(request: Request) -> HttpResponse:
    is_missing = request.GET.get("missing") == "1"
    late = list(unanswered(at=request.now)[:MOST_MISSING])
    rows, after = (late, "") if is_missing else sent_page(after=request.GET.get("after", ""))
    context = {
        "rows": rows,
        "after": after,
        "is_missing": is_missing,
        "late": {one.id for one in late},
        "may_see_files": request.scope.may("clearinghouse.view_file"),
    }
    return render(request, "clearinghouse/sent.html", context)
