from typing import ClassVar

from rest_framework import serializers

from denials.choices import AppealMethod, AppealOutcome, AppealState, WriteOffReason
from denials.models import Appeal, Denial, DenialOccurrence, DenialTransition, WriteOff
from workbench.api.serializers import VersionSerializer, WorkItemSerializer

APPEAL_ANSWERS = [
    (state.value, state.label) for state in (AppealState.ACKNOWLEDGED, AppealState.INFO_REQUESTED)
]


class DenialSerializer(serializers.ModelSerializer):
    patient_control_number = serializers.CharField(source="claim.patient_control_number", read_only=True)

    class Meta:
        model = Denial
        fields: ClassVar[list[str]] = [
            "id", "claim_id", "patient_control_number", "claim_line_id", "level", "patient_id", "payer_id",
            "location_id", "charge_id", "remit_claim_id", "remit_line_id", "work_item_id", "service_date",
            "procedure_code", "modifiers", "billed_cents", "paid_cents", "denied_cents", "expected_cents",
            "expected_basis", "group_code", "reason_code", "secondary_reasons", "remark_codes", "category",
            "subcategory", "root_cause", "root_cause_source", "evidence", "is_preventable", "has_mixed_signals",
            "needs_review", "is_appealable", "is_patient_liable", "next_action", "suggested_actions",
            "blocked_actions", "sequence", "is_initial", "denied_on", "received_on", "appeal_due_on",
            "appeal_basis", "corrected_claim_due_on", "state", "resolution", "recovered_cents",
            "written_off_cents", "closed_on", "version",
        ]  # fmt: skip
        read_only_fields = fields


class AppealSerializer(serializers.ModelSerializer):
    class Meta:
        model = Appeal
        fields: ClassVar[list[str]] = [
            "id", "level", "method", "reference", "note", "sent_on", "decision_due_on", "state", "outcome",
            "decided_on", "recorded_by_id", "recorded_at",
        ]  # fmt: skip
        read_only_fields = fields


class WriteOffSerializer(serializers.ModelSerializer):
    class Meta:
        model = WriteOff
        fields: ClassVar[list[str]] = [
            "id", "amount_cents", "reason", "note", "state", "needs_approval", "requested_by_id",
            "requested_at", "decided_by_id", "decided_at", "decision_note", "journal_entry_id",
        ]  # fmt: skip
        read_only_fields = fields


class OccurrenceSerializer(serializers.ModelSerializer):
    class Meta:
        model = DenialOccurrence
        fields: ClassVar[list[str]] = [
            "id", "kind", "sequence", "remit_claim_id", "remit_line_id", "amount_cents", "paid_cents", "codes",
            "occurred_on",
        ]  # fmt: skip
        read_only_fields = fields


class TransitionSerializer(serializers.ModelSerializer):
    class Meta:
        model = DenialTransition
        fields: ClassVar[list[str]] = ["id", "from_state", "to_state", "reason", "by_id", "at"]
        read_only_fields = fields


class DenialDetailSerializer(serializers.Serializer):
    denial = DenialSerializer()
    item = WorkItemSerializer()
    occurrences = OccurrenceSerializer(many=True)
    transitions = TransitionSerializer(many=True)
    appeals = AppealSerializer(many=True)
    write_offs = WriteOffSerializer(many=True)


class RecordAppealSerializer(VersionSerializer):
    """`form_key` is drawn by the caller: the same key acts once."""

    form_key = serializers.UUIDField()
    method = serializers.ChoiceField(AppealMethod.choices)
    sent_on = serializers.DateField()
    decision_due_on = serializers.DateField(required=False, allow_null=True, default=None)
    reference = serializers.CharField(required=False, allow_blank=True, max_length=80, default="")
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class AnswerAppealSerializer(VersionSerializer):
    appeal_id = serializers.UUIDField()
    state = serializers.ChoiceField(APPEAL_ANSWERS)


class DecideAppealSerializer(VersionSerializer):
    appeal_id = serializers.UUIDField()
    outcome = serializers.ChoiceField(AppealOutcome.choices)
    decided_on = serializers.DateField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class RequestWriteOffSerializer(VersionSerializer):
    """`form_key` is drawn by the caller: the same key acts once."""

    form_key = serializers.UUIDField()
    amount_cents = serializers.IntegerField(min_value=1)
    reason = serializers.ChoiceField(WriteOffReason.choices)
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class ApproveWriteOffSerializer(VersionSerializer):
    write_off_id = serializers.UUIDField()
    note = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class RefuseWriteOffSerializer(VersionSerializer):
    write_off_id = serializers.UUIDField()
    note = serializers.CharField(max_length=500)


class WithdrawWriteOffSerializer(VersionSerializer):
    write_off_id = serializers.UUIDField()


class TakeBackWriteOffSerializer(VersionSerializer):
    write_off_id = serializers.UUIDField()
    note = serializers.CharField(max_length=400)
