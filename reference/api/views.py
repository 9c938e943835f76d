from typing import Any, ClassVar

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin

from reference import selectors
from reference.api import serializers
from reference.choices import CodeSet
from tenancy.api import ScopedViewSet
from tenancy.api_policies import CursorPages
from tenancy.scope import current_scope

READ = {"list": "reference.view_reference", "retrieve": "reference.view_reference"}


class CodePages(CursorPages):
    ordering = "code"

    def is_position(self, text: str) -> bool:
        return len(text) <= 10


class PayerFilter(filters.FilterSet):
    payer_identifier = filters.CharFilter()
    kind = filters.CharFilter()
    is_active = filters.BooleanFilter()


class ProviderFilter(filters.FilterSet):
    npi = filters.CharFilter()
    kind = filters.CharFilter()
    is_active = filters.BooleanFilter()


@extend_schema(tags=["reference"])
@extend_schema_view(
    list=extend_schema(parameters=[OpenApiParameter("q", str, description="Part of a name, or an id")])
)
class PayerViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet):
    """Payers of the practice, with their other names and deadlines."""

    required_permissions: ClassVar[dict[str, str]] = READ
    serializer_class = serializers.PayerSerializer
    filterset_class = PayerFilter
    own_filters = ("q",)

    def rows(self) -> QuerySet[Any]:
        words = self.request.query_params.get("q", "")[:80]
        return selectors.payers(current_scope(), words).prefetch_related(
            "aliases", "deadline_rules", "credentialings"
        )


@extend_schema(tags=["reference"])
class ProviderViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet):
    """Providers of the practice."""

    required_permissions: ClassVar[dict[str, str]] = READ
    serializer_class = serializers.ProviderSerializer
    filterset_class = ProviderFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.providers(current_scope())


@extend_schema_view(list=extend_schema(parameters=[OpenApiParameter("q", str, description="Code or words")]))
class CodeViewSet(ListModelMixin, RetrieveModelMixin, ScopedViewSet):
    required_permissions: ClassVar[dict[str, str]] = READ
    pagination_class = CodePages
    lookup_value_regex = "[A-Z0-9]{1,10}"
    own_filters = ("q",)
    code_set: ClassVar[str]

    def rows(self) -> QuerySet[Any]:
        return selectors.search_codes(self.code_set, self.request.query_params.get("q", "")[:80])


@extend_schema(tags=["reference"])
class AdjustmentReasonCodeViewSet(CodeViewSet):
    """Claim adjustment reason codes, in our own short words."""

    code_set = CodeSet.ADJUSTMENT_REASON
    serializer_class = serializers.AdjustmentReasonCodeSerializer


@extend_schema(tags=["reference"])
class RemarkCodeViewSet(CodeViewSet):
    """Remittance advice remark codes, in our own short words."""

    code_set = CodeSet.REMARK
    serializer_class = serializers.RemarkCodeSerializer
