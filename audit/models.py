from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.expressions import RawSQL

from audit.choices import ExportState, Outcome, RowOperation, VerificationState
from audit.fields import RecordedAtField, TransactionIdField
from tenancy.choices import ActorKind, Purpose
from tenancy.ids import uuid7
from tenancy.models import Grant, TenantManager, TenantModel, TenantQuerySet
from tenancy.scope import current_scope


class AuditEventQuerySet(TenantQuerySet["AuditEvent"]):
    pass


class AuditEventManager(TenantManager.from_queryset(AuditEventQuerySet)):  # type: ignore[misc]
    def sign_ins(self) -> models.QuerySet["AuditEvent"]:
        """Events of no practice whose actor ever had a right in the practices of the scope."""
        people = Grant.objects.filter(practice_id__in=current_scope().readable).values("person_id")
        return AuditEventQuerySet(self.model, using=self._db).filter(
            organization__isnull=True, actor_id__in=people
        )


class AuditEvent(TenantModel):
    """One act, view, search or refusal. Append-only; written by audit.services alone.

    `organization` is empty only for sign-in and for refusals before a practice was entered. `data` carries ids, codes
    and reasons, never a name. `field_names` are the fields an act changed; their values are in RowChange.
    """

    organization: Any = models.ForeignKey(
        "tenancy.Organization",
        on_delete=models.PROTECT,
        related_name="+",
        editable=False,
        null=True,
        db_index=False,
    )
    transaction_id = TransactionIdField()
    recorded_at = RecordedAtField()
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    role = models.CharField(max_length=24, blank=True)
    on_behalf_of = models.UUIDField(null=True)
    session_id = models.CharField(max_length=64, blank=True)
    verb = models.CharField(max_length=80)
    subject_type = models.CharField(max_length=60, blank=True)
    subject_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    purpose = models.CharField(max_length=8, choices=Purpose, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, default=Outcome.OK)
    request_id = models.UUIDField(null=True)
    correlation_id = models.UUIDField(null=True)
    field_names = ArrayField(models.CharField(max_length=60), default=list)
    item_count = models.IntegerField(null=True)
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    objects = AuditEventManager()

    class Meta(TenantModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "recorded_at", "id"], name="audit_event_stream"),
            models.Index(fields=["organization", "actor_id", "recorded_at"], name="audit_event_actor"),
            models.Index(fields=["organization", "verb", "recorded_at"], name="audit_event_verb"),
            models.Index(
                fields=["organization", "subject_id", "recorded_at"],
                condition=models.Q(subject_id__isnull=False),
                name="audit_event_subject",
            ),
            models.Index(
                fields=["organization", "patient_id", "recorded_at"],
                condition=models.Q(patient_id__isnull=False),
                name="audit_event_patient",
            ),
            models.Index(fields=["transaction_id", "id"], name="audit_event_sealing"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.id}"


