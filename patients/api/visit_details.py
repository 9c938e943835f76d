"""Visits with their charges, as another program reads them."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.selectors import charge_balances
from patients import selectors
from patients.api.visits import VISIT_FIELDS, DatedCodeSerializer, ValueCodeSerializer
from patients.models import Charge, Encounter, EncounterHold
from patients.rules.hospital import read_stored
from patients.services.encounters import CHARGE_FIELDS
from patients.visit_forms import DIAGNOSES, HOSPITAL_LISTS


class EncounterSerializer(serializers.ModelSerializer):
    class Meta:
        model = Encounter
        fields: ClassVar[list[str]] = [
            "id", "patient_id", "service_from_on", "service_to_on", *VISIT_FIELDS, "is_sensitive",
            "pays_privately", "state", "billing_state", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ChargeSerializer(serializers.ModelSerializer):
    outstanding_cents = serializers.SerializerMethodField()

    class Meta:
        model = Charge
        fields: ClassVar[list[str]] = [
            "id", "line_number", *CHARGE_FIELDS, "payer_rank", "price_source", "state", "outstanding_cents",
        ]  # fmt: skip
        read_only_fields = fields

    def get_outstanding_cents(self, charge: Charge) -> int:
        balance = self.context["balances"].get(charge.id)
        return balance.outstanding_cents if balance else 0


class HoldSerializer(serializers.ModelSerializer):
    class Meta:
        model = EncounterHold
        fields: ClassVar[list[str]] = ["reason", "note", "until_on", "placed_at"]
        read_only_fields = fields


class EncounterDetailSerializer(EncounterSerializer):
    diagnoses = serializers.SerializerMethodField()
    admitting_diagnosis = serializers.SerializerMethodField()
    visit_reasons = serializers.SerializerMethodField()
    external_causes = serializers.SerializerMethodField()
    condition_codes = serializers.SerializerMethodField()
    occurrence_codes = serializers.SerializerMethodField()
    value_codes = serializers.SerializerMethodField()
    procedures = serializers.SerializerMethodField()
    charges = serializers.SerializerMethodField()
    holds = serializers.SerializerMethodField()

    class Meta(EncounterSerializer.Meta):
        fields: ClassVar[list[str]] = [
            *EncounterSerializer.Meta.fields, *DIAGNOSES, *HOSPITAL_LISTS, "charges", "holds",
        ]  # fmt: skip

    def get_diagnoses(self, encounter: Encounter) -> list[str]:
        return _written(encounter, "diagnoses")

    def get_admitting_diagnosis(self, encounter: Encounter) -> str:
        return next(iter(_written(encounter, "admitting_diagnosis")), "")

    def get_visit_reasons(self, encounter: Encounter) -> list[str]:
        return _written(encounter, "visit_reasons")

    def get_external_causes(self, encounter: Encounter) -> list[str]:
        return _written(encounter, "external_causes")

    def get_condition_codes(self, encounter: Encounter) -> list[str]:
        return list(read_stored(encounter.hospital_codes).conditions)

    @extend_schema_field(DatedCodeSerializer(many=True))
    def get_occurrence_codes(self, encounter: Encounter) -> list[dict[str, Any]]:
        return [{"code": code, "on": on} for code, on in read_stored(encounter.hospital_codes).occurrences]

    @extend_schema_field(ValueCodeSerializer(many=True))
    def get_value_codes(self, encounter: Encounter) -> list[dict[str, Any]]:
        values = read_stored(encounter.hospital_codes).values
        return [{"code": code, "amount_cents": cents} for code, cents in values]

    @extend_schema_field(DatedCodeSerializer(many=True))
    def get_procedures(self, encounter: Encounter) -> list[dict[str, Any]]:
        return [{"code": code, "on": on} for code, on in read_stored(encounter.hospital_codes).procedures]

    @extend_schema_field(ChargeSerializer(many=True))
    def get_charges(self, encounter: Encounter) -> list[dict[str, Any]]:
        return list(ChargeSerializer(encounter.charges.all(), many=True, context=self.context).data)

    @extend_schema_field(HoldSerializer(many=True))
    def get_holds(self, encounter: Encounter) -> list[dict[str, Any]]:
        return list(HoldSerializer(selectors.standing_holds(encounter), many=True).data)


def detail_of(encounter: Encounter) -> dict[str, Any]:
    balances = charge_balances([charge.id for charge in encounter.charges.all()])
    return dict(EncounterDetailSerializer(encounter, context={"balances": balances}).data)


def _written(encounter: Encounter, use: str) -> list[str]:
    return [one.written for one in selectors.diagnoses_by_use(encounter)[use]]
