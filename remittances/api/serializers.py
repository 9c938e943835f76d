from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from claims.choices import Frequency
from clearinghouse.models import ExchangeFile
from remittances.models import (
    PayerReceivable,
    ProviderAdjustment,
    ReceivableTie,
    RemitAdjustment,
    RemitClaim,
    RemitLine,
    Remittance,
    TransactionResult,
)


class RemittanceSerializer(serializers.ModelSerializer):
    class Meta:
        model = Remittance
        fields: ClassVar[list[str]] = [
            "id", "state", "trace_number", "payer_trace_identifier", "payer_id", "payer_name", "payer_identifier",
            "payee_name", "payee_identifier", "payment_method", "payment_cents", "payment_on", "claim_count",
            "line_count", "charge_cents", "paid_cents", "provider_adjustment_cents", "difference_cents",
            "unmatched_count", "denied_count", "alert", "file_id", "received_at", "posted_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class ProviderAdjustmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = ProviderAdjustment
        fields: ClassVar[list[str]] = [
            "id",
            "ordinal",
            "reason_code",
            "reference",
            "amount_cents",
            "use",
            "entry_id",
        ]
        read_only_fields = fields


class RemittanceDetailSerializer(RemittanceSerializer):
    provider_adjustments = ProviderAdjustmentSerializer(many=True, read_only=True)

    class Meta(RemittanceSerializer.Meta):
        fields: ClassVar[list[str]] = [*RemittanceSerializer.Meta.fields, "findings", "provider_adjustments"]
        read_only_fields = fields


class AdjustmentSerializer(serializers.ModelSerializer):
    class Meta:
        model = RemitAdjustment
        fields: ClassVar[list[str]] = [
            "remit_line_id", "group_code", "reason_code", "amount_cents", "quantity", "classification", "treatment",
        ]  # fmt: skip
        read_only_fields = fields


class LineSerializer(serializers.ModelSerializer):
    class Meta:
        model = RemitLine
        fields: ClassVar[list[str]] = [
            "id", "ordinal", "procedure_code", "modifiers", "submitted_procedure_code", "revenue_code", "charge_cents",
            "paid_cents", "allowed_cents", "units", "line_control_number", "service_from_on", "remark_codes",
            "claim_line_id", "charge_id", "result", "denied_cents",
        ]  # fmt: skip
        read_only_fields = fields


class PaymentSerializer(serializers.ModelSerializer):
    class Meta:
        model = RemitClaim
        fields: ClassVar[list[str]] = [
            "id", "remittance_id", "ordinal", "status_code", "patient_control_number", "payer_control_number",
            "original_payer_control_number", "charge_cents", "paid_cents", "patient_responsibility_cents",
            "service_from_on", "service_to_on", "remark_codes", "match_state", "match_rule", "match_score",
            "claim_id", "rank", "result", "denied_cents", "contractual_cents", "issues", "booking", "entry_id",
            "hold", "is_released", "reverses_id", "corrected_last_name", "corrected_first_name", "corrected_member_id",
            "version",
        ]  # fmt: skip
        read_only_fields = fields


class PaymentDetailSerializer(PaymentSerializer):
    lines = LineSerializer(many=True, read_only=True)
    adjustments = AdjustmentSerializer(many=True, read_only=True)

    class Meta(PaymentSerializer.Meta):
        fields: ClassVar[list[str]] = [*PaymentSerializer.Meta.fields, "lines", "adjustments"]
        read_only_fields = fields


class ReceivableSerializer(serializers.ModelSerializer):
    class Meta:
        model = PayerReceivable
        fields: ClassVar[list[str]] = [
            "id",
            "payer_id",
            "reference",
            "open_cents",
            "state",
            "opened_on",
            "moved_on",
            "version",
        ]
        read_only_fields = fields


class TieSerializer(serializers.ModelSerializer):
    class Meta:
        model = ReceivableTie
        fields: ClassVar[list[str]] = [
            "id", "claim_id", "cents", "booked_cents", "rank", "entry_id", "tied_at", "undone_at",
        ]  # fmt: skip
        read_only_fields = fields


class ReceivableDetailSerializer(ReceivableSerializer):
    ties = TieSerializer(many=True, read_only=True)

    class Meta(ReceivableSerializer.Meta):
        fields: ClassVar[list[str]] = [*ReceivableSerializer.Meta.fields, "ties"]
        read_only_fields = fields


class ResultSerializer(serializers.ModelSerializer):
    class Meta:
        model = TransactionResult
        fields: ClassVar[list[str]] = [
            "ordinal", "control_number", "state", "message", "remittance_id", "claim_count", "findings",
        ]  # fmt: skip
        read_only_fields = fields


class FileSerializer(serializers.ModelSerializer):
    results = serializers.SerializerMethodField()

    class Meta:
        model = ExchangeFile
        fields: ClassVar[list[str]] = [
            "id",
            "name",
            "sha256",
            "size",
            "state",
            "message",
            "received_at",
            "results",
        ]
        read_only_fields = fields

    @extend_schema_field(ResultSerializer(many=True))
    def get_results(self, file: ExchangeFile) -> Any:
        """One for each transaction set, as the view found them."""
        return ResultSerializer(self.context["results"], many=True).data


class UploadRemittancesSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True)
    post = serializers.BooleanField(default=False)


class ReceivedSerializer(serializers.Serializer):
    file_id = serializers.UUIDField()
    is_new = serializers.BooleanField()
    state = serializers.CharField()
    message = serializers.CharField()


class SeenVersionSerializer(serializers.Serializer):
    version = serializers.IntegerField(min_value=1)


class MatchSerializer(SeenVersionSerializer):
    claim = serializers.UUIDField()


class TieRequestSerializer(SeenVersionSerializer):
    claim = serializers.UUIDField()
    cents = serializers.IntegerField(min_value=1)


class UntieSerializer(SeenVersionSerializer):
    tie = serializers.UUIDField()


class BillNextSerializer(serializers.Serializer):
    """With the reason `although_forwarded` it is billed also where the payer ahead has sent the claim on."""

    although_forwarded = serializers.CharField(required=False, default="", max_length=200, allow_blank=True)


class ReplaceAtPayerSerializer(serializers.Serializer):
    """`payer_rank` names the payer by its order, `version` is the claim's version the caller has seen."""

    payer_rank = serializers.IntegerField(min_value=1, max_value=3)
    frequency = serializers.ChoiceField([(Frequency.REPLACEMENT, "Replacement"), (Frequency.VOID, "Void")])
    reason = serializers.CharField(max_length=200)
    version = serializers.IntegerField(min_value=1)


class BilledNextSerializer(serializers.Serializer):
    """The version that was made for that payer."""

    claim_id = serializers.UUIDField()
    version = serializers.IntegerField(source="number")
    payer_rank = serializers.IntegerField()
    total_cents = serializers.IntegerField()