class RowChange(TenantModel):
    """What the database's own triggers saw happen to a watched table, whichever code or hand did it.

    An insert is one row per statement (`row_ids`, `row_count`); an update or a deletion is one row per row changed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, db_default=RawSQL("rcm_security.uuid7()", []))
    transaction_id = TransactionIdField()
    recorded_at = RecordedAtField()
    table_name = models.CharField(max_length=63)
    operation = models.CharField(max_length=8, choices=RowOperation)
    row_id = models.UUIDField(null=True)
    row_ids = ArrayField(models.UUIDField(), null=True)
    row_count = models.IntegerField(default=1)
    patient_id = models.UUIDField(null=True)
    field_names = ArrayField(models.CharField(max_length=63), default=list)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    person_id = models.UUIDField(null=True)
    request_id = models.UUIDField(null=True)
    database_role = models.CharField(max_length=63, db_default=RawSQL("session_user", []))

    class Meta(TenantModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "recorded_at", "id"], name="row_change_stream"),
            models.Index(fields=["organization", "row_id", "recorded_at"], name="row_change_row"),
            models.Index(
                fields=["organization", "patient_id", "recorded_at"],
                condition=models.Q(patient_id__isnull=False),
                name="row_change_patient",
            ),
            models.Index(fields=["transaction_id", "id"], name="row_change_sealing"),
        ]

    def __str__(self) -> str:
        return f"{self.operation} {self.table_name} {self.row_id or self.row_count}"


class DomainEvent(TenantModel):
    """What became of a patient, claim, remittance, denial or work item; the envelope other systems read."""

    name = models.CharField(max_length=40)
    schema_version = models.PositiveSmallIntegerField(default=1)
    transaction_id = TransactionIdField()
    occurred_at = models.DateTimeField()
    recorded_at = RecordedAtField()
    actor_kind = models.CharField(max_length=8, choices=ActorKind)
    actor_id = models.UUIDField(null=True)
    role = models.CharField(max_length=24, blank=True)
    purpose = models.CharField(max_length=8, choices=Purpose, blank=True)
    subject_type = models.CharField(max_length=60)
    subject_id = models.UUIDField()
    correlation_id = models.UUIDField()
    causation_id = models.UUIDField(null=True)
    idempotency_key = models.CharField(max_length=200, null=True)  # noqa: DJ001  NULL is outside the unique
    data = models.JSONField(default=dict, encoder=DjangoJSONEncoder)

    class Meta(TenantModel.Meta):
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(fields=["organization", "idempotency_key"], name="domain_event_once"),
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "recorded_at", "id"], name="domain_event_stream"),
            models.Index(fields=["organization", "subject_id", "recorded_at"], name="domain_event_subject"),
            models.Index(fields=["transaction_id", "id"], name="domain_event_sealing"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.subject_id}"


class AuditSeal(models.Model):
    """The signed Merkle root of the audit events, row changes and domain events recorded since the seal before.

    Rows are sealed in the order (transaction_id, id); `last_transaction_id, last_row_id` is where the next begins.
    `leaves` are the row ids (16 bytes) and hashes (32 bytes) of the batch, so that a changed row can be named.
    """

    number = models.BigIntegerField(primary_key=True)
    format = models.PositiveSmallIntegerField()
    sealed_at = models.DateTimeField()
    visible_from = models.BigIntegerField(help_text="Transactions from this number on had not begun")
    last_transaction_id = models.BigIntegerField()
    last_row_id = models.UUIDField()
    row_count = models.IntegerField()
    total_count = models.BigIntegerField(help_text="Rows under this seal and all before it")
    previous_root = models.BinaryField()
    root = models.BinaryField()
    leaves = models.BinaryField()
    signature = models.BinaryField()

    objects: ClassVar[models.Manager["AuditSeal"]] = models.Manager()

    def __str__(self) -> str:
        return f"Seal {self.number}"


class SealVerification(TenantModel):
    """An auditor's wish to have every seal checked, which the sealer fulfils: it alone may read every practice's rows.

    `findings` hold kinds, numbers and row ids.
    """

    requested_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+")
    requested_at = RecordedAtField()
    state = models.CharField(max_length=12, choices=VerificationState, default=VerificationState.REQUESTED)
    rows_checked = models.BigIntegerField(default=0)
    rows_total = models.BigIntegerField(default=0)
    verified_until = models.DateTimeField(null=True)
    findings = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "requested_at"], name="seal_verification_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.get_state_display()} {self.requested_at}"


class AuditExport(TenantModel):
    """A file of audit lines somebody asked for, with the reason. Its content goes after a day; that it was, stays."""

    requested_by = models.ForeignKey("tenancy.Person", on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    reason = models.CharField(max_length=200)
    criteria = models.JSONField(default=dict)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.WAITING)
    row_count = models.IntegerField(default=0)
    content = models.BinaryField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(TenantModel.Meta):
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["organization", "requested_at"], name="audit_export_latest"),
        ]

    def __str__(self) -> str:
        return f"Export of {self.requested_at}"
