from typing import ClassVar

from rest_framework import serializers

from workbench.choices import NoteKind, SnoozeReason, WaitingOn
from workbench.models import WorkItem, WorkNote


class WorkItemSerializer(serializers.ModelSerializer):
    queue_code = serializers.CharField(source="queue.code", read_only=True, default="")

    class Meta:
        model = WorkItem
        fields: ClassVar[list[str]] = [
            "id", "kind", "title", "state", "stage", "subject_type", "subject_id", "queue_code", "assignee_id",
            "payer_id", "location_id", "category", "code", "reference", "amount_cents", "occurred_on", "due_on",
            "follow_up_on", "priority", "priority_parts", "is_escalated", "snoozed_until", "snooze_reason",
            "waiting_on", "outcome", "opened_at", "closed_at", "version",
        ]  # fmt: skip
        read_only_fields = fields


class WorkNoteSerializer(serializers.ModelSerializer):
    class Meta:
        model = WorkNote
        fields: ClassVar[list[str]] = [
            "id", "author_id", "kind", "body", "contact", "contact_reference", "follow_up_on", "written_at",
        ]  # fmt: skip
        read_only_fields = fields


class VersionSerializer(serializers.Serializer):
    """With `version`, the verb is refused (409) when the item has moved on since it was read."""

    version = serializers.IntegerField(required=False, allow_null=True, default=None)


class AssignSerializer(VersionSerializer):
    assignee_id = serializers.UUIDField(allow_null=True)


class SnoozeSerializer(VersionSerializer):
    until = serializers.DateField()
    reason = serializers.ChoiceField(SnoozeReason.choices)


class BlockSerializer(VersionSerializer):
    waiting_on = serializers.ChoiceField(WaitingOn.choices)


class NoteSerializer(serializers.Serializer):
    body = serializers.CharField(max_length=4000)
    kind = serializers.ChoiceField(
        [(NoteKind.NOTE, "Note"), (NoteKind.CALL, "Call")], required=False, default=NoteKind.NOTE
    )
    contact = serializers.CharField(required=False, allow_blank=True, max_length=120, default="")
    contact_reference = serializers.CharField(required=False, allow_blank=True, max_length=60, default="")
    follow_up_on = serializers.DateField(required=False, allow_null=True, default=None)
    form_key = serializers.UUIDField(
        required=False, allow_null=True, default=None, help_text="The same key writes one note."
    )


class ReasonSerializer(VersionSerializer):
    reason = serializers.CharField(max_length=1000)


class CloseSerializer(VersionSerializer):
    outcome = serializers.CharField(max_length=24)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=1000, default="")


class RefusalSerializer(serializers.Serializer):
    """409: what was refused and why, and the item as it is now."""

    detail = serializers.CharField()
    item = WorkItemSerializer()
