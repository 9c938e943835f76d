from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from tenancy.access import PUBLIC, SIGNED_IN, Request, requires
from tenancy.selectors import practices_of


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
def today(request: Request) -> HttpResponse:
    request.session["practice"] = str(request.scope.practice_id)
    return render(request, "today.html")


@requires(SIGNED_IN)
def keep_alive(request: Request) -> HttpResponse:
    """Asked for by a person who wants to stay: being answered is what counts."""
    request.session.modified = True
    return HttpResponse(status=204, headers={"Cache-Control": "no-store"})


@requires(PUBLIC)
def healthz(request: HttpRequest) -> HttpResponse:
    """200 when the database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})
