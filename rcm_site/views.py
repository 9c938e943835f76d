from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views import defaults
from django.views.decorators.http import require_GET

from rcm_site import today as today_page
from rcm_site.access.selectors import unreviewed_break_glass
from rcm_site.frame import rail
from remittances.choices import WorkKey
from tenancy.access import PUBLIC, SIGNED_IN, Request, requires
from tenancy.middleware import scope_with
from tenancy.models import Grant
from tenancy.programs import is_for_programs, refusal
from tenancy.selectors import practices_of
from tenancy.urls import practice_url
from workbench import worklist


@requires(SIGNED_IN)
def home(request: Request) -> HttpResponse:
    """Straight into the practice last worked in, else the first; with none, say so."""
    practices = practices_of(request.user, request.now)
    chosen = request.session.get("practice")
    practice = practices.filter(pk=chosen).first() if chosen else None
    practice = practice or practices.first()
    if practice is None:
        return render(request, "no_practice.html", status=403)
    return redirect("today", organization_id=practice.pk)


@requires(SIGNED_IN)
@require_GET
def portfolio(request: Request) -> HttpResponse:
    """All practices where the person serves several, else the one."""
    several = practices_of(request.user, request.now)[:2].count() > 1
    return redirect("portfolio" if several else "home")


@requires(SIGNED_IN)
@require_GET
def today(request: Request) -> HttpResponse:
    if request.session.get("practice") != str(request.scope.practice_id):
        request.session["practice"] = str(request.scope.practice_id)
    on = worklist.today(request)
    counts, trends = today_page.counts_of(request, on), today_page.trends_of(request, on)
    denials = today_page.denial_cards(request, counts, trends)
    exceptions = today_page.exception_cards(request, counts, trends)
    visits = today_page.visit_cards(request, on)
    may_upload = request.scope.may("remittances.ingest_remittance")
    context = {
        "on": on,
        "denials": denials,
        "visits": [] if today_page.is_quiet(visits) else visits,
        "exceptions": exceptions,
        "is_quiet": today_page.is_quiet([*denials, *exceptions]),
        "upload_url": practice_url("remittances:remittances") if may_upload else "",
        "register_url": practice_url("patients:patients")
        if request.scope.may("patients.edit_patient")
        else "",
        "break_glass": entered_unreviewed(request),
        "may_review": request.scope.may("tenancy.manage_access"),
    }
    return render(request, "today.html", context)


@requires(SIGNED_IN)
@require_GET
def rail_counts(request: Request) -> HttpResponse:
    """The figures beside the queues, asked for again and again; no patient is named."""
    counts = today_page.counts_of(request, worklist.today(request))
    denials = counts.pop(today_page.DENIAL, {})
    payments = [counts.pop(kind, {}) for kind in WorkKey.values]
    unbalanced = dict(zip(WorkKey.values, payments, strict=True))[WorkKey.UNBALANCED]
    others = {name: sum(one.get(name, 0) for one in counts.values()) for name in ("count", "overdue")}
    places: dict[str, dict[str, Any]] = {
        "DENIAL": {"count": denials.get("count", 0), "is_alarm": bool(denials.get("overdue"))},
        "remittances": {
            "count": sum(one.get("count", 0) for one in payments),
            "is_alarm": bool(unbalanced.get("count")),
        },
        "work": {"count": others["count"], "is_alarm": bool(others["overdue"])},
        "access": {"count": len(entered_unreviewed(request)), "is_alarm": True, "words": "to review"},
    }
    shown = [
        entry["count_id"] for group in rail(request, request.scope.practice_id) for entry in group["entries"]
    ]
    figures = [{"name": name, **places[name]} for name in shown if name]
    return render(request, "rail_counts.html", {"figures": figures})


@requires(SIGNED_IN)
def keep_alive(request: Request) -> HttpResponse:
    """Asked for by a person who wants to stay: being answered is what counts."""
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


def entered_unreviewed(request: Request) -> list[Grant]:
    """Support's entries nobody has reviewed, for those who see who has access."""
    scope = scope_with(request, "tenancy.view_access")
    return list(unreviewed_break_glass(scope)) if scope else []


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An address nobody has; a program is told in its own language."""
    if is_for_programs(request):
        return refusal(request, 404, "Not found.")
    return defaults.page_not_found(request, exception)


def failed(request: HttpRequest) -> HttpResponse:
    if is_for_programs(request):
        return refusal(request, 500, "Something failed on our side. Nothing was changed.")
    return defaults.server_error(request)


@requires(PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
