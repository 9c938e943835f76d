"""Refused accesses, written in a transaction of their own after the request's has ended, whichever way it ended."""

import logging
import uuid
from collections.abc import Callable
from typing import Any

from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, ResolverMatch, resolve

from audit import services
from audit.choices import Outcome
from tenancy.choices import ActorKind, OrganizationKind
from tenancy.ids import uuid7
from tenancy.models import Organization
from tenancy.programs import ADDRESSES
from tenancy.scope import Scope, open_scope

logger = logging.getLogger(__name__)

GetResponse = Callable[[HttpRequest], HttpResponse]
TENANT_ADDRESSES = ("/p/", *ADDRESSES, "/admin/", "/portfolio/")
VERBS = {
    401: "access.request.refused",
    403: "access.request.refused",
    404: "access.record.missed",
}


class RefusalMiddleware:
    """Stands outside the tenancy middleware. Failing to write a refusal down does not turn it into an answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if response.status_code in VERBS and request.path_info.startswith(TENANT_ADDRESSES):
            try:
                record_refusal(request, response.status_code)
            except DatabaseError as failure:
                logger.error("audit.refusal_not_recorded %s", type(failure).__name__)
        return response


def record_refusal(request: HttpRequest, status: int) -> None:
    scope: Scope | None = getattr(request, "scope", None)
    match = _match(request)
    practice = scope.organization_id if scope else practice_of(match)
    actor = services.Actor.of(scope) if scope else _actor(request)
    facts: dict[str, Any] = {
        "actor": actor,
        "outcome": Outcome.REFUSED,
        "data": {"status": status, "method": request.method, **_route(match)},
    }
    with transaction.atomic():
        if practice is None:
            services.record(VERBS[status], **facts)
            return
        # The trail of the practice that was knocked at: its auditor has to see who knocked.
        writer = Scope(
            actor_kind=actor.kind, organization_id=practice, readable=(practice,), permissions=frozenset()
        )
        with open_scope(writer):
            services.record(VERBS[status], **facts)


def _match(request: HttpRequest) -> ResolverMatch | None:
    """Resolved again: a request refused at the door never came as far as Django's own resolving."""
    try:
        return resolve(request.path_info)
    except Resolver404:
        return None


def practice_of(match: ResolverMatch | None) -> uuid.UUID | None:
    named = match.kwargs.get("organization_id") if match else None
    if named is None:
        return None
    exists = Organization.objects.filter(pk=named, kind=OrganizationKind.PRACTICE).exists()
    return named if exists else None


def _actor(request: HttpRequest) -> services.Actor:
    person = getattr(request, "user", None)
    return services.Actor(
        kind=ActorKind.PERSON,
        person_id=person.pk if person is not None and person.is_authenticated else None,
        session_id=request.session.get("audit_id", ""),
        purpose=request.session.get("purpose", ""),
        request_id=uuid7(),
    )


def _route(match: ResolverMatch | None) -> dict[str, Any]:
    """The name of the page and the ids in its address; nothing else of the address is repeated."""
    if match is None:
        return {}
    named = {
        key: str(value)
        for key, value in match.kwargs.items()
        if key != "organization_id" and isinstance(value, uuid.UUID | int)
    }
    return {"page": match.view_name, **({"ids": named} if named else {})}
