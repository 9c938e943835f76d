"""Visits and their charges: the acts of the browser's page of a visit, one by one."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django.utils.timezone import localdate
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from patients import selectors
from patients.api import imports, visit_details, visits
from patients.api.billing_verbs import BillingVerbs
from patients.api.drafts import draft_of_sent, draft_with, line_of_sent
from patients.api.manners import KEY_PARAMETER, REFUSALS, by_program, make_once, refused
from patients.api.serializers import RefusedSerializer
from patients.choices import BillingState, ChargeState, EncounterState
from patients.models import Charge, Encounter
from patients.services import (
    ChargeDraft,
    EncounterDraft,
    PatientRefusal,
    cancel_encounter,
    draft_of,
    record_encounter,
    update_encounter,
)
from tenancy.api import ScopedViewSet, moment_of, scope_of

ANSWERS = {200: visit_details.EncounterDetailSerializer, 409: RefusedSerializer}


class EncounterFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="patient_id")
    state = filters.ChoiceFilter(choices=EncounterState.choices)
    billing_state = filters.ChoiceFilter(choices=BillingState.choices)
    service_from = filters.DateFilter(field_name="service_from_on", lookup_expr="gte")
    service_to = filters.DateFilter(field_name="service_from_on", lookup_expr="lte")


@extend_schema(tags=["patients"])
class EncounterViewSet(BillingVerbs, ListModelMixin, ScopedViewSet):
    """Visits; one comes with its diagnoses and charges. The verbs take its version."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "patients.view_patient",
        "retrieve": "patients.view_patient",
        "create": "patients.edit_charge",
        "import_visits": "patients.edit_charge",
        "change": "patients.edit_charge",
        "cancel": "patients.edit_charge",
        "charges": "patients.edit_charge",
        **BillingVerbs.billing_permissions,
    }
    serializer_class = visit_details.EncounterSerializer
    filterset_class = EncounterFilter

    def rows(self) -> QuerySet[Any]:
        return selectors.encounters_visible_to(scope_of(self.request))

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        answer = super().list(request, *args, **kwargs)
        audit.record_search(
            kind="patients.encounters",
            count=len(answer.data["results"]),
            query={"by": sorted(request.query_params)},
        )
        return answer

    @extend_schema(responses=visit_details.EncounterDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found, patient_id=found.patient_id)
        return Response(visit_details.detail_of(found))

    @extend_schema(
        request=visits.SentVisitSerializer,
        parameters=[KEY_PARAMETER],
        responses={
            201: visit_details.EncounterDetailSerializer,
            409: RefusedSerializer,
            422: RefusedSerializer,
        },
    )
    def create(self, request: Request) -> Response:
        """Record a visit; its charges enter the books."""
        scope = scope_of(request)
        asked = _read(visits.SentVisitSerializer, request)
        patient = selectors.patient_for(scope, asked["patient_id"])
        draft = draft_of_sent(patient, asked)

        def make() -> tuple[UUID, dict[str, Any]]:
            return record_encounter(draft=draft, origin=by_program(request)).id, {}

        try:
            encounter_id, _ = make_once(request, "api.encounters", asked, make)
        except REFUSALS as refusal:
            return refused(refusal)
        found = selectors.encounter_for(scope, encounter_id)
        return Response(visit_details.detail_of(found), status=status.HTTP_201_CREATED)

    @extend_schema(request=imports.VisitImportSerializer, responses=imports.VisitImportAnswerSerializer)
    @action(detail=False, methods=["post"], url_path="import")
    def import_visits(self, request: Request) -> Response:
        """Hand over visits by your own numbers; the same again changes nothing. Each is taken or refused by itself."""
        return Response(imports.import_visits(request))

    @extend_schema(request=visits.ChangedVisitSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Change the visit or who owes its charges. A charge that goes to another payer is voided and captured anew."""
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        asked = _read(visits.ChangedVisitSerializer, request, encounter=found)
        return _write(
            request, found, asked["version"], lambda draft: draft_with(draft, asked, found.patient, found)
        )

    @extend_schema(request=visits.SeenVisitSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, pk: str) -> Response:
        """The visit did not happen: its charges leave the books."""
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        asked = _read(visits.SeenVisitSerializer, request)
        try:
            cancel_encounter(encounter=found, version=asked["version"], origin=by_program(request))
        except REFUSALS as refusal:
            return refused(refusal)
        return Response(visit_details.detail_of(selectors.encounter_for(scope_of(request), found.id)))

    @extend_schema(request=visits.AddedChargeSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def charges(self, request: Request, pk: str) -> Response:
        """Add a charge on the next free line; it goes to who owes the others."""
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        asked = _read(visits.AddedChargeSerializer, request, encounter=found)

        def added(draft: EncounterDraft) -> EncounterDraft:
            number = max((one.line_number for one in draft.charges), default=0) + 1
            line = line_of_sent(asked, number, first_day=draft.service_from_on)
            return replace(draft, charges=(*draft.charges, line))

        return _write(request, found, asked["version"], added)


@extend_schema(tags=["patients"])
class ChargeViewSet(ScopedViewSet):
    """Single charges, as their visit lists them. The verbs take the visit's version and answer with the visit."""

    required_permissions: ClassVar[dict[str, str]] = {
        "change": "patients.edit_charge",
        "void": "patients.edit_charge",
    }
    serializer_class = visit_details.EncounterDetailSerializer

    @extend_schema(request=visits.AddedChargeSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """A charge in the books is never edited: it is voided, and this one captured on its line."""
        charge = selectors.charge_for(scope_of(request), UUID(pk))
        asked = _read(visits.AddedChargeSerializer, request, encounter=charge.encounter)
        line = line_of_sent(asked, charge.line_number, first_day=charge.service_date)
        return _replace(request, charge, asked["version"], [line])

    @extend_schema(request=visits.SeenVisitSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """Take it out of the books by its mirror."""
        charge = selectors.charge_for(scope_of(request), UUID(pk))
        asked = _read(visits.SeenVisitSerializer, request)
        return _replace(request, charge, asked["version"], [])


def _read(serializer: Any, request: Request, **context: Any) -> dict[str, Any]:
    facts = {"scope": scope_of(request), "on": localdate(moment_of(request)), **context}
    sent = serializer(data=request.data, context=facts)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _write(
    request: Request,
    encounter: Encounter,
    version: int,
    changed: Callable[[EncounterDraft], EncounterDraft],
) -> Response:
    try:
        update_encounter(
            encounter=encounter,
            version=version,
            draft=changed(draft_of(encounter)),
            origin=by_program(request),
        )
    except REFUSALS as refusal:
        return refused(refusal)
    return Response(visit_details.detail_of(selectors.encounter_for(scope_of(request), encounter.id)))


def _replace(request: Request, charge: Charge, version: int, lines: Sequence[ChargeDraft]) -> Response:
    """The charge's line written as `lines`: one, or none."""

    def changed(draft: EncounterDraft) -> EncounterDraft:
        if charge.state == ChargeState.VOIDED:
            raise PatientRefusal("This charge is voided already.")
        others = [one for one in draft.charges if one.line_number != charge.line_number]
        if not lines and not others:
            raise PatientRefusal("It is the visit's only charge: cancel the visit instead.")
        return replace(draft, charges=(*others, *lines))

    return _write(request, charge.encounter, version, changed)
