"""What every API endpoint shares: the practice of the token or session, declared permissions, cursor pages."""

import datetime
from typing import ClassVar

from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from tenancy.api_policies import CursorPages
from tenancy.scope import Scope


class ScopedViewSet(GenericViewSet):
    """Base of every viewset. `required_permissions` names one permission for each action."""

    required_permissions: ClassVar[dict[str, str]] = {}
    pagination_class = CursorPages
    lookup_value_regex = "[0-9a-f-]{36}"


def scope_of(request: Request) -> Scope:
    """The scope the middleware opened for the caller."""
    scope: Scope = request._request.scope  # type: ignore[attr-defined]
    return scope


def moment_of(request: Request) -> datetime.datetime:
    """When the call came in: the only clock of an endpoint."""
    moment: datetime.datetime = request._request.now  # type: ignore[attr-defined]
    return moment
