"""Visits with their charges, as another program reads and sends them."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from patients.api.serializers import StrictSerializer, refuse
from patients.choices import RANKS
from patients.forms import LARGEST
from patients.models import Charge, Encounter
from patients.rules.coding import (
    bare_code,
    fault_of_diagnoses,
    fault_of_modifiers,
    fault_of_pointers,
    fault_of_procedure,
)
from reference.models import Provider
from tenancy.selectors import locations_of

OWED_BY = (*RANKS, (0, "The patient"))


class EncounterSerializer(serializers.ModelSerializer):
    class Meta:
        model = Encounter
        fields: ClassVar[list[str]] = [
            "id", "patient_id", "service_from_on", "service_to_on", "location_id", "rendering_provider_id",
            "billing_provider_id", "referring_provider_id", "external_id", "place_of_service",
            "authorization_number", "state", "billing_state", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ChargeSerializer(serializers.ModelSerializer):
    outstanding_cents = serializers.SerializerMethodField()

    class Meta:
        model = Charge
        fields: ClassVar[list[str]] = [
            "id", "line_number", "procedure_code", "modifiers", "revenue_code", "units", "amount_cents",
            "service_date", "diagnosis_pointers", "payer_rank", "price_source", "state", "outstanding_cents",
        ]  # fmt: skip
        read_only_fields = fields

    def get_outstanding_cents(self, charge: Charge) -> int:
        balance = self.context["balances"].get(charge.id)
        return balance.outstanding_cents if balance else 0


class EncounterDetailSerializer(EncounterSerializer):
    diagnoses = serializers.SerializerMethodField()
    charges = serializers.SerializerMethodField()

    class Meta(EncounterSerializer.Meta):
        fields: ClassVar[list[str]] = [*EncounterSerializer.Meta.fields, "diagnoses", "charges"]

    def get_diagnoses(self, encounter: Encounter) -> list[str]:
        return [one.code for one in encounter.diagnoses.all()]

    @extend_schema_field(ChargeSerializer(many=True))
    def get_charges(self, encounter: Encounter) -> list[dict[str, Any]]:
        return list(ChargeSerializer(encounter.charges.all(), many=True, context=self.context).data)


class SentChargeSerializer(StrictSerializer):
    """One line. Modifiers and the places of diagnoses in the visit's list are lists: `["25"]`, `[1, 2]`."""

    procedure_code = serializers.CharField(max_length=8)
    amount_cents = serializers.IntegerField(min_value=0, max_value=int(LARGEST * 100))
    units = serializers.DecimalField(
        max_digits=9, decimal_places=3, min_value=Decimal("0.001"), required=False, default=Decimal(1)
    )
    modifiers = serializers.ListField(child=serializers.CharField(max_length=4), required=False, default=list)
    service_date = serializers.DateField(required=False, help_text="Without it the visit's first day.")
    diagnosis_pointers = serializers.ListField(child=serializers.IntegerField(), required=False, default=list)

    def validate_procedure_code(self, value: str) -> str:
        code = bare_code(value)
        refuse(fault_of_procedure(code))
        return code

    def validate_modifiers(self, value: list[str]) -> str:
        modifiers = [one.upper() for one in value]
        refuse(fault_of_modifiers(modifiers))
        return ":".join(modifiers)

    def validate_diagnosis_pointers(self, value: list[int]) -> str:
        pointers = [str(one) for one in value]
        refuse(fault_of_pointers(pointers))
        return ":".join(pointers)


class SeenVisitSerializer(StrictSerializer):
    """The version of the visit one has read: who comes second is told."""

    version = serializers.IntegerField(min_value=1)


class AddedChargeSerializer(SeenVisitSerializer, SentChargeSerializer):
    pass


class VisitFieldsSerializer(StrictSerializer):
    """What is left out is left alone. `owed_by` is the order of the coverage the charges go to; 0 is the patient."""

    service_from_on = serializers.DateField(required=False)
    service_to_on = serializers.DateField(required=False)
    location_id = serializers.UUIDField(required=False, allow_null=True)
    rendering_provider_id = serializers.UUIDField(required=False, allow_null=True)
    billing_provider_id = serializers.UUIDField(required=False, allow_null=True)
    referring_provider_id = serializers.UUIDField(required=False, allow_null=True)
    external_id = serializers.CharField(max_length=50, required=False, allow_blank=True)
    place_of_service = serializers.CharField(max_length=2, required=False, allow_blank=True)
    authorization_number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    diagnoses = serializers.ListField(child=serializers.CharField(max_length=10), required=False)
    owed_by = serializers.ChoiceField(choices=OWED_BY, required=False)

    def validate_location_id(self, value: UUID | None) -> UUID | None:
        scope = self.context["scope"]
        places = locations_of(scope.practice_id)
        if scope.location_ids is not None:
            places = places.filter(id__in=scope.location_ids)
        return _known(value, places)

    def validate_rendering_provider_id(self, value: UUID | None) -> UUID | None:
        return _known(value, Provider.objects.filter(is_active=True))

    validate_billing_provider_id = validate_rendering_provider_id
    validate_referring_provider_id = validate_rendering_provider_id

    def validate_diagnoses(self, value: list[str]) -> tuple[str, ...]:
        codes = tuple(bare_code(one) for one in value)
        refuse(fault_of_diagnoses(codes))
        return codes

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        there: Encounter | None = self.context.get("encounter")
        begins: date = attrs["service_from_on"] if there is None else there.service_from_on
        begins = attrs.get("service_from_on", begins)
        if attrs.get("service_to_on", there.service_to_on if there else begins) < begins:
            raise serializers.ValidationError({"service_to_on": ["The visit cannot end before it began."]})
        return attrs


class ChangedVisitSerializer(SeenVisitSerializer, VisitFieldsSerializer):
    pass


class SentVisitSerializer(VisitFieldsSerializer):
    """A visit to record. Without `owed_by` its charges go to the first coverage; without coverage to the patient."""

    patient_id = serializers.UUIDField()
    service_from_on = serializers.DateField()
    charges = SentChargeSerializer(many=True, min_length=1, max_length=50)  # type: ignore[call-arg]


def _known(value: UUID | None, among: QuerySet[Any]) -> UUID | None:
    if value is not None and not among.filter(id=value).exists():
        raise serializers.ValidationError("There is none of this id here.")
    return value
