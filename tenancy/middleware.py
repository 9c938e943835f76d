"""Finds the scope of a request, holds its transaction, and refuses what was not declared or not granted."""

import dataclasses
import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils import timezone
from django.utils.http import urlencode

from tenancy.access import SESSION_PRACTICE, Access, NotFound
from tenancy.choices import ActorKind, Purpose
from tenancy.models import ApiToken, Person
from tenancy.programs import is_for_programs, refusal
from tenancy.scope import Scope, open_scope
from tenancy.selectors import Right, live_token, rights_of
from tenancy.services import token_digest

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = ("GET", "HEAD", "OPTIONS")


class Forbidden(Exception):
    """The person serves this practice but may not do this."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


class TenancyMiddleware:
    """One transaction a request, opened with the scope and rendered inside it; rolled back on an exception or 5xx."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = timezone.now()  # type: ignore[attr-defined]
        request.scope = None  # type: ignore[attr-defined]
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return self.get_response(request)
        access = declared_access(match, request.method or "GET")
        try:
            scope = scope_for(request, access, match.kwargs.get("organization_id"))
        except SignInNeeded:
            return sign_in_first(request)
        except Forbidden:
            return forbidden(request)
        except NotFound:
            return not_found(request)
        if scope is None:
            return self.get_response(request)
        if access.own_transactions:
            request.scope = scope  # type: ignore[attr-defined]
            return uncached(self.get_response(request))
        return self._inside(request, scope)

    def _inside(self, request: HttpRequest, scope: Scope) -> HttpResponse:
        request.scope = scope  # type: ignore[attr-defined]
        with transaction.atomic(), open_scope(scope):
            response = self.get_response(request)
            if response.status_code >= 500:
                transaction.set_rollback(True)
        return uncached(response)

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        """Views do not take the practice: it is in their scope."""
        kwargs.pop("organization_id", None)


def uncached(response: HttpResponse) -> HttpResponse:
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def declared_access(match: ResolverMatch, method: str) -> Access:
    """What the view says of itself; an API viewset says it for each action."""
    access = getattr(match.func, "access", None)
    if access is not None:
        return access
    viewset = getattr(match.func, "cls", None)
    permissions = getattr(viewset, "required_permissions", None)
    if permissions is None:
        raise ImproperlyConfigured(
            f"{match.view_name or match.func} declares no access; use tenancy.access.requires"
        )
    action = match.func.actions.get(method.lower())  # type: ignore[attr-defined]
    if action is None:
        return SESSION_PRACTICE
    if action not in permissions:
        raise ImproperlyConfigured(f"{match.view_name} declares no permission for {action}")
    waits = action in getattr(viewset, "own_transactions", ())
    return Access(permission=permissions[action], session_practice=True, own_transactions=waits)


def scope_for(request: HttpRequest, access: Access, practice_id: uuid.UUID | None) -> Scope | None:
    """None where no practice is concerned. Raises SignInNeeded, Forbidden, NotFound."""
    if not access.signed_in:
        return None
    token = _token_of(request)
    if token is not None:
        return _token_scope(token, access, request)
    if not request.user.is_authenticated:
        raise SignInNeeded
    if access.portfolio:
        return _portfolio_scope(request, access)
    if practice_id is None and access.session_practice:
        practice_id = _session_practice(request)
    if practice_id is None:
        if access.permission:
            raise NotFound
        return None
    return _practice_scope(request, access, practice_id)


def _practice_scope(request: HttpRequest, access: Access, practice_id: uuid.UUID) -> Scope:
    now: datetime.datetime = request.now  # type: ignore[attr-defined]
    rights = rights_of(request.user, now).in_practice(practice_id, now)  # type: ignore[arg-type]
    if not rights:
        raise NotFound
    scope = _scope(request, (practice_id,), practice_id, rights)
    if access.permission is None:
        return scope
    using = [right for right in rights if access.permission in right.permissions]
    if not using:
        request.scope = scope  # type: ignore[attr-defined]
        raise Forbidden
    return narrowed(scope, using)


def scope_with(request: HttpRequest, *permissions: str) -> Scope | None:
    """For a page that shows several kinds of things: the request's scope as the rights to one of them leave it. A right
    counts that carries every one of the permissions."""
    now: datetime.datetime = request.now  # type: ignore[attr-defined]
    scope: Scope = request.scope  # type: ignore[attr-defined]
    rights = rights_of(request.user, now).in_practice(scope.practice_id, now)  # type: ignore[arg-type]
    using = [right for right in rights if right.permissions.issuperset(permissions)]
    return narrowed(scope, using) if using else None


def _portfolio_scope(request: HttpRequest, access: Access) -> Scope:
    """Reads the practices in which the permission is held without narrowing; the others are opened one by one."""
    now: datetime.datetime = request.now  # type: ignore[attr-defined]
    rights = rights_of(request.user, now)  # type: ignore[arg-type]
    practices: list[uuid.UUID] = []
    using: list[Right] = []
    for practice in rights.practices_with(access.permission or "", now):
        held = [
            right for right in rights.in_practice(practice, now) if access.permission in right.permissions
        ]
        whole = [right for right in held if right.location_ids is None and right.payer_ids is None]
        if whole:
            practices.append(practice)
            using += whole
    if not practices:
        raise NotFound
    return _scope(request, tuple(practices), None, using)


