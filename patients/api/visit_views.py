"""Visits and their charges: the acts of the browser's page of a visit, one by one."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from audit import services as audit
from ledger.selectors import charge_balances
from patients import selectors
from patients.api import visits
from patients.api.manners import KEY_PARAMETER, REFUSALS, by_program, make_once, refused
from patients.api.serializers import RefusedSerializer
from patients.choices import BillingState, ChargeState, EncounterState
from patients.models import Charge, Encounter, Patient
from patients.services import (
    ChargeDraft,
    EncounterDraft,
    PatientRefusal,
    cancel_encounter,
    diagnoses_in_order,
    draft_of,
    record_encounter,
    update_encounter,
)
from tenancy.api import ScopedViewSet, scope_of

VISIT_FIELDS = (
    "location_id",
    "rendering_provider_id",
    "billing_provider_id",
    "referring_provider_id",
    "external_id",
    "place_of_service",
    "authorization_number",
)
ANSWERS = {200: visits.EncounterDetailSerializer, 409: RefusedSerializer}


class EncounterFilter(filters.FilterSet):
    patient = filters.UUIDFilter(field_name="patient_id")
    state = filters.ChoiceFilter(choices=EncounterState.choices)
    billing_state = filters.ChoiceFilter(choices=BillingState.choices)
    service_from = filters.DateFilter(field_name="service_from_on", lookup_expr="gte")
    service_to = filters.DateFilter(field_name="service_from_on", lookup_expr="lte")


@extend_schema(tags=["patients"])
class EncounterViewSet(ListModelMixin, ScopedViewSet):
    """Visits; one comes with its diagnoses and charges. The verbs take its version."""

    required_permissions: ClassVar[dict[str, str]] = {
        "list": "patients.view_patient",
        "retrieve": "patients.view_patient",
        "create": "patients.edit_charge",
        "change": "patients.edit_charge",
        "cancel": "patients.edit_charge",
        "charges": "patients.edit_charge",
    }
    serializer_class = visits.EncounterSerializer
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

    @extend_schema(responses=visits.EncounterDetailSerializer)
    def retrieve(self, request: Request, pk: str) -> Response:
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        audit.record_view(subject=found, patient_id=found.patient_id)
        return Response(_detail(found))

    @extend_schema(
        request=visits.SentVisitSerializer,
        parameters=[KEY_PARAMETER],
        responses={
            201: visits.EncounterDetailSerializer,
            409: RefusedSerializer,
            422: RefusedSerializer,
        },
    )
    def create(self, request: Request) -> Response:
        """Record a visit; its charges enter the books."""
        scope = scope_of(request)
        asked = _read(visits.SentVisitSerializer, request)
        patient = selectors.patient_for(scope, asked["patient_id"])
        covered = selectors.payer_of_rank(patient, 1, on=asked["service_from_on"])
        first_day = asked["service_from_on"]
        blank = EncounterDraft(
            patient_id=patient.id,
            service_from_on=first_day,
            service_to_on=asked.get("service_to_on") or first_day,
            charges=tuple(
                _line(one, number, first_day=first_day) for number, one in enumerate(asked["charges"], 1)
            ),
            payer_id=covered,
            payer_rank=1 if covered else 0,
        )
        draft = _with(blank, asked, patient)

        def make() -> tuple[UUID, dict[str, Any]]:
            return record_encounter(draft=draft, origin=by_program(request)).id, {}

        try:
            encounter_id, _ = make_once(request, "api.encounters", asked, make)
        except REFUSALS as refusal:
            return refused(refusal)
        found = selectors.encounter_for(scope, encounter_id)
        return Response(_detail(found), status=status.HTTP_201_CREATED)

    @extend_schema(request=visits.ChangedVisitSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """Change the visit or who owes its charges. A charge that goes to another payer is voided and captured anew."""
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        asked = _read(visits.ChangedVisitSerializer, request, encounter=found)
        return _write(request, found, asked["version"], lambda draft: _with(draft, asked, found.patient))

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
        return Response(_detail(selectors.encounter_for(scope_of(request), found.id)))

    @extend_schema(request=visits.AddedChargeSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def charges(self, request: Request, pk: str) -> Response:
        """Add a charge on the next free line; it goes to who owes the others."""
        found = selectors.encounter_for(scope_of(request), UUID(pk))
        asked = _read(visits.AddedChargeSerializer, request)

        def added(draft: EncounterDraft) -> EncounterDraft:
            number = max((one.line_number for one in draft.charges), default=0) + 1
            line = _line(asked, number, first_day=draft.service_from_on)
            return replace(draft, charges=(*draft.charges, line))

        return _write(request, found, asked["version"], added)


@extend_schema(tags=["patients"])
class ChargeViewSet(ScopedViewSet):
    """Single charges, as their visit lists them. The verbs take the visit's version and answer with the visit."""

    required_permissions: ClassVar[dict[str, str]] = {
        "change": "patients.edit_charge",
        "void": "patients.edit_charge",
    }
    serializer_class = visits.EncounterDetailSerializer

    @extend_schema(request=visits.AddedChargeSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def change(self, request: Request, pk: str) -> Response:
        """A charge in the books is never edited: it is voided, and this one captured on its line."""
        charge = selectors.charge_for(scope_of(request), UUID(pk))
        asked = _read(visits.AddedChargeSerializer, request)
        line = _line(asked, charge.line_number, first_day=charge.service_date)
        return _replace(request, charge, asked["version"], [line])

    @extend_schema(request=visits.SeenVisitSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def void(self, request: Request, pk: str) -> Response:
        """Take it out of the books by its mirror."""
        charge = selectors.charge_for(scope_of(request), UUID(pk))
        asked = _read(visits.SeenVisitSerializer, request)
        return _replace(request, charge, asked["version"], [])


def _read(serializer: Any, request: Request, **context: Any) -> dict[str, Any]:
    sent = serializer(data=request.data, context={"scope": scope_of(request), **context})
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _line(asked: Mapping[str, Any], number: int, *, first_day: date) -> ChargeDraft:
    return ChargeDraft(
        line_number=number,
        procedure_code=asked["procedure_code"],
        modifiers=asked["modifiers"],
        units=asked["units"],
        amount_cents=asked["amount_cents"],
        service_date=asked.get("service_date") or first_day,
        diagnosis_pointers=asked["diagnosis_pointers"],
    )


def _with(draft: EncounterDraft, asked: Mapping[str, Any], patient: Patient) -> EncounterDraft:
    """The draft with what was asked for; who owes it is looked up anew, for the first day may be another."""
    begins = asked.get("service_from_on", draft.service_from_on)
    rank = asked.get("owed_by", draft.payer_rank)
    return replace(
        draft,
        service_from_on=begins,
        service_to_on=asked.get("service_to_on", draft.service_to_on),
        diagnoses=diagnoses_in_order(asked["diagnoses"]) if "diagnoses" in asked else draft.diagnoses,
        payer_id=selectors.payer_of_rank(patient, rank, on=begins),
        payer_rank=rank,
        values={name: asked[name] for name in VISIT_FIELDS if name in asked},
    )


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
    return Response(_detail(selectors.encounter_for(scope_of(request), encounter.id)))


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


def _detail(encounter: Encounter) -> dict[str, Any]:
    balances = charge_balances([charge.id for charge in encounter.charges.all()])
    return dict(visits.EncounterDetailSerializer(encounter, context={"balances": balances}).data)
