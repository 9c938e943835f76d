from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django.utils.timezone import localdate, now
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from eligibility import selectors, services
from eligibility.api import serializers
from eligibility.choices import STATUSES, InquiryReason, InquiryState
from eligibility.models import OPEN
from eligibility.rules.asking import CannotAsk
from reference import selectors as reference
from tenancy.access import NotFound
from tenancy.api import ScopedViewSet, moment_of, scope_of
from tenancy.scope import within


class InquiryFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=InquiryState.choices)
    status = filters.ChoiceFilter(choices=STATUSES, field_name="last_status")
    patient = filters.UUIDFilter(field_name="patient_id")
    payer = filters.UUIDFilter(field_name="payer_id")


@extend_schema(tags=["eligibility"])
class CheckViewSet(ListModelMixin, ScopedViewSet):
    """Questions put to payers about coverage, and their answers."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "eligibility.view_inquiry",
        "retrieve": "eligibility.view_inquiry",
        "x12": "eligibility.view_inquiry",
        "create": "eligibility.ask_payer",
    }
    own_transactions = ("create",)
    serializer_class = serializers.InquiryRowSerializer
    filterset_class = InquiryFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.with_status(selectors.inquiries(scope_of(self.request)))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        query = {"by": sorted(request.query_params)}
        audit.record_search(kind="eligibility.inquiries", count=len(answer.data["results"]), query=query)
        return answer

    @extend_schema(responses=serializers.InquirySerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = selectors.inquiry_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found, patient_id=found.patient_id)
        return Response(serializers.InquirySerializer(found).data)

    @extend_schema(responses={(200, "application/edi-x12"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], pagination_class=None, filterset_class=None)
    def x12(self, request: Request, pk: str) -> HttpResponse:
        """The newest answer, byte for byte as it came."""
        found = selectors.inquiry_for(scope_of(request), UUID(pk))
        response = selectors.newest_answer(found)
        if response is None:
            raise NotFound
        audit.record_view(subject=found, patient_id=found.patient_id, data={"tab": "x12"})
        return HttpResponse(bytes(response.content), content_type="application/edi-x12")

    @extend_schema(
        request=serializers.CheckSerializer,
        responses={
            200: serializers.InquirySerializer,
            202: OpenApiResponse(
                serializers.InquirySerializer, description="The payer could not be reached and is asked again"
            ),
            409: OpenApiResponse(description="Nobody is asked; the answer says why"),
        },
    )
    def create(self, request: Request) -> Response:
        """Ask a payer and wait, 20 seconds at most. The same question is not put twice within 12 hours."""
        scope, at = scope_of(request), moment_of(request)
        body = serializers.CheckSerializer(data=request.data)
        with within(scope):
            body.is_valid(raise_exception=True)
            said = body.validated_data
            about = _about(request, said)
            question = body.question(
                payer_name=about.payer.name if about.payer else "Test payer", today=localdate(at)
            )
            try:
                asked, is_new, line = services.ask(
                    question=question, about=about, is_test=said["testMode"], at=at, reason=InquiryReason.API
                )
            except CannotAsk as refusal:
                return Response({"detail": str(refusal)}, status=status.HTTP_409_CONFLICT)
        if is_new:
            exchanged = services.exchange(asked, line, at=at)
            with within(scope):
                services.take(inquiry_id=asked.id, exchanged=exchanged, at=now())
        with within(scope):
            found = selectors.inquiry_for(scope, asked.id)
            audit.record_view(subject=found, patient_id=found.patient_id)
            is_open = found.state in OPEN
            code = status.HTTP_202_ACCEPTED if is_open else status.HTTP_200_OK
            return Response(serializers.InquirySerializer(found).data, status=code)


def _about(request: Request, said: dict[str, Any]) -> services.About:
    """The payer by the id it is known under, the provider by NPI; in test mode nobody on file is meant."""
    if said["testMode"]:
        return services.About()
    scope = scope_of(request)
    payer = reference.payers(scope).filter(payer_identifier=said["payerId"]).first()
    provider = reference.providers(scope).filter(npi=said["provider"]["npi"], is_active=True).first()
    return services.About(payer=payer, provider=provider)
