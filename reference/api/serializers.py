from rest_framework import serializers

from reference.models import (
    AdjustmentReasonCode,
    Credentialing,
    DeadlineRule,
    Payer,
    PayerAlias,
    Provider,
    RemarkCode,
)


class PayerAliasSerializer(serializers.ModelSerializer):
    class Meta:
        model = PayerAlias
        fields = ("id", "kind", "written_as")


class CredentialingSerializer(serializers.ModelSerializer):
    provider_id = serializers.UUIDField(read_only=True)

    class Meta:
        model = Credentialing
        fields = ("id", "provider_id", "starts_on", "stops_on")


class DeadlineRuleSerializer(serializers.ModelSerializer):
    is_example = serializers.BooleanField(read_only=True)

    class Meta:
        model = DeadlineRule
        fields = (
            "id",
            "kind",
            "days",
            "months",
            "fixed_date",
            "basis",
            "day_type",
            "cutoff",
            "grace_days",
            "safety_days",
            "starts_on",
            "stops_on",
            "source_note",
            "confidence",
            "is_example",
            "version",
        )


class PayerSerializer(serializers.ModelSerializer):
    aliases = PayerAliasSerializer(many=True, read_only=True)
    deadline_rules = DeadlineRuleSerializer(many=True, read_only=True)
    credentialings = CredentialingSerializer(many=True, read_only=True)

    class Meta:
        model = Payer
        fields = (
            "id",
            "name",
            "payer_identifier",
            "tax_id",
            "kind",
            "is_capitated",
            "treats_pi_45_as_contractual",
            "filing_indicator",
            "accepts_replacement",
            "quirks",
            "authorized_services",
            "usual_response_days",
            "deadlines_confirmed",
            "is_active",
            "version",
            "aliases",
            "deadline_rules",
            "credentialings",
        )


class ProviderSerializer(serializers.ModelSerializer):
    has_valid_npi = serializers.BooleanField(read_only=True)

    class Meta:
        model = Provider
        fields = (
            "id",
            "kind",
            "npi",
            "has_valid_npi",
            "last_name",
            "first_name",
            "middle_name",
            "organization_name",
            "taxonomy_code",
            "tax_id",
            "bills",
            "address_line",
            "address_line_2",
            "city",
            "state",
            "postal_code",
            "phone",
            "is_active",
            "version",
        )


class AdjustmentReasonCodeSerializer(serializers.ModelSerializer):
    class Meta:
        model = AdjustmentReasonCode
        fields = (
            "code",
            "meaning",
            "category",
            "subcategory",
            "is_denial",
            "root_cause",
            "actions",
            "is_retired",
            "replaced_by",
            "starts_on",
            "stops_on",
        )


class RemarkCodeSerializer(serializers.ModelSerializer):
    class Meta:
        model = RemarkCode
        fields = (
            "code",
            "meaning",
            "is_alert",
            "category",
            "is_decisive",
            "root_cause",
            "actions",
            "is_retired",
            "starts_on",
            "stops_on",
        )
