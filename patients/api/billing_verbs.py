"""What keeps a visit from being billed, for programs: the verbs of the billing part of its page."""

from collections.abc import Callable
from datetime import date
from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from patients import selectors, services
from patients.api.manners import refused
from patients.api.serializers import RefusedSerializer, StrictSerializer
from patients.api.visit_details import EncounterDetailSerializer, detail_of
from patients.choices import HOLD_REASONS
from patients.models import Encounter
from patients.services import PatientRefusal
from tenancy.api import moment_of, scope_of

ANSWERS = {200: EncounterDetailSerializer, 409: RefusedSerializer}


class SentHoldSerializer(StrictSerializer):
    reason = serializers.ChoiceField(choices=HOLD_REASONS)
    note = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")
    until_on = serializers.DateField(required=False, allow_null=True, default=None)


class ReleasedHoldSerializer(StrictSerializer):
    reason = serializers.ChoiceField(choices=HOLD_REASONS)


class ProtectionSerializer(StrictSerializer):
    """42 CFR Part 2."""

    is_sensitive = serializers.BooleanField()


class PrivateSerializer(StrictSerializer):
    """45 CFR 164.522: the patient pays and asked that the plan be told nothing."""

    pays_privately = serializers.BooleanField()


class SentConsentSerializer(StrictSerializer):
    """The patient's consent. It counts for every visit of the patient."""

    recipients = serializers.CharField(max_length=200)
    purpose = serializers.CharField(max_length=80, required=False, default="Payment")
    starts_on = serializers.DateField()
    ends_on = serializers.DateField(required=False, allow_null=True, default=None)
    how = serializers.CharField(max_length=120)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        begins, ends = attrs["starts_on"], attrs["ends_on"]
        if isinstance(ends, date) and ends < begins:
            raise serializers.ValidationError({"ends_on": ["It cannot end before it begins."]})
        return attrs


class BillingVerbs:
    """Of the viewset of visits."""

    billing_permissions: ClassVar[dict[str, str]] = dict.fromkeys(
        ("ready", "hold", "release", "protection", "private", "consent"), "patients.edit_charge"
    )

    @extend_schema(request=None, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def ready(self, request: Request, pk: str) -> Response:
        """Everything is entered: the visit may become a claim."""
        found = _found(request, pk)
        return _done(request, found, lambda: services.mark_ready(encounter_id=found.id))

    @extend_schema(request=SentHoldSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def hold(self, request: Request, pk: str) -> Response:
        """It makes no claim until the hold is released."""
        found, at = _found(request, pk), moment_of(request)
        asked = _read(SentHoldSerializer, request)
        return _done(request, found, lambda: services.place_hold(encounter_id=found.id, at=at, **asked))

    @extend_schema(request=ReleasedHoldSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def release(self, request: Request, pk: str) -> Response:
        """Release the hold of that reason; the last one released leaves the visit to be said ready again."""
        found, at = _found(request, pk), moment_of(request)
        asked = _read(ReleasedHoldSerializer, request)

        def act() -> None:
            hold = selectors.standing_holds(found).filter(reason=asked["reason"]).first()
            if hold is None:
                raise PatientRefusal("The visit is not held for this reason.")
            services.release_hold(hold=hold, at=at)

        return _done(request, found, act)

    @extend_schema(request=ProtectionSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def protection(self, request: Request, pk: str) -> Response:
        """Without a consent in force a protected visit waits, and so does its claim."""
        found, at = _found(request, pk), moment_of(request)
        asked = _read(ProtectionSerializer, request)
        return _done(request, found, lambda: services.flag_sensitive(encounter_id=found.id, at=at, **asked))

    @extend_schema(request=PrivateSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def private(self, request: Request, pk: str) -> Response:
        """What the patient pays for and wants kept from the plan is not billed to it, whatever consents stand."""
        found, at = _found(request, pk), moment_of(request)
        asked = _read(PrivateSerializer, request)
        return _done(request, found, lambda: services.flag_private(encounter_id=found.id, at=at, **asked))

    @extend_schema(request=SentConsentSerializer, responses=ANSWERS)
    @action(detail=True, methods=["post"])
    def consent(self, request: Request, pk: str) -> Response:
        """Record the patient's consent; one in force releases what waits for it."""
        found, at = _found(request, pk), moment_of(request)
        asked = _read(SentConsentSerializer, request)
        return _done(
            request,
            found,
            lambda: services.record_consent(patient_id=found.patient_id, values=asked, at=at),
        )


def _found(request: Request, pk: str) -> Encounter:
    """Before the body is looked at: of a visit one may not know of nothing is said, not even what was wrong."""
    return selectors.encounter_for(scope_of(request), UUID(pk))


def _read(serializer: type[StrictSerializer], request: Request) -> dict[str, Any]:
    sent = serializer(data=request.data)
    sent.is_valid(raise_exception=True)
    return dict(sent.validated_data)


def _done(request: Request, found: Encounter, act: Callable[[], object]) -> Response:
    try:
        act()
    except PatientRefusal as refusal:
        return refused(refusal)
    return Response(detail_of(selectors.encounter_for(scope_of(request), found.id)))
