"""Who calls the API, and in what pages it answers: named by REST framework's settings, so apart from the viewsets."""

from typing import Any

from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from tenancy.choices import ActorKind


class MiddlewareAuthentication(SessionAuthentication):
    """The tenancy middleware has already found the caller; a browser session must also prove its CSRF token."""

    def authenticate(self, request: Request) -> tuple[Any, None] | None:
        scope = getattr(request._request, "scope", None)
        if scope is not None and scope.actor_kind == ActorKind.API:
            return (request._request.user, None)
        return super().authenticate(request)

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class InScope(BasePermission):
    """Nothing of the API is served outside a scope; the permission itself was checked when the scope was opened."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return getattr(request._request, "scope", None) is not None


class CursorPages(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"
