"""Views that do what a request may do to its transaction."""

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.urls import include, path

from rcm_site.urls import urlpatterns as real_urls
from tenancy.access import NotFound, requires
from tenancy.models import Location
from tenancy.scope import current_scope


def _write(name):
    Location.objects.create(organization_id=current_scope().practice_id, name=name)


@requires("denials.view_denial")
def writes(request):
    _write("kept")
    return HttpResponse("ok")


@requires("denials.view_denial")
def fails(request):
    _write("lost")
    raise RuntimeError("after writing")


@requires("denials.view_denial")
def answers_503(request):
    _write("lost")
    return HttpResponse(status=503)


@requires("denials.view_denial")
def missing(request):
    raise NotFound


@requires("denials.view_denial")
def renders_late(request):
    return TemplateResponse(request, "late.html", {"ask_scope": lambda: current_scope().practice_id})


@requires("denials.approve_write_off")
def supervisors_only(request):
    return HttpResponse(str(current_scope().practice_id))


@requires("denials.view_denial", portfolio=True)
def portfolio(request):
    return HttpResponse(",".join(sorted(str(practice) for practice in current_scope().readable)))


def undeclared(request):
    return HttpResponse("never")


urlpatterns = [
    path(
        "p/<uuid:organization_id>/x/",
        include(
            [
                path("writes/", writes),
                path("fails/", fails),
                path("503/", answers_503),
                path("missing/", missing),
                path("late/", renders_late),
                path("supervisors/", supervisors_only),
                path("undeclared/", undeclared),
            ]
        ),
    ),
    path("portfolio/x/", portfolio),
    *real_urls,
]
