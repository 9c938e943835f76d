"""How long a session lives, when a second factor is owed, and what every answer says to browsers and proxies."""

import time
from collections.abc import Callable

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import is_valid_path, reverse
from django.utils import timezone

from rcm_site.access import second_factor, trail
from tenancy.models import Person
from tenancy.programs import API, is_for_programs, refusal

GetResponse = Callable[[HttpRequest], HttpResponse]
# Activity is noted at most this often: not every request writes its session.
_NOTE_SECONDS = 15
_OPEN_WITHOUT_FACTOR = ("/accounts/", "/session/", "/static/", "/healthz")


class ProgramAddresses:
    """`/api/v1/payers` is `/api/v1/payers/`: a redirect would turn a program's POST into a GET."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path.startswith(API) and not path.endswith("/") and is_valid_path(f"{path}/"):
            request.path_info, request.path = f"{path}/", f"{request.path}/"
        return self.get_response(request)


class SessionLimits:
    """Ends a session after a quiet quarter of an hour and after twelve hours in any case.

    A page that polls by itself says so with `X-Background` and does not count as somebody being there.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            self._check(request, request.user, time.time())
        return self.get_response(request)

    def _check(self, request: HttpRequest, person: Person, now: float) -> None:
        began, seen = request.session.get("began", now), request.session.get("seen", now)
        if now - began > settings.SESSION_COOKIE_AGE or now - seen > settings.SESSION_IDLE_SECONDS:
            trail.record("access.session.expired", request, person)
            request.session_expired = True  # type: ignore[attr-defined]
            auth.logout(request)
            return
        if "began" not in request.session:
            request.session["began"] = now
        is_person = "X-Background" not in request.headers
        if "seen" not in request.session or (is_person and now - seen > _NOTE_SECONDS):
            request.session["seen"] = now


class SecondFactorOwed:
    """Sends whoever owes a second factor to set one up, and shows them nothing else until then."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if (
            not request.user.is_authenticated
            or request.path_info.startswith(_OPEN_WITHOUT_FACTOR)
            or not second_factor.is_missing(request.user, timezone.now())
        ):
            return self.get_response(request)
        address = reverse("mfa_activate_totp")
        if is_for_programs(request):
            return refusal(request, 403, "Set up a second factor first.")
        if request.headers.get("HX-Request"):
            return HttpResponse(status=403, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)


class BrowserManners:
    """Nothing of ours is kept by a cache; signing out clears what the browser remembers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store")
        response.headers.setdefault(
            "Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        )
        response.headers.setdefault("X-Permitted-Cross-Domain-Policies", "none")
        if request.method == "POST" and request.path_info == reverse("account_logout"):
            response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
        return response
