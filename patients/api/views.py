from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localdate
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from audit import services as audit
from patients import selectors
from patients.api import serializers
from patients.choices import Source
from patients.services import ChangedMeanwhile, KeyUsedOtherwise, PatientRefusal, once, receive_patient
from patients.services.history import Origin
from tenancy.api import ScopedViewSet, moment_of, scope_of
from tenancy.api_policies import CursorPages
from tenancy.ids import uuid7

KEY_HEADER = "Idempotency-Key"


@extend_schema(tags=["patients"])
class PatientViewSet(ListModelMixin, ScopedViewSet):
    """Patients with their coverages."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "patients.view_patient",
        "retrieve": "patients.view_patient",
        "create": "patients.edit_patient",
        "search": "patients.view_patient",
    }
    serializer_class = serializers.PatientSerializer

    def rows(self) -> QuerySet[Any]:
        return selectors.patients_visible_to(scope_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        audit.record_search(
            kind="patients.patients",
            count=len(answer.data["results"]),
            query={"by": sorted(request.query_params)},
        )
        return answer

    @extend_schema(
        request=serializers.PatientSearchSerializer, responses=serializers.PatientSerializer(many=True)
    )
    @action(detail=False, methods=["post"], pagination_class=CursorPages)
    def search(self, request: Request) -> Response:
        """By record number, member id or both. They are sent in the body: an address is written into logs."""
        sent = serializers.PatientSearchSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        patients = self.rows()
        if mrn := sent.validated_data.get("mrn"):
            patients = patients.filter(mrn=mrn)
        if member_id := sent.validated_data.get("member_id"):
            patients = patients.filter(id__in=selectors.patients_with_member_id(member_id))
        page = self.paginate_queryset(patients)
        audit.record_search(
            kind="patients.patients", count=len(page or ()), query={"by": sorted(sent.validated_data)}
        )
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    @extend_schema(responses=serializers.PatientDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        patient = selectors.patient_for(scope_of(request), UUID(pk))
        audit.record_view(subject=patient, patient_id=patient.id)
        return Response(_detail(patient))

    @extend_schema(
        request=serializers.SentPatientSerializer,
        parameters=[
            OpenApiParameter(
                KEY_HEADER, str, OpenApiParameter.HEADER, description="The same key and body: one act"
            )
        ],
        responses={
            201: serializers.ReceiptSerializer,
            200: serializers.ReceiptSerializer,
            409: OpenApiResponse(description="A rule refuses it; nothing was changed"),
            422: OpenApiResponse(description="The key was used for another body"),
        },
    )
    def create(self, request: Request) -> Response:
        """Create or update by record number and member id; says what changed. A new member id is a new coverage."""
        sent = serializers.SentPatientSerializer(
            data=request.data, context={"on": localdate(moment_of(request))}
        )
        sent.is_valid(raise_exception=True)
        if sent.validated_data.get("coverages") and not scope_of(request).may("patients.edit_coverage"):
            return _refusal(
                "You may not edit coverages: send the patient without them.", status.HTTP_403_FORBIDDEN
            )

        def make() -> tuple[UUID, dict[str, Any]]:
            return _receive(request, sent)

        try:
            patient_id, answer, _ = once(
                endpoint="api.patients",
                key=request.headers.get(KEY_HEADER, "")[:100] or str(uuid7()),
                body=sent.validated_data,
                make=make,
            )
        except KeyUsedOtherwise:
            return _refusal(
                "This key was used for another body. Use a new key for a new call.",
                status.HTTP_422_UNPROCESSABLE_ENTITY,
            )
        except PatientRefusal as refusal:
            return _refusal(str(refusal), status.HTTP_409_CONFLICT, fields=refusal.fields)
        except ChangedMeanwhile:
            return _refusal(
                "Somebody changed this patient just now. Send it again.", status.HTTP_409_CONFLICT
            )
        code = status.HTTP_201_CREATED if answer["created"] else status.HTTP_200_OK
        patient = selectors.patient_for(scope_of(request), patient_id)
        return Response({**answer, "patient": _detail(patient)}, status=code)


def _receive(request: Request, sent: serializers.SentPatientSerializer) -> tuple[UUID, dict[str, Any]]:
    origin = Origin(Source.API, moment_of(request))
    receipt = receive_patient(received=sent.received(), origin=origin)
    answer = {
        "created": receipt.created,
        "changed": list(receipt.changed),
        "coverages_created": [str(one) for one in receipt.coverages_created],
        "coverages_changed": receipt.coverages_changed,
    }
    return receipt.patient.id, answer


def _detail(patient: Any) -> dict[str, Any]:
    serializer: BaseSerializer = serializers.PatientDetailSerializer(
        patient, context={"coverages": list(selectors.coverages_of([patient.id]))}
    )
    return dict(serializer.data)


def _refusal(message: str, code: int, *, fields: Any = None) -> Response:
    return Response({"detail": message, **({"fields": fields} if fields else {})}, status=code)