def _scope(
    request: HttpRequest, readable: tuple[uuid.UUID, ...], practice_id: uuid.UUID | None, rights: Any
) -> Scope:
    person: Person = request.user  # type: ignore[assignment]
    return Scope(
        actor_kind=ActorKind.PERSON,
        organization_id=practice_id,
        readable=readable,
        permissions=frozenset().union(*(right.permissions for right in rights)),
        person_id=person.pk,
        role=rights[0].role,
        on_behalf_of=rights[0].billing_company_id,
        part2=any(right.part2 for right in rights),
        write_off_limit_cents=max(right.write_off_limit_cents for right in rights),
        purpose=request.session.get("purpose", Purpose.PAYMENT),
        session_id=request.session.get("audit_id", ""),
        time_zone=_time_zone(rights),
    )


def _time_zone(rights: Any) -> str:
    """The practice's; several practices are told in theirs where they share one, else in UTC."""
    zones = {right.time_zone for right in rights}
    return str(zones.pop()) if len(zones) == 1 else "UTC"


def narrowed(scope: Scope, using: list[Right]) -> Scope:
    """The scope as the rights that carry the permission in use leave it."""
    using = _joinable(using)
    return dataclasses.replace(
        scope,
        role=using[0].role,
        on_behalf_of=using[0].billing_company_id,
        location_ids=_union([right.location_ids for right in using]),
        payer_ids=_union([right.payer_ids for right in using]),
        part2=any(right.part2 for right in using),
        write_off_limit_cents=max(right.write_off_limit_cents for right in using),
    )


def _joinable(using: list[Right]) -> list[Right]:
    """Rights whose narrowings add up to one set of locations and one of payers. Two that are narrowed both ways
    allow less together than the product of their sets: then the widest of them counts alone."""
    whole = [right for right in using if right.location_ids is None and right.payer_ids is None]
    if whole:
        return whole + [right for right in using if right not in whole]
    one_place = len({right.location_ids for right in using}) == 1
    one_payer = len({right.payer_ids for right in using}) == 1
    if one_place or one_payer:
        return using
    return [right for right in using if right.payer_ids == using[0].payer_ids]


def _union(sets: list[frozenset[uuid.UUID] | None]) -> frozenset[uuid.UUID] | None:
    if any(one is None for one in sets):
        return None
    return frozenset().union(*(one for one in sets if one is not None))


def _token_of(request: HttpRequest) -> ApiToken | None:
    scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        return None
    today = request.now.date()  # type: ignore[attr-defined]
    token = live_token(token_digest(secret.strip()), today)
    if token is None:
        raise SignInNeeded
    if token.last_used_on != today:
        ApiToken.objects.filter(pk=token.pk).update(last_used_on=today)
    return token


def _token_scope(token: ApiToken, access: Access, request: HttpRequest) -> Scope:
    """An API client sees one practice and holds no more than its person would and its token lists."""
    if not access.session_practice:
        raise NotFound
    now: datetime.datetime = request.now  # type: ignore[attr-defined]
    request.user = token.person
    request.csrf_processing_done = True  # type: ignore[attr-defined]
    rights = rights_of(token.person, now).in_practice(token.practice_id, now)
    if not rights:
        raise NotFound
    scope = Scope(
        actor_kind=ActorKind.API,
        organization_id=token.practice_id,
        readable=(token.practice_id,),
        permissions=frozenset().union(*(right.permissions for right in rights))
        & frozenset(token.permissions),
        person_id=token.person_id,
        role=rights[0].role,
        purpose=Purpose.PAYMENT,
        time_zone=_time_zone(rights),
    )
    if access.permission is None:
        return scope
    using = [right for right in rights if access.permission in right.permissions & scope.permissions]
    if not using:
        request.scope = scope  # type: ignore[attr-defined]
        raise Forbidden
    return narrowed(scope, using)


def _session_practice(request: HttpRequest) -> uuid.UUID | None:
    chosen = request.session.get("practice")
    if chosen:
        return uuid.UUID(chosen)
    now: datetime.datetime = request.now  # type: ignore[attr-defined]
    rights = rights_of(request.user, now)  # type: ignore[arg-type]
    return next(iter(rights.by_practice), None)


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """401 for programs and htmx (which is sent to the sign-in page), a redirect for a browser."""
    if is_for_programs(request):
        return refusal(request, 401, "Sign in or send a valid token.")
    address = reverse("account_login")
    if request.headers.get("HX-Request"):
        page = request.htmx.current_url_abs_path  # type: ignore[attr-defined]
        back = f"?{urlencode({'next': page})}" if page else ""
        return HttpResponse(status=401, headers={"HX-Redirect": address + back})
    if request.method in SAFE_METHODS:
        address += "?" + urlencode({"next": request.get_full_path()})
    return HttpResponseRedirect(address)


def forbidden(request: HttpRequest) -> HttpResponse:
    if is_for_programs(request):
        return refusal(request, 403, "Your role does not allow this.")
    return HttpResponseForbidden(render_to_string("403.html", request=request))


def not_found(request: HttpRequest) -> HttpResponse:
    """The same bytes for what is not there and what one may not know of."""
    if is_for_programs(request):
        return refusal(request, 404, "Not found.")
    return HttpResponse(render_to_string("404.html", request=request), status=404)
