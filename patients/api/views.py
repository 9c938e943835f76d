from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localdate
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from audit import services as audit
from patients import selectors
from patients.api import serializers
from patients.api.manners import KEY_PARAMETER, REFUSALS, by_program, make_once, refused
from patients.services import name_guarantor, receive_patient
from tenancy.api import ScopedViewSet, moment_of, scope_of
from tenancy.api_policies import CursorPages


@extend_schema(tags=["patients"])
class PatientViewSet(ListModelMixin, ScopedViewSet):
    """Patients with their coverages."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "patients.view_patient",
        "retrieve": "patients.view_patient",
        "create": "patients.edit_patient",
        "search": "patients.view_patient",
        "guarantor": "patients.edit_patient",
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
        parameters=[KEY_PARAMETER],
        responses={
            201: serializers.ReceiptSerializer,
            200: serializers.ReceiptSerializer,
            409: serializers.RefusedSerializer,
            422: serializers.RefusedSerializer,
        },
    )
    def create(self, request: Request) -> Response:
        """Create or update by record number and member id; says what changed. A new member id is a new coverage."""
        sent = serializers.SentPatientSerializer(
            data=request.data, context={"on": localdate(moment_of(request))}
        )
        sent.is_valid(raise_exception=True)
        if sent.validated_data.get("coverages") and not scope_of(request).may("patients.edit_coverage"):
            detail = "You may not edit coverages: send the patient without them."
            return Response({"detail": detail}, status=status.HTTP_403_FORBIDDEN)

        def make() -> tuple[UUID, dict[str, Any]]:
            return _receive(request, sent)

        try:
            patient_id, answer = make_once(request, "api.patients", sent.validated_data, make)
        except REFUSALS as refusal:
            return refused(refusal)
        code = status.HTTP_201_CREATED if answer["created"] else status.HTTP_200_OK
        patient = selectors.patient_for(scope_of(request), patient_id)
        return Response({**answer, "patient": _detail(patient)}, status=code)

    @extend_schema(
        request=serializers.SentGuarantorSerializer,
        responses={200: serializers.GuarantorSerializer, 409: serializers.RefusedSerializer},
    )
    @action(detail=True, methods=["post"])
    def guarantor(self, request: Request, pk: str) -> Response:
        """Name who is billed for what insurance leaves, or change the one named."""
        patient = selectors.patient_for(scope_of(request), UUID(pk))
        sent = serializers.SentGuarantorSerializer(data=request.data)
        sent.is_valid(raise_exception=True)
        try:
            named = name_guarantor(patient=patient, origin=by_program(request), **sent.validated_data)
        except REFUSALS as refusal:
            return refused(refusal)
        return Response(serializers.GuarantorSerializer(named).data)


def _receive(request: Request, sent: serializers.SentPatientSerializer) -> tuple[UUID, dict[str, Any]]:
    receipt = receive_patient(received=sent.received(), origin=by_program(request))
    answer = {
        "created": receipt.created,
        "changed": list(receipt.changed),
        "coverages_created": [str(one) for one in receipt.coverages_created],
        "coverages_changed": receipt.coverages_changed,
    }
    return receipt.patient.id, answer


def _detail(patient: Any) -> dict[str, Any]:
    serializer: BaseSerializer = serializers.PatientDetailSerializer(
        patient,
        context={
            "coverages": list(selectors.coverages_of([patient.id])),
            "guarantor": selectors.guarantor_of(patient),
        },
    )
    return dict(serializer.data)
