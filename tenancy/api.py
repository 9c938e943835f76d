"""What every API endpoint shares: the practice of the token or session, declared permissions, cursor pages."""

from typing import ClassVar

from rest_framework.viewsets import GenericViewSet

from tenancy.api_policies import CursorPages


class ScopedViewSet(GenericViewSet):
    """Base of every viewset. `required_permissions` names one permission for each action."""

    required_permissions: ClassVar[dict[str, str]] = {}
    pagination_class = CursorPages
    lookup_value_regex = "[0-9a-f-]{36}"
