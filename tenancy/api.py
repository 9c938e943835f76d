"""What every API endpoint shares: the practice of the token or session, declared permissions, cursor pages."""

import datetime
from typing import Any, ClassVar

from django.db.models import QuerySet
from rest_framework.request import Request
from rest_framework.viewsets import GenericViewSet

from tenancy.api_policies import CursorPages
from tenancy.scope import Scope


class ScopedViewSet(GenericViewSet):
    """Base of every viewset. `required_permissions` names one permission for each action."""

    required_permissions: ClassVar[dict[str, str]] = {}
    pagination_class = CursorPages
    lookup_value_regex = "[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"

    def rows(self) -> QuerySet[Any]:
        """What the caller may see of it."""
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        """While the schema is drawn up nobody is asking: there is no scope, and the model alone is wanted."""
        if getattr(self, "swagger_fake_view", False):
            nothing: QuerySet[Any] = self.serializer_class.Meta.model.objects.none()  # type: ignore[union-attr]
            return nothing
        return self.rows()


def scope_of(request: Request) -> Scope:
    """The scope the middleware opened for the caller."""
    scope: Scope = request._request.scope  # type: ignore[attr-defined]
    return scope


def moment_of(request: Request) -> datetime.datetime:
    """When the call came in: the only clock of an endpoint."""
    moment: datetime.datetime = request._request.now  # type: ignore[attr-defined]
    return moment
