from typing import ClassVar

from rest_framework import serializers

from claims.models import (
    Claim,
    ClaimAcknowledgement,
    ClaimImport,
    ClaimLine,
    ClaimVersion,
    EditRun,
    StatusQuestion,
)


class ClaimSerializer(serializers.ModelSerializer):
    payer_name = serializers.CharField(source="payer.name", read_only=True)

    class Meta:
        model = Claim
        fields: ClassVar[list[str]] = [
            "id", "patient_control_number", "payer_control_number", "kind", "patient_id", "encounter_id", "coverage_id",
            "payer_id", "payer_name", "payer_rank", "location_id", "rendering_provider_id", "billing_provider_id",
            "total_cents", "service_from_on", "service_to_on", "submission_state", "adjudication_state",
            "responsibility", "current_version", "adjudicated_on", "closed_on", "withdrawal_reason", "created_at",
        ]  # fmt: skip
        read_only_fields = fields


class BalanceSerializer(serializers.Serializer):
    """What stands in the books, in cents."""

    charged_cents = serializers.IntegerField()
    paid_cents = serializers.IntegerField()
    contractual_cents = serializers.IntegerField()
    adjusted_cents = serializers.IntegerField()
    written_off_cents = serializers.IntegerField()
    insurance_cents = serializers.IntegerField()
    patient_cents = serializers.IntegerField()
    outstanding_cents = serializers.IntegerField()


class ClaimLineSerializer(serializers.ModelSerializer):
    class Meta:
        model = ClaimLine
        fields: ClassVar[list[str]] = [
            "id", "line_number", "line_control_number", "charge_id", "procedure_code", "modifiers", "revenue_code",
            "units", "amount_cents", "service_date", "diagnosis_pointers",
        ]  # fmt: skip
        read_only_fields = fields


class PricedLineSerializer(serializers.Serializer):
    line = ClaimLineSerializer()
    balance = BalanceSerializer()


class ClaimVersionSerializer(serializers.ModelSerializer):
    class Meta:
        model = ClaimVersion
        fields: ClassVar[list[str]] = [
            "id", "number", "frequency", "payer_rank", "total_cents", "prior_payer_control_number", "quirks", "sha256",
            "submitted_on", "source_file_id", "source_position", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields


class ClaimDetailSerializer(serializers.Serializer):
    claim = ClaimSerializer()
    balance = BalanceSerializer()
    lines = PricedLineSerializer(many=True)
    versions = ClaimVersionSerializer(many=True)


class AcknowledgementSerializer(serializers.ModelSerializer):
    """What was said of one version; `codes` as they came, `status` what they come to."""

    version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = ClaimAcknowledgement
        fields: ClassVar[list[str]] = [
            "id", "version", "kind", "sender", "status", "verdict", "codes", "places", "message",
            "payer_control_number", "clearinghouse_trace", "effective_on", "charge_cents", "paid_cents",
            "paid_on", "payment_reference", "file_id", "segment", "received_at",
        ]  # fmt: skip
        read_only_fields = fields


class UsualSerializer(serializers.Serializer):
    """Days within which nine of ten of the payer's answers come. `basis` is MEASURED, or with too few answers
    to measure (below twenty) PAYER, as entered for it, or FALLBACK.
    """

    days = serializers.IntegerField()
    sample_size = serializers.IntegerField()
    basis = serializers.CharField()
    words = serializers.CharField()


class ProofSerializer(serializers.Serializer):
    """What proves timely filing."""

    on = serializers.DateField()
    acknowledgement_id = serializers.UUIDField(source="acknowledgement.id")
    sender = serializers.CharField(source="acknowledgement.sender")
    payer_control_number = serializers.CharField(source="acknowledgement.payer_control_number")


class StandingSerializer(serializers.Serializer):
    """`ticket_id` names the open ticket of a claim that went missing."""

    submission_state = serializers.CharField(source="claim.submission_state")
    adjudication_state = serializers.CharField(source="claim.adjudication_state")
    responsibility = serializers.CharField(source="claim.responsibility")
    is_stuck = serializers.BooleanField()
    last_word = AcknowledgementSerializer(allow_null=True)
    usual = UsualSerializer()
    proof = ProofSerializer(allow_null=True)
    ticket_id = serializers.UUIDField(source="ticket.id", default=None, allow_null=True)


class QuestionSerializer(serializers.ModelSerializer):
    """A question to the payer (276) about one version; `answer` is the acknowledgement that ended it."""

    version = serializers.IntegerField(source="version.number", read_only=True)

    class Meta:
        model = StatusQuestion
        fields: ClassVar[list[str]] = [
            "id", "version", "state", "asked_by", "asked_at", "trace", "interchange_id", "ended_at", "answer_id",
        ]  # fmt: skip
        read_only_fields = fields


class AssembleSerializer(serializers.Serializer):
    """Which visit, and whether the claim's X12 is wanted with the answer."""

    encounter_id = serializers.UUIDField()
    with_x12 = serializers.BooleanField(default=False)


class ReplacementSerializer(serializers.Serializer):
    """`version` is the claim's version the caller has seen; another made meanwhile refuses."""

    reason = serializers.CharField(max_length=200)
    version = serializers.IntegerField(min_value=1)
    with_x12 = serializers.BooleanField(default=False)


class WithdrawalSerializer(serializers.Serializer):
    """`version` is the claim's version the caller has seen; another made meanwhile refuses."""

    reason = serializers.CharField(max_length=200)
    version = serializers.IntegerField(min_value=1)


class AssembledSerializer(ClaimDetailSerializer):
    """`x12` holds the claim's own segments, before it has its place and numbers in a file."""

    x12 = serializers.CharField(required=False)


class OrderSerializer(serializers.Serializer):
    """Which ready claims to send now; without ids all of them."""

    claim_ids = serializers.ListField(child=serializers.UUIDField(), required=False, max_length=2000)


class BatchedSerializer(serializers.Serializer):
    """Interchanges sealed, how many claims are in them, and how many stay: their way is not open."""

    interchange_ids = serializers.ListField(child=serializers.UUIDField())
    sent = serializers.IntegerField()
    kept = serializers.IntegerField()


class EditRunSerializer(serializers.ModelSerializer):
    """What the edits found, what stops the claim, and what could not be checked and why."""

    class Meta:
        model = EditRun
        fields: ClassVar[list[str]] = [
            "version_id",
            "is_clean",
            "blocked_by",
            "results",
            "unchecked",
            "catalogue",
            "ran_at",
        ]
        read_only_fields = fields


class PassSerializer(serializers.Serializer):
    rule_id = serializers.CharField(max_length=8)
    reason = serializers.CharField(max_length=300)


class UploadClaimsSerializer(serializers.Serializer):
    file = serializers.FileField(allow_empty_file=True)


class ImportSerializer(serializers.ModelSerializer):
    class Meta:
        model = ClaimImport
        fields: ClassVar[list[str]] = [
            "id", "file_id", "state", "message", "claims_created", "claims_versioned", "claims_unchanged",
            "claims_refused", "results", "requested_at",
        ]  # fmt: skip
        read_only_fields = fields


class ReceivedFileSerializer(serializers.Serializer):
    """A file that was kept; its result stands under the file's id once it is read."""

    file_id = serializers.UUIDField()
    is_new = serializers.BooleanField()
    state = serializers.CharField()
    message = serializers.CharField()
