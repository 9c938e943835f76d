from datetime import date
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from patients.choices import RANKS, PlanType, Relationship, Sex
from patients.models import Coverage, Guarantor, Patient
from patients.rules.demographics import (
    fault_of_birth_date,
    fault_of_phone,
    fault_of_postal_code,
    fault_of_state,
)
from patients.rules.names import normalized_number
from patients.rules.signs import faults_of_signs
from patients.services import ReceivedCoverage, ReceivedPatient
from patients.services.registration import GUARANTOR_FIELDS, PATIENT_FIELDS


class CoverageSerializer(serializers.ModelSerializer):
    payer_name = serializers.CharField(source="payer.name", read_only=True)
    payer_identifier = serializers.CharField(source="payer.payer_identifier", read_only=True)

    class Meta:
        model = Coverage
        fields: ClassVar[list[str]] = [
            "id", "payer_id", "payer_name", "payer_identifier", "member_id", "plan_name", "plan_type", "group_number",
            "relationship", "subscriber_last_name", "subscriber_first_name", "subscriber_birth_date", "subscriber_sex",
            "rank", "starts_on", "ends_on", "source", "source_at", "verified_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class PatientSerializer(serializers.ModelSerializer):
    class Meta:
        model = Patient
        fields: ClassVar[list[str]] = ["id", *PATIENT_FIELDS, "version", "created_at"]
        read_only_fields = fields


class GuarantorSerializer(serializers.ModelSerializer):
    class Meta:
        model = Guarantor
        fields: ClassVar[list[str]] = ["id", *GUARANTOR_FIELDS, "version"]
        read_only_fields = fields


class PatientDetailSerializer(PatientSerializer):
    guarantor = serializers.SerializerMethodField()
    coverages = serializers.SerializerMethodField()

    class Meta(PatientSerializer.Meta):
        fields: ClassVar[list[str]] = [*PatientSerializer.Meta.fields, "guarantor", "coverages"]

    @extend_schema_field(GuarantorSerializer(allow_null=True))
    def get_guarantor(self, patient: Patient) -> dict[str, Any] | None:
        found = self.context["guarantor"]
        return dict(GuarantorSerializer(found).data) if found else None

    @extend_schema_field(CoverageSerializer(many=True))
    def get_coverages(self, patient: Patient) -> list[dict[str, Any]]:
        return list(CoverageSerializer(self.context["coverages"], many=True).data)


class StrictSerializer(serializers.Serializer):
    """A field nobody knows is a mistake of the caller, not to be dropped in silence; nor is a sign X12 cannot carry."""

    def to_internal_value(self, data: Any) -> Any:
        unknown = set(data) - set(self.fields) if isinstance(data, dict) else set()
        if unknown:
            raise serializers.ValidationError(dict.fromkeys(sorted(unknown), ["There is no such field."]))
        values = super().to_internal_value(data)
        if faults := faults_of_signs(values):
            raise serializers.ValidationError({name: [fault] for name, fault in faults.items()})
        return values


class SentCoverageSerializer(StrictSerializer):
    member_id = serializers.CharField(max_length=80)
    payer_name = serializers.CharField(max_length=120)
    payer_identifier = serializers.CharField(max_length=80, required=False, allow_blank=True)
    plan_name = serializers.CharField(max_length=80, required=False, allow_blank=True)
    plan_type = serializers.ChoiceField(choices=PlanType.choices, required=False)
    group_number = serializers.CharField(max_length=50, required=False, allow_blank=True)
    relationship = serializers.ChoiceField(choices=Relationship.choices, required=False)
    subscriber_last_name = serializers.CharField(max_length=60, required=False, allow_blank=True)
    subscriber_first_name = serializers.CharField(max_length=35, required=False, allow_blank=True)
    subscriber_birth_date = serializers.DateField(required=False, allow_null=True)
    subscriber_sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    rank = serializers.ChoiceField(choices=RANKS, required=False, allow_null=True)
    starts_on = serializers.DateField(required=False, allow_null=True)
    ends_on = serializers.DateField(required=False, allow_null=True)

    def validate_member_id(self, value: str) -> str:
        if not normalized_number(value):
            raise serializers.ValidationError("A member id has letters or digits.")
        return value


class AddressedSerializer(StrictSerializer):
    """Whoever can be called and written to. Fields left out are left alone."""

    last_name = serializers.CharField(max_length=60)
    first_name = serializers.CharField(max_length=35, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    email = serializers.EmailField(max_length=254, required=False, allow_blank=True)
    address_line = serializers.CharField(max_length=55, required=False, allow_blank=True)
    address_line_2 = serializers.CharField(max_length=55, required=False, allow_blank=True)
    city = serializers.CharField(max_length=30, required=False, allow_blank=True)
    state = serializers.CharField(max_length=2, required=False, allow_blank=True)
    postal_code = serializers.CharField(max_length=15, required=False, allow_blank=True)

    def validate_phone(self, value: str) -> str:
        refuse(fault_of_phone(value) if value else "")
        return value

    def validate_state(self, value: str) -> str:
        refuse(fault_of_state(value) if value else "")
        return value.upper()

    def validate_postal_code(self, value: str) -> str:
        refuse(fault_of_postal_code(value) if value else "")
        return value.upper()


class SentGuarantorSerializer(AddressedSerializer):
    """Who is billed for what insurance leaves; with the `version` one has read, nobody else's change is lost."""

    relationship = serializers.ChoiceField(choices=Relationship.choices, required=False)
    version = serializers.IntegerField(required=False, min_value=1)


class SentPatientSerializer(AddressedSerializer):
    """A patient as another program sends one."""

    mrn = serializers.CharField(max_length=50, required=False, allow_blank=True)
    middle_name = serializers.CharField(max_length=25, required=False, allow_blank=True)
    birth_date = serializers.DateField(required=False, allow_null=True)
    sex = serializers.ChoiceField(choices=Sex.choices, required=False)
    coverages = SentCoverageSerializer(many=True, required=False, max_length=20)  # type: ignore[call-arg]

    def validate_birth_date(self, value: date | None) -> date | None:
        if value is not None:
            refuse(fault_of_birth_date(value, self.context["on"]))
        return value

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs.get("mrn") and not attrs.get("coverages"):
            raise serializers.ValidationError(
                "Send a record number (mrn) or a coverage with a member id: one of them says who is meant."
            )
        return attrs

    def received(self) -> ReceivedPatient:
        values = dict(self.validated_data)
        coverages = values.pop("coverages", ())
        return ReceivedPatient(values, tuple(_received(dict(one)) for one in coverages))


class PatientSearchSerializer(StrictSerializer):
    """Who is looked for: one of the two at least."""

    mrn = serializers.CharField(max_length=50, required=False)
    member_id = serializers.CharField(max_length=80, required=False)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs:
            raise serializers.ValidationError("Send a record number (mrn) or a member id.")
        return attrs


class ReceiptSerializer(serializers.Serializer):
    """What the call did."""

    created = serializers.BooleanField()
    changed = serializers.ListField(child=serializers.CharField())
    coverages_created = serializers.ListField(child=serializers.UUIDField())
    coverages_changed = serializers.DictField(child=serializers.ListField(child=serializers.CharField()))
    patient = PatientDetailSerializer()


class RefusedSerializer(serializers.Serializer):
    """A rule refuses it and nothing was changed; or somebody was there first: the version now, and both values."""

    detail = serializers.CharField()
    fields = serializers.DictField(child=serializers.CharField(), required=False)  # type: ignore[assignment]
    version = serializers.IntegerField(required=False)
    differing = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False
    )


def refuse(fault: str) -> None:
    if fault:
        raise serializers.ValidationError(fault)


def _received(values: dict[str, Any]) -> ReceivedCoverage:
    return ReceivedCoverage(
        member_id=values.pop("member_id"),
        payer_name=values.pop("payer_name"),
        payer_identifier=values.pop("payer_identifier", ""),
        values=values,
    )
