"""Who calls the API, and in what pages it answers: named by REST framework's settings, so apart from the viewsets."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import Cursor, CursorPagination
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


class MiddlewareAuthenticationScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the page of the API describes the two ways in."""

    target_class = MiddlewareAuthentication
    name = ["token", "session"]

    def get_security_definition(self, auto_schema: Any) -> list[dict[str, Any]]:
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "description": "A program's token, issued on the access page.",
            },
            {"type": "apiKey", "in": "cookie", "name": "sessionid", "description": "A signed-in browser."},
        ]


class InScope(BasePermission):
    """Nothing of the API is served outside a scope; the permission itself was checked when the scope was opened."""

    def has_permission(self, request: Request, view: Any) -> bool:
        return getattr(request._request, "scope", None) is not None


class CursorPages(CursorPagination):
    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 200
    ordering = "-id"

    def decode_cursor(self, request: Request) -> Cursor | None:
        """A cursor somebody made up is not found, like one that does not parse."""
        cursor: Cursor | None = super().decode_cursor(request)
        if cursor is not None and cursor.position is not None and not self.is_position(str(cursor.position)):
            raise NotFound(self.invalid_cursor_message)
        return cursor

    def is_position(self, text: str) -> bool:
        try:
            UUID(text)
        except ValueError:
            return False
        return True


class KnownFilters(DjangoFilterBackend):
    """A filter nobody knows is a mistake of the caller: ignored, it would answer with far too much."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        filterset_class = self.get_filterset_class(view, queryset)
        pages = view.paginator
        known = {pages.cursor_query_param, pages.page_size_query_param, *getattr(view, "own_filters", ())}
        known |= set(filterset_class.base_filters) if filterset_class else set()
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise ValidationError(dict.fromkeys(unknown, ["There is no such filter."]))
        return super().filter_queryset(request, queryset, view)
