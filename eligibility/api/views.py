from __future__ import annotations

from collections.abc import Callable
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
from eligibility.api.renderers import FHIR_RENDERERS, Renderers
from eligibility.choices import STATUSES, InquiryReason, InquiryState
from eligibility.fhir.faces import FACES, Face
from eligibility.fhir.manners import as_outcome
from eligibility.models import OPEN, EligibilityInquiry
from eligibility.rules.asking import CannotAsk
from patients.selectors import coverage_for
from reference import selectors as reference
from tenancy.access import NotFound
from tenancy.api import ScopedViewSet, moment_of, scope_of
from tenancy.programs import FHIR_JSON, operation_outcome
from tenancy.scope import within

ANSWERS = {
    (200, "application/json"): serializers.InquirySerializer,
    (200, FHIR_JSON): OpenApiResponse(OpenApiTypes.OBJECT, description="CoverageEligibilityResponse"),
}


class InquiryFilter(filters.FilterSet):
    state = filters.ChoiceFilter(choices=InquiryState.choices)
    status = filters.ChoiceFilter(choices=STATUSES, field_name="last_status")
    patient = filters.UUIDFilter(field_name="patient_id")
    payer = filters.UUIDFilter(field_name="payer_id")
    payer_identifier = filters.CharFilter()
    trace_number = filters.CharFilter()
    is_test = filters.BooleanFilter()
    service_on = filters.DateFilter()
    asked_from = filters.DateFilter(field_name="asked_at", lookup_expr="date__gte")
    asked_to = filters.DateFilter(field_name="asked_at", lookup_expr="date__lte")


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

    def get_renderers(self) -> Renderers:
        """One check is answered in our JSON or, by what is accepted, as a CoverageEligibilityResponse."""
        others = FHIR_RENDERERS if self.action in ("create", "retrieve") else ()
        return [*super().get_renderers(), *(one() for one in others)]

    def get_exception_handler(self) -> Callable[..., Response | None]:
        return as_outcome if _face(self.request) else super().get_exception_handler()

    @extend_schema(responses=ANSWERS)
    def retrieve(self, request: Request, pk: str) -> Response:
        """The question with its newest answer; by `Accept`, the answer as a CoverageEligibilityResponse."""
        return _shown(request, selectors.inquiry_for(scope_of(request), UUID(pk)), status.HTTP_200_OK)

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
            **ANSWERS,
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
            try:
                about = about_of(request, said)
                question = body.question(
                    payer_name=about.payer.name if about.payer else "Test payer", today=localdate(at)
                )
                asked, is_new, line = services.ask(
                    question=question, about=about, is_test=said["testMode"], at=at, reason=InquiryReason.API
                )
            except CannotAsk as reason:
                return _told(request, status.HTTP_409_CONFLICT, str(reason))
        if is_new:
            exchanged = services.exchange(asked, line, at=at)
            with within(scope):
                services.take(inquiry_id=asked.id, exchanged=exchanged, at=now())
        with within(scope):
            found = selectors.inquiry_for(scope, asked.id)
            is_open = found.state in OPEN
            return _shown(request, found, status.HTTP_202_ACCEPTED if is_open else status.HTTP_200_OK)


def _face(request: Request | None) -> Face | None:
    """The shape of FHIR the caller accepts; none where it takes our JSON."""
    renderer = getattr(request, "accepted_renderer", None)
    return FACES.get(getattr(renderer, "face", ""))


def _told(request: Request, code: int, text: str, severity: str = "error") -> Response:
    is_fhir = _face(request) is not None
    return Response(
        operation_outcome(code, text, severity=severity) if is_fhir else {"detail": text}, status=code
    )


def _shown(request: Request, found: EligibilityInquiry, code: int) -> Response:
    audit.record_view(subject=found, patient_id=found.patient_id)
    face = _face(request)
    if face is None:
        return Response(serializers.InquirySerializer(found, context={"request": request}).data, status=code)
    response = (
        selectors.answers(scope_of(request)).filter(inquiry=found).order_by("-received_at", "-id").first()
    )
    if response is not None:
        return Response(face.response(response), status=code)
    text = "The payer is being asked. Read the check in a few seconds."
    return _told(request, status.HTTP_202_ACCEPTED, text, "information")


def about_of(request: Request, said: dict[str, Any]) -> services.About:
    """The payer by the id it is known under, the provider by NPI; in test mode neither is on file."""
    scope = scope_of(request)
    coverage = coverage_for(scope, said["coverageId"]) if "coverageId" in said else None
    if said["testMode"]:
        return services.About(coverage=coverage)
    payer = reference.payers(scope).filter(payer_identifier=said["payerId"]).first()
    if payer is None:
        raise CannotAsk("No payer is known under this id.", "payer")
    provider = reference.providers(scope).filter(npi=said["provider"]["npi"], is_active=True).first()
    if coverage is not None and coverage.payer_id != payer.id:
        raise CannotAsk("That coverage is with another payer than payerId names.", "payer")
    return services.About(coverage=coverage, payer=payer, provider=provider)
